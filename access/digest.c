/* SPDX-License-Identifier: MIT */
#include "digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char token_prefix[] = "sha256:";
static const char secret_prefix[] = "$argon2id$v=19$";
static const char base64[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_token(const char *hex, struct digest *ret)
{
    if (strlen(hex) != 2 * (size_t)DIGEST_BYTES)
        return false;
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        ret->bytes[i] = (unsigned char)(16 * high + low);
    }
    ret->kind = DIGEST_TOKEN;
    return true;
}

/* Passes over "m=65536" and returns what stands behind it; NULL: it is none of these. */
static const char *parse_number(const char *at, char name, long least, long most)
{
    char *end;
    long n;

    if (at[0] != name || at[1] != '=' || at[2] < '1' || at[2] > '9')
        return NULL;
    n = strtol(at + 2, &end, 10);
    return n >= least && n <= most ? end : NULL;
}

/* The same for so many bytes or more in base64, and what ends them. */
static const char *parse_bytes(const char *at, size_t least, char end)
{
    size_t len = strspn(at, base64);

    if (len < (least * 8 + 5) / 6 || at[len] != end)
        return NULL;
    return at + len + (end ? 1 : 0);
}

static bool parse_secret(const char *at, struct digest *ret)
{
    at = parse_number(at, 'm', 8, DIGEST_KIB_MAX);
    if (!at || *at != ',')
        return false;
    at = parse_number(at + 1, 't', 1, DIGEST_PASSES_MAX);
    if (!at || strncmp(at, ",p=1$", 5) != 0)
        return false;
    at = parse_bytes(at + 5, 8, '$');
    if (!at || !parse_bytes(at, 16, '\0'))
        return false;
    ret->kind = DIGEST_SECRET;
    return true;
}

bool digest_parse(const char *text, struct digest *ret)
{
    struct digest digest = {0};
    size_t len = strlen(text);
    bool ok = false;

    if (len >= sizeof digest.text)
        return false;
    memcpy(digest.text, text, len);
    if (strncmp(text, token_prefix, strlen(token_prefix)) == 0)
        ok = parse_token(text + strlen(token_prefix), &digest);
    else if (strncmp(text, secret_prefix, strlen(secret_prefix)) == 0)
        ok = parse_secret(text + strlen(secret_prefix), &digest);
    if (ok)
        *ret = digest;
    return ok;
}

void digest_write(const unsigned char bytes[DIGEST_BYTES], char ret[DIGEST_TEXT_MAX])
{
    size_t len = strlen(token_prefix);

    memcpy(ret, token_prefix, len + 1);
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        snprintf(ret + len + 2 * i, 3, "%02x", bytes[i]);
}
