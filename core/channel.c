/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void channel_set(struct channel *ch, const struct channel_settings *s)
{
    buffer_init(&ch->buffer, s->kind, s->size);
    ch->max_parked = s->max_parked;
    ch->close_after_ms = s->close_after_ms;
}

struct channel *channel_new(struct slice name, uint32_t hash,
                            const struct channel_settings *s)
{
    struct channel *ch = calloc(1, sizeof *ch + name.len);

    if (!ch)
        return NULL;
    list_init(&ch->puts);
    list_init(&ch->takes);
    list_init(&ch->quiet);
    ch->timer.kind = TIMER_CHANNEL;
    ch->hash = hash;
    ch->name_len = (uint8_t)name.len;
    memcpy(ch->name, name.bytes, name.len);
    channel_set(ch, s);
    return ch;
}

void channel_free(struct channel *ch)
{
    if (!ch)
        return;
    assert(ch->put_count == 0 && ch->take_count == 0 && !heap_holds(&ch->timer.node));
    buffer_release(&ch->buffer);
    free(ch);
}

int64_t channel_reset(struct channel *ch, const struct channel_settings *s)
{
    const int64_t weight = buffer_release(&ch->buffer);

    assert(ch->put_count == 0 && ch->take_count == 0);
    ch->bytes = ch->puts_total = ch->takes_total = ch->dropped_total = 0;
    ch->known = ch->opened = ch->closed = false;
    channel_set(ch, s);
    return weight;
}

struct channel_settings channel_settings(const struct channel *ch)
{
    return (struct channel_settings){
        .kind = ch->buffer.kind,
        .size = kind_is_sized(ch->buffer.kind) ? ch->buffer.size : 0,
        .max_parked = ch->max_parked,
        .close_after_ms = ch->close_after_ms,
    };
}

void channel_stat(const struct channel *ch, struct channel_stat *ret)
{
    *ret = (struct channel_stat){
        .settings = channel_settings(ch),
        .closed = ch->closed,
        .buffered = ch->buffer.count,
        .parked_puts = ch->put_count,
        .parked_takes = ch->take_count,
        .bytes = ch->bytes,
        .puts = ch->puts_total,
        .takes = ch->takes_total,
        .dropped = ch->dropped_total,
    };
    memcpy(ret->name, ch->name, ch->name_len);
    ret->name[ch->name_len] = '\0';
}
