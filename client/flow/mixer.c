/* SPDX-License-Identifier: MIT */
#include "mixer.h"
#include "bell.h"
#include "report.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* What a source does. */
enum role { PLAYS, IS_MUTE, PAUSES, LEAVES };

struct source {
    struct mixer *mixer;
    struct source *next;
    struct chan *from;
    unsigned flags;
    bool gone;
    struct chan *farewell; /* the bell for when it has left */
    struct report report;
};

struct mixer {
    atomic_uint users; /* the caller, the process that reports, those of the sources */
    struct chan *to;
    enum chan_end end;
    unsigned others;
    struct chan *over; /* a bell: the mixer has ended */

    pthread_mutex_t lock; /* of the sources, and of this: */
    struct source *first;
    struct chan *changed; /* a bell, a new one after each change */
    bool freed, stopped;
    struct report report;
};

static void mixer_drop(struct mixer *m)
{
    if (atomic_fetch_sub(&m->users, 1) > 1)
        return;
    report_release(&m->report);
    pthread_mutex_destroy(&m->lock);
    chan_drop(m->changed);
    chan_drop(m->over);
    chan_drop(m->to);
    free(m);
}

static void source_free(struct source *s)
{
    if (!s)
        return;
    report_release(&s->report);
    chan_drop(s->from);
    chan_drop(s->farewell);
    free(s);
}

static struct source *source_new(struct mixer *m, struct chan *from, unsigned flags)
{
    struct source *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->mixer = m;
    s->from = chan_hold(from);
    s->flags = flags;
    s->farewell = bell_new();
    if (s->farewell && report_init(&s->report))
        return s;
    source_free(s);
    return NULL;
}

/* Rings. Takes the bell of the change after this one; NULL: there will be none. */
static void tell(struct mixer *m, struct chan *next)
{
    struct chan *bell;

    pthread_mutex_lock(&m->lock);
    bell = chan_hold(m->changed);
    if (next) {
        chan_drop(m->changed);
        m->changed = next;
    }
    pthread_mutex_unlock(&m->lock);
    bell_ring(bell);
    chan_drop(bell);
}

void mixer_stop(struct mixer *m)
{
    pthread_mutex_lock(&m->lock);
    m->stopped = true;
    pthread_mutex_unlock(&m->lock);
    tell(m, NULL);
}

static bool somebody_is_solo(const struct mixer *m)
{
    for (const struct source *s = m->first; s; s = s->next)
        if (!s->gone && s->flags & CHAN_SOLO)
            return true;
    return false;
}

static enum role role_of(const struct source *s)
{
    unsigned flags = s->flags;

    if (s->gone || s->mixer->stopped)
        return LEAVES;
    if (flags & CHAN_SOLO)
        return PLAYS;
    if (somebody_is_solo(s->mixer))
        flags |= s->mixer->others;
    if (flags & CHAN_PAUSE)
        return PAUSES;
    return flags & CHAN_MUTE ? IS_MUTE : PLAYS;
}

/* Also returns the bell, held, that rings when it may have another role. */
static enum role look(struct source *s, struct chan **ret_bell)
{
    struct mixer *m = s->mixer;
    enum role role;

    pthread_mutex_lock(&m->lock);
    role = role_of(s);
    *ret_bell = chan_hold(m->changed);
    pthread_mutex_unlock(&m->lock);
    return role;
}

/* False: the source, or the target, has ended. */
static bool move_one(struct source *s, struct chan *bell, bool mute)
{
    const char *value;
    size_t len;
    const enum chan_status status = bell_take(bell, s->from, &value, &len);

    if (status == CHAN_TIMEOUT)
        return true;
    if (!report_took(&s->report, status))
        return false;
    if (mute)
        s->report.dropped++;
    else if (report_put(&s->report, s->mixer->to, value, len) != CHAN_OK)
        mixer_stop(s->mixer);
    return true;
}

static bool step(struct source *s)
{
    struct chan *bell;
    const enum role role = look(s, &bell);
    bool goes_on = role != LEAVES;

    if (role == PAUSES)
        bell_wait(bell);
    else if (goes_on)
        goes_on = move_one(s, bell, role == IS_MUTE);
    chan_drop(bell);
    return goes_on;
}

/* With the lock held. */
static void unlink_source(struct source *s)
{
    struct source **at = &s->mixer->first;

    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
}

static bool has_ended(const struct mixer *m)
{
    return !m->first && (m->freed || m->stopped);
}

/* The others may have waited for it, if it was solo. */
static void leave(struct source *s)
{
    struct mixer *m = s->mixer;
    struct chan *farewell;
    bool ended;

    pthread_mutex_lock(&m->lock);
    unlink_source(s);
    report_merge(&m->report, &s->report);
    farewell = m->stopped ? NULL : s->farewell;
    if (farewell)
        s->farewell = NULL;
    ended = has_ended(m);
    pthread_mutex_unlock(&m->lock);
    if (farewell)
        tell(m, farewell);
    if (ended)
        bell_ring(m->over);
}

static char *run(void *arg)
{
    struct source *s = arg;
    struct mixer *m = s->mixer;

    while (step(s))
        ;
    leave(s);
    source_free(s);
    mixer_drop(m);
    return NULL;
}

static char *tell_all(void *arg)
{
    struct mixer *m = arg;
    char *told;

    bell_wait(m->over);
    report_close(&m->report, m->to, m->end);
    told = report_finish(&m->report);
    mixer_drop(m);
    return told;
}

struct mixer *mixer_new(struct chan *to, enum chan_end end, unsigned others,
                        struct chan **ret_reports)
{
    struct mixer *m = calloc(1, sizeof *m);
    struct chan *reports = NULL;

    if (!m)
        return NULL;
    pthread_mutex_init(&m->lock, NULL);
    atomic_init(&m->users, 2);
    m->to = chan_hold(to);
    m->end = end;
    m->others = others;
    m->over = bell_new();
    m->changed = bell_new();
    if (m->over && m->changed && report_init(&m->report))
        reports = chan_go(tell_all, m);
    if (!reports) {
        mixer_drop(m);
        mixer_drop(m);
        return NULL;
    }
    *ret_reports = reports;
    return m;
}

void mixer_free(struct mixer *m)
{
    bool ended;

    if (!m)
        return;
    pthread_mutex_lock(&m->lock);
    m->freed = true;
    ended = has_ended(m);
    pthread_mutex_unlock(&m->lock);
    if (ended)
        bell_ring(m->over);
    mixer_drop(m);
}

/* Where the source stands, or the end of the list. With the lock held. */
static struct source **find(struct mixer *m, const struct chan *from)
{
    struct source **at = &m->first;

    while (*at && ((*at)->gone || (*at)->from != from))
        at = &(*at)->next;
    return at;
}

/* Takes s, unless there is one already, which gets its flags. */
static enum chan_status link_source(struct mixer *m, struct source *s, bool *ret_taken)
{
    enum chan_status status = CHAN_CLOSED;
    struct source **at;

    pthread_mutex_lock(&m->lock);
    if (!m->stopped) {
        at = find(m, s->from);
        *ret_taken = !*at;
        if (*at)
            (*at)->flags = s->flags;
        else
            *at = s;
        status = CHAN_OK;
    }
    pthread_mutex_unlock(&m->lock);
    return status;
}

/* Takes s, which is linked. */
static enum chan_status start_source(struct mixer *m, struct source *s)
{
    struct chan *done;

    atomic_fetch_add(&m->users, 1);
    done = chan_go(run, s);
    if (done) {
        chan_drop(done);
        return CHAN_OK;
    }
    leave(s);
    source_free(s);
    mixer_drop(m);
    return CHAN_NO_MEMORY;
}

enum chan_status mixer_add(struct mixer *m, struct chan *from, unsigned flags)
{
    struct source *s = source_new(m, from, flags);
    struct chan *next = s ? bell_new() : NULL;
    enum chan_status status = CHAN_NO_MEMORY;
    bool taken = false;

    if (next)
        status = link_source(m, s, &taken);
    if (taken)
        status = start_source(m, s);
    else
        source_free(s);
    if (status == CHAN_OK)
        tell(m, next);
    else
        chan_drop(next);
    return status;
}

void mixer_remove(struct mixer *m, const struct chan *from)
{
    struct chan *farewell = NULL;
    struct source *s;

    pthread_mutex_lock(&m->lock);
    s = *find(m, from);
    if (s) {
        s->gone = true;
        farewell = s->farewell;
        s->farewell = NULL;
    }
    pthread_mutex_unlock(&m->lock);
    if (farewell)
        tell(m, farewell);
}

enum chan_status mixer_set_all(struct mixer *m, unsigned flags)
{
    struct chan *next = bell_new();

    if (!next)
        return CHAN_NO_MEMORY;
    pthread_mutex_lock(&m->lock);
    for (struct source *s = m->first; s; s = s->next)
        s->flags = flags;
    pthread_mutex_unlock(&m->lock);
    tell(m, next);
    return CHAN_OK;
}
