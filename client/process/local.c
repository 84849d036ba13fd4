/* SPDX-License-Identifier: MIT */
/* chan_local and chan_timeout, and what can be done with such channels (handle.h). */
#include <stdlib.h>
#include "carrier.h"
#include "deadline.h"
#include "handle.h"
#include "market.h"
#include "runtime.h"
#include "strand.h"

/* A few clauses need no memory of their own. */
enum { OFFERS_AT_HAND = 8, OFFERS_MAX = UINT16_MAX };

struct local {
    struct chan handle; /* first, so that the one is the other */
    struct market *market;
    struct channel *channel;
};

static struct local *local_of(struct chan *ch)
{
    return (struct local *)ch;
}

static struct offer offer_of(const struct chan_clause *clause)
{
    return (struct offer){
        .value = slice_of(clause->value, clause->value_len),
        .channel = local_of(clause->chan)->channel,
        .side = clause->value ? SIDE_PUT : SIDE_TAKE,
    };
}

static int64_t wait_ns_of(int64_t wait_ms)
{
    if (wait_ms < 0 || wait_ms > INT64_MAX / DEADLINE_NS_PER_MS)
        return ALT_FOREVER;
    return wait_ms == 0 ? ALT_NO_PARK : wait_ms * DEADLINE_NS_PER_MS;
}

/* Who is parked holds the channels, so that they are there for as long as it is. */
static void hold_all(const struct chan_clause *clauses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        chan_hold(clauses[i].chan);
}

static void drop_all(const struct chan_clause *clauses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        chan_drop(clauses[i].chan);
}

static void ask_and_wait(struct strand *self, const struct chan_clause *clauses,
                         struct ask *ask)
{
    struct market *m = local_of(clauses[0].chan)->market;
    struct party party;

    hold_all(clauses, ask->count);
    if (!market_ask(m, self, ask, &party))
        market_wait(m, &party);
    else if (self->process)
        carrier_count(self->process);
    drop_all(clauses, ask->count);
}

static enum chan_status local_run(const struct chan_clause *clauses, size_t count,
                                  enum chan_order order, int64_t wait_ms)
{
    struct offer at_hand[OFFERS_AT_HAND], *offers = at_hand;
    struct strand *self = strand_self();
    struct ask ask = {.count = (uint32_t)count,
                      .priority = order == CHAN_FIRST_WINS,
                      .wait_ns = wait_ns_of(wait_ms)};

    if (!self)
        return CHAN_NO_MEMORY;
    if (count > OFFERS_MAX)
        return outcome_end(strand_outcome(self), CHAN_INVALID,
                           "more than 65,535 clauses of local channels");
    if (count > OFFERS_AT_HAND)
        offers = calloc(count, sizeof *offers);
    if (!offers)
        return outcome_end(strand_outcome(self), CHAN_NO_MEMORY, NULL);
    for (size_t i = 0; i < count; i++)
        offers[i] = offer_of(&clauses[i]);
    ask.offers = offers;
    ask_and_wait(self, clauses, &ask);
    if (offers != at_hand)
        free(offers);
    return strand_outcome(self)->last.status;
}

static enum chan_status local_close(struct chan *ch)
{
    struct local *local = local_of(ch);

    market_close(local->market, local->channel);
    return outcome_of_call(CHAN_OK, NULL);
}

static void local_free(struct chan *ch)
{
    struct local *local = local_of(ch);

    market_forget(local->market, local->channel);
    free(local);
}

static const char *local_name(const struct chan *ch)
{
    (void)ch;
    return "";
}

static const struct ground local_ground = {
    .run = local_run,
    .close = local_close,
    .free = local_free,
    .name = local_name,
};

/* ---- making them ---- */

static const struct {
    enum kind kind;
    bool sized;
} buffers[] = {
    [CHAN_ANY] = {KIND_NONE, false},         [CHAN_NONE] = {KIND_NONE, false},
    [CHAN_FIXED] = {KIND_FIXED, true},       [CHAN_SLIDING] = {KIND_SLIDING, true},
    [CHAN_DROPPING] = {KIND_DROPPING, true}, [CHAN_PROMISE] = {KIND_PROMISE, false},
};

static struct channel *channel_of(enum kind kind, uint32_t size)
{
    const struct channel_settings settings = {
        .kind = kind, .size = size, .close_after_ms = -1};
    struct channel *ch = channel_new(slice_of("", 0), 0, &settings);

    if (ch)
        ch->known = ch->opened = true; /* the core shall not forget it */
    return ch;
}

/* The handle of a new channel, or NULL. */
static struct chan *local_new(enum kind kind, uint32_t size)
{
    struct local *local = malloc(sizeof *local);
    struct channel *channel = channel_of(kind, size);

    if (!local || !channel) {
        channel_free(channel);
        free(local);
        return NULL;
    }
    handle_init(&local->handle, &local_ground, NULL);
    local->market = runtime_market();
    local->channel = channel;
    return &local->handle;
}

/* What was taken before stays, as it is often what the new channel is for. */
static struct chan *made(struct chan *ch)
{
    struct strand *self = strand_self();

    if (!ch)
        outcome_of_call(CHAN_NO_MEMORY, NULL);
    else if (self)
        outcome_amend(strand_outcome(self), CHAN_OK, chan_status_text(CHAN_OK));
    return ch;
}

struct chan *chan_local(enum chan_buffer buffer, int64_t size)
{
    const char *fault = NULL;

    if ((unsigned)buffer >= sizeof buffers / sizeof *buffers)
        fault = "no such buffer";
    else if (buffers[buffer].sized && (size < 1 || size > UINT32_MAX / 2))
        fault = "the size of the buffer must be 1 to 2^31-1";
    else if (!buffers[buffer].sized && size != 0)
        fault = "a buffer of this kind has no size";
    if (fault) {
        outcome_of_call(CHAN_INVALID, fault);
        return NULL;
    }
    return made(local_new(buffers[buffer].kind, (uint32_t)size));
}

struct chan *chan_timeout(int64_t ms)
{
    struct chan *ch = made(local_new(KIND_NONE, 0));
    const int64_t when_ns = deadline_after_ms(ms);
    struct local *local;

    if (!ch || when_ns == DEADLINE_NEVER)
        return ch;
    local = local_of(ch);
    if (market_close_at(local->market, local->channel, when_ns))
        return ch;
    chan_drop(ch);
    return made(NULL);
}
