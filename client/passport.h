/* SPDX-License-Identifier: MIT */
/*
 * passport.h - who a client is, and whom it trusts: what chan_secure was given. A
 * passport is changed with client.lock held, and not while its client is connecting.
 */
#ifndef CLIENT_PASSPORT_H
#define CLIENT_PASSPORT_H

#include <stdbool.h>
#include "chan.h"
#include "text.h"

struct tls;

struct passport {
    char *token, *ca, *certificate, *key; /* owned; NULL: none */
    bool accept_1_2;
};

/* A copy of what it says. False: no memory, and nothing was written. */
bool passport_init(const struct chan_security *security, struct passport *ret_passport);

/* {0} is fine; the token is wiped. */
void passport_release(struct passport *passport);

/* Makes a secret unreadable and frees it; NULL is fine. */
void passport_wipe(char *secret);

/* TLS over fd, to a server that must be `host`, with what the files say now. CHAN_OK, or
 * CHAN_UNTRUSTED and why has added what is wrong. */
enum chan_status passport_use(const struct passport *passport, const char *host, int fd,
                              struct text *why, struct tls **ret_tls);

#endif
