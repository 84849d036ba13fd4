/* SPDX-License-Identifier: MIT */
/*
 * survey.h - a list that may have to look at many names: more than it shows, because of a
 * `*` in its prefix or because its user does not see every channel; or as many.
 *
 * It is made in steps, one of which takes some tenths of a millisecond, however many
 * channels there are. A worker makes one step at the end of a turn, of one of its surveys
 * after the other, so that whoever asks for something else meanwhile waits for a step and
 * no more. The session is held until then (session.h), for replies to such requests keep
 * their order. In the end the survey becomes a ticket that has its answer.
 *
 * What it shows is, as the pages of a list together are, not of one moment, but for 64
 * channels at a time at most: each is shown as it was when it was looked at. Who may see
 * it is asked at each step, and if the users change it starts again, so that the answer
 * is by one set of rules.
 *
 * What it keeps counts as memory that is held (budget.h). It ends without an answer when
 * its session leaves. All calls are for the worker's thread.
 */
#ifndef SERVER_SURVEY_H
#define SERVER_SURVEY_H

struct session;
struct ticket;
struct worker;

/*
 * Makes a survey of a list, the last ticket of the turn, if need be: withdraws it, and
 * holds the session. Or refuses it: ERR_LIMIT_MEMORY, ERR_NO_MEMORY.
 */
void survey_take(struct session *s, struct ticket *t);

/* One step of the worker's first survey: there must be one. It may become a ticket. */
void survey_step(struct worker *w);

/* The worker has got other users: no survey has seen anything yet. */
void surveys_restart(struct worker *w);

/* Ends them without an answer; their sessions have ended. */
void surveys_free(struct worker *w);

#endif
