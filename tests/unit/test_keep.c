/* SPDX-License-Identifier: MIT */
/* chan_keep: what it takes, what it tells, and how it listens for a sign of life. */
#include "starve.h"
#include "unit.h"
#include "client.h"
#include "deadline.h"
#include "kept.h"

#define GREETED "<ping", ">{\"id\":$$,\"ok\":true}"

START_TEST(what_makes_no_sense_is_invalid)
{
    static const struct chan_keeping cases[] = {
        {.retry = true, .min_ms = 0, .max_ms = 10},
        {.retry = true, .min_ms = -1, .max_ms = 10},
        {.retry = true, .min_ms = 10, .max_ms = 9},
        {.retry = true, .min_ms = 1, .max_ms = INT64_MAX},
        {.silence_ms = -1},
        {.silence_ms = INT64_MAX},
    };
    const struct chan_keeping nothing = {0};
    struct chan_client *c = chan_client_new();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_int_eq(chan_keep(c, &cases[i]), CHAN_INVALID);
    ck_assert_int_eq(chan_keep(c, NULL), CHAN_INVALID);
    ck_assert_uint_gt(strlen(chan_message()), 5);
    ck_assert_int_eq(chan_keep(c, &nothing), CHAN_OK);
    chan_client_free(c);
}
END_TEST

START_TEST(a_loss_is_told_though_it_is_not_tried_again)
{
    static const char *const steps[] = {"<take", NULL};
    struct kept k = {0};
    const struct chan_keeping keeping = {.told = kept_tell, .data = &k};

    k.c = named_begin(&k.fake, steps);
    ck_assert_int_eq(chan_keep(k.c, &keeping), CHAN_OK);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    while (chan_wait(k.c, KEPT_PATIENCE_MS) == CHAN_OK)
        ;
    ck_assert_str_eq(k.told, "down: the connection is lost: the server closed it; ");
    ck_assert_str_eq(k.endings, "lost; ");
    ck_assert_str_eq(k.message, "the connection is lost: the server closed it");
    kept_end(&k);
}
END_TEST

START_TEST(connecting_and_disconnecting_are_not_told)
{
    static const char *const steps[] = {".", NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    chan_disconnect(k.c);
    ck_assert_str_eq(k.told, "");
    ck_assert_str_eq(k.endings, "lost; ");
    kept_end(&k);
}
END_TEST

START_TEST(every_try_is_told_in_order)
{
    static const char *const steps[] = {NULL};
    static const char *const again[] = {GREETED, ".", NULL};
    static const char story[] =
        "down: the connection is lost: the server closed it; "
        "trying; down: Connection refused; trying; down: Connection refused; ";
    struct kept k;

    kept_begin(&k, steps, 0);
    fake_finish(&k.fake);
    while (strlen(k.told) < sizeof story - 1)
        ck_assert_int_eq(chan_wait(k.c, KEPT_PATIENCE_MS), CHAN_OK);
    ck_assert_int_eq(strncmp(k.told, story, sizeof story - 1), 0);
    k.told[0] = '\0';
    fake_restart(&k.fake, again);
    kept_await_told(&k, "up;");
    kept_end(&k);
}
END_TEST

START_TEST(no_more_is_tried_when_that_is_taken_back)
{
    static const char *const steps[] = {"<take", "<take", NULL};
    const struct chan_keeping nothing = {0};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await_told(&k, "refused");
    ck_assert_int_eq(chan_keep(k.c, &nothing), CHAN_OK);
    ck_assert_int_eq(chan_process(k.c), CHAN_LOST);
    ck_assert_str_eq(k.endings, "lost; lost; ");
    kept_end(&k);
}
END_TEST

/* ---- silence ---- */

START_TEST(a_silent_server_is_asked_and_then_given_up)
{
    static const char *const steps[] = {"<take",
                                        "<ping",
                                        ".",
                                        "@",
                                        GREETED,
                                        "<take",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",
                                        NULL};
    const int64_t before = deadline_now_ns();
    struct kept k;

    kept_begin(&k, steps, 40);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await_told(&k, "down");
    ck_assert_int_ge(deadline_now_ns() - before, 80 * INT64_C(1000000));
    ck_assert_str_eq(k.told, "down: the connection is given up: the server is silent; ");
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "ok 1; ");
    kept_end(&k);
}
END_TEST

START_TEST(whoever_answers_lives)
{
    static const char *const steps[] = {
        "<take",
        "<ping",
        ">{\"id\":$$,\"ok\":true}",
        "<ping",
        ">{\"id\":$$,\"ok\":true}",
        "<ping",
        ">{\"id\":$1,\"ok\":true,\"value\":1}", /* anything that comes will do */
        ".",
        NULL};
    struct kept k;

    kept_begin(&k, steps, 500);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.told, "");
    ck_assert_uint_eq(chan_outstanding(k.c), 0);
    kept_end(&k);
}
END_TEST

START_TEST(who_asks_nothing_waits_for_nothing)
{
    static const char *const steps[] = {".", NULL};
    struct kept k;

    kept_begin(&k, steps, 5);
    ck_assert_int_eq(chan_poll_ms(k.c), -1);
    ck_assert_int_eq(chan_wait(k.c, 20), CHAN_TIMEOUT);
    ck_assert_str_eq(k.told, "");
    kept_end(&k);
}
END_TEST

START_TEST(a_thread_that_blocks_notices_silence_too)
{
    static const char *const steps[] = {"<take",
                                        "<ping",
                                        ".",
                                        "@",
                                        GREETED,
                                        "<take",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",
                                        NULL};
    const char *value;
    struct kept k;

    kept_begin(&k, steps, 40);
    ck_assert_int_eq(named_take(k.c, "a", CHAN_FOREVER, &value, NULL), CHAN_OK);
    ck_assert_str_eq(value, "1");
    ck_assert_str_eq(k.told, "down: the connection is given up: the server is silent; "
                             "trying; up; ");
    kept_end(&k);
}
END_TEST

START_TEST(without_memory_nothing_is_kept_and_it_says_so)
{
    const struct chan_keeping keeping = {.retry = true, .min_ms = 1, .max_ms = 10};
    struct chan_client *c = chan_client_new();
    enum chan_status status;

    ck_assert_ptr_nonnull(c);
    chan_last();
    starve_after(0);
    status = chan_keep(c, &keeping);
    ck_assert_int_gt(starve_end(), 0);
    ck_assert_int_eq(status, CHAN_NO_MEMORY);
    ck_assert_int_eq(chan_keep(c, &keeping), CHAN_OK);
    chan_client_free(c);
}
END_TEST

UNIT_MAIN("keep", what_makes_no_sense_is_invalid,
          a_loss_is_told_though_it_is_not_tried_again,
          connecting_and_disconnecting_are_not_told, every_try_is_told_in_order,
          no_more_is_tried_when_that_is_taken_back,
          a_silent_server_is_asked_and_then_given_up, whoever_answers_lives,
          who_asks_nothing_waits_for_nothing, a_thread_that_blocks_notices_silence_too,
          without_memory_nothing_is_kept_and_it_says_so)
