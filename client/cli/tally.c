/* SPDX-License-Identifier: MIT */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

enum { DIGITS = 8, BITS_PER_DIGIT = 4 };

/* Where the digits are, and where the padding begins that all values share. */
enum { DIGITS_AT = 1, PADDING_AT = DIGITS_AT + DIGITS };

bool tally_init(struct tally *tally, size_t size, size_t most)
{
    uint32_t room = 1;

    while (room < most)
        room *= 2;
    *tally = (struct tally){.mask = room - 1, .most = most, .size = size};
    tally->parcels = calloc(room, sizeof *tally->parcels);
    tally->text = malloc(size);
    if (!tally->parcels || !tally->text) {
        tally_release(tally);
        return false;
    }
    memset(tally->text, '.', size);
    tally->text[0] = tally->text[size - 1] = '"';
    return true;
}

void tally_release(struct tally *tally)
{
    free(tally->parcels);
    free(tally->text);
    *tally = (struct tally){0};
}

static void write_serial(char *digits, uint32_t serial)
{
    for (size_t i = DIGITS; i-- > 0; serial >>= BITS_PER_DIGIT)
        digits[i] = "0123456789abcdef"[serial & 15];
}

static bool read_serial(const char *digits, uint32_t *ret_serial)
{
    uint32_t serial = 0;

    for (size_t i = 0; i < DIGITS; i++) {
        const char c = digits[i];

        if (c >= '0' && c <= '9')
            serial = serial << BITS_PER_DIGIT | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            serial = serial << BITS_PER_DIGIT | (uint32_t)(c - 'a' + 10);
        else
            return false;
    }
    *ret_serial = serial;
    return true;
}

const char *tally_send(struct tally *tally, uint32_t tag, int64_t now_ns)
{
    struct parcel *parcel;
    uint32_t serial;

    if (tally->under_way == tally->most)
        return NULL;
    do { /* values overtake each other: there may be one that is still on its way */
        serial = tally->next++;
        parcel = &tally->parcels[serial & tally->mask];
    } while (parcel->under_way);
    *parcel = (struct parcel){now_ns, serial, tag, true};
    tally->under_way++;
    write_serial(tally->text + DIGITS_AT, serial);
    return tally->text;
}

enum tally_verdict tally_receive(struct tally *tally, const char *value, size_t len,
                                 struct parcel *ret_parcel)
{
    struct parcel *parcel;
    uint32_t serial;

    if (len != tally->size || value[0] != '"' ||
        !read_serial(value + DIGITS_AT, &serial) ||
        memcmp(value + PADDING_AT, tally->text + PADDING_AT, len - PADDING_AT) != 0)
        return TALLY_STRANGE;
    parcel = &tally->parcels[serial & tally->mask];
    if (parcel->under_way && parcel->serial == serial) {
        parcel->under_way = false;
        tally->under_way--;
        *ret_parcel = *parcel;
        return TALLY_EXPECTED;
    }
    /* A serial that was given out before `next` has come already, or it would be here. */
    return tally->next - serial - 1 < UINT32_MAX / 2 ? TALLY_REPEATED : TALLY_STRANGE;
}
