/* SPDX-License-Identifier: MIT */
#include "token.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char prefix[] = "ct_";

static_assert(DIGEST_BYTES == crypto_hash_sha256_BYTES, "a digest is a SHA-256");
static_assert(DIGEST_TEXT_MAX == crypto_pwhash_STRBYTES,
              "a digest's text is libsodium's");

/* Without its random numbers nothing in here would mean anything. Costs little again. */
static void token_ready(void)
{
    if (sodium_init() < 0)
        abort();
}

void token_draw(char ret[TOKEN_TEXT_MAX])
{
    unsigned char bytes[32];

    token_ready();
    randombytes_buf(bytes, sizeof bytes);
    memcpy(ret, prefix, sizeof prefix);
    sodium_bin2base64(ret + strlen(prefix), TOKEN_TEXT_MAX - strlen(prefix), bytes,
                      sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
}

void token_hash(struct slice token, unsigned char ret[DIGEST_BYTES])
{
    crypto_hash_sha256(ret, (const unsigned char *)token.bytes, token.len);
}

bool token_digest_secret(struct slice secret, char ret[DIGEST_TEXT_MAX])
{
    token_ready();
    return crypto_pwhash_str_alg(ret, secret.bytes, secret.len, TOKEN_PASSES,
                                 (size_t)TOKEN_KIB * 1024,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool token_check_secret(const struct digest *digest, struct slice secret)
{
    token_ready();
    return crypto_pwhash_str_verify(digest->text, secret.bytes, secret.len) == 0;
}

bool token_same(const unsigned char a[DIGEST_BYTES], const unsigned char b[DIGEST_BYTES])
{
    return sodium_memcmp(a, b, DIGEST_BYTES) == 0;
}

void token_wipe(void *bytes, size_t len)
{
    sodium_memzero(bytes, len);
}
