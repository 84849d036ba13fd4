/* SPDX-License-Identifier: MIT */
#include "prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* there is nobody to tell */
}

/* Waits for input; false: for a signal that ends it came first. */
static bool await_input(int signals)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = signals, .events = POLLIN}};

    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
    return fds[1].revents == 0;
}

/* One byte after the other: what comes behind the line is not ours. */
static enum exit_status read_line(int signals, char ret[PROMPT_MAX])
{
    size_t len = 0;
    ssize_t n = 1;
    char byte;

    while (len < PROMPT_MAX) {
        if (!await_input(signals))
            return EXIT_INTERRUPTED;
        n = read(STDIN_FILENO, &byte, 1);
        if (n <= 0 || byte == '\n')
            break;
        ret[len++] = byte;
    }
    if (len > 0 && len < PROMPT_MAX && ret[len - 1] == '\r')
        len--;
    if (n < 0)
        complain("cannot read standard input: %s", strerror(errno));
    else if (len == 0)
        complain("there is no secret in the first line of standard input");
    else if (len == PROMPT_MAX)
        complain("a secret has at most %d bytes", PROMPT_MAX - 1);
    else
        ret[len] = '\0';
    return n >= 0 && len > 0 && len < PROMPT_MAX ? EXIT_DONE : EXIT_USAGE;
}

/* On a terminal whose echo is off, and is on again whatever ends it. */
static enum exit_status read_unseen(const struct termios *before, const char *question,
                                    int signals, char ret[PROMPT_MAX])
{
    struct termios silent = *before;
    enum exit_status status;

    silent.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    say(question);
    status = read_line(signals, ret);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, before);
    say("\n");
    return status;
}

enum exit_status prompt_secret(const char *question, char ret[PROMPT_MAX])
{
    struct termios before;
    enum exit_status status;
    sigset_t ends, old;
    int signals;

    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return read_line(-1, ret);
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigprocmask(SIG_BLOCK, &ends, &old);
    signals = signalfd(-1, &ends, SFD_CLOEXEC);
    status = read_unseen(&before, question, signals, ret);
    if (signals >= 0)
        close(signals);
    /* What came stays blocked: the exit status tells of it. */
    if (status != EXIT_INTERRUPTED)
        sigprocmask(SIG_SETMASK, &old, NULL);
    return status;
}
