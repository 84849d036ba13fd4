/* SPDX-License-Identifier: MIT */
#include "starve.h"
#include "unit.h"
#include "calls.h"

#include <string.h>

static struct call *add(struct calls *calls, int64_t deadline_ns)
{
    const struct call call = {.deadline_ns = deadline_ns};
    struct call *added = calls_add(calls, &call);

    /* No ck_assert, for it is slow and this is called often. */
    if (!added || added->id == 0)
        ck_abort_msg("no call was added, or one without an id");
    return added;
}

START_TEST(a_call_is_found_by_its_id_once)
{
    struct calls calls = {0};
    struct call call;
    int mark;
    const struct call model = {.deadline_ns = INT64_MAX, .data = &mark};
    const uint64_t id = calls_add(&calls, &model)->id;

    ck_assert_ptr_nonnull(calls_find(&calls, id));
    ck_assert_uint_eq(calls.count, 1);
    ck_assert(calls_remove(&calls, id, &call));
    ck_assert_ptr_eq(call.data, &mark);
    ck_assert_uint_eq(call.id, id);
    ck_assert_ptr_null(calls_find(&calls, id));
    ck_assert(!calls_remove(&calls, id, &call));
    ck_assert_uint_eq(calls.count, 0);
    calls_release(&calls);
}
END_TEST

START_TEST(ids_that_were_never_given_are_not_found)
{
    struct calls calls = {0};
    struct call call;
    const uint64_t id = add(&calls, INT64_MAX)->id;

    ck_assert_ptr_null(calls_find(&calls, 0));
    ck_assert_ptr_null(calls_find(&calls, id + 1));
    ck_assert_ptr_null(calls_find(&calls, id + CALLS_MAX));
    ck_assert(!calls_remove(&calls, UINT64_MAX, &call));
    calls_release(&calls);
    ck_assert_ptr_null(calls_find(&calls, id));
}
END_TEST

START_TEST(an_old_id_never_means_a_new_call)
{
    struct calls calls = {0};
    struct call call;
    uint64_t old[100];

    for (size_t i = 0; i < 100; i++) {
        old[i] = add(&calls, INT64_MAX)->id;
        ck_assert(calls_remove(&calls, old[i], &call));
        for (size_t j = 0; j < i; j++)
            ck_assert_uint_ne(old[i], old[j]);
    }
    add(&calls, INT64_MAX);
    for (size_t i = 0; i < 100; i++)
        ck_assert_ptr_null(calls_find(&calls, old[i]));
    calls_release(&calls);
    /* Nor after a connection was lost and all was let go. */
    add(&calls, INT64_MAX);
    for (size_t i = 0; i < 100; i++)
        ck_assert_ptr_null(calls_find(&calls, old[i]));
    calls_release(&calls);
}
END_TEST

START_TEST(ids_are_integers_of_the_protocol_for_ever)
{
    struct calls calls = {.serial = (UINT64_C(1) << 37) - 3};
    struct call call;

    for (int i = 0; i < 10; i++) {
        const uint64_t id = add(&calls, INT64_MAX)->id;

        ck_assert_uint_lt(id, UINT64_C(1) << 53);
        ck_assert(calls_remove(&calls, id, &call));
    }
    ck_assert_uint_lt(calls.serial, 100); /* it has begun anew */
    calls_release(&calls);
}
END_TEST

START_TEST(as_many_as_there_are_slots_can_be_outstanding)
{
    struct calls calls = {0};
    const struct call model = {.deadline_ns = INT64_MAX};
    struct call call;
    uint64_t *ids = calloc(CALLS_MAX, sizeof *ids);

    ck_assert_ptr_nonnull(ids);
    for (uint32_t i = 0; i < CALLS_MAX; i++)
        ids[i] = add(&calls, INT64_MAX)->id;
    ck_assert_ptr_null(calls_add(&calls, &model));
    ck_assert_uint_eq(calls.count, CALLS_MAX);
    for (uint32_t i = 0; i < CALLS_MAX; i += 2)
        if (!calls_remove(&calls, ids[i], &call))
            ck_abort_msg("call %u is not there", i);
    for (uint32_t i = 0; i < CALLS_MAX; i++)
        if ((calls_find(&calls, ids[i]) != NULL) != (i % 2 == 1))
            ck_abort_msg("call %u of those kept or removed", i);
    for (uint32_t i = 0; i < CALLS_MAX; i += 2)
        add(&calls, INT64_MAX);
    ck_assert_ptr_null(calls_add(&calls, &model));
    free(ids);
    calls_release(&calls);
}
END_TEST

START_TEST(a_walk_sees_every_call_and_may_remove_them)
{
    struct calls calls = {0};
    struct call *next, call;
    uint32_t at = 0;
    size_t n = 0;

    ck_assert_ptr_null(calls_next(&calls, &at));
    for (int i = 0; i < 30; i++)
        add(&calls, i);
    for (uint64_t i = 0; i < 30; i += 3) /* holes in between */
        calls_remove(&calls, (i + 1) << 16 | i, &call);
    ck_assert_uint_eq(calls.count, 20);
    while ((next = calls_next(&calls, &at))) {
        ck_assert_int_ne(next->deadline_ns % 3, 0);
        ck_assert(calls_remove(&calls, next->id, &call));
        n++;
    }
    ck_assert_uint_eq(n, 20);
    ck_assert_uint_eq(calls.count, 0);
    calls_release(&calls);
}
END_TEST

START_TEST(lines_go_with_what_is_released)
{
    struct calls calls = {0};
    struct call call;
    uint64_t id;

    for (int i = 0; i < 10; i++)
        add(&calls, INT64_MAX)->line = strdup("a line");
    id = add(&calls, INT64_MAX)->id;
    calls_find(&calls, id)->line = strdup("another");
    ck_assert(calls_remove(&calls, id, &call));
    calls_release(&calls);
    ck_assert_str_eq(call.line, "another"); /* it was handed over */
    free(call.line);
}
END_TEST

START_TEST(a_line_is_kept_instead_of_another_or_not_at_all)
{
    struct call call = {.line_len = 2};
    bool kept;

    ck_assert(calls_keep_line(&call, "{}\n"));
    call.line_len = 3;
    ck_assert(calls_keep_line(&call, "[1]\n, and what follows"));
    ck_assert_mem_eq(call.line, "[1]\n", 4);
    starve_after(0);
    kept = calls_keep_line(&call, "[2]\n");
    ck_assert_int_eq(starve_end(), 1);
    ck_assert(!kept);
    ck_assert_ptr_null(call.line);
}
END_TEST

START_TEST(the_longest_lines_go_first)
{
    static const size_t lengths[] = {10, 5000, 3, 800, 4999};
    static const size_t order[] = {5000, 4999, 800, 10, 3};
    struct calls calls = {0};
    struct call call;

    for (size_t i = 0; i < 5; i++)
        add(&calls, INT64_MAX)->line_len = lengths[i];
    for (size_t i = 0; i < 5; i++) {
        ck_assert(calls_remove_longest(&calls, &call));
        ck_assert_uint_eq(call.line_len, order[i]);
    }
    ck_assert(!calls_remove_longest(&calls, &call));
    calls_release(&calls);
}
END_TEST

START_TEST(the_earliest_deadline_is_when_to_look)
{
    struct calls calls = {0};
    struct call call;
    uint64_t soon;

    ck_assert_int_eq(calls_check_ns(&calls), INT64_MAX);
    add(&calls, 500);
    soon = add(&calls, 200)->id;
    add(&calls, INT64_MAX);
    ck_assert_int_eq(calls_check_ns(&calls), 200);
    ck_assert(!calls_are_late(&calls, 199));
    ck_assert(calls_are_late(&calls, 200));

    /* Once that call has gone, a look finds the next point to look at. */
    ck_assert(calls_remove(&calls, soon, &call));
    ck_assert(!calls_are_late(&calls, 300));
    ck_assert_int_eq(calls_check_ns(&calls), 500);
    ck_assert(calls_are_late(&calls, 501));
    calls_release(&calls);
}
END_TEST

START_TEST(calls_without_a_deadline_are_never_late)
{
    struct calls calls = {0};

    ck_assert(!calls_are_late(&calls, INT64_MAX - 1));
    add(&calls, INT64_MAX);
    ck_assert(!calls_are_late(&calls, INT64_MAX - 1));
    calls_release(&calls);
}
END_TEST

START_TEST(without_memory_no_call_is_added_and_those_before_stay)
{
    const struct call model = {.deadline_ns = INT64_MAX};
    struct calls calls = {0};
    const uint64_t first = add(&calls, INT64_MAX)->id;
    const struct call *added;
    size_t count;

    do {
        count = calls.count;
        starve_after(0);
        added = calls_add(&calls, &model);
    } while (starve_end() == 0);
    ck_assert_ptr_null(added);
    ck_assert_uint_eq(calls.count, count);
    ck_assert_ptr_nonnull(calls_find(&calls, first));
    ck_assert_uint_ne(add(&calls, INT64_MAX)->id, first);
    calls_release(&calls);
}
END_TEST

UNIT_MAIN("calls", a_call_is_found_by_its_id_once,
          ids_that_were_never_given_are_not_found, an_old_id_never_means_a_new_call,
          ids_are_integers_of_the_protocol_for_ever,
          as_many_as_there_are_slots_can_be_outstanding,
          a_walk_sees_every_call_and_may_remove_them, lines_go_with_what_is_released,
          a_line_is_kept_instead_of_another_or_not_at_all, the_longest_lines_go_first,
          the_earliest_deadline_is_when_to_look, calls_without_a_deadline_are_never_late,
          without_memory_no_call_is_added_and_those_before_stay)
