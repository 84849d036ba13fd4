/* SPDX-License-Identifier: MIT */
/* How a connection comes back: addresses, greeting, and servers that do not want one. */
#include "unit.h"
#include "client.h"
#include "curtain.h"
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
    k.c->places = (struct places){.list = list, .count = 2};
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

/* ---- tokens ---- */

/* As kept_begin, with a token, which the first steps take. */
static void begin_with_token(struct kept *k, const char *const steps[])
{
    const struct chan_security security = {.token = "t"};
    static const struct chan_keeping keeping = {.retry = true, .min_ms = 1, .max_ms = 8};
    struct chan_keeping mine = keeping;

    memset(k, 0, sizeof *k);
    mine.told = kept_tell;
    mine.data = k;
    fake_start(&k->fake, steps);
    k->c = chan_client_new();
    ck_assert_int_eq(chan_secure(k->c, &security), CHAN_OK);
    ck_assert_int_eq(chan_connect(k->c, k->fake.uri, KEPT_PATIENCE_MS), CHAN_OK);
    ck_assert_int_eq(chan_keep(k->c, &mine), CHAN_OK);
}

#define SAYS_TOKEN "<{\"op\":\"hello\",\"id\":"
#define OK         ">{\"id\":$$,\"ok\":true}"

START_TEST(the_token_is_said_before_anything_that_was_kept)
{
    static const char *const steps[] = {"<\"token\":\"t\"",
                                        ">{\"ok\":true}",
                                        "<take",
                                        "@",
                                        SAYS_TOKEN,
                                        OK,
                                        "<take",
                                        ">{\"id\":$2,\"ok\":true,\"value\":1}",
                                        ".",
                                        NULL};
    struct kept k;

    begin_with_token(&k, steps);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "ok 1; ");
    ck_assert_ptr_null(strstr(k.c->conn.out.bytes, "\"t\"")); /* it was wiped */
    kept_end(&k);
}
END_TEST

START_TEST(hello_with_a_name_alone_does_not_lose_the_token)
{
    static const char *const steps[] = {"<hello",
                                        ">{\"ok\":true}",
                                        "<\"client\":\"me\"",
                                        OK,
                                        "<take",
                                        "@",
                                        "<\"token\":\"t\",\"client\":\"me\"",
                                        OK,
                                        "<take",
                                        ">{\"id\":$3,\"ok\":true,\"value\":1}",
                                        ".",
                                        NULL};
    struct kept k;

    begin_with_token(&k, steps);
    ck_assert_int_eq(chan_hello(k.c, "me", NULL, KEPT_PATIENCE_MS, NULL), CHAN_OK);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "ok 1; ");
    kept_end(&k);
}
END_TEST

START_TEST(a_token_that_was_withdrawn_ends_it_for_good)
{
    static const char *const steps[] = {
        "<hello",
        ">{\"ok\":true}",
        "<take",
        "@",
        SAYS_TOKEN,
        ">{\"id\":$$,\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not you\"}",
        ".",
        NULL};
    struct kept k;

    begin_with_token(&k, steps);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    while (chan_wait(k.c, KEPT_PATIENCE_MS) == CHAN_OK)
        ;
    ck_assert_str_eq(k.endings, "refused; ");
    ck_assert_str_eq(k.message, "not you");
    ck_assert_int_eq(chan_poll_ms(k.c), -1);
    kept_end(&k);
}
END_TEST

START_TEST(a_user_who_is_there_too_often_tries_again)
{
    static const char *const steps[] = {
        "<hello",
        ">{\"ok\":true}",
        "<take",
        "@",
        SAYS_TOKEN,
        ">{\"id\":$$,\"ok\":false,\"reason\":\"limit\",\"message\":\"too often\"}",
        "@",
        SAYS_TOKEN,
        OK,
        "<take",
        ">{\"id\":$2,\"ok\":true,\"value\":1}",
        ".",
        NULL};
    struct kept k;

    begin_with_token(&k, steps);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "ok 1; ");
    ck_assert_ptr_nonnull(strstr(k.told, "down: too often; trying; up; "));
    kept_end(&k);
}
END_TEST

/* ---- TLS ---- */

static const char *const twice[] = {
    "<take", "@", "<ping", OK, "<take", ">{\"id\":$1,\"ok\":true,\"value\":1}",
    ".",     NULL};

/* As kept_begin, behind a curtain. */
static void begin_behind(struct kept *k, struct curtain *curtain)
{
    static const struct chan_keeping keeping = {.retry = true, .min_ms = 1, .max_ms = 8};
    struct chan_keeping mine = keeping;
    struct chan_security security = {0};

    memset(k, 0, sizeof *k);
    mine.told = kept_tell;
    mine.data = k;
    fake_start(&k->fake, twice);
    curtain_open(curtain, k->fake.uri);
    security.ca = curtain->authority.certificate_path;
    k->c = chan_client_new();
    ck_assert_int_eq(chan_secure(k->c, &security), CHAN_OK);
    ck_assert_int_eq(chan_connect(k->c, curtain->uri, KEPT_PATIENCE_MS), CHAN_OK);
    ck_assert_int_eq(chan_keep(k->c, &mine), CHAN_OK);
}

static void turn_in_own_loop(struct kept *k)
{
    struct pollfd p = {chan_fd(k->c), chan_events(k->c), 0};

    poll(&p, 1, chan_poll_ms(k->c));
    ck_assert_int_eq(chan_process(k->c), CHAN_OK);
}

START_TEST(hands_are_shaken_again_in_a_loop_of_ones_own)
{
    struct curtain curtain;
    struct kept k;

    begin_behind(&k, &curtain);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    while (!strstr(k.told, "down"))
        turn_in_own_loop(&k);
    kill(curtain.pid, SIGSTOP); /* the kernel goes on to accept */
    while (k.c->state != CLIENT_SHAKING)
        turn_in_own_loop(&k);
    kill(curtain.pid, SIGCONT);
    while (k.ended == 0)
        turn_in_own_loop(&k);
    ck_assert_str_eq(k.endings, "ok 1; ");
    kept_end(&k);
    curtain_close(&curtain);
}
END_TEST

START_TEST(files_are_read_again_for_each_connection)
{
    char aside[KEYRING_PATH_MAX];
    struct curtain curtain;
    const char *ca;
    struct kept k;

    begin_behind(&k, &curtain);
    ca = curtain.authority.certificate_path;
    keyring_path(&curtain.ring, "aside", aside);
    ck_assert_int_eq(rename(ca, aside), 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await_told(&k, "ca.pem: No such file or directory; trying; ");
    ck_assert_int_eq(rename(aside, ca), 0);
    kept_await(&k, 1);
    ck_assert_str_eq(k.endings, "ok 1; ");
    kept_end(&k);
    curtain_close(&curtain);
}
END_TEST

START_TEST(a_server_with_another_certificate_is_not_trusted_when_it_comes_back)
{
    char aside[KEYRING_PATH_MAX];
    struct curtain curtain;
    const char *ca;
    struct kept k;

    begin_behind(&k, &curtain);
    ca = curtain.authority.certificate_path;
    keyring_path(&curtain.ring, "aside", aside);
    ck_assert_int_eq(rename(ca, aside), 0);
    ck_assert_int_eq(link(curtain.server.certificate_path, ca), 0);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_await_told(&k, "down: certificate verify failed: ");
    ck_assert_uint_eq(k.ended, 0);
    ck_assert_int_eq(rename(aside, ca), 0);
    kept_await(&k, 1);
    kept_end(&k);
    curtain_close(&curtain);
}
END_TEST

/* The kernel accepts for a server that does not. */
START_TEST(a_handshake_that_does_not_end_is_given_up)
{
    struct kept k = {.c = chan_client_new()};
    const struct chan_keeping keeping = {
        .retry = true, .min_ms = 1, .max_ms = 8, .told = kept_tell, .data = &k};
    const int listener = fake_listen(k.fake.uri);

    ck_assert_int_eq(chan_connect(k.c, k.fake.uri, KEPT_PATIENCE_MS), CHAN_OK);
    ck_assert_int_eq(chan_keep(k.c, &keeping), CHAN_OK);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    k.c->places.host = strdup("localhost");
    close(accept(listener, NULL, NULL));
    while (k.c->state != CLIENT_SHAKING)
        ck_assert_int_eq(chan_wait(k.c, KEPT_PATIENCE_MS), CHAN_OK);
    ck_assert_int_ge(chan_fd(k.c), 0);
    ck_assert_int_eq(chan_events(k.c), POLLIN);
    ck_assert_int_gt(chan_poll_ms(k.c), 0);
    ck_assert_int_le(chan_poll_ms(k.c), 5000);
    k.c->point_ns = 0; /* so long has it been */
    kept_await_told(&k, "down: no TLS handshake in time; ");
    chan_disconnect(k.c);
    ck_assert_str_eq(k.endings, "lost; ");
    chan_client_free(k.c);
    close(listener);
}
END_TEST

UNIT_MAIN("revive", nothing_is_sent_before_the_greeting_is_answered, hello_is_said_again,
          a_greeting_that_is_refused_ends_it,
          a_client_that_is_not_wanted_does_not_come_back,
          one_that_is_too_many_tries_again, what_is_no_server_ends_it,
          every_address_is_tried, between_two_connections_there_is_no_descriptor,
          the_token_is_said_before_anything_that_was_kept,
          hello_with_a_name_alone_does_not_lose_the_token,
          a_token_that_was_withdrawn_ends_it_for_good,
          a_user_who_is_there_too_often_tries_again,
          hands_are_shaken_again_in_a_loop_of_ones_own,
          files_are_read_again_for_each_connection,
          a_server_with_another_certificate_is_not_trusted_when_it_comes_back,
          a_handshake_that_does_not_end_is_given_up)
