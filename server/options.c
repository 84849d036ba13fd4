/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "uri.h"

enum { OPTION_CHECK = 256, OPTION_LEVEL, OPTION_HELP, OPTION_VERSION };

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"listen", required_argument, NULL, 'l'},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"log-level", required_argument, NULL, OPTION_LEVEL},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {0},
};

static const char help_text[] =
    "usage: chand [-c FILE] [-l URI]... [--check-config] [--log-level LEVEL]\n"
    "\n"
    "Hosts named channels: processes put, take and choose between them over TCP or a\n"
    "Unix socket, and whoever has to wait is parked here.\n"
    "\n"
    "  -c, --config FILE   read this configuration, see chand.yaml(5); default: none\n"
    "  -l, --listen URI    listen here instead of where the configuration says; may be\n"
    "                      repeated: tcp://HOST:PORT, tcp://[IPV6]:PORT, unix:///PATH,\n"
    "                      unix://@NAME, or tls://HOST:PORT if it is configured\n"
    "                      default: tcp://127.0.0.1:2426\n"
    "      --check-config  say whether the configuration is right, and exit\n"
    "      --log-level L   error, warning, notice, info or debug\n"
    "      --help          this text\n"
    "      --version       the version\n"
    "\n"
    "SIGHUP reads the configuration again, SIGTERM and SIGINT end the daemon.\n"
    "\n"
    "Example: two terminals hand over a value.\n"
    "\n"
    "  chand -l tcp://127.0.0.1:2426 &\n"
    "  chan take greetings &             # waits, parked in the daemon\n"
    "  chan put greetings 'hello'        # the take prints: hello\n"
    "\n"
    "Exit status: 0 ended by a signal, 1 failed while running, 2 bad usage or\n"
    "configuration.\n";

__attribute__((format(printf, 2, 3))) static enum options_next
options_fail(struct options *o, const char *format, ...)
{
    va_list args;

    fputs("chand: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs("\n", stderr);
    o->status = EXIT_USAGE;
    return OPTIONS_EXIT;
}

static enum options_next options_say(struct options *o, const char *text)
{
    o->status = fputs(text, stdout) < 0 || fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
    return OPTIONS_EXIT;
}

static enum options_next add_listen(struct options *o, char *text)
{
    struct uri uri;
    const char *wrong = uri_parse(text, &uri);

    if (wrong)
        return options_fail(o, "cannot listen on %s: %s", text, wrong);
    o->listen[o->listen_count++] = text;
    return OPTIONS_RUN;
}

static enum options_next set_level(struct options *o, const char *text)
{
    o->level = level_of_name(slice_text(text));
    o->has_level = true;
    if (o->level == LEVEL_COUNT)
        return options_fail(
            o, "no log level \"%s\": there are error, warning, notice, info and debug",
            text);
    return OPTIONS_RUN;
}

/* One option; OPTIONS_RUN means that there is nothing special about it. */
static enum options_next options_take(struct options *o, int option, char **argv)
{
    switch (option) {
    case 'c':
        o->config = optarg;
        return OPTIONS_RUN;
    case 'l':
        return add_listen(o, optarg);
    case OPTION_CHECK:
        return OPTIONS_CHECK;
    case OPTION_LEVEL:
        return set_level(o, optarg);
    case OPTION_HELP:
        return options_say(o, help_text);
    case OPTION_VERSION:
        return options_say(o, "chand " CHAND_VERSION "\n");
    case ':':
        return options_fail(o, "%s needs a value (see chand --help)", argv[optind - 1]);
    default:
        if (optopt > 0 && optopt < OPTION_CHECK) /* it may be one of several in a word */
            return options_fail(o, "there is no option -%c (see chand --help)", optopt);
        return options_fail(o, "there is no option %s (see chand --help)",
                            argv[optind - 1]);
    }
}

enum options_next options_parse(int argc, char **argv, struct options *ret)
{
    enum options_next next = OPTIONS_RUN;
    int option;

    *ret = (struct options){.listen = calloc((size_t)argc + 1, sizeof(char *))};
    if (!ret->listen)
        return options_fail(ret, "out of memory");
    optind = 0; /* from the start, also if a line was given up in the middle */
    while ((option = getopt_long(argc, argv, ":c:l:", long_options, NULL)) != -1) {
        enum options_next step = options_take(ret, option, argv);

        if (step == OPTIONS_EXIT)
            return OPTIONS_EXIT;
        if (step == OPTIONS_CHECK)
            next = OPTIONS_CHECK;
    }
    if (optind < argc)
        return options_fail(ret, "%s: there is nothing to do with it (see chand --help)",
                            argv[optind]);
    return next;
}

void options_release(struct options *o)
{
    free(o->listen);
    o->listen = NULL;
}
