/* SPDX-License-Identifier: MIT */
/*
 * hash.h - SipHash-1-3, a keyed hash: who does not know the key cannot choose names that
 * collide. After Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), with
 * one compression and three finalization rounds. Pure.
 */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <stdint.h>
#include "slice.h"

struct hash_key {
    uint64_t k0, k1;
};

uint64_t hash_bytes(const struct hash_key *key, struct slice s);

#endif
