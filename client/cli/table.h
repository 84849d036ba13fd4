/* SPDX-License-Identifier: MIT */
/*
 * table.h - rows of cells: aligned under a heading for people, or with tabs and nothing
 * else for programs. Cells are of ASCII.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include "bytes.h"

enum { TABLE_COLUMNS_MAX = 8 };
enum table_form { TABLE_ALIGNED, TABLE_TABS };

struct table {
    size_t columns;
    size_t widths[TABLE_COLUMNS_MAX];
    struct bytes cells; /* each with its NUL, row by row */
    bool broken;        /* a row is missing for want of memory */
};

/* A table of so many columns is {.columns = n}. */
void table_release(struct table *table);

/* Adds a row of `columns` cells, which are copied; false: out of memory. */
bool table_add(struct table *table, const char *const cells[]);

/* Appends all rows; heading (NULL: none) stands above aligned ones. False: out of memory,
 * now or when a row was added. */
bool table_show(struct table *table, enum table_form form, const char *const heading[],
                struct bytes *out);

#endif
