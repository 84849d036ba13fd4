/* SPDX-License-Identifier: MIT */
/*
 * guard.h - who a session is, and whether it may do what it asks for.
 *
 * Where there are users a session has a guard, who looks at every ticket before it goes
 * to the hub, in the worker and under no lock. A session is somebody by the names in its
 * TLS certificate, or by the process at the other end of its Unix socket; or it says
 * with its first request who it is, by a hello with a token. As long as it is nobody,
 * anything but such a hello is answered `forbidden` and ends it. A session stays whom it
 * is.
 *
 * A guard may hold its session: then nothing more is read, and nothing that was read is
 * looked at, until a secret has been checked (verifier.h), or until its user's requests
 * are within their rate again. Nothing is lost meanwhile.
 *
 * When the users have changed (admission.h) each session is recognised anew, by what it
 * was recognised by; whoever is nobody then, or somebody else, is ended.
 *
 * All calls are for the session's worker. Where there are no users there are no guards,
 * and s->guard is NULL.
 */
#ifndef SERVER_GUARD_H
#define SERVER_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;
struct ticket;
struct user;

/* As long as a session is nobody, its lines may not be longer than that. */
enum { GUARD_LINE_MAX = 4096 };

/* A session starts; it may have been told to leave then. */
void guard_begin(struct session *s);

/*
 * Looks at a request, the last ticket of the turn, which may have been refused already.
 * Refuses it, withdraws it for a while, ends or holds the session, if need be.
 */
void guard_judge(struct session *s, struct ticket *t);

/* How long a line of the session may be. */
size_t guard_line_max(const struct session *s);

/* Who it is; NULL: nobody, or there are no users. */
const struct user *guard_user(const struct session *s);

/* Whether it is nobody, and has to say a hello before anything else. */
bool guard_awaits_hello(const struct session *s);

/* Since when it has had to, by the worker's sweep; for a session with a guard. */
uint32_t guard_since(const struct session *s);

/* It did not do so in time: it is told, and ended. It must not be leaving. */
void guard_despair(struct session *s);

/* The worker has got another roster, or none; users of the old one are still there. */
void guard_renew(struct session *s);

/* A session ends. */
void guard_end(struct session *s);

#endif
