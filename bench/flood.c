/* SPDX-License-Identifier: MIT */
/*
 * flood - keeps a chand as busy as it can, for others to be measured beside it.
 *
 *     flood URI KIND CONNECTIONS SECONDS
 *
 * Each connection is always full of requests of a kind, and its replies are read as they
 * come, or not at all; `pairs` and `lists` ask for the next thing when they have got the
 * last. Prints how many bytes went and came. Runs at the lowest priority: where it shares
 * the CPUs with the server, it is the server that is to be measured.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "die.h"
#include "link.h"

enum { CONNECTIONS_MAX = 1024, BLOCK = 1 << 20, CLAUSES = 256, LISTED = 1000 };

struct kind {
    const char *name;
    void (*prepare)(FILE *out); /* requests to be answered before it begins; or NULL */
    void (*write)(FILE *out);   /* some requests, to be sent again and again */
    bool reads;
    bool waits; /* for the answer before it asks again */
};

struct flooder {
    int fd;
    size_t sent; /* of the block */
    bool waits;
};

/* ---- what is asked ---- */

static void write_pings(FILE *out)
{
    for (int i = 0; i < 1000; i++)
        fputs("{\"op\":\"ping\"}\n", out);
}

static void write_exchange(FILE *out)
{
    for (int i = 0; i < 1000; i++)
        fputs("{\"op\":\"put\",\"chan\":\"flood\",\"value\":1,\"timeout_ms\":0}\n"
              "{\"op\":\"take\",\"chan\":\"flood\",\"timeout_ms\":0}\n",
              out);
}

static void write_alts(FILE *out)
{
    fputs("{\"op\":\"alts\",\"timeout_ms\":0,\"ops\":[", out);
    for (int i = 0; i < CLAUSES; i++)
        fprintf(out, "%s{\"op\":\"take\",\"chan\":\"alts/%d\"}", i ? "," : "", i);
    fputs("]}\n", out);
}

static void open_many(FILE *out)
{
    for (int i = 0; i < LISTED; i++)
        fprintf(out, "{\"op\":\"open\",\"chan\":\"listed/%d\"}\n", i);
}

static void write_list(FILE *out)
{
    fputs("{\"op\":\"list\"}\n", out);
}

static void write_line(FILE *out)
{
    fputs("{\"op\":\"put\",\"chan\":\"flood\",\"timeout_ms\":0,\"value\":\"", out);
    for (int i = 0; i < 1000000; i++)
        fputc('x', out);
    fputs("\"}\n", out);
}

static void keep_large(FILE *out)
{
    fputs("{\"op\":\"open\",\"chan\":\"large\",\"buffer\":{\"kind\":\"promise\"}}\n"
          "{\"op\":\"put\",\"chan\":\"large\",\"value\":\"",
          out);
    for (int i = 0; i < 1000000; i++)
        fputc('x', out);
    fputs("\"}\n", out);
}

static void write_large_takes(FILE *out)
{
    for (int i = 0; i < 1000; i++)
        fputs("{\"op\":\"take\",\"chan\":\"large\"}\n", out);
}

static const struct kind kinds[] = {
    {"pings", NULL, write_pings, true, false},
    {"exchange", NULL, write_exchange, true, false},
    {"alts", NULL, write_alts, true, false},
    {"list", open_many, write_list, true, false},
    {"lists", open_many, write_list, true, true},
    {"lines", NULL, write_line, true, false},
    {"large", keep_large, write_large_takes, true, false},
    {"unread", keep_large, write_large_takes, false, false},
};

static const struct kind *kind_of_name(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    die("%s: no such kind", name);
}

/* The text that it writes, at least so long; the caller's. */
static struct slice text_of(void (*write)(FILE *out), size_t least)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&bytes, &len);

    if (!out)
        die("no memory");
    do {
        write(out);
        fflush(out);
    } while (len < least);
    fclose(out);
    return slice_of(bytes, len);
}

/* ---- asking ---- */

static long long sent_total, received_total;

static void flood_send(struct flooder *f, const struct kind *kind, struct slice block)
{
    ssize_t n;

    if (f->waits)
        return;
    n = write(f->fd, block.bytes + f->sent, block.len - f->sent);
    if (n < 0 && errno != EAGAIN)
        die("write: %s", strerror(errno));
    if (n < 0)
        return;
    sent_total += n;
    f->sent = (f->sent + (size_t)n) % block.len;
    f->waits = kind->waits;
}

static void flood_receive(struct flooder *f)
{
    static char bytes[BLOCK];
    ssize_t n = read(f->fd, bytes, sizeof bytes);

    if (n == 0 || (n < 0 && errno != EAGAIN))
        die("read: %s", n ? strerror(errno) : "the server has closed");
    if (n < 0)
        return;
    received_total += n;
    if (bytes[n - 1] == '\n')
        f->waits = false;
}

static void flood(struct flooder *flooders, int count, const struct kind *kind,
                  struct slice block, time_t end)
{
    static struct pollfd polled[CONNECTIONS_MAX];

    while (time(NULL) < end) {
        for (int i = 0; i < count; i++)
            polled[i] = (struct pollfd){
                flooders[i].fd,
                (short)((kind->reads ? POLLIN : 0) | (flooders[i].waits ? 0 : POLLOUT)),
                0};
        poll(polled, (nfds_t)count, 100);
        for (int i = 0; i < count; i++) {
            if (polled[i].revents & POLLIN)
                flood_receive(&flooders[i]);
            if (polled[i].revents & POLLOUT)
                flood_send(&flooders[i], kind, block);
        }
    }
}

/* Sends what has to be there before, and waits for as many answers as there are lines. */
static void prepare(const struct link *link, const struct kind *kind)
{
    struct slice text = text_of(kind->prepare, 1);
    size_t lines = 0, sent = 0;
    char byte;

    while (sent < text.len) {
        ssize_t n = write(link->fd, text.bytes + sent, text.len - sent);

        if (n < 0 && errno != EAGAIN)
            die("write: %s", strerror(errno));
        sent += n > 0 ? (size_t)n : 0;
    }
    for (size_t i = 0; i < text.len; i++)
        lines += text.bytes[i] == '\n';
    while (lines > 0)
        if (read(link->fd, &byte, 1) == 1)
            lines -= byte == '\n';
    free((char *)text.bytes);
}

int main(int argc, char **argv)
{
    static struct flooder flooders[CONNECTIONS_MAX];
    static struct link links[CONNECTIONS_MAX];
    const struct kind *kind;
    struct slice block;
    struct uri server;
    int count;

    if (argc != 5 || uri_parse(argv[1], &server))
        die("usage: flood URI KIND CONNECTIONS SECONDS");
    kind = kind_of_name(argv[2]);
    count = atoi(argv[3]);
    if (count < 1 || count > CONNECTIONS_MAX)
        die("%s: that many connections it has not", argv[3]);
    for (int i = 0; i < count; i++) {
        link_open(&links[i], &server, 0);
        flooders[i].fd = links[i].fd;
    }
    if (kind->prepare)
        prepare(&links[0], kind);
    if (nice(19) < 0)
        die("nice: %s", strerror(errno));
    block = text_of(kind->write, kind->waits ? 1 : BLOCK);
    puts("flooding");
    fflush(stdout);
    flood(flooders, count, kind, block, time(NULL) + atoi(argv[4]));
    printf("sent %lld, received %lld\n", sent_total, received_total);
    free((char *)block.bytes);
    for (int i = 0; i < count; i++)
        link_close(&links[i]);
    return EXIT_SUCCESS;
}
