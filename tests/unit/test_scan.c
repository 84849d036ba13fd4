/* SPDX-License-Identifier: MIT */
/* Every version of scan_plain that this compiler can build, against the obvious one. */
#include "unit.h"
#include "exact.h"
#include "scan.h"
#include "utf8.h"

#include <stdbool.h>

struct version {
    const char *name;
    const char *(*scan)(const char *p, const char *end);
};

static const struct version versions[] = {
    {"bytes", scan_plain_bytes}, {"words", scan_plain_words},
#ifdef __SSE2__
    {"sse2", scan_plain_sse2},
#endif
    {"long", scan_long},         {"short", scan_short},       {"chosen", scan_plain},
};

static size_t obvious(const char *bytes, size_t len)
{
    size_t i = 0;

    while (i < len && (unsigned char)bytes[i] >= 0x20 && (unsigned char)bytes[i] < 0x80 &&
           bytes[i] != '"' && bytes[i] != '\\')
        i++;
    return i;
}

static void expect_all(const char *bytes, size_t len)
{
    const size_t want = obvious(bytes, len);

    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        const char *stop = versions[i].scan(bytes, bytes + len);

        if ((size_t)(stop - bytes) != want) /* an assertion each would take seconds */
            ck_abort_msg("%s: %zu instead of %zu of %zu", versions[i].name,
                         (size_t)(stop - bytes), want, len);
    }
}

START_TEST(plain_bytes_are_those_that_stand_for_themselves)
{
    for (int c = 0; c < 256; c++) {
        const char byte = (char)c;

        ck_assert_msg(scan_is_plain(byte) == (obvious(&byte, 1) == 1), "byte %d", c);
    }
}
END_TEST

START_TEST(every_byte_at_every_place_of_every_length_is_judged_alike)
{
    for (size_t len = 0; len <= 70; len++) {
        char *bytes = malloc(len > 0 ? len : 1);

        ck_assert_ptr_nonnull(bytes);
        for (size_t at = 0; at < len; at++)
            for (int c = 0; c < 256; c++) {
                memset(bytes, 'x', len);
                bytes[at] = (char)c;
                expect_all(bytes, len);
            }
        expect_all(bytes, len);
        free(bytes);
    }
}
END_TEST

START_TEST(the_first_of_two_stops_counts_wherever_they_stand)
{
    enum { LEN = 400 };
    static const char stops[] = {'"', '\\', '\n', '\x80', '\xff'};
    char bytes[LEN];

    for (size_t a = 0; a < LEN; a++)
        for (size_t b = a + 1; b < LEN; b += 1 + b / 8)
            for (size_t s = 0; s < sizeof stops; s++) {
                memset(bytes, 'x', LEN);
                bytes[a] = stops[s];
                bytes[b] = stops[(s + 1) % sizeof stops];
                expect_all(bytes, LEN);
            }
}
END_TEST

START_TEST(random_bytes_are_judged_alike_from_any_address)
{
    uint64_t seed = 3;

    for (int round = 0; round < 20000; round++) {
        const size_t len = exact_below(&seed, 1000);
        const size_t skew = exact_below(&seed, len + 1);
        char *bytes = malloc(len + 1);

        ck_assert_ptr_nonnull(bytes);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)(exact_below(&seed, 300) == 0 ? exact_below(&seed, 256)
                                                           : 35 + exact_below(&seed, 50));
        expect_all(bytes + skew, len - skew);
        free(bytes);
    }
}
END_TEST

/* What RFC 3629 allows, from the code points' side: encodes all that there are. */
static size_t encode(unsigned point, unsigned char bytes[4])
{
    const unsigned char more[] = {(unsigned char)(0x80 | (point >> 12 & 0x3f)),
                                  (unsigned char)(0x80 | (point >> 6 & 0x3f)),
                                  (unsigned char)(0x80 | (point & 0x3f))};
    const size_t len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    memcpy(bytes + 1, more + (4 - len), len - 1);
    bytes[0] = (unsigned char)(len == 2   ? 0xc0 | point >> 6
                               : len == 3 ? 0xe0 | point >> 12
                                          : 0xf0 | point >> 18);
    return len;
}

START_TEST(every_character_of_unicode_passes)
{
    for (unsigned point = 0x80; point <= 0x10ffff; point++) {
        unsigned char bytes[4];
        const size_t len = encode(point, bytes);
        const char *at = (const char *)bytes;
        const bool surrogate = point >= 0xd800 && point <= 0xdfff;

        if (utf8_pass(&at, at + len) == surrogate ||
            at - (const char *)bytes != (surrogate ? 1 : (int)len))
            ck_abort_msg("U+%04X", point);
    }
}
END_TEST

/* How many strings of two to four bytes pass: no more than there are characters. */
START_TEST(nothing_passes_that_is_no_character)
{
    size_t two = 0, three = 0;

    for (unsigned word = 0; word < 0x10000; word++) {
        const char bytes[] = {(char)(word >> 8), (char)word};
        const char *at = bytes;

        two += (word >> 8) >= 0x80 && utf8_pass(&at, bytes + 2) && at == bytes + 2;
    }
    ck_assert_uint_eq(two, 0x800 - 0x80);
    for (unsigned word = 0x800000; word < 0x1000000; word++) {
        const char bytes[] = {(char)(word >> 16), (char)(word >> 8), (char)word};
        const char *at = bytes;

        three += utf8_pass(&at, bytes + 3) && at == bytes + 3;
    }
    ck_assert_uint_eq(three, 0x10000 - 0x800 - 0x800);
}
END_TEST

START_TEST(the_first_byte_that_cannot_be_is_pointed_at)
{
    static const struct {
        const char *bytes;
        int at;
    } broken[] = {
        {"\x80", 0},
        {"\xbf", 0},
        {"\xc0\x80", 0},
        {"\xc1\xbf", 0},
        {"\xf5\x80", 0},
        {"\xff", 0},
        {"\xc2", 1},
        {"\xc2\x41", 1},
        {"\xc2\xc2", 1},
        {"\xe0\x9f\xbf", 1},
        {"\xe0\xa0", 2},
        {"\xed\xa0\x80", 1},
        {"\xe2\x82\x22", 2},
        {"\xf0\x8f\xbf", 1},
        {"\xf0\x90\x80", 3},
        {"\xf0\x90\x41", 2},
        {"\xf4\x90\x80", 1},
        {"\xf4\x8f\xbf", 3},
        {"\xf0\x9f\x98\xc0", 3},
    };

    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        const size_t len = strlen(broken[i].bytes);
        char *bytes = exact_copy(broken[i].bytes, len);
        const char *at = bytes;

        ck_assert_msg(!utf8_pass(&at, bytes + len), "case %zu", i);
        ck_assert_msg(at - bytes == broken[i].at, "case %zu: %td", i, at - bytes);
        free(bytes);
    }
}
END_TEST

UNIT_MAIN("scan", plain_bytes_are_those_that_stand_for_themselves,
          every_byte_at_every_place_of_every_length_is_judged_alike,
          the_first_of_two_stops_counts_wherever_they_stand,
          random_bytes_are_judged_alike_from_any_address,
          every_character_of_unicode_passes, nothing_passes_that_is_no_character,
          the_first_byte_that_cannot_be_is_pointed_at)
