/* SPDX-License-Identifier: MIT */
/* What is read at once must be what request.c finds in the same line written otherwise.
 */
#include "unit.h"
#include "exact.h"
#include "request.h"
#include "usual.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void expect_same_view(const struct request_view *a, const struct request_view *b,
                             const char *line)
{
    ck_assert_msg(a->op == b->op && a->priority == b->priority &&
                      a->has_buffer == b->has_buffer && a->kind == b->kind &&
                      a->timeout_ms == b->timeout_ms && a->clauses == b->clauses &&
                      a->clause_count == b->clause_count,
                  "%s", line);
    ck_assert_msg(slice_equal(a->id, b->id) && !a->id.bytes == !b->id.bytes, "%s", line);
    ck_assert_msg(slice_equal(a->chan, b->chan), "%s", line);
    ck_assert_msg(slice_equal(a->value, b->value) && !a->value.bytes == !b->value.bytes,
                  "%s", line);
}

/* The line with a blank behind its brace, which is not usual any more. */
static void expect_same(const char *line, const struct request_view *usual)
{
    struct request_room room = {.clauses_max = 4};
    struct request_view view;
    struct fault fault;
    char other[1024];

    snprintf(other, sizeof other, "{ %s", line + 1);
    ck_assert(!usual_request(other, strlen(other), &view));
    ck_assert_msg(request_parse(&room, other, strlen(other), &view, &fault) == ERR_OK,
                  "%s: %s", line, fault.text);
    expect_same_view(usual, &view, line);
    request_room_release(&room);
}

/* Reads it from memory of exactly its size. */
static bool read_exactly(const char *line, struct request_view *view, char **ret_copy)
{
    *ret_copy = exact_copy(line, strlen(line));
    return usual_request(*ret_copy, strlen(line), view);
}

static const char *const usual[] = {
    "{\"op\":\"put\",\"chan\":\"a\",\"value\":1}",
    "{\"op\":\"take\",\"chan\":\"a\"}",
    "{\"op\":\"take\",\"chan\":\"a\",\"timeout_ms\":0}",
    "{\"timeout_ms\":999999999999999,\"chan\":\"a\",\"op\":\"take\"}",
    "{\"id\":7,\"op\":\"put\",\"chan\":\"jobs/to:day.9-_\",\"value\":{\"a\":[1, null]}}",
    "{\"op\":\"put\",\"id\":0,\"chan\":\"a\",\"value\":\"\\u00e9\",\"timeout_ms\":2}",
    "{\"value\":\"\",\"chan\":\"a\",\"op\":\"put\",\"id\":999999999999999}",
};

START_TEST(usual_lines_are_read_as_they_are_otherwise)
{
    for (size_t i = 0; i < COUNT(usual); i++) {
        struct request_view view;
        char *copy;

        ck_assert_msg(read_exactly(usual[i], &view, &copy), "%s", usual[i]);
        expect_same(usual[i], &view);
        free(copy);
    }
}
END_TEST

START_TEST(whatever_is_written_otherwise_is_left_to_others)
{
    static const char *const unusual[] = {
        "",
        "{",
        "{}",
        "[]",
        "{\"op\":\"put\",\"chan\":\"a\"}",
        "{\"op\":\"take\",\"chan\":\"a\",\"value\":1}",
        "{\"op\":\"take\"}",
        "{\"chan\":\"a\",\"value\":1}",
        "{\"op\":\"take\",\"chan\":\"\"}",
        "{\"op\":\"take\",\"chan\":\"a b\"}",
        "{\"op\":\"take\",\"chan\":\"a}",
        "{\"op\":\"take\",\"chan\":\"a\"",
        "{\"op\":\"take\",\"chan\":\"a\"}}",
        "{\"op\":\"take\",\"chan\":\"a\"} ",
        "{\"op\":\"take\",\"chan\":\"a\",}",
        "{\"op\":\"take\",\"chan\":\"a\",\"chan\":\"a\"}",
        "{\"op\":\"take\",\"op\":\"take\",\"chan\":\"a\"}",
        "{\"op\":\"take\",\"chan\":\"a\",\"timeout_ms\":-1}",
        "{\"op\":\"take\",\"chan\":\"a\",\"timeout_ms\":1.5}",
        "{\"op\":\"take\",\"chan\":\"a\",\"timeout_ms\":1e3}",
        "{\"op\":\"take\",\"chan\":\"a\",\"id\":01}",
        "{\"op\":\"take\",\"chan\":\"a\",\"id\":}",
        "{\"op\":\"take\",\"chan\":\"a\",\"id\":-1}",
        "{\"op\":\"take\",\"chan\":\"a\",\"id\":\"x\"}",
        "{\"op\":\"take\",\"chan\":\"a\",\"id\":1234567890123456}",
        "{\"op\":\"close\",\"chan\":\"a\"}",
        "{\"op\":\"put\",\"chan\":\"a\",\"value\":}",
        "{\"op\":\"put\",\"chan\":\"a\",\"value\":tru}",
        "{\"op\":\"put\",\"chan\":\"a\",\"value\":\"\xff\"}",
        "{\"op\":\"put\",\"chan\":\"a\",\"value\":1,\"tempo\":2}",
    };

    for (size_t i = 0; i < COUNT(unusual); i++) {
        struct request_view view;
        char *copy;

        ck_assert_msg(!read_exactly(unusual[i], &view, &copy), "%s", unusual[i]);
        free(copy);
    }
}
END_TEST

START_TEST(a_part_of_a_line_is_no_line)
{
    for (size_t i = 0; i < COUNT(usual); i++)
        for (size_t len = 0; len < strlen(usual[i]); len++) {
            struct request_view view;
            char *copy = exact_copy(usual[i], len);

            ck_assert_msg(!usual_request(copy, len, &view), "%.*s", (int)len, copy);
            free(copy);
        }
}
END_TEST

/* Names of 1 to 200 bytes, and one more. */
START_TEST(the_longest_name_is_usual_and_a_longer_one_is_not)
{
    char line[300], name[202];
    struct request_view view;

    for (size_t len = 1; len <= 201; len++) {
        memset(name, 'n', len);
        name[len] = '\0';
        snprintf(line, sizeof line, "{\"op\":\"take\",\"chan\":\"%s\"}", name);
        ck_assert_msg(usual_request(line, strlen(line), &view) == (len <= 200), "%zu",
                      len);
    }
}
END_TEST

/* Pieces of lines in any order, of which many make a request and most do not. */
static void random_line(uint64_t *seed, char *line, size_t size)
{
    static const char *const pieces[] = {
        "\"op\":\"put\"",     "\"op\":\"take\"",   "\"op\":\"list\"",
        "\"chan\":\"a\"",     "\"chan\":\"b/c\"",  "\"value\":[1,{}]",
        "\"value\":\"text\"", "\"id\":12",         "\"id\":\"s\"",
        "\"timeout_ms\":0",   "\"timeout_ms\":77", "\"timeout_ms\":-7",
        "\"value\":-0.5e+3",  "\"id\":0",          "\"value\":null",
        "\"limit\":1",
    };
    size_t len = 1;

    line[0] = '{';
    for (size_t n = 1 + exact_below(seed, 5); n > 0; n--)
        len +=
            (size_t)snprintf(line + len, size - len, "%s%s",
                             pieces[exact_below(seed, COUNT(pieces))], n > 1 ? "," : "");
    snprintf(line + len, size - len, "}");
}

START_TEST(what_is_read_of_random_lines_is_what_stands_there)
{
    uint64_t seed = 11;
    size_t read = 0;

    for (int round = 0; round < 200000; round++) {
        struct request_view view;
        char line[400];

        random_line(&seed, line, sizeof line);
        if (usual_request(line, strlen(line), &view)) {
            expect_same(line, &view);
            read++;
        }
    }
    ck_assert_uint_gt(read, 1000);
}
END_TEST

START_TEST(a_usual_take_is_read_up_to_its_end)
{
    static const char clauses[] = "{\"op\":\"take\",\"chan\":\"a/1\"},{}";
    static const char *const unusual[] = {
        "{\"op\":\"take\",\"chan\":\"a\" }",       "{\"op\":\"put\",\"chan\":\"a\"}",
        "{\"chan\":\"a\",\"op\":\"take\"}",        "{\"op\":\"take\",\"chan\":\"\"}",
        "{\"op\":\"take\",\"chan\":\"a\"",         "{\"op\":\"take\",\"chan\":",
        "{\"op\":\"take\",\"chan\":\"a\\u0062\"}",
    };
    struct slice chan;

    ck_assert_ptr_eq(usual_take(clauses, clauses + strlen(clauses), &chan),
                     strchr(clauses, '}') + 1);
    ck_assert(slice_equal(chan, slice_text("a/1")));
    for (size_t i = 0; i < COUNT(unusual); i++) {
        char *copy = exact_copy(unusual[i], strlen(unusual[i]));

        ck_assert_ptr_null(usual_take(copy, copy + strlen(unusual[i]), &chan));
        free(copy);
    }
}
END_TEST

UNIT_MAIN("usual", usual_lines_are_read_as_they_are_otherwise,
          whatever_is_written_otherwise_is_left_to_others, a_part_of_a_line_is_no_line,
          the_longest_name_is_usual_and_a_longer_one_is_not,
          what_is_read_of_random_lines_is_what_stands_there,
          a_usual_take_is_read_up_to_its_end)
