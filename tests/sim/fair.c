/* SPDX-License-Identifier: MIT */
/*
 * fair.c - of several ready clauses of an alts each is equally likely, wherever it
 * stands.
 *
 * Counts the choices over many alts, for every pattern of ready and other clauses, and
 * tests them with chi-square against a bound that chance exceeds once in 10^9 times. The
 * seed is fixed, so that the verdict is always the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include "broker.h"
#include "peer.h"

enum { CLAUSES = 6, DRAWS = 20000 };

/* The chi-square that is exceeded with a probability of 1e-9, by degrees of freedom. */
static const double bounds[CLAUSES] = {0, 37.325, 41.447, 44.841, 47.879, 50.692};

static const char *const names[CLAUSES] = {"a", "b", "c", "d", "e", "f"};

static struct broker *fair_broker(void)
{
    struct broker_settings s = {.limits = limits_default(), .auto_create = true};

    return broker_new(&s, (struct hash_key){1, 2}, 20240229);
}

/* Those channels are promises that were kept, where a take is ready for ever. */
static bool make_ready(struct broker *b, struct peer *peer, const char *name)
{
    struct broker_open open = {
        .has_buffer = true, .kind = KIND_PROMISE, .close_after_ms = -1};
    struct offer offer = {
        .side = SIDE_PUT, .name = slice_text(name), .value = slice_text("1")};
    struct ask ask = {.peer = peer, .offers = &offer, .count = 1};
    struct completion now;
    bool created;

    return broker_open(b, offer.name, &open, 0, &created) == ERR_OK &&
           broker_start(b, &ask, 0, &now) && now.err == ERR_OK &&
           list_pop(broker_done(b)) == &now.link;
}

/* Takes from all of them at once; the index of the clause that was chosen, or -1. */
static int choose(struct broker *b, struct peer *peer, bool priority)
{
    struct offer offers[CLAUSES];
    struct ask ask = {
        .peer = peer, .offers = offers, .count = CLAUSES, .priority = priority};
    struct completion now;
    int index;

    for (int i = 0; i < CLAUSES; i++)
        offers[i] = (struct offer){.side = SIDE_TAKE, .name = slice_text(names[i])};
    if (!broker_start(b, &ask, 0, &now) || !list_pop(broker_done(b)))
        return -1;
    index = now.err == ERR_OK ? now.index : -1;
    completion_release(&now);
    return index;
}

static double chi_square(const int *counts, unsigned ready, int ready_count)
{
    double expected = (double)DRAWS / ready_count, sum = 0;

    for (int i = 0; i < CLAUSES; i++)
        if (ready >> i & 1)
            sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    return sum;
}

static bool judge(const int *counts, unsigned ready)
{
    int ready_count = 0, chosen = 0;
    double chi;

    for (int i = 0; i < CLAUSES; i++)
        if (ready >> i & 1) {
            ready_count++;
            chosen += counts[i];
        }
    chi = chi_square(counts, ready, ready_count);
    if (chosen == DRAWS && chi <= bounds[ready_count - 1])
        return true;
    fprintf(stderr, "fair: ready %#x: chi-square %g, %d of %d ready; counts", ready, chi,
            chosen, DRAWS);
    for (int i = 0; i < CLAUSES; i++)
        fprintf(stderr, " %d", counts[i]);
    fprintf(stderr, "\n");
    return false;
}

static int first_of(unsigned ready)
{
    int i = 0;

    while (!(ready >> i & 1))
        i++;
    return i;
}

/* `ready` has a bit for each clause that is. */
static bool is_fair(unsigned ready)
{
    struct broker *b = fair_broker();
    int counts[CLAUSES] = {0};
    struct peer peer;
    bool good = b != NULL;

    peer_init(&peer);
    for (int i = 0; good && i < CLAUSES; i++)
        if (ready >> i & 1)
            good = make_ready(b, &peer, names[i]);
    for (int draw = 0; good && draw < DRAWS; draw++) {
        int index = choose(b, &peer, false);

        if (index >= 0)
            counts[index]++;
    }
    good = good && judge(counts, ready);
    if (good && choose(b, &peer, true) != first_of(ready)) {
        fprintf(stderr, "fair: ready %#x: priority is not the first's\n", ready);
        good = false;
    }
    broker_free(b);
    peer_release(&peer);
    return good;
}

int main(void)
{
    bool good = true;

    for (unsigned ready = 1; ready < 1U << CLAUSES; ready++)
        good = is_fair(ready) && good;
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
