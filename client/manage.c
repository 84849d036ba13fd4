/* SPDX-License-Identifier: MIT */
/* open, close, delete and stat: the calls about one remote channel. */
#include "ask.h"
#include "client.h"
#include "info.h"
#include "json.h"
#include "outcome.h"
#include "remote.h"
#include "strand.h"

static const enum kind kinds[] = {
    [CHAN_NONE] = KIND_NONE,       [CHAN_FIXED] = KIND_FIXED,
    [CHAN_SLIDING] = KIND_SLIDING, [CHAN_DROPPING] = KIND_DROPPING,
    [CHAN_PROMISE] = KIND_PROMISE,
};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* NULL, or what makes no sense whatever the server's limits are. */
static const char *settings_fault(const struct chan_settings *settings)
{
    const unsigned buffer = (unsigned)settings->buffer;
    const bool sized =
        buffer != CHAN_ANY && buffer < KINDS && kind_is_sized(kinds[buffer]);

    if (buffer >= KINDS)
        return "there is no such kind of buffer";
    if (sized && settings->size < 1)
        return "a buffer of this kind has a size of at least 1";
    if (!sized && settings->size != 0)
        return "a buffer of this kind has no size";
    if (settings->max_parked < 0)
        return "max_parked is negative";
    return NULL;
}

static void add_settings(struct request_view *rq, const struct chan_settings *settings)
{
    if (settings->buffer != CHAN_ANY) {
        rq->has_buffer = true;
        rq->kind = kinds[settings->buffer];
        rq->size = settings->size;
    }
    rq->close_after_ms = settings->close_after_ms < 0 ? -1 : settings->close_after_ms;
    rq->max_parked = settings->max_parked;
}

/* Of a call about one remote channel; NULL: there is one. */
static const char *remote_fault(struct chan *ch)
{
    if (!ch)
        return "there is no channel";
    return remote_of(ch) ? NULL : "only for a channel of a server";
}

static enum chan_status call_about(struct chan *ch, struct request_view *rq,
                                   const struct asking *how)
{
    const char *fault = remote_fault(ch);

    if (fault)
        return outcome_of_call(CHAN_INVALID, fault);
    rq->chan = remote_name(remote_of(ch));
    return client_call(remote_client(remote_of(ch)), rq, how);
}

static enum chan_status begin_about(struct chan *ch, struct request_view *rq,
                                    const struct asking *how, uint64_t *ret_id)
{
    const char *fault = remote_fault(ch);

    if (fault)
        return outcome_of_call(CHAN_INVALID, fault);
    rq->chan = remote_name(remote_of(ch));
    return client_begin(remote_client(remote_of(ch)), rq, how, ret_id);
}

/* ---- open ---- */

static struct request_view open_request(const struct chan_settings *settings)
{
    struct request_view rq = {.op = OP_OPEN, .timeout_ms = -1, .close_after_ms = -1};

    if (settings)
        add_settings(&rq, settings);
    return rq;
}

enum chan_status chan_open(struct chan *ch, const struct chan_settings *settings,
                           int64_t timeout_ms, bool *ret_created)
{
    const struct asking how = {.limit_ms = timeout_ms, .again = true};
    const char *fault = settings ? settings_fault(settings) : NULL;
    struct request_view rq;
    enum chan_status status;

    if (fault)
        return outcome_of_call(CHAN_INVALID, fault);
    rq = open_request(settings);
    status = call_about(ch, &rq, &how);
    if (status == CHAN_OK && ret_created)
        *ret_created = strand_outcome(strand_self())->created;
    return status;
}

enum chan_status chan_start_open(struct chan *ch, const struct chan_settings *settings,
                                 int64_t timeout_ms, chan_done *done, void *data,
                                 uint64_t *ret_id)
{
    const struct asking how = {
        .limit_ms = timeout_ms, .again = true, .done = done, .data = data};
    const char *fault = settings ? settings_fault(settings) : NULL;
    struct request_view rq;

    if (fault)
        return outcome_of_call(CHAN_INVALID, fault);
    rq = open_request(settings);
    return begin_about(ch, &rq, &how, ret_id);
}

/* ---- the rest ---- */

static enum chan_status call_simply(struct chan *ch, enum op op, int64_t timeout_ms)
{
    const struct asking how = {.limit_ms = timeout_ms};
    struct request_view rq = {.op = op, .timeout_ms = -1};

    return call_about(ch, &rq, &how);
}

static enum chan_status begin_simply(struct chan *ch, enum op op, int64_t timeout_ms,
                                     chan_done *done, void *data, uint64_t *ret_id)
{
    const struct asking how = {.limit_ms = timeout_ms, .done = done, .data = data};
    struct request_view rq = {.op = op, .timeout_ms = -1};

    return begin_about(ch, &rq, &how, ret_id);
}

/* Nobody waits for a close: its reply takes no longer than any that is late. */
enum chan_status remote_close(struct chan *ch)
{
    return call_simply(ch, OP_CLOSE, CHAN_GRACE_MS);
}

enum chan_status chan_delete(struct chan *ch, int64_t timeout_ms)
{
    return call_simply(ch, OP_DELETE, timeout_ms);
}

enum chan_status chan_stat(struct chan *ch, int64_t timeout_ms,
                           struct chan_info *ret_info)
{
    enum chan_status status = call_simply(ch, OP_STAT, timeout_ms);
    struct outcome *o;
    struct json at;

    if (status != CHAN_OK)
        return status;
    o = strand_outcome(strand_self());
    if (!o->last.value)
        return outcome_end(o, CHAN_UNREADABLE, "the reply has no stat");
    at = json_of(o->last.value, o->last.value_len);
    if (ret_info && !info_read(&at, &o->room, ret_info))
        return outcome_end(o, CHAN_UNREADABLE, "the stat is not that of a channel");
    return CHAN_OK;
}

enum chan_status chan_start_close(struct chan *ch, int64_t timeout_ms, chan_done *done,
                                  void *data, uint64_t *ret_id)
{
    return begin_simply(ch, OP_CLOSE, timeout_ms, done, data, ret_id);
}

enum chan_status chan_start_delete(struct chan *ch, int64_t timeout_ms, chan_done *done,
                                   void *data, uint64_t *ret_id)
{
    return begin_simply(ch, OP_DELETE, timeout_ms, done, data, ret_id);
}

enum chan_status chan_start_stat(struct chan *ch, int64_t timeout_ms, chan_done *done,
                                 void *data, uint64_t *ret_id)
{
    return begin_simply(ch, OP_STAT, timeout_ms, done, data, ret_id);
}
