/* SPDX-License-Identifier: MIT */
/*
 * user - a program that uses libchan while its calls fail: of each kind the first one,
 * then that STEP calls behind it, and so on, in each of its stories.
 *
 *     user URI STEP [CA]
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
    const char *ca;    /* NULL: there is no TLS */
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

/* Connects the client, if there is one, to the channel; NULL: not today. */
static struct chan_client *reach_with(struct chan_client *c, struct story *s,
                                      struct chan **ret_chan)
{
    const struct chan_security security = {.ca = s->ca};
    enum chan_status status = CHAN_NO_MEMORY;

    if (c && s->ca)
        status = chan_secure(c, &security);
    if (c && (!s->ca || status == CHAN_OK))
        status = chan_connect(c, s->uri, PATIENCE_MS);
    if (status != CHAN_OK && status != CHAN_NO_MEMORY && status != CHAN_UNREACHABLE &&
        status != CHAN_LOST && !(s->ca && status == CHAN_UNTRUSTED))
        blame(s, "a connect ended as none can");
    *ret_chan = status == CHAN_OK ? chan_remote(c, "f/user") : NULL;
    if (*ret_chan)
        return c;
    chan_client_free(c);
    return NULL;
}

static struct chan_client *reach(struct story *s, struct chan **ret_chan)
{
    return reach_with(chan_client_new(), s, ret_chan);
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
    const char *value;

    if (!report)
        return;
    while (chan_take(report, CHAN_FOREVER, &value, NULL) == CHAN_NO_MEMORY)
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

/* A take that was asked again may have got a value before, on its way when that broke. */
static void on_told(struct chan_client *c, enum chan_state state, const char *why,
                    void *data)
{
    struct story *s = data;

    (void)c;
    (void)why;
    pthread_mutex_lock(&notes);
    s->swallowed += state != CHAN_UP;
    pthread_mutex_unlock(&notes);
}

/* A connection that comes again. */
static void by_keeping(struct story *s)
{
    const struct chan_keeping keeping = {
        .retry = true, .min_ms = 1, .max_ms = SHORT_MS, .told = on_told, .data = s};
    struct chan_client *c = chan_client_new();
    struct chan *ch;

    if (c && chan_keep(c, &keeping) != CHAN_OK) {
        chan_client_free(c);
        return;
    }
    c = reach_with(c, s, &ch);
    if (!c)
        return;
    for (int i = 0; i < 3; i++) {
        put_one(s, ch, SHORT_MS);
        take_one(s, ch, 0);
    }
    part(c, ch);
}

/* ---- composition ---- */

enum { ELEMENTS = 5 };

static char *copy_step(const char *value, size_t len, void *data)
{
    (void)data;
    return strndup(value, len);
}

/* How all moves from one channel to the other. */
struct move {
    struct chan *from, *to;
    struct chan *between;    /* NULL: there is none */
    struct chan *reports[2]; /* NULL: nothing moves, or there is no such */
};

static void move_by_pipe(struct move *m)
{
    m->reports[0] = chan_pipe(m->from, m->to, CHAN_CLOSE_IT);
}

static void move_by_pipeline(struct move *m)
{
    m->reports[0] = chan_pipeline(2, m->to, copy_step, NULL, m->from, CHAN_CLOSE_IT);
}

static void move_by_threads(struct move *m)
{
    m->reports[0] =
        chan_pipeline_threads(1, m->to, copy_step, NULL, m->from, CHAN_CLOSE_IT);
}

static void move_by_merge(struct move *m)
{
    m->between = chan_merge(&m->from, 1, 0, &m->reports[1]);
    if (m->between)
        m->reports[0] = chan_pipe(m->between, m->to, CHAN_CLOSE_IT);
}

/* Each element once at most. What came when nothing fails any more, too. */
static unsigned sink(struct story *s, struct chan *ch, unsigned *seen)
{
    unsigned count = 0;
    enum chan_status status;
    const char *value;

    while ((status = chan_take(ch, CHAN_FOREVER, &value, NULL)) == CHAN_OK ||
           status == CHAN_NO_MEMORY) {
        const unsigned bit = status == CHAN_OK ? 1u << strtoul(value, NULL, 10) : 0;

        if (*seen & bit)
            blame(s, "an element came twice");
        *seen |= bit;
        count += bit != 0;
    }
    return count;
}

/* Whether the report tells of no loss. */
static bool ends_well(struct chan *report)
{
    enum chan_status status;
    const char *text;
    bool well = false;

    do
        status = chan_take(report, CHAN_FOREVER, &text, NULL);
    while (status == CHAN_NO_MEMORY);
    if (status == CHAN_OK)
        well = !strstr(text, "undelivered") && !strstr(text, "lost") &&
               !strstr(text, "error") && !strstr(text, "dropped");
    chan_drop(report);
    return well;
}

/* Who puts into it what nobody takes any more would wait for ever. */
static void empty(struct story *s, struct chan *ch, unsigned *seen)
{
    if (!ch)
        return;
    chan_close(ch);
    sink(s, ch, seen);
    chan_drop(ch);
}

static void compose(struct story *s, void (*move)(struct move *m), struct chan *from,
                    struct chan *to)
{
    static const char array[] = "[1, 2, 3, 4, 5]";
    struct chan *source = chan_onto(from, array, sizeof array - 1, CHAN_CLOSE_IT);
    struct move m = {.from = from, .to = to};
    unsigned seen = 0, count = 0;
    bool well;

    if (source)
        move(&m);
    if (m.reports[0])
        count = sink(s, to, &seen);
    empty(s, m.between, &seen);
    empty(s, from, &seen);
    well = source && ends_well(source);
    well = m.reports[0] && ends_well(m.reports[0]) && well;
    well = (!m.reports[1] || ends_well(m.reports[1])) && well;
    if (well && count < ELEMENTS)
        blame(s, "an element was lost, and no report tells of it");
    chan_drop(to);
}

static void compose_by(struct story *s, void (*move)(struct move *m))
{
    struct chan *from = chan_local(CHAN_NONE, 0), *to = chan_local(CHAN_NONE, 0);

    if (from && to) {
        compose(s, move, from, to);
        return;
    }
    chan_drop(from);
    chan_drop(to);
}

static void by_a_pipe(struct story *s)
{
    compose_by(s, move_by_pipe);
}

static void by_a_pipeline(struct story *s)
{
    compose_by(s, move_by_pipeline);
}

static void by_threads(struct story *s)
{
    compose_by(s, move_by_threads);
}

static void by_a_merge(struct story *s)
{
    compose_by(s, move_by_merge);
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
    {"blocking", by_blocking},   {"callbacks", by_callbacks},
    {"processes", by_processes}, {"processes of a client", by_processes_of_a_client},
    {"keeping", by_keeping},     {"pipe", by_a_pipe},
    {"pipeline", by_a_pipeline}, {"threads", by_threads},
    {"merge", by_a_merge},
};

/* How many calls failed; below 0: something is wrong. */
static int64_t tell(size_t story, const struct failure *f, char **argv, int64_t after)
{
    struct story s = {.uri = argv[1], .ca = argv[3]};
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

/* As long as there is a call to fail; how many have. Below 0: something is wrong. */
static int64_t tell_all(size_t story, const struct failure *f, char **argv)
{
    const long step = strtol(argv[2], NULL, 10);
    int64_t failed = 1, all = 0;

    for (int64_t after = 0; failed > 0; after += step) {
        failed = tell(story, f, argv, after);
        all += failed;
    }
    return failed < 0 ? -1 : all;
}

int main(int argc, char **argv)
{
    struct story before = {0};
    int64_t failed = 0, all = 0;

    if (argc < 3 || argc > 4)
        return EXIT_FAILURE;
    before.uri = argv[1];
    before.ca = argv[3];
    drain(&before);  /* OpenSSL finds its memory at first, or never */
    chan_threads(1); /* so that a story's processes take turns */
    for (size_t s = 0; s < sizeof stories / sizeof *stories; s++) {
        for (size_t i = 0; failed >= 0 && i < sizeof failures / sizeof *failures; i++) {
            failed = tell_all(s, &failures[i], argv);
            all += failed;
        }
    }
    printf("%" PRId64 " calls have failed\n", all);
    return !before.wrong && failed >= 0 && all > 100 ? EXIT_SUCCESS : EXIT_FAILURE;
}
