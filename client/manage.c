/* SPDX-License-Identifier: MIT */
/* open, close and delete: the calls that change which channels there are. */
#include "client.h"

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

static enum chan_status call_named(struct chan_client *c, struct request_view *rq,
                                   const char *chan, int64_t timeout_ms)
{
    if (!chan)
        return outcome_end(c, CHAN_INVALID, "a channel has no name");
    rq->chan = slice_text(chan);
    return client_call(c, rq, timeout_ms);
}

enum chan_status chan_open(struct chan_client *c, const char *chan,
                           const struct chan_settings *settings, int64_t timeout_ms,
                           bool *ret_created)
{
    struct request_view rq = {.op = OP_OPEN, .timeout_ms = -1, .close_after_ms = -1};
    const char *fault = settings ? settings_fault(settings) : NULL;
    enum chan_status status;

    if (fault)
        return outcome_end(c, CHAN_INVALID, fault);
    if (settings)
        add_settings(&rq, settings);
    status = call_named(c, &rq, chan, timeout_ms);
    if (status == CHAN_OK && ret_created)
        *ret_created = c->created;
    return status;
}

enum chan_status chan_close(struct chan_client *c, const char *chan, int64_t timeout_ms)
{
    struct request_view rq = {.op = OP_CLOSE, .timeout_ms = -1};

    return call_named(c, &rq, chan, timeout_ms);
}

enum chan_status chan_delete(struct chan_client *c, const char *chan, int64_t timeout_ms)
{
    struct request_view rq = {.op = OP_DELETE, .timeout_ms = -1};

    return call_named(c, &rq, chan, timeout_ms);
}
