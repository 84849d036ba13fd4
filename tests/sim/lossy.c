/* SPDX-License-Identifier: MIT */
/*
 * lossy.c - libchan with chan_keep against a server that cannot be relied on.
 *
 *     lossy [--seed N] [--steps N] [--rounds N]
 *
 * A program of one thread puts values that can be told apart, takes, waits on several
 * channels, and stops requests, while its connection is cut, late, silent or gone. What
 * the library says of each request is held against what the server did. Time and the
 * randomness of the library come from the seed as well, so a round can be replayed. Exit:
 * 0 all is well, 1 something is not, 2 usage.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include "backend.h"
#include "chan.h"

enum { REQUESTS = BACKEND_VALUES, CLAUSES = 3 };

#define NS_PER_MS INT64_C(1000000)

/* ---- the library's time and randomness, by --wrap ---- */

static int64_t sim_now_ns = 1000 * NS_PER_MS;
static uint64_t sim_random;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now);
ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    (void)clock;
    ret_now->tv_sec = sim_now_ns / (1000 * NS_PER_MS);
    ret_now->tv_nsec = sim_now_ns % (1000 * NS_PER_MS);
    return 0;
}

ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags)
{
    (void)flags;
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)buffer)[i] = (unsigned char)(sim_random++ * 197);
    return (ssize_t)size;
}

/* ---- the program ---- */

enum kind { KIND_PUT, KIND_TAKE, KIND_TAKES, KIND_EITHER, KIND_COUNT };

struct request {
    struct sim *sim;
    enum kind kind;
    uint64_t id;
    unsigned value; /* of a put */
    bool waits, stopped;
    unsigned ended; /* how often */
};

struct sim {
    struct dice dice;
    struct backend *backend;
    struct chan_client *client;
    struct chan *chans[BACKEND_CHANNELS];
    struct request requests[REQUESTS];
    size_t count, ended;
    unsigned char received[BACKEND_VALUES];
    unsigned long endings[KIND_COUNT][CHAN_STATUS_COUNT], ups;
    const char *fault;
};

static void blame(struct sim *sim, const char *fault)
{
    if (!sim->fault)
        sim->fault = fault;
}

/* What of a value that was put can be right. */
static void check_put(struct sim *sim, const struct request *rq, enum chan_status status)
{
    const unsigned accepted = backend_accepted(sim->backend, rq->value);

    if (status == CHAN_OK && accepted != 1)
        blame(sim, "a put that went well was not done once");
    if (status != CHAN_OK && status != CHAN_LOST && accepted != 0)
        blame(sim, "a put was done, and that was denied");
    if (accepted > 1)
        blame(sim, "a put was done twice");
}

static void check_taken(struct sim *sim, const struct chan_reply *reply)
{
    const unsigned long value = reply->value ? strtoul(reply->value, NULL, 10) : 0;

    if (!reply->value || value >= BACKEND_VALUES ||
        backend_delivered(sim->backend, value) != 1 || sim->received[value]++ > 0)
        blame(sim, "a value was taken that was not handed over, or was before");
}

static bool may_end_so(const struct request *rq, enum chan_status status)
{
    switch (status) {
    case CHAN_OK:
    case CHAN_REFUSED: /* there is no more room for those that wait */
        return true;
    case CHAN_CANCELLED: /* by a server that ends; then takes are asked again */
        return rq->stopped || rq->kind == KIND_PUT || rq->kind == KIND_EITHER;
    case CHAN_TIMEOUT:
        return rq->waits;
    case CHAN_LOST:
        return rq->kind == KIND_PUT || rq->kind == KIND_EITHER;
    default:
        return false;
    }
}

static void on_done(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct request *rq = data;
    struct sim *sim = rq->sim;
    const bool put = rq->kind == KIND_PUT || (rq->kind == KIND_EITHER && !reply->value);

    (void)c;
    sim->ended++;
    sim->endings[rq->kind][reply->status]++;
    if (rq->ended++ > 0)
        blame(sim, "a request ended twice");
    if (!may_end_so(rq, reply->status))
        blame(sim, chan_status_text(reply->status));
    if (put)
        check_put(sim, rq, reply->status);
    else if (reply->status == CHAN_OK)
        check_taken(sim, reply);
}

static void on_state(struct chan_client *c, enum chan_state state, const char *why,
                     void *data)
{
    struct sim *sim = data;

    (void)c;
    (void)why;
    sim->ups += state == CHAN_UP;
}

static void start(struct sim *sim)
{
    struct request *rq = &sim->requests[sim->count];
    struct chan_clause clauses[CLAUSES];
    char value[16];
    size_t count = 1;

    rq->sim = sim;
    rq->kind = (enum kind)dice_below(&sim->dice, KIND_COUNT);
    rq->value = (unsigned)sim->count;
    rq->waits = dice_one_in(&sim->dice, 2);
    snprintf(value, sizeof value, "%u", rq->value);
    if (rq->kind == KIND_TAKES || rq->kind == KIND_EITHER)
        count = 2 + dice_below(&sim->dice, CLAUSES - 1);
    for (size_t i = 0; i < count; i++)
        clauses[i] = (struct chan_clause){
            .chan = sim->chans[dice_below(&sim->dice, BACKEND_CHANNELS)]};
    if (rq->kind == KIND_PUT || rq->kind == KIND_EITHER) {
        clauses[count - 1].value = value;
        clauses[count - 1].value_len = strlen(value);
    }
    if (chan_start(sim->client, clauses, count, CHAN_FIRST_WINS,
                   rq->waits ? dice_below(&sim->dice, 400) : CHAN_FOREVER, on_done, rq,
                   &rq->id) != CHAN_OK)
        blame(sim, chan_message());
    sim->count++;
}

static void stop(struct sim *sim)
{
    struct request *rq;
    enum chan_status status;

    if (sim->count == 0)
        return;
    rq = &sim->requests[dice_below(&sim->dice, (uint32_t)sim->count)];
    rq->stopped = true;
    status = chan_stop(sim->client, rq->id);
    if (status != (rq->ended ? CHAN_NOT_PARKED : CHAN_OK))
        blame(sim, "a request could not be stopped");
}

/* ---- the world ---- */

static void change_server(struct sim *sim)
{
    struct backend_mood mood = {.reliable = dice_one_in(&sim->dice, 4),
                                .cut = 20 + dice_below(&sim->dice, 200)};

    if (dice_one_in(&sim->dice, 3))
        backend_leave(sim->backend, dice_one_in(&sim->dice, 2));
    else if (!backend_is_listening(sim->backend) && !backend_listen(sim->backend))
        blame(sim, "the server cannot listen");
    backend_set_mood(sim->backend, mood);
}

static void turn(struct sim *sim)
{
    sim_now_ns += dice_below(&sim->dice, 4) * NS_PER_MS;
    if (chan_process(sim->client) != CHAN_OK)
        blame(sim, chan_message());
    if (!backend_turn(sim->backend, &sim->dice, sim_now_ns))
        blame(sim, "the server does not understand");
}

static void step(struct sim *sim)
{
    const uint32_t what = dice_below(&sim->dice, 100);

    if (what < 25 && sim->count < REQUESTS)
        start(sim);
    else if (what < 30)
        stop(sim);
    else if (what < 31)
        change_server(sim);
    else if (what < 32) /* a silence */
        sim_now_ns += dice_below(&sim->dice, 500) * NS_PER_MS;
    else
        turn(sim);
}

/* In the end the server is there and reliable; then everything ends. */
static void finish(struct sim *sim)
{
    enum { TURNS = 5000 };

    backend_set_mood(sim->backend, (struct backend_mood){.reliable = true});
    if (!backend_is_listening(sim->backend) && !backend_listen(sim->backend))
        blame(sim, "the server cannot listen");
    for (int i = 0; i < TURNS && !sim->fault; i++)
        turn(sim);
    for (size_t i = 0; i < sim->count; i++) {
        struct request *rq = &sim->requests[i];

        if (rq->ended == 0 && (rq->stopped || rq->waits))
            blame(sim, "a request that had to end has not");
        rq->stopped = true;
        if (rq->ended == 0)
            chan_stop(sim->client, rq->id);
    }
    for (int i = 0; i < TURNS && chan_outstanding(sim->client) > 0 && !sim->fault; i++)
        turn(sim);
    for (size_t i = 0; i < sim->count; i++)
        if (sim->requests[i].ended != 1)
            blame(sim, "a request has not ended once");
    for (size_t i = 0; i < BACKEND_VALUES; i++)
        if (backend_accepted(sim->backend, i) > 1 ||
            backend_delivered(sim->backend, i) > 1)
            blame(sim, "a value was put or taken twice");
}

static bool sim_open(struct sim *sim, uint64_t seed)
{
    const struct chan_keeping keeping = {.retry = true,
                                         .min_ms = 1,
                                         .max_ms = 20,
                                         .silence_ms = seed % 2 ? 100 : 0,
                                         .told = on_state,
                                         .data = sim};

    *sim = (struct sim){.dice = dice_of_seed(seed), .backend = backend_new()};
    sim->client = chan_client_new();
    sim_random = seed;
    if (!sim->client || !sim->backend || !backend_listen(sim->backend) ||
        chan_connect(sim->client, backend_uri(sim->backend), 1000) != CHAN_OK ||
        chan_keep(sim->client, &keeping) != CHAN_OK)
        return false;
    for (unsigned i = 0; i < BACKEND_CHANNELS; i++) {
        const char name[] = {(char)('0' + i), '\0'};

        sim->chans[i] = chan_remote(sim->client, name);
    }
    return true;
}

static void sim_close(struct sim *sim)
{
    for (unsigned i = 0; i < BACKEND_CHANNELS; i++)
        chan_drop(sim->chans[i]);
    chan_client_free(sim->client);
    backend_free(sim->backend);
}

/* ---- rounds ---- */

struct options {
    uint64_t seed, steps, rounds;
};

/* What happened in all of them: or they would show nothing. */
struct totals {
    unsigned long endings[KIND_COUNT][CHAN_STATUS_COUNT], ups;
};

static bool run_round(struct sim *sim, uint64_t seed, uint64_t steps, struct totals *t)
{
    if (!sim_open(sim, seed))
        blame(sim, "the simulation cannot begin");
    for (uint64_t i = 0; i < steps && !sim->fault; i++)
        step(sim);
    if (!sim->fault)
        finish(sim);
    if (sim->fault)
        fprintf(stderr,
                "lossy: %s\nreplay: lossy --seed %" PRIu64 " --rounds 1 --steps "
                "%" PRIu64 "\n",
                sim->fault, seed, steps);
    t->ups += sim->ups;
    for (int i = 0; i < KIND_COUNT; i++)
        for (int k = 0; k < CHAN_STATUS_COUNT; k++)
            t->endings[i][k] += sim->endings[i][k];
    sim_close(sim);
    return !sim->fault;
}

static bool has_shown_enough(const struct totals *t)
{
    bool enough = t->ups > 0;

    for (int i = 0; i < KIND_COUNT; i++)
        enough &= t->endings[i][CHAN_OK] > 0 && t->endings[i][CHAN_TIMEOUT] > 0 &&
                  t->endings[i][CHAN_CANCELLED] > 0;
    return enough && t->endings[KIND_PUT][CHAN_LOST] > 0;
}

static bool parse(int argc, char **argv, struct options *o)
{
    const struct {
        const char *name;
        uint64_t *value;
    } known[] = {{"--seed", &o->seed}, {"--steps", &o->steps}, {"--rounds", &o->rounds}};

    for (int i = 1; i + 1 < argc; i += 2)
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            if (!strcmp(argv[i], known[k].name))
                *known[k].value = strtoull(argv[i + 1], NULL, 10);
    return argc % 2 == 1;
}

int main(int argc, char **argv)
{
    struct options o = {.seed = 1, .steps = 3000, .rounds = 100};
    struct totals totals = {0};
    struct sim *sim = calloc(1, sizeof *sim);
    bool good = sim != NULL;

    if (!parse(argc, argv, &o)) {
        fprintf(stderr, "usage: lossy [--seed N] [--steps N] [--rounds N]\n");
        return 2;
    }
    for (uint64_t i = 0; good && i < o.rounds; i++)
        good = run_round(sim, o.seed + i, o.steps, &totals);
    if (good && o.rounds > 10 && !has_shown_enough(&totals)) {
        fprintf(stderr, "lossy: too little happened to show anything\n");
        good = false;
    }
    printf("%" PRIu64 " rounds from seed %" PRIu64 ": %lu new connections, puts %lu well "
           "and %lu lost, takes %lu well\n",
           o.rounds, o.seed, totals.ups, totals.endings[KIND_PUT][CHAN_OK],
           totals.endings[KIND_PUT][CHAN_LOST], totals.endings[KIND_TAKE][CHAN_OK]);
    free(sim);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
