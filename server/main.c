/* SPDX-License-Identifier: MIT */
/* chand: see daemon.h for the parts, and the order in which they start and stop. */
#include <signal.h>
#include <stdio.h>
#include "daemon.h"
#include "options.h"

static int check(struct config *config, const struct options *options)
{
    if (config)
        printf("%s: ok\n", options->config ? options->config : "no file");
    config_free(config);
    return config ? EXIT_DONE : EXIT_USAGE;
}

/* Who says it again that the daemon is to end must not change how it does. */
static void hear_no_more(void)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
}

static int serve(struct config *config, const struct options *options)
{
    struct daemon *d = config ? daemon_new(config, options) : NULL;
    int status = !config ? EXIT_USAGE : d && daemon_run(d) ? EXIT_DONE : EXIT_FAILED;

    hear_no_more();
    daemon_free(d);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    enum options_next next = options_parse(argc, argv, &options);
    int status = options.status;

    if (next == OPTIONS_CHECK)
        status = check(daemon_configure(&options), &options);
    else if (next == OPTIONS_RUN)
        status = serve(daemon_configure(&options), &options);
    options_release(&options);
    return status;
}
