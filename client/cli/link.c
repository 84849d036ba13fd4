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

/* What is said of a server that cannot be used: before and behind its URI, and what can
 * be done about it. */
static const struct {
    enum chan_status status;
    enum exit_status exit;
    const char *before, *behind, *hint;
} failures[] = {
    {CHAN_UNREACHABLE, EXIT_SERVER, "cannot reach ", "",
     "is chand running? -s names another server"},
    {CHAN_UNTRUSTED, EXIT_SERVER, "cannot reach ", "",
     "nothing was sent; --ca names who signs good certificates"},
    {CHAN_INVALID, EXIT_USAGE, "", " is no server",
     "tcp://HOST:PORT, tls://HOST:PORT or unix:///PATH"},
    {CHAN_REFUSED, EXIT_USAGE, "", " refuses the token",
     "CHAN_TOKEN_FILE names its file"},
};

static enum exit_status complain_of(const char *uri, enum chan_status status,
                                    const char *message)
{
    size_t i = sizeof failures / sizeof *failures - 1;

    while (i > 0 && failures[i].status != status)
        i--;
    complain("%s%s%s: %s (%s)", failures[i].before, uri, failures[i].behind, message,
             failures[i].hint);
    return failures[i].exit;
}

enum exit_status link_reach(const struct link *link, struct chan_client *client)
{
    enum chan_status status = chan_secure(client, &link->login.security);

    if (status != CHAN_OK) {
        complain("cannot use --ca, --cert and --key: %s", chan_message());
        return EXIT_USAGE;
    }
    status = chan_connect(client, link->uri, LINK_TIMEOUT_MS);
    return status == CHAN_OK ? EXIT_DONE : complain_of(link->uri, status, chan_message());
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
    status = login_read(args, &link->login);
    /* Which a signal may still end as it ends anything. */
    if (status == EXIT_DONE)
        status = link_reach(link, link->client);
    if (status == EXIT_DONE && mode == LINK_WATCHING && !watch(link)) {
        complain("cannot watch for signals: %s", strerror(errno));
        status = EXIT_USAGE;
    }
    return status;
}

void link_close(struct link *link)
{
    chan_client_free(link->client);
    login_release(&link->login);
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
    [CHAN_UNTRUSTED] = {EXIT_SERVER, ""},
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
