/* SPDX-License-Identifier: MIT */
#include "passport.h"
#include "client.h"
#include "outcome.h"
#include "tls.h"

#include <stdlib.h>
#include <string.h>

void passport_wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void passport_release(struct passport *passport)
{
    passport_wipe(passport->token);
    free(passport->ca);
    free(passport->certificate);
    free(passport->key);
    *passport = (struct passport){0};
}

static bool copy_text(const char *text, char **ret_copy)
{
    const size_t size = text ? strlen(text) + 1 : 0;

    *ret_copy = size > 0 ? malloc(size) : NULL;
    if (*ret_copy)
        memcpy(*ret_copy, text, size);
    return *ret_copy || !text;
}

bool passport_init(const struct chan_security *security, struct passport *ret_passport)
{
    struct passport p = {.accept_1_2 = security->accept_tls_1_2};

    if (copy_text(security->token, &p.token) && copy_text(security->ca, &p.ca) &&
        copy_text(security->certificate, &p.certificate) &&
        copy_text(security->key, &p.key)) {
        *ret_passport = p;
        return true;
    }
    passport_release(&p);
    return false;
}

enum chan_status passport_use(const struct passport *passport, const char *host, int fd,
                              struct text *why, struct tls **ret_tls)
{
    const struct tls_settings settings = {
        .host = host,
        .ca = passport->ca,
        .certificate = passport->certificate,
        .key = passport->key,
        .accept_1_2 = passport->accept_1_2,
    };
    char reason[TLS_WHY_MAX];
    struct tls *tls = tls_new(fd, &settings, reason);

    if (!tls) {
        text_add_slice(why, slice_text(reason));
        return CHAN_UNTRUSTED;
    }
    *ret_tls = tls;
    return CHAN_OK;
}

/* NULL, or what makes no sense. */
static const char *security_fault(const struct chan_security *security)
{
    if (security->token && !*security->token)
        return "the token is empty";
    if (security->key && !security->certificate)
        return "there is a key, and no certificate";
    return NULL;
}

enum chan_status chan_secure(struct chan_client *c, const struct chan_security *security)
{
    static const struct chan_security none;
    const struct chan_security *wanted = security ? security : &none;
    const char *fault = security_fault(wanted);
    struct passport old, mine;

    if (fault)
        return outcome_of_call(CHAN_INVALID, fault);
    if (!passport_init(wanted, &mine))
        return outcome_of_call(CHAN_NO_MEMORY, NULL);
    client_lock(c);
    old = c->connecting ? mine : c->passport;
    if (c->connecting)
        fault = "the client is connecting";
    else
        c->passport = mine;
    client_unlock(c);
    passport_release(&old);
    return outcome_of_call(fault ? CHAN_INVALID : CHAN_OK, fault);
}
