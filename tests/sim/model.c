/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <assert.h>
#include <string.h>
#include "look.h"

/* ---- channels come and go ---- */

static void forget(struct model *m, uint32_t name)
{
    m->channels[name] = (struct model_channel){.deadline = INT64_MAX};
    m->channels[name].settings = look_template(m, name);
}

static int64_t later(int64_t now_ns, int64_t wait_ns)
{
    return wait_ns > INT64_MAX - now_ns ? INT64_MAX : now_ns + wait_ns;
}

/* Behind every operation. What nobody knows is as the templates say. */
static void settle(struct model *m, int64_t now_ns)
{
    for (uint32_t n = 0; n < m->name_count; n++) {
        struct model_channel *ch = &m->channels[n];

        if (ch->closed && look_is_drained(m, n) && ch->deadline == INT64_MAX)
            ch->deadline = later(now_ns, m->settings.closed_linger_ns);
        if (!ch->opened && !ch->closed && look_is_drained(m, n) &&
            look_waiting(m, n, SIDE_TAKE) == 0)
            forget(m, n);
    }
}

void model_init(struct model *m, const char *const *names, uint32_t name_count,
                const struct broker_settings *s)
{
    assert(name_count <= MODEL_NAMES);
    m->names = names;
    m->name_count = name_count;
    m->outside = 0;
    m->may_lack_memory = false;
    m->parked_count = m->held_count = m->reply_count = 0;
    m->settings = *s;
    for (uint32_t n = 0; n < name_count; n++)
        forget(m, n);
}

void model_configure(struct model *m, const struct broker_settings *s)
{
    m->reply_count = 0;
    m->settings = *s;
    for (uint32_t n = 0; n < m->name_count; n++)
        if (!m->channels[n].known)
            forget(m, n);
}

/* ---- replies ---- */

static struct model_reply *answer(struct model *m, const struct model_request *rq,
                                  enum err err, uint32_t index)
{
    struct model_reply *reply = &m->replies[m->reply_count++];

    *reply = (struct model_reply){.number = rq->number, .err = err};
    reply->name = MODEL_NO_NAME;
    if (err == ERR_OK || err == ERR_CLOSED) {
        reply->index = index;
        if (rq->named)
            reply->name = (int)rq->clauses[index].name;
    }
    return reply;
}

/* A parked request has ended: it is nowhere any more. */
static struct model_reply *finish(struct model *m, size_t at, enum err err,
                                  uint32_t index)
{
    struct model_reply *reply = answer(m, &m->parked[at], err, index);

    m->parked_count--;
    memmove(&m->parked[at], &m->parked[at + 1],
            (m->parked_count - at) * sizeof m->parked[0]);
    return reply;
}

/* ---- values ---- */

static void enter(struct model *m, struct model_value v)
{
    m->channels[v.name].known = true;
    m->channels[v.name].puts++;
    m->held[m->held_count++] = v;
}

/* The oldest value of a channel; a promise's stays where it is. */
static struct model_value oldest(struct model *m, uint32_t name, bool stays)
{
    size_t i = look_oldest(m, name);
    struct model_value v = m->held[i];

    if (!stays) {
        m->held_count--;
        memmove(&m->held[i], &m->held[i + 1], (m->held_count - i) * sizeof v);
    }
    return v;
}

/* Puts that were parked because there was no room. */
static void parked_puts_enter(struct model *m, uint32_t name)
{
    size_t at;
    uint32_t k;

    while (look_has_room(m, name) && look_first(m, name, SIDE_PUT, &at, &k)) {
        enter(m, m->parked[at].clauses[k].value);
        finish(m, at, ERR_OK, k);
    }
}

static void parked_takes_share_promise(struct model *m, uint32_t name)
{
    size_t at;
    uint32_t k;

    while (look_first(m, name, SIDE_TAKE, &at, &k)) {
        m->channels[name].takes++;
        finish(m, at, ERR_OK, k)->value = oldest(m, name, true).number;
    }
}

/* ---- one clause ---- */

static void take(struct model *m, const struct model_request *rq, uint32_t index)
{
    uint32_t name = rq->clauses[index].name, value, k;
    bool stays = m->channels[name].settings.kind == KIND_PROMISE;
    size_t at;

    if (look_buffered(m, name) > 0) {
        value = oldest(m, name, stays).number;
    } else if (look_first(m, name, SIDE_PUT, &at, &k)) {
        value = m->parked[at].clauses[k].value.number;
        m->channels[name].puts++;
        finish(m, at, ERR_OK, k);
    } else {
        answer(m, rq, ERR_CLOSED, index);
        return;
    }
    m->channels[name].takes++;
    answer(m, rq, ERR_OK, index)->value = value;
    parked_puts_enter(m, name);
}

/* To somebody who waits. Nothing is held by it, so it meets no limit. */
static void hand_over(struct model *m, const struct model_request *rq, uint32_t index)
{
    struct model_value v = rq->clauses[index].value;
    size_t at = 0;
    uint32_t k = 0;

    look_first(m, v.name, SIDE_TAKE, &at, &k);
    m->channels[v.name].puts++;
    m->channels[v.name].takes++;
    finish(m, at, ERR_OK, k)->value = v.number;
    answer(m, rq, ERR_OK, index);
}

static void keep(struct model *m, const struct model_request *rq, uint32_t index,
                 enum err seen)
{
    struct model_value v = rq->clauses[index].value;
    enum err err = look_keep_limit(m, v, seen);

    if (err) {
        answer(m, rq, err, index);
        return;
    }
    if (!look_has_room(m, v.name)) {
        oldest(m, v.name, false);
        m->channels[v.name].dropped++;
    }
    enter(m, v);
    if (m->channels[v.name].settings.kind == KIND_PROMISE)
        parked_takes_share_promise(m, v.name);
    answer(m, rq, ERR_OK, index);
}

static void put(struct model *m, const struct model_request *rq, uint32_t index,
                enum err seen)
{
    uint32_t name = rq->clauses[index].name;
    struct model_channel *ch = &m->channels[name];

    if (ch->closed) {
        answer(m, rq, ERR_CLOSED, index);
    } else if (ch->settings.kind != KIND_PROMISE &&
               look_waiting(m, name, SIDE_TAKE) > 0) {
        hand_over(m, rq, index);
    } else if (look_has_room(m, name) || ch->settings.kind == KIND_SLIDING) {
        keep(m, rq, index, seen);
    } else {
        ch->puts++;
        ch->dropped++;
        answer(m, rq, ERR_OK, index)->dropped = true;
    }
}

/* ---- a put, a take, an alts ---- */

static void park(struct model *m, const struct model_request *rq, int64_t now_ns,
                 enum err seen)
{
    enum err err = look_park_limit(m, rq, seen);

    if (err) {
        answer(m, rq, err, 0);
        return;
    }
    for (uint32_t k = 0; k < rq->count; k++)
        m->channels[rq->clauses[k].name].known = true;
    m->parked[m->parked_count] = *rq;
    m->parked[m->parked_count++].deadline =
        rq->wait_ns == ALT_FOREVER ? INT64_MAX : later(now_ns, rq->wait_ns);
}

static void try(struct model *m, const struct model_request *rq, int64_t now_ns,
                const struct model_reply *seen)
{
    int choice;

    for (uint32_t k = 0; !m->settings.auto_create && k < rq->count; k++)
        if (!m->channels[rq->clauses[k].name].known) {
            answer(m, rq, ERR_NO_CHANNEL, k)->name = (int)rq->clauses[k].name;
            return;
        }
    choice = look_choice(m, rq, seen->index);
    if (choice < 0 && rq->wait_ns == ALT_NO_PARK)
        answer(m, rq, ERR_TIMEOUT, 0);
    else if (choice < 0)
        park(m, rq, now_ns, seen->err);
    else if (rq->clauses[choice].side == SIDE_TAKE)
        take(m, rq, (uint32_t)choice);
    else
        put(m, rq, (uint32_t)choice, seen->err);
}

void model_start(struct model *m, const struct model_request *rq, int64_t now_ns,
                 struct model_seen seen)
{
    struct model_reply reply = {.index = UINT32_MAX};

    m->reply_count = 0;
    for (size_t i = 0; i < seen.count; i++)
        if (seen.replies[i].number == rq->number)
            reply = seen.replies[i];
    if (m->may_lack_memory && reply.err == ERR_NO_MEMORY)
        answer(m, rq, ERR_NO_MEMORY, 0);
    else
        try(m, rq, now_ns, &reply);
    settle(m, now_ns);
}

enum err model_cancel(struct model *m, const struct model_request *rq, int64_t now_ns)
{
    m->reply_count = 0;
    for (size_t i = 0; rq->tagged && i < m->parked_count; i++)
        if (m->parked[i].tagged && m->parked[i].peer == rq->peer &&
            m->parked[i].number == rq->number) {
            finish(m, i, ERR_CANCELLED, 0);
            settle(m, now_ns);
            return ERR_OK;
        }
    return ERR_NOT_PARKED;
}

void model_leave(struct model *m, uint32_t peer, int64_t now_ns)
{
    m->reply_count = 0;
    for (size_t i = 0; i < m->parked_count;)
        if (m->parked[i].peer == peer)
            finish(m, i, ERR_CANCELLED, 0);
        else
            i++;
    settle(m, now_ns);
}

/* ---- open, close, delete ---- */

static void shut(struct model *m, uint32_t name)
{
    size_t at;
    uint32_t k;

    if (!m->channels[name].closed)
        m->channels[name].deadline = INT64_MAX;
    m->channels[name].known = m->channels[name].closed = true;
    while (look_first(m, name, SIDE_TAKE, &at, &k))
        finish(m, at, ERR_CLOSED, k);
}

static void create(struct model *m, uint32_t name, const struct broker_open *open,
                   int64_t now_ns)
{
    struct model_channel *ch = &m->channels[name];
    int64_t ms = open->close_after_ms;

    forget(m, name);
    ch->known = ch->opened = true;
    if (open->has_buffer) {
        ch->settings.kind = open->kind;
        ch->settings.size = kind_is_sized(open->kind) ? (uint32_t)open->size : 0;
    }
    if (open->max_parked)
        ch->settings.max_parked = (uint32_t)open->max_parked;
    if (ms >= 0)
        ch->settings.close_after_ms = ms;
    if (ms == 0)
        shut(m, name);
    else if (ms > 0 && ms <= INT64_MAX / 1000000)
        ch->deadline = later(now_ns, ms * 1000000);
}

enum err model_open(struct model *m, uint32_t name, const struct broker_open *open,
                    int64_t now_ns, bool *ret_created)
{
    struct model_channel *ch = &m->channels[name];

    m->reply_count = 0;
    if (open->has_buffer && kind_is_sized(open->kind) &&
        open->size > m->settings.limits.buffer_size)
        return ERR_LIMIT_BUFFER_SIZE;
    if (!ch->known && look_channels_are_full(m))
        return ERR_LIMIT_CHANNELS;
    *ret_created = !ch->known || (ch->closed && look_is_drained(m, name));
    if (*ret_created)
        create(m, name, open, now_ns);
    else if (!look_agrees(m, name, open))
        return ERR_EXISTS;
    ch->opened = true;
    settle(m, now_ns);
    return ERR_OK;
}

enum err model_close(struct model *m, uint32_t name, int64_t now_ns)
{
    m->reply_count = 0;
    if (!m->channels[name].known && !m->settings.auto_create)
        return ERR_NO_CHANNEL;
    if (!m->channels[name].known && look_channels_are_full(m))
        return ERR_LIMIT_CHANNELS;
    shut(m, name);
    settle(m, now_ns);
    return ERR_OK;
}

void model_delete(struct model *m, uint32_t name, int64_t now_ns)
{
    m->reply_count = 0;
    for (size_t i = 0; i < m->parked_count;)
        if (look_clauses_on(&m->parked[i], name) > 0)
            finish(m, i, ERR_CANCELLED, 0);
        else
            i++;
    while (look_buffered(m, name) > 0)
        oldest(m, name, false);
    forget(m, name);
    settle(m, now_ns);
}

/* ---- time ---- */

/* A request whose time is up then; if there are several, the one that was seen to end. */
static bool request_due(const struct model *m, int64_t at_ns, uint32_t seen,
                        size_t *ret_at)
{
    bool found = false;

    for (size_t i = 0; i < m->parked_count; i++)
        if (m->parked[i].deadline == at_ns && (!found || m->parked[i].number == seen)) {
            *ret_at = i;
            found = true;
        }
    return found;
}

/* A channel whose time is up then; if there are several, the one whose take was seen. */
static bool channel_due(const struct model *m, int64_t at_ns, uint32_t seen,
                        uint32_t *ret_name)
{
    bool found = false;

    for (uint32_t n = 0; n < m->name_count; n++) {
        bool first = false;
        size_t i;
        uint32_t k;

        if (m->channels[n].deadline != at_ns)
            continue;
        if (!m->channels[n].closed && look_first(m, n, SIDE_TAKE, &i, &k))
            first = m->parked[i].number == seen;
        if (!found || first)
            *ret_name = n;
        found = true;
    }
    return found;
}

static void channel_expires(struct model *m, uint32_t name)
{
    m->channels[name].deadline = INT64_MAX;
    if (m->channels[name].closed)
        forget(m, name);
    else
        shut(m, name);
}

void model_expire(struct model *m, int64_t now_ns, struct model_seen seen)
{
    static const struct model_reply none;

    m->reply_count = 0;
    for (int64_t at; (at = model_deadline(m)) <= now_ns; settle(m, now_ns)) {
        const struct model_reply *next =
            m->reply_count < seen.count ? &seen.replies[m->reply_count] : &none;
        uint32_t name = 0;
        size_t i = 0;
        bool request = request_due(m, at, next->number, &i);

        if (channel_due(m, at, next->number, &name) &&
            (!request || next->err != ERR_TIMEOUT))
            channel_expires(m, name);
        else
            finish(m, i, ERR_TIMEOUT, 0);
    }
}
