/* SPDX-License-Identifier: MIT */
/*
 * Many connections with takes parked on channels of their own: what they cost the server
 * in memory, how long it takes to park them, and to wake them with a value each.
 */
#include "bench.h"
#include "complain.h"
#include "stopwatch.h"

#include <stdlib.h>
#include <string.h>

enum { WAKER = 0, FIRST_TAKER = 1 }; /* connections */

/* How many connections are given work before replies are looked at. */
enum { TAKERS_PER_TURN = 64 };

struct parked {
    struct bench *bench;
    size_t conns, per_conn, total;
    size_t sent; /* values: the i-th goes to the i-th channel */
    struct taker {
        struct parked *parked;
        uint32_t number;
    } * takers;
    int64_t empty_bytes, connected_bytes, parked_bytes; /* of the server; 0: not known */
    int64_t park_ns, wake_ns;
};

/* ---- the server's memory ---- */

static void look_for_rss(const char *name, size_t name_len, const char *value,
                         size_t value_len, void *data)
{
    static const char wanted[] = "\"rss_bytes\"";
    int64_t *bytes = data;

    (void)value_len; /* a number ends where no digit is */
    if (name_len == sizeof wanted - 1 && memcmp(name, wanted, name_len) == 0)
        *bytes = strtoll(value, NULL, 10);
}

/* What the server says of itself; 0: nothing. */
static int64_t rss_of_server(struct bench *b)
{
    struct chan_client *client = b->link->client;
    const enum chan_status status = chan_server_stat(client, LINK_TIMEOUT_MS);
    const struct chan_reply *reply = chan_last();
    int64_t bytes = 0;

    if (status == CHAN_OK)
        chan_json_members(reply->value, reply->value_len, look_for_rss, &bytes);
    else
        bench_fail(b, "ask for the memory of", status, chan_message());
    return bytes;
}

/* ---- parking and waking ---- */

static void on_take(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct taker *taker = data;
    struct bench *b = taker->parked->bench;

    (void)c;
    if (bench_take_ended(b, reply))
        bench_receive(b, reply, taker->number);
}

static void park(struct taker *taker)
{
    struct parked *p = taker->parked;
    const size_t conn = FIRST_TAKER + taker->number;

    for (size_t i = 0; i < p->per_conn; i++) {
        const struct chan_clause clause = {
            .chan = bench_channel(p->bench, conn, taker->number * p->per_conn + i)};

        bench_start(p->bench, conn, &clause, 1, on_take, taker);
        chan_drop(clause.chan);
    }
    p->bench->done += p->per_conn;
}

static void on_put(struct chan_client *c, const struct chan_reply *reply, void *data);

static void put(struct parked *p)
{
    const uint32_t taker = (uint32_t)(p->sent / p->per_conn);
    struct chan *chan = bench_channel(p->bench, WAKER, p->sent++);

    bench_send(p->bench, WAKER, chan, taker, on_put, p);
    chan_drop(chan);
}

static void on_put(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct parked *p = data;

    (void)c;
    if (bench_put_ended(p->bench, reply) && p->sent < p->total)
        put(p);
}

static bool park_all(struct parked *p)
{
    struct bench *b = p->bench;
    const int64_t begin_ns = stopwatch_now_ns();

    bench_stage(b, "takes parked");
    for (size_t i = 0; i < p->conns && bench_is_fine(b); i++) {
        park(&p->takers[i]);
        bench_fence(b, FIRST_TAKER + i);
        if (i % TAKERS_PER_TURN == 0)
            bench_turn(b, 0);
    }
    bench_await(b, &b->fences);
    p->park_ns = stopwatch_now_ns() - begin_ns;
    return bench_is_fine(b);
}

static bool gather(struct parked *p)
{
    struct bench *b = p->bench;

    if (!bench_connect(b, FIRST_TAKER))
        return false;
    p->empty_bytes = rss_of_server(b);
    if (!bench_connect(b, FIRST_TAKER + p->conns))
        return false;
    p->connected_bytes = rss_of_server(b);
    if (!park_all(p))
        return false;
    p->parked_bytes = rss_of_server(b);
    return bench_is_fine(b);
}

static void wake(struct parked *p)
{
    struct bench *b = p->bench;
    const int64_t begin_ns = stopwatch_now_ns();

    bench_stage(b, "takes woken");
    b->end_ns = INT64_MAX;
    while (p->sent < p->total && p->sent < (size_t)b->load.depth)
        put(p);
    pool_send(&b->pool, WAKER);
    bench_settle(b);
    p->wake_ns = stopwatch_now_ns() - begin_ns;
}

/* ---- figures ---- */

/* The server's memory is left out where it does not tell. */
static void add_memory(struct parked *p)
{
    struct figures *f = &p->bench->figures;

    if (p->empty_bytes == 0)
        return;
    figures_add(f, "bytes_per_conn",
                (double)(p->connected_bytes - p->empty_bytes) / (double)p->conns, 0);
    figures_add(f, "bytes_per_take",
                (double)(p->parked_bytes - p->connected_bytes) / (double)p->total, 0);
}

static void add_figures(struct parked *p)
{
    struct bench *b = p->bench;
    const double ns_per_ms = STOPWATCH_NS_PER_MS;

    bench_add_load(b, "conns", b->load.conns);
    bench_add_load(b, "per_conn", b->load.per_conn);
    bench_add_load(b, "depth", b->load.depth);
    bench_add_load(b, "size", b->load.size);
    add_memory(p);
    figures_add(&b->figures, "park_ms", (double)p->park_ns / ns_per_ms, 1);
    figures_add(&b->figures, "wake_ms", (double)p->wake_ns / ns_per_ms, 1);
    figures_add(&b->figures, "wakes_per_s",
                (double)p->total * 1000 * ns_per_ms / (double)(p->wake_ns + 1), 0);
    bench_add_percentiles(b);
}

void bench_parked(struct bench *b)
{
    struct parked p = {
        .bench = b, .conns = (size_t)b->load.conns, .per_conn = (size_t)b->load.per_conn};

    p.total = p.conns * p.per_conn;
    p.takers = calloc(p.conns, sizeof *p.takers);
    for (size_t i = 0; p.takers && i < p.conns; i++)
        p.takers[i] = (struct taker){&p, (uint32_t)i};
    if (!p.takers)
        bench_fail(b, "measure", CHAN_NO_MEMORY, chan_status_text(CHAN_NO_MEMORY));
    else if (bench_begin(b, FIRST_TAKER + p.conns, p.total) && gather(&p))
        wake(&p);
    bench_end(b);
    free(p.takers);
    add_figures(&p);
}
