/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <stddef.h>
#include <stdio.h>
#include "meter.h"

static double per_operation(int64_t ns, const struct figures *f)
{
    return (double)ns / (double)f->operations;
}

static double operations(const struct figures *f)
{
    return (double)f->operations;
}

static double seconds(const struct figures *f)
{
    return (double)f->wall_ns / 1e9;
}

static double operations_per_s(const struct figures *f)
{
    return (double)f->operations * 1e9 / (double)f->wall_ns;
}

static double operations_per_cpu_s(const struct figures *f)
{
    if (f->server_ns == 0)
        return -1;
    return (double)f->operations * 1e9 / (double)(f->server_ns + f->generator_ns);
}

static double server_ns(const struct figures *f)
{
    return f->server_ns == 0 ? -1 : per_operation(f->server_ns, f);
}

static double generator_ns(const struct figures *f)
{
    return per_operation(f->generator_ns, f);
}

static double p50_us(const struct figures *f)
{
    return (double)f->p50_ns / 1e3;
}

static double p99_us(const struct figures *f)
{
    return (double)f->p99_ns / 1e3;
}

static double p999_us(const struct figures *f)
{
    return (double)f->p999_ns / 1e3;
}

static double bytes_per_connection(const struct figures *f)
{
    return f->bytes_per_connection;
}

static double bytes_per_take(const struct figures *f)
{
    return f->bytes_per_take;
}

/* A negative figure was not measured. */
struct column {
    const char *name;
    double (*of)(const struct figures *f);
    int decimals;
};

static const struct column columns[] = {
    {"operations", operations, 0},
    {"seconds", seconds, 3},
    {"ops_per_s", operations_per_s, 0},
    {"ops_per_cpu_s", operations_per_cpu_s, 0},
    {"server_ns", server_ns, 0},
    {"generator_ns", generator_ns, 0},
    {"p50_us", p50_us, 1},
    {"p99_us", p99_us, 1},
    {"p999_us", p999_us, 1},
    {"bytes_per_connection", bytes_per_connection, 0},
    {"bytes_per_take", bytes_per_take, 0},
};

enum { COLUMNS = sizeof columns / sizeof *columns };

void report_header(void)
{
    fputs("label", stdout);
    for (size_t i = 0; i < COLUMNS; i++)
        printf("\t%s", columns[i].name);
    putchar('\n');
}

void report_figures(const char *label, const struct figures *f)
{
    fputs(label, stdout);
    for (size_t i = 0; i < COLUMNS; i++) {
        double value = columns[i].of(f);

        putchar('\t');
        if (value >= 0)
            printf("%.*f", columns[i].decimals, value);
    }
    putchar('\n');
}
