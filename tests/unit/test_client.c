/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "client.h"
#include "deadline.h"
#include "fake.h"
#include "named.h"

#include <poll.h>
#include <signal.h>
#include <sys/time.h>

static struct chan_client *connect_to(const struct fake *f)
{
    struct chan_client *c = chan_client_new();

    ck_assert_ptr_nonnull(c);
    ck_assert_int_eq(chan_connect(c, f->uri, 10000), CHAN_OK);
    return c;
}

/* A client and the end of a server that went as the steps say. */
static void end(struct chan_client *c, struct fake *f)
{
    chan_client_free(c);
    fake_finish(f);
}

START_TEST(without_a_connection_calls_are_lost)
{
    struct chan_client *c = chan_client_new();

    ck_assert_int_eq(chan_ping(c, 1000), CHAN_LOST);
    ck_assert_str_eq(chan_message(), "not connected");
    ck_assert_int_eq(chan_process(c), CHAN_LOST);
    ck_assert_int_eq(chan_wait(c, 0), CHAN_LOST);
    ck_assert_int_eq(chan_fd(c), -1);
    ck_assert_int_eq(chan_poll_ms(c), -1);
    ck_assert_uint_eq(chan_outstanding(c), 0);
    chan_disconnect(c);
    chan_hang_up(c);
    chan_client_free(c);
    chan_client_free(NULL);
}
END_TEST

START_TEST(nobody_to_connect_to_is_unreachable_and_says_why)
{
    struct chan_client *c = chan_client_new();
    char uri[64];

    close(fake_listen(uri));
    ck_assert_int_eq(chan_connect(c, uri, 5000), CHAN_UNREACHABLE);
    ck_assert_str_eq(chan_message(), "Connection refused");
    ck_assert_int_eq(chan_connect(c, "nonsense", 5000), CHAN_INVALID);
    ck_assert_int_eq(chan_connect(c, NULL, 5000), CHAN_INVALID);
    ck_assert_int_eq(chan_fd(c), -1);
    chan_client_free(c);
}
END_TEST

START_TEST(a_call_sends_one_line_and_waits_for_its_reply)
{
    static const char *const steps[] = {
        "<{\"op\":\"ping\",\"id\":", ">{\"id\":$1,\"ok\":true}", ".", NULL};
    struct fake f;
    struct chan_client *c;

    fake_start(&f, steps);
    c = connect_to(&f);
    ck_assert_int_ge(chan_fd(c), 0);
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_OK);
    ck_assert_int_eq(chan_last()->status, CHAN_OK);
    end(c, &f);
}
END_TEST

START_TEST(a_reply_may_come_in_pieces)
{
    static const char *const steps[] = {"<ping", "+{\"id\":", "+$1,\"ok\"", "+:true",
                                        "+}\n",  ".",         NULL};
    struct fake f;
    struct chan_client *c;

    fake_start(&f, steps);
    c = connect_to(&f);
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_OK);
    end(c, &f);
}
END_TEST

START_TEST(connecting_anew_ends_the_old_connection)
{
    static const char *const first[] = {".", NULL};
    static const char *const second[] = {"<ping", ">{\"id\":$1,\"ok\":true}", ".", NULL};
    struct fake f, g;
    struct chan_client *c;

    fake_start(&f, first);
    fake_start(&g, second);
    c = connect_to(&f);
    ck_assert_int_eq(chan_connect(c, g.uri, 10000), CHAN_OK);
    fake_finish(&f);
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_OK);
    end(c, &g);
}
END_TEST

START_TEST(a_server_that_closes_loses_the_call)
{
    static const char *const steps[] = {"<ping", NULL};
    struct fake f;
    struct chan_client *c;

    fake_start(&f, steps);
    c = connect_to(&f);
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_LOST);
    ck_assert_str_eq(chan_message(), "the connection is lost: the server closed it");
    ck_assert_int_eq(chan_fd(c), -1);
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_LOST);
    ck_assert_str_eq(chan_message(), "the connection is lost: the server closed it");
    end(c, &f);
}
END_TEST

START_TEST(a_reset_loses_the_call_and_says_so)
{
    static const char *const steps[] = {"<ping", "!", NULL};
    struct fake f;
    struct chan_client *c;

    fake_start(&f, steps);
    c = connect_to(&f);
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_LOST);
    ck_assert_str_eq(
        chan_message(),
        "the connection is lost: the server has reset it at the first words (does it "
        "want tls://?)");
    end(c, &f);
}
END_TEST

START_TEST(no_reply_in_time_gives_the_connection_up)
{
    static const char *const steps[] = {"<ping", ".", NULL};
    const int64_t before = deadline_now_ns();
    struct fake f;
    struct chan_client *c;

    fake_start(&f, steps);
    c = connect_to(&f);
    ck_assert_int_eq(chan_ping(c, 60), CHAN_LOST);
    ck_assert_int_ge(deadline_now_ns() - before, 60 * INT64_C(1000000));
    ck_assert_str_eq(chan_message(), "the connection is given up: no reply in time");
    ck_assert_int_eq(chan_fd(c), -1);
    end(c, &f);
}
END_TEST

START_TEST(garbage_is_unreadable_and_ends_the_connection)
{
    static const char *const lines[] = {">HTTP/1.1 400 Bad Request", ">{\"id\":1", ">[]",
                                        ">{\"id\":$1}", ">\xff\xfe"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *const steps[] = {"<ping", lines[i], ".", NULL};
        struct fake f;
        struct chan_client *c;

        fake_start(&f, steps);
        c = connect_to(&f);
        ck_assert_msg(chan_ping(c, 10000) == CHAN_UNREADABLE, "%s", lines[i]);
        ck_assert_int_eq(chan_fd(c), -1);
        end(c, &f);
    }
}
END_TEST

static volatile sig_atomic_t interrupts;

static void on_signal(int signal)
{
    (void)signal;
    interrupts++;
}

START_TEST(signals_do_not_end_a_blocking_call)
{
    static const char *const steps[] = {
        "<ping", "^", "+{\"id\":$1,", "^", "+\"ok\":true}", "^", "+\n", ".", NULL};
    struct sigaction action = {.sa_handler = on_signal};
    struct fake f;
    struct chan_client *c;

    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    fake_start(&f, steps);
    c = connect_to(&f);
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_OK);
    ck_assert_int_ge(interrupts, 1);
    end(c, &f);
}
END_TEST

START_TEST(signals_end_a_wait)
{
    static const char *const steps[] = {".", NULL};
    const struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = on_signal};
    struct fake f;
    struct chan_client *c;

    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    fake_start(&f, steps);
    c = connect_to(&f);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(chan_wait(c, CHAN_FOREVER), CHAN_OK);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
    ck_assert_int_ge(interrupts, 1);
    end(c, &f);
}
END_TEST

START_TEST(wait_without_anything_to_happen_times_out)
{
    static const char *const steps[] = {".", NULL};
    struct fake f;
    struct chan_client *c;

    fake_start(&f, steps);
    c = connect_to(&f);
    ck_assert_int_eq(chan_wait(c, 0), CHAN_TIMEOUT);
    ck_assert_int_eq(chan_wait(c, 5), CHAN_TIMEOUT);
    ck_assert_int_eq(chan_process(c), CHAN_OK);
    end(c, &f);
}
END_TEST

START_TEST(a_server_that_goes_while_nothing_waits_is_noticed)
{
    static const char *const steps[] = {NULL};
    struct fake f;
    struct chan_client *c;
    enum chan_status status = CHAN_OK;

    fake_start(&f, steps);
    c = connect_to(&f);
    while (status == CHAN_OK)
        status = chan_wait(c, 10000);
    ck_assert_int_eq(status, CHAN_LOST);
    ck_assert_str_eq(chan_message(), "the connection is lost: the server closed it");
    end(c, &f);
}
END_TEST

struct told {
    int count;
    enum chan_status status;
    uint64_t id;
};

static void on_done(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct told *told = data;

    (void)c;
    told->count++;
    told->status = reply->status;
    told->id = reply->id;
}

START_TEST(a_loop_of_ones_own_polls_fd_events_and_timeout)
{
    static const char *const steps[] = {"<ping", ">{\"id\":$1,\"ok\":true}", ".", NULL};
    struct fake f;
    struct chan_client *c;
    struct told told = {0};
    uint64_t id;

    fake_start(&f, steps);
    c = connect_to(&f);
    ck_assert_int_eq(chan_events(c), POLLIN);
    ck_assert_int_eq(chan_poll_ms(c), -1);
    ck_assert_int_eq(chan_start_ping(c, 10000, on_done, &told, &id), CHAN_OK);
    ck_assert_int_eq(chan_events(c), POLLIN | POLLOUT);
    ck_assert_int_gt(chan_poll_ms(c), 0);
    ck_assert_uint_eq(chan_outstanding(c), 1);
    while (told.count == 0) {
        struct pollfd p = {chan_fd(c), chan_events(c), 0};

        ck_assert_int_eq(poll(&p, 1, chan_poll_ms(c)), 1);
        ck_assert_int_eq(chan_process(c), CHAN_OK);
    }
    ck_assert_int_eq(told.status, CHAN_OK);
    ck_assert_uint_eq(told.id, id);
    end(c, &f);
}
END_TEST

START_TEST(after_hanging_up_nothing_can_be_started)
{
    static const char *const steps[] = {".", NULL};
    struct fake f;
    struct chan_client *c;

    fake_start(&f, steps);
    c = connect_to(&f);
    chan_hang_up(c);
    ck_assert_int_eq(chan_ping(c, 1000), CHAN_LOST);
    end(c, &f);
}
END_TEST

START_TEST(line_feeds_within_a_request_become_blanks)
{
    static const char *const steps[] = {"<\"value\":[1, 2 ]", ">{\"id\":$1,\"ok\":true}",
                                        ".", NULL};
    struct fake f;
    struct chan_client *c;

    fake_start(&f, steps);
    c = connect_to(&f);
    ck_assert_int_eq(named_put(c, "a", "[1,\n2\n]", CHAN_FOREVER), CHAN_OK);
    end(c, &f);
}
END_TEST

UNIT_MAIN("client", without_a_connection_calls_are_lost,
          nobody_to_connect_to_is_unreachable_and_says_why,
          a_call_sends_one_line_and_waits_for_its_reply, a_reply_may_come_in_pieces,
          connecting_anew_ends_the_old_connection, a_server_that_closes_loses_the_call,
          a_reset_loses_the_call_and_says_so, no_reply_in_time_gives_the_connection_up,
          garbage_is_unreadable_and_ends_the_connection,
          signals_do_not_end_a_blocking_call, signals_end_a_wait,
          wait_without_anything_to_happen_times_out,
          a_server_that_goes_while_nothing_waits_is_noticed,
          a_loop_of_ones_own_polls_fd_events_and_timeout,
          after_hanging_up_nothing_can_be_started,
          line_feeds_within_a_request_become_blanks)
