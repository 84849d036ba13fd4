/* SPDX-License-Identifier: MIT */
#include "chan.h"
#include "mixer.h"
#include "outcome.h"
#include "report.h"

/* All or none: nothing is taken before all are there. */
static enum chan_status add_all(struct mixer *m, struct chan *const *from, size_t count)
{
    enum chan_status status = CHAN_OK;

    for (size_t i = 0; i < count && status == CHAN_OK; i++)
        status = mixer_add(m, from[i], CHAN_PAUSE);
    if (status == CHAN_OK)
        status = mixer_set_all(m, CHAN_PLAY);
    if (status != CHAN_OK)
        mixer_stop(m);
    return status;
}

static bool makes_sense(struct chan *const *from, size_t count, int64_t buffer_size)
{
    if (buffer_size < 0 || (count > 0 && !from))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!from[i])
            return false;
    return true;
}

struct chan *chan_merge(struct chan *const *from, size_t count, int64_t buffer_size,
                        struct chan **ret_report)
{
    enum chan_status status = CHAN_NO_MEMORY;
    struct chan *out, *reports = NULL;
    struct mixer *m = NULL;

    if (!makes_sense(from, count, buffer_size)) {
        outcome_of_call(CHAN_INVALID, "a merge needs channels, and a size of 0 or more");
        return NULL;
    }
    out = chan_local(buffer_size > 0 ? CHAN_FIXED : CHAN_NONE, buffer_size);
    if (out)
        m = mixer_new(out, CHAN_CLOSE_IT, CHAN_MUTE, &reports);
    if (m)
        status = add_all(m, from, count);
    mixer_free(m);
    if (status == CHAN_OK) {
        report_give(reports, ret_report);
        return out;
    }
    chan_drop(reports);
    chan_drop(out);
    outcome_of_call(status, NULL);
    return NULL;
}
