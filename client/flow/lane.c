/* SPDX-License-Identifier: MIT */
#include "lane.h"
#include "bell.h"

#include <stdlib.h>

bool lane_init(struct lane *lane, size_t count)
{
    *lane = (struct lane){.places = calloc(count, sizeof *lane->places), .count = count};
    if (!lane->places)
        goto fail;
    for (size_t i = 0; i < count; i++) {
        lane->places[i].gate = bell_new();
        if (!lane->places[i].gate)
            goto fail;
    }
    return true;
fail:
    lane_release(lane);
    return false;
}

void lane_release(struct lane *lane)
{
    for (size_t i = 0; lane->places && i < lane->count; i++) {
        chan_drop(lane->places[i].gate);
        chan_drop(lane->places[i].next);
    }
    free(lane->places);
    *lane = (struct lane){0};
}

void lane_open(struct lane *lane)
{
    bell_ring(lane->places[0].gate);
}

bool lane_prepare(struct lane *lane, size_t i)
{
    struct lane_place *place = &lane->places[i];

    if (!place->next)
        place->next = bell_new();
    return place->next != NULL;
}

void lane_wait(struct lane *lane, size_t i)
{
    bell_wait(lane->places[i].gate);
}

/* The next worker's gate is looked at when this one's own is new: they may be the same.
 */
void lane_pass(struct lane *lane, size_t i)
{
    struct lane_place *place = &lane->places[i];
    const struct lane_place *other = &lane->places[(i + 1) % lane->count];

    chan_drop(place->gate);
    place->gate = place->next;
    place->next = NULL;
    if (other->gate)
        bell_ring(other->gate);
}
