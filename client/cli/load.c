/* SPDX-License-Identifier: MIT */
#include "load.h"
#include "args.h"
#include "complain.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include "tally.h"

/* Requests outstanding in one connection: libchan has room for 65,536. */
enum { OUTSTANDING_MAX = 60000 };

/* Values or takes outstanding in all. */
enum { UNDER_WAY_MAX = 10000000 };

static const struct {
    enum option option;
    size_t offset;
    int64_t least, most;
    const char *unit;
} ranges[] = {
#define OF(field) offsetof(struct load, field)
    {OPTION_SECS, OF(duration_ms), 10, 3600000, " ms"},
    {OPTION_PAIRS, OF(pairs), 1, 10000, ""},
    {OPTION_PRODUCERS, OF(producers), 1, 10000, ""},
    {OPTION_CONSUMERS, OF(consumers), 1, 10000, ""},
    {OPTION_DEPTH, OF(depth), 1, OUTSTANDING_MAX, ""},
    {OPTION_SIZE, OF(size), TALLY_SIZE_MIN, 64 << 20, " bytes"},
    {OPTION_CONNS, OF(conns), 1, 1000000, ""},
    {OPTION_PER_CONN, OF(per_conn), 1, OUTSTANDING_MAX, ""},
    {OPTION_CHANS, OF(chans), 1, 65536, ""},
#undef OF
};

enum { RANGES = sizeof ranges / sizeof *ranges };

static int64_t get(const struct load *load, size_t i)
{
    int64_t n;

    memcpy(&n, (const char *)load + ranges[i].offset, sizeof n);
    return n;
}

static void set(struct load *load, size_t i, int64_t n)
{
    memcpy((char *)load + ranges[i].offset, &n, sizeof n);
}

unsigned load_options(void)
{
    unsigned options = 0;

    for (size_t i = 0; i < RANGES; i++)
        options |= OPTION_BIT(ranges[i].option);
    return options;
}

static bool check_range(size_t i, int64_t n)
{
    char name[OPTION_NAME_ROOM];

    if (n >= ranges[i].least && n <= ranges[i].most)
        return true;
    args_option_name(ranges[i].option, name);
    complain("%s must be from %" PRId64 " to %" PRId64 "%s", name, ranges[i].least,
             ranges[i].most, ranges[i].unit);
    return false;
}

/* Each alone may be within its range. */
static bool check_product(const struct load *load)
{
    if ((load->producers + load->consumers) * load->depth <= UNDER_WAY_MAX &&
        load->conns * load->per_conn <= UNDER_WAY_MAX)
        return true;
    complain("no more than %d values or takes can be under way at once", UNDER_WAY_MAX);
    return false;
}

bool load_choose(const struct args *args, unsigned heeded, const struct load *defaults,
                 struct load *ret_load)
{
    struct load load = {0};

    for (size_t i = 0; i < RANGES; i++) {
        const bool given = args_has(args, ranges[i].option);
        const int64_t n = get(given ? &args->load : defaults, i);

        if (!(heeded & OPTION_BIT(ranges[i].option)))
            continue;
        if (given && !check_range(i, n))
            return false;
        set(&load, i, n);
    }
    if (!check_product(&load))
        return false;
    *ret_load = load;
    return true;
}
