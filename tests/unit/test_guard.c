/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "admission.h"
#include "serving.h"
#include "tenant.h"
#include "unit.h"

/* "alice", "bob" and, of carol, "open sesame". */
#define ALICE "sha256:2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90"
#define BOB   "sha256:81b637d8fcd2c6da6359e6963113a1170de795e4b725b84d1e0b4cfd9ec58ce9"
#define CAROL                                                                            \
    "'$argon2id$v=19$m=8192,t=1,p=1$nvtJxSXCd8ZyAYjd21td5Q"                              \
    "$F9CXx26hsR5UbgsxFVs9Wit8nHTOTqLc4RtUTMsN8ZU'"
#define ALL   "rules: [{allow: [all]}]"
#define TAKER "rules: [{allow: [take]}]"

#define USER_A "- {name: alice, tokens: [" ALICE "], " ALL "}\n"
#define USER_B "- {name: bob, tokens: [" BOB "], " TAKER "}\n"
#define USER_C "- {name: carol, tokens: [" CAROL "], " ALL "}\n"

#define HELLO(token) "{\"op\":\"hello\",\"id\":1,\"token\":\"" token "\"}\n"
#define FORBIDDEN(id, why)                                                               \
    "{" id "\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not allowed: " why "\"}"
#define FIRST "the first request must be a hello with a valid token"

struct guarded {
    struct serving serving;
    struct admission *admission;
};

static void enrol(struct guarded *g, const char *users)
{
    char text[2048];
    struct mistakes mistakes;
    struct config *config;

    snprintf(text, sizeof text, "users:\n%s", users);
    mistakes_init(&mistakes, "test.yaml");
    config = config_parse(text, strlen(text), &mistakes);
    ck_assert_msg(config, "%s",
                  mistakes_count(&mistakes) ? mistakes_line(&mistakes, 0) : "");
    ck_assert(admission_enrol(g->admission, &config->users));
    config_free(config);
}

static void start(struct guarded *g, const char *users)
{
    const struct broker_settings settings = serving_settings();

    g->admission = admission_new();
    ck_assert_ptr_nonnull(g->admission);
    enrol(g, users);
    serving_prepare(&g->serving, 1, &settings);
    g->serving.workers[0]->admission = g->admission;
    serving_run(&g->serving);
}

static void renew(struct guarded *g, const char *users)
{
    enrol(g, users);
    worker_renew_limits(g->serving.workers[0]);
}

static void stop(struct guarded *g)
{
    serving_stop(&g->serving);
    admission_free(g->admission);
}

/* Says hello, and is told that it is that user. */
static void greet(const struct client *c, const char *hello, const char *name)
{
    char *line, member[80];

    client_send(c, hello);
    line = client_line(c);
    snprintf(member, sizeof member, "\"user\":\"%s\"", name);
    ck_assert_ptr_nonnull(line);
    ck_assert_msg(strstr(line, member) != NULL, "%s", line);
    free(line);
}

START_TEST(a_process_that_is_known_need_say_nothing)
{
    char users[200];
    struct guarded g;
    struct client c;

    snprintf(users, sizeof users, "- {name: me, uid: %u, " TAKER "}\n", getuid());
    start(&g, users);
    c = client_connect(&g.serving, 0);
    client_ask(&c, PING, PONG);
    client_ask(&c, "{\"op\":\"open\",\"id\":2,\"chan\":\"c\"}\n",
               FORBIDDEN("\"id\":2,", "open on c by me"));
    greet(&c, "{\"op\":\"hello\"}\n", "me");
    client_close(&c);
    stop(&g);
}
END_TEST

START_TEST(who_is_nobody_must_say_hello_first)
{
    struct guarded g;
    struct client c;

    start(&g, USER_A USER_B);
    c = client_connect(&g.serving, 0);
    client_send(&c, "{\"op\":\"ping\",\"id\":7}\n" HELLO("alice"));
    client_expect(&c, FORBIDDEN("\"id\":7,", FIRST));
    client_expect_end(&c);
    client_close(&c);
    c = client_connect(&g.serving, 0);
    greet(&c, HELLO("bob"), "bob");
    client_ask(&c, "{\"op\":\"close\",\"chan\":\"c\"}\n",
               FORBIDDEN("", "close on c by bob"));
    client_ask(&c, PING, PONG);
    client_close(&c);
    stop(&g);
}
END_TEST

START_TEST(lines_of_nobody_are_short)
{
    char *value = long_value(GUARD_LINE_MAX);
    struct guarded g;
    struct client c;

    start(&g, USER_A);
    c = client_connect(&g.serving, 0);
    client_send(&c, value); /* and no line feed: nobody waits for it */
    client_send(&c, "x");
    client_expect(&c, FORBIDDEN("", FIRST));
    client_expect_end(&c);
    client_close(&c);
    c = client_connect(&g.serving, 0);
    greet(&c, HELLO("alice"), "alice");
    client_send(&c, "{\"op\":\"put\",\"chan\":\"c\",\"timeout_ms\":0,\"value\":");
    client_send(&c, value);
    client_send(&c, "}\n");
    client_expect(&c, "{\"ok\":false,\"reason\":\"timeout\"}");
    client_close(&c);
    free(value);
    stop(&g);
}
END_TEST

START_TEST(a_session_counts_for_its_user_until_it_ends)
{
    struct guarded g;
    struct roster *r;
    struct tenant *alice;
    struct client c;

    start(&g, "- {name: alice, tokens: [" ALICE "], " ALL ", limits: {parked: 5}}\n");
    r = admission_roster(g.admission);
    alice = roster_user(r, 0)->tenant;
    c = client_connect(&g.serving, 0);
    greet(&c, HELLO("alice"), "alice");
    ck_assert_int_eq(atomic_load(&alice->connections), 1);
    client_send(&c, "{\"op\":\"put\",\"id\":2,\"chan\":\"c\",\"value\":12345}\n");
    client_sync(&c);
    ck_assert_int_eq(atomic_load(&alice->account.parked), 1);
    ck_assert_int_eq(atomic_load(&alice->account.bytes), 5);
    client_close(&c);
    serving_await_sessions(&g.serving, 0);
    ck_assert_int_eq(atomic_load(&alice->account.parked), 0);
    ck_assert_int_eq(atomic_load(&alice->account.bytes), 0);
    ck_assert_int_eq(atomic_load(&alice->connections), 0);
    roster_drop(r);
    stop(&g);
}
END_TEST

START_TEST(a_secret_is_waited_for_by_what_stands_behind_it)
{
    struct guarded g;
    struct client c;

    start(&g, USER_A USER_C);
    c = client_connect(&g.serving, 0);
    client_send(&c, HELLO("carol:open sesame") "{\"op\":\"ping\",\"id\":2}\n");
    greet(&c, "{\"op\":\"ping\",\"id\":3}\n", "carol");
    client_expect(&c, "{\"id\":2,\"ok\":true}");
    client_expect(&c, "{\"id\":3,\"ok\":true}");
    client_close(&c);
    c = client_connect(&g.serving, 0);
    client_send(&c, HELLO("carol:open") "{\"op\":\"ping\",\"id\":2}\n");
    client_expect(&c, FORBIDDEN("\"id\":1,", "the token is not valid"));
    client_expect_end(&c);
    client_close(&c);
    stop(&g);
}
END_TEST

START_TEST(what_is_over_the_rate_waits_and_comes)
{
    struct guarded g;
    struct client c;

    start(&g, "- {name: alice, tokens: [" ALICE "], " ALL
              ", limits: {requests_per_s: 50}}\n");
    c = client_connect(&g.serving, 0);
    greet(&c, HELLO("alice"), "alice");
    for (int i = 0; i < 80; i++)
        client_send(&c, PING);
    for (int i = 0; i < 80; i++)
        client_expect(&c, PONG);
    client_close(&c);
    stop(&g);
}
END_TEST

START_TEST(other_users_count_for_whatever_is_read_then)
{
    struct guarded g;
    struct client a, b;

    start(&g, USER_A USER_B);
    a = client_connect(&g.serving, 0);
    b = client_connect(&g.serving, 0);
    greet(&a, HELLO("alice"), "alice");
    greet(&b, HELLO("bob"), "bob");
    client_send(&b, "{\"op\":\"take\",\"id\":2,\"chan\":\"c\"}\n");
    client_sync(&b);
    renew(&g, "- {name: alice, tokens: [" ALICE "], " TAKER "}\n");
    client_ask(&a, "{\"op\":\"open\",\"chan\":\"c\"}\n",
               FORBIDDEN("", "open on c by alice"));
    client_expect(&b, "{\"id\":2,\"ok\":false,\"reason\":\"cancelled\"}");
    client_expect_end(&b);
    client_close(&a);
    client_close(&b);
    stop(&g);
}
END_TEST

START_TEST(the_first_users_take_over_what_their_processes_have_parked)
{
    char users[200];
    struct guarded g;
    struct roster *r;
    struct tenant *me;
    struct client c;

    start(&g, "");
    c = client_connect(&g.serving, 0);
    client_send(&c, "{\"op\":\"take\",\"id\":2,\"chan\":\"c\"}\n");
    client_sync(&c);
    snprintf(users, sizeof users, "- {name: me, uid: %u, " ALL ", limits: {parked: 5}}\n",
             getuid());
    renew(&g, users);
    greet(&c, "{\"op\":\"hello\"}\n", "me");
    r = admission_roster(g.admission);
    me = roster_user(r, 0)->tenant;
    ck_assert_int_eq(atomic_load(&me->account.parked), 1);
    renew(&g, "");
    client_sync(&c);
    ck_assert_int_eq(atomic_load(&me->account.parked), 0);
    ck_assert_int_eq(atomic_load(&me->connections), 0);
    roster_drop(r);
    client_close(&c);
    stop(&g);
}
END_TEST

START_TEST(what_is_forbidden_is_counted)
{
    struct guarded g;
    struct client c;

    start(&g, USER_A USER_B);
    c = client_connect(&g.serving, 0);
    client_ask(&c, PING, FORBIDDEN("", FIRST));
    client_close(&c);
    c = client_connect(&g.serving, 0);
    client_ask(&c, HELLO("nobody"), FORBIDDEN("\"id\":1,", "the token is not valid"));
    client_close(&c);
    ck_assert_int_eq(serving_metric(&g.serving, METRIC_forbidden_total), 2);
    c = client_connect(&g.serving, 0);
    greet(&c, HELLO("bob"), "bob");
    client_ask(&c, "{\"op\":\"close\",\"chan\":\"c\"}\n",
               FORBIDDEN("", "close on c by bob"));
    client_ask(&c, "{\"op\":\"stat\"}\n",
               FORBIDDEN("", "stat of the daemon, which needs admin, by bob"));
    client_ask(&c, PING, PONG);
    client_ask(&c, "{\"op\":\"close\"}\n",
               "{\"ok\":false,\"reason\":\"bad_request\",\"message\":\"close needs "
               "\\\"chan\\\"\"}");
    ck_assert_int_eq(serving_metric(&g.serving, METRIC_forbidden_total), 4);
    client_close(&c);
    stop(&g);
}
END_TEST

/* Whether the worker still has these bytes of what came in. */
static bool is_remembered(const struct guarded *g, const char *text)
{
    return memmem(g->serving.workers[0]->input, WORKER_INPUT, text, strlen(text)) != NULL;
}

/* Nobody works on its input any more. */
static void halt(struct guarded *g)
{
    struct serving *sv = &g->serving;

    worker_stop(sv->workers[0]);
    worker_join(sv->workers[0]);
    sv->running = false;
}

#define BLANKS "                                                                "

START_TEST(a_token_is_wiped_when_it_has_been_looked_at)
{
    static const char *const hellos[] = {
        "{\"op\":\"hello\"," BLANKS "\"token\":\"alice\"}\n",
        "{\"op\":\"hello\"," BLANKS "\"token\":\"\\u0061lice\"}\n",
        "{\"op\":\"hello\"," BLANKS "\"token\":\"carol:open sesame\"}\n",
        "{\"op\":\"hello\"," BLANKS "\"token\":\"xalice\"}\n",
        "{\"op\":\"hello\",\"x\":1," BLANKS "\"token\":\"alice\"}\n",
        "{\"op\":\"hello\"," BLANKS "\"token\":\"alice\"\n",
    };
    struct guarded g;
    struct client c;

    for (size_t i = 0; i < sizeof hellos / sizeof *hellos; i++) {
        start(&g, USER_A USER_C);
        c = client_connect(&g.serving, 0);
        client_send(&c, hellos[i]);
        free(client_line(&c));
        halt(&g);
        ck_assert(!is_remembered(&g, "lice"));
        ck_assert(!is_remembered(&g, "sesame"));
        client_close(&c);
        stop(&g);
    }
}
END_TEST

START_TEST(nor_do_its_pieces_stay)
{
    struct guarded g;
    struct client c;

    start(&g, USER_A);
    c = client_connect(&g.serving, 0);
    client_send(&c, "{\"op\":\"hello\",\"id\":1," BLANKS "\"token\":\"ali");
    serving_await(serving_metric(&g.serving, METRIC_received_bytes) > 64);
    greet(&c, "ce\"}\n", "alice");
    halt(&g);
    ck_assert(!is_remembered(&g, "ali"));
    ck_assert(!is_remembered(&g, "ce\"}"));
    client_close(&c);
    stop(&g);
}
END_TEST

/* It is what is confided that is wiped, not what everybody says all the time. */
START_TEST(requests_are_not_wiped)
{
    struct guarded g;
    struct client c;

    start(&g, USER_A);
    c = client_connect(&g.serving, 0);
    greet(&c, HELLO("alice"), "alice");
    client_ask(&c, PING, PONG);
    halt(&g);
    ck_assert(is_remembered(&g, "ping"));
    client_close(&c);
    stop(&g);
}
END_TEST

UNIT_MAIN("guard", a_process_that_is_known_need_say_nothing,
          who_is_nobody_must_say_hello_first, lines_of_nobody_are_short,
          a_session_counts_for_its_user_until_it_ends,
          a_secret_is_waited_for_by_what_stands_behind_it,
          what_is_over_the_rate_waits_and_comes,
          other_users_count_for_whatever_is_read_then,
          the_first_users_take_over_what_their_processes_have_parked,
          what_is_forbidden_is_counted, a_token_is_wiped_when_it_has_been_looked_at,
          nor_do_its_pieces_stay, requests_are_not_wiped)
