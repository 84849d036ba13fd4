/* SPDX-License-Identifier: MIT */
#include "survey.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "guard.h"
#include "roster.h"
#include "session.h"
#include "weight.h"
#include "worker.h"

/*
 * STEP: the effort of a step, in names that are looked at (catalog_look). PAGE: so many
 * channels are found at a time, for which hub.lock is held. GLOB_BYTES: so many bytes of
 * names can be held against a glob of a user's rules with the effort of a name.
 */
enum { STEP = 2048, PAGE = 64, GLOB_BYTES = 64 };

struct survey {
    struct list link; /* in worker->surveys */
    struct session *session;
    struct channel_stat *stats; /* what is shown, and room for a page */
    size_t count, cap, limit;
    bool more;
    size_t prefix_len, id_len;
    char prefix[NAME_MAX_LEN];
    char after[NAME_MAX_LEN + 2]; /* as it was asked for: a text, and longer than names */
    char at[NAME_MAX_LEN + 2];    /* it goes on behind that, as `after` */
    char id[REQUEST_ID_MAX];
};

/* ---- memory ---- */

static int64_t stats_weight(size_t cap)
{
    return cap > 0 ? weight_of(cap * sizeof(struct channel_stat)) : 0;
}

static int64_t survey_weight(const struct survey *v)
{
    return weight_of(sizeof *v) + stats_weight(v->cap);
}

/* Room for another page; ERR_LIMIT_MEMORY, ERR_NO_MEMORY. */
static enum err survey_make_room(struct survey *v, struct budget *budget)
{
    const size_t need = v->count + PAGE, most = v->limit + PAGE;
    const size_t cap = need + need / 2 < most ? need + need / 2 : most;
    const int64_t more = stats_weight(cap) - stats_weight(v->cap);
    struct channel_stat *stats;

    if (need <= v->cap)
        return ERR_OK;
    assert(need <= cap); /* for v->count is at most v->limit here */
    if (!budget_has_room(budget, RESERVE_REQUESTS, more))
        return ERR_LIMIT_MEMORY;
    stats = realloc(v->stats, cap * sizeof *stats);
    if (!stats)
        return ERR_NO_MEMORY;
    budget_hold(budget, more);
    v->stats = stats;
    v->cap = cap;
    return ERR_OK;
}

static void survey_free(struct survey *v)
{
    budget_hold(&v->session->worker->hub->budget, -survey_weight(v));
    session_drop(v->session);
    free(v->stats);
    free(v);
}

/* ---- who sees what ---- */

/* Who does not see all; NULL: whoever asks does. */
static const struct user *survey_viewer(const struct survey *v)
{
    const struct user *user = guard_user(v->session);

    if (user && rules_give_all(user->rules, user->rule_count, RIGHT_LIST))
        return NULL;
    return user;
}

static bool viewer_sees(const struct user *viewer, const char *name)
{
    return rules_on(viewer->rules, viewer->rule_count, slice_text(name)) &
           RIGHT_BIT(RIGHT_LIST);
}

static size_t viewer_globs(const struct user *viewer)
{
    size_t count = 0;

    for (size_t i = 0; i < viewer->rule_count; i++)
        count += viewer->rules[i].glob_count;
    return count;
}

/* Keeps of what was found behind the others what the viewer may see. */
static void survey_keep(struct survey *v, size_t found, const struct user *viewer,
                        size_t *effort)
{
    const size_t end = v->count + found;
    size_t bytes = 0, cost;

    for (size_t i = v->count; i < end; i++) {
        bytes += strlen(v->stats[i].name);
        if (viewer_sees(viewer, v->stats[i].name))
            v->stats[v->count++] = v->stats[i];
    }
    cost = bytes * viewer_globs(viewer) / GLOB_BYTES;
    *effort -= cost < *effort ? cost : *effort;
}

/* ---- where it is ---- */

static void survey_go_behind(struct survey *v, struct slice name)
{
    snprintf(v->at, sizeof v->at, "%.*s", (int)name.len, name.bytes ? name.bytes : "");
}

/*
 * Goes on behind the last name that was looked at, or where the viewer's rules speak of
 * names again, so that who sees little does not make us look at everything. False: there
 * is nothing behind that it may see.
 */
static bool survey_go_on(struct survey *v, const char *last, const struct user *viewer)
{
    struct slice from;

    if (!viewer || !rules_skip(viewer->rules, viewer->rule_count, RIGHT_LIST,
                               slice_text(last), &from)) {
        survey_go_behind(v, slice_text(last));
        return true;
    }
    if (!from.bytes)
        return false;
    /* the last text before `from`: no name comes between the two */
    snprintf(v->at, sizeof v->at, "%.*s%c\x7f", (int)from.len - 1, from.bytes,
             from.bytes[from.len - 1] - 1);
    return true;
}

/* ---- steps ---- */

/* Looks for a page of channels, as far as the effort goes. True: the list is complete. */
static bool survey_look(struct survey *v, const struct user *viewer, size_t *effort)
{
    const struct catalog_query query = {
        .prefix = slice_of(v->prefix, v->prefix_len),
        .after = slice_text(v->at),
        .limit = PAGE,
    };
    struct hub *hub = v->session->worker->hub;
    char last[NAME_MAX_LEN + 1];
    size_t found = hub_look(hub, &query, effort, v->stats + v->count, last);

    if (viewer)
        survey_keep(v, found, viewer, effort);
    else
        v->count += found;
    v->more = v->count > v->limit;
    if (v->more)
        v->count = v->limit;
    return v->more || !*last || !survey_go_on(v, last, viewer);
}

/* What has become of it. The session goes on. */
static void survey_answer(struct survey *v, enum err err)
{
    struct session *s = v->session;
    struct worker *w = s->worker;
    struct ticket *t = worker_ticket(w, &s->seat.peer);

    t->rq = (struct request_view){.op = OP_LIST};
    if (v->id_len > 0)
        t->rq.id = slice_of(v->id, v->id_len);
    t->err = err;
    t->stats = v->stats;
    t->stat_count = v->count;
    t->more = v->more;
    w->turn.freed += survey_weight(v);
    worker_free_later(w, v);
    session_resume(s);
    session_drop(s);
}

void survey_step(struct worker *w)
{
    struct survey *v = container_of(list_pop(&w->surveys), struct survey, link);
    const struct user *viewer = survey_viewer(v);
    size_t effort = STEP;
    enum err err;
    bool over;

    if (v->session->leaving) { /* whoever asked does not want to know any more */
        survey_free(v);
        return;
    }
    v->session->heard = true; /* it is not idle as long as we are busy for it */
    hub_give_way(w->hub);
    do {
        err = survey_make_room(v, &w->hub->budget);
        over = err || survey_look(v, viewer, &effort);
    } while (!over && effort > 0);
    if (over)
        survey_answer(v, err);
    else
        list_push(&w->surveys, &v->link);
}

/* ---- life ---- */

static struct survey *survey_new(struct session *s, const struct request_view *rq)
{
    struct survey *v = calloc(1, sizeof *v);

    if (!v)
        return NULL;
    v->session = s;
    v->limit = (size_t)rq->limit;
    v->prefix_len = rq->prefix.len;
    memcpy(v->prefix, rq->prefix.bytes ? rq->prefix.bytes : "", rq->prefix.len);
    v->id_len = rq->id.len;
    memcpy(v->id, rq->id.bytes ? rq->id.bytes : "", rq->id.len);
    survey_go_behind(v, rq->after);
    memcpy(v->after, v->at, sizeof v->after);
    return v;
}

/* Whether it may be much work; no name begins with what is longer than names can be. */
static bool is_much(const struct ticket *t)
{
    const struct slice prefix = t->rq.prefix;

    if (prefix.len > NAME_MAX_LEN)
        return false;
    return t->rq.limit > PAGE || t->user ||
           (prefix.len > 0 && memchr(prefix.bytes, '*', prefix.len));
}

void survey_take(struct session *s, struct ticket *t)
{
    struct worker *w = s->worker;
    struct budget *budget = &w->hub->budget;
    struct survey *v;

    if (t->err || !is_much(t))
        return;
    if (!budget_has_room(budget, RESERVE_REQUESTS, weight_of(sizeof *v))) {
        t->err = ERR_LIMIT_MEMORY;
        return;
    }
    v = survey_new(s, &t->rq);
    if (!v) {
        t->err = ERR_NO_MEMORY;
        return;
    }
    budget_hold(budget, survey_weight(v));
    atomic_fetch_add_explicit(&s->seat.holders, 1, memory_order_relaxed);
    s->held++;
    list_push(&w->surveys, &v->link);
    worker_withdraw(w, t);
}

void surveys_restart(struct worker *w)
{
    for (struct list *l = w->surveys.next; l != &w->surveys; l = l->next) {
        struct survey *v = container_of(l, struct survey, link);

        v->count = 0;
        memcpy(v->at, v->after, sizeof v->at);
    }
}

void surveys_free(struct worker *w)
{
    struct list *link;

    while ((link = list_pop(&w->surveys)))
        survey_free(container_of(link, struct survey, link));
}
