/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "args.h"
#include "command.h"
#include "scenario.h"

#include <stdio.h>
#include <string.h>

START_TEST(every_scenario_is_found_by_its_name)
{
    size_t n = 0;

    for (const struct scenario *s = scenarios; s->name; s++, n++)
        ck_assert_ptr_eq(scenario_find(s->name), s);
    ck_assert_uint_eq(n, SCENARIOS_MAX);
    ck_assert_ptr_null(scenario_find("frob"));
    ck_assert_ptr_null(scenario_find(""));
    ck_assert_ptr_null(scenario_find("all"));
}
END_TEST

/* The first is the one for which a server must be as it was started. */
START_TEST(memory_is_measured_before_others_use_it)
{
    ck_assert_str_eq(scenarios[0].name, "parked");
}
END_TEST

START_TEST(what_a_scenario_heeds_has_a_usual_value_in_its_range)
{
    for (const struct scenario *s = scenarios; s->name; s++) {
        struct args args = {.given = s->heeded, .load = s->defaults};
        struct load load;

        ck_assert(load_choose(&args, s->heeded, &s->defaults, &load));
        ck_assert_mem_eq(&load, &s->defaults, sizeof load);
    }
}
END_TEST

START_TEST(help_tells_each_scenario_and_each_option_is_heeded)
{
    const struct command *bench = command_find("bench");
    unsigned heeded = OPTION_BIT(OPTION_JSON);
    char line[64];

    for (const struct scenario *s = scenarios; s->name; s++) {
        snprintf(line, sizeof line, "\n  %-8s  ", s->name);
        ck_assert_msg(strstr(bench->detail, line), "%s", s->name);
        ck_assert_uint_eq(s->heeded & ~load_options(), 0);
        heeded |= s->heeded;
    }
    ck_assert_uint_eq(bench->options, heeded);
}
END_TEST

UNIT_MAIN("scenario", every_scenario_is_found_by_its_name,
          memory_is_measured_before_others_use_it,
          what_a_scenario_heeds_has_a_usual_value_in_its_range,
          help_tells_each_scenario_and_each_option_is_heeded)
