/* SPDX-License-Identifier: MIT */
/*
 * The operations that tell something: list, stat, hello, ping. Under the lock they copy
 * numbers; the JSON is made when the reply is written.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "clock.h"
#include "dispatch.h"
#include "metrics.h"
#include "name.h"
#include "reply.h"
#include "resident.h"
#include "roster.h"

/* ---- under the lock ---- */

static enum run run_failed(struct ticket *t, enum err err)
{
    t->done.err = err;
    t->done.chan = t->rq.chan;
    return RUN_DONE;
}

enum run op_list(const struct errand *e, struct ticket *t)
{
    struct catalog_query query = {
        .prefix = t->rq.prefix,
        .after = t->rq.after,
        .limit = (size_t)t->rq.limit,
    };

    if (t->stats) /* a survey has found them (survey.h) */
        return RUN_DONE;
    t->stats = calloc(query.limit, sizeof *t->stats);
    if (!t->stats)
        return run_failed(t, ERR_NO_MEMORY);
    t->stat_count = broker_list(e->hub->broker, &query, t->stats, &t->more);
    return RUN_DONE;
}

enum run op_stat(const struct errand *e, struct ticket *t)
{
    if (!t->rq.chan.bytes) {
        t->totals = broker_totals(e->hub->broker);
        return RUN_DONE;
    }
    t->stats = malloc(sizeof *t->stats);
    if (!t->stats)
        return run_failed(t, ERR_NO_MEMORY);
    t->stat_count = 1;
    return run_failed(t, broker_stat(e->hub->broker, t->rq.chan, t->stats));
}

enum run op_hello(const struct errand *e, struct ticket *t)
{
    (void)e;
    (void)t;
    return RUN_DONE;
}

enum run op_ping(const struct errand *e, struct ticket *t)
{
    (void)e;
    (void)t;
    return RUN_DONE;
}

/* ---- replies ---- */

/*
 * What is told of channels is written by hand: a page has a thousand of them, and the
 * others wait for it.
 */
static void add_member(struct text *out, const char *name, uint64_t n)
{
    text_lit(out, ",\"");
    text_add_slice(out, slice_text(name));
    text_lit(out, "\":");
    text_add_int(out, (int64_t)n);
}

static void add_buffer(struct text *out, const struct channel_settings *s)
{
    text_lit(out, ",\"buffer\":{\"kind\":");
    text_add_json(out, slice_text(kind_name(s->kind)));
    if (kind_is_sized(s->kind))
        add_member(out, "size", (uint64_t)s->size);
    text_lit(out, "}");
}

static void add_channel(struct text *out, const struct channel_stat *stat)
{
    text_lit(out, "{\"name\":");
    text_add_json(out, slice_text(stat->name));
    add_buffer(out, &stat->settings);
    add_member(out, "buffered", (uint64_t)stat->buffered);
    add_member(out, "bytes", stat->bytes);
    add_member(out, "parked_puts", (uint64_t)stat->parked_puts);
    add_member(out, "parked_takes", (uint64_t)stat->parked_takes);
    text_lit(out, ",\"closed\":");
    text_add_slice(out, slice_text(stat->closed ? "true" : "false"));
    add_member(out, "puts", stat->puts);
    add_member(out, "takes", stat->takes);
    add_member(out, "dropped", stat->dropped);
    text_lit(out, "}");
}

static void add_channels(struct text *out, const struct channel_stat *stats, size_t count)
{
    text_lit(out, "[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_lit(out, ",");
        add_channel(out, &stats[i]);
    }
    text_lit(out, "]");
}

/* What lacks something, for want of memory, is nothing at all: NULL, which stays so. */
static void set(json_t **object, const char *name, json_t *value)
{
    if (json_object_set_new(*object, name, value) == 0)
        return;
    json_decref(*object);
    *object = NULL;
}

static void set_int(json_t **object, const char *name, int64_t n)
{
    set(object, name, json_integer(n));
}

static json_t *daemon_json(const struct broker_stat *totals, const struct metrics *m)
{
    json_t *object = json_object();

    set(&object, "version", json_string(CHAND_VERSION));
    set_int(&object, "uptime_s", (clock_now_ns() - m->started_ns) / NS_PER_S);
    set_int(&object, "workers", m->workers);
    set_int(&object, "channels", totals->channels);
    set_int(&object, "parked", totals->parked);
    set_int(&object, "bytes", totals->bytes);
    set_int(&object, "output_bytes", totals->output_bytes);
    set_int(&object, "memory_bytes", totals->memory);
    for (int i = 0; i < METRIC_COUNT; i++)
        set_int(&object, metrics_name((enum metric)i), metrics_get(m, (enum metric)i));
    set_int(&object, "rss_bytes", resident_bytes());
    return object;
}

static json_t *limits_json(const struct limits *limits)
{
    json_t *object = json_object();

    for (size_t i = 0; i < limit_row_count; i++)
        set_int(&object, limit_rows[i].name, limit_value(limits, &limit_rows[i]));
    return object;
}

static int add_dumped(const char *bytes, size_t len, void *arg)
{
    struct text *text = arg;

    text_add(text, bytes, len);
    return text->broken ? -1 : 0;
}

/*
 * Writes the reply with `json` in the given place of it; takes the reference. NULL: no
 * memory. (Jansson does not notice when its own buffer cannot grow for a key.)
 */
static void answer_json(struct text *out, struct reply_view *r, struct slice *place,
                        json_t *json)
{
    struct text dump = {0};

    if (json_dump_callback(json, add_dumped, &dump, JSON_COMPACT) == 0 && !dump.broken)
        *place = slice_of(dump.bytes, dump.len);
    else
        *r = reply_of(r->id, ERR_NO_MEMORY);
    json_decref(json);
    reply_write(out, r);
    text_release(&dump);
}

/* The same with a text that was written, which it frees. */
static void answer_text(struct text *out, struct reply_view *r, struct slice *place,
                        struct text *written)
{
    if (written->broken)
        *r = reply_of(r->id, ERR_NO_MEMORY);
    else
        *place = slice_of(written->bytes, written->len);
    reply_write(out, r);
    text_release(written);
}

void answer_list(struct text *out, struct completion *c, const struct dispatch_info *info)
{
    const struct ticket *t = ticket_of(c);
    struct reply_view r = reply_of(c->tag, ERR_OK);
    struct text channels = {0};

    (void)info;
    add_channels(&channels, t->stats, t->stat_count);
    r.more = t->more;
    answer_text(out, &r, &r.channels, &channels);
}

void answer_stat(struct text *out, struct completion *c, const struct dispatch_info *info)
{
    const struct ticket *t = ticket_of(c);
    struct reply_view r = reply_of(c->tag, ERR_OK);
    struct text channel = {0};

    if (!t->stats) {
        answer_json(out, &r, &r.stat, daemon_json(&t->totals, info->metrics));
        return;
    }
    add_channel(&channel, t->stats);
    answer_text(out, &r, &r.stat, &channel);
}

void answer_hello(struct text *out, struct completion *c,
                  const struct dispatch_info *info)
{
    const struct user *user = ticket_of(c)->user;
    struct reply_view r = reply_of(c->tag, ERR_OK);

    r.server = slice_text("chand/" CHAND_VERSION);
    r.protocol = 1;
    if (user)
        r.user = slice_text(user->name);
    answer_json(out, &r, &r.limits, limits_json(info->limits));
}
