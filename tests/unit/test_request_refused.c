/* SPDX-License-Identifier: MIT */
#include "parsing.h"

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

UNIT_MAIN("request.refused", a_bad_id_is_refused_without_an_id,
          unknown_members_are_refused_by_name_wherever_they_stand,
          members_of_other_operations_are_refused_by_name,
          clauses_have_only_op_chan_and_value, duplicate_members_are_refused_by_name,
          missing_members_are_refused_by_name, mistyped_members_are_refused_by_name,
          wrong_buffers_are_refused_by_what_is_wrong_with_them,
          unknown_operations_are_quoted, long_quotations_are_cut_between_characters,
          a_cut_quotation_ends_with_a_whole_escape,
          a_line_that_is_no_object_is_a_bad_request, bad_channel_names_are_refused,
          of_several_faults_the_first_in_the_line_counts)
