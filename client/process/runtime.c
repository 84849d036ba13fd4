/* SPDX-License-Identifier: MIT */
#include "runtime.h"

#include <pthread.h>
#include <stdlib.h>
#include "carrier.h"
#include "market.h"
#include "stack.h"
#include "strand.h"
#include "lookout.h"

enum {
    STACK_BYTES = 65536,
    STACK_LEAST = 16384,
    STACK_MOST = 1 << 30,
    CARRIERS_MOST = 1024
};

static struct {
    struct market market;
    struct lookout lookout;
    struct stacks stacks;
    pthread_key_t strands; /* of the threads, to be freed with them */
    bool has_key;
    pthread_mutex_t lock;     /* guards the rest */
    struct carrier *carriers; /* NULL: nothing has begun */
    size_t carrier_count, next;
    size_t stack_bytes;
} runtime = {.carrier_count = 1, .stack_bytes = STACK_BYTES};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local struct here here;

static void runtime_init(void)
{
    runtime.has_key = pthread_key_create(&runtime.strands, strand_free) == 0;
    pthread_mutex_init(&runtime.lock, NULL);
    market_init(&runtime.market);
    lookout_init(&runtime.lookout);
}

struct here *runtime_here(void)
{
    return &here;
}

bool runtime_keep(struct strand *s)
{
    pthread_once(&once, runtime_init);
    return runtime.has_key && pthread_setspecific(runtime.strands, s) == 0;
}

struct market *runtime_market(void)
{
    pthread_once(&once, runtime_init);
    return &runtime.market;
}

/* ---- settings ---- */

static enum chan_status set(size_t *setting, size_t value)
{
    enum chan_status status = CHAN_INVALID;

    pthread_once(&once, runtime_init);
    pthread_mutex_lock(&runtime.lock);
    if (!runtime.carriers) {
        *setting = value;
        status = CHAN_OK;
    }
    pthread_mutex_unlock(&runtime.lock);
    return status;
}

enum chan_status runtime_set_carriers(size_t count)
{
    if (count < 1 || count > CARRIERS_MOST)
        return CHAN_INVALID;
    return set(&runtime.carrier_count, count);
}

enum chan_status runtime_set_stack(size_t bytes)
{
    if (bytes < STACK_LEAST || bytes > STACK_MOST)
        return CHAN_INVALID;
    return set(&runtime.stack_bytes, bytes);
}

/* ---- what runs ---- */

/* Makes the carriers, if that has not been done; with the lock held. */
static bool begin(void)
{
    const size_t count = runtime.carrier_count;

    if (runtime.carriers)
        return true;
    if (!lookout_open(&runtime.lookout))
        return false;
    runtime.carriers = calloc(count, sizeof *runtime.carriers);
    if (!runtime.carriers)
        return false;
    stacks_init(&runtime.stacks, runtime.stack_bytes);
    for (size_t i = 0; i < count; i++)
        carrier_init(&runtime.carriers[i], &runtime.lookout, &runtime.market,
                     runtime.carriers, count);
    return true;
}

/* With the lock held; NULL: its thread can't be had. */
static struct carrier *running(struct carrier *c)
{
    return carrier_start(c) ? c : NULL;
}

struct carrier *runtime_next_carrier(void)
{
    struct carrier *c = NULL;

    pthread_once(&once, runtime_init);
    pthread_mutex_lock(&runtime.lock);
    if (begin()) {
        c = running(&runtime.carriers[runtime.next]);
        runtime.next = (runtime.next + 1) % runtime.carrier_count;
    }
    pthread_mutex_unlock(&runtime.lock);
    return c;
}

struct stacks *runtime_stacks(void)
{
    return &runtime.stacks;
}

bool runtime_attend(void)
{
    bool attended;

    pthread_once(&once, runtime_init);
    pthread_mutex_lock(&runtime.lock);
    attended = begin() && running(&runtime.carriers[0]);
    pthread_mutex_unlock(&runtime.lock);
    return attended;
}

struct lookout *runtime_lookout(void)
{
    return &runtime.lookout;
}

void runtime_call_lookout(void)
{
    carrier_call_lookout(&runtime.carriers[0]);
}
