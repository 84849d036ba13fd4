/* SPDX-License-Identifier: MIT */
/*
 * mailbox.h - how threads tell a worker something: a list behind a lock, and an eventfd
 * that wakes the worker. Any thread may post; the owner alone collects.
 *
 * A letter is embedded in what it is about, and is in one box at a time; it says itself
 * what is to be done with it. The lock is the last of all: nothing is taken under it.
 */
#ifndef SERVER_MAILBOX_H
#define SERVER_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>
#include "list.h"

struct letter {
    struct list link;
    void (*open)(struct letter *letter, void *owner); /* by the owner of the box */
};

struct mailbox {
    pthread_mutex_t lock;
    struct list letters;
    int fd; /* readable when there is mail */
};

/* False: no descriptor. */
bool mailbox_init(struct mailbox *box);
void mailbox_release(struct mailbox *box); /* letters must have been collected */

/* Puts a letter, which is in no box, at the end. */
void mailbox_post(struct mailbox *box, struct letter *letter);

/* Wakes the owner, without a letter. */
void mailbox_wake(struct mailbox *box);

/* Takes all letters and opens them in the order of posting. */
void mailbox_open_all(struct mailbox *box, void *owner);

#endif
