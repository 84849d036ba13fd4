/* SPDX-License-Identifier: MIT */
#include "parsing.h"

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
          an_alts_has_as_many_clauses_as_the_room_allows,
          too_many_clauses_in_a_broken_line_are_bad_json,
          a_batch_of_alts_keeps_all_its_clauses, nothing_but_clauses_is_ever_allocated,
          without_memory_for_clauses_an_alts_is_refused_with_its_id,
          lines_of_white_space_are_blank)
