/* SPDX-License-Identifier: MIT */
#include "alt.h"

#include <assert.h>
#include <string.h>
#include "account.h"
#include "alt_memory.h"
#include "peer.h"

/* ---- the lines at a channel ---- */

static void clause_park(struct clause *c)
{
    struct channel *ch = c->channel;

    if (c->side == SIDE_PUT) {
        list_push(&ch->puts, &c->link);
        ch->put_count++;
    } else {
        list_push(&ch->takes, &c->link);
        ch->take_count++;
    }
}

/* Leaves its line; a value that nobody took is dropped. */
static void clause_leave(struct exchange *ex, struct clause *c)
{
    struct channel *ch = c->channel;

    list_remove(&c->link);
    if (c->side == SIDE_PUT)
        ch->put_count--;
    else
        ch->take_count--;
    if (c->held) {
        ex->bytes -= (int64_t)c->held->len;
        ex->memory -= value_drop(c->held);
        c->held = NULL;
    }
    exchange_touch(ex, ch);
}

void alt_end(struct exchange *ex, struct alt *alt, enum err err)
{
    for (uint32_t i = 0; i < alt->count; i++)
        clause_leave(ex, &alt->clauses[i]);
    heap_remove(&ex->timers, &alt->timer.node);
    peer_remove(alt->done.peer, alt);
    ex->parked--;
    alt->done.err = err;
    list_push(&ex->done, &alt->done.link);
}

void clause_end(struct exchange *ex, struct clause *c, enum err err)
{
    struct alt *alt = c->alt;

    alt->done.index = (uint16_t)(c - alt->clauses);
    if (alt->chan_room) {
        struct slice name = channel_name(c->channel);

        memcpy(alt->chan_room, name.bytes, name.len);
        alt->done.chan = slice_of(alt->chan_room, name.len);
    }
    alt_end(ex, alt, err);
}

/* ---- a value changes hands ---- */

enum { HANDED_LONG = 4096 };

static struct clause *first_of(struct list *line)
{
    return container_of(line->next, struct clause, link);
}

static void take_gets(struct channel *ch, struct completion *take, struct slice bytes,
                      struct value *held)
{
    take->value = bytes;
    take->held = held;
    ch->takes_total++;
}

/* The first parked put's value, the caller's now; the put has completed. */
static struct value *parked_put_yields(struct exchange *ex, struct channel *ch)
{
    struct clause *c = first_of(&ch->puts);
    struct value *v = c->held;

    assert(v);
    c->held = NULL;
    ex->bytes -= (int64_t)v->len;
    ch->puts_total++;
    clause_end(ex, c, ERR_OK);
    return v;
}

/* The first parked take gets a value, and has completed. */
static void parked_take_gets(struct exchange *ex, struct channel *ch, struct slice bytes,
                             struct value *held)
{
    struct clause *c = first_of(&ch->takes);

    take_gets(ch, &c->alt->done, bytes, held);
    clause_end(ex, c, ERR_OK);
}

/* Whether so many more bytes may be held. */
static bool memory_allows(const struct exchange *ex, int64_t more)
{
    return ex->bytes + ex->outside + more <= ex->bytes_max;
}

/* The reference becomes the buffer's, on success only. */
static bool buffer_gets(struct exchange *ex, struct channel *ch, struct value *v)
{
    struct value *fallen;

    if (!buffer_push(&ch->buffer, v, &fallen))
        return false;
    ch->bytes += v->len;
    ex->bytes += (int64_t)v->len;
    if (fallen) {
        ch->bytes -= fallen->len;
        ex->bytes -= (int64_t)fallen->len;
        ch->dropped_total++;
        ex->memory -= value_drop(fallen);
    }
    return true;
}

/* Puts that were parked because the buffer was full go in as far as there is room. */
static void parked_puts_enter(struct exchange *ex, struct channel *ch)
{
    while (ch->put_count > 0 && buffer_fate(&ch->buffer) == BUFFER_KEEP) {
        bool entered = buffer_gets(ex, ch, parked_put_yields(ex, ch));

        assert(entered); /* the ring had been full: it need not grow */
        (void)entered;
    }
}

/* A promise was kept: everybody who waits for it gets it. */
static void parked_takes_share(struct exchange *ex, struct channel *ch)
{
    while (ch->take_count > 0 && ch->buffer.count > 0) {
        struct value *v = buffer_take(&ch->buffer);

        parked_take_gets(ex, ch, value_slice(v), v);
    }
}

/* ---- one clause: is it ready, and doing it ---- */

static bool offer_is_ready(const struct offer *o)
{
    const struct channel *ch = o->channel;

    if (ch->closed)
        return true;
    if (o->side == SIDE_TAKE)
        return ch->buffer.count > 0 || ch->put_count > 0;
    return ch->take_count > 0 || buffer_fate(&ch->buffer) != BUFFER_PARK;
}

/* The first buffered value; the room may go with the last one. */
static struct value *buffer_yields(struct exchange *ex, struct channel *ch)
{
    const uint32_t cap = ch->buffer.cap;
    struct value *v = buffer_take(&ch->buffer);

    if (ch->buffer.cap != cap)
        ex->memory -= buffer_room(cap);
    return v;
}

static enum err take_run(struct exchange *ex, struct channel *ch, struct completion *now)
{
    struct value *v;

    if (ch->buffer.count > 0) {
        v = buffer_yields(ex, ch);
        if (!buffer_stays(&ch->buffer)) {
            ch->bytes -= v->len;
            ex->bytes -= (int64_t)v->len;
            value_discharge(v);
        }
        take_gets(ch, now, value_slice(v), v);
        return ERR_OK;
    }
    if (ch->put_count > 0) {
        v = parked_put_yields(ex, ch);
        value_discharge(v);
        take_gets(ch, now, value_slice(v), v);
        return ERR_OK;
    }
    return ERR_CLOSED;
}

/*
 * From hand to hand, uncopied and not held: it is gone before anything else happens,
 * unless it is not read. Then it is output, for which there must be memory, and many long
 * ones at once may turn out to be that.
 */
static enum err put_hands_over(struct exchange *ex, struct channel *ch,
                               struct slice bytes)
{
    const bool is_long = bytes.len >= HANDED_LONG;

    if ((is_long || ex->outside > 0) &&
        !exchange_has_room(ex, RESERVE_OUTPUT, ex->handed + (int64_t)bytes.len))
        return ERR_LIMIT_MEMORY;
    if (is_long)
        ex->handed += (int64_t)bytes.len;
    ch->puts_total++;
    parked_take_gets(ex, ch, bytes, NULL);
    return ERR_OK;
}

/* Whether a value may be held, with more room for it, in place of another or of none. */
static enum err value_allowed(const struct exchange *ex, struct slice bytes, int64_t room,
                              const struct value *instead, const struct account *payer)
{
    int64_t more = (int64_t)bytes.len;
    int64_t weight = weight_of(sizeof(struct value) + bytes.len) + room;

    if (instead) {
        more -= (int64_t)instead->len;
        weight -= value_weight(instead);
    }
    if (!memory_allows(ex, more) || !exchange_has_room(ex, RESERVE_VALUES, weight))
        return ERR_LIMIT_MEMORY;
    return account_has_bytes(payer, (int64_t)bytes.len) ? ERR_OK : ERR_LIMIT_USER_BYTES;
}

static enum err put_into_buffer(struct exchange *ex, struct channel *ch,
                                struct slice bytes, struct account *payer)
{
    const int64_t growth = buffer_growth(&ch->buffer);
    enum err err = exchange_know(ex, ch);
    struct value *v;

    if (!err)
        err = value_allowed(ex, bytes, growth, buffer_falling(&ch->buffer), payer);
    if (err)
        return err;
    v = value_new(bytes);
    if (!v || !buffer_gets(ex, ch, v)) {
        value_drop(v);
        return ERR_NO_MEMORY;
    }
    ex->memory += value_weight(v) + growth;
    value_charge(v, payer);
    ch->puts_total++;
    return ERR_OK;
}

static enum err put_run(struct exchange *ex, struct channel *ch, struct slice bytes,
                        struct completion *now)
{
    enum err err;

    if (ch->closed)
        return ERR_CLOSED;
    if (ch->take_count > 0 && !buffer_stays(&ch->buffer))
        return put_hands_over(ex, ch, bytes);
    if (buffer_fate(&ch->buffer) == BUFFER_DISCARD) {
        ch->puts_total++;
        ch->dropped_total++;
        now->dropped = true;
        return ERR_OK;
    }
    err = put_into_buffer(ex, ch, bytes, now->peer->account);
    if (err)
        exchange_touch(ex, ch);
    parked_takes_share(ex, ch);
    return err;
}

/* ---- the whole alt ---- */

static void completion_begin(struct completion *now, const struct ask *ask)
{
    *now = (struct completion){.peer = ask->peer, .tag = ask->tag, .op = ask->op};
    list_init(&now->link);
}

static void offer_run(struct exchange *ex, const struct ask *ask, uint32_t i,
                      struct completion *now)
{
    const struct offer *o = &ask->offers[i];

    completion_begin(now, ask);
    now->index = (uint16_t)i;
    now->chan = o->name;
    now->err = o->side == SIDE_TAKE ? take_run(ex, o->channel, now)
                                    : put_run(ex, o->channel, o->value, now);
    list_push(&ex->done, &now->link);
    if (o->side == SIDE_TAKE) { /* which may have made room, or nothing left */
        parked_puts_enter(ex, o->channel);
        exchange_touch(ex, o->channel);
    }
}

/* Makes `place` the turn of a random clause among those that have not had theirs. */
static void offers_draw(struct exchange *ex, struct offer *offers, uint32_t count,
                        uint32_t place)
{
    uint32_t other = place + exchange_random(ex, count - place);
    uint32_t turn = offers[other].turn;

    offers[other].turn = offers[place].turn;
    offers[place].turn = turn;
}

/*
 * The clause that goes ahead, or -1. A shuffle is made as far as it is needed, so that
 * each ready clause is equally likely, wherever it stands.
 */
static int64_t alt_choose(struct exchange *ex, struct ask *ask)
{
    for (uint32_t i = 0; i < ask->count; i++)
        ask->offers[i].turn = i;
    for (uint32_t i = 0; i < ask->count; i++) {
        if (!ask->priority && ask->count > 1)
            offers_draw(ex, ask->offers, ask->count, i);
        if (offer_is_ready(&ask->offers[ask->offers[i].turn]))
            return ask->offers[i].turn;
    }
    return -1;
}

void alt_refuse(struct exchange *ex, const struct ask *ask, enum err err,
                struct slice chan, struct completion *now)
{
    completion_begin(now, ask);
    now->err = err;
    now->chan = chan;
    list_push(&ex->done, &now->link);
}

static uint32_t line_max(const struct exchange *ex, const struct channel *ch)
{
    return ch->max_parked && ch->max_parked < ex->parked_channel_max
               ? ch->max_parked
               : ex->parked_channel_max;
}

/* A clause joins its line, or says why it can't. */
static enum err offer_park(struct exchange *ex, const struct offer *o, struct alt *alt,
                           struct clause *c)
{
    struct account *payer = alt->done.peer->account;
    struct channel *ch = o->channel;
    enum err err = exchange_know(ex, ch);

    if (err)
        return err;
    *c = (struct clause){.alt = alt, .channel = ch, .side = o->side};
    list_init(&c->link);
    if ((o->side == SIDE_PUT ? ch->put_count : ch->take_count) >= line_max(ex, ch))
        return ERR_LIMIT_PARKED_CHANNEL;
    if (o->side == SIDE_PUT) {
        err = value_allowed(ex, o->value, 0, NULL, payer);
        if (err)
            return err;
        c->held = value_new(o->value);
        if (!c->held)
            return ERR_NO_MEMORY;
        ex->memory += value_weight(c->held);
        value_charge(c->held, payer);
        ex->bytes += (int64_t)o->value.len;
    }
    clause_park(c);
    return ERR_OK;
}

static enum err alt_set_deadline(struct exchange *ex, struct alt *alt, int64_t now_ns,
                                 int64_t wait_ns)
{
    if (wait_ns == ALT_FOREVER || wait_ns > INT64_MAX - now_ns)
        return ERR_OK;
    return heap_add(&ex->timers, &alt->timer.node, now_ns + wait_ns) ? ERR_OK
                                                                     : ERR_NO_MEMORY;
}

/* Parks all clauses or none; on failure *ret_culprit is the channel in question. */
static enum err alt_park(struct exchange *ex, const struct ask *ask, int64_t now_ns,
                         struct slice *ret_culprit)
{
    struct alt *alt;
    uint32_t i = 0;
    enum err err;

    if (ask->peer->count >= ex->parked_peer_max)
        return ERR_LIMIT_PARKED_CONNECTION;
    if (!account_has_place(ask->peer->account))
        return ERR_LIMIT_USER_PARKED;
    err = alt_new(ex, ask, &alt);
    if (err)
        return err;
    err = alt_set_deadline(ex, alt, now_ns, ask->wait_ns);
    for (; !err && i < ask->count; i++) {
        err = offer_park(ex, &ask->offers[i], alt, &alt->clauses[i]);
        if (err)
            break;
    }
    if (!err) {
        peer_add(ask->peer, alt);
        ex->parked++;
        return ERR_OK;
    }
    if (i < ask->count) {
        *ret_culprit = ask->offers[i].name;
        exchange_touch(ex, ask->offers[i].channel);
    }
    while (i-- > 0)
        clause_leave(ex, &alt->clauses[i]);
    heap_remove(&ex->timers, &alt->timer.node);
    alt_free(ex, alt);
    return err;
}

bool alt_start(struct exchange *ex, struct ask *ask, int64_t now_ns,
               struct completion *now)
{
    struct slice culprit = {0};
    int64_t choice = alt_choose(ex, ask);
    enum err err;

    if (choice >= 0) {
        offer_run(ex, ask, (uint32_t)choice, now);
        return true;
    }
    err = ask->wait_ns == ALT_NO_PARK ? ERR_TIMEOUT : alt_park(ex, ask, now_ns, &culprit);
    if (!err)
        return false;
    alt_refuse(ex, ask, err, culprit, now);
    return true;
}
