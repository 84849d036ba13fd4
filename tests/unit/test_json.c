/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "exact.h"
#include "oracle.h"

#include <stdio.h>

/* A text and its length, which may hold NUL. */
struct sample {
    const char *text;
    size_t len;
};

#define S(literal)                                                                       \
    {                                                                                    \
        literal, sizeof(literal) - 1                                                     \
    }
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The verdict on a copy that ends where the text ends. */
static bool is_valid(const char *text, size_t len, size_t *ret_offset)
{
    char *copy = exact_copy(text, len);
    const bool valid = json_is_valid(copy, len, ret_offset);

    free(copy);
    return valid;
}

/* Texts that every reader of JSON must accept. */
static const struct sample accepted[] = {
    S("0"),
    S("-0"),
    S("1"),
    S("-1"),
    S("123"),
    S("20e1"),
    S("0e1"),
    S("0e+1"),
    S("0E0"),
    S("0.4e00669999"),
    S("-0.000000000000000000000000000000000001"),
    S("123.456789"),
    S("1e22"),
    S("1E+2"),
    S("1E-2"),
    S("123e65"),
    S("123.456e78"),
    S("-237462374673276894279832"),
    S("-123123e100000"),
    S("1.5e+9999"),
    S("0.3"),
    S("-1.0"),
    S("12345678901234567890"),
    S("null"),
    S("true"),
    S("false"),
    S(" null "),
    S("\ttrue\n"),
    S("\r\nfalse\r\n"),
    S("\"\""),
    S("\"a\""),
    S("\" \""),
    S("\"asd \""),
    S("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    S("\"\\u0000\""),
    S("\"\\u0012\""),
    S("\"\\uFFFF\""),
    S("\"\\u00E9\\u00e9\""),
    S("\"\\uD834\\uDd1e\""),
    S("\"\\uDBFF\\uDFFF\""),
    S("\"\\ud83d\\ude39\\ud83d\\udc8d\""),
    S("\"\\uDBFF\\uDFFE\""),
    S("\"\\u005C\\u0022\""),
    S("\"\\u200B\\u2064\\uFDD0\\uFFFE\""),
    S("\"\x7f\""),
    S("\"\xc2\x80\""),
    S("\"\xdf\xbf\""),
    S("\"\xe0\xa0\x80\""),
    S("\"\xed\x9f\xbf\""),
    S("\"\xee\x80\x80\""),
    S("\"\xef\xbf\xbf\""),
    S("\"\xf0\x90\x80\x80\""),
    S("\"\xf4\x8f\xbf\xbf\""),
    S("\"\xe2\x80\xa8\xe2\x80\xa9\""),
    S("\"\xf0\x9b\xbf\xbf\""),
    S("\"\xef\xbb\xbf\""),
    S("\"a/*b*/c\""),
    S("\"'\""),
    S("\"\\\\u0000\""),
    S("\"\\\\a\""),
    S("\"new\xc2\xa0line\""),
    S("\"\xe2\x8d\x82\""),
    S("[]"),
    S("[ ]"),
    S(" [] "),
    S("[\n]"),
    S("[null]"),
    S("[1]"),
    S("[ 1 ]"),
    S("[1,2]"),
    S("[1 , 2]"),
    S("[1\n,2]"),
    S("[[]   ]"),
    S("[\"\"]"),
    S("[[],[[]],{}]"),
    S("[null, 1, \"1\", {}]"),
    S("[1,null,null,null,2]"),
    S("[2] "),
    S(" [1]"),
    S("{}"),
    S("{ }"),
    S("{\n}"),
    S("{\"a\":1}"),
    S("{\"\":0}"),
    S("{\"a\":[]}"),
    S("{\"a\":1,\"b\":2}"),
    S("{ \"a\" : 1 , \"b\" : 2 }"),
    S("{\"a\":\"b\",\"a\":\"c\"}"),
    S("{\"a\":\"b\",\"a\":\"b\"}"),
    S("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"),
    S("{\"title\":\"\\u041f\\u043e\\u043b\"}"),
    S("{\"min\":-1.0e+28,\"max\":1.0e+28}"),
    S("{\"x\":[{\"id\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}],\"id\":\"x\"}"),
    S("{\"a\":{\"b\":{\"c\":[{\"d\":[[[1]]]}]}}}"),
    S("{\"foo\\u0000bar\":42}"),
    S("\"\\uD800\""),
    S("\"\\uDC00\\uD800\""),
    S("\"\\uD800\\n\""),
    S("\"\\ud800abc\""),
    S("{\"\\uDFAA\":0}"),
    S("[\"\\uD888\\u1234\"]"),
    S("\"\\uDd1ea\""),
};

/* Texts that every reader of JSON must refuse, and the first byte that cannot be. */
static const struct {
    struct sample sample;
    size_t offset;
} refused[] = {
    {S(""), 0},
    {S(" "), 1},
    {S("\n\t"), 2},
    {S("\xef\xbb\xbf"), 0},
    {S("\xef\xbb\xbf{}"), 0},
    {S("\xe2\x81\xa0"), 0},
    {S("\xff"), 0},
    {S("\0"), 0},
    {S("1\0"), 1},
    {S("\0"
       "1"),
     0},
    {S("x"), 0},
    {S("<.>"), 0},
    {S("*"), 0},
    {S("a\xc3\xa5"), 0},
    {S("\xc3\xa5"), 0},
    {S("n"), 1},
    {S("nul"), 3},
    {S("nulx"), 3},
    {S("nulll"), 4},
    {S("t"), 1},
    {S("tru"), 3},
    {S("truth"), 3},
    {S("fals"), 4},
    {S("falsey"), 5},
    {S("True"), 0},
    {S("TRUE"), 0},
    {S("Null"), 0},
    {S("NaN"), 0},
    {S("nan"), 1},
    {S("Infinity"), 0},
    {S("-Infinity"), 1},
    {S("-NaN"), 1},
    {S("undefined"), 0},
    {S("-"), 1},
    {S("--1"), 1},
    {S("- 1"), 1},
    {S("+1"), 0},
    {S("++1"), 0},
    {S("01"), 1},
    {S("-01"), 2},
    {S("00"), 1},
    {S("012"), 1},
    {S("-012"), 2},
    {S(".5"), 0},
    {S("-.5"), 1},
    {S("1."), 2},
    {S("1.e1"), 2},
    {S("2.e+3"), 2},
    {S("1.5.6"), 3},
    {S("1..2"), 2},
    {S("1e"), 2},
    {S("1E"), 2},
    {S("1e+"), 3},
    {S("1e-x"), 3},
    {S("1ee2"), 2},
    {S("1eE2"), 2},
    {S("1e1.5"), 3},
    {S("0e"), 2},
    {S("0e+-1"), 3},
    {S("0.e1"), 2},
    {S("0x42"), 1},
    {S("0X1"), 1},
    {S("1_000"), 1},
    {S("1 000"), 2},
    {S("1a"), 1},
    {S("1+2"), 1},
    {S("-1x"), 2},
    {S("1.2a-3"), 3},
    {S("1e1\xe5"), 3},
    {S("\xef\xbc\x91"), 0},
    {S("123\xe5"), 3},
    {S("1/2"), 1},
    {S("1;"), 1},
    {S("\""), 1},
    {S("\"a"), 2},
    {S("\"a\"b"), 3},
    {S("\"a\" \"b\""), 4},
    {S("'a'"), 0},
    {S("\"\\"), 2},
    {S("\"\\\""), 3},
    {S("\"\\x00\""), 2},
    {S("\"\\a\""), 2},
    {S("\"\\v\""), 2},
    {S("\"\\'\""), 2},
    {S("\"\\ \""), 2},
    {S("\"\\\t\""), 2},
    {S("\"\\0\""), 2},
    {S("\"\\U0041\""), 2},
    {S("\"\\\n\""), 2},
    {S("\"\\u\""), 3},
    {S("\"\\u"), 3},
    {S("\"\\u0"), 4},
    {S("\"\\u00A"), 6},
    {S("\"\\u00A\""), 6},
    {S("\"\\u00g0\""), 5},
    {S("\"\\uqqqq\""), 3},
    {S("\"\\u 123\""), 3},
    {S("\"\\u+123\""), 3},
    {S("\"\\ud834\\uDd\""), 11},
    {S("\"\\uD800\\u\""), 9},
    {S("\"\\uD800\\u1x\""), 10},
    {S("\"\\uD800\\\""), 9},
    {S("\"\\xc3\""), 2},
    {S("\"\\\xe5\""), 2},
    {S("\"\\\xf0\x9f\x8c\x80\""), 2},
    {S("\"\x01\""), 1},
    {S("\"\x1f\""), 1},
    {S("\"a\nb\""), 2},
    {S("\"a\rb\""), 2},
    {S("\"\t\""), 1},
    {S("\"a\0b\""), 2},
    {S("\"\x08\""), 1},
    {S("\"\x80\""), 1},
    {S("\"\xbf\""), 1},
    {S("\"\xc0\xaf\""), 1},
    {S("\"\xc1\xbf\""), 1},
    {S("\"\xc2\""), 2},
    {S("\"\xc2"), 2},
    {S("\"\xc3\x28\""), 2},
    {S("\"\xe0\x9f\xbf\""), 2},
    {S("\"\xe0\x80\xaf\""), 2},
    {S("\"\xe2\x82\""), 3},
    {S("\"\xe2\x28\xa1\""), 2},
    {S("\"\xed\xa0\x80\""), 2},
    {S("\"\xed\xbf\xbf\""), 2},
    {S("\"\xf0\x80\x80\xaf\""), 2},
    {S("\"\xf0\x8f\xbf\xbf\""), 2},
    {S("\"\xf0\x9f\x98\""), 4},
    {S("\"\xf4\x90\x80\x80\""), 2},
    {S("\"\xf5\x80\x80\x80\""), 1},
    {S("\"\xf8\x88\x80\x80\x80\""), 1},
    {S("\"\xfe\""), 1},
    {S("\"\xff\xff\""), 1},
    {S("\"\xe9\""), 2},
    {S("\"\xe6\x97\xa5\xd1\x88\xfa\""), 6},
    {S("["), 1},
    {S("]"), 0},
    {S("[[]"), 3},
    {S("[]]"), 2},
    {S("[1"), 2},
    {S("[1,"), 3},
    {S("[1,]"), 3},
    {S("[,1]"), 1},
    {S("[,]"), 1},
    {S("[,"), 1},
    {S("[1,,2]"), 3},
    {S("[1 2]"), 3},
    {S("[1:2]"), 2},
    {S("[\"a\" 1]"), 5},
    {S("[\"\": 1]"), 3},
    {S("[1}"), 2},
    {S("[}"), 1},
    {S("[1,2}"), 4},
    {S("[1]x"), 3},
    {S("[1],"), 3},
    {S("[][]"), 2},
    {S("[1]]"), 3},
    {S("[x"), 1},
    {S("[x, y]"), 1},
    {S("[*]"), 1},
    {S("[#]"), 1},
    {S("[3[4]]"), 2},
    {S("[1,\n1\n,1"), 8},
    {S("[\"a\",\n4\n,1,"), 11},
    {S("[\"x\"]]"), 5},
    {S("[\"a"), 3},
    {S("[a\xc3\xa5]"), 1},
    {S("[nul]"), 4},
    {S("[-]"), 2},
    {S("[1.]"), 3},
    {S("[0e+]"), 4},
    {S("[0e]"), 3},
    {S("[\x0b]"), 1},
    {S("[\x0c]"), 1},
    {S("[\x00]"), 1},
    {S("[\xc2\xa0]"), 1},
    {S("[\xe2\x81\xa0]"), 1},
    {S("[\\u0020]"), 1},
    {S("[1/*c*/]"), 2},
    {S("/*c*/[]"), 0},
    {S("[]/*"), 2},
    {S("[]//"), 2},
    {S("[]#"), 2},
    {S("{"), 1},
    {S("}"), 0},
    {S("{]"), 1},
    {S("{}}"), 2},
    {S("{,}"), 1},
    {S("{1:1}"), 1},
    {S("{a:1}"), 1},
    {S("{'a':1}"), 1},
    {S("{\"a\"}"), 4},
    {S("{\"a\""), 4},
    {S("{\"a"), 3},
    {S("{\"a\":"), 5},
    {S("{\"a\":}"), 5},
    {S("{\"a\":1"), 6},
    {S("{\"a\":1,"), 7},
    {S("{\"a\":1,}"), 7},
    {S("{\"a\":1,,\"b\":2}"), 7},
    {S("{\"a\":1 \"b\":2}"), 7},
    {S("{\"a\" 1}"), 5},
    {S("{\"a\"::1}"), 5},
    {S("{\"a\",1}"), 4},
    {S("{\"a\":1]"), 6},
    {S("{\"a\":1}}"), 7},
    {S("{\"a\":1}#{}"), 7},
    {S("{\"a\":1}{\"b\":2}"), 7},
    {S("{:1}"), 1},
    {S("{null:1}"), 1},
    {S("{[1]:1}"), 1},
    {S("{\"a\":1:2}"), 6},
    {S("{\"a\":'b'}"), 5},
    {S("{\"a\":b}"), 5},
    {S("{\"a\":\"b\",/**/}"), 9},
    {S("{\"a\":[1}"), 7},
    {S("{\"a\":{\"b\":1]}"), 11},
    {S("{\"\\x\":1}"), 3},
    {S("{\"\xff\":1}"), 2},
    {S("{\"a\nb\":1}"), 3},
    {S("{\"a\":\"\xb9\"}"), 6},
    {S("{}x"), 2},
    {S("{} \0"), 3},
    {S("{}\x0b"), 2},
    {S("1 2"), 2},
    {S("true false"), 5},
    {S("null,"), 4},
};

START_TEST(texts_that_must_be_accepted_are)
{
    for (size_t i = 0; i < COUNT(accepted); i++) {
        size_t at = 9999;

        ck_assert_msg(is_valid(accepted[i].text, accepted[i].len, &at), "%s: byte %zu",
                      accepted[i].text, at);
    }
}
END_TEST

START_TEST(texts_that_must_be_refused_are_with_the_offset_of_the_fault)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        const struct sample *s = &refused[i].sample;
        size_t at = 9999;

        ck_assert_msg(!is_valid(s->text, s->len, &at), "case %zu: %s", i, s->text);
        ck_assert_msg(at == refused[i].offset, "case %zu: %s: byte %zu, not %zu", i,
                      s->text, at, refused[i].offset);
    }
}
END_TEST

START_TEST(white_space_shifts_the_offset_of_a_fault)
{
    char text[300];

    for (size_t pad = 0; pad < 200; pad++) {
        size_t at = 9999;

        memset(text, " \t\r\n"[pad % 4], pad);
        memcpy(text + pad, "{\"a\":?}", 7);
        ck_assert(!is_valid(text, pad + 7, &at));
        ck_assert_uint_eq(at, pad + 5);
        memcpy(text, "[1,", 3);
        memset(text + 3, ' ', pad);
        memcpy(text + 3 + pad, "2,]", 3);
        ck_assert(!is_valid(text, pad + 6, &at));
        ck_assert_uint_eq(at, pad + 5);
    }
}
END_TEST

/* jansson and we must agree wherever it has a verdict, which is returned. */
static enum verdict compare(const char *text, size_t len, const char *what, size_t which)
{
    const enum verdict verdict = oracle_verdict(text, len);
    size_t at = 0;
    const bool valid = is_valid(text, len, &at);

    if (verdict != VERDICT_NONE)
        ck_assert_msg(valid == (verdict == VERDICT_VALID),
                      "%s %zu: jansson says %s, we say byte %zu: %.*s", what, which,
                      verdict == VERDICT_VALID ? "valid" : "broken", at, (int)len, text);
    return verdict;
}

START_TEST(jansson_agrees_on_the_corpus)
{
    for (size_t i = 0; i < COUNT(accepted); i++)
        compare(accepted[i].text, accepted[i].len, "accepted", i);
    for (size_t i = 0; i < COUNT(refused); i++)
        compare(refused[i].sample.text, refused[i].sample.len, "refused", i);
}
END_TEST

/*
 * What is broken at a byte stays broken there whatever is cut off behind it; and what is
 * cut off before it is fine so far: valid, or broken at its end.
 */
static void expect_same_fault_in_parts(const char *text, size_t len, size_t at)
{
    for (size_t cut = 0; cut < len; cut++) {
        size_t found = cut;
        const bool valid = is_valid(text, cut, &found);

        if (cut > at)
            ck_assert_msg(!valid && found == at, "%zu of %.*s", cut, (int)len, text);
        else
            ck_assert_msg(found == cut, "%zu of %.*s", cut, (int)len, text);
    }
}

START_TEST(the_fault_is_the_first_byte_that_cannot_be)
{
    for (size_t i = 0; i < COUNT(refused); i++)
        expect_same_fault_in_parts(refused[i].sample.text, refused[i].sample.len,
                                   refused[i].offset);
    for (size_t i = 0; i < COUNT(accepted); i++)
        expect_same_fault_in_parts(accepted[i].text, accepted[i].len, accepted[i].len);
}
END_TEST

enum { MUTANT_MAX = 600 };

static const struct sample *any_sample(uint64_t *seed)
{
    if (exact_below(seed, 4) > 0)
        return &accepted[exact_below(seed, COUNT(accepted))];
    return &refused[exact_below(seed, COUNT(refused))].sample;
}

/* Puts bytes in at a place, or as many of them as there is room for. */
static size_t insert(char *text, size_t len, size_t at, const char *bytes, size_t n)
{
    n = n < MUTANT_MAX - len ? n : MUTANT_MAX - len;
    memmove(text + at + n, text + at, len - at);
    memmove(text + at, bytes, n);
    return len + n;
}

static size_t mutate(uint64_t *seed, char *text, size_t len)
{
    static const char telling[] = "{}[]:,\"\\/ \t\r\nbfnrtu0019aAeE+-.xtruefalsn\x01\x7f"
                                  "\x80\xbf\xc2\xe0\xa0\xed\x9f\xef\xf0\x90\xf4\x8f\xff";
    const size_t at = exact_below(seed, len + 1);
    const struct sample *other = any_sample(seed);
    const char byte = telling[exact_below(seed, sizeof telling)];
    char some[MUTANT_MAX];
    size_t n;

    switch (exact_below(seed, 6)) {
    case 0: /* a byte is another */
        if (at < len)
            text[at] = byte;
        return len;
    case 1: /* a byte more */
        return insert(text, len, at, &byte, 1);
    case 2: /* some less */
        n = exact_below(seed, 4) % (len - at + 1);
        memmove(text + at, text + at + n, len - at - n);
        return len - n;
    case 3: /* cut off */
        return at;
    case 4: /* some of it twice */
        n = exact_below(seed, len - at + 1);
        memcpy(some, text + at, n);
        return insert(text, len, at, some, n);
    default: /* another in the middle of it */
        return insert(text, len, at, other->text, other->len);
    }
}

START_TEST(jansson_agrees_on_mutations)
{
    const char *wanted = getenv("TEST_SEED");
    const uint64_t first = wanted ? strtoull(wanted, NULL, 10) : 1;
    size_t count[VERDICT_NONE + 1] = {0};

    for (uint64_t start = first; start < first + 300000; start++) {
        uint64_t seed = start;
        const struct sample *s = any_sample(&seed);
        char text[MUTANT_MAX];
        size_t len = s->len, at;

        memcpy(text, s->text, len);
        for (size_t n = 1 + exact_below(&seed, 4) / 2; n > 0; n--)
            len = mutate(&seed, text, len);
        count[compare(text, len, "mutation of TEST_SEED", start)]++;
        if (start % 20 == 0 && !is_valid(text, len, &at))
            expect_same_fault_in_parts(text, len, at);
    }
    ck_assert_uint_gt(count[VERDICT_VALID], 30000);
    ck_assert_uint_gt(count[VERDICT_BROKEN], 100000);
}
END_TEST

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

/* Walks a whole text by hand, to see that the cursor finds the same faults. */
static bool walk(struct json *j, int depth)
{
    const int c = json_peek(j);
    enum json_step step;
    struct slice raw;

    if (depth == 0 || (c != '{' && c != '['))
        return json_value(j, &raw) != JSON_BROKEN;
    json_enter(j);
    for (bool first = true;; first = false) {
        step = c == '{' ? json_next_member(j, first, &raw) : json_next_element(j, first);
        if (step != JSON_ITEM)
            return step == JSON_END;
        if (!walk(j, depth - 1))
            return false;
    }
}

START_TEST(walking_finds_the_same_faults_as_passing_over)
{
    for (size_t i = 0; i < COUNT(refused); i++)
        for (int depth = 0; depth < 4; depth++) {
            const struct sample *s = &refused[i].sample;
            struct json j = json_of(s->text, s->len);

            ck_assert_msg(!(walk(&j, depth) && json_finish(&j)), "%s", s->text);
            ck_assert_msg(json_offset(&j) == refused[i].offset, "%s", s->text);
        }
    for (size_t i = 0; i < COUNT(accepted); i++) {
        struct json j = json_of(accepted[i].text, accepted[i].len);

        ck_assert_msg(walk(&j, 9) && json_finish(&j), "%s", accepted[i].text);
    }
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

UNIT_MAIN("json", texts_that_must_be_accepted_are,
          texts_that_must_be_refused_are_with_the_offset_of_the_fault,
          white_space_shifts_the_offset_of_a_fault, jansson_agrees_on_the_corpus,
          the_fault_is_the_first_byte_that_cannot_be, jansson_agrees_on_mutations,
          values_may_be_nested_512_deep, the_513th_container_is_a_fault_where_it_opens,
          depth_counts_what_is_open_not_what_was,
          a_long_line_of_opening_brackets_does_no_harm,
          strings_of_every_length_with_a_stop_at_every_place,
          values_come_as_they_are_written, a_broken_value_leaves_the_result_alone,
          the_cursor_walks_members, the_cursor_walks_elements,
          empty_containers_end_at_once, walking_finds_the_same_faults_as_passing_over,
          escapes_are_decoded_elsewhere_and_in_place,
          lone_surrogates_become_replacement_characters,
          a_string_without_escapes_is_not_copied, jansson_decodes_strings_alike,
          integers_are_integers_as_written, integers_fit_up_to_2_to_the_53rd_less_1)
