/* SPDX-License-Identifier: MIT */
#include "market.h"

#include <sched.h>
#include <stdatomic.h>
#include "deadline.h"
#include "parley.h"
#include "starve.h"
#include "strand.h"
#include "unit.h"

/* ---- one party after the other ---- */

static struct channel *channel(enum kind kind, uint32_t size)
{
    const struct channel_settings settings = {
        .kind = kind, .size = size, .close_after_ms = -1};
    struct channel *ch = channel_new(slice_of("", 0), 0, &settings);

    ck_assert_ptr_nonnull(ch);
    ch->known = ch->opened = true;
    return ch;
}

/* A put, or with NULL a take. */
static enum chan_status ask(struct market *m, struct channel *ch, const char *value,
                            int64_t wait_ns)
{
    struct offer offer = {
        .value = slice_text(value), .channel = ch, .side = value ? SIDE_PUT : SIDE_TAKE};
    struct ask ask = {.offers = &offer, .count = 1, .wait_ns = wait_ns};
    struct party party;

    if (!market_ask(m, strand_self(), &ask, &party))
        market_wait(m, &party);
    return chan_last()->status;
}

START_TEST(a_market_of_its_own_serves_and_ends_empty)
{
    struct market m;
    struct channel *ch = channel(KIND_FIXED, 2);

    market_init(&m);
    ck_assert_int_eq(ask(&m, ch, "1", 0), CHAN_OK);
    ck_assert_int_eq(ask(&m, ch, "\n2", 0), CHAN_OK);
    ck_assert_int_eq(ask(&m, ch, "3", 0), CHAN_TIMEOUT);
    ck_assert_int_eq(ask(&m, ch, NULL, 0), CHAN_OK);
    ck_assert_str_eq(chan_last()->value, "1");
    ck_assert_int_eq(ask(&m, ch, NULL, 0), CHAN_OK);
    ck_assert_str_eq(chan_last()->value, " 2");
    market_close(&m, ch);
    ck_assert_int_eq(ask(&m, ch, NULL, ALT_FOREVER), CHAN_CLOSED);
    ck_assert_str_eq(chan_message(), "the channel is closed");
    market_forget(&m, ch);
    market_release(&m);
}
END_TEST

START_TEST(the_deadline_is_that_of_who_must_be_told_first)
{
    struct market m;
    struct channel *early = channel(KIND_NONE, 0), *late = channel(KIND_NONE, 0);

    market_init(&m);
    ck_assert_int_eq(market_deadline(&m), INT64_MAX);
    ck_assert(market_close_at(&m, late, 70) && market_close_at(&m, early, 50));
    ck_assert_int_eq(market_deadline(&m), 50);
    market_expire(&m, 49);
    ck_assert(!early->closed && !late->closed);
    market_expire(&m, 50);
    ck_assert(early->closed && !late->closed);
    ck_assert_int_eq(market_deadline(&m), 70);
    market_forget(&m, late);
    ck_assert_int_eq(market_deadline(&m), INT64_MAX);
    market_forget(&m, early);
    market_release(&m);
}
END_TEST

START_TEST(the_past_comes_before_what_is_asked_now)
{
    struct market m;
    struct channel *ch = channel(KIND_NONE, 0);

    market_init(&m);
    ck_assert(market_close_at(&m, ch, 1));
    ck_assert_int_eq(ask(&m, ch, "1", ALT_FOREVER), CHAN_CLOSED);
    market_forget(&m, ch);
    market_release(&m);
}
END_TEST

/* A wake-up of another kind does not end the wait. */
START_TEST(who_waits_is_not_misled_by_other_wake_ups)
{
    struct market m;
    struct channel *ch = channel(KIND_NONE, 0);
    const int64_t before_ns = deadline_now_ns();

    market_init(&m);
    strand_wake(strand_self());
    ck_assert_int_eq(ask(&m, ch, NULL, 3000000), CHAN_TIMEOUT);
    ck_assert_int_ge(deadline_now_ns() - before_ns, 3000000);
    market_forget(&m, ch);
    market_release(&m);
}
END_TEST

/* ---- without memory ---- */

enum { LONG = 5000 };

static char *long_text(void)
{
    char *text = malloc(LONG + 1);

    ck_assert_ptr_nonnull(text);
    memset(text, '7', LONG);
    text[LONG] = '\0';
    return text;
}

/* The first taker uses what was to spare, and then nobody takes anything until it is
 * there again. */
START_TEST(a_value_is_not_lost_whose_taker_has_no_memory)
{
    struct market m;
    struct channel *ch = channel(KIND_FIXED, 2);
    char *text = long_text();
    enum chan_status first, second;

    market_init(&m);
    ck_assert_int_eq(ask(&m, ch, text, 0), CHAN_OK);
    ck_assert_int_eq(ask(&m, ch, text, 0), CHAN_OK);
    starve_after(0);
    first = ask(&m, ch, NULL, 0);
    second = chan_last()->value_len == LONG ? ask(&m, ch, NULL, 0) : CHAN_OK;
    ck_assert_int_gt(starve_end(), 0);
    ck_assert_int_eq(first, CHAN_OK);
    ck_assert_int_eq(second, CHAN_NO_MEMORY);
    ck_assert_int_eq(ask(&m, ch, NULL, 0), CHAN_OK);
    ck_assert_str_eq(chan_last()->value, text);
    ck_assert_int_eq(ask(&m, ch, NULL, 0), CHAN_TIMEOUT);
    market_forget(&m, ch);
    market_release(&m);
    free(text);
}
END_TEST

struct stall {
    struct market *market;
    struct channel *channel;
    enum chan_status status;
    size_t value_len;
};

static void *take_one(void *arg)
{
    struct stall *stall = arg;

    stall->status = ask(stall->market, stall->channel, NULL, ALT_FOREVER);
    stall->value_len = chan_last()->value_len;
    return NULL;
}

static bool is_parked(struct market *m)
{
    bool parked;

    pthread_mutex_lock(&m->lock);
    parked = m->exchange.parked == 1;
    pthread_mutex_unlock(&m->lock);
    return parked;
}

/* The putter's own bytes are copied for whoever waits: or they are not put. */
START_TEST(a_value_is_put_if_there_is_memory_for_whoever_waits)
{
    struct market m;
    struct channel *ch = channel(KIND_NONE, 0);
    struct stall stall = {.market = &m, .channel = ch};
    char *text = long_text();
    enum chan_status starved;
    pthread_t taker;

    market_init(&m);
    ck_assert_int_eq(pthread_create(&taker, NULL, take_one, &stall), 0);
    while (!is_parked(&m))
        sched_yield();
    strand_self();
    starve_after(0);
    starved = ask(&m, ch, text, 0);
    ck_assert_int_gt(starve_end(), 0);
    ck_assert_int_eq(starved, CHAN_NO_MEMORY);
    ck_assert(is_parked(&m));
    starve_after(1);
    starved = ask(&m, ch, text, 0);
    pthread_join(taker, NULL);
    starve_end();
    ck_assert_int_eq(starved, CHAN_OK);
    ck_assert_int_eq(stall.status, CHAN_OK);
    ck_assert_uint_eq(stall.value_len, LONG);
    market_forget(&m, ch);
    market_release(&m);
    free(text);
}
END_TEST

/* ---- a fair with many, and what must hold whatever they do ---- */

enum { CHANNELS = 4, MOVERS = 8, SINKS = 4, MOVES = 400, EXACT = 2 };

struct fair {
    struct chan *channels[CHANNELS]; /* those before EXACT drop nothing */
    atomic_uchar put[MOVERS][MOVES], taken[MOVERS][MOVES];
    atomic_int moving;
};

struct actor {
    struct fair *fair;
    int number;
    uint64_t dice;
    int last[CHANNELS][MOVERS]; /* the latest value of each mover that it has seen */
};

static int roll(struct actor *a, int below)
{
    a->dice ^= a->dice >> 12;
    a->dice ^= a->dice << 25;
    a->dice ^= a->dice >> 27;
    return (int)((a->dice * UINT64_C(0x2545f4914f6cdd1d) >> 33) % (uint64_t)below);
}

/* What came is from somebody, has not come before, and not before what was put first. */
static void receive(struct actor *a, int channel, const char *value)
{
    int mover, move;

    must(sscanf(value, "[%d,%d]", &mover, &move) == 2);
    must(atomic_fetch_add(&a->fair->taken[mover][move], 1) == 0);
    must(move > a->last[channel][mover]);
    a->last[channel][mover] = move;
}

static int64_t some_wait(struct actor *a)
{
    static const int64_t waits[] = {0, 0, 1, 2, CHAN_FOREVER};

    return waits[roll(a, sizeof waits / sizeof *waits)];
}

static void move_put(struct actor *a, int move)
{
    const int channel = roll(a, CHANNELS);
    char value[32];

    snprintf(value, sizeof value, "[%d,%d]", a->number, move);
    if (chan_put(a->fair->channels[channel], value, strlen(value), some_wait(a)) ==
        CHAN_OK)
        a->fair->put[a->number][move] =
            chan_last()->dropped ? 0 : (unsigned char)(channel + 1);
}

static void move_take(struct actor *a)
{
    const int channel = roll(a, CHANNELS);
    const char *value;

    if (chan_take(a->fair->channels[channel], roll(a, 3), &value, NULL) == CHAN_OK)
        receive(a, channel, value);
}

/* Puts or takes, whatever comes first. */
static void move_alts(struct actor *a, int move)
{
    struct chan_clause clauses[CHANNELS];
    const struct chan_reply *reply;
    int channel;
    char value[32];

    snprintf(value, sizeof value, "[%d,%d]", a->number, move);
    for (int i = 0; i < CHANNELS; i++) {
        clauses[i] = (struct chan_clause){.chan = a->fair->channels[i]};
        if (roll(a, 2))
            clauses[i].value = value;
        clauses[i].value_len = strlen(value);
    }
    if (chan_alts(clauses, CHANNELS, CHAN_AT_RANDOM, roll(a, 3), &reply) != CHAN_OK)
        return;
    channel = (int)reply->index;
    if (!clauses[channel].value)
        receive(a, channel, reply->value);
    else if (!reply->dropped)
        a->fair->put[a->number][move] = (unsigned char)(channel + 1);
}

static char *move(void *arg)
{
    struct actor *a = arg;

    for (int i = 0; i < MOVES; i++) {
        const int what = roll(a, 10);

        if (what < 5)
            move_put(a, i);
        else if (what < 7)
            move_take(a);
        else if (what < 9)
            move_alts(a, i);
        else if (roll(a, 8))
            chan_yield();
        else
            chan_sleep(1);
    }
    if (atomic_fetch_sub(&a->fair->moving, 1) == 1)
        for (int i = 0; i < CHANNELS; i++)
            chan_close(a->fair->channels[i]);
    return NULL;
}

/* Takes all that there is, until all is closed. */
static char *sink(void *arg)
{
    struct actor *a = arg;
    struct chan_clause clauses[CHANNELS];
    int which[CHANNELS], open = CHANNELS;

    for (int i = 0; i < CHANNELS; i++) {
        clauses[i] = (struct chan_clause){.chan = a->fair->channels[i]};
        which[i] = i;
    }
    while (open > 0) {
        const struct chan_reply *reply = NULL;
        const enum chan_status status = chan_alts(clauses, (size_t)open, CHAN_AT_RANDOM,
                                                  roll(a, 4) ? CHAN_FOREVER : 1, &reply);

        if (status == CHAN_OK)
            receive(a, which[reply->index], reply->value);
        if (status == CHAN_CLOSED) {
            const size_t gone = reply->index;

            open--;
            clauses[gone] = clauses[open];
            which[gone] = which[open];
        }
    }
    return NULL;
}

/* Where nothing is dropped every value arrives, elsewhere none that was not put. */
static void check_ledger(const struct fair *f)
{
    for (int mover = 0; mover < MOVERS; mover++)
        for (int i = 0; i < MOVES; i++) {
            const int channel = f->put[mover][i] - 1, taken = f->taken[mover][i];

            must(channel >= 0 || taken == 0);
            must(channel < 0 || channel >= EXACT || taken == 1);
        }
}

static struct actor actor_of(struct fair *f, int number, uint64_t seed)
{
    struct actor a = {
        .fair = f, .number = number, .dice = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};

    memset(a.last, -1, sizeof a.last);
    for (int i = 0; i < number + 10; i++)
        roll(&a, 1);
    return a;
}

static void hold_fair(uint64_t seed)
{
    struct fair *f = calloc(1, sizeof *f);
    struct actor actors[MOVERS + SINKS];
    struct chan *results[MOVERS + SINKS];

    f->channels[0] = chan_local(CHAN_NONE, 0);
    f->channels[1] = chan_local(CHAN_FIXED, 1 + (int64_t)(seed % 5));
    f->channels[2] = chan_local(CHAN_SLIDING, 2);
    f->channels[3] = chan_local(CHAN_DROPPING, 2);
    atomic_store(&f->moving, MOVERS);
    for (int i = 0; i < MOVERS + SINKS; i++) {
        actors[i] = actor_of(f, i, seed);
        results[i] =
            (i % 3 == 0 ? chan_thread : chan_go)(i < MOVERS ? move : sink, &actors[i]);
    }
    for (int i = 0; i < MOVERS + SINKS; i++)
        ended(results[i]);
    check_ledger(f);
    for (int i = 0; i < CHANNELS; i++)
        chan_drop(f->channels[i]);
    free(f);
}

/* Nothing is left behind. */
static void check_market(struct market *m)
{
    pthread_mutex_lock(&m->lock);
    must(m->exchange.parked == 0 && m->exchange.bytes == 0);
    must(m->exchange.timers.count == 0);
    pthread_mutex_unlock(&m->lock);
}

/* With CHAN_SEED in the environment that one alone. */
static void hold_fairs(void)
{
    const char *seed = getenv("CHAN_SEED");
    const uint64_t first = seed ? strtoull(seed, NULL, 0) : 1;
    const uint64_t last = seed ? first : PARLEY_SANITIZED ? 10 : 40;

    for (uint64_t s = first; s <= last; s++) {
        char text[40];

        snprintf(text, sizeof text, "CHAN_SEED=%llu", (unsigned long long)s);
        ck_assert_msg(s > 0, "%s", text); /* Check's note of how far it came */
        hold_fair(s);
        check_market(runtime_market());
    }
}

START_TEST(nothing_is_lost_doubled_or_out_of_order_on_one_thread_of_processes)
{
    hold_fairs();
}
END_TEST

START_TEST(nothing_is_lost_doubled_or_out_of_order_on_three_threads_of_processes)
{
    ck_assert_int_eq(chan_threads(3), CHAN_OK);
    hold_fairs();
}
END_TEST

UNIT_MAIN("market", a_market_of_its_own_serves_and_ends_empty,
          the_deadline_is_that_of_who_must_be_told_first,
          the_past_comes_before_what_is_asked_now,
          who_waits_is_not_misled_by_other_wake_ups,
          a_value_is_not_lost_whose_taker_has_no_memory,
          a_value_is_put_if_there_is_memory_for_whoever_waits,
          nothing_is_lost_doubled_or_out_of_order_on_one_thread_of_processes,
          nothing_is_lost_doubled_or_out_of_order_on_three_threads_of_processes)
