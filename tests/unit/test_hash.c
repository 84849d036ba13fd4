/* SPDX-License-Identifier: MIT */
#include "hash.h"

#include "exact.h"
#include "unit.h"

/* ---- SipHash-1-3 once more, word for word from the paper: slow and plain ---- */

static uint64_t turned_left(uint64_t x, unsigned bits)
{
    uint64_t result = x;

    for (unsigned i = 0; i < bits; i++)
        result = (result * 2) + (result >> 63);
    return result;
}

static void plain_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = turned_left(v[1], 13);
    v[3] = turned_left(v[3], 16);
    v[1] ^= v[0];
    v[3] ^= v[2];
    v[0] = turned_left(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = turned_left(v[1], 17);
    v[3] = turned_left(v[3], 21);
    v[1] ^= v[2];
    v[3] ^= v[0];
    v[2] = turned_left(v[2], 32);
}

/* Byte i of the padded message: its length, modulo 256, is the last byte. */
static uint64_t padded_byte(struct slice s, size_t i, size_t padded_len)
{
    if (i < s.len)
        return (unsigned char)s.bytes[i];
    return i == padded_len - 1 ? s.len % 256 : 0;
}

static uint64_t plain_hash(const struct hash_key *key, struct slice s)
{
    static const char constant[] = "somepseudorandomlygeneratedbytes";
    uint64_t v[4] = {0};
    size_t padded_len = (s.len / 8 + 1) * 8;

    for (int i = 0; i < 32; i++)
        v[i / 8] = v[i / 8] * 256 + (unsigned char)constant[i];
    for (int i = 0; i < 4; i++)
        v[i] ^= i % 2 ? key->k1 : key->k0;
    for (size_t at = 0; at < padded_len; at += 8) {
        uint64_t word = 0;

        for (size_t i = 0; i < 8; i++)
            word += padded_byte(s, at + i, padded_len) << 8 * i;
        v[3] ^= word;
        plain_round(v);
        v[0] ^= word;
    }
    v[2] ^= 255;
    for (int i = 0; i < 3; i++)
        plain_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- tests ---- */

/* Bytes 0, 1, 2, … */
static struct slice counting(char *room, size_t len)
{
    for (size_t i = 0; i < len; i++)
        room[i] = (char)i;
    return slice_of(room, len);
}

/* Published results: of the key 00 01 … 0f, and of the zero key that CPython 3.11 uses.
 */
START_TEST(known_messages_have_their_known_hashes)
{
    static const struct {
        uint64_t k0, k1;
        size_t len;
        uint64_t hash;
    } rows[] = {
        {0x0706050403020100, 0x0f0e0d0c0b0a0908, 0, 0xabac0158050fc4dc},
        {0x0706050403020100, 0x0f0e0d0c0b0a0908, 1, 0xc9f49bf37d57ca93},
        {0x0706050403020100, 0x0f0e0d0c0b0a0908, 63, 0x9d199062b7bbb3a8},
        {0, 0, 0, 0xd1fba762150c532c},
        {0, 0, 1, 0x68a914128e01e473},
        {0, 0, 7, 0x2f098ab0c751325a},
        {0, 0, 8, 0xead411e67ebe2eea},
        {0, 0, 15, 0xf30eb725bb91c9ea},
        {0, 0, 63, 0x385d3e39e5f37359},
    };
    char room[64];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hash_key key = {rows[i].k0, rows[i].k1};

        ck_assert_uint_eq(hash_bytes(&key, counting(room, rows[i].len)), rows[i].hash);
    }
}
END_TEST

START_TEST(every_length_agrees_with_the_plain_version)
{
    uint64_t random = 1;

    for (size_t len = 0; len <= 600; len++) {
        struct hash_key key = {exact_random(&random), exact_random(&random)};
        char bytes[600], *copy;

        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)exact_random(&random);
        copy = exact_copy(bytes, len);
        ck_assert_uint_eq(hash_bytes(&key, slice_of(copy, len)),
                          plain_hash(&key, slice_of(copy, len)));
        free(copy);
    }
}
END_TEST

START_TEST(the_hash_is_that_of_the_bytes_and_not_of_where_they_are)
{
    struct hash_key key = {3, 4};
    char room[80];
    uint64_t expected = hash_bytes(&key, slice_text("a channel's name"));

    for (size_t shift = 0; shift < 16; shift++) {
        memset(room, (int)shift, sizeof room);
        memcpy(room + shift, "a channel's name", 16);
        ck_assert_uint_eq(hash_bytes(&key, slice_of(room + shift, 16)), expected);
    }
}
END_TEST

START_TEST(any_changed_bit_of_key_or_message_changes_the_hash)
{
    struct hash_key key = {5, 6};
    char bytes[24] = "twenty-four bytes of it";
    struct slice s = slice_of(bytes, sizeof bytes);
    uint64_t before = hash_bytes(&key, s);

    for (unsigned bit = 0; bit < 64; bit++) {
        struct hash_key other0 = {key.k0 ^ UINT64_C(1) << bit, key.k1};
        struct hash_key other1 = {key.k0, key.k1 ^ UINT64_C(1) << bit};

        ck_assert_uint_ne(hash_bytes(&other0, s), before);
        ck_assert_uint_ne(hash_bytes(&other1, s), before);
    }
    for (unsigned bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        ck_assert_uint_ne(hash_bytes(&key, s), before);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
}
END_TEST

START_TEST(a_zero_more_at_the_end_is_another_message)
{
    struct hash_key key = {7, 8};
    static const char zeros[40];

    for (size_t len = 0; len + 1 < sizeof zeros; len++)
        ck_assert_uint_ne(hash_bytes(&key, slice_of(zeros, len)),
                          hash_bytes(&key, slice_of(zeros, len + 1)));
}
END_TEST

UNIT_MAIN("hash", known_messages_have_their_known_hashes,
          every_length_agrees_with_the_plain_version,
          the_hash_is_that_of_the_bytes_and_not_of_where_they_are,
          any_changed_bit_of_key_or_message_changes_the_hash,
          a_zero_more_at_the_end_is_another_message)
