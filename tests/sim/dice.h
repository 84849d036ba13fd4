/* SPDX-License-Identifier: MIT */
/*
 * dice.h - where the choices of a simulation come from: a seed, or given bytes.
 *
 * With a seed the dice never run out. With bytes (a fuzzer's) they fall as the bytes say
 * and then always on 0, and dice_are_spent tells. Not thread-safe.
 */
#ifndef SIM_DICE_H
#define SIM_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t state;
    const uint8_t *bytes; /* NULL: seeded */
    size_t left;
};

static inline struct dice dice_of_seed(uint64_t seed)
{
    return (struct dice){.state = seed};
}

static inline struct dice dice_of_bytes(const uint8_t *bytes, size_t len)
{
    static const uint8_t none;

    return (struct dice){.bytes = bytes ? bytes : &none, .left = len};
}

static inline bool dice_are_spent(const struct dice *d)
{
    return d->bytes && d->left == 0;
}

static inline uint64_t dice_byte(struct dice *d)
{
    if (d->left == 0)
        return 0;
    d->left--;
    return *d->bytes++;
}

/* 64 random bits (splitmix64, after Steele, Lea and Flood), or one or two bytes. */
static inline uint64_t dice_bits(struct dice *d, bool many)
{
    uint64_t x;

    if (d->bytes)
        return many ? dice_byte(d) << 8 | dice_byte(d) : dice_byte(d);
    x = d->state += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

/* A number from 0 to below - 1. */
static inline uint32_t dice_below(struct dice *d, uint32_t below)
{
    return (uint32_t)(dice_bits(d, below > 256) % below);
}

/* True once in so many times. */
static inline bool dice_one_in(struct dice *d, uint32_t times)
{
    return dice_below(d, times) == 0;
}

#endif
