/* SPDX-License-Identifier: MIT */
/*
 * token.h - tokens and secrets: making them, hashing them, comparing them.
 *
 * token.c is the only file that knows libsodium. Comparisons take the same time whatever
 * is compared. token_check_secret is slow and uses much memory on purpose: some ten
 * milliseconds and what the digest says (TOKEN_KIB by token_digest_secret). It must not
 * be called where others wait for the thread; the daemon has one thread for it, which
 * checks one at a time. Any thread.
 */
#ifndef ACCESS_TOKEN_H
#define ACCESS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include "digest.h"
#include "slice.h"

enum {
    TOKEN_TEXT_MAX = 48, /* of a random token, NUL included */
    TOKEN_KIB = 19456,   /* 19 MiB and two passes: what OWASP recommends at least */
    TOKEN_PASSES = 2
};

/* Draws a token of 256 random bits, as text without blanks or colons. */
void token_draw(char ret[TOKEN_TEXT_MAX]);

/* The hash by which a random token is known. */
void token_hash(struct slice token, unsigned char ret[DIGEST_BYTES]);

/* The digest of a secret, with a new salt, as it goes into the configuration. */
bool token_digest_secret(struct slice secret, char ret[DIGEST_TEXT_MAX]);

/* Whether it is the secret of that digest. Slow. */
bool token_check_secret(const struct digest *digest, struct slice secret);

/* Compares hashes, in the same time whether they agree or not. */
bool token_same(const unsigned char a[DIGEST_BYTES], const unsigned char b[DIGEST_BYTES]);

/* Makes what was there unreadable, even if it is not used any more. */
void token_wipe(void *bytes, size_t len);

#endif
