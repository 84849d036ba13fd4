/* SPDX-License-Identifier: MIT */
#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The bytes of a record that is full, and what the first byte of one may be. */
enum { RECORD_BYTES = 16384, RECORD_TYPE_MIN = 20, RECORD_TYPE_MAX = 24 };

struct tls {
    int fd;
    int flags;           /* of recv */
    bool dry;            /* the socket is not read */
    bool heard, foreign; /* something has come; and what came first was no TLS */
    bool broken, ended, finished;
    short events;
    int error; /* of the socket; 0: none */
    BIO_METHOD *method;
    SSL_CTX *ctx;
    SSL *ssl;
    char why[TLS_WHY_MAX];
};

/* ---- the socket: as OpenSSL would use it, but without SIGPIPE ---- */

static bool is_for_later(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* What recv or send has brought: 1, or 0 and for later if it is. */
static int on_bio_done(BIO *bio, ssize_t n, int retry, size_t *ret_len)
{
    struct tls *t = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (n > 0) {
        *ret_len = (size_t)n;
        return 1;
    }
    if (n < 0 && is_for_later())
        BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
    else
        t->error = n < 0 ? errno : ECONNRESET;
    return 0;
}

static void note_first_byte(struct tls *t, char byte)
{
    t->foreign = byte < RECORD_TYPE_MIN || byte > RECORD_TYPE_MAX;
    t->heard = true;
}

static int on_bio_read(BIO *bio, char *out, size_t room, size_t *ret_len)
{
    struct tls *t = BIO_get_data(bio);
    ssize_t n = -1;

    errno = EAGAIN;
    if (!t->dry)
        n = recv(t->fd, out, room, t->flags);
    if (n > 0 && !t->heard)
        note_first_byte(t, out[0]);
    return on_bio_done(bio, n, BIO_FLAGS_READ, ret_len);
}

static int on_bio_write(BIO *bio, const char *bytes, size_t len, size_t *ret_len)
{
    const struct tls *t = BIO_get_data(bio);

    return on_bio_done(bio, send(t->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT),
                       BIO_FLAGS_WRITE, ret_len);
}

static long on_bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH; /* nothing is kept back */
}

static bool set_socket(struct tls *t)
{
    BIO *bio;

    t->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "chan");
    if (!t->method || !BIO_meth_set_read_ex(t->method, on_bio_read) ||
        !BIO_meth_set_write_ex(t->method, on_bio_write) ||
        !BIO_meth_set_ctrl(t->method, on_bio_ctrl))
        return false;
    bio = BIO_new(t->method);
    if (!bio)
        return false;
    BIO_set_data(bio, t);
    BIO_set_init(bio, 1);
    SSL_set_bio(t->ssl, bio, bio);
    return true;
}

/* ---- settings ---- */

/* What OpenSSL complained about first, which is the cause of the rest. */
static const char *error_text(void)
{
    const unsigned long code = ERR_peek_error();
    const char *text = ERR_reason_error_string(code);

    if (ERR_SYSTEM_ERROR(code))
        return strerror(ERR_GET_REASON(code));
    return text ? text : "unknown error";
}

static bool explain(struct tls *t, const char *what)
{
    snprintf(t->why, sizeof t->why, "%s: %s", what, error_text());
    return false;
}

/* A library does not ask for passwords. */
static int on_password(char *out, int room, int writing, void *arg)
{
    (void)out;
    (void)room;
    (void)writing;
    (void)arg;
    return -1;
}

static bool set_authorities(struct tls *t, const struct tls_settings *settings)
{
    SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
    if (!settings->ca)
        return SSL_CTX_set_default_verify_paths(t->ctx) == 1 ||
               explain(t, "the authorities of the system");
    return SSL_CTX_load_verify_file(t->ctx, settings->ca) == 1 ||
           explain(t, settings->ca);
}

static bool set_certificate(struct tls *t, const struct tls_settings *settings)
{
    const char *key = settings->key ? settings->key : settings->certificate;

    if (!settings->certificate)
        return true;
    if (SSL_CTX_use_certificate_chain_file(t->ctx, settings->certificate) != 1)
        return explain(t, settings->certificate);
    if (SSL_CTX_use_PrivateKey_file(t->ctx, key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(t->ctx) != 1)
        return explain(t, key);
    return true;
}

/* An address has no place in the greeting, and is compared with other names. */
static bool set_host(struct tls *t, const char *host)
{
    unsigned char address[16];

    SSL_set_hostflags(t->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl), host) == 1;
    return *host && SSL_set1_host(t->ssl, host) == 1 &&
           SSL_set_tlsext_host_name(t->ssl, host) == 1;
}

static bool fill(struct tls *t, const struct tls_settings *settings)
{
    const int version = settings->accept_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;

    if (!t->ctx || SSL_CTX_set_min_proto_version(t->ctx, version) != 1 ||
        SSL_CTX_set_cipher_list(t->ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        return explain(t, "OpenSSL");
    SSL_CTX_set_read_ahead(t->ctx, 1); /* a record in one recv, not two */
    SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(t->ctx, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_default_passwd_cb(t->ctx, on_password);
    if (!set_authorities(t, settings) || !set_certificate(t, settings))
        return false;
    t->ssl = SSL_new(t->ctx);
    if (!t->ssl || !set_socket(t))
        return explain(t, "OpenSSL");
    SSL_set_connect_state(t->ssl);
    if (set_host(t, settings->host))
        return true;
    snprintf(t->why, sizeof t->why, "\"%s\" is not the name of a host", settings->host);
    return false;
}

struct tls *tls_new(int fd, const struct tls_settings *settings,
                    char ret_why[TLS_WHY_MAX])
{
    struct tls *t = calloc(1, sizeof *t);

    ERR_clear_error();
    if (!t) {
        snprintf(ret_why, TLS_WHY_MAX, "%s", strerror(ENOMEM));
        return NULL;
    }
    t->fd = fd;
    t->flags = MSG_DONTWAIT;
    t->events = POLLOUT;
    t->ctx = SSL_CTX_new(TLS_client_method());
    if (fill(t, settings))
        return t;
    memcpy(ret_why, t->why, sizeof t->why);
    ERR_clear_error();
    tls_free(t);
    return NULL;
}

void tls_free(struct tls *t)
{
    if (!t)
        return;
    SSL_free(t->ssl);
    SSL_CTX_free(t->ctx);
    BIO_meth_free(t->method);
    free(t);
}

/* ---- use ---- */

static void note_failure(struct tls *t)
{
    const long verdict = SSL_get_verify_result(t->ssl);

    t->broken = true;
    if (t->foreign)
        snprintf(t->why, sizeof t->why, "it does not speak TLS (tcp:// is without)");
    else if (verdict != X509_V_OK)
        snprintf(t->why, sizeof t->why, "certificate verify failed: %s",
                 X509_verify_cert_error_string(verdict));
    else
        snprintf(t->why, sizeof t->why, "%s",
                 t->error ? strerror(t->error) : error_text());
    errno = t->error ? t->error : EPROTO;
}

/* Whether a call only waits for the socket; then errno and events say so. */
static bool is_waiting(struct tls *t, int error)
{
    static const struct {
        int error;
        short events;
    } rows[] = {{SSL_ERROR_WANT_READ, POLLIN}, {SSL_ERROR_WANT_WRITE, POLLOUT}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].error == error) {
            t->events = rows[i].events;
            errno = EAGAIN;
            return true;
        }
    return false;
}

/* -1 and errno for a call that did not succeed; 0: the other side has ended. */
static int fail(struct tls *t, int result)
{
    const int error = SSL_get_error(t->ssl, result);

    if (is_waiting(t, error))
        return -1;
    t->ended = error == SSL_ERROR_ZERO_RETURN;
    if (t->ended)
        return 0;
    note_failure(t);
    return -1;
}

/* A broken one stays so, for the reason it had. */
static bool is_broken(const struct tls *t)
{
    if (t->broken)
        errno = t->error ? t->error : EPROTO;
    ERR_clear_error();
    return t->broken;
}

int tls_connect(struct tls *t)
{
    int result;

    if (is_broken(t))
        return -1;
    result = SSL_do_handshake(t->ssl);
    if (result == 1) {
        t->events = POLLIN;
        return 0;
    }
    if (fail(t, result) < 0)
        return -1;
    t->error = ECONNRESET; /* it has ended instead */
    note_failure(t);
    return -1;
}

/*
 * OpenSSL reads ahead, at most as much as one record may be long. So as long as there is
 * room for two of them, the socket may be read for another; and then what is left of
 * records that have come has room in any case.
 */
ssize_t tls_receive(struct tls *t, char *out, size_t room, int flags)
{
    size_t len = 0, n = 0;
    int result;

    if (is_broken(t))
        return -1;
    t->flags = flags;
    while ((result = SSL_read_ex(t->ssl, out + len, room - len, &n)) == 1) {
        len += n;
        t->flags = MSG_DONTWAIT;
        t->dry = room - len < TLS_ROOM_MIN;
        if (n < RECORD_BYTES && !SSL_has_pending(t->ssl))
            break;
    }
    if (result != 1)
        result = fail(t, result);
    t->flags = MSG_DONTWAIT;
    t->dry = false;
    return len > 0 ? (ssize_t)len : result;
}

bool tls_is_over(const struct tls *t)
{
    return t->broken || t->ended;
}

/* What the other side said before it went comes first; so nothing else is broken. */
static ssize_t fail_to_send(struct tls *t, int result)
{
    if (is_waiting(t, SSL_get_error(t->ssl, result)))
        return -1;
    errno = t->error ? t->error : EPROTO;
    t->error = 0;
    return -1;
}

ssize_t tls_send(struct tls *t, const char *bytes, size_t len)
{
    size_t sent = 0, n;
    int result = 1;

    if (is_broken(t))
        return -1;
    while (sent < len && result == 1) {
        result = SSL_write_ex(t->ssl, bytes + sent, len - sent, &n);
        if (result == 1)
            sent += n;
    }
    if (result == 1)
        t->events = POLLIN;
    if (result == 1 || sent > 0)
        return (ssize_t)sent; /* the next call meets whatever stopped this one */
    return fail_to_send(t, result);
}

short tls_events(const struct tls *t)
{
    return t->events;
}

/* Only what the socket did not take is tried again: another SSL_shutdown would read. */
bool tls_finish(struct tls *t)
{
    int result;

    if (t->finished || is_broken(t) || !SSL_is_init_finished(t->ssl))
        return true;
    result = SSL_shutdown(t->ssl);
    t->finished = result >= 0 || !is_waiting(t, SSL_get_error(t->ssl, result));
    return t->finished;
}

const char *tls_why(const struct tls *t)
{
    return t->why;
}
