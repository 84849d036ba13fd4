/* SPDX-License-Identifier: MIT */
#include "list.h"

#include "exact.h"
#include "unit.h"

struct item {
    int before; /* so that the link is not at the beginning */
    struct list link;
    int number;
};

static struct item *item_of(struct list *link)
{
    return container_of(link, struct item, link);
}

static struct item item_with(int number)
{
    struct item item = {.number = number};

    return item;
}

/* The list holds these numbers, forth and back. */
static void check_list(struct list *head, const int *numbers, int count)
{
    struct list *l = head;

    for (int i = 0; i < count; i++) {
        l = l->next;
        ck_assert_ptr_ne(l, head);
        ck_assert_int_eq(item_of(l)->number, numbers[i]);
    }
    ck_assert_ptr_eq(l->next, head);
    for (int i = count - 1; i >= 0; i--, l = l->prev)
        ck_assert_int_eq(item_of(l)->number, numbers[i]);
    ck_assert_ptr_eq(l, head);
    ck_assert_int_eq(list_is_empty(head), count == 0);
}

START_TEST(what_is_pushed_is_popped_in_that_order)
{
    struct list head;
    struct item items[5];

    list_init(&head);
    check_list(&head, NULL, 0);
    ck_assert_ptr_null(list_pop(&head));
    for (int i = 0; i < 5; i++) {
        items[i] = item_with(i);
        list_init(&items[i].link);
        list_push(&head, &items[i].link);
    }
    check_list(&head, (const int[]){0, 1, 2, 3, 4}, 5);
    for (int i = 0; i < 5; i++) {
        struct list *link = list_pop(&head);

        ck_assert_ptr_eq(link, &items[i].link);
        ck_assert(!list_is_linked(link));
    }
    check_list(&head, NULL, 0);
}
END_TEST

START_TEST(a_member_leaves_from_anywhere_and_may_leave_twice)
{
    static const int left[3][2] = {{1, 2}, {0, 2}, {0, 1}};

    for (int gone = 0; gone < 3; gone++) {
        struct list head;
        struct item items[3];

        list_init(&head);
        for (int i = 0; i < 3; i++) {
            items[i] = item_with(i);
            list_push(&head, &items[i].link);
        }
        ck_assert(list_is_linked(&items[gone].link));
        list_remove(&items[gone].link);
        list_remove(&items[gone].link);
        ck_assert(!list_is_linked(&items[gone].link));
        check_list(&head, left[gone], 2);
    }
}
END_TEST

START_TEST(a_splice_moves_all_to_the_end)
{
    struct list to, from;
    struct item items[4];

    list_init(&to);
    list_init(&from);
    list_splice(&to, &from);
    check_list(&to, NULL, 0);
    for (int i = 0; i < 4; i++) {
        items[i] = item_with(i);
        list_push(i < 2 ? &to : &from, &items[i].link);
    }
    list_splice(&to, &from);
    check_list(&to, (const int[]){0, 1, 2, 3}, 4);
    check_list(&from, NULL, 0);
    list_splice(&from, &to);
    check_list(&from, (const int[]){0, 1, 2, 3}, 4);
    check_list(&to, NULL, 0);
    list_splice(&from, &to);
    check_list(&from, (const int[]){0, 1, 2, 3}, 4);
}
END_TEST

/* ---- against an array ---- */

enum { ITEMS = 12 };

struct array {
    int numbers[ITEMS];
    int count;
};

static void array_remove(struct array *a, int number)
{
    int kept = 0;

    for (int i = 0; i < a->count; i++)
        if (a->numbers[i] != number)
            a->numbers[kept++] = a->numbers[i];
    a->count = kept;
}

START_TEST(random_changes_agree_with_an_array)
{
    struct item items[ITEMS];
    struct array array = {.count = 0};
    struct list head;
    uint64_t random = 3;

    list_init(&head);
    for (int i = 0; i < ITEMS; i++) {
        items[i] = item_with(i);
        list_init(&items[i].link);
    }
    for (int step = 0; step < 20000; step++) {
        int i = (int)exact_below(&random, ITEMS);

        if (list_is_linked(&items[i].link)) {
            list_remove(&items[i].link);
            array_remove(&array, i);
        } else {
            list_push(&head, &items[i].link);
            array.numbers[array.count++] = i;
        }
        if (step % 7 == 0 && array.count > 0) {
            ck_assert_int_eq(item_of(list_pop(&head))->number, array.numbers[0]);
            array_remove(&array, array.numbers[0]);
        }
        check_list(&head, array.numbers, array.count);
    }
}
END_TEST

UNIT_MAIN("list", what_is_pushed_is_popped_in_that_order,
          a_member_leaves_from_anywhere_and_may_leave_twice,
          a_splice_moves_all_to_the_end, random_changes_agree_with_an_array)
