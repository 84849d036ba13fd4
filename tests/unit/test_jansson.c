/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "chan.h"
#include "fake.h"
#include "named.h"

#include <jansson.h>

START_TEST(put_writes_the_value_and_borrows_it)
{
    static const char *const steps[] = {"<\"value\":{\"a\":[1,true,null]}}",
                                        ">{\"id\":$$,\"ok\":true}",
                                        "<\"value\":\"text\"}",
                                        ">{\"id\":$$,\"ok\":true}",
                                        ".",
                                        NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = named(c, "jobs");
    json_t *object = json_pack("{s:[i,b,n]}", "a", 1, 1), *text = json_string("text");

    ck_assert_int_eq(chan_put_json(ch, object, CHAN_FOREVER), CHAN_OK);
    ck_assert_int_eq(chan_put_json(ch, text, CHAN_FOREVER), CHAN_OK);
    ck_assert_uint_eq(object->refcount, 1);
    json_decref(object);
    json_decref(text);
    chan_drop(ch);
    named_end(c, &f);
}
END_TEST

START_TEST(put_of_no_value_is_invalid)
{
    static const char *const steps[] = {".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = named(c, "jobs");

    ck_assert_int_eq(chan_put_json(ch, NULL, 0), CHAN_INVALID);
    chan_drop(ch);
    named_end(c, &f);
}
END_TEST

START_TEST(take_hands_over_a_reference)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":true,\"value\":{\"x\":12,\"nul\":\"\\u0000\"}}",
        "<", ">{\"id\":$$,\"ok\":true,\"value\":-7}",
        ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = named(c, "jobs");
    json_t *value = NULL;

    ck_assert_int_eq(chan_take_json(ch, CHAN_FOREVER, &value), CHAN_OK);
    ck_assert_int_eq(json_integer_value(json_object_get(value, "x")), 12);
    ck_assert_uint_eq(value->refcount, 1);
    json_decref(value);
    ck_assert_int_eq(chan_take_json(ch, CHAN_FOREVER, &value), CHAN_OK);
    ck_assert_int_eq(json_integer_value(value), -7);
    json_decref(value);
    chan_drop(ch);
    named_end(c, &f);
}
END_TEST

START_TEST(a_value_that_jansson_cannot_hold_is_not_lost)
{
    static const char *const values[] = {"1e400", "12345678901234567890", "\"\\ud800\""};

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char line[96];
        const char *const steps[] = {"<", line, ".", NULL};
        struct fake f;
        struct chan_client *c;
        struct chan *ch;
        json_t *value = NULL;

        snprintf(line, sizeof line, ">{\"id\":$$,\"ok\":true,\"value\":%s}", values[i]);
        c = named_begin(&f, steps);
        ch = named(c, "jobs");
        ck_assert_int_eq(chan_take_json(ch, CHAN_FOREVER, &value), CHAN_UNREADABLE);
        ck_assert_ptr_null(value);
        ck_assert_str_eq(chan_last()->value, values[i]);
        ck_assert_int_eq(chan_last()->status, CHAN_UNREADABLE);
        chan_drop(ch);
        named_end(c, &f);
    }
}
END_TEST

START_TEST(what_ends_a_take_ends_this_one)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":false,\"reason\":\"closed\"}", ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = named(c, "jobs");
    json_t *value = NULL;

    ck_assert_int_eq(chan_take_json(ch, CHAN_FOREVER, &value), CHAN_CLOSED);
    ck_assert_ptr_null(value);
    chan_drop(ch);
    named_end(c, &f);
}
END_TEST

UNIT_MAIN("jansson", put_writes_the_value_and_borrows_it, put_of_no_value_is_invalid,
          take_hands_over_a_reference, a_value_that_jansson_cannot_hold_is_not_lost,
          what_ends_a_take_ends_this_one)
