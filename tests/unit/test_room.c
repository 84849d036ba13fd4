/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "starve.h"
#include "room.h"

/* A request in the room: its clauses are recognised by the lengths of their names. */
struct guest {
    struct clause_view *clauses;
    size_t count, first;
};

static bool add(struct request_room *room, struct guest *g)
{
    const struct clause_view clause = {OP_TAKE, {"x", g->first + g->count}, {NULL, 0}};

    return room_add(room, &clause, &g->clauses, &g->count);
}

static void expect_intact(const struct guest *g)
{
    for (size_t i = 0; i < g->count; i++)
        ck_assert_uint_eq(g->clauses[i].chan.len, g->first + i);
}

START_TEST(clauses_of_one_request_lie_side_by_side)
{
    struct request_room room = {0};
    struct guest g = {NULL, 0, 100};

    for (int i = 0; i < 5000; i++) {
        ck_assert(add(&room, &g));
        expect_intact(&g);
        if (i > 300)
            i += 100;
    }
    ck_assert_uint_gt(g.count, 300);
    request_room_release(&room);
}
END_TEST

START_TEST(earlier_requests_stay_where_they_are_while_the_room_grows)
{
    enum { GUESTS = 200 };
    struct request_room room = {0};
    struct guest guests[GUESTS];

    for (size_t i = 0; i < GUESTS; i++) {
        guests[i] = (struct guest){NULL, 0, i * 1000};
        for (size_t n = 0; n <= i % 37; n++)
            ck_assert(add(&room, &guests[i]));
    }
    for (size_t i = 0; i < GUESTS; i++) {
        ck_assert_uint_eq(guests[i].count, i % 37 + 1);
        expect_intact(&guests[i]);
    }
    request_room_release(&room);
}
END_TEST

START_TEST(a_request_that_comes_to_nothing_leaves_room_for_the_next)
{
    struct request_room room = {0};
    struct guest first = {NULL, 0, 0}, dropped = {NULL, 0, 50}, next = {NULL, 0, 90};

    ck_assert(add(&room, &first));
    for (int i = 0; i < 10; i++)
        ck_assert(add(&room, &dropped));
    room_drop(&room, dropped.count);
    for (int i = 0; i < 10; i++)
        ck_assert(add(&room, &next));
    ck_assert_ptr_eq(next.clauses, dropped.clauses);
    expect_intact(&first);
    expect_intact(&next);
    request_room_release(&room);
}
END_TEST

START_TEST(dropping_nothing_from_an_empty_room_is_fine)
{
    struct request_room room = {0};

    room_drop(&room, 0);
    request_room_clear(&room);
    request_room_release(&room);
    request_room_release(&room);
    ck_assert_ptr_null(room.chunks);
}
END_TEST

START_TEST(a_cleared_room_serves_again_without_allocating)
{
    struct request_room room = {0};
    struct guest big = {NULL, 0, 0};

    for (int i = 0; i < 1000; i++)
        ck_assert(add(&room, &big));
    request_room_clear(&room);
    starve_after(0);
    for (int round = 0; round < 3; round++) {
        struct guest g = {NULL, 0, 7};

        for (int i = 0; i < 500; i++)
            if (!add(&room, &g))
                break;
        request_room_clear(&room);
        if (g.count != 500)
            break;
    }
    ck_assert_int_eq(starve_end(), 0);
    request_room_release(&room);
}
END_TEST

START_TEST(without_memory_nothing_changes)
{
    struct request_room room = {0};
    struct guest earlier = {NULL, 0, 10}, g = {NULL, 0, 500};
    size_t before;

    for (int i = 0; i < 20; i++)
        ck_assert(add(&room, &earlier));
    starve_after(0);
    while (add(&room, &g))
        ;
    before = g.count;
    ck_assert_int_eq(starve_end(), 1);
    expect_intact(&earlier);
    expect_intact(&g);
    for (int i = 0; i < 100; i++)
        ck_assert(add(&room, &g));
    ck_assert_uint_eq(g.count, before + 100);
    expect_intact(&earlier);
    expect_intact(&g);
    request_room_release(&room);
}
END_TEST

START_TEST(without_memory_an_empty_room_takes_nobody)
{
    struct request_room room = {0};
    struct guest g = {NULL, 0, 0};
    bool added;

    starve_after(0);
    added = add(&room, &g);
    ck_assert_int_eq(starve_end(), 1);
    ck_assert(!added);
    ck_assert_uint_eq(g.count, 0);
    ck_assert(add(&room, &g));
    request_room_release(&room);
}
END_TEST

UNIT_MAIN("room", clauses_of_one_request_lie_side_by_side,
          earlier_requests_stay_where_they_are_while_the_room_grows,
          a_request_that_comes_to_nothing_leaves_room_for_the_next,
          dropping_nothing_from_an_empty_room_is_fine,
          a_cleared_room_serves_again_without_allocating, without_memory_nothing_changes,
          without_memory_an_empty_room_takes_nobody)
