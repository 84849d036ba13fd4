/* SPDX-License-Identifier: MIT */
/*
 * micro [WORD] - the scanner, the encoder, the core and local channels, each alone: a
 * table of CPU nanoseconds and allocations per operation, tab-separated; of all trials,
 * or those whose name has WORD in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "trial.h"

static void run(const struct trial_list list, const char *word)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct trial *t = &list.trials[i];
        struct trial_result result;

        if (!strstr(t->name, word))
            continue;
        result = trial_measure(t);
        printf("%s\t", t->name);
        if (t->size > 0)
            printf("%ld", t->size);
        printf("\t%.1f\t%.1f\t%.2f\n", result.ns, result.median_ns, result.allocations);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";

    puts("trial\tsize\tfastest_ns\tmedian_ns\tallocations");
    run(scanner_trials(), word);
    run(encoder_trials(), word);
    run(core_trials(), word);
    run(local_trials(), word);
    return EXIT_SUCCESS;
}
