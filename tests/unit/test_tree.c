/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "tree.h"
#include "starve.h"
#include "unit.h"

static struct tree_node *add(struct tree_node *parent, const char *key, const char *text,
                             size_t line)
{
    struct tree_node *node = tree_add(parent, (struct place){line, 10});

    ck_assert_ptr_nonnull(node);
    node->key = key ? strdup(key) : NULL;
    node->key_place = (struct place){line, 1};
    node->text = text ? strdup(text) : NULL;
    node->kind = text ? TREE_TEXT : TREE_MAPPING;
    return node;
}

/* channels: {open: [{name: b}, {name: a}], closed: x} */
static struct tree_node *make_tree(void)
{
    struct tree_node *root = add(NULL, NULL, NULL, 1);
    struct tree_node *channels = add(root, "channels", NULL, 1);
    struct tree_node *open = add(channels, "open", NULL, 2);

    open->kind = TREE_LIST;
    add(add(open, NULL, NULL, 3), "name", "b", 3);
    add(add(open, NULL, NULL, 4), "name", "a", 4);
    add(channels, "closed", "x", 5);
    return root;
}

START_TEST(new_node_is_nothing_at_its_place)
{
    struct tree_node *node = tree_add(NULL, (struct place){7, 8});

    ck_assert_int_eq(node->kind, TREE_NULL);
    ck_assert_uint_eq(node->place.line, 7);
    ck_assert_uint_eq(node->place.column, 8);
    ck_assert_ptr_null(node->parent);
    ck_assert_uint_eq(node->count, 0);
    tree_free(node);
}
END_TEST

START_TEST(children_keep_their_order)
{
    struct tree_node *root = add(NULL, NULL, NULL, 1);
    struct tree_node *a = add(root, "a", "1", 2), *b = add(root, "b", "2", 3),
                     *c = add(root, "c", "3", 4);

    ck_assert_uint_eq(root->count, 3);
    ck_assert_ptr_eq(root->first, a);
    ck_assert_ptr_eq(a->next, b);
    ck_assert_ptr_eq(b->next, c);
    ck_assert_ptr_null(c->next);
    ck_assert_ptr_eq(root->last, c);
    ck_assert_uint_eq(a->index, 0);
    ck_assert_uint_eq(c->index, 2);
    ck_assert_ptr_eq(b->parent, root);
    tree_free(root);
}
END_TEST

START_TEST(free_of_nothing_is_fine)
{
    tree_free(NULL);
}
END_TEST

START_TEST(member_is_found_by_its_key)
{
    struct tree_node *root = make_tree();
    const struct tree_node *channels = tree_member(root, "channels");

    ck_assert_ptr_nonnull(channels);
    ck_assert_str_eq(tree_member(channels, "closed")->text, "x");
    ck_assert_ptr_null(tree_member(channels, "opened"));
    ck_assert_ptr_null(tree_member(channels, ""));
    tree_free(root);
}
END_TEST

START_TEST(first_of_several_members_is_found)
{
    struct tree_node *root = add(NULL, NULL, NULL, 1);

    add(root, "a", "first", 2);
    add(root, "a", "second", 3);
    ck_assert_str_eq(tree_member(root, "a")->text, "first");
    tree_free(root);
}
END_TEST

START_TEST(what_is_no_mapping_has_no_members)
{
    struct tree_node *root = make_tree();
    const struct tree_node *channels = tree_member(root, "channels");

    ck_assert_ptr_null(tree_member(tree_member(channels, "open"), "name"));
    ck_assert_ptr_null(tree_member(tree_member(channels, "closed"), "name"));
    tree_free(root);
}
END_TEST

START_TEST(sort_brings_equal_texts_together)
{
    static const size_t expected_lines[] = {3, 5, 1, 4, 2};
    static const char *const texts[] = {"m", "z", "a", "m", "a"};
    const struct tree_node *nodes[5];
    struct tree_node *root = add(NULL, NULL, NULL, 1);

    for (size_t i = 0; i < 5; i++)
        nodes[i] = add(root, NULL, texts[i], i + 1);
    tree_sort(nodes, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_uint_eq(nodes[i]->place.line, expected_lines[i]);
    tree_sort(NULL, 0);
    tree_free(root);
}
END_TEST

START_TEST(path_names_keys_and_elements)
{
    struct tree_node *root = make_tree();
    const struct tree_node *open = tree_member(tree_member(root, "channels"), "open");
    char path[TREE_PATH_MAX];

    tree_path(root, path);
    ck_assert_str_eq(path, "");
    tree_path(open, path);
    ck_assert_str_eq(path, "channels.open");
    tree_path(open->last, path);
    ck_assert_str_eq(path, "channels.open[1]");
    tree_path(open->last->first, path);
    ck_assert_str_eq(path, "channels.open[1].name");
    tree_free(root);
}
END_TEST

START_TEST(path_of_an_element_of_the_root_has_no_dot)
{
    struct tree_node *root = add(NULL, NULL, NULL, 1);
    char path[TREE_PATH_MAX];

    root->kind = TREE_LIST;
    tree_path(add(root, NULL, "x", 2), path);
    ck_assert_str_eq(path, "[0]");
    tree_free(root);
}
END_TEST

START_TEST(long_paths_are_cut)
{
    struct tree_node *root = add(NULL, NULL, NULL, 1), *node = root;
    char key[200], path[TREE_PATH_MAX];

    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    for (int depth = 1; depth <= 10; depth++) {
        node = add(node, key, NULL, 1);
        tree_path(node, path);
        if (depth == 1)
            ck_assert_uint_eq(strlen(path), MISTAKES_SHOWN_MAX);
        ck_assert_uint_lt(strlen(path), TREE_PATH_MAX);
    }
    ck_assert_uint_eq(strlen(path), TREE_PATH_MAX - 1);
    tree_free(root);
}
END_TEST

START_TEST(mistake_stands_at_the_value)
{
    struct tree_node *root = make_tree();
    struct mistakes m;

    mistakes_init(&m, "f");
    tree_mistake(&m, tree_member(root->first, "closed"), "is %s", "wrong");
    ck_assert_str_eq(mistakes_line(&m, 0), "f:5:10: channels.closed: is wrong");
    mistakes_release(&m);
    tree_free(root);
}
END_TEST

START_TEST(key_mistake_stands_at_the_key)
{
    struct tree_node *root = make_tree();
    struct mistakes m;

    mistakes_init(&m, "f");
    tree_key_mistake(&m, tree_member(root->first, "closed"), "is %s", "wrong");
    ck_assert_str_eq(mistakes_line(&m, 0), "f:5:1: channels.closed: is wrong");
    mistakes_release(&m);
    tree_free(root);
}
END_TEST

START_TEST(mistake_of_the_root_names_no_key)
{
    struct tree_node *root = make_tree();
    struct mistakes m;

    mistakes_init(&m, "f");
    tree_mistake(&m, root, "is wrong");
    ck_assert_str_eq(mistakes_line(&m, 0), "f:1:10: is wrong");
    mistakes_release(&m);
    tree_free(root);
}
END_TEST

START_TEST(missing_member_is_named_at_the_mapping)
{
    struct tree_node *root = make_tree();
    struct mistakes m;

    mistakes_init(&m, "f");
    tree_missing_mistake(&m, tree_member(root->first, "open")->first, "size",
                         "is missing");
    tree_missing_mistake(&m, root, "log", "is missing");
    ck_assert_str_eq(mistakes_line(&m, 0), "f:3:10: channels.open[0].size: is missing");
    ck_assert_str_eq(mistakes_line(&m, 1), "f:1:10: log: is missing");
    mistakes_release(&m);
    tree_free(root);
}
END_TEST

START_TEST(without_memory_a_tree_stays_as_it_is)
{
    struct tree_node *root = make_tree();
    const size_t count = root->count;
    const struct tree_node *added;

    starve_after(0);
    added = tree_add(root, (struct place){9, 9});
    ck_assert_int_eq(starve_end(), 1);
    ck_assert_ptr_null(added);
    ck_assert_uint_eq(root->count, count);
    tree_free(root);
}
END_TEST

UNIT_MAIN("tree", new_node_is_nothing_at_its_place, children_keep_their_order,
          free_of_nothing_is_fine, member_is_found_by_its_key,
          first_of_several_members_is_found, what_is_no_mapping_has_no_members,
          sort_brings_equal_texts_together, path_names_keys_and_elements,
          path_of_an_element_of_the_root_has_no_dot, long_paths_are_cut,
          mistake_stands_at_the_value, key_mistake_stands_at_the_key,
          mistake_of_the_root_names_no_key, missing_member_is_named_at_the_mapping,
          without_memory_a_tree_stays_as_it_is)
