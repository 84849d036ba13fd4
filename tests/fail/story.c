/* SPDX-License-Identifier: MIT */
#include "story.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONG = 6000 };

/* Of stories, whose processes may run beside their own thread. */
static pthread_mutex_t notes = PTHREAD_MUTEX_INITIALIZER;

void story_blame(struct story *s, const char *text)
{
    if (!s->wrong)
        s->wrong = text;
}

char *story_value(struct story *s, unsigned *ret_number)
{
    char *text = malloc(LONG + 1);
    int len;

    if (!text)
        return NULL;
    pthread_mutex_lock(&notes);
    *ret_number = s->values++;
    pthread_mutex_unlock(&notes);
    len = *ret_number % 3 == 2 ? LONG : 8;
    snprintf(text, LONG + 1, "%*u", len, *ret_number);
    return text;
}

void story_note_put(struct story *s, unsigned number, enum chan_status status)
{
    const bool is_known = status == CHAN_TIMEOUT || status == CHAN_CANCELLED ||
                          status == CHAN_CLOSED || status == CHAN_REFUSED;

    pthread_mutex_lock(&notes);
    if (status == CHAN_INVALID || status == CHAN_UNREADABLE)
        story_blame(s, "a put ended as none can");
    s->fates[number] = status == CHAN_OK ? FATE_PUT
                       : is_known        ? FATE_REFUSED
                                         : FATE_UNKNOWN;
    pthread_mutex_unlock(&notes);
}

void story_note_take(struct story *s, enum chan_status status, const char *value)
{
    const unsigned long number = status == CHAN_OK ? strtoul(value, NULL, 10) : 0;

    pthread_mutex_lock(&notes);
    if (status == CHAN_LOST || status == CHAN_NO_MEMORY)
        s->swallowed++;
    else if (status == CHAN_OK && number >= s->values)
        story_blame(s, "a value was taken that was never put");
    else if (status == CHAN_OK && s->taken[number]++ > 0)
        story_blame(s, "a value was taken twice");
    pthread_mutex_unlock(&notes);
}

void story_swallow(struct story *s)
{
    pthread_mutex_lock(&notes);
    s->swallowed++;
    pthread_mutex_unlock(&notes);
}

void story_check(struct story *s)
{
    unsigned missing = 0;

    for (unsigned i = 0; i < s->values; i++) {
        missing += s->fates[i] == FATE_PUT && s->taken[i] == 0;
        if (s->fates[i] == FATE_REFUSED && s->taken[i] > 0)
            story_blame(s, "a value was taken whose put had been refused");
    }
    if (missing > s->swallowed)
        story_blame(s, "a value was lost");
    if (s->started != s->ended)
        story_blame(s, "a call that was started did not end once");
}

void story_put(struct story *s, struct chan *ch, int64_t wait_ms)
{
    unsigned number;
    char *value = story_value(s, &number);

    if (!value)
        return;
    story_note_put(s, number, chan_put(ch, value, strlen(value), wait_ms));
    free(value);
}

void story_take(struct story *s, struct chan *ch, int64_t wait_ms)
{
    const char *value = NULL;
    const enum chan_status status = chan_take(ch, wait_ms, &value, NULL);

    story_note_take(s, status, value);
}

struct chan_client *story_reach_with(struct chan_client *c, struct story *s,
                                     struct chan **ret_chan)
{
    const struct chan_security security = {.ca = s->ca};
    enum chan_status status = CHAN_NO_MEMORY;

    if (c && s->ca)
        status = chan_secure(c, &security);
    if (c && (!s->ca || status == CHAN_OK))
        status = chan_connect(c, s->uri, STORY_PATIENCE_MS);
    if (status != CHAN_OK && status != CHAN_NO_MEMORY && status != CHAN_UNREACHABLE &&
        status != CHAN_LOST && !(s->ca && status == CHAN_UNTRUSTED))
        story_blame(s, "a connect ended as none can");
    *ret_chan = status == CHAN_OK ? chan_remote(c, "f/user") : NULL;
    if (*ret_chan)
        return c;
    chan_client_free(c);
    return NULL;
}

struct chan_client *story_reach(struct story *s, struct chan **ret_chan)
{
    return story_reach_with(chan_client_new(), s, ret_chan);
}

void story_part(struct chan_client *c, struct chan *ch)
{
    chan_drop(ch);
    chan_disconnect(c);
    chan_client_free(c);
}
