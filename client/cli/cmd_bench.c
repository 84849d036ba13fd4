/* SPDX-License-Identifier: MIT */
#include "bench.h"
#include "commands.h"
#include "link.h"
#include "scenario.h"

#include <string.h>
#include <unistd.h>

static const char *const heading[FIGURES_COLUMNS] = {"SCENARIO", "FIGURE", "VALUE"};

/* What comes out, as a table or as JSON. */
struct report {
    struct table table;
    struct bytes text;
    bool json;
};

static bool report_add(struct report *report, const char *name, const struct figures *f)
{
    return report->json ? figures_to_json(f, name, &report->text)
                        : figures_tabulate(f, name, &report->table);
}

/* Prints what there is, however it ended. */
static enum exit_status report_print(struct report *report, struct link *link)
{
    const enum table_form form = isatty(STDOUT_FILENO) ? TABLE_ALIGNED : TABLE_TABS;

    if (!report->json && report->table.cells.len > 0 &&
        !table_show(&report->table, form, heading, &report->text)) {
        complain("out of memory");
        return EXIT_USAGE;
    }
    return link_print(link, &report->text);
}

static void report_release(struct report *report)
{
    table_release(&report->table);
    bytes_release(&report->text);
}

static enum exit_status measure(struct link *link, const struct scenario *scenario,
                                const struct load *load, struct report *report)
{
    struct bench b;
    enum exit_status status;

    bench_init(&b, link, scenario->name, load);
    scenario->run(&b);
    status = bench_conclude(&b);
    if (status == EXIT_DONE && !report_add(report, scenario->name, &b.figures)) {
        complain("out of memory");
        status = EXIT_USAGE;
    }
    return status;
}

/* An option that one scenario heeds is fine with all; with another alone it is a slip. */
static bool check_heeded(const struct args *args, const struct scenario *only)
{
    char name[OPTION_NAME_ROOM];

    for (enum option i = 0; only && i < OPTION_COUNT; i++)
        if (args->given & load_options() & ~only->heeded & OPTION_BIT(i)) {
            args_option_name(i, name);
            complain("%s is nothing to %s (chan bench --help says what is)", name,
                     only->name);
            return false;
        }
    return true;
}

/* The loads of all that is to be measured: of one scenario, or with NULL of each. */
static bool choose(const struct args *args, const struct scenario *only,
                   struct load loads[])
{
    if (!check_heeded(args, only))
        return false;
    for (const struct scenario *s = scenarios; s->name; s++)
        if ((!only || s == only) &&
            !load_choose(args, s->heeded, &s->defaults, &loads[s - scenarios]))
            return false;
    return true;
}

static enum exit_status measure_all(struct link *link, const struct scenario *only,
                                    const struct load loads[], struct report *report)
{
    enum exit_status status = EXIT_DONE, printed;

    for (const struct scenario *s = scenarios; s->name && status == EXIT_DONE; s++)
        if (!only || s == only)
            status = measure(link, s, &loads[s - scenarios], report);
    printed = report_print(report, link);
    return status == EXIT_DONE ? printed : status;
}

static enum exit_status run(const struct args *args)
{
    const char *name = args->word_count > 0 ? args->words[0] : "all";
    const struct scenario *only = scenario_find(name);
    struct load loads[SCENARIOS_MAX];
    struct report report = {.table.columns = FIGURES_COLUMNS,
                            .json = args_has(args, OPTION_JSON)};
    struct link link;
    enum exit_status status;

    if (!only && strcmp(name, "all") != 0) {
        complain("there is no scenario %s (chan bench --help lists them)", name);
        return EXIT_USAGE;
    }
    if (!choose(args, only, loads))
        return EXIT_USAGE;
    status = link_open(&link, args, LINK_WATCHING);
    if (status == EXIT_DONE)
        status = measure_all(&link, only, loads, &report);
    link_close(&link);
    report_release(&report);
    return status;
}

const struct command cmd_bench = {
    .name = "bench",
    .words = "[SCENARIO]",
    .summary = "how fast the server is from here, and how much it can hold",
    .detail =
        "Scenarios, and the options that they heed beside --json; without one, all:\n"
        "  parked    takes that wait, memory and waking: --conns --per-conn --depth "
        "--size\n"
        "  handoff   pairs that answer each other: --pairs --secs --size\n"
        "  stream    values through a channel: --producers --consumers --depth --secs "
        "--size\n"
        "  alts      the same, consumers wait on several channels: --chans as well\n"
        "Exits 1 unless every value arrives exactly once.\n\n"
        "  chan bench\n"
        "  chan bench stream --producers 4 --consumers 4 --depth 16 --secs 10\n"
        "  chan bench handoff --json | jq .p99_us\n",
    .options = OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_SECS) |
               OPTION_BIT(OPTION_PAIRS) | OPTION_BIT(OPTION_PRODUCERS) |
               OPTION_BIT(OPTION_CONSUMERS) | OPTION_BIT(OPTION_DEPTH) |
               OPTION_BIT(OPTION_SIZE) | OPTION_BIT(OPTION_CONNS) |
               OPTION_BIT(OPTION_PER_CONN) | OPTION_BIT(OPTION_CHANS),
    .most = 1,
    .run = run,
};
