/* SPDX-License-Identifier: MIT */
#include "registry.h"

#include <stdio.h>
#include "exact.h"
#include "starve.h"
#include "unit.h"

static struct channel *channel_with(struct slice name, uint32_t hash)
{
    struct channel_settings s = {.kind = KIND_NONE, .close_after_ms = -1};
    struct channel *ch = channel_new(name, hash, &s);

    ck_assert_ptr_nonnull(ch);
    return ch;
}

static struct channel *channel_named(const struct registry *r, const char *name)
{
    return channel_with(slice_text(name), registry_hash(r, slice_text(name)));
}

static struct registry *registry_setup(struct registry *r)
{
    ck_assert(registry_init(r, (struct hash_key){11, 12}));
    return r;
}

static struct channel *find(const struct registry *r, const char *name)
{
    struct slice s = slice_text(name);

    return registry_find(r, s, registry_hash(r, s));
}

static const char *name_at(const struct channel *ch)
{
    static char text[256];

    if (!ch)
        return "";
    memcpy(text, ch->name, ch->name_len);
    text[ch->name_len] = '\0';
    return text;
}

/* Below each node are names of its side only; the walk visits all, in order. */
static void check_walk(const struct registry *r)
{
    size_t count = 0;
    const struct channel *last = NULL;

    for (const struct channel *ch = registry_from(r, slice_of("", 0)); ch;
         ch = registry_next(r, ch)) {
        if (last)
            ck_assert_int_lt(registry_order(channel_name(last), channel_name(ch)), 0);
        last = ch;
        count++;
    }
    ck_assert_uint_eq(count, r->count);
}

START_TEST(order_is_that_of_unsigned_bytes_and_then_of_length)
{
    static const char *const names[] = {"", "-", "a", "a-", "a/", "a/b", "a0"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            int order = registry_order(slice_text(names[i]), slice_text(names[k]));

            ck_assert_int_eq((order > 0) - (order < 0), (i > k) - (i < k));
        }
    ck_assert_int_gt(registry_order(slice_text("\xff"), slice_text("a")), 0);
    ck_assert_int_eq(registry_order((struct slice){0}, slice_text("")), 0);
}
END_TEST

START_TEST(an_empty_registry_has_nobody)
{
    struct registry r;

    registry_setup(&r);
    ck_assert_ptr_null(find(&r, "a"));
    ck_assert_ptr_null(registry_from(&r, slice_of("", 0)));
    registry_release(&r);
}
END_TEST

START_TEST(a_channel_is_found_by_its_whole_name_only)
{
    struct registry r;
    struct channel *ab;

    registry_setup(&r);
    ab = channel_named(&r, "ab");
    registry_add(&r, ab);
    ck_assert_ptr_eq(find(&r, "ab"), ab);
    ck_assert_ptr_null(find(&r, "a"));
    ck_assert_ptr_null(find(&r, "abc"));
    ck_assert_ptr_null(find(&r, "AB"));
    registry_release(&r);
}
END_TEST

START_TEST(a_walk_begins_at_a_name_or_behind_it)
{
    struct registry r;

    registry_setup(&r);
    registry_add(&r, channel_named(&r, "b"));
    registry_add(&r, channel_named(&r, "d"));
    registry_add(&r, channel_named(&r, "bb"));
    ck_assert_str_eq(name_at(registry_from(&r, slice_text("a"))), "b");
    ck_assert_str_eq(name_at(registry_from(&r, slice_text("b"))), "b");
    ck_assert_str_eq(name_at(registry_from(&r, slice_text("ba"))), "bb");
    ck_assert_str_eq(name_at(registry_from(&r, slice_text("c"))), "d");
    ck_assert_ptr_null(registry_from(&r, slice_text("da")));
    ck_assert_str_eq(name_at(registry_next(&r, find(&r, "b"))), "bb");
    ck_assert_ptr_null(registry_next(&r, find(&r, "d")));
    registry_release(&r);
}
END_TEST

/* Names that share a hash share a chain and a priority: they are told apart all the same.
 */
START_TEST(names_of_the_same_hash_live_together)
{
    enum { COUNT = 40 };
    struct registry r;
    struct channel *channels[COUNT];
    char name[16];

    registry_setup(&r);
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "%02d", i * 7 % COUNT);
        channels[i] = channel_with(slice_text(name), i % 4 ? 99 : 99 + 256);
        registry_add(&r, channels[i]);
        check_walk(&r);
    }
    for (int i = 0; i < COUNT; i += 3) {
        registry_remove(&r, channels[i]);
        check_walk(&r);
        ck_assert_ptr_null(
            registry_find(&r, channel_name(channels[i]), channels[i]->hash));
        channel_free(channels[i]);
    }
    for (int i = 0; i < COUNT; i++)
        if (i % 3)
            ck_assert_ptr_eq(
                registry_find(&r, channel_name(channels[i]), channels[i]->hash),
                channels[i]);
    registry_release(&r);
}
END_TEST

/* ---- against a sorted array ---- */

enum { NAMES = 300 };

/* All names there are, in order; those with a channel are in the registry. */
struct shelf {
    char names[NAMES][16];
    struct channel *channels[NAMES];
};

static void shelf_fill(struct shelf *s)
{
    memset(s, 0, sizeof *s);
    for (int i = 0; i < NAMES; i++)
        snprintf(s->names[i], sizeof s->names[i], "n/%03d", i);
}

static struct channel *shelf_from(const struct shelf *s, int i)
{
    while (i < NAMES && !s->channels[i])
        i++;
    return i < NAMES ? s->channels[i] : NULL;
}

static void shelf_toggle(struct shelf *s, struct registry *r, size_t i)
{
    if (s->channels[i]) {
        registry_remove(r, s->channels[i]);
        channel_free(s->channels[i]);
        s->channels[i] = NULL;
    } else {
        s->channels[i] = channel_named(r, s->names[i]);
        registry_add(r, s->channels[i]);
    }
}

START_TEST(random_changes_agree_with_a_sorted_array)
{
    static struct shelf shelf;
    struct registry r;
    uint64_t random = 5;

    registry_setup(&r);
    shelf_fill(&shelf);
    for (int step = 0; step < 20000; step++) {
        size_t i = exact_below(&random, NAMES), k = exact_below(&random, NAMES);

        shelf_toggle(&shelf, &r, i);
        ck_assert_ptr_eq(find(&r, shelf.names[k]), shelf.channels[k]);
        ck_assert_ptr_eq(registry_from(&r, slice_text(shelf.names[k])),
                         shelf_from(&shelf, (int)k));
        if (shelf.channels[k])
            ck_assert_ptr_eq(registry_next(&r, shelf.channels[k]),
                             shelf_from(&shelf, (int)k + 1));
        if (step % 100 == 0)
            check_walk(&r);
    }
    registry_release(&r);
}
END_TEST

static size_t depth(const struct channel *tree)
{
    size_t left = tree ? depth(tree->left) : 0, right = tree ? depth(tree->right) : 0;

    return tree ? 1 + (left > right ? left : right) : 0;
}

START_TEST(names_that_come_in_order_make_no_deep_tree)
{
    enum { MANY = 20000 };
    struct registry r;
    char name[16];

    registry_setup(&r);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%08d", i);
        registry_add(&r, channel_named(&r, name));
    }
    ck_assert_uint_lt(depth(r.root), 60);
    ck_assert_uint_ge(r.mask + 1, MANY / 2);
    check_walk(&r);
    registry_release(&r);
}
END_TEST

START_TEST(a_registry_that_was_large_gives_memory_back)
{
    enum { MANY = 5000 };
    static struct channel *channels[MANY];
    struct registry r;
    char name[16];
    size_t large;

    registry_setup(&r);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%d", i);
        channels[i] = channel_named(&r, name);
        registry_add(&r, channels[i]);
    }
    large = r.mask;
    for (int i = 0; i < MANY - 10; i++) {
        registry_remove(&r, channels[i]);
        channel_free(channels[i]);
    }
    ck_assert_uint_lt(r.mask, large / 8);
    for (int i = MANY - 10; i < MANY; i++)
        ck_assert_ptr_eq(registry_find(&r, channel_name(channels[i]), channels[i]->hash),
                         channels[i]);
    check_walk(&r);
    registry_release(&r);
}
END_TEST

START_TEST(without_memory_to_grow_everything_is_still_found)
{
    enum { MANY = 1000 };
    static struct channel *channels[MANY];
    struct registry r;
    char name[16];
    long refused = 0;

    registry_setup(&r);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%d", i);
        channels[i] = channel_named(&r, name);
        starve_after(0);
        registry_add(&r, channels[i]);
        refused += starve_end();
    }
    ck_assert_int_gt(refused, 0);
    check_walk(&r);
    for (int i = 0; i < MANY; i++)
        ck_assert_ptr_eq(registry_find(&r, channel_name(channels[i]), channels[i]->hash),
                         channels[i]);
    registry_release(&r);
}
END_TEST

START_TEST(without_memory_there_is_no_registry)
{
    struct registry r;
    bool made;

    starve_after(0);
    made = registry_init(&r, (struct hash_key){1, 2});
    starve_end();
    ck_assert(!made);
    registry_release(&r);
}
END_TEST

UNIT_MAIN("registry", order_is_that_of_unsigned_bytes_and_then_of_length,
          an_empty_registry_has_nobody, a_channel_is_found_by_its_whole_name_only,
          a_walk_begins_at_a_name_or_behind_it, names_of_the_same_hash_live_together,
          random_changes_agree_with_a_sorted_array,
          names_that_come_in_order_make_no_deep_tree,
          a_registry_that_was_large_gives_memory_back,
          without_memory_to_grow_everything_is_still_found,
          without_memory_there_is_no_registry)
