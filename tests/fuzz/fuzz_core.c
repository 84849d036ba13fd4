/* SPDX-License-Identifier: MIT */
/*
 * fuzz_core.c - any bytes as what happens to a broker.
 *
 * The bytes are the dice of the simulation: they choose the settings, and then one action
 * after another, each of which is compared with the model and checked as there.
 */
#include <stdlib.h>
#include "plan.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The broker holds every invariant up to the last byte, and when it is emptied. */
static bool happens_well(struct world *w, struct dice *dice)
{
    while (!dice_are_spent(dice)) {
        struct action action;

        action_draw(dice, w->model, WORLD_PEERS, w->now_ns, &w->ledger, &action);
        if (!world_do(w, &action)) {
            action_print(&action, w->model, stderr);
            return false;
        }
    }
    return world_finish(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dice dice = dice_of_bytes(data, size);
    struct world_plan plan = plan_draw(&dice);
    struct world w;

    if (!world_open(&w, &plan))
        abort();
    if (!happens_well(&w, &dice)) {
        world_print(&w, stderr);
        abort();
    }
    world_close(&w);
    return 0;
}
