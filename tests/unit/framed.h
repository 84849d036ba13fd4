/* SPDX-License-Identifier: MIT */
/*
 * framed.h - feeds a frame, and tells what came out of it as a text.
 *
 *     feed(&f, 5, "one\ntoo long\n", 13, &got);
 *     expect_story(&got, &(struct story){"one|!", 5});
 */
#ifndef TESTS_FRAMED_H
#define TESTS_FRAMED_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "exact.h"
#include "frame.h"

/* What came out of a frame: `|` behind each line, `!` for each that was too long. */
struct story {
    char text[4096];
    size_t len;
};

static inline void tell(struct story *s, const char *bytes, size_t len, char end)
{
    ck_assert_uint_lt(s->len + len + 1, sizeof s->text);
    if (len > 0)
        memcpy(s->text + s->len, bytes, len);
    s->len += len;
    s->text[s->len++] = end;
}

/* Takes all lines there are, no more than `most`; whether frame_next said FRAME_MORE. */
static inline bool take_lines(struct frame *f, size_t max, size_t most, struct story *s)
{
    enum frame_step step;
    char *line;
    size_t len;

    while (most-- > 0) {
        step = frame_next(f, max, &line, &len);
        ck_assert_int_ne(step, FRAME_NO_MEMORY);
        if (step == FRAME_MORE)
            return true;
        if (step == FRAME_OVER)
            tell(s, "", 0, '!');
        else
            tell(s, line, len, '|');
    }
    return false;
}

/* Feeds a copy of its own to the frame, which is gone when its lines have been taken. */
static inline void feed(struct frame *f, size_t max, const char *bytes, size_t len,
                        struct story *s)
{
    char *copy = exact_copy(bytes, len);

    frame_feed(f, copy, len);
    ck_assert(take_lines(f, max, SIZE_MAX, s));
    free(copy);
}

static inline void expect_story(const struct story *got, const struct story *want)
{
    ck_assert_msg(got->len == want->len && memcmp(got->text, want->text, got->len) == 0,
                  "%.*s instead of %.*s", (int)got->len, got->text, (int)want->len,
                  want->text);
}

#endif
