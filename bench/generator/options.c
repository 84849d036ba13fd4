/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "die.h"
#include "ledger.h"
#include "scenario.h"
#include "wire.h"

static const char help_text[] =
    "usage: generator --wire W --scenario S [OPTION]...\n"
    "\n"
    "Puts a load on a server and prints one line of figures, tab-separated. Fails, and\n"
    "prints none, unless every value arrived exactly once.\n"
    "\n"
    "  --wire W         beanstalkd, chand, nats, redis or relay\n"
    "  --server URI     tcp://HOST:PORT or unix:///PATH; default tcp://127.0.0.1:2426\n"
    "  --pid PID        the server's process, for its CPU time and memory\n"
    "  --scenario S     hand-off  --pairs of clients answer each other; a round trip\n"
    "                             is an operation\n"
    "                   stream    --producers put, --consumers take, each with --depth\n"
    "                             outstanding; a value is an operation\n"
    "                   alts      the same, but a consumer waits on --channels at once\n"
    "                   parked    --parked takes on each of --connections are woken\n"
    "  --size N         bytes of a value (100)\n"
    "  --run MS, --warm MS   how long to measure (1000), and to run before (200)\n"
    "  --label L        what the line of figures begins with\n"
    "  --header         print the names of the columns before\n"
    "\n"
    "stream:  --channels N   spread over N channels; --takes N outstanding per consumer\n"
    "chand:   --buffer JSON  open the channels, with this buffer; --timeout MS of "
    "takes;\n"
    "         --idle N       connections, and --deadlines N parked takes, stand by\n";

/* An option with a number, and where it goes. */
struct number {
    const char *name;
    size_t offset;
    int64_t least, most, standard;
};

#define NUMBER(name, field, least, most, standard)                                       \
    {                                                                                    \
        name, offsetof(struct options, field), least, most, standard                     \
    }

static const struct number numbers[] = {
    NUMBER("pid", pid, 1, 1 << 22, 0),
    NUMBER("run", run_ms, 1, 3600000, 1000),
    NUMBER("warm", warm_ms, 0, 3600000, 200),
    NUMBER("size", size, LEDGER_VALUE_MIN, 1 << 20, 100),
    NUMBER("pairs", pairs, 1, 5000, 1),
    NUMBER("producers", producers, 1, 5000, 1),
    NUMBER("consumers", consumers, 1, 5000, 1),
    NUMBER("depth", depth, 1, 65536, 1),
    NUMBER("takes", takes, 1, 65536, 0),
    NUMBER("channels", channels, 1, 1000000, 1),
    NUMBER("connections", connections, 1, 100000, 1000),
    NUMBER("parked", parked, 1, 65536, 1),
    NUMBER("timeout", timeout_ms, 1, INT64_C(1) << 53, -1),
    NUMBER("idle", idle, 0, 100000, 0),
    NUMBER("deadlines", deadlines, 0, 10000000, 0),
};

enum {
    NUMBERS = sizeof numbers / sizeof *numbers,
    OPTION_WIRE = 256,
    OPTION_SCENARIO,
    OPTION_SERVER,
    OPTION_LABEL,
    OPTION_BUFFER,
    OPTION_HEADER,
    OPTION_HELP
};

static const struct option words[] = {
    {"wire", required_argument, NULL, OPTION_WIRE},
    {"scenario", required_argument, NULL, OPTION_SCENARIO},
    {"server", required_argument, NULL, OPTION_SERVER},
    {"label", required_argument, NULL, OPTION_LABEL},
    {"buffer", required_argument, NULL, OPTION_BUFFER},
    {"header", no_argument, NULL, OPTION_HEADER},
    {"help", no_argument, NULL, OPTION_HELP},
};

enum { WORDS = sizeof words / sizeof *words };

static int64_t *number_field(struct options *o, const struct number *number)
{
    return (int64_t *)(void *)((char *)o + number->offset);
}

static void read_number(struct options *o, const struct number *number, const char *text)
{
    char *end;
    long long value = strtoll(text, &end, 10);

    if (end == text || *end != '\0' || value < number->least || value > number->most)
        die("--%s %s: it must be %lld to %lld", number->name, text,
            (long long)number->least, (long long)number->most);
    *number_field(o, number) = value;
}

static void read_server(struct options *o, const char *text)
{
    const char *mistake = uri_parse(text, &o->server);

    if (mistake)
        die("--server %s: %s", text, mistake);
}

static void read_word(struct options *o, int word, const char *text)
{
    switch (word) {
    case OPTION_WIRE:
        o->wire = wire_of_name(text);
        break;
    case OPTION_SCENARIO:
        o->scenario = scenario_of_name(text);
        break;
    case OPTION_SERVER:
        read_server(o, text);
        break;
    case OPTION_LABEL:
        o->label = text;
        break;
    case OPTION_BUFFER:
        o->buffer = text;
        break;
    case OPTION_HEADER:
        o->header = true;
        break;
    case OPTION_HELP:
        fputs(help_text, stdout);
        exit(EXIT_SUCCESS);
    default:
        die("see --help");
    }
}

static void check(struct options *o)
{
    unsigned lacks;

    if (!o->wire || !o->scenario)
        die("--wire and --scenario are needed, and must be known: see --help");
    lacks = o->scenario->needs & ~o->wire->traits;
    if (o->buffer || o->timeout_ms >= 0 || o->idle || o->deadlines)
        lacks |= WIRE_CHANS & ~o->wire->traits;
    if (lacks)
        die("%s cannot do that", o->wire->name);
    if (!o->label)
        o->label = o->wire->name;
}

static void build_table(struct option table[NUMBERS + WORDS + 1])
{
    for (int i = 0; i < NUMBERS; i++)
        table[i] = (struct option){numbers[i].name, required_argument, NULL, i};
    for (int i = 0; i < WORDS; i++)
        table[NUMBERS + i] = words[i];
    table[NUMBERS + WORDS] = (struct option){0};
}

struct options options_read(int argc, char **argv)
{
    struct options o = {0};
    struct option table[NUMBERS + WORDS + 1];
    int got;

    build_table(table);
    for (size_t i = 0; i < NUMBERS; i++)
        *number_field(&o, &numbers[i]) = numbers[i].standard;
    read_server(&o, "tcp://127.0.0.1:2426");
    while ((got = getopt_long(argc, argv, "", table, NULL)) != -1)
        if (got >= 0 && got < NUMBERS)
            read_number(&o, &numbers[got], optarg);
        else
            read_word(&o, got, optarg);
    if (optind < argc)
        die("%s: not an option", argv[optind]);
    check(&o);
    return o;
}
