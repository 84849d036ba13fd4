/* SPDX-License-Identifier: MIT */
/*
 * fuzz_frame.c - any bytes, fed in any pieces and stopped anywhere: the lines are those
 * that a look at the whole gives.
 *
 * The first byte of the input is the longest line that is allowed, the second says how
 * the rest is cut.
 */
#include <stdbool.h>
#include "frame.h"
#include "require.h"

/* What came out, an LF behind each line, and \1 for a line that was too long. */
struct story {
    char *bytes;
    size_t len;
};

static void tell(struct story *s, const char *line, size_t len, char end)
{
    if (len > 0)
        memcpy(s->bytes + s->len, line, len);
    s->len += len;
    s->bytes[s->len++] = end;
}

static void tell_whole(struct story *s, const char *bytes, size_t len, size_t max)
{
    size_t begin = 0;

    for (size_t i = 0; i <= len; i++) {
        if (i < len && bytes[i] != '\n')
            continue;
        if (i - begin > max)
            tell(s, "", 0, '\1');
        else if (i < len)
            tell(s, bytes + begin, i - begin, '\n');
        begin = i + 1;
    }
}

/* At most `most` lines; whether the frame wants more bytes. */
static bool tell_lines(struct story *s, struct frame *f, size_t max, unsigned most)
{
    enum frame_step step;
    char *line;
    size_t len;

    while (most-- > 0) {
        step = frame_next(f, max, &line, &len);
        require(step != FRAME_NO_MEMORY, "there is memory");
        if (step == FRAME_MORE)
            return true;
        if (step == FRAME_OVER) {
            tell(s, "", 0, '\1');
            continue;
        }
        require(len <= max, "no line is longer than it may be");
        tell(s, line, len, '\n');
        memset(line, '#', len); /* it is the caller's to write into */
    }
    return false;
}

/* A word that depends on the one before. */
static unsigned shuffle(unsigned *state)
{
    *state = *state * 1103515245u + 12345u;
    return *state >> 16;
}

static void tell_pieces(struct story *s, const char *bytes, size_t len, size_t max,
                        unsigned cut)
{
    struct frame f = {0};

    for (size_t at = 0, n; at < len; at += n) {
        char *piece;
        bool done;

        n = 1 + shuffle(&cut) % 40;
        n = n < len - at ? n : len - at;
        piece = require_copy(bytes + at, n);
        frame_feed(&f, piece, n);
        done = tell_lines(s, &f, max, shuffle(&cut) % 4);
        if (!done && shuffle(&cut) % 2) {
            require(frame_keep(&f), "there is memory");
            free(piece);
            piece = NULL;
        }
        if (!done)
            require(tell_lines(s, &f, max, UINT32_MAX), "all lines come out");
        free(piece);
    }
    frame_release(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct story whole, pieces;
    const char *bytes;

    if (size < 2)
        return 0;
    bytes = (const char *)data + 2;
    size -= 2;
    whole = (struct story){malloc(2 * size + 2), 0};
    pieces = (struct story){malloc(2 * size + 2), 0};
    require(whole.bytes && pieces.bytes, "there is memory");
    tell_whole(&whole, bytes, size, data[0]);
    tell_pieces(&pieces, bytes, size, data[0], data[1]);
    require(whole.len == pieces.len && memcmp(whole.bytes, pieces.bytes, whole.len) == 0,
            "pieces give the lines of the whole");
    free(whole.bytes);
    free(pieces.bytes);
    return 0;
}
