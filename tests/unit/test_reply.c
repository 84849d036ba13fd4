/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "exact.h"
#include "reply.h"

#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void expect_bytes(const struct text *out, const char *want)
{
    ck_assert(!out->broken);
    ck_assert_msg(out->len == strlen(want) && memcmp(out->bytes, want, out->len) == 0,
                  "%.*s, not %s", (int)out->len, out->bytes, want);
}

static void expect_written(const struct reply_view *reply, const char *want)
{
    struct text out = {0};

    reply_write(&out, reply);
    expect_bytes(&out, want);
    text_release(&out);
}

static const struct slice none = {NULL, 0};

START_TEST(a_base_reply_has_id_and_ok_only)
{
    const struct reply_view with = reply_of(slice_text("\"x\""), ERR_OK);
    const struct reply_view without = reply_of(none, ERR_OK);

    expect_written(&with, "{\"id\":\"x\",\"ok\":true}\n");
    expect_written(&without, "{\"ok\":true}\n");
}
END_TEST

START_TEST(outcomes_of_a_wait_have_a_reason_and_no_message)
{
    static const enum err errs[] = {ERR_CLOSED, ERR_TIMEOUT, ERR_CANCELLED,
                                    ERR_NOT_PARKED};

    for (size_t i = 0; i < COUNT(errs); i++) {
        struct reply_view reply = reply_of(slice_text("4"), errs[i]);
        char want[100];

        reply.message = slice_text("not to be written");
        snprintf(want, sizeof want, "{\"id\":4,\"ok\":false,\"reason\":\"%s\"}\n",
                 err_wire(errs[i]));
        expect_written(&reply, want);
    }
}
END_TEST

START_TEST(refusals_have_a_reason_and_a_message)
{
    for (enum err err = ERR_BAD_JSON; err < ERR_COUNT; err++) {
        struct reply_view reply = reply_of(none, err);
        char want[300];

        snprintf(want, sizeof want,
                 "{\"ok\":false,\"reason\":\"%s\",\"message\":\"%s\"}\n", err_wire(err),
                 err_text(err));
        expect_written(&reply, want);
        reply.message = slice_text("put needs \"value\"");
        snprintf(
            want, sizeof want,
            "{\"ok\":false,\"reason\":\"%s\",\"message\":\"put needs \\\"value\\\"\"}\n",
            err_wire(err));
        expect_written(&reply, want);
    }
}
END_TEST

START_TEST(each_operation_has_its_own_members_in_the_order_of_the_protocol)
{
    struct reply_view reply = reply_of(slice_text("3"), ERR_OK);

    reply.index = 1;
    reply.chan = slice_text("b");
    reply.value = slice_text("\"ketchup\"");
    expect_written(
        &reply,
        "{\"id\":3,\"ok\":true,\"index\":1,\"chan\":\"b\",\"value\":\"ketchup\"}\n");
    reply = reply_of(slice_text("3"), ERR_CLOSED);
    reply.index = 0;
    reply.chan = slice_text("a");
    expect_written(&reply, "{\"id\":3,\"ok\":false,\"reason\":\"closed\",\"index\":0,"
                           "\"chan\":\"a\"}\n");
    reply = reply_of(none, ERR_OK);
    reply.created = 1;
    expect_written(&reply, "{\"ok\":true,\"created\":true}\n");
    reply.created = 0;
    expect_written(&reply, "{\"ok\":true,\"created\":false}\n");
    reply = reply_of(none, ERR_OK);
    reply.dropped = true;
    expect_written(&reply, "{\"ok\":true,\"dropped\":true}\n");
    reply = reply_of(none, ERR_OK);
    reply.channels = slice_text("[]");
    reply.more = 0;
    expect_written(&reply, "{\"ok\":true,\"channels\":[],\"more\":false}\n");
    reply = reply_of(none, ERR_OK);
    reply.stat = slice_text("{\"name\":\"a\"}");
    expect_written(&reply, "{\"ok\":true,\"stat\":{\"name\":\"a\"}}\n");
    reply = reply_of(none, ERR_OK);
    reply.server = slice_text("chand/0.1.0");
    reply.protocol = 1;
    reply.user = slice_text("alice");
    expect_written(&reply, "{\"ok\":true,\"server\":\"chand/0.1.0\",\"protocol\":1,"
                           "\"user\":\"alice\"}\n");
    reply.user = none;
    reply.limits = slice_text("{}");
    expect_written(&reply, "{\"ok\":true,\"server\":\"chand/0.1.0\",\"protocol\":1,"
                           "\"limits\":{}}\n");
}
END_TEST

START_TEST(the_short_ways_write_what_the_long_one_writes)
{
    static const char *const ids[] = {
        NULL, "1", "\"\\u0061\"",
        "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""};
    static const char *const values[] = {"null", "\"\"", "[1, 2]", "1.0"};

    for (size_t i = 0; i < COUNT(ids); i++) {
        struct reply_view reply = reply_of(slice_text(ids[i]), ERR_OK);
        struct text brief = {0}, full = {0};

        reply_write_ok(&brief, reply.id);
        reply_write(&full, &reply);
        for (size_t v = 0; v < COUNT(values); v++) {
            reply.value = slice_text(values[v]);
            reply_write_value(&brief, reply.id, reply.value);
            reply_write(&full, &reply);
            reply_begin_value(&brief, &reply);
            text_add_slice(&brief, reply.value);
            reply_end_value(&brief);
            reply_write(&full, &reply);
        }
        ck_assert_uint_eq(brief.len, full.len);
        ck_assert_mem_eq(brief.bytes, full.bytes, full.len);
        text_release(&brief);
        text_release(&full);
    }
}
END_TEST

START_TEST(short_replies_fill_a_text_of_any_length)
{
    struct text out = {0};
    size_t want = 0;

    for (size_t n = 0; n < 3000; n++) {
        char value[200];

        memset(value, '7', n % 200);
        reply_write_value(&out, slice_text("1"), slice_of(value, n % 200));
        reply_write_ok(&out, none);
        want += strlen("{\"id\":1,\"ok\":true,\"value\":}\n") + n % 200 +
                strlen("{\"ok\":true}\n");
        ck_assert_uint_eq(out.len, want);
    }
    text_release(&out);
}
END_TEST

START_TEST(a_broken_text_gets_no_part_of_a_short_reply)
{
    struct text out = {0};

    reply_write_ok(&out, none);
    ck_assert(!text_reserve(&out, SIZE_MAX - 1));
    reply_write_ok(&out, slice_text("1"));
    reply_write_value(&out, none, slice_text("2"));
    ck_assert_uint_eq(out.len, strlen("{\"ok\":true}\n"));
    text_release(&out);
}
END_TEST

/* A reply that was read, in a line of exactly its size. */
struct read {
    struct reply_view view;
    char *line;
};

static void read_good(struct read *r, const char *line)
{
    r->line = exact_copy(line, strlen(line));
    ck_assert_msg(reply_parse(r->line, strlen(line), &r->view), "%s", line);
}

START_TEST(a_reply_is_read_with_all_that_it_has)
{
    struct read r;

    read_good(
        &r,
        " {\"id\": 3 ,\"ok\":true,\"index\":1,\"chan\":\"b\\/c\",\"value\":[ 1.0]} \r");
    ck_assert_int_eq(r.view.err, ERR_OK);
    ck_assert(slice_is(r.view.id, "3"));
    ck_assert_int_eq(r.view.index, 1);
    ck_assert(slice_is(r.view.chan, "b/c"));
    ck_assert(slice_is(r.view.value, "[ 1.0]"));
    free(r.line);
    read_good(&r, "{\"ok\":true,\"channels\":[{}],\"more\":true}");
    ck_assert(slice_is(r.view.channels, "[{}]"));
    ck_assert_int_eq(r.view.more, 1);
    free(r.line);
    read_good(
        &r,
        "{\"ok\":true,\"server\":\"chand\\u002f1\",\"protocol\":1,\"limits\":{\"a\":1}}");
    ck_assert(slice_is(r.view.server, "chand/1"));
    ck_assert_int_eq(r.view.protocol, 1);
    ck_assert(slice_is(r.view.limits, "{\"a\":1}"));
    free(r.line);
    read_good(&r, "{\"ok\":true,\"created\":false,\"dropped\":true,\"stat\":{}}");
    ck_assert_int_eq(r.view.created, 0);
    ck_assert(r.view.dropped);
    ck_assert(slice_is(r.view.stat, "{}"));
    free(r.line);
}
END_TEST

START_TEST(what_a_reply_has_not_is_absent)
{
    struct read r;

    read_good(&r, "{\"ok\":true}");
    ck_assert_int_eq(r.view.err, ERR_OK);
    ck_assert_ptr_null(r.view.id.bytes);
    ck_assert_ptr_null(r.view.reason.bytes);
    ck_assert_ptr_null(r.view.message.bytes);
    ck_assert_ptr_null(r.view.chan.bytes);
    ck_assert_ptr_null(r.view.value.bytes);
    ck_assert_ptr_null(r.view.channels.bytes);
    ck_assert_ptr_null(r.view.stat.bytes);
    ck_assert_ptr_null(r.view.server.bytes);
    ck_assert_ptr_null(r.view.limits.bytes);
    ck_assert(!r.view.dropped);
    ck_assert_int_eq(r.view.created, -1);
    ck_assert_int_eq(r.view.more, -1);
    ck_assert_int_eq(r.view.index, -1);
    ck_assert_int_eq(r.view.protocol, -1);
    free(r.line);
}
END_TEST

START_TEST(every_reason_is_read)
{
    for (enum err err = ERR_CLOSED; err < ERR_COUNT; err++) {
        char line[200];
        struct read r;

        snprintf(line, sizeof line,
                 "{\"ok\":false,\"reason\":\"%s\",\"message\":\"a\\nb\"}", err_wire(err));
        read_good(&r, line);
        ck_assert_str_eq(err_wire(r.view.err), err_wire(err));
        ck_assert(slice_is(r.view.reason, err_wire(err)));
        ck_assert(slice_is(r.view.message, "a\nb"));
        free(r.line);
    }
}
END_TEST

START_TEST(a_reason_of_a_later_version_is_handed_out_as_it_came)
{
    struct read r;

    read_good(&r, "{\"ok\":false,\"reason\":\"too_\\u006cate\"}");
    ck_assert_int_eq(r.view.err, ERR_COUNT);
    ck_assert(slice_is(r.view.reason, "too_late"));
    free(r.line);
    read_good(&r, "{\"reason\":\"ok\",\"ok\":false}");
    ck_assert_int_eq(r.view.err, ERR_COUNT);
    free(r.line);
}
END_TEST

START_TEST(members_of_a_later_version_are_passed_over)
{
    struct read r;

    read_good(&r, "{\"when\":[{\"ok\":false}],\"id\":1,\"why\":null,\"ok\":true,\"\":0,"
                  "\"why\":2,\"i\\u0064x\":3}");
    ck_assert_int_eq(r.view.err, ERR_OK);
    ck_assert(slice_is(r.view.id, "1"));
    free(r.line);
}
END_TEST

START_TEST(escaped_member_names_are_known)
{
    struct read r;

    read_good(&r, "{\"\\u0069d\":1,\"o\\u006b\":true,\"valu\\u0065\":5}");
    ck_assert(slice_is(r.view.id, "1"));
    ck_assert(slice_is(r.view.value, "5"));
    free(r.line);
}
END_TEST

START_TEST(what_is_no_reply_is_refused_and_leaves_the_result_alone)
{
    static const char *const lines[] = {
        "",
        " ",
        "x",
        "1",
        "[]",
        "null",
        "true",
        "\"ok\"",
        "{",
        "{}",
        "{\"ok\"}",
        "{\"ok\":}",
        "{\"ok\":true",
        "{\"ok\":true}}",
        "{\"ok\":true} x",
        "{\"ok\":true,}",
        "{\"id\":1}",
        "{\"ok\":1}",
        "{\"ok\":null}",
        "{\"ok\":\"true\"}",
        "{\"ok\":false}",
        "{\"ok\":false,\"message\":\"x\"}",
        "{\"ok\":false,\"reason\":1}",
        "{\"ok\":false,\"reason\":null}",
        "{\"ok\":true,\"ok\":true}",
        "{\"id\":1,\"id\":1,\"ok\":true}",
        "{\"ok\":true,\"\\u006fk\":true}",
        "{\"id\":null,\"ok\":true}",
        "{\"id\":[],\"ok\":true}",
        "{\"ok\":true,\"index\":\"1\"}",
        "{\"ok\":true,\"index\":-1}",
        "{\"ok\":true,\"index\":1.5}",
        "{\"ok\":true,\"index\":99999999999999999999}",
        "{\"ok\":true,\"chan\":1}",
        "{\"ok\":true,\"created\":0}",
        "{\"ok\":true,\"more\":null}",
        "{\"ok\":true,\"dropped\":1}",
        "{\"ok\":true,\"channels\":{}}",
        "{\"ok\":true,\"stat\":[]}",
        "{\"ok\":true,\"limits\":1}",
        "{\"ok\":true,\"server\":1}",
        "{\"ok\":true,\"protocol\":\"1\"}",
        "{\"ok\":true,\"value\":[1,]}",
        "{\"ok\":true,\"x\":\"\xff\"}",
    };

    for (size_t i = 0; i < COUNT(lines); i++) {
        char *line = exact_copy(lines[i], strlen(lines[i]));
        struct reply_view view, before;

        memset(&view, 0x5a, sizeof view);
        before = view;
        ck_assert_msg(!reply_parse(line, strlen(lines[i]), &view), "%s", lines[i]);
        ck_assert_mem_eq(&view, &before, sizeof view);
        free(line);
    }
}
END_TEST

START_TEST(any_value_comes_back_as_it_was_written)
{
    static const char *const values[] = {"null",
                                         "1.0",
                                         "12345678901234567890",
                                         "\"\\u00e9\"",
                                         "{\"b\":1, \"a\":2}",
                                         "\"\\ud800\"",
                                         "[]",
                                         "\"\""};

    for (size_t i = 0; i < COUNT(values); i++) {
        struct reply_view view;
        struct text out = {0};

        reply_write_value(&out, slice_text("1"), slice_text(values[i]));
        ck_assert(reply_parse(out.bytes, out.len - 1, &view));
        ck_assert_msg(slice_is(view.value, values[i]), "%s", values[i]);
        text_release(&out);
    }
}
END_TEST

START_TEST(what_was_written_is_read_to_the_same)
{
    for (enum err err = ERR_OK; err < ERR_COUNT; err++) {
        struct reply_view reply = reply_of(slice_text("\"\\n\""), err), view;
        struct text once = {0}, twice = {0};
        char *line;

        reply.message = slice_text("\"quoted\"\n\xc3\xa9");
        reply.dropped = true;
        reply.created = 1;
        reply.more = 0;
        reply.index = 65535;
        reply.chan = slice_text("a/b");
        reply.value = slice_text("{ }");
        reply.channels = slice_text("[{}]");
        reply.stat = slice_text("{}");
        reply.server = slice_text("\\");
        reply.protocol = 1;
        reply.limits = slice_text("{\"a\":1}");
        reply_write(&once, &reply);
        line = exact_copy(once.bytes, once.len - 1);
        ck_assert(reply_parse(line, once.len - 1, &view));
        ck_assert_str_eq(err_wire(view.err), err_wire(err));
        reply_write(&twice, &view);
        ck_assert_uint_eq(once.len, twice.len);
        ck_assert_mem_eq(once.bytes, twice.bytes, once.len);
        text_release(&once);
        text_release(&twice);
        free(line);
    }
}
END_TEST

UNIT_MAIN("reply", a_base_reply_has_id_and_ok_only,
          outcomes_of_a_wait_have_a_reason_and_no_message,
          refusals_have_a_reason_and_a_message,
          each_operation_has_its_own_members_in_the_order_of_the_protocol,
          the_short_ways_write_what_the_long_one_writes,
          short_replies_fill_a_text_of_any_length,
          a_broken_text_gets_no_part_of_a_short_reply,
          a_reply_is_read_with_all_that_it_has, what_a_reply_has_not_is_absent,
          every_reason_is_read, a_reason_of_a_later_version_is_handed_out_as_it_came,
          members_of_a_later_version_are_passed_over, escaped_member_names_are_known,
          what_is_no_reply_is_refused_and_leaves_the_result_alone,
          any_value_comes_back_as_it_was_written, what_was_written_is_read_to_the_same)
