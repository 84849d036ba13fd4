/* SPDX-License-Identifier: MIT */
/* Held against the general case, which it stands in for. */
#include "unit.h"
#include "json.h"
#include "reply.h"
#include "routine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect_same_request(struct request_view *rq)
{
    struct text usual = {0}, general = {0}, chan = {0};

    text_add_json(&chan, rq->chan);
    routine_write(&usual, rq, slice_of(chan.bytes, chan.len));
    request_write(&general, rq);
    ck_assert(slice_equal(slice_of(usual.bytes, usual.len),
                          slice_of(general.bytes, general.len)));
    text_release(&usual);
    text_release(&general);
    text_release(&chan);
}

START_TEST(requests_are_written_as_ever)
{
    static const char *const names[] = {"a", "jobs/1", "\"x\ny", ""};
    static const char *const values[] = {"1", "{\"b\":1, \"a\":[]}", "\"\\u00e9\""};
    static const int64_t waits[] = {-1, 0, 20, (INT64_C(1) << 53) - 1};

    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
            for (size_t k = 0; k < 3; k++) {
                struct request_view rq = {.op = OP_PUT,
                                          .id = slice_text("65536"),
                                          .chan = slice_text(names[i]),
                                          .value = slice_text(values[k]),
                                          .timeout_ms = waits[j]};

                expect_same_request(&rq);
                rq.op = OP_TAKE;
                rq.value = slice_of(NULL, 0);
                expect_same_request(&rq);
            }
}
END_TEST

/* Whether the line was read; if so, as reply_parse reads it. */
static bool read_line(const char *text)
{
    const size_t len = strlen(text);
    char *line = strdup(text), digits[24];
    struct reply_view view;
    struct slice value;
    uint64_t id;
    const bool read = routine_read(line, len, &id, &value);

    if (read) {
        ck_assert_msg(reply_parse(line, len, &view), "%s", text);
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)id);
        ck_assert_msg(slice_is(view.id, digits), "%s", text);
        ck_assert_int_eq(view.err, ERR_OK);
        ck_assert_ptr_eq(view.value.bytes, value.bytes);
        ck_assert_uint_eq(view.value.len, value.len);
        ck_assert(!view.dropped && view.index < 0 && view.created < 0 && view.more < 0);
    }
    free(line);
    return read;
}

START_TEST(what_the_server_writes_most_is_read)
{
    static const char *const lines[] = {
        "{\"id\":1,\"ok\":true}",
        "{\"id\":9007199254740991,\"ok\":true}",
        "{\"id\":65536,\"ok\":true,\"value\":1.0}",
        "{\"id\":65536,\"ok\":true,\"value\":null}",
        "{\"id\":65536,\"ok\":true,\"value\":{\"b\":[1, {}], \"a\":\"}\"}}",
        "{\"id\":65536,\"ok\":true,\"value\":\"\"}",
        "{\"id\":65536,\"ok\":true,\"value\":\"\\\",\\\"x\"}",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        ck_assert_msg(read_line(lines[i]), "%s", lines[i]);
}
END_TEST

START_TEST(anything_else_is_left_to_the_general_case)
{
    static const char *const lines[] = {
        "",
        "{}",
        "{\"id\":",
        "{\"id\":1",
        "{\"id\":1,\"ok\":true",
        "{\"id\":1,\"ok\":true}}",
        "{\"id\":1,\"ok\":true} ",
        " {\"id\":1,\"ok\":true}",
        "{\"id\": 1,\"ok\":true}",
        "{\"id\":0,\"ok\":true}",
        "{\"id\":01,\"ok\":true}",
        "{\"id\":-1,\"ok\":true}",
        "{\"id\":1.0,\"ok\":true}",
        "{\"id\":\"1\",\"ok\":true}",
        "{\"id\":12345678901234567,\"ok\":true}",
        "{\"id\":1,\"ok\":false,\"reason\":\"closed\"}",
        "{\"id\":1,\"ok\":true,\"dropped\":true}",
        "{\"id\":1,\"ok\":true,\"value\":}",
        "{\"id\":1,\"ok\":true,\"value\":1 }",
        "{\"id\":1,\"ok\":true,\"value\": 1}",
        "{\"id\":1,\"ok\":true,\"value\":1,\"index\":0}",
        "{\"id\":1,\"ok\":true,\"value\":1,\"value\":2}",
        "{\"id\":1,\"ok\":true,\"value\":[1}",
        "{\"id\":1,\"ok\":true,\"value\":\"\xff\"}",
        "{\"id\":1,\"ok\":true,\"index\":0,\"value\":1}",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        ck_assert_msg(!read_line(lines[i]), "%s", lines[i]);
}
END_TEST

/* Every line that one byte makes of one that is right: read as it should be, or not. */
START_TEST(no_wrong_byte_makes_a_right_line)
{
    static const char right[] = "{\"id\":65536,\"ok\":true,\"value\":[\"a\",1]}";
    char line[sizeof right];
    size_t read = 0;

    for (size_t i = 0; i + 1 < sizeof right; i++)
        for (int byte = 1; byte < 256; byte++) {
            memcpy(line, right, sizeof right);
            line[i] = (char)byte;
            read += read_line(line);
        }
    ck_assert_uint_gt(read, 0);
}
END_TEST

UNIT_MAIN("routine", requests_are_written_as_ever, what_the_server_writes_most_is_read,
          anything_else_is_left_to_the_general_case, no_wrong_byte_makes_a_right_line)
