/* SPDX-License-Identifier: MIT */
#include "scan.h"

#ifdef SCAN_AVX2
#include <immintrin.h>

/* A bit for each of 32 bytes that is not plain. Signed: 0x80 is less than 0x20. */
#define STOPS(block)                                                                     \
    _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), block),                    \
                    _mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('"')),     \
                                    _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'))))

/* Four blocks at a time, of which only whether there is a stop is asked. */
__attribute__((target("avx2"))) const char *scan_plain_avx2(const char *p,
                                                            const char *end)
{
    __m256i a, b, c, d, any;

    for (; end - p >= 128; p += 128) {
        a = _mm256_loadu_si256((const void *)p);
        b = _mm256_loadu_si256((const void *)(p + 32));
        c = _mm256_loadu_si256((const void *)(p + 64));
        d = _mm256_loadu_si256((const void *)(p + 96));
        any = _mm256_or_si256(_mm256_or_si256(STOPS(a), STOPS(b)),
                              _mm256_or_si256(STOPS(c), STOPS(d)));
        if (!_mm256_testz_si256(any, any))
            break;
    }
    return scan_plain_sse2(p, end);
}

const char *scan_long(const char *p, const char *end)
{
    return __builtin_cpu_supports("avx2") ? scan_plain_avx2(p, end)
                                          : scan_plain_sse2(p, end);
}
#else
const char *scan_long(const char *p, const char *end)
{
#ifdef __SSE2__
    return scan_plain_sse2(p, end);
#else
    return scan_plain_words(p, end);
#endif
}
#endif
