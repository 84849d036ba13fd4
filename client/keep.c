/* SPDX-License-Identifier: MIT */
#include "keep.h"
#include "ask.h"
#include "backoff.h"
#include "client.h"
#include "deadline.h"
#include "outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* States that nobody was told of yet; more than there can be between two tellings, but
 * for a chan_told that does not return. */
enum { NOTES_MAX = 8 };

#define WAIT_MAX_MS (INT64_C(1) << 40)

struct note {
    enum chan_state state;
    char why[160];
};

struct keeper {
    struct chan_keeping keeping;
    struct backoff backoff;
    int64_t quiet_ns; /* since when nothing was heard, though there was something to */
    bool pinged;      /* since then */
    struct note notes[NOTES_MAX]; /* a ring */
    size_t first, count;
    bool telling;
};

void keep_free(struct chan_client *c)
{
    free(c->keeper);
    c->keeper = NULL;
}

/* ---- trying again ---- */

bool keep_retries(const struct chan_client *c)
{
    return c->keeper && c->keeper->keeping.retry && !c->leaving;
}

int64_t keep_retry_ns(struct chan_client *c)
{
    uint64_t random = 0;

    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
        random = (uint64_t)deadline_now_ns();
    return deadline_after_ms(backoff_next_ms(&c->keeper->backoff, random));
}

void keep_note_success(struct chan_client *c)
{
    if (c->keeper)
        backoff_reset(&c->keeper->backoff);
}

/* ---- silence ---- */

void keep_note_heard(struct chan_client *c)
{
    struct keeper *k = c->keeper;

    if (!k || k->keeping.silence_ms == 0)
        return;
    k->quiet_ns = deadline_now_ns();
    k->pinged = false;
}

int64_t keep_listen_ns(const struct chan_client *c)
{
    const struct keeper *k = c->keeper;

    if (!k || k->keeping.silence_ms == 0 || c->calls.count == 0)
        return DEADLINE_NEVER;
    return k->quiet_ns + k->keeping.silence_ms * DEADLINE_NS_PER_MS;
}

bool keep_listen(struct chan_client *c)
{
    const struct asking how = {.limit_ms = CHAN_FOREVER, .own = true, .done = ask_ignore};
    struct request_view rq = {.op = OP_PING, .timeout_ms = -1};
    uint64_t id;

    if (keep_listen_ns(c) > deadline_now_ns())
        return true;
    if (c->keeper->pinged)
        return false;
    keep_note_heard(c);
    c->keeper->pinged = ask_start(c, &rq, &how, &id) == CHAN_OK;
    conn_send(&c->conn);
    return true;
}

/* ---- telling ---- */

void keep_note_state(struct chan_client *c, enum chan_state state, const char *why)
{
    struct keeper *k = c->keeper;
    struct note *note;

    if (!k || !k->keeping.told)
        return;
    if (k->count == NOTES_MAX) {
        k->first = (k->first + 1) % NOTES_MAX;
        k->count--;
    }
    note = &k->notes[(k->first + k->count++) % NOTES_MAX];
    note->state = state;
    snprintf(note->why, sizeof note->why, "%s", why);
}

void keep_tell(struct chan_client *c)
{
    struct keeper *k = c->keeper;

    if (!k || k->telling)
        return;
    k->telling = true;
    while (k->count > 0) {
        const struct chan_keeping keeping = k->keeping;
        const struct note note = k->notes[k->first];

        k->first = (k->first + 1) % NOTES_MAX;
        k->count--;
        client_unlock(c);
        if (keeping.told)
            keeping.told(c, note.state, note.why, keeping.data);
        client_lock(c);
    }
    k->telling = false;
}

/* ---- chan_keep ---- */

/* NULL, or what makes no sense. */
static const char *keeping_fault(const struct chan_keeping *keeping)
{
    if (keeping->silence_ms < 0 || keeping->silence_ms > WAIT_MAX_MS)
        return "silence_ms is 0 to 2^40";
    if (!keeping->retry)
        return NULL;
    if (keeping->min_ms < 1)
        return "min_ms is at least 1";
    if (keeping->max_ms < keeping->min_ms || keeping->max_ms > WAIT_MAX_MS)
        return "max_ms is min_ms to 2^40";
    return NULL;
}

enum chan_status chan_keep(struct chan_client *c, const struct chan_keeping *keeping)
{
    const char *fault = keeping ? keeping_fault(keeping) : "no chan_keeping";
    enum chan_status status = CHAN_OK;

    if (fault)
        return outcome_of_call(CHAN_INVALID, fault);
    client_lock(c);
    if (!c->keeper)
        c->keeper = calloc(1, sizeof *c->keeper);
    if (c->keeper) {
        c->keeper->keeping = *keeping;
        c->keeper->backoff = (struct backoff){keeping->min_ms, keeping->max_ms, 0};
        keep_note_heard(c);
        if (c->watched && !client_watch(c))
            status = CHAN_NO_MEMORY;
    } else {
        status = CHAN_NO_MEMORY;
    }
    client_unlock(c);
    return outcome_of_call(status, NULL);
}
