/* SPDX-License-Identifier: MIT */
/*
 * digest.h - what the configuration holds of a token: a hash, as it is written there.
 *
 *     sha256:HEX                    of a token of 256 random bits: 64 digits 0-9 a-f
 *     $argon2id$v=19$m=M,t=T,p=1$SALT$HASH
 *                                   of a secret that people choose, as argon2(1) and
 *                                   libsodium write it; M at most DIGEST_KIB_MAX
 *
 * A secret is checked slowly, and so it is written NAME:SECRET in a hello: with the name
 * of the user whose hash it is to be held against, one check is enough. A random token
 * needs no name. Only the form is known here; hashing is token.h's. Pure; any thread.
 */
#ifndef ACCESS_DIGEST_H
#define ACCESS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

enum {
    DIGEST_BYTES = 32,
    DIGEST_TEXT_MAX = 128, /* NUL included, as libsodium has it */
    DIGEST_KIB_MAX = 1024 * 1024,
    DIGEST_PASSES_MAX = 64
};

enum digest_kind { DIGEST_TOKEN, DIGEST_SECRET };

struct digest {
    enum digest_kind kind;
    unsigned char bytes[DIGEST_BYTES]; /* of a token: the hash; of a secret: zeros */
    char text[DIGEST_TEXT_MAX];        /* as written */
};

/* Reads one. False: it is written otherwise. */
bool digest_parse(const char *text, struct digest *ret);

/* Writes the digest of a token. */
void digest_write(const unsigned char bytes[DIGEST_BYTES], char ret[DIGEST_TEXT_MAX]);

#endif
