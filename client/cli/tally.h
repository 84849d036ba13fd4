/* SPDX-License-Identifier: MIT */
/*
 * tally.h - values that are under way, each with an identity, so that one that comes
 * twice, comes altered, was never put or does not come at all is found out.
 *
 * A value is a JSON string that begins with a serial number, whose lower bits name a
 * place in the tally. A place is given to another value only when its own has arrived;
 * so memory depends on what may be under way, not on what was put. Not thread-safe.
 */
#ifndef CLI_TALLY_H
#define CLI_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TALLY_SIZE_MIN = 10 }; /* of a value, in bytes with its quotes */

struct parcel {
    int64_t sent_ns;
    uint32_t serial;
    uint32_t tag; /* the sender's own */
    bool under_way;
};

struct tally {
    struct parcel *parcels; /* owned */
    uint32_t mask;          /* how many there is room for, less 1: a power of two */
    uint32_t next;          /* serial */
    size_t under_way, most;
    char *text; /* owned: the value sent last */
    size_t size;
};

enum tally_verdict {
    TALLY_EXPECTED,
    TALLY_STRANGE,  /* nobody has put it so */
    TALLY_REPEATED, /* it has come before */
};

/* For values of `size` bytes, of which at most `most` (up to 2^30) are under way. False:
 * out of memory. tally_release is fine on {0}. */
bool tally_init(struct tally *tally, size_t size, size_t most);
void tally_release(struct tally *tally);

/* The next value, `size` bytes, good until the one after; NULL: too many are under way.
 */
const char *tally_send(struct tally *tally, uint32_t tag, int64_t now_ns);

/* A value has come. Written if it was expected: what is known of it. */
enum tally_verdict tally_receive(struct tally *tally, const char *value, size_t len,
                                 struct parcel *ret_parcel);

#endif
