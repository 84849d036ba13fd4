/* SPDX-License-Identifier: MIT */
/*
 * ferry - a program that brings values of many sizes to a server and fetches them again:
 * what test_secure_client.py tests libchan with, in each of the ways to use it.
 *
 *     ferry URI MODE
 *
 * MODE is blocking, poll (a loop around poll(2)) or processes. Says who it is and then a
 * line for each way and size, and ends with 1 if a value came back as another one.
 */
#include <chan.h>
#include <chan_poll.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "secured.h"

enum { PATIENCE_MS = 60000, VALUE_MAX = 1000000 };

static const size_t sizes[] = {2,     100,   4096,   16383,  16384,
                               16385, 65536, 131072, 500000, VALUE_MAX};

enum { SIZES = sizeof sizes / sizeof *sizes };

struct ferry {
    struct chan_client *client;
    struct chan *there, *nowhere; /* nobody puts to the latter */
    char *value;                  /* of VALUE_MAX bytes */
    size_t len, ended;
};

static void give_up(const char *what)
{
    fprintf(stderr, "ferry: %s: %s\n", what, chan_message());
    exit(EXIT_FAILURE);
}

static void must(enum chan_status status, const char *what)
{
    if (status != CHAN_OK)
        give_up(what);
}

/* A JSON string of so many bytes, no two alike within a record of TLS. */
static void load(struct ferry *f, size_t len)
{
    for (size_t i = 0; i < len; i++)
        f->value[i] = (char)('a' + (i * 7 + i / 26 + i / 1000) % 26);
    f->value[0] = f->value[len - 1] = '"';
    f->len = len;
}

static void check(const struct ferry *f, const char *value, size_t len)
{
    if (len != f->len || memcmp(value, f->value, len) != 0)
        give_up("another value came back");
}

/* ---- blocking ---- */

static void take_by_alts(struct ferry *f)
{
    const struct chan_clause clauses[] = {{f->nowhere, NULL, 0}, {f->there, NULL, 0}};
    const struct chan_reply *reply;

    must(chan_alts(clauses, 2, CHAN_AT_RANDOM, PATIENCE_MS, &reply), "alts");
    if (reply->index != 1)
        give_up("alts of the wrong clause");
    check(f, reply->value, reply->value_len);
}

static void cross_blocking(struct ferry *f)
{
    const char *value;
    size_t len;

    must(chan_put(f->there, f->value, f->len, PATIENCE_MS), "put");
    must(chan_take(f->there, PATIENCE_MS, &value, &len), "take");
    check(f, value, len);
    must(chan_put(f->there, f->value, f->len, PATIENCE_MS), "put");
    take_by_alts(f);
}

/* ---- a loop ---- */

static void on_end(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct ferry *f = data;

    (void)c;
    if (reply->status != CHAN_OK)
        give_up(reply->message);
    if (reply->value)
        check(f, reply->value, reply->value_len);
    f->ended++;
}

static void start(struct ferry *f, struct chan *ch, const char *value)
{
    const struct chan_clause clause = {ch, value, value ? f->len : 0};

    must(chan_start(f->client, &clause, 1, CHAN_FIRST_WINS, PATIENCE_MS, on_end, f, NULL),
         "start");
}

static void cross_in_loop(struct ferry *f)
{
    struct pollfd fd;
    int wait_ms;

    f->ended = 0;
    for (int i = 0; i < 3; i++) {
        start(f, f->there, NULL);
        start(f, f->there, f->value);
    }
    while (f->ended < 6) {
        wait_ms = chan_poll_fill(f->client, &fd, PATIENCE_MS);
        if (poll(&fd, 1, wait_ms) == 0 && wait_ms == PATIENCE_MS)
            give_up("poll(2) has told of nothing");
        must(chan_process(f->client), "process");
    }
}

/* ---- processes ---- */

static char *put(void *arg)
{
    struct ferry *f = arg;

    must(chan_put(f->there, f->value, f->len, PATIENCE_MS), "put");
    return NULL;
}

static char *take(void *arg)
{
    take_by_alts(arg);
    return NULL;
}

static void cross_in_processes(struct ferry *f)
{
    struct chan *done[] = {chan_go(take, f), chan_go(put, f), chan_go(put, f),
                           chan_go(take, f)};
    const char *value;

    for (size_t i = 0; i < sizeof done / sizeof *done; i++) {
        chan_take(done[i], CHAN_FOREVER, &value, NULL);
        chan_drop(done[i]);
    }
}

static char *connect_in_process(void *arg)
{
    void *const *words = arg;

    must(chan_connect(words[0], words[1], PATIENCE_MS), "connect in a process");
    return NULL;
}

/* Which no stack of a process has room for. */
static void reconnect_in_process(struct ferry *f, char *uri)
{
    void *words[] = {f->client, uri};
    struct chan *done = chan_go(connect_in_process, words);
    const char *value;

    chan_take(done, CHAN_FOREVER, &value, NULL);
    chan_drop(done);
}

/* ---- all of it ---- */

static const struct {
    const char *name;
    void (*cross)(struct ferry *f);
} modes[] = {
    {"blocking", cross_blocking},
    {"poll", cross_in_loop},
    {"processes", cross_in_processes},
};

static void introduce(struct ferry *f)
{
    const char *user;

    must(chan_whoami(f->client, PATIENCE_MS, &user), "whoami");
    printf("i am %s\n", user);
}

static void cross(struct ferry *f, const char *mode)
{
    const struct chan_settings settings = {
        .buffer = CHAN_FIXED, .size = 1, .close_after_ms = CHAN_FOREVER};

    f->there = chan_remote(f->client, mode);
    f->nowhere = chan_remote(f->client, "nowhere");
    must(chan_open(f->there, &settings, PATIENCE_MS, NULL), "open");
    for (size_t m = 0; m < sizeof modes / sizeof *modes; m++)
        for (size_t i = 0; i < SIZES && strcmp(mode, modes[m].name) == 0; i++) {
            load(f, sizes[i]);
            modes[m].cross(f);
            printf("%s %zu\n", mode, sizes[i]);
        }
    chan_drop(f->there);
    chan_drop(f->nowhere);
}

int main(int argc, char **argv)
{
    struct ferry f = {.client = chan_client_new(), .value = malloc(VALUE_MAX)};

    if (argc != 3 || !f.client || !f.value)
        return EXIT_FAILURE;
    must(secured(f.client), "secure");
    if (strcmp(argv[2], "processes") == 0)
        reconnect_in_process(&f, argv[1]);
    else
        must(chan_connect(f.client, argv[1], PATIENCE_MS), "connect");
    introduce(&f);
    cross(&f, argv[2]);
    chan_client_free(f.client);
    free(f.value);
    return EXIT_SUCCESS;
}
