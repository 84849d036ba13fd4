/* SPDX-License-Identifier: MIT */
#include "look.h"

#include <string.h>

bool model_matches(const char *glob, const char *name)
{
    if (*glob == '*')
        return model_matches(glob + 1, name) || (*name && model_matches(glob, name + 1));
    if (*glob == '\0')
        return *name == '\0';
    return *glob == *name && model_matches(glob + 1, name + 1);
}

struct channel_settings look_template(const struct model *m, uint32_t name)
{
    for (size_t i = 0; i < m->settings.template_count; i++)
        if (model_matches(m->settings.templates[i].match, m->names[name]))
            return m->settings.templates[i].settings;
    return (struct channel_settings){.kind = KIND_NONE, .close_after_ms = -1};
}

/* ---- channels ---- */

static uint32_t clauses_on(const struct model_request *rq, uint32_t name, enum side side)
{
    uint32_t count = 0;

    for (uint32_t k = 0; k < rq->count; k++)
        if (rq->clauses[k].name == name && rq->clauses[k].side == side)
            count++;
    return count;
}

uint32_t look_clauses_on(const struct model_request *rq, uint32_t name)
{
    return clauses_on(rq, name, SIDE_PUT) + clauses_on(rq, name, SIDE_TAKE);
}

uint32_t look_waiting(const struct model *m, uint32_t name, enum side side)
{
    uint32_t count = 0;

    for (size_t i = 0; i < m->parked_count; i++)
        count += clauses_on(&m->parked[i], name, side);
    return count;
}

bool look_first(const struct model *m, uint32_t name, enum side side, size_t *ret_at,
                uint32_t *ret_index)
{
    for (size_t i = 0; i < m->parked_count; i++)
        for (uint32_t k = 0; k < m->parked[i].count; k++)
            if (m->parked[i].clauses[k].name == name &&
                m->parked[i].clauses[k].side == side) {
                *ret_at = i;
                *ret_index = k;
                return true;
            }
    return false;
}

uint32_t look_buffered(const struct model *m, uint32_t name)
{
    uint32_t count = 0;

    for (size_t i = 0; i < m->held_count; i++)
        if (m->held[i].name == name)
            count++;
    return count;
}

size_t look_oldest(const struct model *m, uint32_t name)
{
    size_t i = 0;

    while (m->held[i].name != name)
        i++;
    return i;
}

bool look_has_room(const struct model *m, uint32_t name)
{
    const struct channel_settings *s = &m->channels[name].settings;

    if (s->kind == KIND_NONE)
        return false;
    return look_buffered(m, name) < (s->kind == KIND_PROMISE ? 1 : s->size);
}

bool look_is_drained(const struct model *m, uint32_t name)
{
    return look_buffered(m, name) == 0 && look_waiting(m, name, SIDE_PUT) == 0;
}

static int64_t line_max(const struct model *m, uint32_t name)
{
    int64_t own = m->channels[name].settings.max_parked;
    int64_t all = m->settings.limits.parked_per_channel;

    return own > 0 && own < all ? own : all;
}

bool look_agrees(const struct model *m, uint32_t name, const struct broker_open *open)
{
    const struct channel_settings *s = &m->channels[name].settings;
    int64_t max = s->max_parked ? s->max_parked : m->settings.limits.parked_per_channel;

    return !(open->has_buffer && open->kind != s->kind) &&
           !(open->has_buffer && s->size && open->size != s->size) &&
           !(open->max_parked && open->max_parked != max) &&
           !(open->close_after_ms >= 0 && open->close_after_ms != s->close_after_ms);
}

/* ---- requests ---- */

static bool is_ready(const struct model *m, const struct model_clause *c)
{
    const struct model_channel *ch = &m->channels[c->name];

    if (ch->closed)
        return true;
    if (c->side == SIDE_TAKE)
        return !look_is_drained(m, c->name);
    return look_waiting(m, c->name, SIDE_TAKE) > 0 || look_has_room(m, c->name) ||
           (ch->settings.kind != KIND_NONE && ch->settings.kind != KIND_FIXED);
}

int look_choice(const struct model *m, const struct model_request *rq, uint32_t seen)
{
    int first = -1;

    for (uint32_t k = rq->count; k-- > 0;)
        if (is_ready(m, &rq->clauses[k]))
            first = (int)k;
    if (first < 0 || rq->priority || seen >= rq->count ||
        !is_ready(m, &rq->clauses[seen]))
        return first;
    return (int)seen;
}

/* ---- limits ---- */

static int64_t known(const struct model *m)
{
    int64_t count = 0;

    for (uint32_t n = 0; n < m->name_count; n++)
        count += m->channels[n].known;
    return count;
}

static int64_t bytes_of(const struct model_request *rq)
{
    int64_t bytes = 0;

    for (uint32_t k = 0; k < rq->count; k++)
        if (rq->clauses[k].side == SIDE_PUT)
            bytes += rq->clauses[k].value.len;
    return bytes;
}

static int64_t bytes_held(const struct model *m)
{
    int64_t bytes = 0;

    for (size_t i = 0; i < m->held_count; i++)
        bytes += m->held[i].len;
    for (size_t i = 0; i < m->parked_count; i++)
        bytes += bytes_of(&m->parked[i]);
    return bytes;
}

bool look_channels_are_full(const struct model *m)
{
    return known(m) >= m->settings.limits.channels;
}

bool look_is_over_memory(const struct model *m, int64_t more)
{
    return bytes_held(m) + m->outside + more > m->settings.limits.memory_bytes;
}

/* Notes a limit that is met, but not instead of the one that was seen. */
static void note(bool met, enum err limit, enum err seen, enum err *err)
{
    if (met && (*err == ERR_OK || limit == seen))
        *err = limit;
}

enum err look_keep_limit(const struct model *m, struct model_value v, enum err seen)
{
    int64_t more = v.len;
    enum err err = ERR_OK;

    if (!look_has_room(m, v.name)) /* sliding: one goes as this one comes */
        more -= m->held[look_oldest(m, v.name)].len;
    note(!m->channels[v.name].known && look_channels_are_full(m), ERR_LIMIT_CHANNELS,
         seen, &err);
    note(look_is_over_memory(m, more), ERR_LIMIT_MEMORY, seen, &err);
    return err;
}

/* How many channels a request would make by parking. */
static int64_t channels_made(const struct model *m, const struct model_request *rq)
{
    int64_t made = 0;

    for (uint32_t n = 0; n < m->name_count; n++)
        made += !m->channels[n].known && look_clauses_on(rq, n) > 0;
    return made;
}

static bool is_over_parked(const struct model *m, const struct model_request *rq,
                           const struct model_clause *c)
{
    uint32_t more = clauses_on(rq, c->name, c->side);

    return look_waiting(m, c->name, c->side) + more > line_max(m, c->name);
}

enum err look_park_limit(const struct model *m, const struct model_request *rq,
                         enum err seen)
{
    int64_t mine = 0, made = channels_made(m, rq);
    enum err err = ERR_OK;

    for (size_t i = 0; i < m->parked_count; i++)
        mine += m->parked[i].peer == rq->peer;
    note(mine >= m->settings.limits.parked_per_connection, ERR_LIMIT_PARKED_CONNECTION,
         seen, &err);
    for (uint32_t k = 0; k < rq->count; k++)
        note(is_over_parked(m, rq, &rq->clauses[k]), ERR_LIMIT_PARKED_CHANNEL, seen,
             &err);
    note(made > 0 && known(m) + made > m->settings.limits.channels, ERR_LIMIT_CHANNELS,
         seen, &err);
    note(bytes_of(rq) > 0 && look_is_over_memory(m, bytes_of(rq)), ERR_LIMIT_MEMORY, seen,
         &err);
    return err;
}

/* ---- what stat tells ---- */

int64_t model_deadline(const struct model *m)
{
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < m->parked_count; i++)
        if (m->parked[i].deadline < first)
            first = m->parked[i].deadline;
    for (uint32_t n = 0; n < m->name_count; n++)
        if (m->channels[n].deadline < first)
            first = m->channels[n].deadline;
    return first;
}

static uint64_t bytes_buffered(const struct model *m, uint32_t name)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < m->held_count; i++)
        if (m->held[i].name == name)
            bytes += m->held[i].len;
    return bytes;
}

bool model_stat(const struct model *m, uint32_t name, struct channel_stat *ret)
{
    const struct model_channel *ch = &m->channels[name];

    if (!ch->known)
        return false;
    *ret = (struct channel_stat){
        .settings = ch->settings,
        .closed = ch->closed,
        .buffered = look_buffered(m, name),
        .parked_puts = look_waiting(m, name, SIDE_PUT),
        .parked_takes = look_waiting(m, name, SIDE_TAKE),
        .bytes = bytes_buffered(m, name),
        .puts = ch->puts,
        .takes = ch->takes,
        .dropped = ch->dropped,
    };
    strcpy(ret->name, m->names[name]);
    return true;
}

struct broker_stat model_totals(const struct model *m)
{
    return (struct broker_stat){
        .channels = known(m),
        .parked = (int64_t)m->parked_count,
        .bytes = bytes_held(m),
        .output_bytes = m->outside,
    };
}
