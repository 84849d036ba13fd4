/* SPDX-License-Identifier: MIT */
/*
 * Producers that put as fast as they may, and consumers that take from one channel, or
 * wait on several at once: a stream is an alts of one clause.
 */
#include "bench.h"
#include "complain.h"

#include <stdlib.h>
#include <string.h>

struct stream {
    struct bench *bench;
    size_t producers, consumers, depth, takes, chans;
    struct chan_clause *clauses; /* of each flow, a take from each channel */
    struct flow {
        struct stream *stream;
        size_t number;       /* of the connection: producers come first */
        size_t next_channel; /* that it puts to: each in its turn */
        struct chan_clause *clauses;
    } * flows;
};

static void on_put(struct chan_client *c, const struct chan_reply *reply, void *data);

static void put(struct flow *flow)
{
    struct stream *s = flow->stream;
    struct chan *chan = flow->clauses[flow->next_channel].chan;

    flow->next_channel = (flow->next_channel + 1) % s->chans;
    bench_send(s->bench, flow->number, chan, 0, on_put, flow);
}

static void on_put(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct flow *flow = data;
    struct bench *b = flow->stream->bench;

    (void)c;
    if (bench_put_ended(b, reply) && !bench_is_over(b))
        put(flow);
}

static void on_take(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct flow *flow = data;
    struct stream *s = flow->stream;

    (void)c;
    if (bench_take_ended(s->bench, reply) && bench_receive(s->bench, reply, 0))
        bench_start(s->bench, flow->number, flow->clauses, s->chans, on_take, flow);
}

static void consume(struct flow *flow)
{
    struct stream *s = flow->stream;

    for (size_t i = 0; i < s->takes; i++)
        bench_start(s->bench, flow->number, flow->clauses, s->chans, on_take, flow);
}

static void produce(struct flow *flow)
{
    for (size_t i = 0; i < flow->stream->depth; i++)
        put(flow);
}

static void run(struct stream *s)
{
    struct bench *b = s->bench;
    const size_t count = s->producers + s->consumers;

    bench_stage(b, "values");
    bench_set_time(b);
    for (size_t i = count; i-- > 0;) { /* consumers first, so that they wait already */
        if (i < s->producers)
            produce(&s->flows[i]);
        else
            consume(&s->flows[i]);
        pool_send(&b->pool, i);
    }
    bench_pass_time(b);
    bench_settle(b);
}

static bool stream_init(struct stream *s)
{
    const size_t count = s->producers + s->consumers;

    s->clauses = calloc(s->chans * count, sizeof *s->clauses);
    s->flows = calloc(count, sizeof *s->flows);
    if (!s->clauses || !s->flows) {
        bench_fail(s->bench, "measure", CHAN_NO_MEMORY, chan_status_text(CHAN_NO_MEMORY));
        return false;
    }
    for (size_t i = 0; i < count; i++)
        s->flows[i] = (struct flow){s, i, i % s->chans, s->clauses + i * s->chans};
    return true;
}

static bool find_channels(struct stream *s)
{
    for (size_t i = 0; i < s->producers + s->consumers; i++)
        for (size_t j = 0; j < s->chans; j++)
            s->flows[i].clauses[j].chan = bench_keep_channel(s->bench, i, j);
    return bench_is_fine(s->bench);
}

static void stream_release(struct stream *s)
{
    free(s->clauses);
    free(s->flows);
}

static void measure(struct stream *s)
{
    struct bench *b = s->bench;
    const size_t count = s->producers + s->consumers;
    const size_t values = s->producers * s->depth + s->consumers * s->takes;

    if (stream_init(s) && bench_begin(b, count, values) && bench_open(b, s->chans) &&
        bench_connect(b, count) && find_channels(s))
        run(s);
    bench_end(b);
    stream_release(s);
}

static void add_figures(struct bench *b)
{
    const double bytes = (double)b->times.count * (double)b->load.size;

    bench_add_load(b, "producers", b->load.producers);
    bench_add_load(b, "consumers", b->load.consumers);
    if (b->load.chans > 0)
        bench_add_load(b, "chans", b->load.chans);
    bench_add_load(b, "depth", b->load.depth);
    bench_add_load(b, "size", b->load.size);
    bench_add_rate(b, "values", "values_per_s");
    figures_add(&b->figures, "mb_per_s", bytes / (double)b->load.duration_ms / 1000, 2);
    bench_add_percentiles(b);
}

/* One channel, and as many takes outstanding as puts. */
void bench_stream(struct bench *b)
{
    struct stream s = {.bench = b,
                       .producers = (size_t)b->load.producers,
                       .consumers = (size_t)b->load.consumers,
                       .depth = (size_t)b->load.depth,
                       .takes = (size_t)b->load.depth,
                       .chans = 1};

    measure(&s);
    add_figures(b);
}

/* Several, and each consumer waits on all of them with one request. */
void bench_alts(struct bench *b)
{
    struct stream s = {.bench = b,
                       .producers = (size_t)b->load.producers,
                       .consumers = (size_t)b->load.consumers,
                       .depth = (size_t)b->load.depth,
                       .takes = 1,
                       .chans = (size_t)b->load.chans};

    measure(&s);
    add_figures(b);
}
