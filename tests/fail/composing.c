/* SPDX-License-Identifier: MIT */
#include "composing.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ELEMENTS = 5 };

static char *copy_step(const char *value, size_t len, void *data)
{
    (void)data;
    return strndup(value, len);
}

/* How all moves from one channel to the other. */
struct move {
    struct chan *from, *to;
    struct chan *between;    /* NULL: there is none */
    struct chan *reports[2]; /* NULL: nothing moves, or there is no such */
};

static void move_by_pipe(struct move *m)
{
    m->reports[0] = chan_pipe(m->from, m->to, CHAN_CLOSE_IT);
}

static void move_by_pipeline(struct move *m)
{
    m->reports[0] = chan_pipeline(2, m->to, copy_step, NULL, m->from, CHAN_CLOSE_IT);
}

static void move_by_threads(struct move *m)
{
    m->reports[0] =
        chan_pipeline_threads(1, m->to, copy_step, NULL, m->from, CHAN_CLOSE_IT);
}

static void move_by_merge(struct move *m)
{
    m->between = chan_merge(&m->from, 1, 0, &m->reports[1]);
    if (m->between)
        m->reports[0] = chan_pipe(m->between, m->to, CHAN_CLOSE_IT);
}

/* Each element once at most. What came when nothing fails any more, too. */
static unsigned sink(struct story *s, struct chan *ch, unsigned *seen)
{
    unsigned count = 0;
    enum chan_status status;
    const char *value;

    while ((status = chan_take(ch, CHAN_FOREVER, &value, NULL)) == CHAN_OK ||
           status == CHAN_NO_MEMORY) {
        const unsigned bit = status == CHAN_OK ? 1u << strtoul(value, NULL, 10) : 0;

        if (*seen & bit)
            story_blame(s, "an element came twice");
        *seen |= bit;
        count += bit != 0;
    }
    return count;
}

/* Whether the report tells of no loss. */
static bool ends_well(struct chan *report)
{
    enum chan_status status;
    const char *text;
    bool well = false;

    do
        status = chan_take(report, CHAN_FOREVER, &text, NULL);
    while (status == CHAN_NO_MEMORY);
    if (status == CHAN_OK)
        well = !strstr(text, "undelivered") && !strstr(text, "lost") &&
               !strstr(text, "error") && !strstr(text, "dropped");
    chan_drop(report);
    return well;
}

/* Who puts into it what nobody takes any more would wait for ever. */
static void empty(struct story *s, struct chan *ch, unsigned *seen)
{
    if (!ch)
        return;
    chan_close(ch);
    sink(s, ch, seen);
    chan_drop(ch);
}

static void compose(struct story *s, void (*move)(struct move *m), struct chan *from,
                    struct chan *to)
{
    static const char array[] = "[1, 2, 3, 4, 5]";
    struct chan *source = chan_onto(from, array, sizeof array - 1, CHAN_CLOSE_IT);
    struct move m = {.from = from, .to = to};
    unsigned seen = 0, count = 0;
    bool well;

    if (source)
        move(&m);
    if (m.reports[0])
        count = sink(s, to, &seen);
    empty(s, m.between, &seen);
    empty(s, from, &seen);
    well = source && ends_well(source);
    well = m.reports[0] && ends_well(m.reports[0]) && well;
    well = (!m.reports[1] || ends_well(m.reports[1])) && well;
    if (well && count < ELEMENTS)
        story_blame(s, "an element was lost, and no report tells of it");
    chan_drop(to);
}

static void compose_by(struct story *s, void (*move)(struct move *m))
{
    struct chan *from = chan_local(CHAN_NONE, 0), *to = chan_local(CHAN_NONE, 0);

    if (from && to) {
        compose(s, move, from, to);
        return;
    }
    chan_drop(from);
    chan_drop(to);
}

void composing_pipe(struct story *s)
{
    compose_by(s, move_by_pipe);
}

void composing_pipeline(struct story *s)
{
    compose_by(s, move_by_pipeline);
}

void composing_threads(struct story *s)
{
    compose_by(s, move_by_threads);
}

void composing_merge(struct story *s)
{
    compose_by(s, move_by_merge);
}
