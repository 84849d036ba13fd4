/* SPDX-License-Identifier: MIT */
#include "scalar.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "config.h"
#include "right.h"
#include "scalars.h"
#include "unit.h"

static void check_rule(const struct key *key, const char *expected)
{
    char rule[SCALAR_RULE_MAX];

    scalar_rule(key, rule);
    ck_assert_str_eq(rule, expected);
}

START_TEST(counts_are_whole_numbers)
{
    static const struct reading valid[] = {
        {"1", 1}, {"10", 10}, {"65536", 65536}, {"9223372036854775807", INT64_MAX}};
    static const char *const invalid[] = {"",
                                          " 1",
                                          "1 ",
                                          "1.5",
                                          "1e3",
                                          "+1",
                                          "-1",
                                          "0x10",
                                          "1_0",
                                          "1,0",
                                          "01",
                                          "many",
                                          "1k",
                                          "1KiB",
                                          "auto",
                                          "0",
                                          "9223372036854775808",
                                          "99999999999999999999"};

    check_valid(&count_key, valid, COUNT_OF(valid));
    check_invalid(&count_key, invalid, COUNT_OF(invalid));
}
END_TEST

START_TEST(range_includes_its_ends)
{
    static const struct key key = {.type = TYPE_COUNT, .least = 5, .most = 50};
    static const struct reading valid[] = {{"5", 5}, {"50", 50}};
    static const char *const invalid[] = {"4", "51", "0", "500"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
    check_rule(&key, "a whole number from 5 to 50");
}
END_TEST

static const struct key bytes_key = {.type = TYPE_BYTES, .least = 64, .most = INT64_MAX};

START_TEST(bytes_are_plain_or_with_a_unit)
{
    static const struct reading valid[] = {{"64", 64},
                                           {"1048576", 1048576},
                                           {"1KiB", 1024},
                                           {"3MiB", 3 * 1048576},
                                           {"2GiB", INT64_C(2) << 30},
                                           {"8589934591GiB", INT64_C(8589934591) << 30}};
    static const char *const invalid[] = {"",
                                          "MiB",
                                          "1MB",
                                          "1M",
                                          "1mib",
                                          "1 MiB",
                                          "1.5",
                                          "1.5MiB",
                                          "-1KiB",
                                          "1KiBs",
                                          "1KiB ",
                                          "0KiB",
                                          "63",
                                          "1TiB",
                                          "01KiB",
                                          "8589934592GiB",
                                          "9223372036854775807KiB"};

    check_valid(&bytes_key, valid, COUNT_OF(valid));
    check_invalid(&bytes_key, invalid, COUNT_OF(invalid));
}
END_TEST

START_TEST(range_of_bytes_is_shown_with_units)
{
    struct key key = {.type = TYPE_BYTES, .least = 1025, .most = 3 << 20};

    check_rule(&key, "a whole number of bytes, KiB, MiB or GiB from 1025 to 3MiB");
    key.least = 0;
    key.most = INT64_C(5) << 40;
    check_rule(&key, "a whole number of bytes, KiB, MiB or GiB from 0 to 5120GiB");
}
END_TEST

START_TEST(seconds_and_milliseconds_are_whole_numbers)
{
    static const struct key seconds = {.type = TYPE_SECONDS, .least = 0, .most = 100};
    static const struct key ms = {.type = TYPE_MILLISECONDS, .least = 0, .most = 100};
    static const struct reading valid[] = {{"0", 0}, {"100", 100}};
    static const char *const invalid[] = {"5s", "1m", "soon", "-5", "1.5", "101"};

    check_valid(&seconds, valid, COUNT_OF(valid));
    check_invalid(&seconds, invalid, COUNT_OF(invalid));
    check_rule(&seconds, "a whole number of seconds from 0 to 100");
    check_valid(&ms, valid, COUNT_OF(valid));
    check_invalid(&ms, invalid, COUNT_OF(invalid));
    check_rule(&ms, "a whole number of milliseconds from 0 to 100");
}
END_TEST

START_TEST(workers_are_a_number_or_auto)
{
    static const struct key key = {.type = TYPE_WORKERS, .least = 1, .most = 64};
    static const struct reading valid[] = {{"auto", 0}, {"1", 1}, {"64", 64}};
    static const char *const invalid[] = {"0", "65", "-1", "Auto", "", "many"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
    check_rule(&key, "auto or a whole number from 1 to 64");
}
END_TEST

START_TEST(bools_are_true_or_false)
{
    static const struct key key = {.type = TYPE_BOOL};
    static const struct reading valid[] = {{"true", 1}, {"false", 0}};
    static const char *const invalid[] = {"",    "yes", "no", "on",      "True",
                                          "tru", "1",   "0",  "perhaps", "truefalse"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
    check_rule(&key, "true or false");
}
END_TEST

START_TEST(levels_are_names)
{
    static const struct key key = {.type = TYPE_LEVEL};
    static const struct reading valid[] = {{"error", LEVEL_ERROR},
                                           {"debug", LEVEL_DEBUG}};
    static const char *const invalid[] = {"", "loud", "Info", "err"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
    check_rule(&key, "one of error, warning, notice, info or debug");
}
END_TEST

START_TEST(kinds_are_names)
{
    static const struct key key = {.type = TYPE_KIND};
    static const struct reading valid[] = {{"none", KIND_NONE},
                                           {"fixed", KIND_FIXED},
                                           {"sliding", KIND_SLIDING},
                                           {"dropping", KIND_DROPPING},
                                           {"promise", KIND_PROMISE}};
    static const char *const invalid[] = {"", "ring", "Fixed", "fixed:5"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
    check_rule(&key, "one of none, fixed, sliding, dropping or promise");
}
END_TEST

START_TEST(modes_are_octal)
{
    static const struct key key = {.type = TYPE_MODE, .most = 0777};
    static const struct reading valid[] = {
        {"0660", 0660}, {"660", 0660}, {"0", 0}, {"0777", 0777}, {"000600", 0600}};
    static const char *const invalid[] = {
        "", "1000", "0o660", "0860", "-1", "rw-rw----", "7777777777777777777777777"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
}
END_TEST

START_TEST(versions_of_tls_are_1_2_and_1_3)
{
    static const struct key key = {.type = TYPE_TLS_VERSION};
    static const struct reading valid[] = {{"1.2", CONFIG_TLS_1_2},
                                           {"1.3", CONFIG_TLS_1_3}};
    static const char *const invalid[] = {"", "1.1", "1", "TLS 1.3", "1.30", "3"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
}
END_TEST

START_TEST(numbers_go_into_their_fields_and_back)
{
    static const struct key keys[] = {
        {.type = TYPE_WORKERS, .offset = offsetof(struct config, workers)},
        {.type = TYPE_LEVEL, .offset = offsetof(struct config, log_level)},
        {.type = TYPE_BOOL, .offset = offsetof(struct config, auto_create)},
        {.type = TYPE_SECONDS, .offset = offsetof(struct config, closed_linger_s)},
        {.type = TYPE_BYTES, .offset = offsetof(struct config, limits.memory_bytes)},
    };
    static const int64_t numbers[] = {7, LEVEL_DEBUG, 1, INT64_C(1) << 40, INT64_MAX};
    struct config config = {0};

    for (size_t i = 0; i < COUNT_OF(keys); i++)
        ck_assert(scalar_store(&keys[i], "", numbers[i], &config));
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        ck_assert_int_eq(scalar_load(&keys[i], &config), numbers[i]);
    ck_assert_int_eq(config.workers, 7);
    ck_assert_int_eq(config.log_level, LEVEL_DEBUG);
    ck_assert(config.auto_create);
    ck_assert_int_eq(config.closed_linger_s, INT64_C(1) << 40);
    ck_assert_int_eq(config.limits.memory_bytes, INT64_MAX);
}
END_TEST

START_TEST(kind_goes_into_its_field_and_back)
{
    static const struct key key = {.type = TYPE_KIND,
                                   .offset = offsetof(struct config_channel, kind)};
    struct config_channel channel = {0};

    ck_assert(scalar_store(&key, "", KIND_PROMISE, &channel));
    ck_assert_int_eq(channel.kind, KIND_PROMISE);
    ck_assert_int_eq(scalar_load(&key, &channel), KIND_PROMISE);
}
END_TEST

START_TEST(stored_text_is_a_copy_that_replaces_the_last_one)
{
    static const struct key key = {.type = TYPE_NAME,
                                   .offset = offsetof(struct config_channel, name)};
    struct config_channel channel = {0};
    char text[] = "first";

    ck_assert(scalar_store(&key, text, 0, &channel));
    text[0] = 'F';
    ck_assert_str_eq(channel.name, "first");
    ck_assert(scalar_store(&key, "second", 0, &channel));
    ck_assert_str_eq(channel.name, "second");
    free(channel.name);
}
END_TEST

START_TEST(all_types_but_groups_and_lists_are_plain)
{
    for (int type = 0; type < TYPE_END; type++)
        ck_assert_int_eq(scalar_is_plain((enum key_type)type), type >= TYPE_URI);
}
END_TEST

START_TEST(bytes_are_shown_with_the_largest_unit)
{
    static const struct {
        const char *shown, *expected;
    } cases[] = {{"1048576", "1MiB"},   {"1024", "1KiB"},       {"1025", "1025"},
                 {"1536", "1536"},      {"1572864", "1536KiB"}, {"1073741824", "1GiB"},
                 {"4194304KiB", "4GiB"}};
    struct key key = bytes_key;
    char shown[SCALAR_RULE_MAX];

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        key.shown = cases[i].shown;
        scalar_show(&key, shown);
        ck_assert_str_eq(shown, cases[i].expected);
    }
}
END_TEST

START_TEST(other_types_are_shown_as_they_stand)
{
    struct key key = count_key;
    char shown[SCALAR_RULE_MAX];

    key.shown = "1048576";
    scalar_show(&key, shown);
    ck_assert_str_eq(shown, "1048576");
}
END_TEST

START_TEST(every_default_and_sample_of_the_table_is_valid)
{
    for (size_t i = 0; i < key_row_count; i++) {
        const struct key *key = &key_rows[i];
        char shown[SCALAR_RULE_MAX];
        int64_t as_is = 0, as_shown = 0;

        if (!scalar_is_plain(key->type) || strcmp(key->shown, "") == 0)
            continue;
        scalar_show(key, shown);
        ck_assert_msg(scalar_read(key, key->shown, &as_is), "%s", key->path);
        ck_assert_msg(scalar_read(key, shown, &as_shown), "%s", key->path);
        ck_assert_int_eq(as_is, as_shown);
    }
}
END_TEST

START_TEST(rights_add_up_in_their_field)
{
    static const struct key key = {.type = TYPE_RIGHT};
    static const char *const invalid[] = {"", "Put", "puts", "alts", "*"};
    uint32_t field = 0;
    int64_t n;

    check_invalid(&key, invalid, COUNT_OF(invalid));
    ck_assert(scalar_read(&key, "put", &n) && scalar_store(&key, "put", n, &field));
    ck_assert(scalar_read(&key, "admin", &n) && scalar_store(&key, "admin", n, &field));
    ck_assert_uint_eq(field, RIGHT_BIT(RIGHT_PUT) | RIGHT_BIT(RIGHT_ADMIN));
    ck_assert(scalar_read(&key, "all", &n) && scalar_store(&key, "all", n, &field));
    ck_assert_uint_eq(field, RIGHTS_ALL);
}
END_TEST

UNIT_MAIN("scalar", counts_are_whole_numbers, range_includes_its_ends,
          bytes_are_plain_or_with_a_unit, range_of_bytes_is_shown_with_units,
          seconds_and_milliseconds_are_whole_numbers, workers_are_a_number_or_auto,
          bools_are_true_or_false, levels_are_names, kinds_are_names, modes_are_octal,
          versions_of_tls_are_1_2_and_1_3, numbers_go_into_their_fields_and_back,
          kind_goes_into_its_field_and_back,
          stored_text_is_a_copy_that_replaces_the_last_one,
          all_types_but_groups_and_lists_are_plain, bytes_are_shown_with_the_largest_unit,
          other_types_are_shown_as_they_stand,
          every_default_and_sample_of_the_table_is_valid, rights_add_up_in_their_field)
