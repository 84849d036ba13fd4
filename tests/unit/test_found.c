/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "exact.h"
#include "found.h"

#include <stdio.h>

static const struct member_row *row_of(const char *name)
{
    char quoted[32];
    const struct member_row *row;

    snprintf(quoted, sizeof quoted, "\"%s\"", name);
    row = member_find(slice_text(quoted));
    ck_assert_msg(row != NULL, "%s", name);
    return row;
}

/* A value as it stands in a line of its own; the caller frees the line. */
static bool store(struct found *found, const struct member_row *row, const char *json,
                  char **ret_line)
{
    struct slice raw;
    struct json j;
    enum json_kind kind;

    *ret_line = exact_copy(json, strlen(json));
    j = json_of(*ret_line, strlen(json));
    kind = json_value(&j, &raw);
    ck_assert_msg(kind != JSON_BROKEN && json_finish(&j), "%s", json);
    found_clear(found);
    found->seen = MEMBER_BIT(row->member);
    return found_store(found, row, kind, raw);
}

static bool takes(const struct member_row *row, const char *json)
{
    struct found found;
    char *line;
    const bool ok = store(&found, row, json, &line);

    free(line);
    return ok;
}

/* One value of each sort; a member takes those that are named in `sorts`. */
static const struct {
    char sort;
    const char *json;
} values[] = {
    {'n', "null"},
    {'t', "true"},
    {'f', "false"},
    {'1', "1"},
    {'.', "1.5"},
    {'s', "\"a\""},
    {'a', "[]"},
    {'o', "{}"},
    {'-', "-1"},
    {'0', "0"},
    {'b', "9007199254740991"},
    {'B', "9007199254740992"},
};

START_TEST(members_take_the_sorts_of_values_that_the_protocol_gives_them)
{
    static const struct {
        const char *name, *sorts;
    } members[] = {
        {"id", "1-0bBs"},      {"target", "1-0bBs"},
        {"chan", "s"},         {"value", "ntf1.sao-0bB"},
        {"timeout_ms", "10b"}, {"close_after_ms", "10b"},
        {"max_parked", "1b"},  {"priority", "tf"},
        {"prefix", "s"},       {"after", "s"},
        {"limit", "1"},        {"token", "s"},
        {"client", "s"},       {"protocol", "1"},
        {"size", "1b"},        {"op", ""},
        {"kind", ""},          {"ops", ""},
        {"buffer", ""},
    };

    ck_assert_uint_eq(sizeof members / sizeof *members, MEMBER_COUNT);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        for (size_t v = 0; v < sizeof values / sizeof *values; v++)
            ck_assert_msg(takes(row_of(members[i].name), values[v].json) ==
                              (strchr(members[i].sorts, values[v].sort) != NULL),
                          "%s: %s", members[i].name, values[v].json);
}
END_TEST

START_TEST(operations_are_found_by_name_escaped_or_not)
{
    static const struct {
        const char *json;
        enum op op;
    } ops[] = {
        {"\"ping\"", OP_PING},
        {"\"p\\u0069ng\"", OP_PING},
        {"\"\\u0070\\u0075\\u0074\"", OP_PUT},
        {"\"cancel\"", OP_CANCEL},
        {"\"Ping\"", OP_COUNT},
        {"\"\"", OP_COUNT},
        {"\"ping\\u0000\"", OP_COUNT},
        {"1", OP_COUNT},
    };

    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        struct found found;
        char *line;

        ck_assert_int_eq(store(&found, row_of("op"), ops[i].json, &line),
                         ops[i].op != OP_COUNT);
        ck_assert_msg(found.op == ops[i].op, "%s", ops[i].json);
        ck_assert_mem_eq(line, ops[i].json, strlen(ops[i].json));
        free(line);
    }
}
END_TEST

START_TEST(in_a_clause_only_put_and_take_are_operations)
{
    static const char *const others[] = {"\"alts\"", "\"close\"", "\"ping\"", "\"\"",
                                         "1"};

    ck_assert(takes(&member_clause_op, "\"put\""));
    ck_assert(takes(&member_clause_op, "\"t\\u0061ke\""));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct found found;
        char *line;

        ck_assert(!store(&found, &member_clause_op, others[i], &line));
        ck_assert_int_eq(found.op, OP_COUNT);
        free(line);
    }
}
END_TEST

START_TEST(kinds_are_found_by_name_escaped_or_not)
{
    struct found found;
    char *line;

    ck_assert(store(&found, row_of("kind"), "\"\\u0066ixed\"", &line));
    ck_assert_int_eq(found.kind, KIND_FIXED);
    free(line);
    ck_assert(!store(&found, row_of("kind"), "\"Fixed\"", &line));
    ck_assert_int_eq(found.kind, KIND_COUNT);
    free(line);
}
END_TEST

START_TEST(ids_count_64_bytes_as_they_are_written)
{
    char json[80];

    for (size_t len = 3; len < 70; len++) {
        memset(json, 'x', len);
        json[0] = json[len - 1] = '"';
        json[len] = 0;
        ck_assert_int_eq(takes(row_of("id"), json), len <= 64);
        memset(json, '9', len);
        ck_assert_int_eq(takes(row_of("id"), json), len <= 64);
    }
    ck_assert(
        takes(row_of("id"), "\"\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\""));
    ck_assert(!takes(row_of("id"), "\"\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061"
                                   "\\u0061\\u0061\\u0061\\u0061\""));
}
END_TEST

START_TEST(ids_stay_as_they_are_written)
{
    struct found found;
    char *line;

    ck_assert(store(&found, row_of("id"), "\"\\u0061\\n\"", &line));
    ck_assert(slice_is(found_text(&found, MEMBER_ID), "\"\\u0061\\n\""));
    free(line);
}
END_TEST

START_TEST(names_are_decoded_in_place)
{
    struct found found;
    char *line;

    ck_assert(store(&found, row_of("chan"), "\"a\\/\\u0062\"", &line));
    ck_assert(slice_is(found_text(&found, MEMBER_CHAN), "a/b"));
    free(line);
    ck_assert(store(&found, row_of("chan"), "\"plain\"", &line));
    ck_assert(slice_is(found_text(&found, MEMBER_CHAN), "plain"));
    free(line);
}
END_TEST

/* A message quotes it. */
START_TEST(a_wrong_name_is_left_as_it_was_written)
{
    static const char *const wrong[] = {"\"\"",        "\"a b\"",     "\"a\\u0000b\"",
                                        "\"\\n\"",     "\"\\u00e9\"", "\"\\\\\"",
                                        "\"\xc3\xa9\""};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct found found;
        char *line;

        ck_assert_msg(!store(&found, row_of("chan"), wrong[i], &line), "%s", wrong[i]);
        ck_assert_mem_eq(line, wrong[i], strlen(wrong[i]));
        free(line);
    }
}
END_TEST

START_TEST(a_name_of_200_bytes_may_be_all_escapes)
{
    char json[6 * 201 + 3];

    for (size_t n = 199; n <= 201; n++) {
        struct found found;
        char *line;
        bool ok;

        strcpy(json, "\"");
        for (size_t i = 0; i < n; i++)
            strcat(json, "\\u0061");
        strcat(json, "\"");
        ok = store(&found, row_of("chan"), json, &line);
        ck_assert_int_eq(ok, n <= 200);
        if (ok)
            ck_assert_uint_eq(found_text(&found, MEMBER_CHAN).len, n);
        free(line);
    }
}
END_TEST

START_TEST(texts_are_decoded_in_place)
{
    struct found found;
    char *line;

    ck_assert(store(&found, row_of("prefix"), "\"a\\u0000\\u00e9\"", &line));
    ck_assert_uint_eq(found_text(&found, MEMBER_PREFIX).len, 4);
    ck_assert_mem_eq(found_text(&found, MEMBER_PREFIX).bytes, "a\0\xc3\xa9", 4);
    free(line);
}
END_TEST

START_TEST(integers_are_held_to_their_ranges)
{
    static const struct {
        const char *name, *json;
        bool fits;
    } cases[] = {
        {"limit", "1000", true},
        {"limit", "1001", false},
        {"limit", "0", false},
        {"protocol", "2", false},
        {"size", "0", false},
        {"timeout_ms", "-0", true},
        {"timeout_ms", "1e3", false},
        {"timeout_ms", "1.0", false},
        {"timeout_ms", "99999999999999999999999", false},
        {"max_parked", "0", false},
        {"timeout_ms", "-9007199254740993", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(takes(row_of(cases[i].name), cases[i].json) == cases[i].fits,
                      "%s %s", cases[i].name, cases[i].json);
}
END_TEST

START_TEST(what_was_not_seen_is_absent)
{
    struct found found;

    found_clear(&found);
    for (enum member m = 0; m < MEMBER_COUNT; m++) {
        ck_assert(!found_has(&found, m));
        ck_assert_ptr_null(found_text(&found, m).bytes);
        ck_assert_int_eq(found_number(&found, m, -7), -7);
    }
    ck_assert_int_eq(found.op, OP_COUNT);
    ck_assert_int_eq(found.kind, KIND_COUNT);
}
END_TEST

START_TEST(numbers_and_booleans_are_stored)
{
    struct found found;
    char *line;

    ck_assert(store(&found, row_of("timeout_ms"), "250", &line));
    ck_assert_int_eq(found_number(&found, MEMBER_TIMEOUT_MS, -1), 250);
    free(line);
    ck_assert(store(&found, row_of("priority"), "true", &line));
    ck_assert_int_eq(found_number(&found, MEMBER_PRIORITY, 7), 1);
    free(line);
    ck_assert(store(&found, row_of("priority"), "false", &line));
    ck_assert_int_eq(found_number(&found, MEMBER_PRIORITY, 7), 0);
    free(line);
}
END_TEST

UNIT_MAIN("found", members_take_the_sorts_of_values_that_the_protocol_gives_them,
          operations_are_found_by_name_escaped_or_not,
          in_a_clause_only_put_and_take_are_operations,
          kinds_are_found_by_name_escaped_or_not, ids_count_64_bytes_as_they_are_written,
          ids_stay_as_they_are_written, names_are_decoded_in_place,
          a_wrong_name_is_left_as_it_was_written, a_name_of_200_bytes_may_be_all_escapes,
          texts_are_decoded_in_place, integers_are_held_to_their_ranges,
          what_was_not_seen_is_absent, numbers_and_booleans_are_stored)
