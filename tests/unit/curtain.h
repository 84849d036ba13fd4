/* SPDX-License-Identifier: MIT */
/*
 * curtain.h - TLS in front of a server without: a process that shakes hands with one
 * client after the other, and hands on what either side says, and when it ends.
 */
#ifndef TESTS_CURTAIN_H
#define TESTS_CURTAIN_H

#include <openssl/ssl.h>
#include <poll.h>
#include "fake.h"
#include "keyring.h"

struct curtain {
    struct keyring ring;
    struct identity authority, server;
    char uri[64];
    pid_t pid;
};

static inline int curtain_reach(const char *uri)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port =
                                      htons((uint16_t)atoi(strrchr(uri, ':') + 1)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    keyring_must(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

/* From the client. False: it has ended, and not only this direction of it. */
static inline bool curtain_hand_in(SSL *ssl, int plain)
{
    char bytes[65536];
    int n;

    do {
        n = SSL_read(ssl, bytes, sizeof bytes);
        if (n > 0)
            keyring_must(send(plain, bytes, (size_t)n, MSG_NOSIGNAL) == n);
    } while (n > 0 && SSL_pending(ssl) > 0);
    if (n <= 0)
        shutdown(plain, SHUT_WR);
    return n > 0 || SSL_get_error(ssl, n) == SSL_ERROR_ZERO_RETURN;
}

/* From the server. False: it has ended; if in good order, the client is told. */
static inline bool curtain_hand_out(SSL *ssl, int plain)
{
    char bytes[65536];
    const ssize_t n = recv(plain, bytes, sizeof bytes, 0);

    if (n > 0)
        SSL_write(ssl, bytes, (int)n);
    else if (n == 0)
        SSL_shutdown(ssl);
    return n > 0;
}

static inline void curtain_relay(SSL *ssl, int plain)
{
    struct pollfd fds[2] = {{.fd = SSL_get_fd(ssl), .events = POLLIN},
                            {.fd = plain, .events = POLLIN}};
    bool goes_on = true;

    while (goes_on && poll(fds, 2, -1) > 0) {
        if (fds[0].revents)
            goes_on = curtain_hand_in(ssl, plain);
        if (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN)
            fds[0].fd = -1;
        if (goes_on && fds[1].revents)
            goes_on = curtain_hand_out(ssl, plain);
    }
}

static inline void curtain_play(int listener, const char *uri, SSL_CTX *ctx)
{
    alarm(FAKE_PATIENCE_S);
    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        const int fd = accept(listener, NULL, NULL);
        SSL *ssl = SSL_new(ctx);
        int plain;

        SSL_set_fd(ssl, fd);
        if (SSL_accept(ssl) == 1) {
            plain = curtain_reach(uri);
            curtain_relay(ssl, plain);
            close(plain);
        }
        SSL_free(ssl);
        close(fd);
    }
}

/* In front of uri, as "localhost". */
static inline void curtain_open(struct curtain *c, const char *uri)
{
    const struct identity_wish ca = {.name = "ca", .is_authority = true};
    const struct identity_wish server = {.name = "server",
                                         .alternatives = "DNS:localhost,IP:127.0.0.1"};
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    const int listener = fake_listen(c->uri);

    c->ring = keyring_new();
    c->authority = keyring_issue(&c->ring, &ca, NULL);
    c->server = keyring_issue(&c->ring, &server, &c->authority);
    SSL_CTX_use_certificate(ctx, c->server.certificate);
    SSL_CTX_use_PrivateKey(ctx, c->server.key);
    memcpy(c->uri, "tls", 3);
    fflush(NULL);
    c->pid = fork();
    ck_assert_int_ge(c->pid, 0);
    if (c->pid == 0)
        curtain_play(listener, uri, ctx);
    close(listener);
    SSL_CTX_free(ctx);
}

static inline void curtain_close(struct curtain *c)
{
    kill(c->pid, SIGKILL);
    ck_assert_int_eq(waitpid(c->pid, NULL, 0), c->pid);
    identity_release(&c->server);
    identity_release(&c->authority);
    keyring_free(&c->ring);
}

#endif
