/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>
#include "config.h"
#include "key.h"

#define GROUP(path, text)                                                                \
    {path, TYPE_GROUP, EFFECT_NOW, NEED_OPTIONAL, 0, "", 0, 0, text},
#define KEY(path, type, field, effect, shown, least, most, text)                         \
    {path,                                                                               \
     TYPE_##type,                                                                        \
     EFFECT_##effect,                                                                    \
     NEED_DEFAULT,                                                                       \
     offsetof(struct config, field),                                                     \
     shown,                                                                              \
     least,                                                                              \
     most,                                                                               \
     text},
#define OPTION(path, type, field, effect, shown, least, most, text)                      \
    {path,                                                                               \
     TYPE_##type,                                                                        \
     EFFECT_##effect,                                                                    \
     NEED_OPTIONAL,                                                                      \
     offsetof(struct config, field),                                                     \
     shown,                                                                              \
     least,                                                                              \
     most,                                                                               \
     text},
#define ITEM(path, type, text)                                                           \
    {path, TYPE_##type, EFFECT_NOW, NEED_OPTIONAL, 0, "", 0, 0, text},
#define ELEMENT(path, type, offset, need, shown, least, most, text)                      \
    {path, TYPE_##type, EFFECT_NOW, NEED_##need, offset, shown, least, most, text},
#define MEMBER(path, type, field, ...)                                                   \
    ELEMENT(path, type, offsetof(struct config_channel, field), __VA_ARGS__)
#define LISTEN(path, type, field, ...)                                                   \
    ELEMENT(path, type, offsetof(struct config_listen, field), __VA_ARGS__)
#define USER(path, type, field, ...)                                                     \
    ELEMENT(path, type, offsetof(struct config_user, field), __VA_ARGS__)
#define RULE(path, type, field, ...)                                                     \
    ELEMENT(path, type, offsetof(struct config_rule, field), __VA_ARGS__)
const struct key key_rows[] = {
#include "config.def"
};
#undef GROUP
#undef KEY
#undef OPTION
#undef ITEM
#undef ELEMENT
#undef MEMBER
#undef LISTEN
#undef USER
#undef RULE

const size_t key_row_count = sizeof key_rows / sizeof *key_rows;

const struct key key_root = {.path = "", .type = TYPE_GROUP};

const char *key_name(const struct key *key)
{
    const char *dot = strrchr(key->path, '.');

    return dot ? dot + 1 : key->path;
}

size_t key_depth(const struct key *key)
{
    size_t depth = 0;

    for (const char *at = key->path; *at; at++)
        if (*at == '.' || *at == '[')
            depth++;
    return depth;
}

/* The rest of the path below the group, without its dot; NULL if it is not below. */
static const char *path_below(const struct key *group, const char *path)
{
    size_t len = strlen(group->path);

    if (len == 0)
        return path;
    return strncmp(path, group->path, len) == 0 && path[len] == '.' ? path + len + 1
                                                                    : NULL;
}

const struct key *key_next_member(const struct key *group, const struct key *previous)
{
    const struct key *end = key_rows + key_row_count;

    for (const struct key *key = previous ? previous + 1 : key_rows; key < end; key++) {
        const char *rest = path_below(group, key->path);

        if (rest && !strpbrk(rest, ".["))
            return key;
    }
    return NULL;
}

const struct key *key_member(const struct key *group, const char *name)
{
    const struct key *key = key_next_member(group, NULL);

    while (key && strcmp(key_name(key), name) != 0)
        key = key_next_member(group, key);
    return key;
}

const struct key *key_item(const struct key *list)
{
    const struct key *item = list + 1;
    size_t len = strlen(list->path);

    assert(strncmp(item->path, list->path, len) == 0);
    assert(strcmp(item->path + len, "[]") == 0);
    (void)len;
    return item;
}

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

enum { NEAR_NAME_MAX = 32 };

/*
 * How many letters must be inserted, removed or replaced to make one of the other
 * (Levenshtein): row[j] is the distance of the first i letters of `from` to the first j
 * of `to`.
 */
static size_t distance(const char *from, const char *to)
{
    size_t row[NEAR_NAME_MAX + 1], to_len = strlen(to);

    assert(to_len <= NEAR_NAME_MAX);
    for (size_t j = 0; j <= to_len; j++)
        row[j] = j;
    for (size_t i = 1; from[i - 1]; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= to_len; j++) {
            size_t replaced = diagonal + (from[i - 1] != to[j - 1]);

            diagonal = row[j];
            row[j] = least_of(row[j] + 1, row[j - 1] + 1, replaced);
        }
    }
    return row[to_len];
}

/* Few enough letters apart, or the first letters of it. */
static bool is_near(const char *known, const char *written, size_t best, size_t *ret_far)
{
    size_t len = strlen(written);

    *ret_far =
        len >= 3 && strncmp(known, written, len) == 0 ? 1 : distance(written, known);
    return *ret_far < best;
}

static const char *nearest_member(const struct key *group, const char *name)
{
    const struct key *key = NULL;
    const char *nearest = NULL;
    size_t far, best = strlen(name) / 3 + 2; /* from there on it is another word */

    while ((key = key_next_member(group, key)) != NULL) {
        if (!is_near(key_name(key), name, best, &far))
            continue;
        best = far;
        nearest = key_name(key);
    }
    return nearest;
}

/* The path of a key of that very name that stands elsewhere, of several the outermost. */
static const char *namesake(const char *name)
{
    const struct key *found = NULL;

    for (size_t i = 0; i < key_row_count; i++)
        if (strcmp(key_name(&key_rows[i]), name) == 0 &&
            (!found || key_depth(&key_rows[i]) < key_depth(found)))
            found = &key_rows[i];
    return found ? found->path : NULL;
}

const char *key_suggest(const struct key *group, const char *name)
{
    const char *nearest;

    if (strlen(name) > NEAR_NAME_MAX)
        return NULL;
    nearest = nearest_member(group, name);
    return nearest ? nearest : namesake(name);
}
