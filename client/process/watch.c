/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include "lookout.h"
#include "runtime.h"

bool watch_add(struct watch *w)
{
    if (!runtime_attend() || !lookout_add(runtime_lookout(), w))
        return false;
    runtime_call_lookout();
    return true;
}

void watch_change(struct watch *w, short events, int64_t deadline_ns)
{
    lookout_change(runtime_lookout(), w, events, deadline_ns);
}

void watch_remove(struct watch *w)
{
    lookout_remove(runtime_lookout(), w);
}
