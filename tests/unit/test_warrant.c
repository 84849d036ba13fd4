/* SPDX-License-Identifier: MIT */
#include "warrant.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *jobs[] = {(char[]){"jobs/*"}};
static struct request_room room = {.clauses_max = 100};
static struct memo *memo;

/* Asks with a line of the wire; the message of the refusal, or NULL. The caller's. */
static char *judge(const struct user *user, const char *line,
                   const struct user **ret_user)
{
    char *copy = strdup(line), *message = NULL;
    struct ticket t;
    struct peer peer;
    struct fault fault;

    peer_init(&peer);
    ticket_begin(&t, &peer);
    t.err = request_parse(&room, copy, strlen(copy), &t.rq, &fault);
    ck_assert_msg(t.err == ERR_OK, "%s: %s", line, fault.text);
    warrant_check(memo, user, &t);
    ck_assert(t.err == ERR_OK || t.err == ERR_FORBIDDEN);
    ck_assert_int_eq(t.err == ERR_FORBIDDEN, t.message != NULL);
    if (t.message)
        message = strdup(t.message);
    *ret_user = t.user;
    ticket_release(&t);
    request_room_clear(&room);
    free(copy);
    return message;
}

static void check(const struct user *user, const char *line, const char *message)
{
    const struct user *seen;
    char *came = judge(user, line, &seen);

    ck_assert_msg(!came == !message && (!came || !strcmp(came, message)), "%s: %s", line,
                  came ? came : "allowed");
    free(came);
}

static void setup(void)
{
    memo = calloc(1, sizeof *memo);
    ck_assert_ptr_nonnull(memo);
}

static void finish(void)
{
    request_room_release(&room);
    free(memo);
}

#define LINE(op, rest) "{\"op\":\"" op "\"" rest "}"

START_TEST(every_operation_needs_its_own_right)
{
    static const struct {
        enum right right;
        const char *op, *line;
    } rows[] = {
        {RIGHT_PUT, "put", LINE("put", ",\"chan\":\"jobs/a\",\"value\":1")},
        {RIGHT_TAKE, "take", LINE("take", ",\"chan\":\"jobs/a\"")},
        {RIGHT_OPEN, "open", LINE("open", ",\"chan\":\"jobs/a\"")},
        {RIGHT_CLOSE, "close", LINE("close", ",\"chan\":\"jobs/a\"")},
        {RIGHT_DELETE, "delete", LINE("delete", ",\"chan\":\"jobs/a\"")},
        {RIGHT_STAT, "stat", LINE("stat", ",\"chan\":\"jobs/a\"")},
    };

    setup();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rule rule = {RIGHT_BIT(rows[i].right), true, jobs, 1};
        const struct user user = {.name = (char[]){"u"}, .rules = &rule, .rule_count = 1};
        char message[64];

        memo_clear(memo);
        check(&user, rows[i].line, NULL);
        rule.rights = RIGHTS_ALL & ~rule.rights;
        memo_clear(memo);
        snprintf(message, sizeof message, "not allowed: %s on jobs/a by u", rows[i].op);
        check(&user, rows[i].line, message);
    }
    finish();
}
END_TEST

START_TEST(hello_ping_and_cancel_need_nothing)
{
    const struct user user = {.name = (char[]){"u"}};
    const struct user *seen;

    setup();
    check(&user, LINE("ping", ""), NULL);
    check(&user, LINE("cancel", ",\"target\":1"), NULL);
    ck_assert_ptr_null(judge(&user, LINE("hello", ""), &seen));
    ck_assert_ptr_eq(seen, &user);
    finish();
}
END_TEST

#define TAKE(chan) "{\"op\":\"take\",\"chan\":\"" chan "\"}"
#define PUT(chan)  "{\"op\":\"put\",\"chan\":\"" chan "\",\"value\":1}"
#define ALTS(ops)  "{\"op\":\"alts\",\"ops\":[" ops "]}"

START_TEST(an_alts_needs_what_each_of_its_clauses_needs)
{
    struct rule rule = {RIGHT_BIT(RIGHT_TAKE), true, jobs, 1};
    const struct user user = {.name = (char[]){"u"}, .rules = &rule, .rule_count = 1};

    setup();
    check(&user, ALTS(TAKE("jobs/a") "," TAKE("jobs/b")), NULL);
    check(&user, ALTS(TAKE("jobs/a") "," PUT("jobs/b")),
          "not allowed: put on jobs/b by u");
    check(&user, ALTS(TAKE("logs/a") "," PUT("jobs/b")),
          "not allowed: take on logs/a by u");
    finish();
}
END_TEST

START_TEST(a_list_is_filtered_unless_all_may_be_seen)
{
    struct rule rules[] = {{RIGHT_BIT(RIGHT_LIST), true, jobs, 1},
                           {RIGHTS_ALL, true, NULL, 0}};
    const struct user some = {.name = (char[]){"u"}, .rules = rules, .rule_count = 1};
    const struct user all = {.name = (char[]){"u"}, .rules = rules, .rule_count = 2};
    const struct user none = {.name = (char[]){"u"}};
    const struct user *seen;

    setup();
    ck_assert_ptr_null(judge(&some, LINE("list", ""), &seen));
    ck_assert_ptr_eq(seen, &some);
    ck_assert_ptr_null(judge(&all, LINE("list", ""), &seen));
    ck_assert_ptr_null(seen);
    check(&none, LINE("list", ""), "not allowed: list on any channel by u");
    finish();
}
END_TEST

START_TEST(the_stat_of_the_daemon_needs_admin)
{
    struct rule most = {RIGHTS_ALL & ~RIGHT_BIT(RIGHT_ADMIN), true, NULL, 0};
    struct rule admin = {RIGHT_BIT(RIGHT_ADMIN), true, NULL, 0};
    const struct user user = {.name = (char[]){"u"}, .rules = &most, .rule_count = 1};
    const struct user root = {.name = (char[]){"r"}, .rules = &admin, .rule_count = 1};

    setup();
    check(&user, LINE("stat", ""),
          "not allowed: stat of the daemon, which needs admin, by u");
    check(&root, LINE("stat", ""), NULL);
    check(&root, LINE("stat", ",\"chan\":\"a\""), "not allowed: stat on a by r");
    finish();
}
END_TEST

START_TEST(the_longest_names_fit_into_the_message)
{
    char user_name[65], chan[201], line[300], message[400];
    const struct user user = {.name = user_name};

    setup();
    memset(user_name, 'u', 64);
    memset(chan, 'c', 200);
    user_name[64] = chan[200] = '\0';
    snprintf(line, sizeof line, "{\"op\":\"delete\",\"chan\":\"%s\"}", chan);
    snprintf(message, sizeof message, "not allowed: delete on %s by %s", chan, user_name);
    check(&user, line, message);
    finish();
}
END_TEST

UNIT_MAIN("warrant", every_operation_needs_its_own_right,
          hello_ping_and_cancel_need_nothing,
          an_alts_needs_what_each_of_its_clauses_needs,
          a_list_is_filtered_unless_all_may_be_seen, the_stat_of_the_daemon_needs_admin,
          the_longest_names_fit_into_the_message)
