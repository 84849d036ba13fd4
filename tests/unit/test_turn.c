/* SPDX-License-Identifier: MIT */
/* When a client is due, and what it then does in each state. */
#include "unit.h"
#include "client.h"
#include "deadline.h"
#include "kept.h"

#include <poll.h>

START_TEST(without_a_connection_nothing_is_due)
{
    struct chan_client *c = chan_client_new();

    ck_assert_int_eq(client_due_ns(c), DEADLINE_NEVER);
    ck_assert_int_eq(client_fd(c), -1);
    client_lock(c);
    client_turn(c);
    client_unlock(c);
    ck_assert_int_eq(c->state, CLIENT_OFF);
    chan_client_free(c);
}
END_TEST

START_TEST(with_one_the_earliest_deadline_or_silence_is_due)
{
    static const char *const steps[] = {".", NULL};
    struct kept k;
    int64_t silence_ns;

    kept_begin(&k, steps, 60000);
    ck_assert_int_eq(client_due_ns(k.c), DEADLINE_NEVER);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    silence_ns = client_due_ns(k.c);
    ck_assert_int_ne(silence_ns, DEADLINE_NEVER);
    kept_start(&k, "a", NULL, 10);
    ck_assert_int_lt(client_due_ns(k.c), silence_ns);
    chan_disconnect(k.c);
    kept_end(&k);
}
END_TEST

START_TEST(a_state_follows_the_other)
{
    static const char *const steps[] = {"<take", "@",
                                        "<ping", ">{\"id\":$$,\"ok\":true}",
                                        "<take", ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",     NULL};
    bool seen[CLIENT_UP + 1] = {false};
    struct kept k;

    kept_begin(&k, steps, 0);
    ck_assert_int_eq(k.c->state, CLIENT_UP);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    while (k.ended == 0) {
        ck_assert_int_eq(chan_wait(k.c, KEPT_PATIENCE_MS), CHAN_OK);
        seen[k.c->state] = true;
        if (k.c->state == CLIENT_PAUSING) {
            ck_assert_int_eq(client_fd(k.c), -1);
            ck_assert_int_ne(client_due_ns(k.c), DEADLINE_NEVER);
        } else {
            ck_assert_int_ge(client_fd(k.c), 0);
        }
        if (k.c->state == CLIENT_DIALLING)
            ck_assert_int_eq(client_events(k.c), POLLOUT);
    }
    ck_assert(seen[CLIENT_PAUSING] && seen[CLIENT_GREETING] && seen[CLIENT_UP]);
    kept_end(&k);
}
END_TEST

START_TEST(what_the_server_said_before_it_closed_comes_first)
{
    static const char *const steps[] = {"<", "<", ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        NULL};
    struct kept k = {0};

    k.c = named_begin(&k.fake, steps);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    kept_start(&k, "b", NULL, CHAN_FOREVER);
    while (chan_wait(k.c, KEPT_PATIENCE_MS) == CHAN_OK)
        ;
    ck_assert_str_eq(k.endings, "ok 1; lost; ");
    kept_end(&k);
}
END_TEST

UNIT_MAIN("turn", without_a_connection_nothing_is_due,
          with_one_the_earliest_deadline_or_silence_is_due, a_state_follows_the_other,
          what_the_server_said_before_it_closed_comes_first)
