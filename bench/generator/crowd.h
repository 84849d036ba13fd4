/* SPDX-License-Identifier: MIT */
/*
 * crowd.h - what stands by while something else is measured: channels that were opened,
 * idle connections, takes parked with a deadline. chand's only.
 */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include <stdint.h>

struct crowd {
    struct link *idle, *waiting;
    uint32_t idle_count, waiting_count;
};

struct load;

/* As the options ask. All of it is there when it returns. */
void crowd_gather(struct crowd *crowd, struct load *load);
void crowd_disperse(struct crowd *crowd);

#endif
