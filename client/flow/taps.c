/* SPDX-License-Identifier: MIT */
#include "taps.h"
#include "bell.h"

#include <stdlib.h>
#include <string.h>

bool taps_init(struct taps *t)
{
    *t = (struct taps){.changed = bell_new()};
    if (!t->changed)
        return false;
    pthread_mutex_init(&t->lock, NULL);
    return true;
}

static void tap_free(struct tap *tap)
{
    if (!tap)
        return;
    chan_drop(tap->to);
    chan_drop(tap->farewell);
    free(tap->topic);
    free(tap);
}

void taps_release(struct taps *t)
{
    struct tap *tap;

    while ((tap = t->first)) {
        t->first = tap->next;
        tap_free(tap);
    }
    chan_drop(t->changed);
    pthread_mutex_destroy(&t->lock);
}

static struct tap *tap_new(const char *topic, struct chan *to, enum chan_end end)
{
    struct tap *tap = calloc(1, sizeof *tap);

    if (!tap)
        return NULL;
    tap->to = chan_hold(to);
    tap->end = end;
    tap->topic = topic ? strdup(topic) : NULL;
    tap->farewell = bell_new();
    if (tap->farewell && (tap->topic || !topic))
        return tap;
    tap_free(tap);
    return NULL;
}

static bool is_for(const struct tap *tap, const char *topic)
{
    return topic ? tap->topic && strcmp(tap->topic, topic) == 0 : !tap->topic;
}

/* Where the tap stands, or the end of the list. */
static struct tap **find(struct taps *t, const char *topic, const struct chan *to)
{
    struct tap **at = &t->first;

    while (*at && ((*at)->gone || (*at)->to != to || !is_for(*at, topic)))
        at = &(*at)->next;
    return at;
}

/* Takes the bell of the change after this one. */
static void tell(struct taps *t, struct chan *next)
{
    struct chan *bell;

    pthread_mutex_lock(&t->lock);
    bell = t->changed;
    t->changed = next;
    pthread_mutex_unlock(&t->lock);
    bell_ring(bell);
    chan_drop(bell);
}

/* Takes tap, unless there is one already, which gets its end. */
static enum chan_status link_tap(struct taps *t, struct tap *tap, bool *ret_taken)
{
    enum chan_status status = CHAN_CLOSED;
    struct tap **at;

    pthread_mutex_lock(&t->lock);
    if (!t->closed) {
        at = find(t, tap->topic, tap->to);
        *ret_taken = !*at;
        if (*at)
            (*at)->end = tap->end;
        else
            *at = tap;
        status = CHAN_OK;
    }
    pthread_mutex_unlock(&t->lock);
    return status;
}

enum chan_status taps_add(struct taps *t, const char *topic, struct chan *to,
                          enum chan_end end)
{
    struct tap *tap = tap_new(topic, to, end);
    struct chan *next = tap ? bell_new() : NULL;
    bool taken = false;
    enum chan_status status = next ? link_tap(t, tap, &taken) : CHAN_NO_MEMORY;

    if (taken) {
        tell(t, next);
        return CHAN_OK;
    }
    tap_free(tap);
    chan_drop(next);
    return status;
}

void tap_leave(struct taps *t, struct tap *tap)
{
    pthread_mutex_lock(&t->lock);
    tap->gone = true;
    pthread_mutex_unlock(&t->lock);
}

void taps_remove(struct taps *t, const char *topic, const struct chan *to)
{
    struct chan *next = NULL;
    struct tap *tap;

    pthread_mutex_lock(&t->lock);
    tap = *find(t, topic, to);
    if (tap) {
        tap->gone = true;
        next = tap->farewell;
        tap->farewell = NULL;
    }
    pthread_mutex_unlock(&t->lock);
    if (next)
        tell(t, next);
}

void taps_fix(struct taps *t)
{
    pthread_mutex_lock(&t->lock);
    t->fixed = true;
    pthread_mutex_unlock(&t->lock);
    bell_ring(t->changed);
}

struct chan *taps_bell(struct taps *t)
{
    struct chan *bell;

    pthread_mutex_lock(&t->lock);
    bell = t->fixed ? NULL : chan_hold(t->changed);
    pthread_mutex_unlock(&t->lock);
    return bell;
}

bool tap_is_gone(struct taps *t, const struct tap *tap)
{
    bool gone;

    pthread_mutex_lock(&t->lock);
    gone = tap->gone;
    pthread_mutex_unlock(&t->lock);
    return gone;
}

void taps_sweep(struct taps *t)
{
    struct tap **at = &t->first, *tap, *gone = NULL;

    pthread_mutex_lock(&t->lock);
    while ((tap = *at)) {
        if (!tap->gone) {
            at = &tap->next;
            continue;
        }
        *at = tap->next;
        tap->next = gone;
        gone = tap;
    }
    pthread_mutex_unlock(&t->lock);
    while ((tap = gone)) {
        gone = tap->next;
        tap_free(tap);
    }
}

struct tap *taps_next(struct taps *t, const struct tap *tap)
{
    struct tap *next;

    pthread_mutex_lock(&t->lock);
    next = tap ? tap->next : t->first;
    pthread_mutex_unlock(&t->lock);
    return next;
}

/* Nobody adds any more, so the list can be walked as it is. */
void taps_close(struct taps *t)
{
    pthread_mutex_lock(&t->lock);
    t->closed = true;
    pthread_mutex_unlock(&t->lock);
    for (struct tap *tap = t->first; tap; tap = tap->next) {
        if (!tap_is_gone(t, tap) && tap->end == CHAN_CLOSE_IT)
            chan_close(tap->to);
        tap_leave(t, tap);
    }
    taps_sweep(t);
}
