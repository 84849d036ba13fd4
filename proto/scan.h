/* SPDX-License-Identifier: MIT */
/*
 * scan.h - how to pass over plain text quickly.
 *
 * A plain byte is ASCII, no control character, no quote and no backslash: what stands in
 * a JSON string as itself. Which version is compiled depends on what the compiler may
 * use, and for long text on what the processor can; all of them give the same answer and
 * read nothing outside [p, end). Pure; any thread. Private to proto.
 */
#ifndef PROTO_SCAN_H
#define PROTO_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#if defined(__x86_64__) && defined(__SSE2__)
#define SCAN_AVX2 /* scan_plain_avx2 is there, and may be called if the processor can */
#endif

enum { SCAN_LONG = 256 }; /* what is longer is worth a call */

/* 1 for each byte that is plain: 0x20 to 0x7f without the quote and the backslash. */
#define ONE_4  1, 1, 1, 1
#define ONE_16 ONE_4, ONE_4, ONE_4, ONE_4
/* clang-format off */
static const unsigned char scan_plain_table[256] = {
    [0x20] = 1, 1, 0, 1, ONE_4, ONE_4, ONE_4,
    [0x30] = ONE_16,
    [0x40] = ONE_16,
    [0x50] = ONE_4, ONE_4, ONE_4, 0, 1, 1, 1,
    [0x60] = ONE_16,
    [0x70] = ONE_16,
};
/* clang-format on */
#undef ONE_16
#undef ONE_4

static inline bool scan_is_plain(char c)
{
    return scan_plain_table[(unsigned char)c];
}

static inline const char *scan_plain_bytes(const char *p, const char *end)
{
    while (p < end && scan_is_plain(*p))
        p++;
    return p;
}

/* Whether one of eight bytes is not plain. A borrow can only follow a true hit. */
static inline bool scan_word_stops(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    const uint64_t quote = word ^ ones * '"', slash = word ^ ones * '\\';

    return (((word - ones * 0x20) | (quote - ones) | (slash - ones) | word) & tops) != 0;
}

static inline const char *scan_plain_words(const char *p, const char *end)
{
    uint64_t word;

    for (; end - p >= (ptrdiff_t)sizeof word; p += sizeof word) {
        memcpy(&word, p, sizeof word);
        if (scan_word_stops(word))
            break;
    }
    return scan_plain_bytes(p, end);
}

#ifdef __SSE2__
/* A bit for each of 16 bytes that is not plain. Signed: 0x80 is less than 0x20. */
static inline unsigned scan_stops_sse2(const char *p)
{
    const __m128i block = _mm_loadu_si128((const void *)p);
    const __m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
    const __m128i slash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
    const __m128i other = _mm_cmplt_epi8(block, _mm_set1_epi8(0x20));

    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), other));
}

/* The last block overlaps the one before it, whose bytes are known to be plain. */
static inline const char *scan_plain_sse2(const char *p, const char *end)
{
    unsigned stops;

    if (end - p < 16)
        return scan_plain_bytes(p, end);
    for (; end - p >= 16; p += 16)
        if ((stops = scan_stops_sse2(p)) != 0)
            return p + __builtin_ctz(stops);
    if (p == end || (stops = scan_stops_sse2(end - 16)) == 0)
        return end;
    return end - 16 + __builtin_ctz(stops);
}
#endif

#ifdef SCAN_AVX2
const char *scan_plain_avx2(const char *p, const char *end);
#endif

/* The same, for what is known to be long: by the best that the processor has. */
const char *scan_long(const char *p, const char *end);

/* The first byte of [p, end) that is not plain; end if all are. */
static inline const char *scan_plain(const char *p, const char *end)
{
#ifdef __SSE2__
    const char *const stop = end - p > SCAN_LONG ? p + SCAN_LONG : end;

    p = scan_plain_sse2(p, stop);
    return p < stop || stop == end ? p : scan_long(p, end);
#else
    return scan_plain_words(p, end);
#endif
}

/* The same for what is mostly short: the processor guesses the length. */
static inline const char *scan_short(const char *p, const char *end)
{
    const char *const stop = end - p > 16 ? p + 16 : end;

    while (p < stop && scan_is_plain(*p))
        p++;
    return p < stop ? p : scan_plain(p, end);
}

#endif
