/* SPDX-License-Identifier: MIT */
/*
 * lockstep - makes a chand do the same work in the same order every time, for counting
 * its instructions: see instructions.sh.
 *
 *     lockstep URI WORKLOAD ROUNDS
 *
 * In each round, one client puts some values and takes from a channel "turn", in one
 * write; the other, whose takes are parked, gets the values, then puts on "turn" and
 * parks takes anew, in one write. So the daemon never has the choice of what to do next,
 * and reads and writes the same pieces however fast the machine is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "die.h"
#include "wire.h"

enum { CLAUSES_MAX = 10, TURN_CHANNEL = 1000, VALUE_SIZE = 100 };

struct workload {
    const char *name;
    uint32_t values;  /* per round */
    uint32_t clauses; /* of the alts that take them; 0: they are taken by takes */
};

static const struct workload workloads[] = {
    {"hand-off", 1, 0},
    {"stream", 64, 0},
    {"alts", 1, CLAUSES_MAX},
};

static const struct workload *workload_of_name(const char *name)
{
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
        if (strcmp(workloads[i].name, name) == 0)
            return &workloads[i];
    die("%s: no such workload", name);
}

/* Waits for so many values and acknowledgements on a link. */
static void hear(struct link *link, uint32_t values, uint32_t acks)
{
    struct event event;

    while (values + acks > 0) {
        if (!wire_chand.next(link, &event)) {
            link_await(link);
            continue;
        }
        values -= event.kind == EVENT_VALUE;
        acks -= event.kind == EVENT_ACK;
    }
}

static void park(const struct workload *w, struct link *taker)
{
    static const uint32_t channels[CLAUSES_MAX] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

    for (uint32_t i = 0; i < w->values; i++)
        if (w->clauses > 0)
            wire_chand.alts(taker, channels, w->clauses);
        else
            wire_chand.take(taker, 0);
}

static void play(const struct workload *w, struct link *putter, struct link *taker,
                 uint32_t round)
{
    char value[VALUE_SIZE];
    struct slice whole;

    memset(value, 'x', sizeof value);
    value[0] = value[sizeof value - 1] = '"';
    whole = slice_of(value, sizeof value);
    for (uint32_t i = 0; i < w->values; i++)
        wire_chand.put(putter, w->clauses > 0 ? round % w->clauses : 0, whole);
    wire_chand.take(putter, TURN_CHANNEL);
    link_flush(putter);
    hear(taker, w->values, 0);
    wire_chand.put(taker, TURN_CHANNEL, whole);
    park(w, taker);
    link_flush(taker);
    hear(putter, 1, w->values);
    hear(taker, 0, 1);
}

static void hear_greeting(struct link *link)
{
    struct event event;

    while (link->unanswered > 0)
        if (!wire_chand.next(link, &event))
            link_await(link);
}

/* The takes of the first round are parked when the answer to the greeting has come. */
static void prepare(const struct workload *w, struct link *putter, struct link *taker)
{
    park(w, taker);
    wire_chand.greet(taker);
    wire_chand.greet(putter);
    link_flush(taker);
    link_flush(putter);
    hear_greeting(taker);
    hear_greeting(putter);
}

int main(int argc, char **argv)
{
    const struct terms terms = {.prefix = "lock", .prefix_len = 4, .timeout_ms = -1};
    struct link putter = {.number = 0, .terms = &terms};
    struct link taker = {.number = 1, .terms = &terms};
    const struct workload *w;
    struct uri server;
    uint32_t rounds;

    if (argc != 4 || uri_parse(argv[1], &server))
        die("usage: lockstep URI hand-off|stream|alts ROUNDS");
    w = workload_of_name(argv[2]);
    rounds = (uint32_t)strtoul(argv[3], NULL, 10);
    link_open(&putter, &server, 0);
    link_open(&taker, &server, 0);
    prepare(w, &putter, &taker);
    for (uint32_t i = 0; i < rounds; i++)
        play(w, &putter, &taker, i);
    printf("%" PRIu32 "\n", rounds * (2 * w->values + 2)); /* requests */
    link_close(&putter);
    link_close(&taker);
    return EXIT_SUCCESS;
}
