/* SPDX-License-Identifier: MIT */
#include "plan.h"

static const char *const names[] = {
    "a",      "fixed/1",  "slide/1",   "fixed/one", "promise", "b",       "drop/1",
    "fixed/", "slide/22", "promise/1", "drop/2",    "zz/1",    "a/b/c/1", "slides",
};

static const uint32_t name_counts[] = {1, 2, 3, 5, 8, sizeof names / sizeof *names};

/* Time starts at zero, somewhere, or a quarter of an hour before it ends. */
static const int64_t starts_ns[] = {0, 1000000007, INT64_MAX - INT64_C(1000000000000)};

#define PICK(d, table) (table)[dice_below((d), sizeof(table) / sizeof *(table))]

struct world_plan plan_draw(struct dice *d)
{
    struct world_plan plan = {.names = names, .random = dice_bits(d, true)};

    plan.name_count = PICK(d, name_counts);
    plan.now_ns = PICK(d, starts_ns);
    plan.settings = action_settings(d);
    return plan;
}
