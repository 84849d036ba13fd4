/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "starve.h"
#include "table.h"

#include <string.h>

static const char *const heading[] = {"NAME", "N", "STATE"};

static struct table filled(void)
{
    struct table table = {.columns = 3};

    ck_assert(table_add(&table, (const char *[]){"jobs", "1", "open"}));
    ck_assert(table_add(&table, (const char *[]){"a", "1000", ""}));
    return table;
}

static void expect(struct table *table, enum table_form form, const char *const *head,
                   const char *shown)
{
    struct bytes out = {0};

    ck_assert(table_show(table, form, head, &out));
    ck_assert(bytes_add(&out, "", 1));
    ck_assert_str_eq(out.data, shown);
    bytes_release(&out);
}

START_TEST(people_get_columns_and_a_heading)
{
    struct table table = filled();

    expect(&table, TABLE_ALIGNED, heading,
           "NAME  N     STATE\n"
           "jobs  1     open\n"
           "a     1000  \n");
    table_release(&table);
}
END_TEST

START_TEST(programs_get_tabs_and_no_heading)
{
    struct table table = filled();

    expect(&table, TABLE_TABS, heading, "jobs\t1\topen\na\t1000\t\n");
    table_release(&table);
}
END_TEST

START_TEST(there_need_be_no_heading)
{
    struct table table = filled();

    expect(&table, TABLE_ALIGNED, NULL,
           "jobs  1     open\n"
           "a     1000  \n");
    table_release(&table);
}
END_TEST

START_TEST(an_empty_table_is_its_heading)
{
    struct table table = {.columns = 3};

    expect(&table, TABLE_ALIGNED, heading, "NAME  N  STATE\n");
    expect(&table, TABLE_TABS, heading, "");
    table_release(&table);
}
END_TEST

START_TEST(a_table_that_misses_a_row_is_not_shown)
{
    struct table table = filled();
    struct bytes out = {0};
    bool added = true;

    starve_after(0);
    while (added)
        added = table_add(&table, (const char *[]){"a long name", "2", "closed"});
    starve_end();
    ck_assert(!table_show(&table, TABLE_TABS, heading, &out));
    ck_assert_uint_eq(out.len, 0);
    table_release(&table);
}
END_TEST

UNIT_MAIN("table", people_get_columns_and_a_heading, programs_get_tabs_and_no_heading,
          there_need_be_no_heading, an_empty_table_is_its_heading,
          a_table_that_misses_a_row_is_not_shown)
