/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <stdlib.h>
#include <string.h>

void frame_release(struct frame *f)
{
    free(f->held);
    free(f->joined);
    free(f->kept);
    *f = (struct frame){0};
}

void frame_feed(struct frame *f, char *bytes, size_t n)
{
    free(f->joined);
    free(f->kept);
    f->joined = NULL;
    f->kept = NULL;
    f->kept_len = 0;
    f->fed = bytes;
    f->fed_len = n;
}

/* Passes over n of the fed bytes. */
static void consume(struct frame *f, size_t n)
{
    f->fed += n;
    f->fed_len -= n;
}

static void drop_held(struct frame *f)
{
    free(f->held);
    f->held = NULL;
    f->held_len = f->held_cap = 0;
}

/*
 * Moves n fed bytes behind the held ones. The beginning of a line gets as much memory as
 * it needs, for it may wait long; what is added to it, twice as much, for there are more,
 * though not more than `max`.
 */
static bool hold(struct frame *f, size_t n, size_t max)
{
    const size_t need = f->held_len + n;
    size_t cap = f->held_cap < max / 2 ? f->held_cap * 2 : max;
    char *held;

    if (need > f->held_cap) {
        cap = cap > need ? cap : need;
        held = realloc(f->held, cap);
        if (!held)
            return false;
        f->held = held;
        f->held_cap = cap;
    }
    memcpy(f->held + f->held_len, f->fed, n);
    f->held_len = need;
    consume(f, n);
    return true;
}

/* The fed bytes hold no LF: they begin a line, or go on with one. */
static enum frame_step keep_beginning(struct frame *f, size_t max, size_t room)
{
    const bool is_over = f->fed_len > max || f->held_len > max - f->fed_len;

    f->torn += f->held_len == 0;
    if (is_over || f->fed_len > room || f->held_len > room - f->fed_len) {
        f->skipping = true;
        drop_held(f);
        consume(f, f->fed_len);
        return is_over ? FRAME_OVER : FRAME_NO_ROOM;
    }
    return hold(f, f->fed_len, max) ? FRAME_MORE : FRAME_NO_MEMORY;
}

/* The held bytes and n fed ones are a line. */
static enum frame_step join(struct frame *f, size_t n, char **ret_line, size_t *ret_len)
{
    if (n > 0 && !hold(f, n, f->held_len + n))
        return FRAME_NO_MEMORY;
    consume(f, 1);
    f->joined = f->held;
    *ret_line = f->held;
    *ret_len = f->held_len;
    f->held = NULL;
    f->held_len = f->held_cap = 0;
    return FRAME_LINE;
}

/* An LF stands behind n fed bytes. */
static enum frame_step finish_line(struct frame *f, size_t n, size_t max, char **ret_line,
                                   size_t *ret_len)
{
    if (n > max || f->held_len > max - n) {
        drop_held(f);
        consume(f, n + 1);
        return FRAME_OVER;
    }
    if (f->held_len > 0)
        return join(f, n, ret_line, ret_len);
    *ret_line = f->fed;
    *ret_len = n;
    consume(f, n + 1);
    return FRAME_LINE;
}

/* Passes over the rest of a line that was reported as too long. */
static void skip(struct frame *f)
{
    const char *lf = memchr(f->fed, '\n', f->fed_len);

    f->skipping = lf == NULL;
    consume(f, lf ? (size_t)(lf - f->fed) + 1 : f->fed_len);
}

enum frame_step frame_next_within(struct frame *f, size_t max, size_t room,
                                  char **ret_line, size_t *ret_len)
{
    const char *lf;

    if (f->skipping && f->fed_len > 0)
        skip(f);
    if (f->fed_len == 0)
        return FRAME_MORE;
    lf = memchr(f->fed, '\n', f->fed_len);
    if (!lf)
        return keep_beginning(f, max, room);
    return finish_line(f, (size_t)(lf - f->fed), max, ret_line, ret_len);
}

bool frame_keep(struct frame *f)
{
    char *kept;

    if (f->kept || f->fed_len == 0)
        return true;
    kept = malloc(f->fed_len);
    if (!kept)
        return false;
    memcpy(kept, f->fed, f->fed_len);
    f->kept = kept;
    f->kept_len = (uint32_t)f->fed_len;
    f->fed = kept;
    return true;
}

size_t frame_shed(struct frame *f, char *ret_blocks[FRAME_BLOCKS_MAX])
{
    size_t count = 0;

    if (f->joined)
        ret_blocks[count++] = f->joined;
    f->joined = NULL;
    if (f->kept && f->fed_len == 0) {
        ret_blocks[count++] = f->kept;
        f->kept = NULL;
        f->kept_len = 0;
    }
    return count;
}

bool frame_is_empty(const struct frame *f)
{
    return f->held_len == 0 && f->fed_len == 0 && !f->skipping;
}

void frame_forget(struct frame *f)
{
    drop_held(f);
    f->fed = NULL;
    f->fed_len = 0;
    f->skipping = false;
}
