/* SPDX-License-Identifier: MIT */
/*
 * holder - a program that holds on to its connection: what test_library.py tests libchan
 * with, as a program of its own.
 *
 *     holder URI MODE COUNT SILENCE_MS
 *
 * Takes from the channel "in" with COUNT requests at a time and says what comes: by
 * callbacks (loop), threads or processes, or both of these (mixed). A value "end" ends
 * one of them. Or puts the lines of standard input to "out" and says how that went (put).
 * A line of output is "took VALUE", "put STATUS", "end STATUS MESSAGE", or the state of
 * the connection.
 */
#include <chan.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "secured.h"

enum { TAKERS_MAX = 64, LINE_MAX_BYTES = 4096 };

struct holder {
    struct chan_client *client;
    struct chan *in, *out;
    size_t count;
};

static void say(const char *what, const char *text)
{
    /* Others speak, too, but not in the middle of a line. */
    flockfile(stdout);
    printf("%s %s\n", what, text);
    fflush(stdout);
    funlockfile(stdout);
}

static void say_end(enum chan_status status, const char *message)
{
    char text[LINE_MAX_BYTES];

    snprintf(text, sizeof text, "%d %s", (int)status, message);
    say("end", text);
}

static void on_state(struct chan_client *c, enum chan_state state, const char *why,
                     void *data)
{
    static const char *const names[] = {"down:", "trying:", "up:"};

    (void)c;
    (void)data;
    say(names[state], why);
}

/* ---- by callbacks ---- */

static void on_taken(struct chan_client *c, const struct chan_reply *reply, void *data);

static void take(struct holder *h)
{
    const struct chan_clause clause = {h->in, NULL, 0};

    if (chan_start(h->client, &clause, 1, CHAN_FIRST_WINS, CHAN_FOREVER, on_taken, h,
                   NULL) != CHAN_OK)
        say_end(chan_last()->status, chan_message());
}

static void on_taken(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct holder *h = data;

    (void)c;
    if (reply->status != CHAN_OK)
        say_end(reply->status, reply->message);
    else
        say("took", reply->value);
    if (reply->status == CHAN_OK && strcmp(reply->value, "\"end\"") != 0)
        take(h);
}

static void run_loop(struct holder *h)
{
    for (size_t i = 0; i < h->count; i++)
        take(h);
    while (chan_outstanding(h->client) > 0 &&
           chan_wait(h->client, CHAN_FOREVER) == CHAN_OK)
        ;
}

/* ---- by who waits ---- */

static void take_all(struct holder *h)
{
    enum chan_status status;
    const char *value;

    while ((status = chan_take(h->in, CHAN_FOREVER, &value, NULL)) == CHAN_OK) {
        say("took", value);
        if (strcmp(value, "\"end\"") == 0)
            return;
    }
    say_end(status, chan_message());
}

static void *take_in_thread(void *arg)
{
    take_all(arg);
    return NULL;
}

static char *take_in_process(void *arg)
{
    take_all(arg);
    return NULL;
}

static void run_takers(struct holder *h, size_t threads, size_t processes)
{
    pthread_t ids[TAKERS_MAX];
    struct chan *done[TAKERS_MAX];
    const char *value;

    chan_threads(2);
    for (size_t i = 0; i < threads; i++)
        if (pthread_create(&ids[i], NULL, take_in_thread, h))
            abort();
    for (size_t i = 0; i < processes; i++)
        done[i] = chan_go(take_in_process, h);
    for (size_t i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    for (size_t i = 0; i < processes; i++) {
        chan_take(done[i], CHAN_FOREVER, &value, NULL);
        chan_drop(done[i]);
    }
}

static void run_threads(struct holder *h)
{
    run_takers(h, h->count, 0);
}

static void run_processes(struct holder *h)
{
    run_takers(h, 0, h->count);
}

static void run_mixed(struct holder *h)
{
    run_takers(h, h->count / 2, h->count - h->count / 2);
}

static void run_put(struct holder *h)
{
    char line[LINE_MAX_BYTES];
    enum chan_status status;

    while (fgets(line, sizeof line, stdin)) {
        status = chan_put(h->out, line, strcspn(line, "\n"), CHAN_FOREVER);
        say("put", status == CHAN_OK ? "ok" : chan_message());
    }
}

static const struct {
    const char *name;
    void (*run)(struct holder *h);
} modes[] = {
    {"loop", run_loop},   {"threads", run_threads}, {"processes", run_processes},
    {"mixed", run_mixed}, {"put", run_put},
};

int main(int argc, char **argv)
{
    struct chan_keeping keeping = {
        .retry = true, .min_ms = 5, .max_ms = 100, .told = on_state};
    struct holder h = {.client = chan_client_new()};

    if (argc != 5 || secured(h.client) != CHAN_OK ||
        chan_connect(h.client, argv[1], 10000) != CHAN_OK) {
        fprintf(stderr, "holder: %s\n", chan_message());
        return EXIT_FAILURE;
    }
    h.count = strtoul(argv[3], NULL, 10) % (TAKERS_MAX + 1);
    keeping.silence_ms = strtol(argv[4], NULL, 10);
    if (chan_keep(h.client, &keeping) != CHAN_OK)
        return EXIT_FAILURE;
    h.in = chan_remote(h.client, "in");
    h.out = chan_remote(h.client, "out");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(argv[2], modes[i].name) == 0)
            modes[i].run(&h);
    chan_drop(h.in);
    chan_drop(h.out);
    chan_client_free(h.client);
    return EXIT_SUCCESS;
}
