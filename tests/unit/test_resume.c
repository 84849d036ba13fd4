/* SPDX-License-Identifier: MIT */
/* What outlives a connection, what does not, and how it is asked again. */
#include "unit.h"
#include "client.h"
#include "kept.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* How a server answers the greeting of a new connection: the line read last. */
#define GREETED "<ping", ">{\"id\":$$,\"ok\":true}"

START_TEST(a_take_is_asked_again_under_its_id)
{
    static const char *const steps[] = {"<{\"op\":\"take\",\"id\":65536,\"chan\":\"a\"}",
                                        "@",
                                        GREETED,
                                        "<{\"op\":\"take\",\"id\":65536,\"chan\":\"a\"}",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",
                                        NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "ok 1; ");
    ck_assert_str_eq(k.told,
                     "down: the connection is lost: the server closed it; trying; up; ");
    kept_end(&k);
}
END_TEST

START_TEST(it_is_asked_again_as_often_as_need_be)
{
    static const char *const steps[] = {"<take",
                                        "@",
                                        GREETED,
                                        "<take",
                                        "@",
                                        GREETED,
                                        "<take",
                                        "@",
                                        GREETED,
                                        "<take",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",
                                        NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "ok 1; ");
    kept_end(&k);
}
END_TEST

START_TEST(of_its_wait_only_the_rest_is_left)
{
    static const char *const steps[] = {
        "<\"timeout_ms\":10000000}",
        "<\"timeout_ms\":10000000}",
        "@",
        GREETED,
        "<\"timeout_ms\":99",
        "<\"priority\":true,\"timeout_ms\":99",
        ">{\"id\":$1,\"ok\":true,\"value\":1}",
        "@",
        GREETED,
        "<\"timeout_ms\":99",
        ">{\"id\":$2,\"ok\":true,\"index\":0,\"value\":2}",
        ".",
        NULL};
    struct chan_clause clauses[2] = {0};
    struct kept k;

    kept_begin(&k, steps, 0);
    clauses[0].chan = clauses[1].chan = named(k.c, "b");
    kept_start(&k, "a", NULL, 10000000);
    ck_assert_int_eq(
        chan_start(k.c, clauses, 2, CHAN_FIRST_WINS, 10000000, kept_done, &k, NULL),
        CHAN_OK);
    kept_await(&k, 2);
    ck_assert_str_eq(k.endings, "ok 1; ok 2; ");
    chan_drop(clauses[0].chan);
    kept_end(&k);
}
END_TEST

START_TEST(a_put_that_was_sent_is_lost)
{
    static const char *const steps[] = {"<put", "@", GREETED, ".", NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", "1", CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "lost; ");
    ck_assert_str_eq(k.message,
                     "the connection is lost: the server closed it; whether it was done "
                     "is not known: look (chan_stat), or put values that can be told "
                     "apart");
    kept_await_told(&k, "up;");
    kept_end(&k);
}
END_TEST

START_TEST(an_alts_with_a_put_is_lost_too)
{
    static const char *const steps[] = {"<alts", "@", GREETED, ".", NULL};
    struct chan_clause clauses[2] = {{.value = "1", .value_len = 1}};
    struct kept k;

    kept_begin(&k, steps, 0);
    clauses[0].chan = clauses[1].chan = named(k.c, "b");
    ck_assert_int_eq(
        chan_start(k.c, clauses, 2, CHAN_AT_RANDOM, CHAN_FOREVER, kept_done, &k, NULL),
        CHAN_OK);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "lost; ");
    kept_await_told(&k, "up;");
    chan_drop(clauses[0].chan);
    kept_end(&k);
}
END_TEST

/* The value does not fit into the socket, so behind it nothing was sent. */
START_TEST(what_was_not_sent_is_asked_again_and_what_was_sent_in_part_is_not)
{
    enum { SIZE = 16 << 20 };
    static const char *const steps[] = {"?",
                                        "@",
                                        GREETED,
                                        "<\"chan\":\"second\",\"value\":2}",
                                        "<\"chan\":\"third\"}",
                                        ">{\"id\":$2,\"ok\":true}",
                                        ">{\"id\":$3,\"ok\":true,\"value\":3}",
                                        ".",
                                        NULL};
    char *value = malloc(SIZE + 1);
    struct kept k;

    ck_assert_ptr_nonnull(value);
    memset(value, 'x', SIZE);
    value[0] = value[SIZE - 1] = '"';
    value[SIZE] = '\0';
    kept_begin(&k, steps, 0);
    kept_start(&k, "first", value, CHAN_FOREVER);
    kept_start(&k, "second", "2", CHAN_FOREVER);
    kept_start(&k, "third", NULL, CHAN_FOREVER);
    kept_await(&k, 3);
    ck_assert_str_eq(k.endings, "lost; ok; ok 3; ");
    free(value);
    kept_end(&k);
}
END_TEST

START_TEST(an_open_is_asked_again_a_close_is_not)
{
    static const char *const steps[] = {"<open",
                                        "<close",
                                        "@",
                                        GREETED,
                                        "<\"buffer\":{\"kind\":\"fixed\",\"size\":3}}",
                                        ">{\"id\":$1,\"ok\":true,\"created\":false}",
                                        ".",
                                        NULL};
    const struct chan_settings settings = {CHAN_FIXED, 3, CHAN_FOREVER, 0};
    struct chan *ch;
    struct kept k;

    kept_begin(&k, steps, 0);
    ch = named(k.c, "a");
    ck_assert_int_eq(chan_start_open(ch, &settings, 10000, kept_done, &k, NULL), CHAN_OK);
    ck_assert_int_eq(chan_start_close(ch, 10000, kept_done, &k, NULL), CHAN_OK);
    kept_await(&k, 2);
    ck_assert_str_eq(k.endings, "lost; ok; ");
    chan_drop(ch);
    kept_end(&k);
}
END_TEST

START_TEST(what_is_begun_meanwhile_follows_in_order)
{
    static const char *const steps[] = {"?", NULL};
    static const char *const again[] = {GREETED,
                                        "<\"chan\":\"a\",\"value\":1,\"timeout_ms\":99",
                                        "<\"chan\":\"b\"}",
                                        "<\"chan\":\"c\",\"value\":3}",
                                        "<{\"op\":\"stat\"",
                                        ">{\"id\":$2,\"ok\":true}",
                                        ">{\"id\":$3,\"ok\":true,\"value\":2}",
                                        ">{\"id\":$4,\"ok\":true}",
                                        ">{\"id\":$5,\"ok\":true,\"stat\":{}}",
                                        ".",
                                        NULL};
    struct chan *ch;
    struct kept k;

    kept_begin(&k, steps, 0);
    fake_finish(&k.fake);
    kept_await_told(&k, "refused");
    kept_start(&k, "a", "1", 10000000);
    kept_start(&k, "b", NULL, CHAN_FOREVER);
    kept_start(&k, "c", "3", CHAN_FOREVER);
    ch = named(k.c, "c");
    ck_assert_int_eq(chan_start_stat(ch, 20000, kept_done, &k, NULL), CHAN_OK);
    ck_assert_uint_eq(chan_outstanding(k.c), 4);
    fake_restart(&k.fake, again);
    kept_await(&k, 4);
    ck_assert_str_eq(k.endings, "ok; ok 2; ok; ok {}; ");
    chan_drop(ch);
    kept_end(&k);
}
END_TEST

START_TEST(without_a_server_waits_end_in_time)
{
    static const char *const steps[] = {"<take", "<take", NULL};
    struct chan *ch;
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, 60);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await_told(&k, "refused");
    kept_start(&k, "a", "1", 20);
    kept_start(&k, "a", "1", 0);
    ch = named(k.c, "c");
    ck_assert_int_eq(chan_start_delete(ch, 20, kept_done, &k, NULL), CHAN_OK);
    kept_await(&k, 4);
    ck_assert_uint_eq(chan_outstanding(k.c), 1);
    ck_assert_ptr_nonnull(strstr(k.endings, "timeout; timeout; "));
    ck_assert_ptr_nonnull(strstr(k.endings, "lost; "));
    chan_disconnect(k.c);
    ck_assert_ptr_nonnull(strstr(k.endings + strlen(k.endings) - 6, "lost; "));
    ck_assert_str_eq(k.message, "not connected");
    ck_assert_int_eq(chan_poll_ms(k.c), -1);
    chan_drop(ch);
    kept_end(&k);
}
END_TEST

START_TEST(what_is_stopped_meanwhile_is_cancelled)
{
    static const char *const steps[] = {"<take", "<take", "<take", "<take", NULL};
    struct kept k;
    uint64_t ids[3];

    kept_begin(&k, steps, 0);
    for (int i = 0; i < 3; i++)
        ids[i] = kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await_told(&k, "refused");
    ck_assert_int_eq(chan_cancel(k.c, ids[0], 10000), CHAN_OK);
    ck_assert_uint_eq(k.ended, 1);
    ck_assert_int_eq(chan_stop(k.c, ids[1]), CHAN_OK);
    ck_assert_uint_eq(k.ended, 1);
    ck_assert_int_eq(chan_poll_ms(k.c), 0);
    ck_assert_int_eq(chan_process(k.c), CHAN_OK);
    ck_assert_uint_eq(k.ended, 2);
    ck_assert_int_eq(chan_stop(k.c, ids[1]), CHAN_NOT_PARKED);
    chan_hang_up(k.c);
    ck_assert_int_eq(chan_process(k.c), CHAN_LOST);
    ck_assert_str_eq(k.endings, "cancelled; cancelled; cancelled; cancelled; ");
    kept_end(&k);
}
END_TEST

START_TEST(what_was_stopped_before_is_not_asked_again)
{
    static const char *const steps[] = {"<take", "<put",  "<cancel", "<cancel",
                                        "@",     GREETED, ".",       NULL};
    struct kept k;
    uint64_t take, put;

    kept_begin(&k, steps, 0);
    take = kept_start(&k, "a", NULL, CHAN_FOREVER);
    put = kept_start(&k, "a", "1", CHAN_FOREVER);
    ck_assert_int_eq(chan_process(k.c), CHAN_OK);
    ck_assert_int_eq(chan_stop(k.c, take), CHAN_OK);
    ck_assert_int_eq(chan_stop(k.c, put), CHAN_OK);
    kept_await(&k, 2);
    ck_assert_str_eq(k.endings, "lost; cancelled; ");
    kept_await_told(&k, "up;");
    kept_end(&k);
}
END_TEST

START_TEST(stopping_says_so_to_the_server)
{
    static const char *const steps[] = {
        "<take",
        "<{\"op\":\"cancel\",\"id\":131073,\"target\":65536}",
        ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}",
        ">{\"id\":$2,\"ok\":true}",
        ".",
        NULL};
    struct kept k;
    uint64_t id;

    kept_begin(&k, steps, 0);
    id = kept_start(&k, "a", NULL, CHAN_FOREVER);
    ck_assert_int_eq(chan_stop(k.c, id), CHAN_OK);
    ck_assert_uint_eq(chan_outstanding(k.c), 1);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "cancelled; ");
    ck_assert_uint_eq(chan_outstanding(k.c), 0);
    kept_end(&k);
}
END_TEST

/* ---- a server that ends ---- */

START_TEST(takes_that_a_server_cancels_as_it_ends_are_asked_again)
{
    static const char *const steps[] = {
        "<take",
        "<take",
        ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}",
        ">{\"id\":$2,\"ok\":false,\"reason\":\"cancelled\"}",
        "<ping",
        "@",
        GREETED,
        "<take",
        "<take",
        ">{\"id\":$1,\"ok\":true,\"value\":1}",
        ">{\"id\":$2,\"ok\":true,\"value\":2}",
        ".",
        NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 2);
    ck_assert_str_eq(k.endings, "ok 1; ok 2; ");
    kept_end(&k);
}
END_TEST

START_TEST(takes_that_a_delete_cancels_are_cancelled)
{
    static const char *const steps[] = {
        "<take",
        "<take",
        ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}",
        "<ping",
        ">{\"id\":$2,\"ok\":false,\"reason\":\"cancelled\"}",
        ">{\"id\":$3,\"ok\":true}",
        ".",
        NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 2);
    ck_assert_str_eq(k.endings, "cancelled; cancelled; ");
    kept_end(&k);
}
END_TEST

START_TEST(a_put_that_is_cancelled_is_not_done)
{
    static const char *const steps[] = {
        "<put", ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}", ".", NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", "1", CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "cancelled; ");
    kept_end(&k);
}
END_TEST

/* ---- who blocks ---- */

static void *take_in_thread(void *arg)
{
    const char *value = NULL;
    const enum chan_status status = named_take(arg, "a", CHAN_FOREVER, &value, NULL);

    return status == CHAN_OK ? strdup(value) : NULL;
}

START_TEST(threads_that_block_do_not_notice)
{
    static const char *const steps[] = {"<take",
                                        "<take",
                                        "@",
                                        GREETED,
                                        "<take",
                                        "<take",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ">{\"id\":$2,\"ok\":true,\"value\":1}",
                                        ".",
                                        NULL};
    pthread_t threads[2];
    void *value;
    struct kept k;

    kept_begin(&k, steps, 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_in_thread, k.c), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &value), 0);
        ck_assert_str_eq(value, "1");
        free(value);
    }
    kept_end(&k);
}
END_TEST

static char *take_in_process(void *arg)
{
    return take_in_thread(arg);
}

START_TEST(processes_that_park_do_not_notice)
{
    enum { MANY = 20 };
    static const char *const steps[] = {
        "<take", "<take", "<take", "@", GREETED, "={\"id\":$$,\"ok\":true,\"value\":7}",
        NULL};
    struct chan *done[MANY];
    const char *value;
    struct kept k;

    kept_begin(&k, steps, 0);
    for (int i = 0; i < MANY; i++)
        done[i] = chan_go(take_in_process, k.c);
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(chan_take(done[i], CHAN_FOREVER, &value, NULL), CHAN_OK);
        ck_assert_str_eq(value, "7");
        chan_drop(done[i]);
    }
    kept_end(&k);
}
END_TEST

START_TEST(a_connection_that_went_while_nobody_looked_is_no_loss)
{
    static const char *const steps[] = {
        GREETED, "@", GREETED, "<put", ">{\"id\":$$,\"ok\":true}", ".", NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    ck_assert_int_eq(chan_ping(k.c, 10000), CHAN_OK);
    /* The server has closed it, and waits for the next: its end is on its way. */
    while (recv(chan_fd(k.c), &(char){0}, 1, MSG_PEEK) < 0)
        ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(named_put(k.c, "a", "1", CHAN_FOREVER), CHAN_OK);
    kept_end(&k);
}
END_TEST

START_TEST(a_blocking_wait_ends_in_time_without_a_server)
{
    static const char *const steps[] = {NULL};
    const char *value;
    struct kept k;

    kept_begin(&k, steps, 0);
    fake_finish(&k.fake);
    ck_assert_int_eq(named_take(k.c, "a", 30, &value, NULL), CHAN_TIMEOUT);
    ck_assert_int_eq(chan_ping(k.c, 30), CHAN_LOST);
    ck_assert_str_eq(chan_message(), "there was no connection in time");
    chan_client_free(k.c);
}
END_TEST

UNIT_MAIN("resume", a_take_is_asked_again_under_its_id,
          it_is_asked_again_as_often_as_need_be, of_its_wait_only_the_rest_is_left,
          a_put_that_was_sent_is_lost, an_alts_with_a_put_is_lost_too,
          what_was_not_sent_is_asked_again_and_what_was_sent_in_part_is_not,
          an_open_is_asked_again_a_close_is_not, what_is_begun_meanwhile_follows_in_order,
          without_a_server_waits_end_in_time, what_is_stopped_meanwhile_is_cancelled,
          what_was_stopped_before_is_not_asked_again, stopping_says_so_to_the_server,
          takes_that_a_server_cancels_as_it_ends_are_asked_again,
          takes_that_a_delete_cancels_are_cancelled, a_put_that_is_cancelled_is_not_done,
          threads_that_block_do_not_notice, processes_that_park_do_not_notice,
          a_connection_that_went_while_nobody_looked_is_no_loss,
          a_blocking_wait_ends_in_time_without_a_server)
