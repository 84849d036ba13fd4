/* SPDX-License-Identifier: MIT */
/*
 * report.h - figures as a line of columns, tab-separated, for scripts.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

struct figures;

/* The names of the columns. */
void report_header(void);

/*
 * A line: the label, then numbers. A column that was not measured is empty; times of a
 * percentile are in microseconds, those of the CPU in nanoseconds per operation.
 */
void report_figures(const char *label, const struct figures *f);

#endif
