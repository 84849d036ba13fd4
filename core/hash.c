/* SPDX-License-Identifier: MIT */
#include "hash.h"

#include <string.h>

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v2 = rotate(s->v2, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

/*
 * The bytes in memory order; words of another byte order hash to other, equally good,
 * values.
 */
uint64_t hash_bytes(const struct hash_key *key, struct slice s)
{
    struct sip sip = {key->k0 ^ 0x736f6d6570736575, key->k1 ^ 0x646f72616e646f6d,
                      key->k0 ^ 0x6c7967656e657261, key->k1 ^ 0x7465646279746573};
    size_t whole = s.len & ~(size_t)7;
    uint64_t word, last = 0;

    for (size_t i = 0; i < whole; i += 8) {
        memcpy(&word, s.bytes + i, 8);
        sip_word(&sip, word);
    }
    if (s.len > whole)
        memcpy(&last, s.bytes + whole, s.len - whole);
    sip_word(&sip, last | (uint64_t)s.len << 56);
    sip.v2 ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(&sip);
    return sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
}
