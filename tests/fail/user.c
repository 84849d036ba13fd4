/* SPDX-License-Identifier: MIT */
/*
 * user - a program that uses libchan while its calls fail: of each kind the first one,
 * then the second one, and so on, in each of its stories.
 *
 *     user URI
 *
 * Whatever fails, every call ends, each in a way that is documented; nothing crashes; no
 * value comes twice, or comes though its put had been refused; and what was put is there,
 * unless somebody may have taken it whose connection broke. Exit: 0 all is well, 1 not.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chan.h"
#include "faults.h"

enum {
    VALUES = 64,
    LONG = 6000,
    PATIENCE_MS = 60000,
    SHORT_MS = 5,
    PAIRS = 3,
    MOVES = 4
};

/* What became of a value's put. */
enum fate { FATE_NEVER, FATE_REFUSED, FATE_UNKNOWN, FATE_PUT };

struct story {
    const char *uri;
    const char *wrong; /* NULL: nothing */
    enum fate fates[VALUES];
    unsigned taken[VALUES];
    unsigned values, swallowed; /* takes of which nobody knows how they ended */
    unsigned started, ended;
};

/* Of a story, whose processes may run beside its own thread. */
static pthread_mutex_t notes = PTHREAD_MUTEX_INITIALIZER;

static void blame(struct story *s, const char *text)
{
    if (!s->wrong)
        s->wrong = text;
}

/* ---- values ---- */

/* The next value, some of them long; NULL: no memory. The caller's. */
static char *value_new(struct story *s, unsigned *ret_number)
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

static void note_put(struct story *s, unsigned number, enum chan_status status)
{
    const bool is_known = status == CHAN_TIMEOUT || status == CHAN_CANCELLED ||
                          status == CHAN_CLOSED || status == CHAN_REFUSED;

    pthread_mutex_lock(&notes);
    if (status == CHAN_INVALID || status == CHAN_UNREADABLE)
        blame(s, "a put ended as none can");
    s->fates[number] = status == CHAN_OK ? FATE_PUT
                       : is_known        ? FATE_REFUSED
                                         : FATE_UNKNOWN;
    pthread_mutex_unlock(&notes);
}

static void note_take(struct story *s, enum chan_status status, const char *value)
{
    const unsigned long number = status == CHAN_OK ? strtoul(value, NULL, 10) : 0;

    pthread_mutex_lock(&notes);
    if (status == CHAN_LOST || status == CHAN_NO_MEMORY)
        s->swallowed++;
    else if (status == CHAN_OK && number >= s->values)
        blame(s, "a value was taken that was never put");
    else if (status == CHAN_OK && s->taken[number]++ > 0)
        blame(s, "a value was taken twice");
    pthread_mutex_unlock(&notes);
}

static void check_values(struct story *s)
{
    unsigned missing = 0;

    for (unsigned i = 0; i < s->values; i++) {
        missing += s->fates[i] == FATE_PUT && s->taken[i] == 0;
        if (s->fates[i] == FATE_REFUSED && s->taken[i] > 0)
            blame(s, "a value was taken whose put had been refused");
    }
    if (missing > s->swallowed)
        blame(s, "a value was lost");
    if (s->started != s->ended)
        blame(s, "a call that was started did not end once");
}

/* ---- the stories ---- */

static void put_one(struct story *s, struct chan *ch, int64_t wait_ms)
{
    unsigned number;
    char *value = value_new(s, &number);

    if (!value)
        return;
    note_put(s, number, chan_put(ch, value, strlen(value), wait_ms));
    free(value);
}

static void take_one(struct story *s, struct chan *ch, int64_t wait_ms)
{
    const char *value = NULL;
    const enum chan_status status = chan_take(ch, wait_ms, &value, NULL);

    note_take(s, status, value);
}

/* A connected client, and the channel there; NULL: not today. */
static struct chan_client *reach(struct story *s, struct chan **ret_chan)
{
    struct chan_client *c = chan_client_new();
    enum chan_status status = c ? chan_connect(c, s->uri, PATIENCE_MS) : CHAN_NO_MEMORY;

    if (status != CHAN_OK && status != CHAN_NO_MEMORY && status != CHAN_UNREACHABLE &&
        status != CHAN_LOST)
        blame(s, "a connect ended as none can");
    *ret_chan = status == CHAN_OK ? chan_remote(c, "f/user") : NULL;
    if (*ret_chan)
        return c;
    chan_client_free(c);
    return NULL;
}

static void part(struct chan_client *c, struct chan *ch)
{
    chan_drop(ch);
    chan_disconnect(c);
    chan_client_free(c);
}

static bool count_info(const struct chan_info *info, void *data)
{
    unsigned *count = data;

    *count += info->name != NULL;
    return true;
}

static void by_blocking(struct story *s)
{
    struct chan *ch;
    struct chan_client *c = reach(s, &ch);
    struct chan_settings settings = {
        .buffer = CHAN_FIXED, .size = 3, .close_after_ms = CHAN_FOREVER};
    struct chan_clause clause = {ch, NULL, 0};
    enum chan_status status;
    struct chan_info info;
    unsigned count = 0;

    if (!c)
        return;
    chan_open(ch, &settings, PATIENCE_MS, NULL);
    for (int i = 0; i < 4; i++)
        put_one(s, ch, 0);
    chan_stat(ch, PATIENCE_MS, &info);
    if (chan_list(c, "f/", PATIENCE_MS, count_info, &count) == CHAN_OK && count > 1)
        blame(s, "there are more channels than there can be");
    chan_hello(c, "user", NULL, PATIENCE_MS, NULL);
    for (int i = 0; i < 2; i++)
        take_one(s, ch, 0);
    status = chan_alts(&clause, 1, CHAN_AT_RANDOM, 0, NULL);
    note_take(s, status, chan_last()->value);
    chan_ping(c, PATIENCE_MS);
    part(c, ch);
}

struct started {
    struct story *story;
    unsigned number;
    bool is_put;
};

static void on_done(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct started *call = data;

    (void)c;
    call->story->ended++;
    if (call->is_put)
        note_put(call->story, call->number, reply->status);
    else
        note_take(call->story, reply->status, reply->value);
}

/* Starts a put of the value, or with NULL a take. */
static void start_one(struct started *call, struct chan_client *c, struct chan *ch,
                      const char *value)
{
    const struct chan_clause clause = {ch, value, value ? strlen(value) : 0};
    const enum chan_status status =
        chan_start(c, &clause, 1, CHAN_AT_RANDOM, SHORT_MS, on_done, call, NULL);

    call->story->started += status == CHAN_OK;
    if (status != CHAN_OK && call->is_put)
        note_put(call->story, call->number, CHAN_REFUSED);
}

static void by_callbacks(struct story *s)
{
    struct started calls[8];
    struct chan *ch;
    struct chan_client *c = reach(s, &ch);

    if (!c)
        return;
    for (int i = 0; i < 8; i++) {
        char *value = NULL;

        calls[i] = (struct started){.story = s, .is_put = i % 2 != 0};
        if (calls[i].is_put)
            value = value_new(s, &calls[i].number);
        if (value || !calls[i].is_put)
            start_one(&calls[i], c, ch, value);
        free(value);
    }
    while (chan_outstanding(c) > 0)
        chan_wait(c, PATIENCE_MS);
    part(c, ch);
}

/* A process that puts, and one that takes, as often as they can. */
struct mover {
    struct story *story;
    struct chan *chan;
};

static char *put_all(void *arg)
{
    struct mover *m = arg;

    for (int i = 0; i < MOVES; i++)
        put_one(m->story, m->chan, CHAN_FOREVER);
    chan_close(m->chan);
    return NULL;
}

/* A local take that has no memory has done nothing: it may be tried again. */
static char *take_all(void *arg)
{
    struct mover *m = arg;
    enum chan_status status;
    const char *value;

    do {
        status = chan_take(m->chan, CHAN_FOREVER, &value, NULL);
        if (status == CHAN_OK)
            note_take(m->story, status, value);
    } while (status == CHAN_OK || status == CHAN_NO_MEMORY);
    return NULL;
}

/* Waits for a process to end; without memory, again. */
static void join(struct chan *report)
{
    if (!report)
        return;
    while (chan_take(report, CHAN_FOREVER, NULL, NULL) == CHAN_NO_MEMORY)
        ;
    chan_drop(report);
}

static void by_processes(struct story *s)
{
    struct mover m = {s, chan_local(CHAN_FIXED, 2)};
    struct chan *putter, *taker;

    if (!m.chan)
        return;
    putter = chan_go(put_all, &m);
    if (!putter)
        chan_close(m.chan);
    taker = chan_go(take_all, &m);
    if (!taker)
        take_all(&m);
    join(putter);
    join(taker);
    chan_drop(m.chan);
}

/* Processes that share a connection. */
static char *converse(void *arg)
{
    struct mover *m = arg;

    for (int i = 0; i < 2; i++) {
        put_one(m->story, m->chan, 0);
        take_one(m->story, m->chan, 0);
    }
    return NULL;
}

static void by_processes_of_a_client(struct story *s)
{
    struct chan *reports[PAIRS] = {0}, *ch;
    struct chan_client *c = reach(s, &ch);
    struct mover m = {s, ch};

    if (!c)
        return;
    for (int i = 0; i < PAIRS; i++)
        reports[i] = chan_go(converse, &m);
    for (int i = 0; i < PAIRS; i++)
        join(reports[i]);
    part(c, ch);
}

/* ---- telling them ---- */

/* What is on the server still, and nothing fails any more. */
static void drain(struct story *s)
{
    struct chan *ch;
    struct chan_client *c = reach(s, &ch);
    enum chan_status status;
    const char *value;

    if (!c) {
        blame(s, "the server cannot be reached any more");
        return;
    }
    while ((status = chan_take(ch, 0, &value, NULL)) == CHAN_OK)
        note_take(s, status, value);
    if (status != CHAN_TIMEOUT || chan_delete(ch, PATIENCE_MS) != CHAN_OK)
        blame(s, "the channel is not what it was");
    part(c, ch);
}

struct failure {
    enum faults_kind kind;
    int64_t count, how;
};

static const struct failure failures[] = {
    {FAULTS_MEMORY, 1, 0},
    {FAULTS_MEMORY, 3, 0},
    {FAULTS_SEND, 1, EPIPE},
    {FAULTS_SEND, 2, EAGAIN},
    {FAULTS_SEND, 30, FAULTS_ONE_BYTE},
    {FAULTS_RECEIVE, 1, ECONNRESET},
    {FAULTS_RECEIVE, 1, EINTR},
    {FAULTS_RECEIVE, 30, FAULTS_ONE_BYTE},
    {FAULTS_CONNECT, 1, ECONNREFUSED},
    {FAULTS_DESCRIPTOR, 1, EMFILE},
    {FAULTS_WATCH, 1, ENOSPC},
};

static const struct {
    const char *name;
    void (*tell)(struct story *s);
} stories[] = {
    {"blocking", by_blocking},
    {"callbacks", by_callbacks},
    {"processes", by_processes},
    {"processes of a client", by_processes_of_a_client},
};

/* How many calls failed; below 0: something is wrong. */
static int64_t tell(size_t story, const struct failure *f, const char *uri, int64_t after)
{
    struct story s = {.uri = uri};
    int64_t failed;

    faults_begin(f->kind, after, f->count, f->how);
    stories[story].tell(&s);
    failed = faults_end(f->kind);
    drain(&s);
    check_values(&s);
    if (!s.wrong)
        return failed;
    fprintf(stderr,
            "user: %s: kind %d fails after %" PRId64 ", %" PRId64 " times, by %" PRId64
            ": %s\n",
            stories[story].name, (int)f->kind, after, f->count, f->how, s.wrong);
    return -1;
}

int main(int argc, char **argv)
{
    int64_t all = 0;

    if (argc != 2)
        return EXIT_FAILURE;
    chan_threads(1); /* so that a story's processes take turns */
    for (size_t s = 0; s < sizeof stories / sizeof *stories; s++) {
        for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
            int64_t failed = 1;

            for (int64_t after = 0; failed > 0; after++) {
                failed = tell(s, &failures[i], argv[1], after);
                all += failed;
                if (failed < 0)
                    return EXIT_FAILURE;
            }
        }
    }
    printf("%" PRId64 " calls have failed\n", all);
    return all > 100 ? EXIT_SUCCESS : EXIT_FAILURE;
}
