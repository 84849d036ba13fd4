/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "args.h"
#include "load.h"

#include <string.h>

static const struct load defaults = {.duration_ms = 2000,
                                     .pairs = 3,
                                     .producers = 4,
                                     .consumers = 5,
                                     .depth = 6,
                                     .size = 70,
                                     .conns = 8,
                                     .per_conn = 9,
                                     .chans = 10};

START_TEST(what_is_not_given_is_as_usual)
{
    const struct args args = {.load = {.pairs = 77}};
    struct load load;

    ck_assert(load_choose(&args, load_options(), &defaults, &load));
    ck_assert_mem_eq(&load, &defaults, sizeof load);
}
END_TEST

START_TEST(what_is_given_counts)
{
    const struct args args = {.given = OPTION_BIT(OPTION_PAIRS) | OPTION_BIT(OPTION_SECS),
                              .load = {.pairs = 77, .duration_ms = 10}};
    struct load load;

    ck_assert(load_choose(&args, load_options(), &defaults, &load));
    ck_assert_int_eq(load.pairs, 77);
    ck_assert_int_eq(load.duration_ms, 10);
    ck_assert_int_eq(load.chans, 10);
}
END_TEST

START_TEST(what_is_not_heeded_is_0_whatever_it_is)
{
    const struct args args = {.given = OPTION_BIT(OPTION_CHANS) | OPTION_BIT(OPTION_SIZE),
                              .load = {.chans = -7, .size = 50}};
    struct load load, expected = {.size = 50, .depth = 6};

    ck_assert(load_choose(&args, OPTION_BIT(OPTION_SIZE) | OPTION_BIT(OPTION_DEPTH),
                          &defaults, &load));
    ck_assert_mem_eq(&load, &expected, sizeof load);
}
END_TEST

/* Of each option the first and last number that are fine, and their neighbours. */
START_TEST(numbers_have_ranges)
{
    static const struct {
        enum option option;
        struct load least, most, below, above;
    } cases[] = {
        {OPTION_SECS,
         {.duration_ms = 10},
         {.duration_ms = 3600000},
         {.duration_ms = 9},
         {.duration_ms = 3600001}},
        {OPTION_PAIRS, {.pairs = 1}, {.pairs = 10000}, {.pairs = 0}, {.pairs = 10001}},
        {OPTION_PRODUCERS,
         {.producers = 1},
         {.producers = 10000},
         {.producers = 0},
         {.producers = 10001}},
        {OPTION_CONSUMERS,
         {.consumers = 1},
         {.consumers = 10000},
         {.consumers = 0},
         {.consumers = 10001}},
        {OPTION_DEPTH, {.depth = 1}, {.depth = 60000}, {.depth = 0}, {.depth = 60001}},
        {OPTION_SIZE, {.size = 10}, {.size = 64 << 20}, {.size = 9}, {.size = 67108865}},
        {OPTION_CONNS,
         {.conns = 1},
         {.conns = 1000000},
         {.conns = 0},
         {.conns = 1000001}},
        {OPTION_PER_CONN,
         {.per_conn = 1},
         {.per_conn = 60000},
         {.per_conn = 0},
         {.per_conn = 60001}},
        {OPTION_CHANS, {.chans = 1}, {.chans = 65536}, {.chans = 0}, {.chans = 65537}},
    };
    unsigned options = 0;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct args args = {.given = OPTION_BIT(cases[i].option)};
        struct load load;

        options |= OPTION_BIT(cases[i].option);
        args.load = cases[i].least;
        ck_assert(load_choose(&args, args.given, &defaults, &load));
        ck_assert_mem_eq(&load, &cases[i].least, sizeof load);
        args.load = cases[i].most;
        ck_assert(load_choose(&args, args.given, &defaults, &load));
        ck_assert_mem_eq(&load, &cases[i].most, sizeof load);
        args.load = cases[i].below;
        ck_assert(!load_choose(&args, args.given, &defaults, &load));
        args.load = cases[i].above;
        ck_assert(!load_choose(&args, args.given, &defaults, &load));
    }
    ck_assert_uint_eq(options, load_options());
}
END_TEST

START_TEST(what_is_fine_alone_may_be_too_much_together)
{
    struct args args = {.given = OPTION_BIT(OPTION_CONNS) | OPTION_BIT(OPTION_PER_CONN) |
                                 OPTION_BIT(OPTION_PRODUCERS) | OPTION_BIT(OPTION_DEPTH),
                        .load = {.conns = 1000, .per_conn = 10000}};
    struct load load;

    args.load.producers = 995;
    args.load.depth = 10000;
    ck_assert(load_choose(&args, load_options(), &defaults, &load));
    args.load.per_conn++;
    ck_assert(!load_choose(&args, load_options(), &defaults, &load));
    args.load.per_conn--;
    args.load.depth++;
    ck_assert(!load_choose(&args, load_options(), &defaults, &load));
    ck_assert_int_eq(load.depth, 10000);
}
END_TEST

UNIT_MAIN("load", what_is_not_given_is_as_usual, what_is_given_counts,
          what_is_not_heeded_is_0_whatever_it_is, numbers_have_ranges,
          what_is_fine_alone_may_be_too_much_together)
