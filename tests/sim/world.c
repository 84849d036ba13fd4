/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include "invariant.h"
#include "look.h"
#include "view.h"
#include "witness.h"

void world_blame(struct world *w, const char *fault)
{
    if (!w->fault)
        w->fault = fault;
}

static void enter_broker(const struct world *w)
{
    if (w->hooks.before)
        w->hooks.before();
}

static void leave_broker(const struct world *w)
{
    if (w->hooks.after)
        w->hooks.after();
}

static struct slice name_of(struct world *w, uint32_t name)
{
    return words_text(&w->words, w->model->names[name]);
}

/* Whether the broker had no memory, and is excused. */
static bool is_excused(const struct world *w, enum err err)
{
    return err == ERR_NO_MEMORY && w->model->may_lack_memory;
}

static struct model_seen seen_of(const struct world *w)
{
    return (struct model_seen){w->seen, w->seen_count};
}

/* ---- what can happen, on both sides ---- */

static struct ask ask_of(struct world *w, const struct model_request *rq)
{
    struct ask ask = {.peer = &w->peers[rq->peer],
                      .tag = words_tag(&w->words, rq),
                      .count = rq->count,
                      .op = (uint8_t)rq->number,
                      .priority = rq->priority,
                      .named = rq->named,
                      .wait_ns = rq->wait_ns};

    ask.offers = words_lend(&w->words, rq->count * sizeof(struct offer));
    for (uint32_t k = 0; k < rq->count; k++) {
        const struct model_clause *c = &rq->clauses[k];

        ask.offers[k] = (struct offer){.side = c->side, .name = name_of(w, c->name)};
        if (c->side == SIDE_PUT)
            ask.offers[k].value = words_value(&w->words, c->value);
    }
    return ask;
}

static void do_start(struct world *w, const struct action *a)
{
    struct ask ask = ask_of(w, &a->rq);
    struct completion now;
    bool completed;

    enter_broker(w);
    completed = broker_start(w->broker, &ask, w->now_ns, &now);
    leave_broker(w);
    if (!completed)
        witness_park(w, &a->rq);
    witness_drain(w, a);
    model_start(w->model, &a->rq, w->now_ns, seen_of(w));
}

static void do_open(struct world *w, const struct action *a)
{
    struct slice name = name_of(w, a->name);
    bool ours = false, theirs = false;
    enum err err;

    enter_broker(w);
    err = broker_open(w->broker, name, &a->open, w->now_ns, &ours);
    leave_broker(w);
    witness_drain(w, a);
    if (is_excused(w, err))
        return;
    if (err != model_open(w->model, a->name, &a->open, w->now_ns, &theirs) ||
        (!err && ours != theirs))
        world_blame(w, "open says what the model says");
}

static void do_close(struct world *w, const struct action *a)
{
    struct slice name = name_of(w, a->name);
    enum err err;

    enter_broker(w);
    err = broker_close(w->broker, name, w->now_ns);
    leave_broker(w);
    witness_drain(w, a);
    if (!is_excused(w, err) && err != model_close(w->model, a->name, w->now_ns))
        world_blame(w, "close says what the model says");
}

static void do_delete(struct world *w, const struct action *a)
{
    struct slice name = name_of(w, a->name);

    enter_broker(w);
    broker_delete(w->broker, name, w->now_ns);
    leave_broker(w);
    witness_drain(w, a);
    ledger_delete(&w->ledger, a->name);
    model_delete(w->model, a->name, w->now_ns);
}

static void do_cancel(struct world *w, const struct action *a)
{
    struct peer *peer = &w->peers[a->rq.peer];
    struct slice tag = words_tag(&w->words, &a->rq);
    bool is_parked = broker_is_parked(w->broker, peer, tag);
    enum err err;

    enter_broker(w);
    err = broker_cancel(w->broker, peer, tag, w->now_ns);
    leave_broker(w);
    witness_drain(w, a);
    if (err != model_cancel(w->model, &a->rq, w->now_ns))
        world_blame(w, "cancel says what the model says");
    if (is_parked != (err == ERR_OK))
        world_blame(w, "what is parked can be cancelled, and nothing else");
}

static void do_leave(struct world *w, const struct action *a)
{
    enter_broker(w);
    broker_leave(w->broker, &w->peers[a->rq.peer], w->now_ns);
    leave_broker(w);
    witness_drain(w, a);
    model_leave(w->model, a->rq.peer, w->now_ns);
}

static void do_time(struct world *w, const struct action *a)
{
    w->now_ns += a->by_ns;
    enter_broker(w);
    broker_expire(w->broker, w->now_ns);
    leave_broker(w);
    witness_drain(w, a);
    model_expire(w->model, w->now_ns, seen_of(w));
}

static void do_configure(struct world *w, const struct action *a)
{
    bool done;

    enter_broker(w);
    done = broker_configure(w->broker, &a->settings);
    leave_broker(w);
    witness_drain(w, a);
    if (done)
        model_configure(w->model, &a->settings);
    else if (!w->model->may_lack_memory)
        world_blame(w, "settings can be changed");
}

static void do_outside(struct world *w, const struct action *a)
{
    broker_set_outside(w->broker, a->outside, -w->freed);
    w->model->outside = a->outside;
}

/* ---- and behind it ---- */

static void (*const doers[ACTION_KIND_COUNT])(struct world *w, const struct action *a) = {
    [ACTION_START] = do_start,     [ACTION_TIME] = do_time,
    [ACTION_OPEN] = do_open,       [ACTION_CLOSE] = do_close,
    [ACTION_DELETE] = do_delete,   [ACTION_CANCEL] = do_cancel,
    [ACTION_LEAVE] = do_leave,     [ACTION_CONFIGURE] = do_configure,
    [ACTION_OUTSIDE] = do_outside, [ACTION_LIST] = view_compare_list,
};

static void check_all(struct world *w)
{
    const char *fault = invariant_fault(w->broker, w->peers, WORLD_PEERS);

    if (fault)
        world_blame(w, fault);
    if (w->ledger.fault)
        world_blame(w, w->ledger.fault);
    view_compare_replies(w);
    view_compare_states(w);
}

bool world_do(struct world *w, struct action *action)
{
    w->seen_count = w->model->reply_count = 0;
    if (action->kind == ACTION_START)
        action->rq.number = ++w->last;
    doers[action->kind](w, action);
    if (!list_is_empty(broker_done(w->broker)))
        witness_drain(w, action); /* what nobody expects is a fault */
    check_all(w);
    words_release(&w->words);
    return !w->fault;
}

/* ---- beginning and end ---- */

static void *zeroed(size_t size)
{
    void *p = calloc(1, size);

    if (!p)
        abort();
    return p;
}

bool world_open(struct world *w, const struct world_plan *plan)
{
    struct hash_key key = {plan->random, ~plan->random};

    *w = (struct world){.now_ns = plan->now_ns, .hooks = plan->hooks};
    w->model = zeroed(sizeof *w->model);
    w->seen = zeroed(MODEL_REPLIES * sizeof *w->seen);
    w->parked = zeroed(MODEL_PARKED * sizeof *w->parked);
    for (int i = 0; i < WORLD_PEERS; i++)
        peer_init(&w->peers[i]);
    model_init(w->model, plan->names, plan->name_count, &plan->settings);
    w->model->may_lack_memory = plan->hooks.before != NULL;
    enter_broker(w);
    w->broker = broker_new(&plan->settings, key, plan->random | 1);
    leave_broker(w);
    return w->broker != NULL;
}

/* Takes everything out of a channel. */
static void drain(struct world *w, uint32_t name)
{
    struct action take = {.kind = ACTION_START};

    take.rq = (struct model_request){.count = 1, .wait_ns = ALT_NO_PARK};
    take.rq.clauses[0].name = name;
    for (uint64_t takes = 0; !w->fault && !look_is_drained(w->model, name); takes++) {
        if (w->model->channels[name].settings.kind == KIND_PROMISE && takes > 0)
            break;
        world_do(w, &take);
    }
}

bool world_finish(struct world *w)
{
    w->hooks = (struct world_hooks){0};
    for (uint32_t n = 0; !w->fault && n < w->model->name_count; n++)
        drain(w, n);
    for (uint32_t p = 0; !w->fault && p < WORLD_PEERS; p++) {
        struct action leave = {.kind = ACTION_LEAVE, .rq.peer = p};

        world_do(w, &leave);
    }
    for (uint32_t n = 0; !w->fault && n < w->model->name_count; n++) {
        struct action end = {.kind = ACTION_DELETE, .name = n};

        world_do(w, &end);
    }
    if (!w->fault && broker_totals(w->broker).channels != 0)
        world_blame(w, "nothing is left when everything is deleted");
    if (!w->fault && broker_totals(w->broker).memory != 0)
        world_blame(w, "all memory that was counted is given back");
    ledger_finish(&w->ledger);
    if (w->ledger.fault)
        world_blame(w, w->ledger.fault);
    return !w->fault;
}

/* After a fault something may be parked still. */
static void abandon(struct world *w)
{
    struct list *link;

    for (int i = 0; w->broker && i < WORLD_PEERS; i++)
        broker_leave(w->broker, &w->peers[i], w->now_ns);
    while (w->broker && (link = list_pop(broker_done(w->broker))))
        completion_release(container_of(link, struct completion, link));
}

void world_close(struct world *w)
{
    abandon(w);
    broker_free(w->broker);
    for (int i = 0; i < WORLD_PEERS; i++)
        peer_release(&w->peers[i]);
    words_release(&w->words);
    ledger_release(&w->ledger);
    free(w->parked);
    free(w->seen);
    free(w->model);
}
