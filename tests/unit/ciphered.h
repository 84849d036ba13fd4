/* SPDX-License-Identifier: MIT */
/*
 * ciphered.h - the client's end of TLS with nothing but OpenSSL, over a socket that does
 * not block: what the daemon's end is tested against, from the same thread.
 */
#ifndef TESTS_CIPHERED_H
#define TESTS_CIPHERED_H

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include "keyring.h"

struct ciphered {
    SSL_CTX *ctx;
    SSL *ssl;
    int fd;
};

/* Who it trusts, who it is (NULL: nobody), and the newest version that it speaks. */
struct ciphered_wish {
    const struct identity *authority, *me;
    int max_version;      /* 0: any */
    SSL_SESSION *session; /* to be resumed; NULL: none */
};

static inline void ciphered_pair(int ret_fds[2])
{
    keyring_must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ret_fds) == 0);
}

/* Takes the socket. */
static inline struct ciphered ciphered_new(int fd, const struct ciphered_wish *wish)
{
    struct ciphered c = {.ctx = SSL_CTX_new(TLS_client_method()), .fd = fd};

    keyring_must(c.ctx != NULL);
    SSL_CTX_set_max_proto_version(c.ctx, wish->max_version);
    SSL_CTX_set_mode(c.ctx,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(c.ctx, SSL_VERIFY_PEER, NULL);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(c.ctx), wish->authority->certificate);
    if (wish->me) {
        keyring_must(SSL_CTX_use_certificate(c.ctx, wish->me->certificate) == 1);
        keyring_must(SSL_CTX_use_PrivateKey(c.ctx, wish->me->key) == 1);
    }
    c.ssl = SSL_new(c.ctx);
    keyring_must(c.ssl != NULL);
    SSL_set_fd(c.ssl, fd);
    SSL_set_connect_state(c.ssl);
    if (wish->session)
        keyring_must(SSL_set_session(c.ssl, wish->session) == 1);
    return c;
}

static inline void ciphered_free(struct ciphered *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->ctx);
    close(c->fd);
    ERR_clear_error();
}

/* A step of its handshake; whether that is done. It may have failed, too. */
static inline bool ciphered_shake(struct ciphered *c)
{
    ERR_clear_error();
    return SSL_do_handshake(c->ssl) == 1;
}

/* Sends as much as the socket takes; how much that is. */
static inline size_t ciphered_send(struct ciphered *c, const char *bytes, size_t len)
{
    size_t sent = 0, n;

    ERR_clear_error();
    while (sent < len && SSL_write_ex(c->ssl, bytes + sent, len - sent, &n) == 1)
        sent += n;
    return sent;
}

/* Appends what has come to what is there; whether the peer has said that this is all. */
static inline bool ciphered_receive(struct ciphered *c, char *out, size_t room,
                                    size_t *len)
{
    size_t n;
    int result;

    ERR_clear_error();
    while ((result = SSL_read_ex(c->ssl, out + *len, room - *len, &n)) == 1)
        *len += n;
    return SSL_get_error(c->ssl, result) == SSL_ERROR_ZERO_RETURN;
}

#endif
