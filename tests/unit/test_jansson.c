/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "chan.h"
#include "fake.h"

#include <jansson.h>

static struct chan_client *begin(struct fake *f, const char *const steps[])
{
    struct chan_client *c = chan_new();

    fake_start(f, steps);
    ck_assert_int_eq(chan_connect(c, f->uri, 10000), CHAN_OK);
    return c;
}

static void end(struct chan_client *c, struct fake *f)
{
    chan_free(c);
    fake_finish(f);
}

START_TEST(put_writes_the_value_and_borrows_it)
{
    static const char *const steps[] = {"<\"value\":{\"a\":[1,true,null]}}",
                                        ">{\"id\":$$,\"ok\":true}",
                                        "<\"value\":\"text\"}",
                                        ">{\"id\":$$,\"ok\":true}",
                                        ".",
                                        NULL};
    struct fake f;
    struct chan_client *c = begin(&f, steps);
    json_t *object = json_pack("{s:[i,b,n]}", "a", 1, 1), *text = json_string("text");

    ck_assert_int_eq(chan_put_json(c, "jobs", object, CHAN_FOREVER), CHAN_OK);
    ck_assert_int_eq(chan_put_json(c, "jobs", text, CHAN_FOREVER), CHAN_OK);
    ck_assert_uint_eq(object->refcount, 1);
    json_decref(object);
    json_decref(text);
    end(c, &f);
}
END_TEST

START_TEST(put_of_no_value_is_invalid)
{
    static const char *const steps[] = {".", NULL};
    struct fake f;
    struct chan_client *c = begin(&f, steps);

    ck_assert_int_eq(chan_put_json(c, "jobs", NULL, 0), CHAN_INVALID);
    end(c, &f);
}
END_TEST

START_TEST(take_hands_over_a_reference)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":true,\"value\":{\"x\":12,\"nul\":\"\\u0000\"}}",
        "<", ">{\"id\":$$,\"ok\":true,\"value\":-7}",
        ".", NULL};
    struct fake f;
    struct chan_client *c = begin(&f, steps);
    json_t *value = NULL;

    ck_assert_int_eq(chan_take_json(c, "jobs", CHAN_FOREVER, &value), CHAN_OK);
    ck_assert_int_eq(json_integer_value(json_object_get(value, "x")), 12);
    ck_assert_uint_eq(value->refcount, 1);
    json_decref(value);
    ck_assert_int_eq(chan_take_json(c, "jobs", CHAN_FOREVER, &value), CHAN_OK);
    ck_assert_int_eq(json_integer_value(value), -7);
    json_decref(value);
    end(c, &f);
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
        json_t *value = NULL;

        snprintf(line, sizeof line, ">{\"id\":$$,\"ok\":true,\"value\":%s}", values[i]);
        c = begin(&f, steps);
        ck_assert_int_eq(chan_take_json(c, "jobs", CHAN_FOREVER, &value),
                         CHAN_UNREADABLE);
        ck_assert_ptr_null(value);
        ck_assert_str_eq(chan_last(c)->value, values[i]);
        ck_assert_int_eq(chan_last(c)->status, CHAN_UNREADABLE);
        end(c, &f);
    }
}
END_TEST

START_TEST(what_ends_a_take_ends_this_one)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":false,\"reason\":\"closed\"}", ".", NULL};
    struct fake f;
    struct chan_client *c = begin(&f, steps);
    json_t *value = NULL;

    ck_assert_int_eq(chan_take_json(c, "jobs", CHAN_FOREVER, &value), CHAN_CLOSED);
    ck_assert_ptr_null(value);
    end(c, &f);
}
END_TEST

UNIT_MAIN("jansson", put_writes_the_value_and_borrows_it, put_of_no_value_is_invalid,
          take_hands_over_a_reference, a_value_that_jansson_cannot_hold_is_not_lost,
          what_ends_a_take_ends_this_one)
