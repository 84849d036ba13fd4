/* SPDX-License-Identifier: MIT */
#include "corpus.h"

/* A value within so many containers, arrays and objects as the pattern has it. */
static size_t build_nest(char *text, size_t depth, const char *pattern)
{
    size_t len = 0;

    for (size_t i = 0; i < depth; i++) {
        const bool object = pattern[i % strlen(pattern)] == '{';

        len += (size_t)sprintf(text + len, "%s", object ? "{\"k\":" : "[");
    }
    len += (size_t)sprintf(text + len, "1");
    for (size_t i = depth; i-- > 0;)
        text[len++] = pattern[i % strlen(pattern)] == '{' ? '}' : ']';
    return len;
}

START_TEST(values_may_be_nested_512_deep)
{
    static const char *const patterns[] = {"[", "{", "[{", "{{[", "[[[[[[[{"};
    static char text[8 * 1024];

    for (size_t i = 0; i < COUNT(patterns); i++)
        for (size_t depth = 500; depth <= JSON_DEPTH_MAX; depth++) {
            size_t at = 9999;
            const size_t len = build_nest(text, depth, patterns[i]);

            ck_assert_msg(is_valid(text, len, &at), "%s %zu: %zu", patterns[i], depth,
                          at);
        }
}
END_TEST

START_TEST(the_513th_container_is_a_fault_where_it_opens)
{
    static const char *const patterns[] = {"[", "{", "[{", "{{["};
    static char text[8 * 1024];

    for (size_t i = 0; i < COUNT(patterns); i++)
        for (size_t depth = JSON_DEPTH_MAX + 1; depth < JSON_DEPTH_MAX + 5; depth++) {
            const size_t len = build_nest(text, depth, patterns[i]);
            size_t at = 9999, want = 0;

            for (size_t opened = 0; opened < JSON_DEPTH_MAX; opened++)
                want += patterns[i][opened % strlen(patterns[i])] == '{' ? 5 : 1;
            ck_assert(!is_valid(text, len, &at));
            ck_assert_uint_eq(at, want);
        }
}
END_TEST

START_TEST(depth_counts_what_is_open_not_what_was)
{
    static char text[40000];
    size_t len = 0, at = 9999;

    text[len++] = '[';
    for (int i = 0; i < 3000; i++)
        len += (size_t)sprintf(text + len, "%s[[{\"a\":0}]]", i ? "," : "");
    text[len++] = ']';
    ck_assert_msg(is_valid(text, len, &at), "%zu", at);
}
END_TEST

START_TEST(a_long_line_of_opening_brackets_does_no_harm)
{
    const size_t len = 1 << 20;
    char *text = malloc(len);
    size_t at;

    ck_assert_ptr_nonnull(text);
    memset(text, '[', len);
    ck_assert(!json_is_valid(text, len, &at));
    ck_assert_uint_eq(at, JSON_DEPTH_MAX);
    free(text);
}
END_TEST

START_TEST(strings_of_every_length_with_a_stop_at_every_place)
{
    static const struct {
        const char *bytes;
        size_t len;
        bool valid;
        size_t offset; /* of the fault from the stop */
    } stops[] = {
        {"\\n", 2, true, 0},        {"\\u00e9", 6, true, 0},
        {"\xc3\xa9", 2, true, 0},   {"\xf0\x9f\x98\x80", 4, true, 0},
        {"\n", 1, false, 0},        {"\\x", 2, false, 1},
        {"\\u00g", 5, false, 4},    {"\xff", 1, false, 0},
        {"\xe2\x82x", 3, false, 2}, {"\"x", 2, false, 1},
    };
    char text[160];

    for (size_t len = 0; len < 70; len++)
        for (size_t place = 0; place <= len; place++)
            for (size_t i = 0; i < COUNT(stops); i++) {
                size_t n = 0, at = 9999;

                text[n++] = '"';
                memset(text + n, 'x', place);
                n += place;
                memcpy(text + n, stops[i].bytes, stops[i].len);
                n += stops[i].len;
                memset(text + n, 'y', len - place);
                n += len - place;
                text[n++] = '"';
                ck_assert_msg(is_valid(text, n, &at) == stops[i].valid,
                              "length %zu, stop %zu at %zu: %zu", len, i, place, at);
                if (!stops[i].valid)
                    ck_assert_uint_eq(at, 1 + place + stops[i].offset);
            }
}
END_TEST

START_TEST(values_come_as_they_are_written)
{
    static const struct {
        const char *text, *raw;
        enum json_kind kind;
    } values[] = {
        {" 1.0 ", "1.0", JSON_NUMBER},
        {"-12e5,", "-12e5", JSON_NUMBER},
        {"\t\"a\\u0062 \" :", "\"a\\u0062 \"", JSON_STRING},
        {"{ \"b\":1, \"a\":[ ] } x", "{ \"b\":1, \"a\":[ ] }", JSON_OBJECT},
        {"[ 1 ,2]]", "[ 1 ,2]", JSON_ARRAY},
        {"null", "null", JSON_NULL},
        {" true]", "true", JSON_TRUE},
        {"false\n", "false", JSON_FALSE},
        {"0", "0", JSON_NUMBER},
    };

    for (size_t i = 0; i < COUNT(values); i++) {
        char *copy = exact_copy(values[i].text, strlen(values[i].text));
        struct json j = json_of(copy, strlen(values[i].text));
        struct slice raw = slice_of(NULL, 0);

        ck_assert_int_eq(json_value(&j, &raw), values[i].kind);
        ck_assert_msg(slice_is(raw, values[i].raw), "%.*s", (int)raw.len, raw.bytes);
        ck_assert_ptr_eq(j.at, raw.bytes + raw.len);
        free(copy);
    }
}
END_TEST

START_TEST(a_broken_value_leaves_the_result_alone)
{
    struct json j = json_of("[1,?]", 5);
    struct slice raw = slice_of("before", 6);

    ck_assert_int_eq(json_value(&j, &raw), JSON_BROKEN);
    ck_assert(slice_is(raw, "before"));
    ck_assert_uint_eq(json_offset(&j), 3);
}
END_TEST

START_TEST(the_cursor_walks_members)
{
    static const char text[] = " { \"a\" : 1,\"b\\u0062\":[2,{}] , \"\":null} ";
    static const char *const names[] = {"\"a\"", "\"b\\u0062\"", "\"\""};
    static const char *const raws[] = {"1", "[2,{}]", "null"};
    struct json j = json_of(text, sizeof text - 1);
    struct slice name, raw;

    ck_assert_int_eq(json_peek(&j), '{');
    json_enter(&j);
    for (size_t i = 0; i < COUNT(names); i++) {
        ck_assert_int_eq(json_next_member(&j, i == 0, &name), JSON_ITEM);
        ck_assert(slice_is(name, names[i]));
        ck_assert_int_ne(json_value(&j, &raw), JSON_BROKEN);
        ck_assert(slice_is(raw, raws[i]));
    }
    ck_assert_int_eq(json_next_member(&j, false, &name), JSON_END);
    ck_assert(json_finish(&j));
    ck_assert_int_eq(json_peek(&j), -1);
}
END_TEST

START_TEST(the_cursor_walks_elements)
{
    static const char text[] = "[ 1,\"x\" , [] ]";
    static const char *const raws[] = {"1", "\"x\"", "[]"};
    struct json j = json_of(text, sizeof text - 1);
    struct slice raw;

    ck_assert_int_eq(json_peek(&j), '[');
    json_enter(&j);
    for (size_t i = 0; i < COUNT(raws); i++) {
        ck_assert_int_eq(json_next_element(&j, i == 0), JSON_ITEM);
        ck_assert_int_ne(json_value(&j, &raw), JSON_BROKEN);
        ck_assert(slice_is(raw, raws[i]));
    }
    ck_assert_int_eq(json_next_element(&j, false), JSON_END);
    ck_assert(json_finish(&j));
}
END_TEST

START_TEST(empty_containers_end_at_once)
{
    struct json j = json_of("{ }", 3), k = json_of("[ ]", 3);
    struct slice name;

    json_enter(&j);
    ck_assert_int_eq(json_next_member(&j, true, &name), JSON_END);
    ck_assert(json_finish(&j));
    json_enter(&k);
    ck_assert_int_eq(json_next_element(&k, true), JSON_END);
    ck_assert(json_finish(&k));
}
END_TEST

static void expect_unescaped(const char *raw, size_t len, const char *want,
                             size_t want_len)
{
    char *copy = exact_copy(raw, len), *dst = exact_copy(raw, len);
    struct slice got = json_unescape(slice_of(copy, len), dst);

    ck_assert_msg(got.len == want_len && memcmp(got.bytes, want, want_len) == 0,
                  "%.*s: %.*s", (int)len, raw, (int)got.len, got.bytes);
    ck_assert_mem_eq(copy, raw, len);
    got = json_unescape(slice_of(copy, len), copy);
    ck_assert_msg(got.len == want_len && memcmp(got.bytes, want, want_len) == 0,
                  "in place: %.*s: %.*s", (int)len, raw, (int)got.len, got.bytes);
    free(copy);
    free(dst);
}

#define UNESCAPED(raw, want)                                                             \
    expect_unescaped(raw, sizeof(raw) - 1, want, sizeof(want) - 1)

START_TEST(escapes_are_decoded_elsewhere_and_in_place)
{
    UNESCAPED("\"\"", "");
    UNESCAPED("\"plain\"", "plain");
    UNESCAPED("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t");
    UNESCAPED("\"a\\nb\\nc\"", "a\nb\nc");
    UNESCAPED("\"\\u0041\\u007f\"", "A\x7f");
    UNESCAPED("\"\\u0000x\"", "\0x");
    UNESCAPED("\"\\u0080\\u07FF\"", "\xc2\x80\xdf\xbf");
    UNESCAPED("\"\\u0800\\uffff\"", "\xe0\xa0\x80\xef\xbf\xbf");
    UNESCAPED("\"\\ud800\\udc00\\uDBFF\\uDFFF\"", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    UNESCAPED("\"x\\ud83d\\ude00y\"", "x\xf0\x9f\x98\x80y");
    UNESCAPED("\"\xc3\xa9\\u00e9\"", "\xc3\xa9\xc3\xa9");
    UNESCAPED("\"\\\\u0041\"", "\\u0041");
}
END_TEST

START_TEST(lone_surrogates_become_replacement_characters)
{
    UNESCAPED("\"\\ud800\"", "\xef\xbf\xbd");
    UNESCAPED("\"\\udc00\"", "\xef\xbf\xbd");
    UNESCAPED("\"\\ud800x\"", "\xef\xbf\xbdx");
    UNESCAPED("\"\\ud800\\n\"", "\xef\xbf\xbd\n");
    UNESCAPED("\"\\udc00\\ud800\"", "\xef\xbf\xbd\xef\xbf\xbd");
    UNESCAPED("\"\\ud800\\ud800\\udc00\"", "\xef\xbf\xbd\xf0\x90\x80\x80");
    UNESCAPED("\"\\ud800\\u0041\"", "\xef\xbf\xbd"
                                    "A");
    UNESCAPED("\"\\udfff\\udbff\\\\\"", "\xef\xbf\xbd\xef\xbf\xbd\\");
}
END_TEST

START_TEST(a_string_without_escapes_is_not_copied)
{
    static const char raw[] = "\"plain \xc3\xa9\"";
    char dst[sizeof raw];
    const struct slice got = json_unescape(slice_of(raw, sizeof raw - 1), dst);

    ck_assert_ptr_eq(got.bytes, raw + 1);
    ck_assert_uint_eq(got.len, sizeof raw - 3);
}
END_TEST

START_TEST(jansson_decodes_strings_alike)
{
    for (size_t i = 0; i < COUNT(accepted); i++) {
        const char *text = accepted[i].text;
        const size_t len = accepted[i].len;
        json_t *string = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        char dst[100];
        struct slice got;

        if (json_is_string(string) && text[0] == '"') {
            got = json_unescape(slice_of(text, len), dst);
            ck_assert_uint_eq(got.len, json_string_length(string));
            if (got.len > 0)
                ck_assert_mem_eq(got.bytes, json_string_value(string), got.len);
        }
        json_decref(string);
    }
}
END_TEST

START_TEST(integers_are_integers_as_written)
{
    static const char *const yes[] = {"0", "-0", "7", "-12",
                                      "123456789012345678901234567890"};
    static const char *const no[] = {"1.0", "1e2", "1E2", "-0.5", "100e-2", "1.5e3"};

    for (size_t i = 0; i < COUNT(yes); i++)
        ck_assert_msg(json_is_integer(slice_text(yes[i])), "%s", yes[i]);
    for (size_t i = 0; i < COUNT(no); i++) {
        int64_t n = 77;

        ck_assert_msg(!json_is_integer(slice_text(no[i])), "%s", no[i]);
        ck_assert_msg(!json_to_int(slice_text(no[i]), &n) && n == 77, "%s", no[i]);
    }
}
END_TEST

START_TEST(integers_fit_up_to_2_to_the_53rd_less_1)
{
    static const struct {
        const char *text;
        int64_t n;
    } fit[] = {
        {"0", 0},
        {"-0", 0},
        {"42", 42},
        {"-42", -42},
        {"9007199254740991", INT64_C(9007199254740991)},
        {"-9007199254740991", -INT64_C(9007199254740991)},
    };
    static const char *const over[] = {
        "9007199254740992",     "-9007199254740992",    "9223372036854775808",
        "18446744073709551616", "99999999999999999999", "-99999999999999999999999999999",
    };

    for (size_t i = 0; i < COUNT(fit); i++) {
        int64_t n = 77;

        ck_assert(json_to_int(slice_text(fit[i].text), &n));
        ck_assert_int_eq(n, fit[i].n);
    }
    for (size_t i = 0; i < COUNT(over); i++) {
        int64_t n = 77;

        ck_assert_msg(!json_to_int(slice_text(over[i]), &n), "%s", over[i]);
        ck_assert_int_eq(n, 77);
    }
}
END_TEST

UNIT_MAIN("json.cursor", values_may_be_nested_512_deep,
          the_513th_container_is_a_fault_where_it_opens,
          depth_counts_what_is_open_not_what_was,
          a_long_line_of_opening_brackets_does_no_harm,
          strings_of_every_length_with_a_stop_at_every_place,
          values_come_as_they_are_written, a_broken_value_leaves_the_result_alone,
          the_cursor_walks_members, the_cursor_walks_elements,
          empty_containers_end_at_once, escapes_are_decoded_elsewhere_and_in_place,
          lone_surrogates_become_replacement_characters,
          a_string_without_escapes_is_not_copied, jansson_decodes_strings_alike,
          integers_are_integers_as_written, integers_fit_up_to_2_to_the_53rd_less_1)
