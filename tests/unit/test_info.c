/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "info.h"
#include "json.h"

#include <stdio.h>
#include <string.h>

static bool read_text(const char *text, struct info_room *room, struct chan_info *info)
{
    struct json at = json_of(text, strlen(text));

    return info_read(&at, room, info);
}

START_TEST(every_member_finds_its_place)
{
    struct info_room room;
    struct chan_info info;

    ck_assert(read_text("{\"name\":\"jobs/a\",\"buffer\":{\"kind\":\"fixed\",\"size\":5},"
                        "\"buffered\":1,\"bytes\":2,\"parked_puts\":3,\"parked_takes\":4,"
                        "\"closed\":true,\"puts\":6,\"takes\":7,\"dropped\":8}",
                        &room, &info));
    ck_assert_str_eq(info.name, "jobs/a");
    ck_assert_str_eq(info.buffer, "fixed");
    ck_assert_int_eq(info.size, 5);
    ck_assert_int_eq(info.buffered, 1);
    ck_assert_int_eq(info.bytes, 2);
    ck_assert_int_eq(info.parked_puts, 3);
    ck_assert_int_eq(info.parked_takes, 4);
    ck_assert(info.closed);
    ck_assert_int_eq(info.puts, 6);
    ck_assert_int_eq(info.takes, 7);
    ck_assert_int_eq(info.dropped, 8);
}
END_TEST

START_TEST(what_is_missing_is_nothing_and_what_is_new_is_passed_over)
{
    struct info_room room;
    struct chan_info info;

    ck_assert(read_text("{}", &room, &info));
    ck_assert_str_eq(info.name, "");
    ck_assert_str_eq(info.buffer, "");
    ck_assert_int_eq(info.size, 0);
    ck_assert(!info.closed);
    ck_assert(read_text(" { \"mood\" : {\"kind\":\"x\",\"size\":9} , \"closed\" : false, "
                        "\"buffer\":{\"shape\":[1,2],\"kind\":\"none\"}, \"list\":[[]] }",
                        &room, &info));
    ck_assert_str_eq(info.buffer, "none");
    ck_assert_int_eq(info.size, 0);
}
END_TEST

START_TEST(names_are_decoded)
{
    struct info_room room;
    struct chan_info info;

    ck_assert(read_text("{\"name\":\"\\u0061/b\",\"buffer\":{\"kind\":\"n\\u006fne\"}}",
                        &room, &info));
    ck_assert_str_eq(info.name, "a/b");
    ck_assert_str_eq(info.buffer, "none");
}
END_TEST

START_TEST(the_cursor_stands_behind_the_object)
{
    static const char text[] = "{\"name\":\"a\"},{\"name\":\"b\"}";
    struct json at = json_of(text, strlen(text));
    struct info_room room;
    struct chan_info info;

    ck_assert(info_read(&at, &room, &info));
    ck_assert_uint_eq(json_offset(&at), 12);
}
END_TEST

START_TEST(what_is_no_stat_is_not_read)
{
    static const char *const texts[] = {
        "",
        "[]",
        "7",
        "{\"name\":7}",
        "{\"name\":null}",
        "{\"buffer\":\"fixed\"}",
        "{\"buffer\":{\"kind\":1}}",
        "{\"buffered\":\"1\"}",
        "{\"buffered\":1.5}",
        "{\"buffered\":99999999999999999999}",
        "{\"buffered\":1",
        "{\"buffer\":{\"kind\":\"none\"",
        "{\"new\":tru}",
        "{\"buffer\":{\"kind\":\"a name of a kind of buffer that is too long\"}}",
    };
    struct info_room room;
    struct chan_info info = {.puts = 42};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(!read_text(texts[i], &room, &info), "%s", texts[i]);
    ck_assert_int_eq(info.puts, 42);
}
END_TEST

START_TEST(a_name_as_long_as_names_may_be_fits_and_a_longer_one_does_not)
{
    char text[400];
    struct info_room room;
    struct chan_info info;

    snprintf(text, sizeof text, "{\"name\":\"%0200d\"}", 0);
    ck_assert(read_text(text, &room, &info));
    ck_assert_uint_eq(strlen(info.name), 200);
    snprintf(text, sizeof text, "{\"name\":\"%0300d\"}", 0);
    ck_assert(!read_text(text, &room, &info));
}
END_TEST

UNIT_MAIN("info", every_member_finds_its_place,
          what_is_missing_is_nothing_and_what_is_new_is_passed_over, names_are_decoded,
          the_cursor_stands_behind_the_object, what_is_no_stat_is_not_read,
          a_name_as_long_as_names_may_be_fits_and_a_longer_one_does_not)
