/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include "document.h"
#include "located.h"
#include "unit.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static struct mistakes mistakes;

static struct tree_node *parse(const char *text)
{
    mistakes_init(&mistakes, LOCATED_FILE);
    return document_parse(text, strlen(text), &mistakes);
}

static struct tree_node *parse_good(const char *text)
{
    struct tree_node *root = parse(text);

    ck_assert_msg(mistakes_count(&mistakes) == 0, "%s: %s", text,
                  mistakes_line(&mistakes, 0));
    ck_assert_ptr_nonnull(root);
    return root;
}

static void finish(struct tree_node *root)
{
    tree_free(root);
    mistakes_release(&mistakes);
}

/* Writes a tree on one line: {a:'1',b:[~,'x']}; what was refused is a '!'. */
static void dump(FILE *out, const struct tree_node *node)
{
    bool is_mapping = node->kind == TREE_MAPPING;

    if (node->kind == TREE_TEXT) {
        fprintf(out, "'%s'", node->text);
    } else if (node->kind == TREE_LIST || is_mapping) {
        fputc(is_mapping ? '{' : '[', out);
        for (const struct tree_node *child = node->first; child; child = child->next) {
            if (is_mapping)
                fprintf(out, "%s:", child->key);
            dump(out, child);
            if (child->next)
                fputc(',', out);
        }
        fputc(is_mapping ? '}' : ']', out);
    } else {
        fputc(node->kind == TREE_NULL ? '~' : '!', out);
    }
}

static void check_dump(const struct tree_node *root, const char *text,
                       const char *expected)
{
    char *dumped = NULL;
    size_t len;
    FILE *out = open_memstream(&dumped, &len);

    ck_assert_ptr_nonnull(out);
    dump(out, root);
    fclose(out);
    ck_assert_msg(strcmp(dumped, expected) == 0, "%s: expected %s, got %s", text,
                  expected, dumped);
    free(dumped);
}

struct shape {
    const char *text, *expected;
};

static void check_shapes(const struct shape *shapes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct tree_node *root = parse_good(shapes[i].text);

        check_dump(root, shapes[i].text, shapes[i].expected);
        finish(root);
    }
}

START_TEST(block_and_flow_style_give_the_same_tree)
{
    static const char expected[] = "{a:'1',b:{c:'x',d:['y','z']}}";
    static const struct shape shapes[] = {
        {"a: 1\nb:\n  c: x\n  d:\n    - y\n    - z\n", expected},
        {"a: 1\nb:\n  c: x\n  d:\n  - y\n  - z", expected},
        {"{a: 1, b: {c: x, d: [y, z]}}", expected},
        {"a: '1'\n\"b\": {c: \"x\", d: [y,\n z]}\n", expected},
        {"? a\n: 1\n? b\n:\n  c: x\n  d: [y, z]\n", expected},
        {"---\na: 1\nb: {c: x, d: [y, z]}\n...\n", expected},
        {"%YAML 1.1\n---\na: 1\nb: {c: x, d: [y, z]}\n", expected},
        {"a: 1\r\nb:\r\n  c: x\r\n  d:\r\n    - y\r\n    - z\r\n", expected},
        {"\xef\xbb\xbf"
         "a: 1\nb: {c: x, d: [y, z]}\n",
         expected},
        {"# one\na: 1 # two\n\nb: # three\n  c: x\n  d: [y, # four\n    z]\n# five",
         expected},
    };

    check_shapes(shapes, COUNT_OF(shapes));
}
END_TEST

START_TEST(text_of_nothing_is_nothing)
{
    static const struct shape shapes[] = {
        {"", "~"},
        {"\n\n", "~"},
        {"# only a comment\n", "~"},
        {"---\n", "~"},
        {"# a\n---\n# b\n", "~"},
        {"---\n...\n", "~"},
        {"~", "~"},
        {"null\n", "~"},
        {"\r\n", "~"},
        {"\xef\xbb\xbf", "~"},
    };

    check_shapes(shapes, COUNT_OF(shapes));
}
END_TEST

START_TEST(scalars_are_texts_and_only_plain_nulls_are_nothing)
{
    static const struct shape shapes[] = {
        {"[a b, 'a b', \"a\\tb\", 1.5, true]", "['a b','a b','a\tb','1.5','true']"},
        {"[~, null, Null, NULL]", "[~,~,~,~]"},
        {"['~', 'null', \"\", nULL]", "['~','null','','nULL']"},
        {"a:\nb: \nc: ''\n", "{a:~,b:~,c:''}"},
        {"- a\n-\n- b\n", "['a',~,'b']"},
        {"a: |\n  x\n  y\n", "{a:'x\ny\n'}"},
        {"a: x\n  y\n", "{a:'x y'}"},
        {"[]", "[]"},
        {"{}", "{}"},
    };

    check_shapes(shapes, COUNT_OF(shapes));
}
END_TEST

static void check_place(struct place place, size_t line, size_t column)
{
    ck_assert_uint_eq(place.line, line);
    ck_assert_uint_eq(place.column, column);
}

START_TEST(keys_and_values_know_their_places)
{
    struct tree_node *root =
        parse_good("a: 1\nbé:   'x'\nc:\n  - y\n  - d: z\ne: {f: g}\n");
    const struct tree_node *c = tree_member(root, "c");

    check_place(root->place, 1, 1);
    check_place(tree_member(root, "a")->key_place, 1, 1);
    check_place(tree_member(root, "a")->place, 1, 4);
    check_place(tree_member(root, "bé")->key_place, 2, 1);
    check_place(tree_member(root, "bé")->place, 2, 7);
    check_place(c->place, 4, 3);
    check_place(c->first->place, 4, 5);
    check_place(c->last->place, 5, 5);
    check_place(c->last->first->key_place, 5, 5);
    check_place(c->last->first->place, 5, 8);
    check_place(tree_member(root, "e")->place, 6, 4);
    check_place(tree_member(root, "e")->first->key_place, 6, 5);
    finish(root);
}
END_TEST

START_TEST(carriage_returns_do_not_move_places)
{
    struct tree_node *root = parse_good("a: 1\r\n\r\nb: 2\r\n");

    check_place(tree_member(root, "b")->key_place, 3, 1);
    check_place(tree_member(root, "b")->place, 3, 4);
    finish(root);
}
END_TEST

START_TEST(byte_order_mark_does_not_move_places)
{
    struct tree_node *root = parse_good("\xef\xbb\xbf"
                                        "a: 1\n");

    check_place(tree_member(root, "a")->key_place, 1, 1);
    check_place(tree_member(root, "a")->place, 1, 4);
    finish(root);
}
END_TEST

START_TEST(empty_text_has_its_place)
{
    struct tree_node *root = parse_good("");

    check_place(root->place, 1, 1);
    finish(root);
}
END_TEST

START_TEST(text_need_not_end_with_nul)
{
    struct tree_node *root;

    mistakes_init(&mistakes, LOCATED_FILE);
    root = document_parse("a: 1xyz", 4, &mistakes);
    check_dump(root, "a: 1", "{a:'1'}");
    finish(root);
}
END_TEST

/* Texts that are no YAML: no tree, one mistake at the place. */
static const struct mistake_case broken[] = {
    {"workers: 1\nlisten: [tcp://127.0.0.1:1\nlog«:» {level: info}\n", "",
     "not valid YAML"},
    {"log: {level: info\n«»", "", "while parsing a flow mapping from line 1"},
    {"workers: 1\nlog: {level: \"info}\n«»", "",
     "while scanning a quoted scalar from line 2"},
    {"log:\n«\t»level: info\n", "", "indent with spaces"},
    {"log:\n  a: 1\n  «\t»level: info\n", "", "indent with spaces"},
    {"log:\n    level: info\n  «x»: 1\n", "", "not valid YAML"},
    {"a: «@»b\n", "", "not valid YAML"},
    {"a: b«:» c\n", "", "not valid YAML"},
    {"a: 1\n«]»\n", "", "not valid YAML"},
    {"a: \"«\\»q\"\n", "", "not valid YAML"},
};

START_TEST(broken_yaml_is_reported_at_its_place)
{
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct located where = locate(broken[i].marked);
        struct tree_node *root = parse(where.text);

        ck_assert_msg(root == NULL, "%s", where.text);
        check_only_mistake(&mistakes, &where, broken[i].key, broken[i].says);
        mistakes_release(&mistakes);
    }
}
END_TEST

START_TEST(tabs_that_are_not_at_fault_are_not_blamed)
{
    struct tree_node *root = parse("a:\n  b: \t@c\n");

    ck_assert_ptr_null(root);
    ck_assert_ptr_null(strstr(mistakes_line(&mistakes, 0), "spaces"));
    finish(root);
}
END_TEST

START_TEST(what_is_not_utf_8_is_reported_at_its_place)
{
    static const struct mistake_case cases[] = {
        {"a: «\xff»\n", "", "UTF-8"},
        {"a: 1\nbé: \xc3«(»\n", "", "UTF-8"},
        {"a: 1\n\n«\xed\xa0\x80»", "", "not valid YAML"},
        {"a: «\x01»\n", "", "control characters"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct located where = locate(cases[i].marked);

        ck_assert_ptr_null(parse(where.text));
        check_only_mistake(&mistakes, &where, cases[i].key, cases[i].says);
        mistakes_release(&mistakes);
    }
}
END_TEST

/* Texts that are YAML and too much for us: a tree and one mistake. */
static const struct mistake_case refused[] = {
    {"a: 1\nb: 2\n«a»: 3\n", "a", "already given in line 1"},
    {"a: {b: 1, c: 2, «b»: 3}\n", "a.b", "already given in line 1"},
    {"a:\n  - {x: 1}\n  - {x: 1, «x»: 1}\n", "a[1].x", "already given in line 3"},
    {"a: 1\n«'a'»: 3\n", "a", "already given in line 1"},
    {"a: 1\nb: «*»a\n", "b", "anchors (&) and aliases (*) are not supported"},
    {"a: «&x» 1\n", "a", "anchors"},
    {"a: «&x» [1]\n", "a", "anchors"},
    {"a: «&x» {b: 1}\n", "a", "anchors"},
    {"«&x» a: 1\n", "a", "anchors"},
    {"«*x» : 1\n", "?", "a key must be plain text"},
    {"a: [1, «*»a]\n", "a[1]", "anchors"},
    {"a: «!!str» 1\n", "a", "tags (!) are not supported"},
    {"a: «!x» [1]\n", "a", "tags"},
    {"a: «!!map» {b: 1}\n", "a", "tags"},
    {"«!!str» a: 1\n", "a", "tags"},
    {"? «[a, {b: c}]»\n: 1\n", "?", "a key must be plain text"},
    {"{«{a: b}»: 1}\n", "?", "a key must be plain text"},
    {"a: «\"x\\0y\"»\n", "a", "holds a NUL character"},
    {"«\"a\\0b\"»: 1\n", "a", "holds a NUL character"},
    {"a: 1\n«---»\nb: 1\n", "", "a second document"},
    {"a: 1\n...\n«---»\n", "", "a second document"},
};

START_TEST(what_goes_beyond_plain_yaml_is_refused_at_its_place)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct located where = locate(refused[i].marked);
        struct tree_node *root = parse(where.text);

        ck_assert_ptr_nonnull(root);
        check_only_mistake(&mistakes, &where, refused[i].key, refused[i].says);
        finish(root);
    }
}
END_TEST

START_TEST(what_was_refused_is_marked_so)
{
    static const struct shape shapes[] = {
        {"{a: 1, a: 2}", "{a:'1',a:!}"},
        {"[*x, 1]", "[!,'1']"},
        {"{a: &x 1, b: !t {c: d}}", "{a:!,b:!}"},
        {"{[a]: 1, b: 2}", "{?:!,b:'2'}"},
        {"[\"\\0\", 1]", "[!,'1']"},
    };

    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct tree_node *root = parse(shapes[i].text);

        check_dump(root, shapes[i].text, shapes[i].expected);
        finish(root);
    }
}
END_TEST

START_TEST(all_mistakes_are_reported)
{
    struct tree_node *root = parse("a: *x\na: !t 1\nb: [*y, &z 1]\na: 2\n---\nc: 1\n");

    ck_assert_ptr_nonnull(root);
    ck_assert_uint_eq(mistakes_count(&mistakes), 7);
    finish(root);
}
END_TEST

START_TEST(third_time_is_a_mistake_too)
{
    struct tree_node *root = parse("a: 1\nb: 2\na: 3\na: 4\nb: 5\n");

    mistakes_sort(&mistakes);
    ck_assert_uint_eq(mistakes_count(&mistakes), 3);
    check_line(mistakes_line(&mistakes, 0), (struct place){3, 1}, "a", "in line 1");
    check_line(mistakes_line(&mistakes, 1), (struct place){4, 1}, "a", "in line 1");
    check_line(mistakes_line(&mistakes, 2), (struct place){5, 1}, "b", "in line 2");
    finish(root);
}
END_TEST

/* opening and closing are as often written as the lists are deep. */
static char *nested(size_t depth, const char *opening, const char *closing)
{
    char *text = calloc(1, depth * (strlen(opening) + strlen(closing)) + 8);

    for (size_t i = 0; i < depth; i++)
        strcat(text, opening);
    for (size_t i = 0; i < depth; i++)
        strcat(text, closing);
    return text;
}

START_TEST(deepest_text_is_read)
{
    char *text = nested(DOCUMENT_DEPTH_MAX, "[", "]");

    finish(parse_good(text));
    free(text);
}
END_TEST

START_TEST(depth_is_bounded)
{
    static const size_t depths[] = {DOCUMENT_DEPTH_MAX + 1, DOCUMENT_DEPTH_MAX + 2, 500};

    for (size_t i = 0; i < COUNT_OF(depths); i++) {
        char *text = nested(depths[i], "[", "]");
        struct tree_node *root = parse(text);

        ck_assert_ptr_nonnull(root);
        ck_assert_uint_eq(mistakes_count(&mistakes), 1);
        check_line(mistakes_line(&mistakes, 0), (struct place){1, DOCUMENT_DEPTH_MAX + 1},
                   "[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]",
                   "within each other");
        free(text);
        finish(root);
    }
}
END_TEST

START_TEST(mappings_count_as_depth)
{
    char *text = nested(DOCUMENT_DEPTH_MAX + 1, "{a: ", "}");
    struct tree_node *root = parse(text);

    ck_assert_uint_eq(mistakes_count(&mistakes), 1);
    ck_assert_ptr_nonnull(strstr(mistakes_line(&mistakes, 0), "within each other"));
    free(text);
    finish(root);
}
END_TEST

START_TEST(reading_goes_on_behind_what_is_too_deep)
{
    char *deep = nested(100, "[", "]"), text[300];
    struct tree_node *root;

    snprintf(text, sizeof text, "a: %s\nb: 1\n", deep);
    root = parse(text);
    ck_assert_uint_eq(mistakes_count(&mistakes), 1);
    ck_assert_str_eq(tree_member(root, "b")->text, "1");
    free(deep);
    finish(root);
}
END_TEST

START_TEST(many_keys_take_no_quadratic_time)
{
    enum { KEYS = 100000 };
    char *text = malloc(16 * KEYS), *at = text;
    struct tree_node *root;

    for (int i = 0; i < KEYS; i++)
        at += sprintf(at, "k%d: 1\n", i);
    mistakes_init(&mistakes, LOCATED_FILE);
    root = document_parse(text, (size_t)(at - text), &mistakes);
    ck_assert_uint_eq(mistakes_count(&mistakes), 0);
    ck_assert_uint_eq(root->count, KEYS);
    free(text);
    finish(root);
}
END_TEST

UNIT_MAIN("document", block_and_flow_style_give_the_same_tree, text_of_nothing_is_nothing,
          scalars_are_texts_and_only_plain_nulls_are_nothing,
          keys_and_values_know_their_places, carriage_returns_do_not_move_places,
          byte_order_mark_does_not_move_places, empty_text_has_its_place,
          text_need_not_end_with_nul, broken_yaml_is_reported_at_its_place,
          tabs_that_are_not_at_fault_are_not_blamed,
          what_is_not_utf_8_is_reported_at_its_place,
          what_goes_beyond_plain_yaml_is_refused_at_its_place,
          what_was_refused_is_marked_so, all_mistakes_are_reported,
          third_time_is_a_mistake_too, deepest_text_is_read, depth_is_bounded,
          mappings_count_as_depth, reading_goes_on_behind_what_is_too_deep,
          many_keys_take_no_quadratic_time)
