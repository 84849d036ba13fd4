/* SPDX-License-Identifier: MIT */
#include "secure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "secure_keys.h"

enum { NAMES_MAX = 64 }; /* that are looked at, of one certificate */

struct secure_link {
    struct secure_keys *keys;
    SSL *ssl;
    int fd;
    bool shaken; /* from then on it decrypts what it is given, and reads nothing itself */
    bool over, broken;
    const char *in; /* what is to be decrypted */
    size_t in_len;
};

/* ---- between OpenSSL and the socket ---- */

static bool is_for_later(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static int link_take(struct secure_link *l, char *out, size_t room, size_t *ret_len)
{
    *ret_len = l->in_len < room ? l->in_len : room;
    memcpy(out, l->in, *ret_len);
    l->in += *ret_len;
    l->in_len -= *ret_len;
    return 1;
}

static int on_bio_read(BIO *bio, char *out, size_t room, size_t *ret_len)
{
    struct secure_link *l = BIO_get_data(bio);
    ssize_t n;

    BIO_clear_retry_flags(bio);
    if (l->in_len > 0)
        return link_take(l, out, room, ret_len);
    if (!l->shaken) {
        n = recv(l->fd, out, room, 0);
        if (n > 0) {
            *ret_len = (size_t)n;
            return 1;
        }
        if (n == 0 || !is_for_later())
            return 0;
    }
    BIO_set_retry_read(bio);
    return 0;
}

static int on_bio_write(BIO *bio, const char *bytes, size_t len, size_t *ret_len)
{
    struct secure_link *l = BIO_get_data(bio);
    ssize_t n = send(l->fd, bytes, len, MSG_NOSIGNAL);

    BIO_clear_retry_flags(bio);
    if (n >= 0) {
        *ret_len = (size_t)n;
        return 1;
    }
    if (is_for_later())
        BIO_set_retry_write(bio);
    return 0;
}

static long on_bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH; /* nothing is kept back */
}

BIO_METHOD *secure_socket_new(void)
{
    BIO_METHOD *socket = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "chand");

    if (socket && BIO_meth_set_read_ex(socket, on_bio_read) &&
        BIO_meth_set_write_ex(socket, on_bio_write) &&
        BIO_meth_set_ctrl(socket, on_bio_ctrl))
        return socket;
    BIO_meth_free(socket);
    return NULL;
}

/* ---- links ---- */

struct secure_link *secure_link_new(struct secure_keys *keys, int fd)
{
    struct secure_link *l = calloc(1, sizeof *l);
    BIO *bio = BIO_new(keys->socket);

    if (!l || !bio)
        goto fail;
    l->ssl = SSL_new(keys->ctx);
    if (!l->ssl)
        goto fail;
    l->keys = secure_hold(keys);
    l->fd = fd;
    BIO_set_data(bio, l);
    BIO_set_init(bio, 1);
    SSL_set_bio(l->ssl, bio, bio);
    SSL_set_accept_state(l->ssl);
    return l;
fail:
    BIO_free(bio);
    free(l);
    ERR_clear_error();
    return NULL;
}

void secure_link_end(struct secure_link *l)
{
    ERR_clear_error();
    if (l->shaken && !l->broken)
        SSL_shutdown(l->ssl);
}

void secure_link_free(struct secure_link *l)
{
    if (!l)
        return;
    SSL_free(l->ssl);
    secure_drop(l->keys);
    free(l);
}

/* Why a handshake failed. The socket's end leaves nothing in OpenSSL's queue. */
static const char *shake_error(const struct secure_link *l)
{
    const long verdict = SSL_get_verify_result(l->ssl);

    if (verdict != X509_V_OK)
        return X509_verify_cert_error_string(verdict);
    return ERR_peek_error() ? secure_error_text() : "the peer has closed the connection";
}

enum secure_step secure_shake(struct secure_link *l, const char **ret_why)
{
    int done, error;

    ERR_clear_error();
    done = SSL_do_handshake(l->ssl);
    if (done == 1) {
        l->shaken = true;
        return SECURE_DONE;
    }
    error = SSL_get_error(l->ssl, done);
    if (error == SSL_ERROR_WANT_READ)
        return SECURE_READ;
    if (error == SSL_ERROR_WANT_WRITE)
        return SECURE_WRITE;
    l->broken = true;
    *ret_why = shake_error(l);
    return SECURE_FAILED;
}

/* What an operation that did not succeed means: nothing yet, the end, or a broken link.
 */
static void link_note(struct secure_link *l, int result)
{
    const int error = SSL_get_error(l->ssl, result);

    if (error == SSL_ERROR_ZERO_RETURN)
        l->over = true;
    else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        l->broken = true;
}

/* Decrypts all there is, to memory that may end where the encrypted bytes begin. */
static size_t link_decrypt(struct secure_link *l, char *out, const char *end)
{
    size_t len = 0, n;
    int result;

    ERR_clear_error();
    do {
        const char *border = l->in_len > 0 ? l->in : end;

        result = SSL_read_ex(l->ssl, out + len, (size_t)(border - out) - len, &n);
        if (result == 1)
            len += n;
    } while (result == 1);
    link_note(l, result);
    return len;
}

/*
 * The bytes are read to the far end of the room. What comes out of so many of them is no
 * longer, but for what was kept of a record before, and that is at most one; so with its
 * length as a lead they are not overtaken.
 */
ssize_t secure_receive(struct secure_link *l, char *out, size_t room)
{
    char *in = out + SECURE_RECORD;
    ssize_t n;
    size_t len;

    if (l->broken || l->over) {
        errno = EPROTO;
        return l->broken ? -1 : 0;
    }
    n = recv(l->fd, in, room - SECURE_RECORD, 0);
    if (n <= 0)
        return n;
    l->in = in;
    l->in_len = (size_t)n;
    len = link_decrypt(l, out, out + room);
    l->in_len = 0;
    if (len > 0)
        return (ssize_t)len;
    errno = l->broken ? EPROTO : EAGAIN;
    return l->over ? 0 : -1;
}

ssize_t secure_send(struct secure_link *l, const char *bytes, size_t len)
{
    size_t sent = 0, n;
    int result = 1;

    ERR_clear_error();
    while (sent < len && !l->broken && result == 1) {
        result = SSL_write_ex(l->ssl, bytes + sent, len - sent, &n);
        if (result == 1)
            sent += n;
        else
            link_note(l, result);
    }
    if (sent > 0 || len == 0)
        return (ssize_t)sent;
    errno = l->broken ? EPIPE : EAGAIN;
    return -1;
}

bool secure_is_over(const struct secure_link *l)
{
    return l->over;
}

/* ---- names ---- */

/* Takes the text; false: no memory for it, or in the list. */
static bool names_add(struct secure_names *names, char *text)
{
    if (!text)
        return false;
    names->items[names->count++] = text;
    return true;
}

/* A name with a NUL in it would look like another one. */
static bool names_add_text(struct secure_names *names, const char *kind,
                           const ASN1_STRING *string)
{
    const int len = ASN1_STRING_length(string);
    const char *bytes = (const char *)ASN1_STRING_get0_data(string);
    char *text;

    if (len <= 0 || memchr(bytes, '\0', (size_t)len))
        return true;
    return names_add(names,
                     asprintf(&text, "%s:%.*s", kind, len, bytes) < 0 ? NULL : text);
}

static bool names_add_ip(struct secure_names *names, const ASN1_OCTET_STRING *ip)
{
    const int len = ASN1_STRING_length(ip);
    char address[INET6_ADDRSTRLEN], *text;

    if (len != 4 && len != 16)
        return true;
    inet_ntop(len == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(ip), address,
              sizeof address);
    return names_add(names, asprintf(&text, "IP:%s", address) < 0 ? NULL : text);
}

static bool names_add_alternative(struct secure_names *names, const GENERAL_NAME *name)
{
    static const struct {
        int type;
        const char *kind;
    } rows[] = {{GEN_DNS, "DNS"}, {GEN_EMAIL, "email"}, {GEN_URI, "URI"}};
    int type;
    const void *value = GENERAL_NAME_get0_value(name, &type);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].type == type)
            return names_add_text(names, rows[i].kind, value);
    return type != GEN_IPADD || names_add_ip(names, value);
}

static bool names_add_subject(struct secure_names *names, const X509 *certificate)
{
    const unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    BIO *bio = BIO_new(BIO_s_mem());
    const char *text = NULL;
    bool added = false;

    if (bio &&
        X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, flags) >= 0 &&
        BIO_write(bio, "", 1) == 1 && BIO_get_mem_data(bio, &text) > 0)
        added = *text == '\0' || names_add(names, strdup(text));
    BIO_free(bio);
    return added;
}

bool secure_names(struct secure_link *l, struct secure_names *ret)
{
    X509 *certificate = SSL_get0_peer_certificate(l->ssl);
    struct secure_names names = {.items = calloc(NAMES_MAX + 1, sizeof *names.items)};
    GENERAL_NAMES *others = NULL;
    bool ok = names.items != NULL;

    ERR_clear_error();
    if (ok && certificate) {
        ok = names_add_subject(&names, certificate);
        others = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    }
    for (int i = 0; ok && i < sk_GENERAL_NAME_num(others) && i < NAMES_MAX; i++)
        ok = names_add_alternative(&names, sk_GENERAL_NAME_value(others, i));
    GENERAL_NAMES_free(others);
    if (ok)
        *ret = names;
    else
        secure_names_release(&names);
    return ok;
}

void secure_names_release(struct secure_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct secure_names){0};
}
