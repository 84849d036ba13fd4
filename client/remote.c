/* SPDX-License-Identifier: MIT */
#include "remote.h"
#include "outcome.h"

#include <stdlib.h>
#include <string.h>

static const char *name_of(const struct chan *ch)
{
    return ((const struct remote *)ch)->name;
}

static void free_remote(struct chan *ch)
{
    free(ch);
}

static const struct ground remote_ground = {
    .run = remote_run, .close = remote_close, .free = free_remote, .name = name_of};

static struct remote *remote_new(struct slice name)
{
    struct text quoted = {0};
    struct remote *r = NULL;

    text_add_json(&quoted, name);
    if (!quoted.broken)
        r = malloc(sizeof *r + name.len + 1 + quoted.len);
    if (r) {
        r->name_len = name.len;
        r->quoted_len = quoted.len;
        memcpy(r->name, name.bytes, name.len + 1);
        memcpy(r->name + name.len + 1, quoted.bytes, quoted.len);
    }
    text_release(&quoted);
    return r;
}

struct chan *chan_remote(struct chan_client *c, const char *name)
{
    struct remote *r;

    if (!c || !name) {
        outcome_of_call(CHAN_INVALID, c ? "a channel has no name" : "there is no client");
        return NULL;
    }
    r = remote_new(slice_text(name));
    if (!r) {
        outcome_of_call(CHAN_NO_MEMORY, NULL);
        return NULL;
    }
    handle_init(&r->chan, &remote_ground, c);
    return &r->chan;
}

struct remote *remote_of(struct chan *ch)
{
    return ch && ch->ground == &remote_ground ? (struct remote *)ch : NULL;
}

struct chan_client *remote_client(const struct remote *r)
{
    return r->chan.place;
}

struct slice remote_name(const struct remote *r)
{
    return slice_of(r->name, r->name_len);
}

struct slice remote_quoted(const struct remote *r)
{
    return slice_of(r->name + r->name_len + 1, r->quoted_len);
}
