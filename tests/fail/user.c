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
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chan.h"
#include "composing.h"
#include "faults.h"
#include "story.h"

enum { SHORT_MS = 5, PAIRS = 3, MOVES = 4 };

/* ---- the stories ---- */

static bool count_info(const struct chan_info *info, void *data)
{
    unsigned *count = data;

    *count += info->name != NULL;
    return true;
}

static void by_blocking(struct story *s)
{
    struct chan *ch;
    struct chan_client *c = story_reach(s, &ch);
    struct chan_settings settings = {
        .buffer = CHAN_FIXED, .size = 3, .close_after_ms = CHAN_FOREVER};
    struct chan_clause clause = {ch, NULL, 0};
    enum chan_status status;
    struct chan_info info;
    unsigned count = 0;

    if (!c)
        return;
    chan_open(ch, &settings, STORY_PATIENCE_MS, NULL);
    for (int i = 0; i < 4; i++)
        story_put(s, ch, 0);
    chan_stat(ch, STORY_PATIENCE_MS, &info);
    if (chan_list(c, "f/", STORY_PATIENCE_MS, count_info, &count) == CHAN_OK && count > 1)
        story_blame(s, "there are more channels than there can be");
    chan_hello(c, "user", NULL, STORY_PATIENCE_MS, NULL);
    for (int i = 0; i < 2; i++)
        story_take(s, ch, 0);
    status = chan_alts(&clause, 1, CHAN_AT_RANDOM, 0, NULL);
    story_note_take(s, status, chan_last()->value);
    chan_ping(c, STORY_PATIENCE_MS);
    story_part(c, ch);
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
        story_note_put(call->story, call->number, reply->status);
    else
        story_note_take(call->story, reply->status, reply->value);
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
        story_note_put(call->story, call->number, CHAN_REFUSED);
}

static void by_callbacks(struct story *s)
{
    struct started calls[8];
    struct chan *ch;
    struct chan_client *c = story_reach(s, &ch);

    if (!c)
        return;
    for (int i = 0; i < 8; i++) {
        char *value = NULL;

        calls[i] = (struct started){.story = s, .is_put = i % 2 != 0};
        if (calls[i].is_put)
            value = story_value(s, &calls[i].number);
        if (value || !calls[i].is_put)
            start_one(&calls[i], c, ch, value);
        free(value);
    }
    while (chan_outstanding(c) > 0)
        chan_wait(c, STORY_PATIENCE_MS);
    story_part(c, ch);
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
        story_put(m->story, m->chan, CHAN_FOREVER);
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
            story_note_take(m->story, status, value);
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
        story_put(m->story, m->chan, 0);
        story_take(m->story, m->chan, 0);
    }
    return NULL;
}

static void by_processes_of_a_client(struct story *s)
{
    struct chan *reports[PAIRS] = {0}, *ch;
    struct chan_client *c = story_reach(s, &ch);
    struct mover m = {s, ch};

    if (!c)
        return;
    for (int i = 0; i < PAIRS; i++)
        reports[i] = chan_go(converse, &m);
    for (int i = 0; i < PAIRS; i++)
        join(reports[i]);
    story_part(c, ch);
}

/* A take that was asked again may have got a value before, on its way when that broke. */
static void on_told(struct chan_client *c, enum chan_state state, const char *why,
                    void *data)
{
    struct story *s = data;

    (void)c;
    (void)why;
    if (state != CHAN_UP)
        story_swallow(s);
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
    c = story_reach_with(c, s, &ch);
    if (!c)
        return;
    for (int i = 0; i < 3; i++) {
        story_put(s, ch, SHORT_MS);
        story_take(s, ch, 0);
    }
    story_part(c, ch);
}

/* ---- telling them ---- */

/* What is on the server still, and nothing fails any more. */
static void drain(struct story *s)
{
    struct chan *ch;
    struct chan_client *c = story_reach(s, &ch);
    enum chan_status status;
    const char *value;

    if (!c) {
        story_blame(s, "the server cannot be reached any more");
        return;
    }
    while ((status = chan_take(ch, 0, &value, NULL)) == CHAN_OK)
        story_note_take(s, status, value);
    if (status != CHAN_TIMEOUT || chan_delete(ch, STORY_PATIENCE_MS) != CHAN_OK)
        story_blame(s, "the channel is not what it was");
    story_part(c, ch);
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
    {"blocking", by_blocking},        {"callbacks", by_callbacks},
    {"processes", by_processes},      {"processes of a client", by_processes_of_a_client},
    {"keeping", by_keeping},          {"pipe", composing_pipe},
    {"pipeline", composing_pipeline}, {"threads", composing_threads},
    {"merge", composing_merge},
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
    story_check(&s);
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
