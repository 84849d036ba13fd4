/* SPDX-License-Identifier: MIT */
/*
 * verifier.h - the thread that checks secrets, so that no worker has to wait for it.
 *
 * To check a secret takes some ten milliseconds and some megabytes, on purpose (token.h).
 * They are checked one at a time, first come, first served; the answer is a letter to the
 * worker who asked. The thread starts with the first question. How many may wait is
 * limited: whoever floods the daemon with wrong secrets keeps others from proving theirs,
 * but nobody who has proved his from being served.
 */
#ifndef SERVER_VERIFIER_H
#define SERVER_VERIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include "digest.h"
#include "mailbox.h"

enum { VERIFIER_SECRET_MAX = 256, VERIFIER_WAITING_MAX = 64 };

/* A question, and the room for its answer. It is embedded in what the asker remembers. */
struct question {
    struct letter letter;  /* opened by the owner of the box when it is answered */
    struct mailbox *reply; /* whose box that is; it must be there until then */
    struct digest digest;
    char secret[VERIFIER_SECRET_MAX];
    size_t secret_len;
    bool passed; /* the answer */
};

struct verifier;

/* NULL: no memory. */
struct verifier *verifier_new(void);

/*
 * Lends the question until its letter comes. False: too many are waiting, or there can be
 * no thread. Any thread.
 */
bool verifier_ask(struct verifier *v, struct question *q);

/*
 * Ends the thread. What has not been checked by then is answered as not passed, and
 * whatever is asked later is refused. Main thread.
 */
void verifier_stop(struct verifier *v);

void verifier_free(struct verifier *v); /* stops it, too; NULL is fine */

#endif
