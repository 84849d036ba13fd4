/* SPDX-License-Identifier: MIT */
#include "chan.h"
#include "fan.h"
#include "outcome.h"
#include "report.h"

/* A struct chan_pub is the fan itself. */
static struct fan *fan_of(struct chan_pub *p)
{
    return (struct fan *)p;
}

struct chan_pub *chan_pub(struct chan *from, chan_topic *topic, void *data,
                          struct chan **ret_report)
{
    struct chan *reports;
    struct fan *f;

    if (!from || !topic) {
        outcome_of_call(CHAN_INVALID, "a pub needs a channel and what tells the topics");
        return NULL;
    }
    f = fan_new(from, topic, data, &reports);
    if (f)
        report_give(reports, ret_report);
    else
        outcome_of_call(CHAN_NO_MEMORY, NULL);
    return (struct chan_pub *)f;
}

enum chan_status chan_sub(struct chan_pub *p, const char *topic, struct chan *to,
                          enum chan_end end)
{
    if (!p || !topic || !to)
        return outcome_of_call(CHAN_INVALID,
                               "a subscriber needs a pub, a topic and a channel");
    return outcome_of_call(fan_tap((fan_of(p)), topic, to, end), NULL);
}

enum chan_status chan_unsub(struct chan_pub *p, const char *topic, struct chan *to)
{
    if (!p || !topic || !to)
        return outcome_of_call(CHAN_INVALID,
                               "a subscriber has a pub, a topic and a channel");
    fan_untap(fan_of(p), topic, to);
    return outcome_of_call(CHAN_OK, NULL);
}

void chan_pub_free(struct chan_pub *p)
{
    fan_free(fan_of(p));
}
