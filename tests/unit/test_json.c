/* SPDX-License-Identifier: MIT */
#include "corpus.h"

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

UNIT_MAIN("json", texts_that_must_be_accepted_are,
          texts_that_must_be_refused_are_with_the_offset_of_the_fault,
          white_space_shifts_the_offset_of_a_fault, jansson_agrees_on_the_corpus,
          the_fault_is_the_first_byte_that_cannot_be, jansson_agrees_on_mutations,
          walking_finds_the_same_faults_as_passing_over)
