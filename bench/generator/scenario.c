/* SPDX-License-Identifier: MIT */
#include "scenario.h"

#include <stddef.h>
#include <string.h>
#include "wire.h"

static const struct scenario scenarios[] = {
    {"hand-off", 0, handoff_run},
    {"stream", 0, stream_run},
    {"alts", WIRE_ALTS, stream_run},
    {"parked", WIRE_PARKS, parked_run},
};

const struct scenario *scenario_of_name(const char *name)
{
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    return NULL;
}
