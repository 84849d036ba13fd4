/* SPDX-License-Identifier: MIT */
#include "chan.h"
#include "mixer.h"
#include "outcome.h"
#include "report.h"

enum { ALL_FLAGS = CHAN_MUTE | CHAN_PAUSE | CHAN_SOLO };

/* A struct chan_mix is the mixer itself. */
static struct mixer *mixer_of(struct chan_mix *m)
{
    return (struct mixer *)m;
}

struct chan_mix *chan_mix(struct chan *to, unsigned when_others_solo,
                          struct chan **ret_report)
{
    struct chan *reports;
    struct mixer *m;

    if (!to || (when_others_solo != CHAN_MUTE && when_others_solo != CHAN_PAUSE)) {
        outcome_of_call(CHAN_INVALID,
                        "a mix needs a channel, and CHAN_MUTE or CHAN_PAUSE");
        return NULL;
    }
    m = mixer_new(to, CHAN_LEAVE_IT, when_others_solo, &reports);
    if (m)
        report_give(reports, ret_report);
    else
        outcome_of_call(CHAN_NO_MEMORY, NULL);
    return (struct chan_mix *)m;
}

enum chan_status chan_admix(struct chan_mix *m, struct chan *from, unsigned flags)
{
    if (!m || !from || (flags & ~(unsigned)ALL_FLAGS) != 0)
        return outcome_of_call(CHAN_INVALID,
                               "a mix takes a channel, and flags that it knows");
    return outcome_of_call(mixer_add(mixer_of(m), from, flags), NULL);
}

enum chan_status chan_unmix(struct chan_mix *m, struct chan *from)
{
    if (!m || !from)
        return outcome_of_call(CHAN_INVALID, "what is unmixed has a mix and a channel");
    mixer_remove(mixer_of(m), from);
    return outcome_of_call(CHAN_OK, NULL);
}

void chan_mix_free(struct chan_mix *m)
{
    mixer_free(mixer_of(m));
}
