/* SPDX-License-Identifier: MIT */
#include "figures.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_ROOM = 340 }; /* any double, written out */

void figures_add(struct figures *f, const char *name, double value, int decimals)
{
    assert(f->count < FIGURES_MAX);
    f->list[f->count++] = (struct figure){name, value, decimals};
}

static void format_number(const struct figure *figure, char room[NUMBER_ROOM])
{
    snprintf(room, NUMBER_ROOM, "%.*f", figure->decimals, figure->value);
}

bool figures_tabulate(const struct figures *f, const char *measured, struct table *table)
{
    char number[NUMBER_ROOM];

    for (size_t i = 0; i < f->count; i++) {
        format_number(&f->list[i], number);
        if (!table_add(table, (const char *[]){measured, f->list[i].name, number}))
            return false;
    }
    return true;
}

static bool add(struct bytes *out, const char *text)
{
    return bytes_add(out, text, strlen(text));
}

bool figures_to_json(const struct figures *f, const char *measured, struct bytes *out)
{
    char number[NUMBER_ROOM];

    if (!add(out, "{\"scenario\":\"") || !add(out, measured) || !add(out, "\""))
        return false;
    for (size_t i = 0; i < f->count; i++) {
        format_number(&f->list[i], number);
        if (!add(out, ",\"") || !add(out, f->list[i].name) || !add(out, "\":") ||
            !add(out, number))
            return false;
    }
    return add(out, "}\n");
}
