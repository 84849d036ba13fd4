/* SPDX-License-Identifier: MIT */
/*
 * secure_keys.h - what is inside struct secure_keys (secure.h), for the files that deal
 * with OpenSSL.
 */
#ifndef SERVER_SECURE_KEYS_H
#define SERVER_SECURE_KEYS_H

#include <openssl/ssl.h>
#include <stdatomic.h>

struct secure_keys {
    atomic_uint holders;
    SSL_CTX *ctx;
    BIO_METHOD *socket; /* how links read and write */
};

/* How links read and write, the caller's: NULL: no memory. */
BIO_METHOD *secure_socket_new(void);

/* What OpenSSL complained about first, which is the cause of the rest. */
const char *secure_error_text(void);

#endif
