/* SPDX-License-Identifier: MIT */
/* The callback forms, and a loop of one's own. */
#include "unit.h"
#include "client.h"
#include "kept.h"

#include <poll.h>

static void loop_until(struct kept *k, size_t count)
{
    while (k->ended < count) {
        struct pollfd p = {chan_fd(k->c), chan_events(k->c), 0};

        ck_assert_int_ge(poll(&p, 1, chan_poll_ms(k->c)), 0);
        ck_assert_int_eq(chan_process(k->c), CHAN_OK);
    }
}

START_TEST(every_operation_has_its_callback_form)
{
    static const char *const steps[] = {
        "<{\"op\":\"open\"",
        "<{\"op\":\"put\"",
        "<{\"op\":\"take\"",
        "<{\"op\":\"stat\"",
        "<{\"op\":\"close\"",
        "<{\"op\":\"delete\"",
        "<{\"op\":\"ping\"",
        ">{\"id\":$1,\"ok\":true,\"created\":true}",
        ">{\"id\":$2,\"ok\":true,\"dropped\":true}",
        ">{\"id\":$3,\"ok\":true,\"value\":3}",
        ">{\"id\":$4,\"ok\":true,\"stat\":{\"name\":\"a\"}}",
        ">{\"id\":$5,\"ok\":true}",
        ">{\"id\":$6,\"ok\":false,\"reason\":\"forbidden\",\"message\":\"no\"}",
        ">{\"id\":$7,\"ok\":true}",
        ".",
        NULL};
    struct kept k = {0};
    struct chan *ch;

    k.c = named_begin(&k.fake, steps);
    ch = named(k.c, "a");
    ck_assert_int_eq(chan_start_open(ch, NULL, 10000, kept_done, &k, NULL), CHAN_OK);
    kept_start(&k, "a", "1", CHAN_FOREVER);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    ck_assert_int_eq(chan_start_stat(ch, 10000, kept_done, &k, NULL), CHAN_OK);
    ck_assert_int_eq(chan_start_close(ch, 10000, kept_done, &k, NULL), CHAN_OK);
    ck_assert_int_eq(chan_start_delete(ch, 10000, kept_done, &k, NULL), CHAN_OK);
    ck_assert_int_eq(chan_start_ping(k.c, 10000, kept_done, &k, NULL), CHAN_OK);
    ck_assert_uint_eq(chan_outstanding(k.c), 7);
    loop_until(&k, 7);
    ck_assert_str_eq(k.endings, "ok; ok; ok 3; ok {\"name\":\"a\"}; ok; refused; ok; ");
    chan_drop(ch);
    kept_end(&k);
}
END_TEST

START_TEST(what_makes_no_sense_is_not_started)
{
    static const char *const steps[] = {".", NULL};
    const struct chan_settings settings = {CHAN_FIXED, 0, CHAN_FOREVER, 0};
    struct kept k = {0};
    struct chan *ch, *local = chan_local(CHAN_NONE, 0);
    uint64_t id = 42;

    k.c = named_begin(&k.fake, steps);
    ch = named(k.c, "a");
    ck_assert_int_eq(chan_start_open(ch, &settings, 100, kept_done, &k, &id),
                     CHAN_INVALID);
    ck_assert_int_eq(chan_start_open(ch, NULL, 100, NULL, &k, &id), CHAN_INVALID);
    ck_assert_int_eq(chan_start_close(local, 100, kept_done, &k, &id), CHAN_INVALID);
    ck_assert_int_eq(chan_start_delete(NULL, 100, kept_done, &k, &id), CHAN_INVALID);
    ck_assert_int_eq(chan_start_stat(local, 100, kept_done, &k, &id), CHAN_INVALID);
    ck_assert_int_eq(chan_start_ping(k.c, 100, NULL, &k, &id), CHAN_INVALID);
    ck_assert_int_eq(chan_stop(k.c, 12345), CHAN_NOT_PARKED);
    ck_assert_uint_eq(id, 42);
    ck_assert_uint_eq(chan_outstanding(k.c), 0);
    chan_drop(ch);
    chan_drop(local);
    kept_end(&k);
}
END_TEST

/* Stops the request that is named, within a chan_done. */
struct stopping {
    struct kept *k;
    uint64_t id;
};

static void stop_other(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    const struct stopping *s = data;

    kept_done(c, reply, s->k);
    ck_assert_int_eq(chan_stop(c, s->id), CHAN_OK);
}

START_TEST(a_chan_done_may_stop_another_request)
{
    static const char *const steps[] = {
        "<take",
        "<take",
        ">{\"id\":$1,\"ok\":true,\"value\":1}",
        "<cancel",
        ">{\"id\":$2,\"ok\":false,\"reason\":\"cancelled\"}",
        ">{\"id\":$3,\"ok\":true}",
        ".",
        NULL};
    struct kept k = {0};
    struct stopping s = {.k = &k};

    k.c = named_begin(&k.fake, steps);
    ck_assert_int_eq(named_start(k.c, "a", NULL, CHAN_FOREVER, stop_other, &s, NULL),
                     CHAN_OK);
    s.id = kept_start(&k, "b", NULL, CHAN_FOREVER);
    loop_until(&k, 2);
    ck_assert_str_eq(k.endings, "ok 1; cancelled; ");
    kept_end(&k);
}
END_TEST

/* With none outstanding another thread may take the client over: here, the same thread
 * as one that blocks. */
START_TEST(loops_and_blocking_calls_may_take_turns)
{
    static const char *const steps[] = {"<take", ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        "<ping", ">{\"id\":$2,\"ok\":true}",
                                        "<take", ">{\"id\":$3,\"ok\":true,\"value\":3}",
                                        ".",     NULL};
    struct kept k = {0};

    k.c = named_begin(&k.fake, steps);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    loop_until(&k, 1);
    ck_assert_int_eq(chan_ping(k.c, 10000), CHAN_OK);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    loop_until(&k, 2);
    ck_assert_str_eq(k.endings, "ok 1; ok 3; ");
    kept_end(&k);
}
END_TEST

UNIT_MAIN("looping", every_operation_has_its_callback_form,
          what_makes_no_sense_is_not_started, a_chan_done_may_stop_another_request,
          loops_and_blocking_calls_may_take_turns)
