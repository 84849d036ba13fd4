/* SPDX-License-Identifier: MIT */
#include "verifier.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include "list.h"
#include "token.h"

struct verifier {
    pthread_mutex_t lock;
    pthread_cond_t asked;
    struct list questions; /* under the lock, as is all below */
    size_t waiting;
    bool started, stopping;
    pthread_t thread;
};

struct verifier *verifier_new(void)
{
    struct verifier *v = calloc(1, sizeof *v);

    if (!v)
        return NULL;
    list_init(&v->questions);
    pthread_mutex_init(&v->lock, NULL);
    pthread_cond_init(&v->asked, NULL);
    return v;
}

/* The secret is not needed any more, whatever came of it. */
static void question_answer(struct question *q, bool passed)
{
    token_wipe(q->secret, sizeof q->secret);
    q->passed = passed;
    mailbox_post(q->reply, &q->letter);
}

/* The next question; NULL: there will be none. */
static struct question *verifier_next(struct verifier *v, bool *ret_stopping)
{
    struct list *link;

    pthread_mutex_lock(&v->lock);
    while (list_is_empty(&v->questions) && !v->stopping)
        pthread_cond_wait(&v->asked, &v->lock);
    link = list_pop(&v->questions);
    if (link)
        v->waiting--;
    *ret_stopping = v->stopping;
    pthread_mutex_unlock(&v->lock);
    return link ? container_of(link, struct question, letter.link) : NULL;
}

static void *verifier_run(void *arg)
{
    struct verifier *v = arg;
    struct question *q;
    bool stopping;

    while ((q = verifier_next(v, &stopping))) {
        const struct slice secret = slice_of(q->secret, q->secret_len);

        question_answer(q, !stopping && token_check_secret(&q->digest, secret));
    }
    return NULL;
}

/* With all signals blocked: they are the main thread's. */
static bool verifier_start(struct verifier *v)
{
    sigset_t all, before;

    if (v->started)
        return true;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    v->started = pthread_create(&v->thread, NULL, verifier_run, v) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return v->started;
}

bool verifier_ask(struct verifier *v, struct question *q)
{
    bool ok;

    pthread_mutex_lock(&v->lock);
    ok = !v->stopping && v->waiting < VERIFIER_WAITING_MAX && verifier_start(v);
    if (ok) {
        list_push(&v->questions, &q->letter.link);
        v->waiting++;
        pthread_cond_signal(&v->asked);
    }
    pthread_mutex_unlock(&v->lock);
    return ok;
}

void verifier_stop(struct verifier *v)
{
    bool started;

    pthread_mutex_lock(&v->lock);
    v->stopping = true;
    started = v->started;
    v->started = false;
    pthread_cond_signal(&v->asked);
    pthread_mutex_unlock(&v->lock);
    if (started)
        pthread_join(v->thread, NULL);
}

void verifier_free(struct verifier *v)
{
    if (!v)
        return;
    verifier_stop(v);
    pthread_cond_destroy(&v->asked);
    pthread_mutex_destroy(&v->lock);
    free(v);
}
