/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <string.h>

enum { GAP = 2 }; /* between columns */

void table_release(struct table *table)
{
    bytes_release(&table->cells);
}

static void widen(struct table *table, const char *const cells[])
{
    for (size_t i = 0; i < table->columns; i++)
        if (strlen(cells[i]) > table->widths[i])
            table->widths[i] = strlen(cells[i]);
}

bool table_add(struct table *table, const char *const cells[])
{
    const size_t before = table->cells.len;

    for (size_t i = 0; i < table->columns; i++)
        if (!bytes_add(&table->cells, cells[i], strlen(cells[i]) + 1)) {
            table->cells.len = before;
            table->broken = true;
            return false;
        }
    widen(table, cells);
    return true;
}

/* What follows a cell: no blanks at the end of a line. */
static bool add_gap(const struct table *table, size_t column, size_t len,
                    enum table_form form, struct bytes *out)
{
    size_t blanks;
    char *room;

    if (column + 1 == table->columns)
        return bytes_add(out, "\n", 1);
    if (form == TABLE_TABS)
        return bytes_add(out, "\t", 1);
    blanks = table->widths[column] - len + GAP;
    room = bytes_reserve(out, blanks);
    if (!room)
        return false;
    memset(room, ' ', blanks);
    out->len += blanks;
    return true;
}

static bool show_cell(const struct table *table, size_t column, const char *cell,
                      enum table_form form, struct bytes *out)
{
    const size_t len = strlen(cell);

    return bytes_add(out, cell, len) && add_gap(table, column, len, form, out);
}

bool table_show(struct table *table, enum table_form form, const char *const heading[],
                struct bytes *out)
{
    const char *cell = table->cells.data, *end = cell + table->cells.len;
    size_t column = 0;

    if (table->broken)
        return false;
    if (form == TABLE_ALIGNED && heading) {
        widen(table, heading);
        for (size_t i = 0; i < table->columns; i++)
            if (!show_cell(table, i, heading[i], form, out))
                return false;
    }
    for (; cell < end; cell += strlen(cell) + 1) {
        if (!show_cell(table, column, cell, form, out))
            return false;
        column = column + 1 < table->columns ? column + 1 : 0;
    }
    return true;
}
