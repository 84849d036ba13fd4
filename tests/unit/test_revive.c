/* SPDX-License-Identifier: MIT */
/* How a connection comes back: addresses, greeting, and servers that do not want one. */
#include "unit.h"
#include "client.h"
#include "kept.h"

#include <poll.h>

START_TEST(nothing_is_sent_before_the_greeting_is_answered)
{
    static const char *const steps[] = {"<take",
                                        "@",
                                        "<{\"op\":\"ping\"",
                                        ">{\"id\":$2,\"ok\":true}",
                                        "<take",
                                        "<put",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ">{\"id\":$4,\"ok\":true}",
                                        ".",
                                        NULL};
    struct call *call;
    uint32_t at = 0;
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await_told(&k, "trying");
    while (k.c->state != CLIENT_GREETING)
        ck_assert_int_eq(chan_wait(k.c, KEPT_PATIENCE_MS), CHAN_OK);
    kept_start(&k, "b", "2", CHAN_FOREVER);
    while ((call = calls_next(&k.c->calls, &at)))
        ck_assert(call->own != (call->line != NULL)); /* as lines, but for the greeting */
    ck_assert_uint_le(k.c->conn.out.len, strlen("{\"op\":\"ping\",\"id\":131073}\n"));
    kept_await(&k, 2);
    ck_assert_str_eq(k.endings, "ok 1; ok; ");
    kept_end(&k);
}
END_TEST

START_TEST(hello_is_said_again)
{
    static const char *const steps[] = {
        "<hello",
        ">{\"id\":$$,\"ok\":true,\"server\":\"chand/1\"}",
        "<take",
        "@",
        "<\"token\":\"secret\",\"client\":\"me\",\"protocol\":1}",
        ">{\"id\":$$,\"ok\":true,\"server\":\"chand/1\"}",
        "<take",
        ">{\"id\":$2,\"ok\":true,\"value\":1}",
        ".",
        NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    ck_assert_int_eq(chan_hello(k.c, "me", "secret", 10000, NULL), CHAN_OK);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "ok 1; ");
    kept_end(&k);
}
END_TEST

START_TEST(a_greeting_that_is_refused_ends_it)
{
    static const char *const steps[] = {
        "<take",
        "@",
        "<ping",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not you\"}",
        ".",
        NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    while (chan_wait(k.c, KEPT_PATIENCE_MS) == CHAN_OK)
        ;
    ck_assert_str_eq(k.endings, "refused; ");
    ck_assert_str_eq(k.message, "not you");
    ck_assert_int_eq(chan_fd(k.c), -1);
    ck_assert_int_eq(chan_poll_ms(k.c), -1);
    kept_end(&k);
}
END_TEST

START_TEST(a_client_that_is_not_wanted_does_not_come_back)
{
    static const char *const steps[] = {
        "<take", ">{\"ok\":false,\"reason\":\"forbidden\",\"message\":\"no token\"}", ".",
        NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "refused; ");
    fake_finish(&k.fake);
    while (chan_wait(k.c, KEPT_PATIENCE_MS) == CHAN_OK)
        ;
    ck_assert_ptr_null(strstr(k.told, "trying"));
    chan_client_free(k.c);
}
END_TEST

START_TEST(one_that_is_too_many_tries_again)
{
    static const char *const steps[] = {
        "<take",
        "@",
        ">{\"ok\":false,\"reason\":\"limit\",\"message\":\"connections: 1\"}",
        "@",
        "<ping",
        ">{\"id\":$$,\"ok\":true}",
        "<take",
        ">{\"id\":$1,\"ok\":true,\"value\":1}",
        ".",
        NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "ok 1; ");
    ck_assert_str_eq(k.told, "down: the connection is lost: the server closed it; "
                             "trying; down: connections: 1; trying; up; ");
    kept_end(&k);
}
END_TEST

START_TEST(what_is_no_server_ends_it)
{
    static const char *const steps[] = {"<take",         "@", "<ping",
                                        ">HTTP/1.1 400", ".", NULL};
    struct kept k;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    while (chan_wait(k.c, KEPT_PATIENCE_MS) == CHAN_OK)
        ;
    ck_assert_str_eq(k.endings, "unreadable; ");
    kept_end(&k);
}
END_TEST

START_TEST(every_address_is_tried)
{
    static const char *const steps[] = {"<take", "@",
                                        "<ping", ">{\"id\":$$,\"ok\":true}",
                                        "<take", ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",     NULL};
    struct place *list = calloc(2, sizeof *list);
    struct kept k;
    char nobody[64];

    close(fake_listen(nobody));
    kept_begin(&k, steps, 0);
    list[0] = list[1] = k.c->places.list[0];
    ((struct sockaddr_in *)(void *)&list[0].address)->sin_port =
        htons((uint16_t)atoi(strrchr(nobody, ':') + 1));
    free(k.c->places.list);
    k.c->places = (struct places){list, 2};
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "ok 1; ");
    ck_assert_str_eq(k.told,
                     "down: the connection is lost: the server closed it; trying; up; ");
    kept_end(&k);
}
END_TEST

/* A loop may have registered the old descriptor, and must see that it has gone. */
START_TEST(between_two_connections_there_is_no_descriptor)
{
    static const char *const steps[] = {"<take", "@",
                                        "<ping", ">{\"id\":$$,\"ok\":true}",
                                        "<take", "@",
                                        "<ping", ">{\"id\":$$,\"ok\":true}",
                                        "<take", ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",     NULL};
    struct kept k;
    int fd, losses = 0;

    kept_begin(&k, steps, 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    fd = chan_fd(k.c);
    while (k.ended == 0) {
        struct pollfd p = {chan_fd(k.c), chan_events(k.c), 0};

        ck_assert(p.fd == fd || p.fd == -1 || fd == -1);
        losses += fd >= 0 && p.fd == -1;
        fd = p.fd;
        poll(&p, 1, chan_poll_ms(k.c));
        ck_assert_int_eq(chan_process(k.c), CHAN_OK);
    }
    ck_assert_int_eq(losses, 2);
    kept_end(&k);
}
END_TEST

UNIT_MAIN("revive", nothing_is_sent_before_the_greeting_is_answered, hello_is_said_again,
          a_greeting_that_is_refused_ends_it,
          a_client_that_is_not_wanted_does_not_come_back,
          one_that_is_too_many_tries_again, what_is_no_server_ends_it,
          every_address_is_tried, between_two_connections_there_is_no_descriptor)
