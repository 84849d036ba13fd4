/* SPDX-License-Identifier: MIT */
#include "catalog.h"

#include <stdio.h>
#include "exact.h"
#include "shelf.h"
#include "starve.h"
#include "unit.h"

static struct channel_template template_of(const char *match, enum kind kind,
                                           uint32_t size)
{
    return (struct channel_template){match,
                                     {.kind = kind, .size = size, .close_after_ms = -1}};
}

/* ---- templates ---- */

START_TEST(the_first_template_that_matches_counts)
{
    struct shelf *g = shelf_new();
    struct channel_template t[] = {
        template_of("jobs/urgent", KIND_PROMISE, 0), template_of("jobs/*", KIND_FIXED, 3),
        template_of("log?", KIND_SLIDING, 2), template_of("*.drop", KIND_DROPPING, 1),
        template_of("jobs/never", KIND_NONE, 0)};
    static const struct {
        const char *name;
        enum kind kind;
    } rows[] = {
        {"jobs/urgent", KIND_PROMISE}, {"jobs/never", KIND_FIXED},
        {"jobs/", KIND_FIXED},         {"jobs/a/b", KIND_FIXED},
        {"jobs", KIND_NONE},           {"xjobs/a", KIND_NONE},
        {"log1", KIND_SLIDING},        {"log", KIND_NONE},
        {"log12", KIND_NONE},          {"log/", KIND_SLIDING},
        {"x.drop", KIND_DROPPING},     {".drop", KIND_DROPPING},
        {"x.drops", KIND_NONE},        {"Jobs/a", KIND_NONE},
    };

    ck_assert(catalog_set_templates(&g->catalog, t, sizeof t / sizeof *t));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_int_eq(catalog_settings(&g->catalog, slice_text(rows[i].name)).kind,
                         rows[i].kind);
        ck_assert_int_eq(get(g, rows[i].name)->buffer.kind, rows[i].kind);
    }
    shelf_free(g);
}
END_TEST

START_TEST(without_a_template_a_channel_has_no_buffer)
{
    struct shelf *g = shelf_new();
    struct channel_settings s = catalog_settings(&g->catalog, slice_text("a"));

    ck_assert_int_eq(s.kind, KIND_NONE);
    ck_assert_uint_eq(s.size + s.max_parked, 0);
    ck_assert_int_eq(s.close_after_ms, -1);
    shelf_free(g);
}
END_TEST

START_TEST(a_glob_sees_the_longest_name)
{
    struct shelf *g = shelf_new();
    struct channel_template t = template_of("a*z", KIND_FIXED, 1);
    char name[200];

    memset(name, 'a', sizeof name);
    name[199] = 'z';
    ck_assert(catalog_set_templates(&g->catalog, &t, 1));
    ck_assert_int_eq(catalog_settings(&g->catalog, slice_of(name, 200)).kind, KIND_FIXED);
    ck_assert_int_eq(catalog_settings(&g->catalog, slice_of(name, 199)).kind, KIND_NONE);
    shelf_free(g);
}
END_TEST

START_TEST(templates_are_copied)
{
    struct shelf *g = shelf_new();
    char *glob = exact_copy("a*", 3);
    struct channel_template t = template_of(glob, KIND_FIXED, 1);

    ck_assert(catalog_set_templates(&g->catalog, &t, 1));
    free(glob);
    ck_assert_int_eq(catalog_settings(&g->catalog, slice_text("ab")).kind, KIND_FIXED);
    shelf_free(g);
}
END_TEST

START_TEST(other_templates_are_for_channels_to_come)
{
    struct shelf *g = shelf_new();
    struct channel_template before = template_of("*", KIND_FIXED, 4);
    struct channel_template after = template_of("*", KIND_SLIDING, 5);
    struct channel *known;

    ck_assert(catalog_set_templates(&g->catalog, &before, 1));
    get(g, "unknown");
    known = know(g, "known");
    ck_assert(catalog_set_templates(&g->catalog, &after, 1));
    ck_assert_int_eq(get(g, "unknown")->buffer.kind, KIND_SLIDING);
    ck_assert_int_eq(known->buffer.kind, KIND_FIXED);
    catalog_forget(&g->catalog, known);
    ck_assert_int_eq(get(g, "known")->buffer.kind, KIND_SLIDING);
    ck_assert_uint_eq(get(g, "known")->buffer.size, 5);
    shelf_free(g);
}
END_TEST

START_TEST(without_memory_the_old_templates_stay)
{
    struct shelf *g = shelf_new();
    struct channel_template before = template_of("*", KIND_FIXED, 4);
    struct channel_template after[3] = {template_of("a", KIND_SLIDING, 5),
                                        template_of("b", KIND_SLIDING, 5),
                                        template_of("*", KIND_SLIDING, 5)};
    bool set = false;

    ck_assert(catalog_set_templates(&g->catalog, &before, 1));
    for (long n = 0; !set; n++) {
        starve_after(n);
        set = catalog_set_templates(&g->catalog, after, 3);
        ck_assert_int_eq(starve_end() == 0, set);
        ck_assert_int_eq(catalog_settings(&g->catalog, slice_text("a")).kind,
                         set ? KIND_SLIDING : KIND_FIXED);
    }
    shelf_free(g);
}
END_TEST

/* ---- known and unknown ---- */

START_TEST(an_unknown_name_has_a_channel_that_is_not_found)
{
    struct shelf *g = shelf_new();
    struct channel *ch = get(g, "a");

    ck_assert(!ch->known);
    ck_assert_ptr_eq(get(g, "a"), ch);
    ck_assert_ptr_null(catalog_find(&g->catalog, slice_text("a")));
    ck_assert_int_eq(exchange_know(&g->ex, ch), ERR_OK);
    ck_assert_ptr_eq(catalog_find(&g->catalog, slice_text("a")), ch);
    ck_assert_ptr_null(catalog_find(&g->catalog, slice_text("b")));
    shelf_free(g);
}
END_TEST

START_TEST(who_is_forgotten_starts_anew)
{
    struct shelf *g = shelf_new();
    struct channel *ch = know(g, "a");
    struct value *fallen, *v = value_new(slice_text("v"));

    channel_reset(ch, &(struct channel_settings){.kind = KIND_FIXED, .size = 9});
    ch->known = ch->opened = ch->closed = true;
    ch->puts_total = 5;
    ck_assert(buffer_push(&ch->buffer, v, &fallen));
    ck_assert(heap_add(&g->ex.timers, &ch->timer.node, 7));
    catalog_forget(&g->catalog, ch);
    ck_assert_ptr_null(catalog_find(&g->catalog, slice_text("a")));
    ck_assert_int_eq(g->ex.known, 0);
    ck_assert_ptr_null(heap_first(&g->ex.timers));
    ch = get(g, "a");
    ck_assert(!ch->known && !ch->opened && !ch->closed && channel_is_idle(ch));
    ck_assert_int_eq(ch->buffer.kind, KIND_NONE);
    ck_assert_uint_eq(ch->puts_total, 0);
    shelf_free(g);
}
END_TEST

START_TEST(of_unknown_channels_a_bounded_number_is_kept)
{
    struct shelf *g = shelf_new();
    struct channel *known = know(g, "known");
    char name[16];

    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "%d", i);
        get(g, name);
        catalog_trim(&g->catalog);
        ck_assert_uint_le(g->catalog.registry.count, 1024 + 1);
    }
    ck_assert_uint_eq(g->ex.unknown_count, g->catalog.registry.count - 1);
    ck_assert_ptr_eq(catalog_find(&g->catalog, slice_text("known")), known);
    shelf_free(g);
}
END_TEST

START_TEST(who_became_known_is_not_trimmed)
{
    struct shelf *g = shelf_new();
    struct channel *ch = get(g, "first");
    char name[16];

    ck_assert_int_eq(exchange_know(&g->ex, ch), ERR_OK);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "%d", i);
        get(g, name);
        catalog_trim(&g->catalog);
    }
    ck_assert_ptr_eq(get(g, "first"), ch);
    catalog_forget(&g->catalog, ch);
    ck_assert_ptr_eq(get(g, "first"), ch);
    shelf_free(g);
}
END_TEST

START_TEST(without_memory_there_is_no_channel)
{
    struct shelf *g = shelf_new();
    struct channel *ch;

    starve_after(0);
    ch = catalog_get(&g->catalog, slice_text("a"));
    starve_end();
    ck_assert_ptr_null(ch);
    ck_assert_uint_eq(g->ex.unknown_count, 0);
    get(g, "a");
    shelf_free(g);
}
END_TEST

/* ---- what was named lately ---- */

START_TEST(what_was_named_before_is_found_and_never_what_is_gone)
{
    struct shelf *g = shelf_new();
    const struct registry *r = &g->catalog.registry;
    uint64_t random = 7;

    for (int step = 0; step < 20000; step++) {
        char name[40];
        struct channel *ch;
        size_t names = step % 2000 < 1000 ? 5 : 3000;

        snprintf(name, sizeof name, "%.*s%zu", (int)exact_below(&random, 20),
                 "a/common/beginning//", exact_below(&random, names));
        ch = catalog_get(&g->catalog, slice_text(name));
        ck_assert_ptr_nonnull(ch);
        ck_assert(slice_is(channel_name(ch), name));
        ck_assert_ptr_eq(
            registry_find(r, slice_text(name), registry_hash(r, slice_text(name))), ch);
        catalog_trim(&g->catalog);
    }
    shelf_free(g);
}
END_TEST

UNIT_MAIN("catalog", the_first_template_that_matches_counts,
          without_a_template_a_channel_has_no_buffer, a_glob_sees_the_longest_name,
          templates_are_copied, other_templates_are_for_channels_to_come,
          without_memory_the_old_templates_stay,
          an_unknown_name_has_a_channel_that_is_not_found, who_is_forgotten_starts_anew,
          of_unknown_channels_a_bounded_number_is_kept, who_became_known_is_not_trimmed,
          without_memory_there_is_no_channel,
          what_was_named_before_is_found_and_never_what_is_gone)
