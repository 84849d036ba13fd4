/* SPDX-License-Identifier: MIT */
#include "progress.h"
#include "stopwatch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int64_t interval_ns = INT64_C(250) * STOPWATCH_NS_PER_MS;
static const double ns_per_s = 1000.0 * STOPWATCH_NS_PER_MS;

/* "\033[K" clears what a longer line left behind. */
static const char clear[] = "\r\033[K";

/* Where it cannot be written there is nobody to see it. */
static void write_text(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return;
}

void progress_begin(struct progress *p, const char *name, const char *unit,
                    int64_t now_ns)
{
    progress_end(p);
    *p = (struct progress){.name = name,
                           .unit = unit,
                           .terminal = isatty(STDERR_FILENO),
                           .begin_ns = now_ns,
                           .last_ns = now_ns,
                           .next_ns = now_ns + interval_ns};
}

void progress_line(const struct progress *p, uint64_t count, int64_t now_ns,
                   char ret_line[PROGRESS_ROOM])
{
    const int64_t passed_ns = now_ns - p->last_ns;
    const double rate =
        passed_ns > 0 ? (double)(count - p->last_count) * ns_per_s / (double)passed_ns
                      : 0;

    snprintf(ret_line, PROGRESS_ROOM, "\r%s: %.1f s, %" PRIu64 " %s, %.0f/s\033[K",
             p->name, (double)(now_ns - p->begin_ns) / ns_per_s, count, p->unit, rate);
}

void progress_show(struct progress *p, uint64_t count, int64_t now_ns)
{
    char line[PROGRESS_ROOM];

    if (!p->terminal || now_ns < p->next_ns)
        return;
    progress_line(p, count, now_ns, line);
    write_text(line);
    p->shown = true;
    p->last_ns = now_ns;
    p->last_count = count;
    p->next_ns = now_ns + interval_ns;
}

void progress_end(struct progress *p)
{
    if (p->shown)
        write_text(clear);
    p->shown = false;
}
