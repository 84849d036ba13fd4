/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "starve.h"
#include "exact.h"
#include "name.h"
#include "request.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A line that was parsed, in memory of exactly its size, and what came of it. */
struct parsed {
    struct request_room room;
    struct request_view view;
    struct fault fault;
    enum err err;
    char *line;
};

static void parse_bytes(struct parsed *p, const char *bytes, size_t len)
{
    *p = (struct parsed){.room = {.clauses_max = 4}};
    memset(&p->view, 0x5a, sizeof p->view);
    p->line = exact_copy(bytes, len);
    p->err = request_parse(&p->room, p->line, len, &p->view, &p->fault);
}

static void release(struct parsed *p)
{
    request_room_release(&p->room);
    free(p->line);
}

/* The request in a line that is in order. */
static void parse_good(struct parsed *p, const char *line)
{
    parse_bytes(p, line, strlen(line));
    ck_assert_msg(p->err == ERR_OK, "%s: %s", line, p->fault.text);
}

/* How a line is refused, and what the message names; id NULL: the reply has none. */
static void expect_refused(const char *line, enum err err, const char *id,
                           const char *names)
{
    struct parsed p;
    struct text quoted = {0};

    parse_bytes(&p, line, strlen(line));
    ck_assert_msg(p.err == err, "%.200s: %s: %s", line, err_wire(p.err), p.fault.text);
    ck_assert_msg(slice_equal(p.view.id, slice_text(id)) &&
                      (p.view.id.bytes == NULL) == (id == NULL),
                  "%.200s: id %.*s", line, (int)p.view.id.len, p.view.id.bytes);
    ck_assert_ptr_nonnull(memchr(p.fault.text, 0, sizeof p.fault.text));
    ck_assert_msg(strstr(p.fault.text, names) != NULL, "%.200s: %s, not %s", line,
                  p.fault.text, names);
    text_add_json(&quoted, slice_text(p.fault.text));
    ck_assert_msg(!memmem(quoted.bytes, quoted.len, "\xef\xbf\xbd", 3), "not UTF-8: %s",
                  p.fault.text);
    for (const char *c = p.fault.text; *c; c++)
        ck_assert_msg((unsigned char)*c >= ' ', "control character in: %s", p.fault.text);
    text_release(&quoted);
    release(&p);
}

static void expect_bad(const char *line, const char *names)
{
    expect_refused(line, ERR_BAD_REQUEST, NULL, names);
}

START_TEST(a_put_has_channel_value_and_time)
{
    struct parsed p;

    parse_good(&p, "{\"id\":41,\"op\":\"put\",\"chan\":\"c1.bench\",\"value\":[1, 2] ,"
                   "\"timeout_ms\":250}");
    ck_assert_int_eq(p.view.op, OP_PUT);
    ck_assert(slice_is(p.view.id, "41"));
    ck_assert(slice_is(p.view.chan, "c1.bench"));
    ck_assert(slice_is(p.view.value, "[1, 2]"));
    ck_assert_int_eq(p.view.timeout_ms, 250);
    ck_assert_uint_eq(p.view.clause_count, 0);
    release(&p);
}
END_TEST

START_TEST(absent_members_leave_their_defaults)
{
    struct parsed p;

    parse_good(&p, "{\"op\":\"take\",\"chan\":\"a\"}");
    ck_assert_int_eq(p.view.op, OP_TAKE);
    ck_assert_ptr_null(p.view.id.bytes);
    ck_assert_ptr_null(p.view.value.bytes);
    ck_assert_int_eq(p.view.timeout_ms, -1);
    ck_assert(!p.view.priority);
    ck_assert(!p.view.has_buffer);
    ck_assert_ptr_null(p.view.clauses);
    release(&p);
    parse_good(&p, "{\"op\":\"stat\"}");
    ck_assert_ptr_null(p.view.chan.bytes);
    release(&p);
}
END_TEST

START_TEST(values_stay_as_they_are_written)
{
    static const char *const values[] = {
        "1.0",          "12345678901234567890",
        "\"\\u00e9\"",  "{\"b\":1, \"a\":2}",
        "null",         "-0",
        "\"\\ud800\"",  "[ ]",
        "\"\"",         "1e999",
        "\"\xc3\xa9\"", "false",
    };

    for (size_t i = 0; i < COUNT(values); i++) {
        char line[200];
        struct parsed p;

        snprintf(line, sizeof line, "{\"op\":\"put\",\"chan\":\"a\",\"value\": \t%s \r}",
                 values[i]);
        parse_good(&p, line);
        ck_assert_msg(slice_is(p.view.value, values[i]), "%s", values[i]);
        release(&p);
    }
}
END_TEST

START_TEST(an_alts_has_clauses_in_their_order)
{
    struct parsed p;

    parse_good(
        &p,
        "{\"op\":\"alts\",\"id\":\"x\",\"priority\":true,\"timeout_ms\":0,\"ops\":"
        "[{\"op\":\"take\",\"chan\":\"a\"},{\"value\":{\"k\":[1]},\"chan\":\"\\u0062\","
        "\"op\":\"put\"} , {\"chan\":\"a\",\"op\":\"take\"}]}");
    ck_assert_int_eq(p.view.op, OP_ALTS);
    ck_assert(p.view.priority);
    ck_assert_int_eq(p.view.timeout_ms, 0);
    ck_assert_uint_eq(p.view.clause_count, 3);
    ck_assert_int_eq(p.view.clauses[0].op, OP_TAKE);
    ck_assert(slice_is(p.view.clauses[0].chan, "a"));
    ck_assert_ptr_null(p.view.clauses[0].value.bytes);
    ck_assert_int_eq(p.view.clauses[1].op, OP_PUT);
    ck_assert(slice_is(p.view.clauses[1].chan, "b"));
    ck_assert(slice_is(p.view.clauses[1].value, "{\"k\":[1]}"));
    ck_assert_int_eq(p.view.clauses[2].op, OP_TAKE);
    release(&p);
}
END_TEST

/* The short way through the reader must come to the same end as the long one. */
START_TEST(a_take_in_an_alts_may_be_written_in_any_way)
{
    static const char *const ways[][2] = {
        {"{\"op\":\"take\",\"chan\":\"", "\"}"},
        {"{\"chan\":\"", "\",\"op\":\"take\"}"},
        {"{ \"op\":\"take\",\"chan\":\"", "\"}"},
        {"{\"op\":\"take\",\"chan\":\"", "\" }"},
        {"{\"op\":\"t\\u0061ke\",\"chan\":\"", "\"}"},
    };
    char names[3][NAME_MAX_LEN + 2] = {"jobs/1"}, line[1000];
    struct parsed p;

    memset(names[1], 'n', NAME_MAX_LEN);
    memset(names[2], 'n', NAME_MAX_LEN + 1);
    for (size_t n = 0; n < COUNT(names); n++)
        for (size_t i = 0; i < COUNT(ways); i++) {
            snprintf(line, sizeof line, "{\"op\":\"alts\",\"id\":1,\"ops\":[%s%s%s]}",
                     ways[i][0], names[n], ways[i][1]);
            if (strlen(names[n]) > NAME_MAX_LEN) {
                expect_refused(line, ERR_BAD_REQUEST, "1", "chan");
                continue;
            }
            parse_good(&p, line);
            ck_assert_uint_eq(p.view.clause_count, 1);
            ck_assert_int_eq(p.view.clauses[0].op, OP_TAKE);
            ck_assert(slice_is(p.view.clauses[0].chan, names[n]));
            ck_assert_ptr_null(p.view.clauses[0].value.bytes);
            release(&p);
        }
    expect_refused("{\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"\"}]}",
                   ERR_BAD_REQUEST, NULL, "chan");
    expect_refused("{\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"a b\"}]}",
                   ERR_BAD_REQUEST, NULL, "chan");
}
END_TEST

START_TEST(an_open_has_settings)
{
    struct parsed p;

    parse_good(
        &p,
        "{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"size\":10,\"kind\":\"sliding\"},"
        "\"close_after_ms\":9007199254740991,\"max_parked\":7}");
    ck_assert(p.view.has_buffer);
    ck_assert_int_eq(p.view.kind, KIND_SLIDING);
    ck_assert_int_eq(p.view.size, 10);
    ck_assert_int_eq(p.view.close_after_ms, INT64_C(9007199254740991));
    ck_assert_int_eq(p.view.max_parked, 7);
    release(&p);
    parse_good(
        &p, "{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"\\u0070romise\"}}");
    ck_assert(p.view.has_buffer);
    ck_assert_int_eq(p.view.kind, KIND_PROMISE);
    ck_assert_int_eq(p.view.close_after_ms, -1);
    ck_assert_int_eq(p.view.max_parked, 0);
    release(&p);
    parse_good(&p, "{\"op\":\"open\",\"chan\":\"a\"}");
    ck_assert(!p.view.has_buffer);
    release(&p);
}
END_TEST

START_TEST(a_list_has_texts_that_are_decoded)
{
    struct parsed p;

    parse_good(&p, "{\"op\":\"list\",\"prefix\":\"\\u00e9\",\"after\":\"\",\"limit\":3}");
    ck_assert(slice_is(p.view.prefix, "\xc3\xa9"));
    ck_assert(p.view.after.bytes != NULL && p.view.after.len == 0);
    ck_assert_int_eq(p.view.limit, 3);
    release(&p);
    parse_good(&p, "{\"op\":\"list\"}");
    ck_assert_ptr_null(p.view.prefix.bytes);
    ck_assert_ptr_null(p.view.after.bytes);
    ck_assert_int_eq(p.view.limit, REQUEST_LIST_MAX);
    release(&p);
}
END_TEST

START_TEST(a_hello_has_token_client_and_version)
{
    struct parsed p;

    parse_good(
        &p, "{\"op\":\"hello\",\"token\":\"s\\\"t\",\"client\":\"me/1\",\"protocol\":1}");
    ck_assert(slice_is(p.view.token, "s\"t"));
    ck_assert(slice_is(p.view.client, "me/1"));
    ck_assert_int_eq(p.view.protocol, 1);
    release(&p);
    parse_good(&p, "{\"op\":\"hello\"}");
    ck_assert_ptr_null(p.view.token.bytes);
    ck_assert_int_eq(p.view.protocol, 1);
    release(&p);
}
END_TEST

START_TEST(a_cancel_has_a_target_as_written)
{
    struct parsed p;

    parse_good(&p, "{\"op\":\"cancel\",\"target\":\"\\u0061\",\"id\":-7}");
    ck_assert(slice_is(p.view.target, "\"\\u0061\""));
    ck_assert(slice_is(p.view.id, "-7"));
    release(&p);
}
END_TEST

START_TEST(every_operation_parses_with_all_its_members_in_either_order)
{
    static const struct {
        enum op op;
        const char *members[5];
    } ops[] = {
        {OP_PUT, {"\"chan\":\"a\"", "\"value\":1", "\"timeout_ms\":0"}},
        {OP_TAKE, {"\"chan\":\"a\"", "\"timeout_ms\":0"}},
        {OP_ALTS,
         {"\"ops\":[{\"op\":\"take\",\"chan\":\"a\"}]", "\"timeout_ms\":0",
          "\"priority\":true"}},
        {OP_OPEN,
         {"\"chan\":\"a\"", "\"buffer\":{\"kind\":\"none\"}", "\"close_after_ms\":60000",
          "\"max_parked\":4"}},
        {OP_CLOSE, {"\"chan\":\"a\""}},
        {OP_DELETE, {"\"chan\":\"a\""}},
        {OP_CANCEL, {"\"target\":1"}},
        {OP_LIST, {"\"prefix\":\"zz\"", "\"after\":\"a\"", "\"limit\":3"}},
        {OP_STAT, {"\"chan\":\"a\""}},
        {OP_HELLO, {"\"client\":\"t\"", "\"protocol\":1", "\"token\":\"\""}},
        {OP_PING, {NULL}},
    };

    ck_assert_uint_eq(COUNT(ops), OP_COUNT);
    for (size_t i = 0; i < COUNT(ops); i++) {
        struct text forth = {0}, back = {0};
        size_t count = 0;
        struct parsed p;

        while (ops[i].members[count])
            count++;
        text_lit(&forth, "{\"id\":1");
        text_lit(&back, "{");
        for (size_t m = 0; m < count; m++) {
            text_lit(&forth, ",");
            text_add_slice(&forth, slice_text(ops[i].members[m]));
            text_add_slice(&back, slice_text(ops[i].members[count - 1 - m]));
            text_lit(&back, ",");
        }
        text_lit(&forth, ",\"op\":");
        text_lit(&back, "\"op\":");
        text_add_json(&forth, slice_text(op_name(ops[i].op)));
        text_add_json(&back, slice_text(op_name(ops[i].op)));
        text_add(&forth, "}", 2);
        text_add(&back, ",\"id\":1}", 9);
        parse_good(&p, forth.bytes);
        ck_assert_int_eq(p.view.op, ops[i].op);
        release(&p);
        parse_good(&p, back.bytes);
        ck_assert_int_eq(p.view.op, ops[i].op);
        ck_assert(slice_is(p.view.id, "1"));
        release(&p);
        text_release(&forth);
        text_release(&back);
    }
}
END_TEST

START_TEST(white_space_and_escapes_are_allowed_wherever_json_allows_them)
{
    static const char *const lines[] = {
        "  {\"op\":\"ping\",\"id\":1}",
        "{\"op\":\"ping\",\"id\":1}  \t",
        "\t{ \"op\" : \"ping\" , \"id\" : 1 }\r",
        "{\r\"op\"\r:\r\"ping\"\r,\r\"id\"\r:\r1\r}\r\r",
        "{\n\"op\"\n:\n\"ping\"\n,\"id\":1}",
        "{\"\\u006fp\":\"p\\u0069ng\",\"i\\u0064\":1}",
        "{\"\\u0069\\u0064\":1,\"\\u006f\\u0070\":\"\\u0070\\u0069\\u006e\\u0067\"}",
    };

    for (size_t i = 0; i < COUNT(lines); i++) {
        struct parsed p;

        parse_good(&p, lines[i]);
        ck_assert_int_eq(p.view.op, OP_PING);
        ck_assert(slice_is(p.view.id, "1"));
        release(&p);
    }
}
END_TEST

static const char *const good_ids[] = {
    "0",
    "1",
    "-1",
    "-0",
    "9007199254740993",
    "123456789012345678901234567890",
    "9999999999999999999999999999999999999999999999999999999999999999",
    "-999999999999999999999999999999999999999999999999999999999999999",
    "\"\"",
    "\"a\"",
    "\"1\"",
    "\"\\u0061\"",
    "\"\xc3\xa9\"",
    "\"\\/\"",
    "\"\\ud83d\\ude00\"",
    "\"a\\\"b\\\\c\\n\\t\"",
    "\"  two  blanks  \"",
    "\"\\u0000\"",
    "\"null\"",
    "\"\x7f\"",
    "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"",
};

START_TEST(ids_come_back_byte_for_byte_in_success_and_in_refusal)
{
    for (size_t i = 0; i < COUNT(good_ids); i++) {
        char line[200];
        struct parsed p;

        snprintf(line, sizeof line, "{\"op\":\"ping\",\"id\" : %s }", good_ids[i]);
        parse_good(&p, line);
        ck_assert_msg(slice_is(p.view.id, good_ids[i]), "%s", good_ids[i]);
        release(&p);
        snprintf(line, sizeof line, "{\"op\":\"frob\",\"id\":%s}", good_ids[i]);
        expect_refused(line, ERR_BAD_REQUEST, good_ids[i], "frob");
        snprintf(line, sizeof line, "{\"id\":%s,\"op\":\"take\"}", good_ids[i]);
        expect_refused(line, ERR_BAD_REQUEST, good_ids[i], "chan");
    }
}
END_TEST

START_TEST(a_bad_id_is_refused_without_an_id)
{
    static const char *const ids[] = {
        "null",
        "true",
        "false",
        "[]",
        "[1]",
        "{}",
        "{\"a\":1}",
        "1.5",
        "-0.25",
        "1.0",
        "1e2",
        "1E2",
        "100e-2",
        "11111111111111111111111111111111111111111111111111111111111111111",
        "\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\"",
    };

    for (size_t i = 0; i < COUNT(ids); i++) {
        char line[300];

        snprintf(line, sizeof line, "{\"op\":\"ping\",\"id\":%s}", ids[i]);
        expect_bad(line, "\"id\"");
        snprintf(line, sizeof line, "{\"id\":%s,\"op\":\"frob\"}", ids[i]);
        expect_bad(line, "\"id\"");
        snprintf(line, sizeof line, "{\"op\":\"frob\",\"id\":%s}", ids[i]);
        expect_bad(line, "frob");
    }
    expect_bad("{\"id\":1,\"op\":\"ping\",\"id\":1}", "\"id\"");
    expect_bad("{\"id\":1,\"op\":\"ping\",\"i\\u0064\":2}", "\"id\"");
}
END_TEST

static const char *const requests[] = {
    "\"op\":\"put\",\"chan\":\"a\",\"value\":1",
    "\"op\":\"take\",\"chan\":\"a\"",
    "\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\"}]",
    "\"op\":\"open\",\"chan\":\"a\"",
    "\"op\":\"close\",\"chan\":\"a\"",
    "\"op\":\"delete\",\"chan\":\"a\"",
    "\"op\":\"cancel\",\"target\":1",
    "\"op\":\"list\"",
    "\"op\":\"stat\"",
    "\"op\":\"hello\"",
    "\"op\":\"ping\"",
};

START_TEST(unknown_members_are_refused_by_name_wherever_they_stand)
{
    for (size_t i = 0; i < COUNT(requests); i++) {
        char line[300];

        snprintf(line, sizeof line, "{\"flibber\":[1,{\"op\":\"ping\"}],%s,\"id\":5}",
                 requests[i]);
        expect_refused(line, ERR_BAD_REQUEST, "5", "flibber");
        snprintf(line, sizeof line, "{%s,\"id\":5,\"flibber\":null}", requests[i]);
        expect_refused(line, ERR_BAD_REQUEST, "5", "flibber");
    }
    expect_bad(
        "{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"none\",\"flibber\":1}}",
        "flibber");
    expect_bad(
        "{\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\",\"flibber\":1}]}",
        "flibber");
    expect_bad("{\"op\":\"ping\",\"kind\":1}", "kind");
    expect_bad("{\"op\":\"ping\",\"size\":1}", "size");
    expect_bad("{\"op\":\"ping\",\"\":1}", "unknown member");
    expect_bad("{\"op\":\"ping\",\"a\\u0000b\":1}", "a\\u0000b");
}
END_TEST

START_TEST(members_of_other_operations_are_refused_by_name)
{
    static const struct {
        const char *op, *member, *value;
    } foreign[] = {
        {"take", "value", "1"},
        {"ping", "chan", "\"a\""},
        {"put", "buffer", "{\"kind\":\"none\"}"},
        {"take", "ops", "[]"},
        {"close", "timeout_ms", "0"},
        {"delete", "timeout_ms", "0"},
        {"put", "priority", "true"},
        {"stat", "timeout_ms", "0"},
        {"list", "chan", "\"a\""},
        {"alts", "chan", "\"a\""},
        {"alts", "value", "1"},
        {"put", "close_after_ms", "5"},
        {"take", "max_parked", "5"},
        {"ping", "target", "1"},
        {"cancel", "chan", "\"a\""},
        {"put", "token", "\"x\""},
        {"open", "value", "1"},
        {"close", "buffer", "{\"kind\":\"none\"}"},
        {"hello", "chan", "\"a\""},
        {"stat", "prefix", "\"a\""},
    };

    for (size_t i = 0; i < COUNT(foreign); i++)
        for (size_t r = 0; r < COUNT(requests); r++) {
            char line[300], op[30];

            snprintf(op, sizeof op, "\"op\":\"%s\"", foreign[i].op);
            if (strncmp(requests[r], op, strlen(op)) != 0)
                continue;
            snprintf(line, sizeof line, "{%s,\"%s\":%s,\"id\":1}", requests[r],
                     foreign[i].member, foreign[i].value);
            expect_refused(line, ERR_BAD_REQUEST, "1", foreign[i].member);
            snprintf(line, sizeof line, "{\"%s\":%s,%s,\"id\":1}", foreign[i].member,
                     foreign[i].value, requests[r]);
            expect_refused(line, ERR_BAD_REQUEST, "1", foreign[i].member);
        }
}
END_TEST

START_TEST(clauses_have_only_op_chan_and_value)
{
    static const char *const clauses[][2] = {
        {"{\"op\":\"take\",\"chan\":\"a\",\"value\":1}", "value"},
        {"{\"value\":1,\"op\":\"take\",\"chan\":\"a\"}", "value"},
        {"{\"op\":\"take\",\"chan\":\"a\",\"timeout_ms\":1}", "timeout_ms"},
        {"{\"op\":\"put\",\"chan\":\"a\",\"value\":1,\"id\":1}", "id"},
        {"{\"op\":\"take\",\"chan\":\"a\",\"priority\":true}", "priority"},
        {"{\"op\":\"take\",\"chan\":\"a\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\"}]}",
         "ops\""},
        {"{\"op\":1,\"chan\":\"a\"}", "\"op\""},
        {"{\"op\":\"close\",\"chan\":\"a\"}", "close"},
        {"{\"op\":\"alts\",\"chan\":\"a\"}", "alts"},
        {"{\"op\":\"frob\",\"chan\":\"a\"}", "frob"},
        {"{\"op\":\"take\",\"chan\":1}", "chan"},
        {"{\"op\":\"take\",\"chan\":null}", "chan"},
        {"{\"op\":\"take\",\"chan\":\"\"}", "chan"},
        {"{\"op\":\"take\",\"chan\":\"a b\"}", "chan"},
        {"{\"op\":\"take\",\"chan\":\"a\",\"chan\":\"a\"}", "chan"},
        {"{\"op\":\"put\",\"chan\":\"a\",\"value\":1,\"v\\u0061lue\":1}", "value"},
        {"{\"op\":\"take\"}", "chan"},
        {"{\"chan\":\"a\"}", "op"},
        {"{\"op\":\"put\",\"chan\":\"a\"}", "value"},
        {"{\"op\":\"put\",\"value\":1}", "chan"},
        {"{}", "op"},
        {"1", "ops"},
        {"null", "ops"},
        {"\"take\"", "ops"},
        {"[]", "ops"},
    };
    char line[300];

    for (size_t i = 0; i < COUNT(clauses); i++) {
        snprintf(line, sizeof line, "{\"op\":\"alts\",\"id\":3,\"ops\":[%s]}",
                 clauses[i][0]);
        expect_refused(line, ERR_BAD_REQUEST, "3", clauses[i][1]);
        expect_refused(line, ERR_BAD_REQUEST, "3", "ops[0]: ");
        snprintf(
            line, sizeof line,
            "{\"ops\":[{\"op\":\"take\",\"chan\":\"a\"},%s],\"op\":\"alts\",\"id\":3}",
            clauses[i][0]);
        expect_refused(line, ERR_BAD_REQUEST, "3", clauses[i][1]);
        expect_refused(line, ERR_BAD_REQUEST, "3", "ops[1]: ");
    }
}
END_TEST

START_TEST(duplicate_members_are_refused_by_name)
{
    static const char *const lines[][2] = {
        {"{\"op\":\"ping\",\"op\":\"ping\"}", "\"op\""},
        {"{\"op\":\"ping\",\"\\u006fp\":\"ping\"}", "\"op\""},
        {"{\"op\":\"put\",\"chan\":\"a\",\"value\":1,\"value\":1}", "value"},
        {"{\"op\":\"put\",\"chan\":\"a\",\"value\":1,\"timeout_ms\":0,\"v\\u0061lue\":2}",
         "value"},
        {"{\"op\":\"put\",\"chan\":\"a\",\"chan\":\"a\",\"value\":1}", "chan"},
        {"{\"op\":\"take\",\"chan\":\"a\",\"timeout_ms\":0,\"timeout_ms\":0}",
         "timeout_ms"},
        {"{\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\"}],\"ops\":[{\"op\":"
         "\"take\","
         "\"chan\":\"a\"}]}",
         "ops"},
        {"{\"op\":\"alts\",\"priority\":true,\"ops\":[{\"op\":\"take\",\"chan\":\"a\"}],"
         "\"priority\":true}",
         "priority"},
        {"{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"none\"},\"buffer\":"
         "{\"kind\":\"none\"}}",
         "buffer"},
        {"{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"none\",\"kind\":"
         "\"none\"}}",
         "kind"},
        {"{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"fixed\",\"size\":1,"
         "\"size\":1}}",
         "size"},
        {"{\"op\":\"open\",\"chan\":\"a\",\"max_parked\":4,\"max_parked\":4}",
         "max_parked"},
        {"{\"op\":\"list\",\"limit\":3,\"limit\":3}", "limit"},
        {"{\"op\":\"hello\",\"protocol\":1,\"protocol\":1}", "protocol"},
        {"{\"op\":\"cancel\",\"target\":1,\"target\":1}", "target"},
    };

    for (size_t i = 0; i < COUNT(lines); i++) {
        expect_bad(lines[i][0], lines[i][1]);
        expect_bad(lines[i][0], "twice");
    }
}
END_TEST

START_TEST(missing_members_are_refused_by_name)
{
    static const char *const lines[][2] = {
        {"{}", "op"},
        {"{\"chan\":\"a\",\"value\":1}", "op"},
        {"{\"op\":\"put\",\"chan\":\"nowhere\"}", "put needs \"value\""},
        {"{\"op\":\"put\",\"value\":1}", "put needs \"chan\""},
        {"{\"op\":\"take\"}", "take needs \"chan\""},
        {"{\"op\":\"alts\"}", "alts needs \"ops\""},
        {"{\"op\":\"open\"}", "open needs \"chan\""},
        {"{\"op\":\"close\"}", "close needs \"chan\""},
        {"{\"op\":\"delete\"}", "delete needs \"chan\""},
        {"{\"op\":\"cancel\"}", "cancel needs \"target\""},
        {"{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{}}", "kind"},
        {"{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"size\":1}}", "kind"},
        {"{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"fixed\"}}", "size"},
        {"{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"sliding\"}}", "size"},
        {"{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"dropping\"}}", "size"},
    };

    for (size_t i = 0; i < COUNT(lines); i++)
        expect_bad(lines[i][0], lines[i][1]);
    expect_refused("{\"id\":1}", ERR_BAD_REQUEST, "1", "op");
}
END_TEST

static void expect_mistyped(const char *op, const char *member, const char *const *values)
{
    for (; *values; values++) {
        char line[300];

        snprintf(line, sizeof line, "{\"id\":1,\"op\":\"%s\",\"%s\":%s}", op, member,
                 *values);
        expect_refused(line, ERR_BAD_REQUEST, "1", member);
        snprintf(line, sizeof line, "{\"%s\":%s,\"op\":\"%s\",\"id\":1}", member, *values,
                 op);
        expect_refused(line, ERR_BAD_REQUEST, "1", member);
    }
}

START_TEST(mistyped_members_are_refused_by_name)
{
    static const char *const notstr[] = {"1",  "null",    "true", "[]",
                                         "{}", "[\"a\"]", NULL};
    static const char *const notint[] = {"\"1\"",
                                         "null",
                                         "true",
                                         "[]",
                                         "{}",
                                         "1.5",
                                         "-1",
                                         "9007199254740992",
                                         "99999999999999999999999",
                                         "-9007199254740993",
                                         "1e2",
                                         "1.0",
                                         NULL};
    static const char *const notpos[] = {"\"1\"", "null", "0", "-1", "-5", "1.5", NULL};
    static const char *const notlimit[] = {"\"1\"", "null", "0",  "1001",
                                           "-1",    "1.5",  "[]", NULL};
    static const char *const notone[] = {"\"1\"", "null", "true", "[1]",
                                         "1.5",   "0",    "2",    NULL};
    static const char *const notbool[] = {"0", "1", "\"true\"", "null", "[]", NULL};
    static const char *const notobj[] = {
        "1", "\"fixed\"", "null", "true", "[]", "[{\"kind\":\"none\"}]", NULL};
    static const char *const notid[] = {"null", "true", "[]", "{}", "1.5", NULL};
    static const char *const notops[] = {
        "1",        "null", "true",   "{}",
        "\"take\"", "[]",   "[ ]",    "{\"op\":\"take\",\"chan\":\"a\"}",
        "[1]",      "[[]]", "[null]", "[\"a\"]",
        NULL};
    static const struct {
        const char *op, *member;
        const char *const *values;
    } table[] = {
        {"put", "chan", notstr},        {"take", "chan", notstr},
        {"open", "chan", notstr},       {"close", "chan", notstr},
        {"delete", "chan", notstr},     {"stat", "chan", notstr},
        {"put", "timeout_ms", notint},  {"take", "timeout_ms", notint},
        {"alts", "timeout_ms", notint}, {"open", "close_after_ms", notint},
        {"open", "max_parked", notpos}, {"alts", "priority", notbool},
        {"alts", "ops", notops},        {"open", "buffer", notobj},
        {"list", "prefix", notstr},     {"list", "after", notstr},
        {"list", "limit", notlimit},    {"hello", "token", notstr},
        {"hello", "client", notstr},    {"hello", "protocol", notone},
        {"cancel", "target", notid},
    };

    for (size_t i = 0; i < COUNT(table); i++)
        expect_mistyped(table[i].op, table[i].member, table[i].values);
}
END_TEST

START_TEST(wrong_buffers_are_refused_by_what_is_wrong_with_them)
{
    static const char *const buffers[][2] = {
        {"{\"kind\":1}", "kind"},
        {"{\"kind\":null}", "kind"},
        {"{\"kind\":\"Fixed\",\"size\":1}", "kind"},
        {"{\"kind\":\"ring\",\"size\":1}", "ring"},
        {"{\"kind\":\"\"}", "kind"},
        {"{\"kind\":\"fixed\",\"size\":\"2\"}", "size"},
        {"{\"kind\":\"fixed\",\"size\":-1}", "size"},
        {"{\"kind\":\"fixed\",\"size\":0}", "size"},
        {"{\"kind\":\"fixed\",\"size\":1.5}", "size"},
        {"{\"kind\":\"fixed\",\"size\":null}", "size"},
        {"{\"kind\":\"sliding\",\"size\":true}", "size"},
        {"{\"kind\":\"dropping\",\"size\":[]}", "size"},
        {"{\"kind\":\"fixed\",\"size\":9007199254740992}", "size"},
        {"{\"kind\":\"fixed\",\"size\":99999999999999999999}", "size"},
        {"{\"kind\":\"none\",\"size\":1}", "none has no \"size\""},
        {"{\"size\":1,\"kind\":\"promise\"}", "promise has no \"size\""},
    };

    for (size_t i = 0; i < COUNT(buffers); i++) {
        char line[200];

        snprintf(line, sizeof line,
                 "{\"op\":\"open\",\"id\":1,\"chan\":\"a\",\"buffer\":%s}",
                 buffers[i][0]);
        expect_refused(line, ERR_BAD_REQUEST, "1", buffers[i][1]);
        expect_refused(line, ERR_BAD_REQUEST, "1", "buffer: ");
    }
}
END_TEST

START_TEST(unknown_operations_are_quoted)
{
    static const char *const ops[][2] = {
        {"\"frob\"", "\"frob\""},
        {"\"PING\"", "PING"},
        {"\"ping \"", "\"op\""},
        {"\"\"", "\"op\""},
        {"\"pin\"", "pin"},
        {"\"pingg\"", "pingg"},
        {"1", "\"op\""},
        {"null", "\"op\""},
        {"true", "\"op\""},
        {"[]", "\"op\""},
        {"[\"ping\"]", "\"op\""},
        {"{\"op\":\"ping\"}", "\"op\""},
        {"\"ping\\u0000\"", "ping\\u0000"},
        {"\"fr\\u006fb\"", "fr\\u006fb"},
        {"\"\xc3\xa9\"", "\xc3\xa9"},
    };

    for (size_t i = 0; i < COUNT(ops); i++) {
        char line[100];

        snprintf(line, sizeof line, "{\"op\":%s,\"id\":3}", ops[i][0]);
        expect_refused(line, ERR_BAD_REQUEST, "3", ops[i][1]);
    }
}
END_TEST

/* What is quoted is cut between characters: expect_refused looks for broken ones. */
START_TEST(long_quotations_are_cut_between_characters)
{
    static const char *const units[] = {
        "x", "\xc3\xa9", "\xe6\x97\xa5", "\xf0\x9f\x98\x80", "\\u00e9", "\\n", "\\\\"};

    for (size_t u = 0; u < COUNT(units); u++)
        for (size_t skew = 0; skew < 8; skew++) {
            char text[6000] = "", line[13000];

            memset(text, 'a', skew);
            for (size_t n = 0; n < 700; n++)
                strcat(text, units[u]);
            snprintf(line, sizeof line, "{\"op\":\"%s\",\"id\":3}", text);
            expect_refused(line, ERR_BAD_REQUEST, "3", "...");
            snprintf(line, sizeof line, "{\"%s\":1,\"id\":3}", text);
            expect_refused(line, ERR_BAD_REQUEST, "3", "...");
            snprintf(line, sizeof line, "{\"op\":\"take\",\"chan\":\"%s\",\"id\":3}\" ",
                     text);
            line[strlen(line) - 2] = 0;
            if (skew > 0 || u > 0)
                expect_refused(line, ERR_BAD_REQUEST, "3", "chan");
        }
}
END_TEST

START_TEST(a_cut_quotation_ends_with_a_whole_escape)
{
    char line[400] = "{\"op\":\"xxx";
    struct parsed p;
    const char *dots;

    for (int i = 0; i < 40; i++)
        strcat(line, "\\u00e9");
    strcat(line, "\"}");
    parse_bytes(&p, line, strlen(line));
    dots = strstr(p.fault.text, "...");
    ck_assert_ptr_nonnull(dots);
    ck_assert_mem_eq(dots - 6, "\\u00e9", 6);
    release(&p);
}
END_TEST

START_TEST(a_line_that_is_no_object_is_a_bad_request)
{
    static const char *const lines[] = {
        "1",         "-0",    "\"ping\"", "null",
        "true",      "[]",    "1.5e3",    "[{\"op\":\"ping\"}]",
        "  \"x\"  ", "[[[]]]"};

    for (size_t i = 0; i < COUNT(lines); i++)
        expect_bad(lines[i], "object");
}
END_TEST

START_TEST(bad_channel_names_are_refused)
{
    static const char *const names[] = {
        "",        " ",   "a b", "a\\n",   "\\u0000", "a\\u0000b", "\xc3\xa9",
        "\\u00e9", "a*",  "a?",  "a,b",    "a;b",     "a\\\\b",    "a|b",
        "a+b",     "a=b", "a@b", "a#b",    "a%b",     "(a)",       "[a]",
        "{a}",     "<a>", "a'b", "a\\\"b", "a`b",     "a~b",       "a!b",
        "a&b",     "a$b", "a^b", "\x7f",   "a\\tb",   " a",        "a ",
    };
    static const char *const ops[] = {"take", "open", "close", "delete", "stat"};
    char line[400], longest[300];

    for (size_t i = 0; i < COUNT(names); i++)
        for (size_t o = 0; o < COUNT(ops); o++) {
            snprintf(line, sizeof line, "{\"op\":\"%s\",\"chan\":\"%s\"}", ops[o],
                     names[i]);
            expect_bad(line, "\"chan\"");
        }
    memset(longest, 'x', 201);
    longest[201] = 0;
    snprintf(line, sizeof line, "{\"op\":\"take\",\"chan\":\"%s\"}", longest);
    expect_bad(line, "\"chan\"");
}
END_TEST

START_TEST(broken_lines_are_bad_json_with_the_offset_and_without_an_id)
{
    static const struct {
        const char *line;
        size_t at;
    } lines[] = {
        {"{", 1},
        {"}", 0},
        {"{]", 1},
        {"{\"op\"", 5},
        {"{\"op\":", 6},
        {"{\"op\":\"ping\"", 12},
        {"{\"op\":\"ping\",", 13},
        {"{\"op\":\"ping\",}", 13},
        {"{\"op\":\"ping\"}}", 13},
        {"{\"op\":\"ping\"} x", 14},
        {"{\"op\":\"ping\" x}", 13},
        {"{'op':'ping'}", 1},
        {"{op:\"ping\"}", 1},
        {"{\"op\" \"ping\"}", 6},
        {"{\"op\"::\"ping\"}", 6},
        {"{\"op\":\"ping\",,\"id\":1}", 13},
        {"{,\"op\":\"ping\"}", 1},
        {"{\"op\":\"ping\" \"id\":1}", 13},
        {"{\"op\":\"ping\",\"id\":01}", 19},
        {"{\"op\":\"ping\",\"id\":+1}", 18},
        {"{\"op\":\"ping\",\"id\":1.}", 20},
        {"{\"op\":\"ping\",\"id\":1e}", 20},
        {"{\"op\":\"ping\",\"id\":-}", 19},
        {"{\"op\":\"ping\",\"id\":NaN}", 18},
        {"{\"op\":\"ping\",\"id\":tru}", 21},
        {"{\"op\":\"ping\",\"id\":\"a}", 21},
        {"{\"op\":\"ping\",\"id\":\"\\x\"}", 20},
        {"{\"op\":\"ping\",\"id\":\"\\u12g4\"}", 23},
        {"{\"op\":\"pi\tng\"}", 9},
        {"{\"op\":\"ping\"}{\"op\":\"ping\"}", 13},
        {"{\"op\":\"ping\"},", 13},
        {"[1,2", 4},
        {"\"abc", 4},
        {"nul", 3},
        {"-", 1},
        {"1 2", 2},
        {"hello", 0},
        {"GET / HTTP/1.1", 0},
        {"\xef\xbb\xbf{\"op\":\"ping\"}", 0},
        {"{\"op\":\"ping\"}\x0b", 13},
        {"{\xc2\xa0\"op\":\"ping\"}", 1},
        {"/*c*/{\"op\":\"ping\"}", 0},
        {"{\"op\":\"ping\",\"id\":1]", 19},
        {"{\"op\":\"put\",\"chan\":\"a\",\"value\":}", 31},
        {"{\"op\":\"put\",\"chan\":\"a\",\"value\"}", 30},
        {"{\"op\":\"put\",\"chan\":\"a\",\"value\":[1,2}", 35},
        {"{\"op\":\"put\",\"chan\":\"a\",\"value\":{\"a\":1]}", 37},
        {"{\"op\":\"put\",\"chan\":\"a\",\"value\":[1,?]}", 34},
        {"{\"op\":\"ping\",\"id\":\"\\", 20},
        {"{\"op\":\"ping\",\"id\":\"\\\"}", 22},
        {"{\"op\":\"ping\",\"id\":\"\xff\"}", 19},
        {"{\"op\":\"alts\",\"ops\":[{]}", 21},
        {"{\"op\":\"alts\",\"ops\":[{\"op\":\"take\"},]}", 34},
        {"{\"op\":\"alts\",\"ops\":[{\"op\":take}]}", 27},
        {"{\"op\":\"alts\",\"ops\":[", 20},
        {"{\"ops\":[{\"chan\":\"a\"", 19},
        {"{\"op\":\"alts\",\"ops\":[1 2]}", 22},
        {"{\"op\":\"open\",\"buffer\":{\"kind\":}}", 30},
        {"{\"op\":\"open\",\"buffer\":{\"kind\"", 29},
        {"{\"op\":\"open\",\"buffer\":{\"kind\":\"none\",}}", 37},
    };

    for (size_t i = 0; i < COUNT(lines); i++) {
        char says[60];
        struct parsed p;

        snprintf(says, sizeof says, "not valid JSON at byte %zu", lines[i].at);
        parse_bytes(&p, lines[i].line, strlen(lines[i].line));
        ck_assert_msg(p.err == ERR_BAD_JSON, "%s: %s", lines[i].line, p.fault.text);
        ck_assert_msg(strcmp(p.fault.text, says) == 0, "%s: %s, not %s", lines[i].line,
                      p.fault.text, says);
        ck_assert_ptr_null(p.view.id.bytes);
        release(&p);
    }
}
END_TEST

START_TEST(a_line_with_nul_is_bad_json)
{
    struct parsed p;

    parse_bytes(&p, "{\"op\":\"ping\"}\0", 14);
    ck_assert_int_eq(p.err, ERR_BAD_JSON);
    ck_assert_str_eq(p.fault.text, "not valid JSON at byte 13");
    release(&p);
    parse_bytes(&p, "\0", 1);
    ck_assert_int_eq(p.err, ERR_BAD_JSON);
    release(&p);
}
END_TEST

START_TEST(every_prefix_of_a_request_is_bad_json_at_its_end)
{
    static const char line[] = "{\"id\":1,\"op\":\"alts\",\"ops\":[{\"op\":\"put\","
                               "\"chan\":\"\\u0061\",\"value\":"
                               "{\"a\":[1.5e+3,true,null,\"\xf0\x9f\x98\x80\"]}}],"
                               "\"buffer\":{\"kind\":\"none\"}}";

    for (size_t len = 0; len < sizeof line - 1; len++) {
        char says[60];
        struct parsed p;

        snprintf(says, sizeof says, "not valid JSON at byte %zu", len);
        parse_bytes(&p, line, len);
        ck_assert_int_eq(p.err, ERR_BAD_JSON);
        ck_assert_str_eq(p.fault.text, says);
        release(&p);
    }
}
END_TEST

START_TEST(what_is_broken_and_wrong_is_bad_json)
{
    static const char *const lines[] = {
        "{\"op\":\"frob\",\"id\":1",
        "{\"flibber\":1,\"op\":\"ping\"]",
        "[1,]",
        "{\"op\":\"ping\",\"op\":\"ping\",\"id\":?}",
        "{\"op\":\"take\",\"chan\":\"a b\"}}",
        "{\"op\":\"open\",\"buffer\":{\"kind\":\"ring\"},}",
        "{\"op\":\"alts\",\"ops\":[{},{},{},{},{},{},{}],}",
        "{\"op\":\"alts\",\"ops\":[7,8,9}",
    };

    for (size_t i = 0; i < COUNT(lines); i++)
        expect_refused(lines[i], ERR_BAD_JSON, NULL, "not valid JSON at byte");
}
END_TEST

/* A line whose value is nested so deep. */
static void parse_nested(struct parsed *p, const char *before, size_t depth,
                         const char *behind)
{
    char line[2000];
    const size_t len = strlen(before);

    strcpy(line, before);
    memset(line + len, '[', depth);
    memset(line + len + depth, ']', depth);
    strcpy(line + len + 2 * depth, behind);
    parse_bytes(p, line, strlen(line));
}

START_TEST(values_are_nested_512_deep_and_no_deeper)
{
    static const char *const lines[][2] = {
        {"{\"op\":\"put\",\"chan\":\"a\",\"value\":", "}"},
        {"{\"value\":", ",\"op\":\"put\",\"chan\":\"a\"}"},
        {"{\"op\":\"alts\",\"ops\":[{\"op\":\"put\",\"chan\":\"a\",\"value\":", "}]}"},
    };

    for (size_t i = 0; i < COUNT(lines); i++) {
        char says[60];
        struct parsed p;

        parse_nested(&p, lines[i][0], 512, lines[i][1]);
        ck_assert_msg(p.err == ERR_OK, "%s: %s", lines[i][0], p.fault.text);
        release(&p);
        parse_nested(&p, lines[i][0], 513, lines[i][1]);
        snprintf(says, sizeof says, "not valid JSON at byte %zu",
                 strlen(lines[i][0]) + 512);
        ck_assert_int_eq(p.err, ERR_BAD_JSON);
        ck_assert_str_eq(p.fault.text, says);
        release(&p);
    }
}
END_TEST

START_TEST(a_line_that_is_no_object_is_nested_512_deep_at_most)
{
    struct parsed p;

    parse_nested(&p, "", 512, "");
    ck_assert_int_eq(p.err, ERR_BAD_REQUEST);
    release(&p);
    parse_nested(&p, " ", 513, "");
    ck_assert_int_eq(p.err, ERR_BAD_JSON);
    ck_assert_str_eq(p.fault.text, "not valid JSON at byte 513");
    release(&p);
    parse_nested(&p, "{\"flibber\":", 513, "}");
    ck_assert_int_eq(p.err, ERR_BAD_JSON);
    release(&p);
}
END_TEST

START_TEST(of_several_faults_the_first_in_the_line_counts)
{
    static const char *const lines[][2] = {
        {"{\"flibber\":1,\"op\":\"frob\"}", "flibber"},
        {"{\"op\":\"frob\",\"flibber\":1}", "frob"},
        {"{\"op\":\"take\",\"value\":1,\"flibber\":2}", "value"},
        {"{\"op\":\"take\",\"flibber\":2,\"value\":1}", "flibber"},
        {"{\"value\":1,\"flibber\":2,\"op\":\"take\"}", "value"},
        {"{\"op\":\"put\",\"timeout_ms\":-1}", "timeout_ms"},
        {"{\"op\":\"put\",\"chan\":\"\",\"timeout_ms\":-1,\"value\":1}", "chan"},
        {"{\"op\":\"take\",\"buffer\":{\"kind\":\"ring\"},\"chan\":1}",
         "take has no member"},
        {"{\"op\":\"ping\",\"chan\":1}", "ping has no member \"chan\""},
        {"{\"op\":\"ping\",\"ops\":[1]}", "ping has no member \"ops\""},
        {"{\"op\":\"open\",\"buffer\":{\"kind\":\"none\",\"size\":1,\"x\":2}}", "size"},
        {"{\"op\":\"open\",\"buffer\":{\"size\":1,\"kind\":\"none\",\"x\":2}}", "size"},
        {"{\"op\":\"open\",\"buffer\":{\"x\":2,\"kind\":\"none\",\"size\":1}}", "\"x\""},
        {"{\"op\":\"open\",\"buffer\":{\"kind\":\"fixed\"},\"max_parked\":0}", "size"},
        {"{\"op\":\"open\",\"max_parked\":0,\"buffer\":{\"kind\":\"fixed\"}}",
         "max_parked"},
        {"{\"op\":\"alts\",\"ops\":[{\"op\":\"take\"}],\"x\":1}",
         "ops[0]: take needs \"chan\""},
        {"{\"op\":\"put\"}", "chan"},
        {"{\"id\":1.5,\"op\":\"frob\"}", "id"},
    };

    for (size_t i = 0; i < COUNT(lines); i++)
        expect_bad(lines[i][0], lines[i][1]);
}
END_TEST

/* An alts of n clauses, each a take from a. */
static void parse_clauses(struct parsed *p, size_t n, const char *op, const char *behind)
{
    char *line = malloc(40 * n + 100);

    ck_assert_ptr_nonnull(line);
    sprintf(line, "{\"op\":\"%s\",\"id\":8,\"ops\":[", op);
    for (size_t i = 0, at = strlen(line); i < n; i++)
        at += (size_t)sprintf(line + at, "%s{\"op\":\"take\",\"chan\":\"a%zu\"}",
                              i > 0 ? "," : "", i);
    strcat(line, behind);
    parse_bytes(p, line, strlen(line));
    free(line);
}

START_TEST(an_alts_has_as_many_clauses_as_the_room_allows)
{
    struct parsed p;

    parse_clauses(&p, 4, "alts", "]}");
    ck_assert_int_eq(p.err, ERR_OK);
    ck_assert_uint_eq(p.view.clause_count, 4);
    release(&p);
    parse_clauses(&p, 5, "alts", "]}");
    ck_assert_int_eq(p.err, ERR_LIMIT_ALTS_OPS);
    ck_assert(slice_is(p.view.id, "8"));
    ck_assert_ptr_nonnull(strstr(p.fault.text, "alts_ops"));
    release(&p);
}
END_TEST

START_TEST(too_many_clauses_in_a_broken_line_are_bad_json)
{
    struct parsed p;

    parse_clauses(&p, 5, "alts", "]");
    ck_assert_int_eq(p.err, ERR_BAD_JSON);
    release(&p);
    parse_clauses(&p, 5, "ping", "]}");
    ck_assert_int_eq(p.err, ERR_BAD_REQUEST);
    release(&p);
}
END_TEST

START_TEST(a_batch_of_alts_keeps_all_its_clauses)
{
    enum { BATCH = 150 };
    static const char line[] =
        "{\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\"},{\"op\":"
        "\"put\",\"chan\":\"b\",\"value\":1},{\"op\":\"take\",\"chan\":\"c\"}]}";
    static const char wrong[] =
        "{\"ops\":[{\"op\":\"take\",\"chan\":\"x\"}],\"op\":\"ping\"}";
    struct request_room room = {.clauses_max = 256};
    struct request_view views[BATCH], none;
    char *lines[BATCH], other[sizeof wrong];
    struct fault fault;

    for (int i = 0; i < BATCH; i++) {
        lines[i] = exact_copy(line, sizeof line - 1);
        ck_assert_int_eq(
            request_parse(&room, lines[i], sizeof line - 1, &views[i], &fault), ERR_OK);
        memcpy(other, wrong, sizeof wrong);
        ck_assert_int_eq(request_parse(&room, other, sizeof wrong - 1, &none, &fault),
                         ERR_BAD_REQUEST);
    }
    for (int i = 0; i < BATCH; i++) {
        ck_assert_uint_eq(views[i].clause_count, 3);
        ck_assert(slice_is(views[i].clauses[0].chan, "a"));
        ck_assert(slice_is(views[i].clauses[1].value, "1"));
        ck_assert(slice_is(views[i].clauses[2].chan, "c"));
        free(lines[i]);
    }
    request_room_release(&room);
}
END_TEST

START_TEST(nothing_but_clauses_is_ever_allocated)
{
    static const char *const lines[] = {
        "{\"op\":\"put\",\"id\":1,\"chan\":\"\\u0061\",\"value\":[[[1]]]}",
        "{\"op\":\"open\",\"chan\":\"a\",\"buffer\":{\"kind\":\"fixed\",\"size\":3}}",
        "{\"op\":\"list\",\"prefix\":\"\\u00e9\"}",
        "{\"op\":\"hello\",\"token\":\"x\"}",
    };

    for (size_t i = 0; i < COUNT(lines); i++) {
        struct request_room room = {0};
        char *line = exact_copy(lines[i], strlen(lines[i]));
        struct request_view view;
        struct fault fault;
        enum err err;

        starve_after(0);
        err = request_parse(&room, line, strlen(lines[i]), &view, &fault);
        ck_assert_int_eq(starve_end(), 0);
        ck_assert_int_eq(err, ERR_OK);
        free(line);
    }
}
END_TEST

START_TEST(without_memory_for_clauses_an_alts_is_refused_with_its_id)
{
    static const char text[] =
        "{\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\"}],\"id\":9}";
    struct request_room room = {.clauses_max = 256};
    char *line = exact_copy(text, sizeof text - 1);
    struct request_view view;
    struct fault fault;
    enum err err;

    starve_after(0);
    err = request_parse(&room, line, sizeof text - 1, &view, &fault);
    ck_assert_int_gt(starve_end(), 0);
    ck_assert_int_eq(err, ERR_NO_MEMORY);
    ck_assert(slice_is(view.id, "9"));
    ck_assert_str_eq(fault.text, err_text(ERR_NO_MEMORY));
    ck_assert_int_eq(request_parse(&room, line, sizeof text - 1, &view, &fault), ERR_OK);
    request_room_release(&room);
    free(line);
}
END_TEST

START_TEST(lines_of_white_space_are_blank)
{
    ck_assert(request_is_blank("", 0));
    ck_assert(request_is_blank("\r", 1));
    ck_assert(request_is_blank(" \t\r\n ", 5));
    ck_assert(!request_is_blank("x", 1));
    ck_assert(!request_is_blank("  {", 3));
    ck_assert(!request_is_blank("\0", 1));
    ck_assert(!request_is_blank("\x0b", 1));
}
END_TEST

UNIT_MAIN("request", a_put_has_channel_value_and_time,
          absent_members_leave_their_defaults, values_stay_as_they_are_written,
          an_alts_has_clauses_in_their_order, a_take_in_an_alts_may_be_written_in_any_way,
          an_open_has_settings, a_list_has_texts_that_are_decoded,
          a_hello_has_token_client_and_version, a_cancel_has_a_target_as_written,
          every_operation_parses_with_all_its_members_in_either_order,
          white_space_and_escapes_are_allowed_wherever_json_allows_them,
          ids_come_back_byte_for_byte_in_success_and_in_refusal,
          a_bad_id_is_refused_without_an_id,
          unknown_members_are_refused_by_name_wherever_they_stand,
          members_of_other_operations_are_refused_by_name,
          clauses_have_only_op_chan_and_value, duplicate_members_are_refused_by_name,
          missing_members_are_refused_by_name, mistyped_members_are_refused_by_name,
          wrong_buffers_are_refused_by_what_is_wrong_with_them,
          unknown_operations_are_quoted, long_quotations_are_cut_between_characters,
          a_cut_quotation_ends_with_a_whole_escape,
          a_line_that_is_no_object_is_a_bad_request, bad_channel_names_are_refused,
          broken_lines_are_bad_json_with_the_offset_and_without_an_id,
          a_line_with_nul_is_bad_json, every_prefix_of_a_request_is_bad_json_at_its_end,
          what_is_broken_and_wrong_is_bad_json, values_are_nested_512_deep_and_no_deeper,
          a_line_that_is_no_object_is_nested_512_deep_at_most,
          of_several_faults_the_first_in_the_line_counts,
          an_alts_has_as_many_clauses_as_the_room_allows,
          too_many_clauses_in_a_broken_line_are_bad_json,
          a_batch_of_alts_keeps_all_its_clauses, nothing_but_clauses_is_ever_allocated,
          without_memory_for_clauses_an_alts_is_refused_with_its_id,
          lines_of_white_space_are_blank)
