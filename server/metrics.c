/* SPDX-License-Identifier: MIT */
#include "metrics.h"

static const char *const names[METRIC_COUNT] = {
#define METRIC(name, text) #name,
#include "metrics.def"
#undef METRIC
};

const char *metrics_name(enum metric metric)
{
    return names[metric];
}
