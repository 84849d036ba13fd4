/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "admission.h"
#include "clock.h"
#include "credentials.h"
#include "session.h"
#include "tenant.h"
#include "token.h"
#include "warrant.h"
#include "worker.h"

struct guard {
    const struct user *user; /* in the worker's roster; NULL: nobody yet */
    struct tenant *tenant;   /* which counts it as a connection; NULL: none */
    char *proof;             /* the digest by which it is; NULL: by its transport */
    bool heard;              /* it has asked for something */
    bool is_easy;            /* so it has, and it is a user without a rate */
    uint32_t since;          /* by the worker's sweep, in tenths of a second */
    struct event *pause;     /* NULL: it never had to wait */
};

/* A secret on its way to the verifier, and who is to be told. */
struct inquiry {
    struct question question;
    struct session *session; /* held */
    bool is_decoy;           /* the answer does not matter */
    bool was_first;
    size_t id_len;
    char id[REQUEST_ID_MAX];
};

/* ---- who it is ---- */

static const struct user *user_by_certificate(struct session *s)
{
    const struct user *user = NULL;
    struct secure_names names;
    bool ok;

    session_lock(s);
    ok = transport_peer_names(&s->transport, &names);
    session_unlock(s);
    for (size_t i = 0; ok && !user && i < names.count; i++)
        user = roster_of_certificate(s->worker->roster, names.items[i]);
    if (ok)
        secure_names_release(&names);
    return user;
}

static const struct user *user_by_transport(struct session *s)
{
    if (transport_is_secure(&s->transport))
        return user_by_certificate(s);
    return s->transport.from.family == ADDRESS_UNIX
               ? credentials_user(s->transport.fd, s->worker->roster)
               : NULL;
}

/* Its user, or that of before, has other limits. Nothing is counted that has none. */
static void guard_charge(struct session *s)
{
    const struct user *u = s->guard->user;
    const bool counts = u && (u->limits.parked || u->limits.buffered_bytes);
    struct account *account = counts ? &u->tenant->account : NULL;

    if (s->seat.peer.account != account)
        hub_charge(s->worker->hub, &s->seat, account);
    s->guard->is_easy = u && s->guard->heard && !u->limits.requests_per_s;
}

static void guard_forget_user(struct session *s)
{
    struct guard *g = s->guard;

    if (g->tenant)
        tenant_leave(g->tenant);
    g->tenant = NULL;
    g->user = NULL;
    guard_charge(s);
    free(g->proof);
    g->proof = NULL;
}

/* The session is that user now. */
static enum err guard_admit(struct session *s, const struct user *user, const char *proof)
{
    struct guard *g = s->guard;
    char *copy = proof ? strdup(proof) : NULL;

    if (proof && !copy)
        return ERR_NO_MEMORY;
    if (!tenant_enter(user->tenant, user->limits.connections)) {
        free(copy);
        return ERR_LIMIT_USER_CONNECTIONS;
    }
    guard_forget_user(s);
    g->user = user;
    g->tenant = user->tenant;
    g->proof = copy;
    guard_charge(s);
    return ERR_OK;
}

void guard_begin(struct session *s)
{
    const struct user *user;
    enum err err = ERR_OK;

    if (!s->worker->roster)
        return;
    s->guard = calloc(1, sizeof *s->guard);
    if (!s->guard) {
        session_leave(s);
        return;
    }
    s->guard->since = s->worker->sweep.now;
    user = user_by_transport(s);
    if (user)
        err = guard_admit(s, user, NULL);
    if (err)
        session_send_away(s, err); /* without an id, as one too many for the daemon */
}

void guard_end(struct session *s)
{
    if (!s->guard)
        return;
    guard_forget_user(s);
    if (s->guard->pause)
        event_free(s->guard->pause);
    free(s->guard);
    s->guard = NULL;
}

size_t guard_line_max(const struct session *s)
{
    const size_t most = (size_t)s->worker->limits.request_bytes;

    return s->guard && !s->guard->user && most > GUARD_LINE_MAX ? GUARD_LINE_MAX : most;
}

/* ---- hello ---- */

/* Somebody may be trying what he can do: that is worth to be seen. */
static void guard_count(struct session *s, const struct ticket *t)
{
    if (t->err == ERR_FORBIDDEN)
        metrics_add(s->worker->metrics, METRIC_forbidden_total, 1);
}

static void guard_turn_away(struct session *s, struct ticket *t, enum err err,
                            const char *why)
{
    t->err = ticket_refuse(t, err, why);
    guard_count(s, t);
    session_leave(s);
}

/* What comes of a hello whose token is that user's, or nobody's. */
static void guard_conclude(struct session *s, struct ticket *t, const struct user *user,
                           const char *proof, bool was_first)
{
    struct guard *g = s->guard;
    enum err err = ERR_OK;

    if (!user) {
        guard_turn_away(s, t, ERR_FORBIDDEN, "not allowed: the token is not valid");
        return;
    }
    if (user != g->user && g->user && !was_first) {
        guard_turn_away(s, t, ERR_FORBIDDEN,
                        "not allowed: hello as somebody else than before");
        return;
    }
    if (user != g->user)
        err = guard_admit(s, user, proof);
    t->user = user;
    if (err)
        guard_turn_away(s, t, err, err_text(err));
}

const struct user *guard_user(const struct session *s)
{
    return s->guard ? s->guard->user : NULL;
}

bool guard_awaits_hello(const struct session *s)
{
    return s->guard && !s->guard->user;
}

uint32_t guard_since(const struct session *s)
{
    return s->guard->since;
}

void guard_despair(struct session *s)
{
    struct ticket *t = worker_ticket(s->worker, &s->seat.peer);

    t->rq = (struct request_view){0};
    s->sent_away = true;
    guard_turn_away(s, t, ERR_FORBIDDEN,
                    "not allowed: no hello with a valid token came within "
                    "limits.handshake_s");
}

static void inquiry_open(struct letter *letter, void *owner)
{
    struct inquiry *i = container_of(letter, struct inquiry, question.letter);
    struct session *s = i->session;
    struct worker *w = owner;
    const struct user *user = NULL;
    struct ticket *t;

    if (s->leaving) { /* whoever asked does not want to know any more */
        session_drop(s);
        free(i);
        return;
    }
    t = worker_ticket(w, &s->seat.peer);
    t->rq = (struct request_view){.op = OP_HELLO};
    if (i->id_len > 0)
        t->rq.id = slice_of(i->id, i->id_len);
    if (s->guard) { /* else there are no users any more */
        if (i->question.passed && !i->is_decoy)
            user = roster_of_digest(w->roster, i->question.digest.text);
        guard_conclude(s, t, user, i->question.digest.text, i->was_first);
    }
    worker_free_later(w, i);
    session_resume(s);
    session_drop(s);
}

/* A question about the secret of whoever is called `name`. NULL: no memory, no sense. */
static struct inquiry *inquiry_new(struct session *s, const struct request_view *rq,
                                   struct slice name)
{
    const size_t len = rq->token.len - name.len - 1;
    const struct user *user;
    const struct digest *digest = roster_secret_of(s->worker->roster, name, &user);
    struct inquiry *i;

    if (!digest || len > sizeof i->question.secret)
        return NULL;
    i = calloc(1, sizeof *i);
    if (!i)
        return NULL;
    i->question.letter.open = inquiry_open;
    i->question.reply = &s->worker->mailbox;
    i->question.digest = *digest;
    i->question.secret_len = len;
    memcpy(i->question.secret, name.bytes + name.len + 1, len);
    i->is_decoy = user == NULL;
    i->id_len = rq->id.len;
    memcpy(i->id, rq->id.bytes ? rq->id.bytes : "", rq->id.len);
    return i;
}

/* Has the secret checked, and holds the session meanwhile. */
static void guard_inquire(struct session *s, struct ticket *t, struct slice name,
                          bool was_first)
{
    struct inquiry *i = inquiry_new(s, &t->rq, name);

    if (!i) {
        guard_conclude(s, t, NULL, NULL, was_first);
        return;
    }
    i->was_first = was_first;
    i->session = s;
    atomic_fetch_add_explicit(&s->seat.holders, 1, memory_order_relaxed);
    s->held++;
    if (verifier_ask(admission_verifier(s->worker->admission), &i->question)) {
        worker_withdraw(s->worker, t);
        return;
    }
    s->held--;
    session_drop(s);
    token_wipe(i->question.secret, sizeof i->question.secret);
    free(i);
    guard_turn_away(s, t, ERR_FORBIDDEN,
                    "not allowed: too many secrets are being checked, try again");
}

/* A token is random, or else it is NAME:SECRET. */
static void guard_hear_token(struct session *s, struct ticket *t, bool was_first)
{
    const struct slice token = t->rq.token;
    const char *colon = token.len ? memchr(token.bytes, ':', token.len) : NULL;
    unsigned char hash[DIGEST_BYTES];
    char proof[DIGEST_TEXT_MAX];
    const struct user *user;

    token_hash(token, hash);
    user = roster_of_token(s->worker->roster, hash);
    digest_write(hash, proof);
    if (user || !colon)
        guard_conclude(s, t, user, proof, was_first);
    else
        guard_inquire(s, t, slice_of(token.bytes, (size_t)(colon - token.bytes)),
                      was_first);
}

/* ---- the pace ---- */

static void guard_on_pause_over(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    session_resume(arg);
}

/* Without memory for a timer it goes on: too fast, but it goes on. */
static void guard_pace(struct session *s, int64_t rate)
{
    struct guard *g = s->guard;
    const int64_t wait_ns = bucket_take(&g->user->tenant->bucket, rate, clock_now_ns());
    const struct timeval wait = {
        .tv_sec = wait_ns / NS_PER_S,
        .tv_usec = wait_ns % NS_PER_S / 1000,
    };

    if (wait_ns == 0 || s->held || s->leaving)
        return;
    if (!g->pause)
        g->pause = event_new(s->worker->base, -1, 0, guard_on_pause_over, s);
    if (g->pause && event_add(g->pause, &wait) == 0)
        s->held++;
}

/* ---- requests ---- */

static void guard_ask_for_warrant(struct session *s, struct ticket *t)
{
    warrant_check(&s->worker->memo, s->guard->user, t);
    guard_count(s, t);
}

/* What is said first, or by nobody, or is a hello, or no request, or counts. */
static void guard_judge_closely(struct session *s, struct ticket *t)
{
    struct guard *g = s->guard;
    const bool is_first = !g->heard;

    g->heard = true;
    if (!g->user || t->rq.op == OP_HELLO) /* be it wrong, it may be nearly right */
        s->worker->confided = true;
    if (!t->err && t->rq.op == OP_HELLO && t->rq.token.bytes)
        guard_hear_token(s, t, is_first);
    else if (!g->user)
        guard_turn_away(
            s, t, ERR_FORBIDDEN,
            "not allowed: the first request must be a hello with a valid token");
    else if (!t->err)
        guard_ask_for_warrant(s, t);
    if (g->user && g->user->limits.requests_per_s)
        guard_pace(s, g->user->limits.requests_per_s);
    if (is_first)
        guard_charge(s);
}

void guard_judge(struct session *s, struct ticket *t)
{
    if (s->guard->is_easy && !t->err && t->rq.op != OP_HELLO)
        guard_ask_for_warrant(s, t);
    else
        guard_judge_closely(s, t);
}

/* ---- other users ---- */

static const struct user *user_again(struct session *s)
{
    if (s->guard && s->guard->proof)
        return roster_of_digest(s->worker->roster, s->guard->proof);
    return user_by_transport(s);
}

/* There were no users until now, so whoever is there must be one by its transport. */
static void guard_appear(struct session *s)
{
    guard_begin(s);
    if (s->guard && !s->guard->user)
        session_leave(s);
}

/* There are no users any more. */
static void guard_disappear(struct session *s)
{
    const bool was_paused =
        s->guard->pause && event_pending(s->guard->pause, EV_TIMEOUT, NULL);

    guard_end(s);
    if (was_paused)
        session_resume(s);
}

void guard_renew(struct session *s)
{
    const struct user *user;

    if (s->leaving)
        return;
    if (!s->worker->roster && s->guard) {
        guard_disappear(s);
    } else if (s->worker->roster && !s->guard) {
        guard_appear(s);
    } else if (s->guard && s->guard->user) {
        user = user_again(s);
        s->guard->user = user && user->tenant == s->guard->tenant ? user : NULL;
        if (s->guard->user)
            guard_charge(s);
        else
            session_leave(s);
    }
}
