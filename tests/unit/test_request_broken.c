/* SPDX-License-Identifier: MIT */
#include "parsing.h"

/* Each with the offset of the byte that cannot be. */
static const struct {
    const char *line;
    size_t at;
} broken[] = {
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

START_TEST(broken_lines_are_bad_json_with_the_offset_and_without_an_id)
{
    for (size_t i = 0; i < COUNT(broken); i++) {
        char says[60];
        struct parsed p;

        snprintf(says, sizeof says, "not valid JSON at byte %zu", broken[i].at);
        parse_bytes(&p, broken[i].line, strlen(broken[i].line));
        ck_assert_msg(p.err == ERR_BAD_JSON, "%s: %s", broken[i].line, p.fault.text);
        ck_assert_msg(strcmp(p.fault.text, says) == 0, "%s: %s, not %s", broken[i].line,
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

UNIT_MAIN("request.broken", broken_lines_are_bad_json_with_the_offset_and_without_an_id,
          a_line_with_nul_is_bad_json, every_prefix_of_a_request_is_bad_json_at_its_end,
          what_is_broken_and_wrong_is_bad_json, values_are_nested_512_deep_and_no_deeper,
          a_line_that_is_no_object_is_nested_512_deep_at_most)
