/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "document.h"
#include "located.h"
#include "starve.h"
#include "unique.h"
#include "unit.h"

static struct mistakes mistakes;

static struct tree_node *parse(const char *text)
{
    struct tree_node *root;

    mistakes_init(&mistakes, LOCATED_FILE);
    root = document_parse(text, strlen(text), &mistakes);
    ck_assert_ptr_nonnull(root);
    return root;
}

/* Checks the texts of a list. */
static void check_list(const char *text, enum unique_shows shows)
{
    struct tree_node *root = parse(text);
    struct unique u = {0};

    unique_add_all(&u, root);
    unique_check(&u, shows, "is there already", &mistakes);
    ck_assert_ptr_null(u.nodes);
    ck_assert_uint_eq(u.count, 0);
    mistakes_sort(&mistakes);
    tree_free(root);
}

START_TEST(different_texts_are_fine)
{
    static const char *const lists[] = {"[]", "[a]", "[a, A, 'a ', ab, b]",
                                        "[1, 01, 1.0]"};

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        check_list(lists[i], UNIQUE_SHOWN);
        ck_assert_uint_eq(mistakes_count(&mistakes), 0);
        mistakes_release(&mistakes);
    }
}
END_TEST

START_TEST(a_text_is_told_where_it_stood_first)
{
    struct located where = locate("- b\n- a\n- c\n- «'a'»\n");

    check_list(where.text, UNIQUE_SHOWN);
    check_only_mistake(&mistakes, &where, "[3]", "\"a\" is there already in line 2");
    mistakes_release(&mistakes);
}
END_TEST

START_TEST(each_one_more_is_a_mistake)
{
    check_list("- a\n- a\n- b\n- a\n- b\n", UNIQUE_SHOWN);
    ck_assert_uint_eq(mistakes_count(&mistakes), 3);
    ck_assert_ptr_nonnull(strstr(mistakes_line(&mistakes, 0), ":2:3:"));
    ck_assert_ptr_nonnull(strstr(mistakes_line(&mistakes, 1), ":4:3:"));
    ck_assert_ptr_nonnull(strstr(mistakes_line(&mistakes, 1), "in line 1"));
    ck_assert_ptr_nonnull(strstr(mistakes_line(&mistakes, 2), "in line 3"));
    mistakes_release(&mistakes);
}
END_TEST

START_TEST(a_hidden_text_is_not_said)
{
    struct located where = locate("- hush\n- «hush»\n");

    check_list(where.text, UNIQUE_HIDDEN);
    check_only_mistake(&mistakes, &where, "[1]", "is there already in line 1");
    ck_assert_ptr_null(strstr(mistakes_line(&mistakes, 0), "hush"));
    mistakes_release(&mistakes);
}
END_TEST

START_TEST(what_is_no_text_is_passed_over)
{
    struct tree_node *root = parse("[{}, {}, [], [], ~, ~, a]");
    struct unique u = {0};

    unique_add(&u, NULL);
    unique_add_all(&u, NULL);
    unique_add_all(&u, root->last);
    unique_add_all(&u, root);
    ck_assert_uint_eq(u.count, 1);
    unique_check(&u, UNIQUE_SHOWN, "is there already", &mistakes);
    ck_assert_uint_eq(mistakes_count(&mistakes), 0);
    tree_free(root);
    mistakes_release(&mistakes);
}
END_TEST

START_TEST(without_memory_that_is_the_mistake)
{
    struct tree_node *root = parse("[a, a]");
    struct unique u = {0};

    starve_after(0);
    unique_add_all(&u, root);
    starve_end();
    unique_check(&u, UNIQUE_SHOWN, "is there already", &mistakes);
    ck_assert_uint_eq(mistakes_count(&mistakes), 1);
    ck_assert_ptr_nonnull(strstr(mistakes_line(&mistakes, 0), "out of memory"));
    tree_free(root);
    mistakes_release(&mistakes);
}
END_TEST

UNIT_MAIN("unique", different_texts_are_fine, a_text_is_told_where_it_stood_first,
          each_one_more_is_a_mistake, a_hidden_text_is_not_said,
          what_is_no_text_is_passed_over, without_memory_that_is_the_mistake)
