/* SPDX-License-Identifier: MIT */
/*
 * keyring.h - certificates and keys for tests, made when they are needed, in a folder of
 * the test's own.
 */
#ifndef TESTS_KEYRING_H
#define TESTS_KEYRING_H

#include <dirent.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fuzzers use it, too, where Check's assertions do not work. */
#define keyring_must(condition)                                                          \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);      \
            abort();                                                                     \
        }                                                                                \
    } while (0)

enum { KEYRING_DAY_S = 24 * 3600, KEYRING_PATH_MAX = 128 };

/* A certificate with its key, in memory and as PEM files. */
struct identity {
    EVP_PKEY *key;
    X509 *certificate;
    char certificate_path[KEYRING_PATH_MAX], key_path[KEYRING_PATH_MAX];
};

struct keyring {
    char folder[32];
    long serial;
};

/* What a certificate is to say. */
struct identity_wish {
    const char *name;         /* its CN, and the name of its files */
    const char *alternatives; /* "DNS:localhost,IP:127.0.0.1"; NULL: none */
    long valid_s;             /* from an hour ago; 0: a day */
    bool is_authority;
};

static inline struct keyring keyring_new(void)
{
    struct keyring ring = {.folder = "/tmp/chand-keys-XXXXXX"};

    keyring_must(mkdtemp(ring.folder) != NULL);
    return ring;
}

static inline void keyring_free(const struct keyring *ring)
{
    char path[512];
    DIR *folder = opendir(ring->folder);

    keyring_must(folder != NULL);
    for (struct dirent *e; (e = readdir(folder));) {
        snprintf(path, sizeof path, "%s/%s", ring->folder, e->d_name);
        unlink(path);
    }
    closedir(folder);
    rmdir(ring->folder);
}

/* The path of a file in the folder. */
static inline void keyring_path(const struct keyring *ring, const char *name,
                                char ret[KEYRING_PATH_MAX])
{
    snprintf(ret, KEYRING_PATH_MAX, "%s/%s", ring->folder, name);
}

/* Writes a file, and returns nothing but its path. */
static inline void keyring_write(const struct keyring *ring, const char *name,
                                 const char *content, char ret[KEYRING_PATH_MAX])
{
    FILE *file;

    keyring_path(ring, name, ret);
    file = fopen(ret, "w");
    keyring_must(file != NULL);
    fputs(content, file);
    keyring_must(fclose(file) == 0);
}

static inline void keyring_extend(X509 *certificate, const X509 *issuer, int nid,
                                  const char *value)
{
    X509_EXTENSION *extension;
    X509V3_CTX context;

    X509V3_set_ctx(&context, (X509 *)(uintptr_t)issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    keyring_must(extension != NULL);
    keyring_must(X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static inline void keyring_save(const struct keyring *ring, const char *name,
                                struct identity *id)
{
    FILE *file;

    snprintf(id->certificate_path, KEYRING_PATH_MAX, "%s/%s.pem", ring->folder, name);
    file = fopen(id->certificate_path, "w");
    keyring_must(file && PEM_write_X509(file, id->certificate) == 1 && fclose(file) == 0);
    snprintf(id->key_path, KEYRING_PATH_MAX, "%s/%s.key", ring->folder, name);
    file = fopen(id->key_path, "w");
    keyring_must(file &&
                 PEM_write_PrivateKey(file, id->key, NULL, NULL, 0, NULL, NULL) == 1);
    keyring_must(fclose(file) == 0);
}

/* A new identity, signed by the issuer, or by itself if that is NULL. */
static inline struct identity keyring_issue(struct keyring *ring,
                                            const struct identity_wish *wish,
                                            const struct identity *issuer)
{
    struct identity id = {.key = EVP_EC_gen("P-256"), .certificate = X509_new()};
    const struct identity *by = issuer ? issuer : &id;
    X509 *x = id.certificate;
    X509_NAME *name = X509_get_subject_name(x);

    keyring_must(id.key && x);
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++ring->serial);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), wish->valid_s ? wish->valid_s : KEYRING_DAY_S);
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Example",
                               -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *)wish->name, -1, -1, 0);
    X509_set_issuer_name(x, X509_get_subject_name(by->certificate));
    X509_set_pubkey(x, id.key);
    keyring_extend(x, by->certificate, NID_basic_constraints,
                   wish->is_authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (wish->alternatives)
        keyring_extend(x, by->certificate, NID_subject_alt_name, wish->alternatives);
    keyring_must(X509_sign(x, by->key, EVP_sha256()) > 0);
    keyring_save(ring, wish->name, &id);
    return id;
}

static inline void identity_release(struct identity *id)
{
    X509_free(id->certificate);
    EVP_PKEY_free(id->key);
}

#endif
