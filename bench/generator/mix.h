/* SPDX-License-Identifier: MIT */
/*
 * mix.h - numbers that look random and are the same in every run: the finalizer of
 * SplitMix64 (Steele, Lea and Flood, 2014). Pure.
 */
#ifndef BENCH_MIX_H
#define BENCH_MIX_H

#include <stdint.h>

static inline uint64_t mix(uint64_t n)
{
    n += UINT64_C(0x9e3779b97f4a7c15);
    n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
    return n ^ n >> 31;
}

#endif
