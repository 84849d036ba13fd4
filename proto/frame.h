/* SPDX-License-Identifier: MIT */
/*
 * frame.h - bytes as they arrive -> lines. Does no input itself.
 *
 * Fed bytes are borrowed, and lines are slices of them: only a line that does not arrive
 * in one piece is copied, into memory that the frame owns while it waits for the rest. A
 * line longer than `max` is reported once, at once, and the rest of it is passed over.
 * Not thread-safe.
 *
 *     frame_feed(&f, bytes, n);
 *     while ((step = frame_next(&f, max, &line, &len)) != FRAME_MORE)
 *         …
 *
 * The bytes that were fed must stay until frame_next has said FRAME_MORE or frame_keep
 * was called, and as long as lines within them are in use. A line that the frame had to
 * put together, or lines out of what it kept, stay until the next feed, unless frame_shed
 * has handed their memory over. A frame with nothing unfinished holds no other memory.
 */
#ifndef PROTO_FRAME_H
#define PROTO_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_step {
    FRAME_MORE = 0,       /* no whole line is left; what began one is kept */
    FRAME_LINE = 1,       /* a line, LF excluded */
    FRAME_OVER = -1,      /* a line over the limit; go on for the next */
    FRAME_NO_MEMORY = -2, /* the unfinished line could not be kept: give up */
    FRAME_NO_ROOM = -3,   /* an unfinished line longer than `room`; go on for the next */
};

struct frame {
    char *held; /* how the next line begins; owned */
    size_t held_len, held_cap;
    char *fed; /* what was fed and not yet handed out; borrowed, or within `kept` */
    size_t fed_len;
    char *joined; /* the line that was put together last; owned */
    char *kept;   /* what frame_keep copied; owned */
    uint32_t kept_len;
    bool skipping; /* within a line over the limit */
    unsigned torn; /* lines that have come in more pieces than one, so far */
};

/* {0} is an empty frame. */
void frame_release(struct frame *f); /* frees; the frame is empty and usable afterwards */

/*
 * Hands over more bytes; all that were fed before must have been consumed or kept, and
 * what was kept must have been consumed. bytes may be NULL if n is 0.
 */
void frame_feed(struct frame *f, char *bytes, size_t n);

/*
 * The next line, at most max bytes. It is writable: a reader may unescape in place. Of an
 * unfinished line at most `room` bytes are kept: a longer one is passed over as one over
 * the limit is.
 */
enum frame_step frame_next_within(struct frame *f, size_t max, size_t room,
                                  char **ret_line, size_t *ret_len);

/* The same, and a line may be kept however long it may be. */
static inline enum frame_step frame_next(struct frame *f, size_t max, char **ret_line,
                                         size_t *ret_len)
{
    return frame_next_within(f, max, max, ret_line, ret_len);
}

/*
 * Copies what was fed and not handed out, so that the caller's bytes may go: for somebody
 * who stops in the middle. frame_next goes on there, without a feed. False: out of
 * memory, and nothing has changed.
 */
bool frame_keep(struct frame *f);

/*
 * Hands over the memory of those lines that were put together or kept, and have all been
 * handed out: the caller frees the blocks when the lines are out of use. How many blocks.
 */
enum { FRAME_BLOCKS_MAX = 2 };
size_t frame_shed(struct frame *f, char *ret_blocks[FRAME_BLOCKS_MAX]);

/* How many bytes of memory the frame has of its own. */
static inline size_t frame_size(const struct frame *f)
{
    return f->held_cap + f->kept_len;
}

/* Whether a line has begun and not ended: the last of those that `torn` counts. */
static inline bool frame_is_amid(const struct frame *f)
{
    return f->held_len > 0 || f->skipping;
}

/* Whether all that was fed has been handed out, or is kept as the beginning of a line. */
static inline bool frame_is_through(const struct frame *f)
{
    return f->fed_len == 0;
}

/* Whether nothing is waiting: no line, nor the beginning of one, nor is one passed over.
 */
bool frame_is_empty(const struct frame *f);

/* Nothing is waiting any more. Lines that were handed out stay as they would have. */
void frame_forget(struct frame *f);

#endif
