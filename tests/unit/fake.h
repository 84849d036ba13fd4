/* SPDX-License-Identifier: MIT */
/*
 * fake.h - a server of one connection at a time that does what a script says: for replies
 * that come late, in pieces, in another order, or that no server should send.
 *
 * It is a process of its own. A step is a string, its first character says what to do:
 *
 *     "<text"  the next line from the client has text in it
 *     ">text"  sends text and a line feed; $1 in it is the id of the first line that was
 *              read, $2 of the second …, $$ of the last
 *     "+text"  the same without the line feed
 *     "=text"  answers every line with text, as ">" does, until the client ends
 *     "?"      tells the test, which waits in fake_await
 *     "."      waits until the client has closed its side
 *     "!"      resets the connection
 *     "^"      sends SIGUSR1 to the test
 *     "@"      closes the connection and waits for another one
 *
 * When the script is over the connection is closed, and nobody listens. fake_finish fails
 * the test unless all went as written.
 */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAKE_IDS = 256, FAKE_PATIENCE_S = 60 };

struct fake {
    char uri[64];
    pid_t pid;
    int told; /* the reading end of the pipe of "?" */
};

/* What the process of the server works with. */
struct fake_play {
    int fd, tell, listener;
    FILE *in;
    char *line;
    size_t line_cap;
    long long ids[FAKE_IDS]; /* from 1 */
    size_t id_count;
};

static inline void fake_fail(const char *step, const char *what)
{
    fprintf(stderr, "fake server, step \"%.200s\": %.300s\n", step, what);
    _exit(1);
}

static inline bool fake_read(struct fake_play *p)
{
    const char *id;

    if (getline(&p->line, &p->line_cap, p->in) < 0)
        return false;
    id = strstr(p->line, "\"id\":");
    if (p->id_count + 1 < FAKE_IDS)
        p->ids[++p->id_count] = id ? atoll(id + 5) : 0;
    else
        p->ids[p->id_count] = id ? atoll(id + 5) : 0;
    return true;
}

static inline void fake_send(struct fake_play *p, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = send(p->fd, bytes, len, MSG_NOSIGNAL);

        if (n < 0)
            fake_fail(bytes, "cannot send");
        bytes += n;
        len -= (size_t)n;
    }
}

/* Sends text with the ids in place of $n. */
static inline void fake_say(struct fake_play *p, const char *text, const char *end)
{
    char *out = NULL, *rest;
    size_t len = 0, id;
    FILE *stream = open_memstream(&out, &len);

    while (*text) {
        if (*text != '$') {
            fputc(*text++, stream);
            continue;
        }
        id = text[1] == '$' ? p->id_count : strtoul(text + 1, &rest, 10);
        text = text[1] == '$' ? text + 2 : rest;
        fprintf(stream, "%lld", p->ids[id]);
    }
    fputs(end, stream);
    fclose(stream);
    fake_send(p, out, len);
    free(out);
}

static inline void fake_reset(struct fake_play *p)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static inline void fake_accept(struct fake_play *p)
{
    if (p->in)
        fclose(p->in);
    p->fd = accept(p->listener, NULL, NULL);
    p->in = p->fd < 0 ? NULL : fdopen(p->fd, "r");
    if (!p->in)
        fake_fail("accept", "failed");
}

static inline void fake_step(struct fake_play *p, const char *step)
{
    switch (step[0]) {
    case '<':
        if (!fake_read(p))
            fake_fail(step, "the client has ended");
        if (!strstr(p->line, step + 1))
            fake_fail(step, p->line);
        break;
    case '>':
        fake_say(p, step + 1, "\n");
        break;
    case '+':
        fake_say(p, step + 1, "");
        break;
    case '=':
        while (fake_read(p))
            fake_say(p, step + 1, "\n");
        break;
    case '?':
        if (write(p->tell, "?", 1) != 1)
            fake_fail(step, "cannot tell the test");
        break;
    case '.':
        if (fake_read(p))
            fake_fail(step, p->line);
        break;
    case '!':
        fake_reset(p);
        break;
    case '^':
        kill(getppid(), SIGUSR1);
        break;
    case '@':
        fake_accept(p);
        break;
    default:
        fake_fail(step, "no such step");
    }
}

static inline void fake_play(int listener, int tell, const char *const steps[])
{
    struct fake_play p = {.tell = tell, .listener = listener};

    alarm(FAKE_PATIENCE_S);
    fake_accept(&p);
    for (; *steps; steps++)
        fake_step(&p, *steps);
    fclose(p.in);
    free(p.line);
    _exit(0);
}

/* A listening socket on a port of the loopback device. */
static inline int fake_listen_at(in_port_t port, struct sockaddr_in *ret_address)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = port,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 16), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)ret_address, &len), 0);
    return fd;
}

/* On a free one; and its URI. */
static inline int fake_listen(char uri[64])
{
    struct sockaddr_in address;
    const int fd = fake_listen_at(0, &address);

    snprintf(uri, 64, "tcp://127.0.0.1:%d", ntohs(address.sin_port));
    return fd;
}

static inline void fake_serve(struct fake *f, int listener, const char *const steps[])
{
    int pipes[2];

    ck_assert_int_eq(pipe(pipes), 0);
    fflush(NULL);
    f->pid = fork();
    ck_assert_int_ge(f->pid, 0);
    if (f->pid == 0)
        fake_play(listener, pipes[1], steps);
    close(listener);
    close(pipes[1]);
    f->told = pipes[0];
}

/* steps end with NULL. */
static inline void fake_start(struct fake *f, const char *const steps[])
{
    const int listener = fake_listen(f->uri);

    fake_serve(f, listener, steps);
}

/* A server that has finished, again, where it was. */
static inline void fake_restart(struct fake *f, const char *const steps[])
{
    const in_port_t port = htons((uint16_t)atoi(strrchr(f->uri, ':') + 1));
    struct sockaddr_in address;

    fake_serve(f, fake_listen_at(port, &address), steps);
}

/* Connects and goes, for a server to which nobody may have come; takes fd. */
static inline void fake_poke(int fd, const char *uri)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port =
                                      htons((uint16_t)atoi(strrchr(uri, ':') + 1))};

    connect(fd, (struct sockaddr *)&address, sizeof address);
    close(fd);
}

/* Waits for a "?". */
static inline void fake_await(struct fake *f)
{
    char c;

    ck_assert_msg(read(f->told, &c, 1) == 1, "the fake server has given up");
}

static inline void fake_finish(struct fake *f)
{
    int status = -1;

    ck_assert_int_eq(waitpid(f->pid, &status, 0), f->pid);
    ck_assert_msg(status == 0, "the fake server was not content: status %x", status);
    close(f->told);
}

#endif
