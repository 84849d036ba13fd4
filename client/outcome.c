/* SPDX-License-Identifier: MIT */
#include "outcome.h"
#include "strand.h"

void outcome_init(struct outcome *o)
{
    *o = (struct outcome){
        .last = {.status = CHAN_OK, .message = chan_status_text(CHAN_OK)}};
}

void outcome_release(struct outcome *o)
{
    text_release(&o->kept);
}

/* Keeps a copy, with a NUL, in memory that was reserved; what is absent stays NULL. */
static const char *keep(struct text *kept, struct slice s)
{
    const char *copy = kept->bytes + kept->len;

    if (!s.bytes)
        return NULL;
    text_add_slice(kept, s);
    text_lit(kept, "\0");
    return copy;
}

/* Out of memory words can be done without, and what has happened stays true. */
static void keep_bare(struct outcome *o, const struct chan_reply *reply,
                      const struct outcome_names *names)
{
    const bool lacks = reply->value || names->server || names->user;

    o->last = (struct chan_reply){
        .status = lacks ? CHAN_NO_MEMORY : reply->status,
        .id = reply->id,
        .index = reply->index,
        .dropped = reply->dropped,
    };
    o->last.message = chan_status_text(o->last.status);
}

static const struct outcome_names nameless;

/* Room for all of it, in an empty text. */
static bool make_room(struct outcome *o, const struct chan_reply *reply,
                      const struct outcome_names *names)
{
    text_clear(&o->kept);
    return text_reserve(&o->kept, reply->value_len + slice_text(reply->reason).len +
                                      slice_text(reply->message).len +
                                      slice_text(names->server).len +
                                      slice_text(names->user).len + 5);
}

static void keep_all(struct outcome *o, const struct chan_reply *reply,
                     const struct outcome_names *names)
{
    o->last = *reply;
    o->last.value = keep(&o->kept, slice_of(reply->value, reply->value_len));
    o->last.reason = keep(&o->kept, slice_text(reply->reason));
    o->last.message = keep(&o->kept, slice_text(reply->message));
    o->names.server = keep(&o->kept, slice_text(names->server));
    o->names.user = keep(&o->kept, slice_text(names->user));
}

void outcome_keep(struct outcome *o, const struct chan_reply *reply,
                  const struct outcome_names *names)
{
    if (!names)
        names = &nameless;
    o->names = nameless;
    if (make_room(o, reply, names))
        keep_all(o, reply, names);
    else
        keep_bare(o, reply, names);
}

void outcome_keep_spared(struct outcome *o, const struct chan_reply *reply,
                         struct text *spare)
{
    struct text own;

    if (!make_room(o, reply, &nameless)) {
        own = o->kept;
        o->kept = *spare;
        *spare = own;
    }
    outcome_keep(o, reply, NULL);
}

enum chan_status outcome_end(struct outcome *o, enum chan_status status,
                             const char *message)
{
    const struct chan_reply reply = {
        .status = status, .message = message ? message : chan_status_text(status)};

    outcome_keep(o, &reply, NULL);
    return o->last.status;
}

enum chan_status outcome_amend(struct outcome *o, enum chan_status status,
                               const char *message)
{
    o->last.status = status;
    o->last.message = message;
    return status;
}

enum chan_status outcome_of_call(enum chan_status status, const char *message)
{
    struct strand *self = strand_self();

    return self ? outcome_end(strand_outcome(self), status, message) : status;
}

const struct chan_reply *chan_last(void)
{
    static const struct chan_reply no_memory = {.status = CHAN_NO_MEMORY,
                                                .message = "out of memory"};
    struct strand *self = strand_self();

    return self ? &strand_outcome(self)->last : &no_memory;
}

const char *chan_message(void)
{
    return chan_last()->message;
}
