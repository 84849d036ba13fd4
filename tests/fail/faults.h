/* SPDX-License-Identifier: MIT */
/*
 * faults.h - calls that fail when a test wants them to: of each kind those from the
 * (after + 1)th on, as many as are wanted.
 *
 * A program that is linked with faults.c has them in place of the functions of libc and
 * of libevent, for itself and for all its libraries. What shall fail stands on a page of
 * shared memory: a program may write on its own one, or a test that runs beside it and
 * has made the file that CHAND_FAULTS names. Any thread.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdatomic.h>
#include <stdint.h>

enum faults_kind {
    FAULTS_MEMORY,     /* malloc, calloc, realloc */
    FAULTS_SEND,       /* send, sendmsg */
    FAULTS_RECEIVE,    /* recv; read, of more than eight bytes: eventfds do not fail */
    FAULTS_ACCEPT,     /* accept4 */
    FAULTS_EVENT,      /* event_add, event_new */
    FAULTS_WATCH,      /* epoll_ctl, but for taking something off */
    FAULTS_DESCRIPTOR, /* socket, socketpair, eventfd, epoll_create1, pipe2 */
    FAULTS_LISTEN,     /* bind, listen */
    FAULTS_THREAD,     /* pthread_create */
    FAULTS_RANDOM,     /* getrandom */
    FAULTS_CONNECT,    /* connect */
    FAULTS_WRITE,      /* write, the same */
    FAULTS_KINDS
};

enum { FAULTS_ONE_BYTE = -1 };

struct faults_row {
    atomic_int_fast64_t count; /* how many fail; 0: none, and nothing is counted */
    atomic_int_fast64_t after; /* so many pass before that */
    atomic_int_fast64_t
        how; /* errno (memory has its own); or FAULTS_ONE_BYTE, and so much is sent */
    atomic_int_fast64_t seen, failed;
};

struct faults_page {
    struct faults_row rows[FAULTS_KINDS];
};

/* The page of this process; never NULL. */
struct faults_page *faults_page(void);

/* Lets calls of a kind fail from now on: see the fields of a row. */
void faults_begin(enum faults_kind kind, int64_t after, int64_t count, int64_t how);

/* Lets none fail any more; how many did. */
int64_t faults_end(enum faults_kind kind);

#endif
