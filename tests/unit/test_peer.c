/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <stdio.h>
#include "account.h"
#include "alt.h"
#include "exact.h"
#include "starve.h"
#include "unit.h"

enum { ALTS = 400 };

/* Alts as a peer sees them: a tag, its hash and links. */
struct crowd {
    struct peer peer;
    struct alt *alts[ALTS];
    char tags[ALTS][16];
    bool in[ALTS];
};

static struct crowd *crowd_new(void)
{
    struct crowd *c = calloc(1, sizeof *c);

    ck_assert_ptr_nonnull(c);
    peer_init(&c->peer);
    for (int i = 0; i < ALTS; i++) {
        struct alt *alt = calloc(1, sizeof *alt);

        ck_assert_ptr_nonnull(alt);
        c->alts[i] = alt;
        snprintf(c->tags[i], sizeof c->tags[i], "%d", i);
        list_init(&alt->mates);
        if (i % 5 == 4) /* some have none */
            continue;
        alt->done.tag = slice_text(c->tags[i]);
        alt->tag_hash = (uint32_t)i * 2654435761u / (1 + (uint32_t)i % 3);
    }
    return c;
}

static void crowd_toggle(struct crowd *c, int i)
{
    if (c->in[i])
        peer_remove(&c->peer, c->alts[i]);
    else
        peer_add(&c->peer, c->alts[i]);
    c->in[i] = !c->in[i];
}

static struct alt *crowd_find(const struct crowd *c, int i)
{
    char *copy = exact_copy(c->tags[i], strlen(c->tags[i]));
    struct alt *found =
        peer_find(&c->peer, slice_of(copy, strlen(c->tags[i])), c->alts[i]->tag_hash);

    free(copy);
    return found;
}

/* Everybody who is in and has a tag is found by it, and nobody else. */
static void crowd_check(const struct crowd *c)
{
    uint32_t count = 0;

    for (int i = 0; i < ALTS; i++) {
        const struct alt *expected =
            c->in[i] && c->alts[i]->done.tag.bytes ? c->alts[i] : NULL;

        ck_assert_ptr_eq(crowd_find(c, i), expected);
        count += c->in[i];
    }
    ck_assert_uint_eq(c->peer.count, count);
}

static void crowd_free(struct crowd *c)
{
    for (int i = 0; i < ALTS; i++)
        if (c->in[i])
            crowd_toggle(c, i);
    peer_release(&c->peer);
    for (int i = 0; i < ALTS; i++)
        free(c->alts[i]);
    free(c);
}

START_TEST(a_new_peer_has_nothing_parked)
{
    struct peer peer;

    peer_init(&peer);
    ck_assert_uint_eq(peer.count, 0);
    ck_assert(list_is_empty(&peer.parked));
    ck_assert_ptr_null(peer_find(&peer, slice_text("1"), 1));
    peer_release(&peer);
}
END_TEST

START_TEST(what_is_parked_is_found_by_its_tag)
{
    struct crowd *c = crowd_new();

    crowd_check(c);
    for (int i = 0; i < 5; i++)
        crowd_toggle(c, i);
    crowd_check(c);
    crowd_toggle(c, 2);
    crowd_check(c);
    crowd_free(c);
}
END_TEST

START_TEST(many_are_found_as_well_as_few)
{
    struct crowd *c = crowd_new();

    for (int i = 0; i < ALTS; i++) {
        crowd_toggle(c, i);
        if (i % 10 == 0)
            crowd_check(c);
    }
    for (int i = 0; i < ALTS; i += 2)
        crowd_toggle(c, i);
    crowd_check(c);
    crowd_free(c);
}
END_TEST

START_TEST(an_absent_tag_is_nobodys)
{
    struct crowd *c = crowd_new();

    crowd_toggle(c, 4); /* has none */
    ck_assert_ptr_null(peer_find(&c->peer, (struct slice){0}, 0));
    for (int i = 5; i < 100; i++)
        crowd_toggle(c, i);
    ck_assert_ptr_null(peer_find(&c->peer, (struct slice){0}, 0));
    crowd_free(c);
}
END_TEST

START_TEST(the_list_keeps_the_order_of_parking)
{
    struct crowd *c = crowd_new();
    const struct list *l = &c->peer.parked;

    for (int i = ALTS - 1; i >= 0; i--)
        crowd_toggle(c, i);
    for (int i = ALTS - 1; i >= 0; i--) {
        l = l->next;
        ck_assert_ptr_eq(l, &c->alts[i]->mates);
    }
    crowd_free(c);
}
END_TEST

START_TEST(random_coming_and_going_loses_nobody)
{
    struct crowd *c = crowd_new();
    uint64_t random = 6;

    for (int step = 0; step < 20000; step++) {
        crowd_toggle(c, (int)exact_below(&random, step % 8000 < 4000 ? ALTS : 20));
        if (step % 100 == 0)
            crowd_check(c);
    }
    crowd_free(c);
}
END_TEST

START_TEST(a_table_that_had_grown_goes_with_the_last)
{
    struct crowd *c = crowd_new();

    for (int i = 0; i < ALTS; i++)
        crowd_toggle(c, i);
    ck_assert_ptr_nonnull(c->peer.table);
    for (int i = 0; i < ALTS; i++)
        crowd_toggle(c, i);
    ck_assert_ptr_null(c->peer.table);
    for (int i = 0; i < 20; i++)
        crowd_toggle(c, i);
    crowd_check(c);
    crowd_free(c);
}
END_TEST

/* Whether the table can't be made at first, or only can't grow later. */
/* Else many could each leave a large one behind, with one request in it. */
START_TEST(a_table_shrinks_with_what_is_parked)
{
    enum { LEFT = 3 };
    struct crowd *c = crowd_new();
    uint32_t full;

    for (int i = 0; i < ALTS; i++)
        crowd_toggle(c, i);
    full = c->peer.table_mask;
    ck_assert_uint_gt(full, 127);
    for (int i = 0; i < ALTS - LEFT; i++)
        crowd_toggle(c, i);
    crowd_check(c);
    ck_assert_uint_le(c->peer.table_mask, 127);
    crowd_free(c);
}
END_TEST

START_TEST(without_memory_everybody_is_still_found)
{
    for (int from = 0; from < 100; from += 50) {
        struct crowd *c = crowd_new();
        long refused = 0;

        for (int i = 0; i < ALTS; i++) {
            if (i >= from)
                starve_after(0);
            crowd_toggle(c, i);
            refused += starve_end();
        }
        ck_assert_int_gt(refused, 0);
        crowd_check(c);
        for (int i = 0; i < ALTS; i += 2)
            crowd_toggle(c, i);
        crowd_check(c);
        crowd_free(c);
    }
}
END_TEST

START_TEST(what_is_parked_is_on_the_account_whenever_that_came)
{
    struct crowd *c = crowd_new();
    struct account one = {0}, other = {0};

    crowd_toggle(c, 0);
    peer_charge(&c->peer, &one);
    crowd_toggle(c, 1);
    crowd_toggle(c, 2);
    ck_assert_int_eq(atomic_load(&one.parked), 3);
    crowd_toggle(c, 0);
    ck_assert_int_eq(atomic_load(&one.parked), 2);
    peer_charge(&c->peer, &other);
    ck_assert_int_eq(atomic_load(&one.parked), 0);
    ck_assert_int_eq(atomic_load(&other.parked), 2);
    peer_charge(&c->peer, NULL);
    ck_assert_int_eq(atomic_load(&other.parked), 0);
    crowd_toggle(c, 1);
    crowd_toggle(c, 2);
    crowd_free(c);
}
END_TEST

UNIT_MAIN("peer", a_new_peer_has_nothing_parked, what_is_parked_is_found_by_its_tag,
          many_are_found_as_well_as_few, an_absent_tag_is_nobodys,
          the_list_keeps_the_order_of_parking, random_coming_and_going_loses_nobody,
          a_table_that_had_grown_goes_with_the_last, a_table_shrinks_with_what_is_parked,
          without_memory_everybody_is_still_found,
          what_is_parked_is_on_the_account_whenever_that_came)
