/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "exact.h"
#include "request.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void expect_written(const struct request_view *rq, const char *want)
{
    struct text out = {0};

    request_write(&out, rq);
    ck_assert(!out.broken);
    ck_assert_msg(out.len == strlen(want) && memcmp(out.bytes, want, out.len) == 0,
                  "%.*s", (int)out.len, out.bytes);
    text_release(&out);
}

START_TEST(a_put_is_written_with_what_it_has)
{
    struct request_view rq = {.op = OP_PUT,
                              .id = slice_text("7"),
                              .chan = slice_text("a"),
                              .value = slice_text("[1.0, 2]"),
                              .timeout_ms = -1};

    expect_written(&rq, "{\"op\":\"put\",\"id\":7,\"chan\":\"a\",\"value\":[1.0, 2]}\n");
    rq.timeout_ms = 0;
    rq.id = slice_of(NULL, 0);
    expect_written(
        &rq, "{\"op\":\"put\",\"chan\":\"a\",\"value\":[1.0, 2],\"timeout_ms\":0}\n");
}
END_TEST

START_TEST(names_are_written_as_json_strings_whatever_they_hold)
{
    const struct request_view rq = {
        .op = OP_TAKE, .chan = slice_text("a\"b\\\n"), .timeout_ms = -1};

    expect_written(&rq, "{\"op\":\"take\",\"chan\":\"a\\\"b\\\\\\n\"}\n");
}
END_TEST

START_TEST(an_alts_is_written_with_its_clauses)
{
    struct clause_view clauses[] = {
        {OP_TAKE, slice_text("a"), slice_of(NULL, 0)},
        {OP_PUT, slice_text("b"), slice_text("null")},
    };
    struct request_view rq = {.op = OP_ALTS,
                              .id = slice_text("\"x\""),
                              .timeout_ms = 20,
                              .clauses = clauses,
                              .clause_count = 2};

    expect_written(
        &rq, "{\"op\":\"alts\",\"id\":\"x\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\"},"
             "{\"op\":\"put\",\"chan\":\"b\",\"value\":null}],\"timeout_ms\":20}\n");
    rq.priority = true;
    rq.timeout_ms = -1;
    rq.clause_count = 1;
    expect_written(
        &rq, "{\"op\":\"alts\",\"id\":\"x\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\"}],"
             "\"priority\":true}\n");
}
END_TEST

START_TEST(an_open_is_written_with_the_settings_that_are_named)
{
    struct request_view rq = {
        .op = OP_OPEN, .chan = slice_text("a"), .timeout_ms = -1, .close_after_ms = -1};

    expect_written(&rq, "{\"op\":\"open\",\"chan\":\"a\"}\n");
    rq.has_buffer = true;
    rq.kind = KIND_FIXED;
    rq.size = 9;
    rq.close_after_ms = 0;
    rq.max_parked = 5;
    expect_written(
        &rq, "{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"fixed\",\"size\":9},"
             "\"close_after_ms\":0,\"max_parked\":5}\n");
    rq = (struct request_view){.op = OP_OPEN,
                               .chan = slice_text("a"),
                               .has_buffer = true,
                               .kind = KIND_PROMISE,
                               .size = 9,
                               .close_after_ms = -1};
    expect_written(
        &rq, "{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"promise\"}}\n");
}
END_TEST

START_TEST(the_rest_is_written_with_its_own_members)
{
    const struct request_view list = {.op = OP_LIST,
                                      .timeout_ms = -1,
                                      .prefix = slice_text("a/"),
                                      .after = slice_text(""),
                                      .limit = 10};
    const struct request_view all = {
        .op = OP_LIST, .timeout_ms = -1, .limit = REQUEST_LIST_MAX};
    const struct request_view hello = {.op = OP_HELLO,
                                       .timeout_ms = -1,
                                       .token = slice_text("t"),
                                       .client = slice_text("c"),
                                       .protocol = 1};
    const struct request_view cancel = {
        .op = OP_CANCEL, .timeout_ms = -1, .target = slice_text("\"x\"")};

    expect_written(&list,
                   "{\"op\":\"list\",\"prefix\":\"a/\",\"after\":\"\",\"limit\":10}\n");
    expect_written(&all, "{\"op\":\"list\"}\n");
    expect_written(
        &hello, "{\"op\":\"hello\",\"token\":\"t\",\"client\":\"c\",\"protocol\":1}\n");
    expect_written(&cancel, "{\"op\":\"cancel\",\"target\":\"x\"}\n");
    expect_written(&(struct request_view){.op = OP_PING, .timeout_ms = -1},
                   "{\"op\":\"ping\"}\n");
    expect_written(&(struct request_view){.op = OP_STAT, .chan = slice_text("a")},
                   "{\"op\":\"stat\",\"chan\":\"a\"}\n");
    expect_written(&(struct request_view){.op = OP_CLOSE, .chan = slice_text("a")},
                   "{\"op\":\"close\",\"chan\":\"a\"}\n");
    expect_written(&(struct request_view){.op = OP_DELETE, .chan = slice_text("a")},
                   "{\"op\":\"delete\",\"chan\":\"a\"}\n");
}
END_TEST

/* Parses and writes a line; the result has memory of its own. */
static struct text rewrite(const char *line, size_t len)
{
    struct request_room room = {.clauses_max = 100};
    char *copy = exact_copy(line, len);
    struct request_view view;
    struct text out = {0};
    struct fault fault;

    ck_assert_msg(request_parse(&room, copy, len, &view, &fault) == ERR_OK, "%.*s: %s",
                  (int)len, line, fault.text);
    request_write(&out, &view);
    ck_assert_int_eq(out.bytes[out.len - 1], '\n');
    request_room_release(&room);
    free(copy);
    return out;
}

START_TEST(what_was_parsed_is_written_and_parsed_to_the_same)
{
    static const char *const lines[] = {
        "{\"op\":\"put\",\"id\":2,\"chan\":\"echo-buffer\",\"value\":\"ketchup\"}",
        "{\"value\" : {\"b\":1, \"a\":[ ]} , \"op\":\"put\",\"chan\":\"\\u0061\"}",
        "{\"op\":\"take\",\"id\":\"\\u0061\",\"chan\":\"a\",\"timeout_ms\":20}",
        "{\"op\":\"alts\",\"id\":3,\"ops\":[{\"op\":\"take\",\"chan\":\"serious\"},{"
        "\"chan\":"
        "\"b\",\"value\":1.0,\"op\":\"put\"}],\"timeout_ms\":20,\"priority\":true}",
        "{\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\"}],\"priority\":false}",
        "{\"op\":\"open\",\"id\":1,\"chan\":\"a\",\"buffer\":{\"kind\":\"fixed\","
        "\"size\":2}}",
        "{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"none\"},\"max_parked\":3,"
        "\"close_after_ms\":9007199254740991}",
        "{\"op\":\"open\",\"chan\":\"a\"}",
        "{\"op\":\"close\",\"chan\":\"a\"}",
        "{\"op\":\"delete\",\"chan\":\"a\",\"id\":-0}",
        "{\"op\":\"cancel\",\"target\":\"\\n\"}",
        "{\"op\":\"list\"}",
        "{\"op\":\"list\",\"prefix\":\"\\u0000\\ud800\\\"\",\"after\":\"\",\"limit\":"
        "1000}",
        "{\"op\":\"stat\"}",
        "{\"op\":\"stat\",\"chan\":\"a\"}",
        "{\"op\":\"hello\",\"client\":\"\\u00e9\",\"token\":\"\"}",
        "{\"op\":\"ping\"}",
    };

    for (size_t i = 0; i < COUNT(lines); i++) {
        struct text once = rewrite(lines[i], strlen(lines[i]));
        struct text twice = rewrite(once.bytes, once.len - 1);

        ck_assert_msg(once.len == twice.len &&
                          memcmp(once.bytes, twice.bytes, once.len) == 0,
                      "%.*s%.*s", (int)once.len, once.bytes, (int)twice.len, twice.bytes);
        text_release(&once);
        text_release(&twice);
    }
}
END_TEST

START_TEST(lines_follow_each_other_in_one_text)
{
    const struct request_view rq = {.op = OP_PING};
    struct text out = {0};

    for (int i = 0; i < 500; i++)
        request_write(&out, &rq);
    ck_assert_uint_eq(out.len, 500 * strlen("{\"op\":\"ping\"}\n"));
    ck_assert_mem_eq(out.bytes + out.len - 14, "{\"op\":\"ping\"}\n", 14);
    text_release(&out);
}
END_TEST

UNIT_MAIN("request_write", a_put_is_written_with_what_it_has,
          names_are_written_as_json_strings_whatever_they_hold,
          an_alts_is_written_with_its_clauses,
          an_open_is_written_with_the_settings_that_are_named,
          the_rest_is_written_with_its_own_members,
          what_was_parsed_is_written_and_parsed_to_the_same,
          lines_follow_each_other_in_one_text)
