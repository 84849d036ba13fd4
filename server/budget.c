/* SPDX-License-Identifier: MIT */
#include "budget.h"

#include <malloc.h>
#include "resident.h"

/*
 * What the process may take beyond what is held: its code, the buffers of the workers,
 * and what allocating costs. Of the 64 MB there are the reserves take half, and some are
 * left for what is not seen before it has been taken.
 */
enum { ALLOWED_BYTES = 20 << 20, ALLOWED_PER_WORKER = 1 << 20 };

enum { TRIM_AGAIN_BYTES = 16 << 20 };

#define TRIM_AGAIN_NS INT64_C(5000000000)

static int64_t held(const struct budget *b)
{
    return atomic_load(&b->inside) + atomic_load(&b->outside);
}

static int64_t unexplained(const struct budget *b)
{
    const int64_t allowed = ALLOWED_BYTES + (int64_t)b->workers * ALLOWED_PER_WORKER +
                            atomic_load(&b->most) / 4;
    const int64_t rest = resident_bytes() - held(b) - allowed;

    return rest > 0 && !RESIDENT_SANITIZED ? rest : 0;
}

/*
 * Gives back what is free. All of the heap is looked at for that, so it is not done again
 * before some time has passed, or much was freed. Whether it was done.
 */
static bool trim(struct budget *b, int64_t now_ns)
{
    const int64_t now_held = held(b);
    int_fast64_t last = atomic_load(&b->trimmed_ns);

    if (last != 0 && now_ns - last < TRIM_AGAIN_NS &&
        now_held > atomic_load(&b->trimmed) - TRIM_AGAIN_BYTES)
        return false;
    if (!atomic_compare_exchange_strong(&b->trimmed_ns, &last, now_ns))
        return false; /* somebody else is at it */
    atomic_store(&b->trimmed, now_held);
    atomic_store(&b->peak, now_held);
    malloc_trim(0);
    return true;
}

void budget_measure(struct budget *b, int64_t now_ns)
{
    const int64_t now_held = held(b);
    int64_t lost = unexplained(b);

    if (now_held > atomic_load(&b->peak))
        atomic_store(&b->peak, now_held);
    if (lost > 0 && trim(b, now_ns))
        lost = unexplained(b);
    atomic_store(&b->lost, lost);
}

/* What the last block of the heap is in use for keeps all before it, unless asked for. */
void budget_tidy(struct budget *b, int64_t now_ns)
{
    if (atomic_load(&b->peak) - held(b) >= TRIM_AGAIN_BYTES && trim(b, now_ns))
        budget_measure(b, now_ns);
}
