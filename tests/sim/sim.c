/* SPDX-License-Identifier: MIT */
/*
 * sim.c - random operations on a broker, each compared with what a naive model does.
 *
 *     sim [--seed N] [--ops N] [--rounds N]
 *
 * Each round is a fresh broker and so many operations; the seed of round i is seed + i,
 * so that a failing round is replayed alone. Exit: 0 all is well, 1 something is not (the
 * operation, both views and the command that replays it are on standard error), 2 usage.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plan.h"
#include "world.h"

struct options {
    uint64_t seed, ops, rounds;
};

static void report(const struct world *w, const struct action *a, uint64_t seed,
                   uint64_t op, uint64_t ops)
{
    fprintf(stderr, "sim: operation %" PRIu64 " of the round with seed %" PRIu64 ": ", op,
            seed);
    if (a)
        action_print(a, w->model, stderr);
    else
        fprintf(stderr, "the end\n");
    world_print(w, stderr);
    fprintf(stderr, "replay: sim --seed %" PRIu64 " --rounds 1 --ops %" PRIu64 "\n", seed,
            ops);
}

static bool run_round(uint64_t seed, uint64_t ops)
{
    struct dice dice = dice_of_seed(seed);
    struct world_plan plan = plan_draw(&dice);
    struct world w;
    bool good = world_open(&w, &plan);

    if (!good)
        fprintf(stderr, "sim: out of memory\n");
    for (uint64_t op = 1; good && op <= ops; op++) {
        struct action action;

        action_draw(&dice, w.model, WORLD_PEERS, w.now_ns, &w.ledger, &action);
        good = world_do(&w, &action);
        if (!good)
            report(&w, &action, seed, op, ops);
    }
    if (good && !world_finish(&w)) {
        report(&w, NULL, seed, ops, ops);
        good = false;
    }
    world_close(&w);
    return good;
}

static bool parse(int argc, char **argv, struct options *o)
{
    const struct {
        const char *name;
        uint64_t *value;
    } known[] = {{"--seed", &o->seed}, {"--ops", &o->ops}, {"--rounds", &o->rounds}};

    for (int i = 1; i < argc; i += 2) {
        uint64_t *value = NULL;
        char *end;

        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            if (!strcmp(argv[i], known[k].name))
                value = known[k].value;
        if (!value || i + 1 == argc)
            return false;
        *value = strtoull(argv[i + 1], &end, 10);
        if (*end != '\0' || end == argv[i + 1])
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options o = {.seed = 1, .ops = 2000, .rounds = 500};

    if (!parse(argc, argv, &o)) {
        fprintf(stderr, "usage: sim [--seed N] [--ops N] [--rounds N]\n");
        return 2;
    }
    for (uint64_t round = 0; round < o.rounds; round++)
        if (!run_round(o.seed + round, o.ops))
            return EXIT_FAILURE;
    printf("%" PRIu64 " operations in %" PRIu64 " rounds from seed %" PRIu64 "\n",
           o.ops * o.rounds, o.rounds, o.seed);
    return EXIT_SUCCESS;
}
