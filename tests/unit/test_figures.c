/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "figures.h"
#include "starve.h"

#include <chan.h>
#include <string.h>

static struct figures some(void)
{
    struct figures f = {0};

    figures_add(&f, "pairs", 2, 0);
    figures_add(&f, "p50_us", 12.345, 1);
    figures_add(&f, "values", 12345678901.0, 0);
    return f;
}

static const char *text_of(struct bytes *out)
{
    ck_assert(bytes_add(out, "", 1));
    return out->data;
}

START_TEST(figures_become_rows)
{
    struct table table = {.columns = FIGURES_COLUMNS};
    const struct figures f = some();
    struct bytes out = {0};

    ck_assert(figures_tabulate(&f, "handoff", &table));
    ck_assert(table_show(&table, TABLE_TABS, NULL, &out));
    ck_assert_str_eq(text_of(&out), "handoff\tpairs\t2\n"
                                    "handoff\tp50_us\t12.3\n"
                                    "handoff\tvalues\t12345678901\n");
    bytes_release(&out);
    table_release(&table);
}
END_TEST

START_TEST(figures_become_a_line_of_json)
{
    const struct figures f = some();
    struct bytes out = {0};
    size_t offset;

    ck_assert(figures_to_json(&f, "handoff", &out));
    ck_assert_int_eq(chan_json_check(out.data, out.len, &offset), CHAN_OK);
    ck_assert_str_eq(text_of(&out),
                     "{\"scenario\":\"handoff\",\"pairs\":2,\"p50_us\":12.3,"
                     "\"values\":12345678901}\n");
    bytes_release(&out);
}
END_TEST

START_TEST(no_figures_are_an_object_all_the_same)
{
    const struct figures f = {0};
    struct bytes out = {0};

    ck_assert(figures_to_json(&f, "alts", &out));
    ck_assert_str_eq(text_of(&out), "{\"scenario\":\"alts\"}\n");
    bytes_release(&out);
}
END_TEST

START_TEST(out_of_memory_is_told)
{
    struct table table = {.columns = FIGURES_COLUMNS};
    const struct figures f = some();
    struct bytes out = {0};
    bool tabulated, written;

    starve_after(0);
    tabulated = figures_tabulate(&f, "handoff", &table);
    written = figures_to_json(&f, "handoff", &out);
    ck_assert_int_ge(starve_end(), 2);
    ck_assert(!tabulated);
    ck_assert(!written);
    bytes_release(&out);
    table_release(&table);
}
END_TEST

UNIT_MAIN("figures", figures_become_rows, figures_become_a_line_of_json,
          no_figures_are_an_object_all_the_same, out_of_memory_is_told)
