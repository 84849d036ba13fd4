/* SPDX-License-Identifier: MIT */
/*
 * oom.c - the broker when memory runs out: every allocation of a scenario fails once,
 * alone or with some behind it.
 *
 * An operation that had no memory says so and has done nothing: the model lets it pass,
 * and everything is compared with the model as ever. Nobody else's values are lost, every
 * invariant holds, and at the end nothing is left allocated.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fault.h"
#include "world.h"

enum { NAME_COUNT = 300, NAME_SIZE = 16 };

/* A scenario draws its actions; what is closed lingers for ever: see linger_is_retried.
 */
struct scenario {
    const char *name;
    uint32_t name_count, ops;
    uint32_t seeds;
    uint32_t stride; /* so many allocations fail together; 0: one, two or three */
    void (*draw)(struct dice *d, struct world *w, uint32_t op, struct action *a);
};

struct world_under_test {
    struct world world;
    char texts[NAME_COUNT][NAME_SIZE];
    const char *names[NAME_COUNT];
};

/* ---- scenarios ---- */

static void draw_anything(struct dice *d, struct world *w, uint32_t op, struct action *a)
{
    (void)op;
    action_draw(d, w->model, WORLD_PEERS, w->now_ns, &w->ledger, a);
}

static struct action start_of(uint32_t name, enum side side, int64_t wait_ns)
{
    struct action a = {.kind = ACTION_START};

    a.rq = (struct model_request){.tagged = true, .count = 1, .wait_ns = wait_ns};
    a.rq.clauses[0] = (struct model_clause){.side = side, .name = name};
    return a;
}

static struct action put_of(struct world *w, uint32_t name, int64_t wait_ns)
{
    struct action a = start_of(name, SIDE_PUT, wait_ns);

    a.rq.clauses[0].value = ledger_offer(&w->ledger, name, 8 + name % 30);
    return a;
}

/* One peer parks more than a walk finds quickly, with deadlines; then half is cancelled.
 */
static void draw_crowd(struct dice *d, struct world *w, uint32_t op, struct action *a)
{
    if (op < 80) {
        *a = start_of(op, SIDE_TAKE, 1000 + dice_below(d, 1000));
        return;
    }
    *a = (struct action){.kind = ACTION_CANCEL};
    a->rq = (struct model_request){.number = 1, .tagged = true};
    if (w->model->parked_count > 0)
        a->rq = w->model->parked[dice_below(d, (uint32_t)w->model->parked_count)];
}

/* More names than the registry begins with. */
static void draw_names(struct dice *d, struct world *w, uint32_t op, struct action *a)
{
    (void)d;
    *a = op < w->model->name_count ? start_of(op, SIDE_TAKE, ALT_NO_PARK)
                                   : put_of(w, op % 7, ALT_FOREVER);
}

/* A buffer that grows, and is full, and is emptied. */
static void draw_ring(struct dice *d, struct world *w, uint32_t op, struct action *a)
{
    (void)d;
    if (op == 0) {
        *a = (struct action){.kind = ACTION_OPEN};
        a->open = (struct broker_open){
            .has_buffer = true, .kind = KIND_FIXED, .size = 20, .close_after_ms = -1};
    } else {
        *a = op < 40 ? put_of(w, 0, ALT_FOREVER) : start_of(0, SIDE_TAKE, ALT_FOREVER);
    }
}

static const struct scenario scenarios[] = {
    {"anything", 6, 150, 20, 0, draw_anything},
    {"crowd", 80, 130, 1, 0, draw_crowd},
    {"names", 258, 270, 1, 3, draw_names},
    {"ring", 1, 90, 1, 0, draw_ring},
};

/* ---- running them ---- */

static void name_all(struct world_under_test *t)
{
    static const char *const groups[] = {"a", "fixed", "slide", "drop", "promise"};

    for (uint32_t n = 0; n < NAME_COUNT; n++) {
        snprintf(t->texts[n], NAME_SIZE, "%s/%" PRIu32, groups[n % 5], n);
        t->names[n] = t->texts[n];
    }
}

static struct world_plan plan_of(const struct scenario *s, struct dice *d,
                                 const char *const *names)
{
    struct world_plan plan = {
        .names = names,
        .name_count = s->name_count,
        .random = 1,
        .hooks = {fault_begin, fault_end},
    };

    if (s->draw == draw_anything)
        plan.settings = action_settings(d);
    else
        plan.settings = (struct broker_settings){.limits = limits_default()};
    plan.settings.auto_create = true;
    plan.settings.closed_linger_ns = INT64_MAX;
    return plan;
}

/* Who says that there is no memory has asked for some in vain. */
static bool is_honest(const struct world *w, uint64_t failed_before)
{
    for (size_t i = 0; i < w->seen_count; i++)
        if (w->seen[i].err == ERR_NO_MEMORY && fault_failed() == failed_before)
            return false;
    return true;
}

static bool run_ops(struct world *w, const struct scenario *s, struct dice *d)
{
    for (uint32_t op = 0; op < s->ops; op++) {
        uint64_t failed = fault_failed();
        struct action action;

        s->draw(d, w, op, &action);
        if (world_do(w, &action) && !is_honest(w, failed))
            world_blame(w, "memory that there is does not lack");
        if (w->fault) {
            fprintf(stderr, "oom: operation %" PRIu32 ": ", op);
            action_print(&action, w->model, stderr);
            return false;
        }
    }
    return world_finish(w);
}

/* False: something does not hold when the nth allocation fails, and `more` behind it. */
static bool run(const struct scenario *s, uint64_t seed, uint64_t nth, uint64_t more)
{
    static struct world_under_test t;
    int64_t live = fault_live();
    struct dice dice = dice_of_seed(seed);
    struct world_plan plan;
    bool good = true;

    name_all(&t);
    plan = plan_of(s, &dice, t.names);
    fault_plan(nth, more);
    if (world_open(&t.world, &plan))
        good = run_ops(&t.world, s, &dice);
    else if (fault_failed() == 0)
        good = false;
    if (!good)
        world_print(&t.world, stderr);
    world_close(&t.world);
    if (good && fault_live() != live) {
        fprintf(stderr, "oom: %" PRId64 " allocations are left\n", fault_live() - live);
        good = false;
    }
    if (!good)
        fprintf(stderr, "oom: scenario %s, seed %" PRIu64 ", allocation %" PRIu64 "\n",
                s->name, seed, nth);
    return good;
}

static bool run_scenario(const struct scenario *s)
{
    uint64_t runs = 0, step = s->stride ? s->stride : 1;

    for (uint64_t seed = 1; seed <= s->seeds; seed++) {
        uint64_t total;

        if (!run(s, seed, FAULT_NEVER, 0))
            return false;
        total = fault_counted();
        for (uint64_t nth = 1; nth <= total; nth += step, runs++)
            if (!run(s, seed, nth, s->stride ? s->stride - 1 : (nth + seed) % 3))
                return false;
    }
    printf("%s: %" PRIu64 " runs\n", s->name, runs);
    return runs > 0;
}

/* ---- a timer that found no room ---- */

/* A channel that could not be given its deadline gets it behind the next operation. */
static bool linger_is_retried(void)
{
    struct broker_settings s = {.limits = limits_default(), .auto_create = true};
    struct broker *b;
    bool good;

    s.closed_linger_ns = 10;
    b = broker_new(&s, (struct hash_key){1, 2}, 3);
    if (!b)
        return false;
    fault_plan(2, 0); /* the channel, and then the room for its deadline */
    fault_begin();
    good = broker_close(b, slice_text("late"), 100) == ERR_OK;
    fault_end();
    good = good && fault_failed() == 1 && broker_deadline(b) == INT64_MAX;
    good = good && broker_close(b, slice_text("next"), 105) == ERR_OK;
    good = good && broker_deadline(b) == 115;
    broker_expire(b, 115);
    good = good && broker_totals(b).channels == 0;
    broker_free(b);
    if (!good)
        fprintf(stderr, "oom: a channel lingers for ever\n");
    return good;
}

int main(void)
{
    bool good = linger_is_retried();

    for (size_t i = 0; good && i < sizeof scenarios / sizeof *scenarios; i++)
        good = run_scenario(&scenarios[i]);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
