/* SPDX-License-Identifier: MIT */
/*
 * figures.h - what a benchmark found out: names and numbers, as rows of a table or as a
 * line of JSON. A name ends in its unit, so that both forms can use it as it is.
 */
#ifndef CLI_FIGURES_H
#define CLI_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bytes.h"
#include "table.h"

enum { FIGURES_MAX = 24, FIGURES_COLUMNS = 3 };

struct figures {
    size_t count;
    struct figure {
        const char *name; /* static storage */
        double value;
        int decimals; /* that are shown */
    } list[FIGURES_MAX];
};

/* {0} is empty; at most FIGURES_MAX can be added. */
void figures_add(struct figures *f, const char *name, double value, int decimals);

/* Adds a row for each: what was measured, the name, the number. */
bool figures_tabulate(const struct figures *f, const char *measured, struct table *table);

/* Appends an object in a line: "scenario" with what was measured, and the figures. */
bool figures_to_json(const struct figures *f, const char *measured, struct bytes *out);

#endif
