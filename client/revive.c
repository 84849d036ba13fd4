/* SPDX-License-Identifier: MIT */
#include "revive.h"
#include "ask.h"
#include "deadline.h"
#include "dial.h"
#include "keep.h"
#include "resume.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How long one address may take to answer, then the handshake, and then the server. */
enum { TRY_MS = 5000 };

void revive_close(struct chan_client *c)
{
    client_detach(c);
    if (c->dialling >= 0)
        close(c->dialling);
    c->dialling = -1;
    c->parted = false;
    conn_release(&c->conn);
    client_kick(c);
}

void revive_after(struct chan_client *c, const char *why)
{
    char copy[sizeof c->lost_why];

    snprintf(copy, sizeof copy, "%s", why);
    keep_note_state(c, CHAN_DOWN, copy);
    if (!keep_retries(c)) {
        client_lose(c, CHAN_LOST, copy);
        return;
    }
    resume_keep(c);
    revive_close(c);
    snprintf(c->lost_why, sizeof c->lost_why, "%s", copy);
    c->state = CLIENT_PAUSING;
    c->place = 0;
    c->point_ns = keep_retry_ns(c);
    resume_end_others(c, copy);
}

/* ---- dialling ---- */

/* The next address is tried in a turn of its own, so that a program's loop sees that
 * chan_fd has changed, even if the number is the same. */
static void try_next(struct chan_client *c, int error)
{
    char room[128];

    revive_close(c);
    c->state = CLIENT_PAUSING;
    c->point_ns = 0;
    if (++c->place >= c->places.count)
        revive_after(c, strerror_r(error, room, sizeof room));
}

/* ---- greeting ---- */

/* What is in the way of a user who comes too often may pass, as at a goodbye. */
static bool is_passing(const struct chan_client *c, const struct chan_reply *reply)
{
    return keep_retries(c) && reply->reason && strcmp(reply->reason, "limit") == 0;
}

static void on_greeted(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    (void)data;
    conn_wipe(&c->conn);
    if (reply->status != CHAN_OK && is_passing(c, reply)) {
        c->parted = true;
        snprintf(c->lost_why, sizeof c->lost_why, "%s", reply->message);
        return;
    }
    if (reply->status != CHAN_OK) {
        client_lose(c, reply->status, reply->message);
        return;
    }
    c->state = CLIENT_UP;
    keep_note_success(c);
    keep_note_state(c, CHAN_UP, "connected");
    resume_ask(c);
}

/* The hello of before, or one with the token, or else anything that has an answer. */
static enum chan_status send_greeting(struct chan_client *c)
{
    const struct asking how = {.limit_ms = CHAN_FOREVER, .own = true, .done = on_greeted};
    const char *token = c->hello.token ? c->hello.token : c->passport.token;
    struct request_view rq = {.op = OP_PING, .timeout_ms = -1};
    uint64_t id;

    if (c->hello.said || token) {
        rq.op = OP_HELLO;
        rq.client = slice_text(c->hello.client);
        rq.token = slice_text(token);
        rq.protocol = 1;
    }
    return ask_start(c, &rq, &how, &id);
}

static void greet(struct chan_client *c)
{
    c->state = CLIENT_GREETING;
    c->point_ns = deadline_after_ms(TRY_MS);
    if (send_greeting(c) != CHAN_OK)
        revive_after(c, "out of memory");
}

/* ---- shaking hands ---- */

static void begin_to_shake(struct chan_client *c)
{
    struct text why = {0};
    struct tls *tls;

    if (passport_use(&c->passport, c->places.host, c->conn.fd, &why, &tls) == CHAN_OK) {
        conn_secure(&c->conn, tls);
        c->state = CLIENT_SHAKING;
        c->point_ns = deadline_after_ms(TRY_MS);
        revive_shake(c);
    } else {
        text_lit(&why, "\0");
        revive_after(c, why.broken ? "out of memory" : why.bytes);
    }
    text_release(&why);
}

void revive_shake(struct chan_client *c)
{
    const enum conn_step step = conn_shake(&c->conn);
    char room[128];

    resume_expire(c);
    if (step == CONN_DONE)
        greet(c);
    else if (step == CONN_FAILED)
        revive_after(c, conn_why(&c->conn, room, sizeof room));
    else if (c->point_ns <= deadline_now_ns())
        revive_after(c, "no TLS handshake in time");
}

/* The address has answered. */
static void begin(struct chan_client *c)
{
    const int fd = c->dialling;

    c->dialling = -1;
    if (!conn_init(&c->conn, fd)) {
        close(fd);
        revive_after(c, "out of memory");
    } else if (c->places.host) {
        begin_to_shake(c);
    } else {
        greet(c);
    }
}

/* ---- turns ---- */

void revive_pause(struct chan_client *c)
{
    int error;

    resume_expire(c);
    if (!keep_retries(c)) {
        client_lose(c, CHAN_LOST, c->lost_why);
        return;
    }
    if (c->point_ns > deadline_now_ns())
        return;
    if (c->place == 0)
        keep_note_state(c, CHAN_TRYING, c->lost_why);
    error = dial_begin(&c->places.list[c->place], &c->dialling);
    if (error && error != EINPROGRESS) {
        try_next(c, error);
        return;
    }
    c->state = CLIENT_DIALLING;
    c->point_ns = deadline_after_ms(TRY_MS);
    if (error == 0)
        begin(c);
}

void revive_dial(struct chan_client *c)
{
    struct pollfd p = {.fd = c->dialling, .events = POLLOUT};
    int error;

    resume_expire(c);
    if (poll(&p, 1, 0) <= 0) {
        if (c->point_ns <= deadline_now_ns())
            try_next(c, ETIMEDOUT);
        return;
    }
    error = dial_end(c->dialling);
    if (error)
        try_next(c, error);
    else
        begin(c);
}

void revive_greet(struct chan_client *c)
{
    resume_expire(c);
    if (c->state == CLIENT_GREETING && c->point_ns <= deadline_now_ns())
        revive_after(c, "the server does not answer");
}
