/* SPDX-License-Identifier: MIT */
#include "chan.h"
#include "fan.h"
#include "outcome.h"
#include "report.h"

/* A struct chan_mult is the fan itself. */
static struct fan *fan_of(struct chan_mult *m)
{
    return (struct fan *)m;
}

struct chan_mult *chan_mult(struct chan *from, struct chan **ret_report)
{
    struct chan *reports;
    struct fan *f;

    if (!from) {
        outcome_of_call(CHAN_INVALID, "a mult needs a channel");
        return NULL;
    }
    f = fan_new(from, NULL, NULL, &reports);
    if (f)
        report_give(reports, ret_report);
    else
        outcome_of_call(CHAN_NO_MEMORY, NULL);
    return (struct chan_mult *)f;
}

enum chan_status chan_tap(struct chan_mult *m, struct chan *to, enum chan_end end)
{
    if (!m || !to)
        return outcome_of_call(CHAN_INVALID, "a tap needs a mult and a channel");
    return outcome_of_call(fan_tap(fan_of(m), NULL, to, end), NULL);
}

enum chan_status chan_untap(struct chan_mult *m, struct chan *to)
{
    if (!m || !to)
        return outcome_of_call(CHAN_INVALID, "a tap has a mult and a channel");
    fan_untap(fan_of(m), NULL, to);
    return outcome_of_call(CHAN_OK, NULL);
}

void chan_mult_free(struct chan_mult *m)
{
    fan_free(fan_of(m));
}
