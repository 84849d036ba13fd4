/* SPDX-License-Identifier: MIT */
#include "client.h"

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

void outcome_keep(struct chan_client *c, const struct chan_reply *reply,
                  const char *server)
{
    const struct slice value = slice_of(reply->value, reply->value_len);
    const struct slice reason = slice_text(reply->reason);
    const struct slice message = slice_text(reply->message);
    const struct slice name = slice_text(server);

    text_clear(&c->kept);
    c->last = *reply;
    c->server = NULL;
    if (!text_reserve(&c->kept, value.len + reason.len + message.len + name.len + 4)) {
        c->last = (struct chan_reply){.status = CHAN_NO_MEMORY,
                                      .message = chan_status_text(CHAN_NO_MEMORY)};
        return;
    }
    c->last.value = keep(&c->kept, value);
    c->last.reason = keep(&c->kept, reason);
    c->last.message = keep(&c->kept, message);
    c->server = keep(&c->kept, name);
}

enum chan_status outcome_end(struct chan_client *c, enum chan_status status,
                             const char *message)
{
    const struct chan_reply reply = {
        .status = status, .message = message ? message : chan_status_text(status)};

    if (c->busy)
        return status;
    outcome_keep(c, &reply, NULL);
    return c->last.status;
}

enum chan_status outcome_amend(struct chan_client *c, enum chan_status status,
                               const char *message)
{
    c->last.status = status;
    c->last.message = message;
    return status;
}

const struct chan_reply *chan_last(const struct chan_client *c)
{
    return &c->last;
}

const char *chan_message(const struct chan_client *c)
{
    return c->last.message;
}
