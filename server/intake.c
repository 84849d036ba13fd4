/* SPDX-License-Identifier: MIT */
#include "intake.h"

#include <stdlib.h>
#include "session.h"
#include "worker.h"

struct intake *intake_open(struct session *s)
{
    return s->intake ? s->intake : &s->worker->intake;
}

static bool keep(struct session *s, struct intake *in)
{
    return frame_is_through(&in->frame) ||
           (budget_has_room(&s->worker->hub->budget, RESERVE_OUTPUT,
                            (int64_t)in->frame.fed_len) &&
            frame_keep(&in->frame));
}

/* Gives what is lent to the session. */
static bool own(struct session *s, struct intake *in)
{
    s->intake = malloc(sizeof *in);
    if (!s->intake)
        return false;
    *s->intake = *in;
    *in = (struct intake){0};
    return true;
}

/* Tickets may still use lines whose memory was the frame's: it goes behind them. */
static void shed(struct session *s, struct intake *in)
{
    char *blocks[FRAME_BLOCKS_MAX];
    const size_t count = frame_shed(&in->frame, blocks);

    for (size_t i = 0; i < count; i++)
        worker_free_later(s->worker, blocks[i]);
}

/* Tells the budget; what was given up is in use until the turn ends. */
static void weigh(struct session *s, struct intake *in, uint32_t size)
{
    if (size > in->counted)
        budget_hold(&s->worker->hub->budget, size - in->counted);
    else
        s->worker->turn.freed += in->counted - size;
    in->counted = size;
}

/* The session needs none of its own any more: no line is unfinished. */
static void let_go(struct session *s)
{
    weigh(s, s->intake, 0);
    free(s->intake);
    s->intake = NULL;
    s->swept.since = 0;
}

bool intake_settle(struct session *s, struct intake *in)
{
    const bool ok =
        s->leaving ||
        (keep(s, in) && (in == s->intake || frame_is_empty(&in->frame) || own(s, in)));

    if (s->intake)
        in = s->intake;
    if (s->leaving || !ok)
        frame_forget(&in->frame);
    shed(s, in);
    if (!s->intake)
        return ok;
    if (frame_is_empty(&in->frame))
        let_go(s);
    else
        weigh(s, in, (uint32_t)(weight_of(sizeof *in) + (int64_t)frame_size(&in->frame)));
    return ok;
}

void intake_release(struct session *s)
{
    if (!s->intake)
        return;
    budget_hold(&s->worker->hub->budget, -(int64_t)s->intake->counted);
    frame_release(&s->intake->frame);
    free(s->intake);
    s->intake = NULL;
}

bool intake_is_through(const struct session *s)
{
    return !s->intake || frame_is_through(&s->intake->frame);
}
