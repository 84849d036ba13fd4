/* SPDX-License-Identifier: MIT */
#include "catalog.h"

#include <assert.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "name.h"

/* So many unknown channels are kept for reuse. */
enum { UNKNOWN_KEPT = 1024 };

/* ---- templates ---- */

static void templates_free(struct channel_template *t, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)t[i].match);
    free(t);
}

static struct channel_template *templates_copy(const struct channel_template *from,
                                               size_t count)
{
    struct channel_template *copy = calloc(count + 1, sizeof *copy);

    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = from[i];
        copy[i].match = strdup(from[i].match);
        if (!copy[i].match) {
            templates_free(copy, i);
            return NULL;
        }
    }
    return copy;
}

static bool glob_matches(const char *glob, struct slice name)
{
    char text[NAME_MAX_LEN + 1];

    memcpy(text, name.bytes, name.len);
    text[name.len] = '\0';
    return fnmatch(glob, text, 0) == 0;
}

struct channel_settings catalog_settings(const struct catalog *c, struct slice name)
{
    for (size_t i = 0; i < c->template_count; i++)
        if (glob_matches(c->templates[i].match, name))
            return c->templates[i].settings;
    return (struct channel_settings){.kind = KIND_NONE, .close_after_ms = -1};
}

/* ---- channels come and go ---- */

static void unknown_trim(struct catalog *c, size_t keep)
{
    struct exchange *ex = c->exchange;

    while (ex->unknown_count > keep) {
        struct channel *ch = container_of(list_pop(&ex->unknown), struct channel, quiet);

        ex->unknown_count--;
        recent_forget(&c->recent, ch);
        registry_remove(&c->registry, ch);
        channel_free(ch);
    }
}

static void unknown_add(struct catalog *c, struct channel *ch)
{
    list_remove(&ch->quiet);
    list_push(&c->exchange->unknown, &ch->quiet);
    c->exchange->unknown_count++;
}

bool catalog_init(struct catalog *c, struct exchange *ex, struct hash_key key)
{
    *c = (struct catalog){.exchange = ex};
    return registry_init(&c->registry, key);
}

void catalog_release(struct catalog *c)
{
    registry_release(&c->registry);
    templates_free(c->templates, c->template_count);
    *c = (struct catalog){0};
}

bool catalog_set_templates(struct catalog *c, const struct channel_template *t,
                           size_t count)
{
    struct channel_template *copy = templates_copy(t, count);

    if (!copy)
        return false;
    templates_free(c->templates, c->template_count);
    c->templates = copy;
    c->template_count = count;
    c->edition++;
    unknown_trim(c, 0); /* they are as the old templates would have them */
    return true;
}

struct channel *catalog_find(const struct catalog *c, struct slice name)
{
    struct channel *ch =
        registry_find(&c->registry, name, registry_hash(&c->registry, name));

    return ch && ch->known ? ch : NULL;
}

/* Apart, so that finding a channel pays neither for this frame nor for its protection. */
__attribute__((cold, noinline)) static struct channel *
catalog_make(struct catalog *c, struct slice name, uint32_t hash)
{
    struct channel_settings s = catalog_settings(c, name);
    struct channel *ch = channel_new(name, hash, &s);

    if (!ch)
        return NULL;
    ch->edition = c->edition;
    registry_add(&c->registry, ch);
    unknown_add(c, ch);
    return ch;
}

struct channel *catalog_get(struct catalog *c, struct slice name)
{
    struct channel *ch = recent_find(&c->recent, name);
    uint32_t hash;

    if (ch)
        return ch;
    hash = registry_hash(&c->registry, name);
    ch = registry_find(&c->registry, name, hash);
    if (!ch)
        ch = catalog_make(c, name, hash);
    if (ch)
        recent_note(&c->recent, ch);
    return ch;
}

void catalog_forget(struct catalog *c, struct channel *ch)
{
    bool own = ch->opened || ch->edition != c->edition; /* not the templates' of now */
    struct channel_settings s =
        own ? catalog_settings(c, channel_name(ch)) : channel_settings(ch);

    heap_remove(&c->exchange->timers, &ch->timer.node);
    c->exchange->memory -= channel_weight(ch) + channel_reset(ch, &s);
    ch->edition = c->edition;
    c->exchange->known--;
    unknown_add(c, ch);
}

void catalog_trim(struct catalog *c)
{
    if (c->exchange->unknown_count > UNKNOWN_KEPT)
        unknown_trim(c, UNKNOWN_KEPT);
}

/* ---- the list ---- */

/* A prefix taken apart: what names begin with, and the glob that they match, if any. */
struct pattern {
    struct slice stem;
    size_t glob_len; /* 0: the stem says it all */
    char glob[NAME_MAX_LEN + 2];
};

/* Whether fnmatch will take nothing but the stars in it for more than itself. */
static bool is_of_stars_and_names(struct slice prefix)
{
    for (size_t i = 0; i < prefix.len; i++)
        if (prefix.bytes[i] != '*' && !name_is_valid(slice_of(&prefix.bytes[i], 1)))
            return false;
    return true;
}

/* False: no name can begin so. */
static bool pattern_of(struct slice prefix, struct pattern *ret)
{
    const char *star = prefix.len ? memchr(prefix.bytes, '*', prefix.len) : NULL;

    ret->stem = prefix;
    ret->glob_len = 0;
    if (!star)
        return true;
    if (prefix.len > NAME_MAX_LEN || !is_of_stars_and_names(prefix))
        return false;
    ret->stem.len = (size_t)(star - prefix.bytes);
    memcpy(ret->glob, prefix.bytes, prefix.len);
    strcpy(ret->glob + prefix.len, "*");
    ret->glob_len = prefix.len + 1;
    return true;
}

static bool pattern_fits(const struct pattern *p, const struct channel *ch)
{
    return ch->known && (p->glob_len == 0 || glob_matches(p->glob, channel_name(ch)));
}

/* What a look at a name costs: one, and as much as it may take to hold it against p. */
static size_t pattern_cost(const struct pattern *p, struct slice name)
{
    enum { STEPS = 128 }; /* of fnmatch, that take as long as to come by the name */

    return 1 + p->glob_len * name.len / STEPS;
}

/* The channel, if its name begins so. */
static struct channel *with_stem(struct channel *ch, struct slice stem)
{
    const bool fits = ch && ch->name_len >= stem.len &&
                      (stem.len == 0 || !memcmp(ch->name, stem.bytes, stem.len));

    return fits ? ch : NULL;
}

/* The first channel to look at: the first with the stem, or the one behind `after`. */
static struct channel *list_start(const struct catalog *c,
                                  const struct catalog_query *query, struct slice stem)
{
    struct channel *ch = registry_from(&c->registry, stem);
    struct channel *behind = NULL;

    if (!query->after.bytes || !ch)
        return ch;
    behind = registry_from(&c->registry, query->after);
    if (behind && slice_equal(channel_name(behind), query->after))
        behind = registry_next(&c->registry, behind);
    if (!behind || registry_order(channel_name(behind), channel_name(ch)) > 0)
        return behind;
    return ch;
}

size_t catalog_look(const struct catalog *c, const struct catalog_query *query,
                    size_t *effort, struct channel_stat *ret, struct slice *ret_last)
{
    struct channel *ch, *last = NULL;
    struct pattern p;
    size_t count = 0;

    assert(query->limit > 0 && *effort > 0);
    *ret_last = (struct slice){0};
    if (!pattern_of(query->prefix, &p))
        return 0;
    ch = with_stem(list_start(c, query, p.stem), p.stem);
    for (; ch && *effort > 0; ch = with_stem(registry_next(&c->registry, ch), p.stem)) {
        const size_t cost = pattern_cost(&p, channel_name(ch));
        const bool fits = pattern_fits(&p, ch);

        if (fits && count == query->limit)
            break;
        if (fits)
            channel_stat(ch, &ret[count++]);
        *effort -= cost < *effort ? cost : *effort;
        last = ch;
    }
    if (ch)
        *ret_last = channel_name(last);
    return count;
}

size_t catalog_list(const struct catalog *c, const struct catalog_query *query,
                    struct channel_stat *ret, bool *ret_more)
{
    size_t effort = SIZE_MAX;
    struct slice last;
    size_t count = catalog_look(c, query, &effort, ret, &last);

    *ret_more = last.bytes != NULL;
    return count;
}
