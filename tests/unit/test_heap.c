/* SPDX-License-Identifier: MIT */
#include "heap.h"

#include "exact.h"
#include "starve.h"
#include "unit.h"

enum { NODES = 500 };

/* The smallest key of the nodes that are in, by looking at all of them. */
static int64_t smallest(const struct heap_node *nodes, const bool *in)
{
    int64_t key = INT64_MAX;

    for (int i = 0; i < NODES; i++)
        if (in[i] && nodes[i].key < key)
            key = nodes[i].key;
    return key;
}

static size_t count_in(const bool *in)
{
    size_t count = 0;

    for (int i = 0; i < NODES; i++)
        count += in[i];
    return count;
}

/* Every node is where it says, and none is before its parent. */
static bool is_heap(const struct heap *h)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->nodes[i]->at != i + 1 ||
            h->nodes[(i - (i > 0)) / 2]->key > h->nodes[i]->key)
            return false;
    return true;
}

START_TEST(an_empty_heap_has_no_first)
{
    struct heap heap = {0};

    ck_assert_ptr_null(heap_first(&heap));
    heap_release(&heap);
}
END_TEST

START_TEST(nodes_come_out_in_the_order_of_their_keys)
{
    struct heap heap = {0};
    struct heap_node nodes[NODES] = {0}, *first;
    uint64_t random = 1;
    int64_t last = INT64_MIN;
    int count = 0;

    for (int i = 0; i < NODES; i++)
        ck_assert(heap_add(&heap, &nodes[i], (int64_t)exact_random(&random) >> 4));
    for (; (first = heap_first(&heap)); count++) {
        ck_assert_int_ge(first->key, last);
        last = first->key;
        heap_remove(&heap, first);
        ck_assert(!heap_holds(first));
    }
    ck_assert_int_eq(count, NODES);
    heap_release(&heap);
}
END_TEST

START_TEST(any_node_may_leave_at_any_time)
{
    struct heap heap = {0};
    struct heap_node nodes[NODES] = {0};
    bool in[NODES] = {false};
    uint64_t random = 2;

    for (int step = 0; step < 20000; step++) {
        size_t i = exact_below(&random, step % 4000 < 2000 ? NODES : 40);

        if (in[i])
            heap_remove(&heap, &nodes[i]);
        else
            ck_assert(heap_add(&heap, &nodes[i], (int64_t)exact_below(&random, 200)));
        in[i] = !in[i];
        ck_assert_int_eq(heap_holds(&nodes[i]), in[i]);
        ck_assert_uint_eq(heap.count, count_in(in));
        if (heap.count > 0)
            ck_assert_int_eq(heap_first(&heap)->key, smallest(nodes, in));
        ck_assert(is_heap(&heap));
    }
    heap_release(&heap);
}
END_TEST

START_TEST(equal_and_extreme_keys_are_keys)
{
    static const int64_t keys[] = {INT64_MAX, INT64_MIN, 0, INT64_MAX, 0, -1, INT64_MIN};
    static const int64_t sorted[] = {INT64_MIN, INT64_MIN, -1,       0,
                                     0,         INT64_MAX, INT64_MAX};
    struct heap heap = {0};
    struct heap_node nodes[7] = {0};

    for (int i = 0; i < 7; i++)
        ck_assert(heap_add(&heap, &nodes[i], keys[i]));
    for (int i = 0; i < 7; i++) {
        ck_assert_int_eq(heap_first(&heap)->key, sorted[i]);
        heap_remove(&heap, heap_first(&heap));
    }
    heap_release(&heap);
}
END_TEST

START_TEST(removing_what_is_not_in_is_nothing)
{
    struct heap heap = {0};
    struct heap_node in = {0}, out = {0};

    ck_assert(heap_add(&heap, &in, 1));
    heap_remove(&heap, &out);
    ck_assert_ptr_eq(heap_first(&heap), &in);
    heap_remove(&heap, &in);
    heap_remove(&heap, &in);
    ck_assert_ptr_null(heap_first(&heap));
    heap_release(&heap);
}
END_TEST

START_TEST(a_heap_that_was_large_gives_memory_back)
{
    struct heap heap = {0};
    struct heap_node nodes[NODES] = {0};
    size_t large;

    for (int i = 0; i < NODES; i++)
        ck_assert(heap_add(&heap, &nodes[i], i));
    large = heap.cap;
    for (int i = 0; i < NODES - 1; i++)
        heap_remove(&heap, &nodes[i]);
    ck_assert_uint_lt(heap.cap, large);
    ck_assert_ptr_eq(heap_first(&heap), &nodes[NODES - 1]);
    heap_release(&heap);
}
END_TEST

START_TEST(without_memory_nothing_is_added_and_nothing_lost)
{
    struct heap heap = {0};
    struct heap_node nodes[NODES] = {0};
    int added = 0, refused = 0;

    for (int i = 0; i < NODES; i++) {
        starve_after(0);
        if (heap_add(&heap, &nodes[i], NODES - i)) {
            starve_end();
            added++;
            continue;
        }
        ck_assert_int_eq(starve_end(), 1);
        ck_assert(!heap_holds(&nodes[i]));
        ck_assert_uint_eq(heap.count, (size_t)added);
        ck_assert(is_heap(&heap));
        ck_assert(heap_add(&heap, &nodes[i], NODES - i));
        added++;
        refused++;
    }
    ck_assert_int_gt(refused, 1);
    ck_assert_int_eq(heap_first(&heap)->key, 1);
    heap_release(&heap);
}
END_TEST

START_TEST(without_memory_a_heap_still_shrinks_in_use)
{
    struct heap heap = {0};
    struct heap_node nodes[NODES] = {0};
    long refused = 0;

    for (int i = 0; i < NODES; i++)
        ck_assert(heap_add(&heap, &nodes[i], i));
    for (int i = 0; i < NODES; i++) {
        ck_assert_int_eq(heap_first(&heap)->key, i);
        starve_after(0);
        heap_remove(&heap, &nodes[i]);
        refused += starve_end();
    }
    ck_assert_int_gt(refused, 0);
    ck_assert_ptr_null(heap_first(&heap));
    heap_release(&heap);
}
END_TEST

UNIT_MAIN("heap", an_empty_heap_has_no_first, nodes_come_out_in_the_order_of_their_keys,
          any_node_may_leave_at_any_time, equal_and_extreme_keys_are_keys,
          removing_what_is_not_in_is_nothing, a_heap_that_was_large_gives_memory_back,
          without_memory_nothing_is_added_and_nothing_lost,
          without_memory_a_heap_still_shrinks_in_use)
