/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "named.h"
#include "remote.h"
#include "starve.h"

START_TEST(a_handle_knows_its_client_and_its_name)
{
    struct chan_client *c = chan_client_new();
    char name[] = "jobs/1";
    struct chan *ch = chan_remote(c, name);

    ck_assert_ptr_nonnull(ch);
    memset(name, 'x', sizeof name - 1);
    ck_assert_str_eq(chan_name(ch), "jobs/1");
    ck_assert_ptr_eq(remote_client(remote_of(ch)), c);
    ck_assert(slice_is(remote_name(remote_of(ch)), "jobs/1"));
    ck_assert(slice_is(remote_quoted(remote_of(ch)), "\"jobs/1\""));
    chan_drop(ch);
    chan_client_free(c);
}
END_TEST

START_TEST(a_name_is_quoted_as_json)
{
    struct chan_client *c = chan_client_new();
    struct chan *ch = chan_remote(c, "\"x\ny"), *empty = chan_remote(c, "");

    ck_assert(slice_is(remote_quoted(remote_of(ch)), "\"\\\"x\\ny\""));
    ck_assert(slice_is(remote_quoted(remote_of(empty)), "\"\""));
    chan_drop(ch);
    chan_drop(empty);
    chan_client_free(c);
}
END_TEST

START_TEST(a_local_channel_is_not_remote)
{
    struct chan *ch = chan_local(CHAN_NONE, 0);

    ck_assert_ptr_null(remote_of(ch));
    ck_assert_ptr_null(remote_of(NULL));
    ck_assert_int_eq(chan_open(ch, NULL, 100, NULL), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "only for a channel of a server");
    ck_assert_int_eq(chan_stat(ch, 100, NULL), CHAN_INVALID);
    chan_drop(ch);
}
END_TEST

START_TEST(without_a_client_or_a_name_there_is_none)
{
    struct chan_client *c = chan_client_new();

    ck_assert_ptr_null(chan_remote(NULL, "a"));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "there is no client");
    ck_assert_ptr_null(chan_remote(c, NULL));
    ck_assert_str_eq(chan_message(), "a channel has no name");
    chan_client_free(c);
}
END_TEST

START_TEST(without_memory_there_is_none)
{
    struct chan_client *c = chan_client_new();
    struct chan *ch = NULL;
    long n = 0;

    chan_last();
    for (; !ch && n < 10; n++) {
        starve_after(n);
        ch = chan_remote(c, "a");
        starve_end();
        if (!ch)
            ck_assert_int_eq(chan_last()->status, CHAN_NO_MEMORY);
    }
    ck_assert_int_gt(n, 1);
    ck_assert_ptr_nonnull(ch);
    chan_drop(ch);
    chan_client_free(c);
}
END_TEST

START_TEST(handles_are_counted)
{
    static const char *const steps[] = {"<\"chan\":\"a\"", ">{\"id\":$1,\"ok\":true}",
                                        ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = chan_remote(c, "a");

    ck_assert_ptr_eq(chan_hold(ch), ch);
    chan_drop(ch);
    ck_assert_int_eq(chan_put(ch, "1", 1, CHAN_FOREVER), CHAN_OK);
    chan_drop(ch);
    chan_drop(NULL);
    named_end(c, &f);
}
END_TEST

UNIT_MAIN("remote", a_handle_knows_its_client_and_its_name, a_name_is_quoted_as_json,
          a_local_channel_is_not_remote, without_a_client_or_a_name_there_is_none,
          without_memory_there_is_none, handles_are_counted)
