/* SPDX-License-Identifier: MIT */
/*
 * Pairs of connections that answer each other: the first puts a value and takes the
 * answer; the second takes, and puts back what it got.
 */
#include "bench.h"
#include "complain.h"

#include <stdlib.h>

/* One connection of a pair; each puts on its own channel, and takes from its mate's. */
struct side {
    struct bench *bench;
    size_t number; /* of the connection; even ones begin */
    struct chan *puts_to, *takes_from;
};

static uint32_t pair_of(const struct side *side)
{
    return (uint32_t)(side->number / 2);
}

static bool begins(const struct side *side)
{
    return side->number % 2 == 0;
}

static void on_put(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct side *side = data;

    (void)c;
    bench_put_ended(side->bench, reply);
}

static void take(struct side *side, chan_done *done)
{
    const struct chan_clause clause = {.chan = side->takes_from};

    bench_start(side->bench, side->number, &clause, 1, done, side);
}

/* The answer has come: a round trip. */
static void on_answer(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct side *side = data;
    struct bench *b = side->bench;

    (void)c;
    if (!bench_take_ended(b, reply) || !bench_receive(b, reply, pair_of(side)) ||
        bench_is_over(b))
        return;
    bench_send(b, side->number, side->puts_to, pair_of(side), on_put, side);
    take(side, on_answer);
}

/* Whatever it is it goes back, and is looked at there; at the end, here. */
static void on_question(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct side *side = data;
    struct bench *b = side->bench;
    const struct chan_clause answer = {side->puts_to, reply->value, reply->value_len};

    (void)c;
    if (!bench_take_ended(b, reply))
        return;
    if (b->ending || !answer.value) {
        bench_receive(b, reply, pair_of(side));
        return;
    }
    bench_start(b, side->number, &answer, 1, on_put, side);
    take(side, on_question);
}

static struct side *sides_new(struct bench *b, size_t count)
{
    struct side *sides = calloc(count, sizeof *sides);

    for (size_t i = 0; sides && i < count; i++) {
        sides[i].bench = b;
        sides[i].number = i;
    }
    if (!sides)
        bench_fail(b, "measure", CHAN_NO_MEMORY, chan_status_text(CHAN_NO_MEMORY));
    return sides;
}

static bool find_channels(struct bench *b, struct side *sides, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sides[i].puts_to = bench_keep_channel(b, i, i);
        sides[i].takes_from = bench_keep_channel(b, i, i ^ 1);
    }
    return bench_is_fine(b);
}

static void play(struct bench *b, struct side *sides, size_t count)
{
    bench_stage(b, "round trips");
    bench_set_time(b);
    for (size_t i = 0; i < count; i++) {
        if (begins(&sides[i]))
            bench_send(b, i, sides[i].puts_to, pair_of(&sides[i]), on_put, &sides[i]);
        take(&sides[i], begins(&sides[i]) ? on_answer : on_question);
        pool_send(&b->pool, i);
    }
    bench_pass_time(b);
    bench_settle(b);
}

void bench_handoff(struct bench *b)
{
    const size_t pairs = (size_t)b->load.pairs, count = 2 * pairs;
    struct side *sides = sides_new(b, count);

    if (sides && bench_begin(b, count, pairs) && bench_open(b, count) &&
        bench_connect(b, count) && find_channels(b, sides, count))
        play(b, sides, count);
    bench_end(b);
    free(sides);
    bench_add_load(b, "pairs", b->load.pairs);
    bench_add_load(b, "size", b->load.size);
    bench_add_rate(b, "round_trips", "round_trips_per_s");
    bench_add_percentiles(b);
}
