/* SPDX-License-Identifier: MIT */
#include "worker.h"
#include "serving.h"
#include "starve.h"
#include "unit.h"

/* More than a turn has tickets. */
enum { CROWD = TURN_TICKETS + 40 };

/* ---- turns ---- */

START_TEST(a_turn_does_all_that_what_happened_brings_about)
{
    const struct broker_settings settings = serving_settings();
    struct client taker, putter;
    struct serving sv;
    struct worker *w;

    serving_prepare(&sv, 1, &settings);
    w = sv.workers[0];
    worker_begin(w);
    taker = client_connect(&sv, 0);
    putter = client_connect(&sv, 0);
    worker_turn(w); /* the mail: both are sessions */
    client_send(&taker, "{\"op\":\"take\",\"chan\":\"c\"}\n");
    worker_turn(w);
    client_send(&putter, "{\"op\":\"put\",\"chan\":\"c\",\"value\":7}\n");
    worker_turn(w);
    client_expect(&taker, "{\"ok\":true,\"value\":7}");
    client_expect(&putter, "{\"ok\":true}");
    ck_assert_uint_eq(atomic_load(&w->beats), 3);
    client_close(&taker);
    client_close(&putter);
    while (!list_is_empty(&w->sessions))
        worker_turn(w);
    serving_stop(&sv);
}
END_TEST

/* ---- stopping ---- */

/*
 * The clients that have left in the turn of the stop are the last in the worker's list:
 * when it comes to them they are over, and are ended while the list is walked.
 */
START_TEST(stop_ends_clients_that_leave_in_the_same_turn)
{
    struct client crowd[CROWD], first;
    struct serving sv;

    serving_start(&sv, 1);
    first = client_connect(&sv, 0);
    for (int i = 0; i < CROWD; i++)
        crowd[i] = client_connect(&sv, 0);
    client_sync(&crowd[CROWD - 1]);
    serving_hold(&sv, &first);
    for (int i = CROWD - 20; i < CROWD; i++)
        shutdown(crowd[i].fd, SHUT_WR);
    worker_stop(sv.workers[0]);
    serving_let_go(&sv, &first);
    client_expect_end(&first);
    for (int i = 0; i < CROWD; i++)
        client_expect_end(&crowd[i]);
    serving_stop(&sv);
    for (int i = 0; i < CROWD; i++)
        client_close(&crowd[i]);
    client_close(&first);
}
END_TEST

/* What the line refers to is the session's memory, put together from two pieces. */
START_TEST(stop_answers_a_request_that_arrived_in_two_pieces)
{
    struct client c, other;
    struct serving sv;

    serving_start(&sv, 1);
    c = client_connect(&sv, 0);
    other = client_connect(&sv, 0);
    client_sync(&other);
    client_send(&c,
                "{\"id\":\"in two pieces\",\"op\":\"put\",\"chan\":\"halves\",\"time");
    serving_await(serving_metric(&sv, METRIC_received_bytes) > 60);
    client_sync(&other);
    serving_hold(&sv, &other);
    client_send(&c, "out_ms\":0,\"value\":1}\n");
    worker_stop(sv.workers[0]);
    serving_let_go(&sv, &other);
    client_expect(&c, "{\"id\":\"in two pieces\",\"ok\":false,\"reason\":\"timeout\"}");
    client_expect_end(&c);
    client_expect_end(&other);
    serving_stop(&sv);
    client_close(&c);
    client_close(&other);
}
END_TEST

START_TEST(stop_waits_three_seconds_at_most_for_a_client_that_does_not_read)
{
    char *value = long_value(1000000);
    struct serving sv;
    struct client c;
    int64_t began_ns;

    serving_start(&sv, 1);
    c = client_connect(&sv, 0);
    for (int i = 0; i < 2; i++) {
        client_send(&c,
                    "{\"op\":\"open\",\"chan\":\"c\",\"buffer\":{\"kind\":\"promise\"}}\n"
                    "{\"op\":\"put\",\"chan\":\"c\",\"value\":");
        client_send(&c, value);
        client_send(&c, "}\n{\"op\":\"take\",\"chan\":\"c\"}\n");
    }
    serving_await(atomic_load(&sv.hub->outside) > 0);
    began_ns = clock_now_ns();
    serving_stop(&sv);
    ck_assert_int_ge(clock_now_ns() - began_ns, 2900 * NS_PER_MS);
    ck_assert_int_lt(clock_now_ns() - began_ns, 10 * NS_PER_S);
    client_close(&c);
    free(value);
}
END_TEST

/* ---- time ---- */

static bool is_closed(struct hub *hub, const char *name)
{
    struct channel_stat stat = {0};

    pthread_mutex_lock(&hub->lock);
    ck_assert_int_eq(broker_stat(hub->broker, slice_text(name), &stat), ERR_OK);
    pthread_mutex_unlock(&hub->lock);
    return stat.closed;
}

START_TEST(start_times_the_channels_that_were_there_before)
{
    const struct broker_settings settings = serving_settings();
    const struct broker_open open = {.close_after_ms = 20};
    struct serving sv;
    bool created;

    serving_prepare(&sv, 2, &settings);
    ck_assert_int_eq(
        broker_open(sv.hub->broker, slice_text("egg"), &open, clock_now_ns(), &created),
        ERR_OK);
    serving_run(&sv);
    serving_await(is_closed(sv.hub, "egg"));
    serving_stop(&sv);
}
END_TEST

/* A wait that is over when another worker starts is ended, and answered, by that one. */
START_TEST(start_answers_those_whose_time_is_up)
{
    const struct broker_settings settings = serving_settings();
    struct client waiting, other;
    struct session *blocked;
    struct serving sv;
    int64_t over_ns;

    serving_prepare(&sv, 2, &settings);
    ck_assert(worker_start(sv.workers[0]));
    other = client_connect(&sv, 0);
    waiting = client_connect(&sv, 0);
    client_sync(&other);
    client_sync(&waiting);
    blocked = serving_session(&sv, 0, 0);
    client_send(&waiting, "{\"op\":\"take\",\"chan\":\"c\",\"timeout_ms\":300}\n");
    serving_await(hub_has_parked(sv.hub, &serving_session(&sv, 0, 1)->seat));
    over_ns = clock_now_ns() + 300 * NS_PER_MS;
    session_lock(blocked); /* worker 0 will stand before it */
    client_send(&other, PING);
    serving_await(clock_now_ns() > over_ns);
    ck_assert(worker_start(sv.workers[1]));
    sv.running = true;
    client_expect(&waiting, "{\"ok\":false,\"reason\":\"timeout\"}");
    session_unlock(blocked);
    client_expect(&other, PONG);
    serving_stop(&sv);
    client_close(&other);
    client_close(&waiting);
}
END_TEST

/* Whoever parks last, and wherever: the earliest deadline is kept, and the next ones. */
START_TEST(waits_of_several_workers_end_in_time)
{
    struct client clients[4];
    struct serving sv;
    char line[100];

    serving_start(&sv, 2);
    for (int i = 0; i < 4; i++) {
        clients[i] = client_connect(&sv, (size_t)i % 2);
        for (int n = 0; n < 5; n++) {
            snprintf(line, sizeof line,
                     "{\"op\":\"take\",\"chan\":\"c\",\"timeout_ms\":%d}\n",
                     60 - 10 * n + 3 * i);
            client_send(&clients[i], line);
        }
    }
    for (int i = 0; i < 4; i++)
        for (int n = 0; n < 5; n++)
            client_expect(&clients[i], "{\"ok\":false,\"reason\":\"timeout\"}");
    for (int i = 0; i < 4; i++)
        client_close(&clients[i]);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
}
END_TEST

/* ---- shares ---- */

/* So many puts, numbered from `from` on; the caller's. */
static struct text puts_from(int from, int count)
{
    struct text lines = {0};
    char line[100];

    for (int i = from; i < from + count; i++) {
        snprintf(line, sizeof line, "{\"op\":\"put\",\"chan\":\"f\",\"value\":%d}\n", i);
        text_add_slice(&lines, slice_text(line));
    }
    return lines;
}

/* How many values there are, while nothing runs in the hub. */
static int64_t buffered_in(struct hub *hub)
{
    struct channel_stat stat = {0};

    ck_assert_int_eq(broker_stat(hub->broker, slice_text("f"), &stat), ERR_OK);
    return stat.buffered;
}

/* The same, as a client learns it who asks. */
static int64_t buffered_for(const struct client *c)
{
    static const char word[] = "\"buffered\":";
    char *line, *found;
    int64_t n;

    line = client_line(c);
    ck_assert_ptr_nonnull(line);
    found = strstr(line, word);
    ck_assert_msg(found, "no stat: %s", line);
    n = strtoll(found + strlen(word), NULL, 10);
    free(line);
    return n;
}

/*
 * What others get between a request and its answer, however much they want: what was
 * under way when it came, and a share.
 */
START_TEST(who_wants_little_waits_for_a_share_of_those_who_want_much)
{
    enum { FLOODERS = 5, EACH = 3000 };
    struct client flooders[FLOODERS], c;
    struct serving sv;
    int64_t before;

    serving_start(&sv, 1);
    c = client_connect(&sv, 0);
    client_ask(&c,
               "{\"op\":\"open\",\"chan\":\"f\",\"buffer\":{\"kind\":\"fixed\","
               "\"size\":100000}}\n",
               "{\"ok\":true,\"created\":true}");
    for (int i = 0; i < FLOODERS; i++) {
        flooders[i] = client_connect(&sv, 0);
        client_sync(&flooders[i]);
    }
    serving_hold(&sv, &c);
    for (int i = 0; i < FLOODERS; i++) {
        struct text lines = puts_from(i * EACH, EACH);

        client_send_bytes(&flooders[i], lines.bytes, lines.len);
        text_release(&lines);
    }
    serving_let_go(&sv, &c);
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&sv.hub->lock);
        before = buffered_in(sv.hub);
        client_send(&c, "{\"op\":\"stat\",\"chan\":\"f\"}\n");
        pthread_mutex_unlock(&sv.hub->lock);
        ck_assert_int_le(buffered_for(&c) - before, (FLOODERS + 1) * SHARE_UNITS);
    }
    for (int i = 0; i < FLOODERS; i++)
        for (int n = 0; n < EACH; n++)
            client_expect(&flooders[i], PONG);
    client_send(&c, "{\"op\":\"stat\",\"chan\":\"f\"}\n");
    ck_assert_int_eq(buffered_for(&c), FLOODERS * EACH);
    for (int i = 0; i < FLOODERS; i++)
        client_close(&flooders[i]);
    client_close(&c);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
}
END_TEST

/* Its lines wait in the daemon, and it is gone before their turn has come. */
START_TEST(who_stands_in_the_line_may_leave)
{
    enum { EACH = 3000 };
    struct text lines = puts_from(0, EACH);
    struct client flooders[2], c;
    struct serving sv;

    serving_start(&sv, 1);
    c = client_connect(&sv, 0);
    client_sync(&c);
    for (int i = 0; i < 2; i++) {
        flooders[i] = client_connect(&sv, 0);
        client_sync(&flooders[i]);
    }
    serving_hold(&sv, &c);
    for (int i = 0; i < 2; i++)
        client_send_bytes(&flooders[i], lines.bytes, lines.len);
    client_close(&flooders[0]);
    serving_let_go(&sv, &c);
    serving_await_sessions(&sv, 2);
    worker_stop(sv.workers[0]);
    client_expect_end(&c);
    serving_stop(&sv);
    client_close(&flooders[1]);
    client_close(&c);
    text_release(&lines);
}
END_TEST

/* ---- mail ---- */

START_TEST(a_nudge_makes_it_turn)
{
    struct serving sv;

    serving_start(&sv, 1);
    for (int i = 0; i < 5; i++) {
        uint64_t beats = atomic_load(&sv.workers[0]->beats);

        worker_nudge(sv.workers[0]);
        serving_await(atomic_load(&sv.workers[0]->beats) > beats);
    }
    serving_stop(&sv);
}
END_TEST

START_TEST(other_limits_come_by_mail)
{
    struct broker_settings settings = serving_settings();
    struct serving sv;
    struct client c;
    char *line = NULL;

    serving_start(&sv, 1);
    c = client_connect(&sv, 0);
    client_sync(&c);
    settings.limits.alts_ops = 1;
    ck_assert(hub_configure(sv.hub, &settings));
    worker_renew_limits(sv.workers[0]);
    do {
        free(line);
        client_send(&c, "{\"op\":\"hello\"}\n");
        line = client_line(&c);
    } while (!strstr(line, "\"alts_ops\":1,"));
    free(line);
    client_ask(
        &c,
        "{\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\"},"
        "{\"op\":\"take\",\"chan\":\"b\"}]}\n",
        "{\"ok\":false,\"reason\":\"limit\",\"message\":\"alts_ops: more clauses than "
        "limits.alts_ops allows\"}");
    client_close(&c);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
}
END_TEST

START_TEST(who_comes_when_it_stops_is_not_let_in)
{
    struct client early, late;
    struct serving sv;

    serving_start(&sv, 1);
    early = client_connect(&sv, 0);
    client_sync(&early);
    serving_hold(&sv, &early);
    worker_stop(sv.workers[0]);
    serving_let_go(&sv, &early);
    client_expect_end(&early);
    worker_join(sv.workers[0]);
    sv.running = false;
    late = client_connect(&sv, 0); /* its mail is never read, but let go */
    serving_stop(&sv);
    client_expect_end(&late);
    ck_assert_int_eq(serving_metric(&sv, METRIC_connections), 0);
    client_close(&early);
    client_close(&late);
}
END_TEST

/* ---- life ---- */

START_TEST(a_worker_that_never_ran_can_be_freed)
{
    const struct broker_settings settings = serving_settings();
    struct serving sv;

    serving_prepare(&sv, 3, &settings);
    ck_assert_uint_eq(sv.workers[2]->turn.worker, 2);
    serving_stop(&sv);
    worker_free(NULL);
}
END_TEST

START_TEST(a_worker_stops_with_nobody_there)
{
    struct serving sv;

    serving_start(&sv, 4);
    serving_stop(&sv);
}
END_TEST

START_TEST(without_memory_there_is_no_worker)
{
    const struct broker_settings settings = serving_settings();
    struct worker *worker = NULL;
    struct metrics metrics = {0};
    struct hub *hub = hub_new(&settings);

    ck_assert_ptr_nonnull(hub);
    for (long i = 0; !worker; i++) {
        starve_after(i);
        worker = worker_new(hub, &metrics);
        if (starve_end() == 0)
            ck_assert_ptr_nonnull(worker);
    }
    worker_free(worker);
    hub_free(hub);
}
END_TEST

UNIT_MAIN("worker", a_turn_does_all_that_what_happened_brings_about,
          stop_ends_clients_that_leave_in_the_same_turn,
          stop_answers_a_request_that_arrived_in_two_pieces,
          stop_waits_three_seconds_at_most_for_a_client_that_does_not_read,
          start_times_the_channels_that_were_there_before,
          start_answers_those_whose_time_is_up, waits_of_several_workers_end_in_time,
          who_wants_little_waits_for_a_share_of_those_who_want_much,
          who_stands_in_the_line_may_leave, a_nudge_makes_it_turn,
          other_limits_come_by_mail, who_comes_when_it_stops_is_not_let_in,
          a_worker_that_never_ran_can_be_freed, a_worker_stops_with_nobody_there,
          without_memory_there_is_no_worker)
