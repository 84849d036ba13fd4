/* SPDX-License-Identifier: MIT */
/*
 * bench.h - what the scenarios of `chan bench` are made of: connections, channels of
 * their own, values with an identity, a time to measure, and the end.
 *
 * A scenario calls bench_begin, starts puts and takes, lets bench_measure or bench_turn
 * wait for what happens, and calls bench_end while the data of its chan_dones is there.
 * The first thing that goes wrong is kept, everything after it is skipped, and
 * bench_conclude says it. Each chan_done begins with bench_put_ended or bench_take_ended.
 */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <chan.h>
#include "figures.h"
#include "histogram.h"
#include "link.h"
#include "load.h"
#include "pool.h"
#include "progress.h"
#include "tally.h"

struct bench {
    struct link *link; /* borrowed */
    const char *name;  /* of the scenario */
    struct load load;
    struct figures figures;

    char prefix[32]; /* of the channels' names; of this run alone */
    struct pool pool;
    struct chan **kept; /* owned; of the connections */
    size_t kept_count;
    struct tally tally;
    struct histogram times;   /* from put to arrival, of values that were counted */
    struct progress progress; /* of `done` */
    uint64_t done;
    size_t puts, takes, fences;         /* outstanding */
    int64_t begin_ns, end_ns, moved_ns; /* when to count; when last there was a reply */
    bool ending;                        /* nothing is to be started any more */

    enum chan_status failure; /* of a request; CHAN_OK: none */
    const char *tried;        /* with it, static storage: "measure", … */
    char message[256];        /* of it */
    enum exit_status exit;    /* of what was said already; EXIT_DONE: nothing */
    char fault[160];          /* a value went wrong, and how; "": none did */
};

void bench_init(struct bench *b, struct link *link, const char *name,
                const struct load *load);

/* Room for so many connections, and for so many values under way. Then connects, until
 * there are so many and the server has heard of each. False, as below: something went
 * wrong. */
bool bench_begin(struct bench *b, size_t connections, size_t values);
bool bench_connect(struct bench *b, size_t connections);

/* The i-th channel, for the conn-th connection, to be dropped. NULL: out of memory, which
 * is noted. Makes sure that the first so many are there, unbuffered whatever the server's
 * defaults are. */
struct chan *bench_channel(struct bench *b, size_t conn, size_t i);
bool bench_open(struct bench *b, size_t channels);

/* The same, which the bench drops in the end. */
struct chan *bench_keep_channel(struct bench *b, size_t conn, size_t i);

/* Nothing has gone wrong and nobody has interrupted. */
bool bench_is_fine(const struct bench *b);

/* Notes what went wrong: a request, when this was tried; or a value. */
void bench_fail(struct bench *b, const char *tried, enum chan_status status,
                const char *message);
__attribute__((format(printf, 2, 3))) void bench_blame(struct bench *b,
                                                       const char *format, ...);

/* What is counted in `done` from now on, for people to see. */
void bench_stage(struct bench *b, const char *unit);

/* A request that stays parked until it is completed, with the i-th connection. Nothing is
 * started any more once something went wrong, or the end has come. */
void bench_start(struct bench *b, size_t i, const struct chan_clause *clauses,
                 size_t count, chan_done *done, void *data);

/* The same, a put of a new value. */
void bench_send(struct bench *b, size_t i, struct chan *chan, uint32_t tag,
                chan_done *done, void *data);

/* Sends what the i-th connection has started, and a take that does not wait: when that is
 * answered, which `fences` counts, the server has started all that came before. */
void bench_fence(struct bench *b, size_t i);

/* It has ended; true: as it should, and there is no reason to stop. */
bool bench_put_ended(struct bench *b, const struct chan_reply *reply);
bool bench_take_ended(struct bench *b, const struct chan_reply *reply);

/* Whether the value that a take has brought was one to come, of that tag; it counts. */
bool bench_receive(struct bench *b, const struct chan_reply *reply, uint32_t tag);

/* Values that arrive from begin_ns to end_ns count. Sets them to the load's duration,
 * after a warm-up; whether that has passed; waits until it has. */
void bench_set_time(struct bench *b);
bool bench_is_over(const struct bench *b);
void bench_pass_time(struct bench *b);

/* Waits for something to happen, for no more than timeout_ms. */
bool bench_turn(struct bench *b, int timeout_ms);

/* Waits until the count has gone down to 0. */
bool bench_await(struct bench *b, const size_t *count);

/* Waits until all that was put has arrived, or would have. */
void bench_settle(struct bench *b);

/* Hangs up, and holds the end against what should be; nothing of it is left then. */
void bench_end(struct bench *b);

/* Figures that several scenarios have: a number of the load; how much was counted in its
 * duration, and how fast; the percentiles. */
void bench_add_load(struct bench *b, const char *name, int64_t n);
void bench_add_rate(struct bench *b, const char *count_name, const char *rate_name);
void bench_add_percentiles(struct bench *b);

/* Says what went wrong; EXIT_DONE, or what to exit with. */
enum exit_status bench_conclude(struct bench *b);

/* The scenarios; see scenario.h. */
void bench_handoff(struct bench *b);
void bench_stream(struct bench *b);
void bench_alts(struct bench *b);
void bench_parked(struct bench *b);

#endif
