/* SPDX-License-Identifier: MIT */
#include "secure_keys.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config.h"
#include "secure.h"

enum {
    CHAIN_BYTES_MAX = 32 * 1024, /* of the certificates that a client may send */
    CHAIN_DEPTH_MAX = 8
};

const char *secure_error_text(void)
{
    const unsigned long code = ERR_peek_error();
    const char *text = ERR_reason_error_string(code);

    if (ERR_SYSTEM_ERROR(code))
        return strerror(ERR_GET_REASON(code));
    return text ? text : "unknown error";
}

static bool explain(char why[SECURE_WHY_MAX], const char *file, const char *text)
{
    snprintf(why, SECURE_WHY_MAX, "%s: %s", file, text);
    return false;
}

/* There is nobody to ask for a password. */
static int on_password(char *out, int room, int writing, void *arg)
{
    (void)out;
    (void)room;
    (void)writing;
    (void)arg;
    return -1;
}

static bool set_certificate(SSL_CTX *ctx, const char *file, char why[SECURE_WHY_MAX])
{
    const X509 *certificate;

    if (SSL_CTX_use_certificate_chain_file(ctx, file) != 1)
        return explain(why, file, secure_error_text());
    certificate = SSL_CTX_get0_certificate(ctx);
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
        return explain(why, file, "the certificate has expired");
    return true;
}

static bool set_key(SSL_CTX *ctx, const char *file, char why[SECURE_WHY_MAX])
{
    if (SSL_CTX_use_PrivateKey_file(ctx, file, SSL_FILETYPE_PEM) == 1 &&
        SSL_CTX_check_private_key(ctx) == 1)
        return true;
    return explain(why, file, secure_error_text());
}

static bool set_client_ca(SSL_CTX *ctx, const struct config_listen *listen,
                          char why[SECURE_WHY_MAX])
{
    static const unsigned char context[] = "chand";
    const int required = listen->client_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    STACK_OF(X509_NAME) * names;

    if (!listen->client_ca)
        return true;
    names = SSL_load_client_CA_file(listen->client_ca);
    if (!names || SSL_CTX_load_verify_file(ctx, listen->client_ca) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return explain(why, listen->client_ca, secure_error_text());
    }
    SSL_CTX_set_client_CA_list(ctx, names);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | required, NULL);
    SSL_CTX_set_verify_depth(ctx, CHAIN_DEPTH_MAX);
    SSL_CTX_set_session_id_context(ctx, context, sizeof context - 1);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(ctx, 0);
    return true;
}

static bool set_protocol(SSL_CTX *ctx, const struct config_listen *listen)
{
    const int versions[CONFIG_TLS_VERSIONS] = {
        [CONFIG_TLS_1_2] = TLS1_2_VERSION,
        [CONFIG_TLS_1_3] = TLS1_3_VERSION,
    };

    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ctx, 1);
    SSL_CTX_set_max_cert_list(ctx, CHAIN_BYTES_MAX);
    SSL_CTX_set_default_passwd_cb(ctx, on_password);
    return SSL_CTX_set_min_proto_version(ctx, versions[listen->min_version]) == 1 &&
           SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

static bool keys_fill(struct secure_keys *keys, const struct config_listen *listen,
                      char why[SECURE_WHY_MAX])
{
    keys->socket = secure_socket_new();
    keys->ctx = SSL_CTX_new(TLS_server_method());
    if (!keys->socket || !keys->ctx || !set_protocol(keys->ctx, listen))
        return explain(why, "OpenSSL", secure_error_text());
    return set_certificate(keys->ctx, listen->certificate, why) &&
           set_key(keys->ctx, listen->key, why) && set_client_ca(keys->ctx, listen, why);
}

struct secure_keys *secure_load(const struct config_listen *listen,
                                char ret_why[SECURE_WHY_MAX])
{
    struct secure_keys *keys = calloc(1, sizeof *keys);

    ERR_clear_error();
    if (!keys) {
        explain(ret_why, listen->uri, strerror(ENOMEM));
        return NULL;
    }
    atomic_init(&keys->holders, 1);
    if (keys_fill(keys, listen, ret_why))
        return keys;
    ERR_clear_error();
    secure_drop(keys);
    return NULL;
}

struct secure_keys *secure_hold(struct secure_keys *keys)
{
    if (keys)
        atomic_fetch_add_explicit(&keys->holders, 1, memory_order_relaxed);
    return keys;
}

void secure_drop(struct secure_keys *keys)
{
    if (!keys || atomic_fetch_sub_explicit(&keys->holders, 1, memory_order_acq_rel) > 1)
        return;
    SSL_CTX_free(keys->ctx);
    BIO_meth_free(keys->socket);
    free(keys);
}
