/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "address.h"
#include "config.h"
#include "digest.h"
#include "kind.h"
#include "level.h"
#include "name.h"
#include "right.h"
#include "uri.h"
#include "scalar.h"

struct unit {
    const char *name;
    int64_t bytes;
};

/* The largest first. */
static const struct unit units[] = {
    {"GiB", 1 << 30},
    {"MiB", 1 << 20},
    {"KiB", 1 << 10},
    {"", 1},
};

enum { UNIT_COUNT = sizeof units / sizeof *units };

static const char *const tls_versions[CONFIG_TLS_VERSIONS] = {
    [CONFIG_TLS_1_2] = "1.2",
    [CONFIG_TLS_1_3] = "1.3",
};

/* The digits at the start of a text, without leading zeros; *ret_rest is what follows. */
static bool read_digits(const char *text, int64_t *ret, const char **ret_rest)
{
    const char *at = text;
    int64_t n = 0;

    for (; *at >= '0' && *at <= '9'; at++) {
        int digit = *at - '0';

        if (n > (INT64_MAX - digit) / 10)
            return false;
        n = 10 * n + digit;
    }
    if (at == text || (text[0] == '0' && at > text + 1))
        return false;
    *ret = n;
    *ret_rest = at;
    return true;
}

static bool is_in_range(const struct key *key, int64_t n)
{
    return n >= key->least && n <= key->most;
}

static bool read_whole(const struct key *key, const char *text, int64_t *ret)
{
    const char *rest;
    int64_t n;

    if (!read_digits(text, &n, &rest) || *rest || !is_in_range(key, n))
        return false;
    *ret = n;
    return true;
}

static bool read_bytes(const struct key *key, const char *text, int64_t *ret)
{
    const char *rest;
    int64_t n;

    if (!read_digits(text, &n, &rest))
        return false;
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (strcmp(rest, units[i].name) != 0)
            continue;
        if (n > INT64_MAX / units[i].bytes || !is_in_range(key, n * units[i].bytes))
            return false;
        *ret = n * units[i].bytes;
        return true;
    }
    return false;
}

static bool read_workers(const struct key *key, const char *text, int64_t *ret)
{
    if (strcmp(text, "auto") != 0)
        return read_whole(key, text, ret);
    *ret = 0;
    return true;
}

static bool read_bool(const struct key *key, const char *text, int64_t *ret)
{
    (void)key;
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return false;
    *ret = text[0] == 't';
    return true;
}

static bool read_level(const struct key *key, const char *text, int64_t *ret)
{
    enum level level = level_of_name(slice_text(text));

    (void)key;
    if (level == LEVEL_COUNT)
        return false;
    *ret = level;
    return true;
}

static bool read_kind(const struct key *key, const char *text, int64_t *ret)
{
    enum kind kind = kind_of_name(slice_text(text));

    (void)key;
    if (kind == KIND_COUNT)
        return false;
    *ret = kind;
    return true;
}

static bool read_uri(const struct key *key, const char *text, int64_t *ret)
{
    struct uri uri;

    (void)key;
    *ret = 0;
    return uri_parse(text, &uri) == NULL;
}

static bool read_name(const struct key *key, const char *text, int64_t *ret)
{
    (void)key;
    *ret = 0;
    return name_is_valid(slice_text(text));
}

/* A glob with anything else in it could never match. */
static bool read_glob(const struct key *key, const char *text, int64_t *ret)
{
    char name[NAME_MAX_LEN + 1];
    size_t len = strlen(text);

    (void)key;
    *ret = 0;
    if (len > NAME_MAX_LEN)
        return false;
    for (size_t i = 0; i < len; i++)
        name[i] = text[i] == '*' || text[i] == '?' ? 'x' : text[i];
    return name_is_valid(slice_of(name, len));
}

/* Any file; a relative one is sought where the daemon was started. */
static bool read_path(const struct key *key, const char *text, int64_t *ret)
{
    (void)key;
    *ret = 0;
    return *text != '\0';
}

static bool read_tls_version(const struct key *key, const char *text, int64_t *ret)
{
    (void)key;
    for (int i = 0; i < CONFIG_TLS_VERSIONS; i++) {
        if (strcmp(text, tls_versions[i]) != 0)
            continue;
        *ret = i;
        return true;
    }
    return false;
}

static bool read_range(const struct key *key, const char *text, int64_t *ret)
{
    struct address_range range;

    (void)key;
    *ret = 0;
    return address_range_parse(text, &range) == NULL;
}

/* As chmod(1) has it: octal, with as many zeros in front as one likes. */
static bool read_mode(const struct key *key, const char *text, int64_t *ret)
{
    int64_t mode = 0;

    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '7')
            return false;
        mode = 8 * mode + (*text - '0');
        if (mode > key->most)
            return false;
    }
    *ret = mode;
    return true;
}

/* What useradd(8) takes, or digits; whether it exists is seen when it is needed. */
static bool read_account(const struct key *key, const char *text, int64_t *ret)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    const size_t len = strlen(text);

    (void)key;
    *ret = 0;
    return len > 0 && len <= 32 && text[0] != '-' && strspn(text, letters) == len;
}

/* Neither a slash nor a colon, which ends it in a hello. */
static bool read_user(const struct key *key, const char *text, int64_t *ret)
{
    const size_t len = strlen(text);

    (void)key;
    *ret = 0;
    return len <= 64 && !strpbrk(text, "/:") && name_is_valid(slice_of(text, len));
}

static bool read_digest(const struct key *key, const char *text, int64_t *ret)
{
    struct digest digest;

    (void)key;
    *ret = 0;
    return digest_parse(text, &digest);
}

static bool read_line(const struct key *key, const char *text, int64_t *ret)
{
    (void)key;
    *ret = 0;
    for (const char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return false;
    return *text != '\0' && strlen(text) <= 512;
}

static bool read_right(const struct key *key, const char *text, int64_t *ret)
{
    (void)key;
    *ret = right_set_of(slice_text(text));
    return *ret != 0;
}

/* The field is a set, to which it is added. */
static bool store_right(void *field, const char *text, int64_t n)
{
    (void)text;
    *(uint32_t *)field |= (uint32_t)n;
    return true;
}

static bool store_range(void *field, const char *text, int64_t n)
{
    (void)n;
    address_range_parse(text, field);
    return true;
}

static bool store_text(void *field, const char *text, int64_t n)
{
    char *copy = strdup(text);

    (void)n;
    if (!copy)
        return false;
    free(*(char **)field);
    *(char **)field = copy;
    return true;
}

/* How a number is kept in a field of a C type. */
#define STORAGE(name, type)                                                              \
    static bool store_##name(void *field, const char *text, int64_t n)                   \
    {                                                                                    \
        (void)text;                                                                      \
        *(type *)field = (type)n;                                                        \
        return true;                                                                     \
    }                                                                                    \
    static int64_t load_##name(const void *field)                                        \
    {                                                                                    \
        return (int64_t) * (const type *)field;                                          \
    }

STORAGE(int64, int64_t)
STORAGE(int, int)
STORAGE(bool, bool)
STORAGE(level, enum level)
STORAGE(kind, enum kind)
STORAGE(tls_version, enum config_tls_version)

enum range { RANGE_NONE, RANGE_PLAIN, RANGE_BYTES };

struct type {
    const char *rule;           /* what a valid text is, without names and range */
    const char *(*name)(int i); /* of types with fixed names, from 0 */
    int names;
    enum range range; /* how least and most are shown */
    bool (*read)(const struct key *key, const char *text, int64_t *ret);
    bool (*store)(void *field, const char *text, int64_t n);
    int64_t (*load)(const void *field);
};

static const char *name_of_level(int i)
{
    return level_name((enum level)i);
}

static const char *name_of_kind(int i)
{
    return kind_name((enum kind)i);
}

static const char *name_of_right(int i)
{
    return right_name((enum right)i);
}

static const char *name_of_tls_version(int i)
{
    return tls_versions[i];
}

/* clang-format off */
static const struct type types[TYPE_END] = {
    [TYPE_URI] = {"tcp://HOST:PORT, tcp://[IPV6]:PORT, the same with tls://, unix:///PATH "
                  "or unix://@NAME",
                  NULL, 0, RANGE_NONE, read_uri, store_text, NULL},
    [TYPE_PATH] = {"the name of a file", NULL, 0, RANGE_NONE, read_path, store_text, NULL},
    [TYPE_TLS_VERSION] = {"", name_of_tls_version, CONFIG_TLS_VERSIONS, RANGE_NONE,
                          read_tls_version, store_tls_version, load_tls_version},
    [TYPE_RANGE] = {"an address, a range like 10.0.0.0/8 or 2001:db8::/32, or unix",
                    NULL, 0, RANGE_NONE, read_range, store_range, NULL},
    [TYPE_MODE] = {"an octal number up to 0777", NULL, 0, RANGE_NONE,
                   read_mode, store_int64, load_int64},
    [TYPE_ACCOUNT] = {"a name or a number of the system's users or groups",
                      NULL, 0, RANGE_NONE, read_account, store_text, NULL},
    [TYPE_NAME] = {"a channel name: 1 to 200 of A-Z a-z 0-9 - _ . : /",
                   NULL, 0, RANGE_NONE, read_name, store_text, NULL},
    [TYPE_GLOB] = {"1 to 200 of * and ? and what names are made of: A-Z a-z 0-9 - _ . : /",
                   NULL, 0, RANGE_NONE, read_glob, store_text, NULL},
    [TYPE_USER] = {"a name: 1 to 64 of A-Z a-z 0-9 - _ .",
                   NULL, 0, RANGE_NONE, read_user, store_text, NULL},
    [TYPE_DIGEST] = {"sha256: and 64 digits 0-9 a-f, or an argon2id hash as $argon2id$v=19$m=…",
                     NULL, 0, RANGE_NONE, read_digest, store_text, NULL},
    [TYPE_LINE] = {"1 to 512 bytes without control characters",
                   NULL, 0, RANGE_NONE, read_line, store_text, NULL},
    [TYPE_RIGHT] = {"all or one of ", name_of_right, RIGHT_COUNT, RANGE_NONE,
                    read_right, store_right, NULL},
    [TYPE_BOOL] = {"true or false", NULL, 0, RANGE_NONE, read_bool, store_bool, load_bool},
    [TYPE_LEVEL] = {"one of ", name_of_level, LEVEL_COUNT, RANGE_NONE,
                    read_level, store_level, load_level},
    [TYPE_KIND] = {"one of ", name_of_kind, KIND_COUNT, RANGE_NONE,
                   read_kind, store_kind, load_kind},
    [TYPE_WORKERS] = {"auto or a whole number", NULL, 0, RANGE_PLAIN,
                      read_workers, store_int, load_int},
    [TYPE_COUNT] = {"a whole number", NULL, 0, RANGE_PLAIN,
                    read_whole, store_int64, load_int64},
    [TYPE_BYTES] = {"a whole number of bytes, KiB, MiB or GiB", NULL, 0, RANGE_BYTES,
                    read_bytes, store_int64, load_int64},
    [TYPE_SECONDS] = {"a whole number of seconds", NULL, 0, RANGE_PLAIN,
                      read_whole, store_int64, load_int64},
    [TYPE_MILLISECONDS] = {"a whole number of milliseconds", NULL, 0, RANGE_PLAIN,
                           read_whole, store_int64, load_int64},
};
/* clang-format on */

bool scalar_is_plain(enum key_type type)
{
    return types[type].read != NULL;
}

bool scalar_read(const struct key *key, const char *text, int64_t *ret_number)
{
    return types[key->type].read(key, text, ret_number);
}

bool scalar_store(const struct key *key, const char *text, int64_t number, void *base)
{
    return types[key->type].store((char *)base + key->offset, text, number);
}

int64_t scalar_load(const struct key *key, const void *base)
{
    return types[key->type].load((const char *)base + key->offset);
}

/* With the largest unit that leaves it whole. */
static void show_bytes(int64_t n, char *ret, size_t size)
{
    size_t i = 0;

    while (i + 1 < UNIT_COUNT && (n == 0 || n % units[i].bytes != 0))
        i++;
    snprintf(ret, size, "%" PRId64 "%s", n / units[i].bytes, units[i].name);
}

static void show_number(int64_t n, enum range range, char *ret, size_t size)
{
    if (range == RANGE_BYTES)
        show_bytes(n, ret, size);
    else
        snprintf(ret, size, "%" PRId64, n);
}

/* Writes "error, warning or debug". */
static void join_names(const struct type *type, char *ret, size_t size)
{
    size_t len = 0;

    for (int i = 0; i < type->names && len < size; i++) {
        const char *between = i == 0 ? "" : i + 1 < type->names ? ", " : " or ";

        len += (size_t)snprintf(ret + len, size - len, "%s%s", between, type->name(i));
    }
}

void scalar_rule(const struct key *key, char ret[SCALAR_RULE_MAX])
{
    const struct type *type = &types[key->type];
    char least[32], most[32], names[SCALAR_RULE_MAX / 2] = "";

    if (type->range != RANGE_NONE) {
        show_number(key->least, type->range, least, sizeof least);
        show_number(key->most, type->range, most, sizeof most);
        snprintf(ret, SCALAR_RULE_MAX, "%s from %s to %s", type->rule, least, most);
        return;
    }
    join_names(type, names, sizeof names);
    snprintf(ret, SCALAR_RULE_MAX, "%s%s", type->rule, names);
}

const char *scalar_hint(const struct key *key, const char *text)
{
    struct address_range range;
    struct uri uri;

    if (key->type == TYPE_RANGE)
        return address_range_parse(text, &range);
    return key->type == TYPE_URI ? uri_parse(text, &uri) : NULL;
}

void scalar_show(const struct key *key, char ret[SCALAR_RULE_MAX])
{
    int64_t n;

    if (key->type == TYPE_BYTES && scalar_read(key, key->shown, &n))
        show_bytes(n, ret, SCALAR_RULE_MAX);
    else
        snprintf(ret, SCALAR_RULE_MAX, "%s", key->shown);
}
