/* SPDX-License-Identifier: MIT */
#include "link.h"
#include "stopwatch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const char default_uri[] = "tcp://127.0.0.1:2426";

enum { DRAIN_MS = 1000 };

static bool watch(struct link *link)
{
    sigset_t watched, blocked;

    sigemptyset(&watched);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGTERM);
    /* Whoever started this process may have left it ignored: children would vanish. */
    signal(SIGCHLD, SIG_DFL);
    blocked = watched;
    sigaddset(&blocked, SIGPIPE);
    sigprocmask(SIG_BLOCK, &blocked, &link->old_mask);
    link->signals = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
    return link->signals >= 0;
}

static const char *uri_of(const struct args *args)
{
    const char *uri = getenv("CHAN_SERVER");

    if (args->server)
        return args->server;
    return uri && *uri ? uri : default_uri;
}

enum exit_status link_reach(struct chan_client *client, const char *uri)
{
    const enum chan_status status = chan_connect(client, uri, LINK_TIMEOUT_MS);
    const char *message = chan_message();

    if (status == CHAN_OK)
        return EXIT_DONE;
    if (status == CHAN_INVALID) {
        complain("%s is no server: %s (tcp://HOST:PORT or unix:///PATH)", uri, message);
        return EXIT_USAGE;
    }
    complain("cannot reach %s: %s (is chand running? -s names another server)", uri,
             message);
    return EXIT_SERVER;
}

enum exit_status link_open(struct link *link, const struct args *args,
                           enum link_mode mode)
{
    enum exit_status status;

    *link =
        (struct link){.uri = uri_of(args), .signals = -1, .client = chan_client_new()};
    if (!link->client) {
        complain("out of memory");
        return EXIT_USAGE;
    }
    /* Which a signal may still end as it ends anything. */
    status = link_reach(link->client, link->uri);
    if (status == EXIT_DONE && mode == LINK_WATCHING && !watch(link)) {
        complain("cannot watch for signals: %s", strerror(errno));
        status = EXIT_USAGE;
    }
    return status;
}

void link_close(struct link *link)
{
    chan_client_free(link->client);
    if (link->signals >= 0)
        close(link->signals);
}

struct chan *link_channel(struct link *link, const char *name)
{
    struct chan *chan = chan_remote(link->client, name);

    if (!chan)
        complain("out of memory");
    return chan;
}

void link_take_signals(struct link *link)
{
    struct signalfd_siginfo info;

    while (read(link->signals, &info, sizeof info) == (ssize_t)sizeof info)
        link->interrupted = true;
}

bool link_turn(struct link *link, struct pollfd *fds, size_t count)
{
    fds[0] =
        (struct pollfd){.fd = chan_fd(link->client), .events = chan_events(link->client)};
    fds[1] = (struct pollfd){.fd = link->signals, .events = POLLIN};
    fds[2] = (struct pollfd){.fd = link->watches_output ? STDOUT_FILENO : -1};
    if (poll(fds, count, chan_poll_ms(link->client)) < 0)
        for (size_t i = 0; i < count; i++)
            fds[i].revents = 0;
    if (fds[1].revents)
        link_take_signals(link);
    link->reader_gone |= (fds[2].revents & (POLLERR | POLLNVAL)) != 0;
    link->lost = chan_process(link->client) != CHAN_OK;
    return !link->lost && !link->interrupted && !link->reader_gone;
}

void link_drain(struct link *link)
{
    const int64_t end_ns = stopwatch_now_ns() + (int64_t)DRAIN_MS * STOPWATCH_NS_PER_MS;
    int64_t left_ns;

    chan_hang_up(link->client);
    while (chan_outstanding(link->client) > 0 &&
           (left_ns = end_ns - stopwatch_now_ns()) > 0)
        chan_wait(link->client, left_ns / STOPWATCH_NS_PER_MS + 1);
}

enum exit_status link_print_until(int stop, struct bytes *text)
{
    static const enum exit_status exits[] = {
        [OUTPUT_DONE] = EXIT_DONE,
        [OUTPUT_INTERRUPTED] = EXIT_INTERRUPTED,
        [OUTPUT_GONE] = EXIT_READER_GONE,
        [OUTPUT_FAILED] = EXIT_CLOSED,
    };
    const enum output_result result = output_flush(STDOUT_FILENO, text, stop);

    return exits[result];
}

enum exit_status link_print(struct link *link, struct bytes *text)
{
    return link_print_until(link->signals, text);
}

/* What a status means to whoever called the command. */
static const struct {
    enum exit_status exit;
    const char *hint;
} endings[CHAN_STATUS_COUNT] = {
    [CHAN_CLOSED] = {EXIT_CLOSED, ""},
    [CHAN_TIMEOUT] = {EXIT_TIMEOUT, " (a longer --timeout waits longer)"},
    [CHAN_CANCELLED] = {EXIT_CLOSED, " (the channel was deleted)"},
    [CHAN_NOT_PARKED] = {EXIT_CLOSED, ""},
    [CHAN_REFUSED] = {EXIT_USAGE, ""},
    [CHAN_LOST] = {EXIT_SERVER, " (whether it was done is not known)"},
    [CHAN_UNREACHABLE] = {EXIT_SERVER, ""},
    [CHAN_INVALID] = {EXIT_USAGE, ""},
    [CHAN_UNREADABLE] = {EXIT_SERVER, ""},
    [CHAN_NO_MEMORY] = {EXIT_USAGE, ""},
};

enum exit_status link_complain(struct link *link, enum chan_status status,
                               const char *message, const char *tried)
{
    char copy[512];

    snprintf(copy, sizeof copy, "%s", message);
    if (status == CHAN_CANCELLED && chan_ping(link->client, LINK_TIMEOUT_MS) != CHAN_OK) {
        complain("cannot %s: %s is shutting down", tried, link->uri);
        return EXIT_SERVER;
    }
    complain("cannot %s: %s%s", tried, copy, endings[status].hint);
    return endings[status].exit;
}
