/* SPDX-License-Identifier: MIT */
/*
 * How long the core takes. An operation is a value that was put and taken, or a take that
 * was parked and cancelled. What completes is drained as the daemon does it, once per
 * request.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "broker.h"
#include "trial.h"

enum { OP_OF_NO_INTEREST = 0, BUFFER_SIZE = 1024, CLAUSES_MAX = 256, NAME_SIZE = 32 };

#define SECOND_NS INT64_C(1000000000)

struct name {
    char text[NAME_SIZE];
    size_t len;
};

struct bench {
    struct broker *broker;
    struct peer putter, taker, crowd;
    struct list retired;
    long size;
    struct name *names; /* of the channels that are used */
    uint64_t turn;
    int64_t now_ns, wait_ns;
};

/* ---- the broker and those who ask it ---- */

/* Numbers that look random: an additive generator with a multiplied result. */
static size_t pick(struct bench *b)
{
    uint64_t n = b->turn++ * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)((n ^ n >> 31) * UINT64_C(0xbf58476d1ce4e5b9) >> 33) % (size_t)b->size;
}

static struct slice name(const struct bench *b, size_t i)
{
    return slice_of(b->names[i].text, b->names[i].len);
}

static void name_channels(struct bench *b, long count)
{
    b->names = trial_alloc((size_t)count, sizeof *b->names);
    for (long i = 0; i < count; i++)
        b->names[i].len = (size_t)snprintf(b->names[i].text, NAME_SIZE, "chan/%ld", i);
}

static struct bench *bench_new(long size, long channels)
{
    static const struct hash_key key = {UINT64_C(0x0706050403020100),
                                        UINT64_C(0x0f0e0d0c0b0a0908)};
    struct bench *b = trial_alloc(1, sizeof *b);
    struct broker_settings settings = {.limits = limits_default(), .auto_create = true};

    settings.limits.parked_per_channel = INT64_C(1) << 24;
    settings.limits.parked_per_connection = INT64_C(1) << 24;
    settings.limits.channels = INT64_C(1) << 24;
    b->broker = broker_new(&settings, key, 1);
    if (!b->broker)
        abort();
    b->size = size > 0 ? size : 1;
    b->wait_ns = ALT_FOREVER;
    list_init(&b->retired);
    peer_init(&b->putter);
    peer_init(&b->taker);
    peer_init(&b->crowd);
    name_channels(b, channels);
    return b;
}

static void drain(struct bench *b)
{
    struct list *done = broker_done(b->broker), *link;
    int64_t freed = 0;

    while ((link = list_pop(done))) {
        struct completion *c = container_of(link, struct completion, link);

        if (completion_retire(c, &freed))
            list_push(&b->retired, link);
    }
    broker_recycle(b->broker, &b->retired);
}

static void bench_end(void *state)
{
    struct bench *b = state;

    broker_leave(b->broker, &b->putter, b->now_ns);
    broker_leave(b->broker, &b->taker, b->now_ns);
    broker_leave(b->broker, &b->crowd, b->now_ns);
    drain(b);
    peer_release(&b->putter);
    peer_release(&b->taker);
    peer_release(&b->crowd);
    broker_free(b->broker);
    free(b->names);
    free(b);
}

/* Starts it, and drains what came of it; whether it has completed at once. */
static bool start(struct bench *b, struct peer *peer, struct offer *offers,
                  uint32_t count)
{
    struct ask ask = {
        .peer = peer,
        .tag = slice_text("123456"),
        .offers = offers,
        .count = count,
        .op = OP_OF_NO_INTEREST,
        .named = count > 1,
        .wait_ns = b->wait_ns,
    };
    struct completion now = {.peer = peer};
    bool done;

    if (peer == &b->crowd)
        ask.tag = slice_of(NULL, 0);
    done = broker_start(b->broker, &ask, ++b->now_ns, &now);
    if (done && now.err != ERR_OK)
        abort();
    drain(b);
    return done;
}

static bool put(struct bench *b, size_t channel)
{
    static const char value[] =
        "\"0123456789012345678901234567890123456789012345678901234"
        "567890123456789012345678901234567890123456\"";
    struct offer offer = {.name = name(b, channel), .side = SIDE_PUT};

    offer.value = slice_of(value, sizeof value - 1);
    return start(b, &b->putter, &offer, 1);
}

static bool take(struct bench *b, struct peer *peer, size_t channel)
{
    struct offer offer = {.name = name(b, channel), .side = SIDE_TAKE};

    return start(b, peer, &offer, 1);
}

static bool take_any(struct bench *b, uint32_t count)
{
    struct offer offers[CLAUSES_MAX];

    for (uint32_t i = 0; i < count; i++)
        offers[i] = (struct offer){.name = name(b, i), .side = SIDE_TAKE};
    return start(b, &b->taker, offers, count);
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* ---- what is begun with ---- */

static void *one_channel(long size)
{
    return bench_new(size, 1);
}

static void *many_channels(long size)
{
    struct bench *b = bench_new(size, size);
    const struct broker_open open = {.close_after_ms = -1};
    bool created;

    for (long i = 0; i < size; i++)
        must(broker_open(b->broker, name(b, (size_t)i), &open, 0, &created) == ERR_OK);
    return b;
}

static void *clauses(long size)
{
    return bench_new(size, size);
}

static void *buffered(long size)
{
    struct bench *b = bench_new(size, 1);
    const struct broker_open open = {.has_buffer = true,
                                     .kind = KIND_FIXED,
                                     .size = BUFFER_SIZE,
                                     .close_after_ms = -1};
    bool created;

    must(broker_open(b->broker, name(b, 0), &open, 0, &created) == ERR_OK);
    return b;
}

static void *parked(long size)
{
    struct bench *b = bench_new(size, 1);

    for (long i = 0; i < size; i++)
        must(!take(b, &b->crowd, 0));
    return b;
}

/* Takes with deadlines of one to two hours, in no order, on a channel of their own. */
static void *deadlines(long size)
{
    struct bench *b = bench_new(size, 2);

    for (long i = 0; i < size; i++) {
        b->wait_ns = 3600 * SECOND_NS + (int64_t)pick(b) * 3600 * SECOND_NS / b->size;
        must(!take(b, &b->crowd, 1));
    }
    b->wait_ns = 5400 * SECOND_NS;
    return b;
}

/* ---- what is done ---- */

static void hand_off(void *state, size_t operations)
{
    struct bench *b = state;

    for (size_t i = 0; i < operations; i++) {
        must(!take(b, &b->taker, 0));
        must(put(b, 0));
    }
}

static void hand_off_anywhere(void *state, size_t operations)
{
    struct bench *b = state;

    for (size_t i = 0; i < operations; i++) {
        size_t channel = pick(b);

        must(!take(b, &b->taker, channel));
        must(put(b, channel));
    }
}

/* With others waiting too: who came first is served, and comes again. */
static void hand_off_in_line(void *state, size_t operations)
{
    struct bench *b = state;

    for (size_t i = 0; i < operations; i++) {
        must(put(b, 0));
        must(!take(b, &b->crowd, 0));
    }
}

static void pass_through_buffer(void *state, size_t operations)
{
    struct bench *b = state;

    for (size_t i = 0; i < operations; i++) {
        must(put(b, 0));
        must(take(b, &b->taker, 0));
    }
}

static void hand_off_by_alts(void *state, size_t operations)
{
    struct bench *b = state;

    for (size_t i = 0; i < operations; i++) {
        must(!take_any(b, (uint32_t)b->size));
        must(put(b, i % (size_t)b->size));
    }
}

static void park_and_cancel(void *state, size_t operations)
{
    struct bench *b = state;

    for (size_t i = 0; i < operations; i++) {
        must(!take(b, &b->taker, 0));
        must(broker_cancel(b->broker, &b->taker, slice_text("123456"), b->now_ns) ==
             ERR_OK);
        drain(b);
    }
}

static const struct trial trials[] = {
    {"hand-off", 0, one_channel, hand_off, bench_end},
    {"through a buffer", 0, buffered, pass_through_buffer, bench_end},
    {"alts, clauses", 1, clauses, hand_off_by_alts, bench_end},
    {"alts, clauses", 10, clauses, hand_off_by_alts, bench_end},
    {"alts, clauses", 256, clauses, hand_off_by_alts, bench_end},
    {"park and cancel", 0, one_channel, park_and_cancel, bench_end},
    {"deadlines pending", 1, deadlines, hand_off, bench_end},
    {"deadlines pending", 1000000, deadlines, hand_off, bench_end},
    {"parked on the channel", 1, parked, hand_off_in_line, bench_end},
    {"parked on the channel", 64, parked, hand_off_in_line, bench_end},
    {"parked on the channel", 4096, parked, hand_off_in_line, bench_end},
    {"parked on the channel", 65536, parked, hand_off_in_line, bench_end},
    {"channels", 1, many_channels, hand_off_anywhere, bench_end},
    {"channels", 1000, many_channels, hand_off_anywhere, bench_end},
    {"channels", 100000, many_channels, hand_off_anywhere, bench_end},
    {"channels", 1000000, many_channels, hand_off_anywhere, bench_end},
};

struct trial_list core_trials(void)
{
    return (struct trial_list){trials, sizeof trials / sizeof *trials};
}
