/* SPDX-License-Identifier: MIT */
/* Replies as they should be, and as no server should send them. */
#include "unit.h"
#include "client.h"
#include "fake.h"
#include "named.h"

enum { SEEN_MAX = 16, SEEN_ROOM = 64 };

/* What chan_dones were told, in order. */
struct seen {
    size_t count;
    struct {
        uint64_t id;
        enum chan_status status;
        char value[SEEN_ROOM], reason[SEEN_ROOM], message[SEEN_ROOM];
        bool dropped;
        size_t index;
    } replies[SEEN_MAX];
    bool start_again; /* with each reply one more request */
    enum chan_status started;
};

static void copy(char room[SEEN_ROOM], const char *text)
{
    snprintf(room, SEEN_ROOM, "%s", text ? text : "(none)");
}

static void note(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct seen *seen = data;
    uint64_t id;

    ck_assert_uint_lt(seen->count, SEEN_MAX);
    seen->replies[seen->count].id = reply->id;
    seen->replies[seen->count].status = reply->status;
    seen->replies[seen->count].dropped = reply->dropped;
    seen->replies[seen->count].index = reply->index;
    copy(seen->replies[seen->count].value, reply->value);
    copy(seen->replies[seen->count].reason, reply->reason);
    copy(seen->replies[seen->count].message, reply->message);
    if (reply->value)
        ck_assert_uint_eq(strlen(reply->value), reply->value_len);
    seen->count++;
    if (seen->start_again)
        seen->started = named_start(c, "again", NULL, 0, note, seen, &id);
}

/* A fake server, a client of it, and what it was told. */
struct scene {
    struct fake fake;
    struct chan_client *c;
    struct seen seen;
};

static void scene_begin(struct scene *s, const char *const steps[])
{
    memset(s, 0, sizeof *s);
    fake_start(&s->fake, steps);
    s->c = chan_client_new();
    ck_assert_int_eq(chan_connect(s->c, s->fake.uri, 10000), CHAN_OK);
}

static uint64_t scene_take(struct scene *s, const char *chan)
{
    uint64_t id;

    ck_assert_int_eq(named_start(s->c, chan, NULL, CHAN_FOREVER, note, &s->seen, &id),
                     CHAN_OK);
    return id;
}

static void scene_put(struct scene *s, const char *value)
{
    uint64_t id;

    ck_assert_int_eq(named_start(s->c, "a", value, CHAN_FOREVER, note, &s->seen, &id),
                     CHAN_OK);
}

static void scene_wait(struct scene *s, size_t count)
{
    while (s->seen.count < count)
        chan_wait(s->c, CHAN_FOREVER);
}

static void scene_end(struct scene *s)
{
    chan_client_free(s->c);
    fake_finish(&s->fake);
}

START_TEST(replies_find_their_requests_in_any_order)
{
    static const char *const steps[] = {"<",
                                        "<",
                                        "<",
                                        ">{\"id\":$3,\"ok\":true,\"value\":\"third\"}",
                                        ">{\"id\":$1,\"ok\":true,\"value\":[1, 2]}",
                                        ">{\"id\":$2,\"ok\":false,\"reason\":\"closed\"}",
                                        ".",
                                        NULL};
    struct scene s;
    uint64_t ids[3];

    scene_begin(&s, steps);
    for (int i = 0; i < 3; i++)
        ids[i] = scene_take(&s, "a");
    ck_assert_uint_eq(chan_outstanding(s.c), 3);
    scene_wait(&s, 3);
    ck_assert_uint_eq(chan_outstanding(s.c), 0);
    ck_assert_uint_eq(s.seen.replies[0].id, ids[2]);
    ck_assert_str_eq(s.seen.replies[0].value, "\"third\"");
    ck_assert_uint_eq(s.seen.replies[1].id, ids[0]);
    ck_assert_str_eq(s.seen.replies[1].value, "[1, 2]");
    ck_assert_uint_eq(s.seen.replies[2].id, ids[1]);
    ck_assert_int_eq(s.seen.replies[2].status, CHAN_CLOSED);
    ck_assert_str_eq(s.seen.replies[2].value, "(none)");
    ck_assert_str_eq(s.seen.replies[2].message, chan_status_text(CHAN_CLOSED));
    scene_end(&s);
}
END_TEST

START_TEST(values_arrive_as_they_were_written)
{
    static const char *const values[] = {
        "1.0",  "12345678901234567890", "\"\\u00e9\"", "{\"b\":1, \"a\":2}", "null",
        "\"\"",
    };

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char line[128];
        const char *const steps[] = {"<", line, ".", NULL};
        struct scene s;

        snprintf(line, sizeof line, ">{\"id\":$1,\"ok\":true,\"value\": %s }", values[i]);
        scene_begin(&s, steps);
        scene_take(&s, "a");
        scene_wait(&s, 1);
        ck_assert_str_eq(s.seen.replies[0].value, values[i]);
        scene_end(&s);
    }
}
END_TEST

START_TEST(a_refusal_has_its_reason_and_message)
{
    static const char *const steps[] = {
        "<",
        ">{\"id\":$1,\"ok\":false,\"reason\":\"limit\",\"message\":\"memory \\u00e9\"}",
        ".", NULL};
    struct scene s;

    scene_begin(&s, steps);
    scene_put(&s, "1");
    scene_wait(&s, 1);
    ck_assert_int_eq(s.seen.replies[0].status, CHAN_REFUSED);
    ck_assert_str_eq(s.seen.replies[0].reason, "limit");
    ck_assert_str_eq(s.seen.replies[0].message, "memory \xc3\xa9");
    scene_end(&s);
}
END_TEST

START_TEST(a_reason_of_a_later_version_is_a_refusal_too)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$1,\"ok\":false,\"reason\":\"moonphase\",\"since\":{\"a\":[]}}",
        ".", NULL};
    struct scene s;

    scene_begin(&s, steps);
    scene_take(&s, "a");
    scene_wait(&s, 1);
    ck_assert_int_eq(s.seen.replies[0].status, CHAN_REFUSED);
    ck_assert_str_eq(s.seen.replies[0].reason, "moonphase");
    scene_end(&s);
}
END_TEST

START_TEST(dropped_and_index_are_told)
{
    static const char *const steps[] = {
        "<",
        "<",
        ">{\"id\":$1,\"ok\":true,\"dropped\":true}",
        ">{\"id\":$2,\"ok\":true,\"index\":1,\"chan\":\"b\"}",
        ".",
        NULL};
    struct scene s;

    scene_begin(&s, steps);
    scene_put(&s, "1");
    scene_put(&s, "2");
    scene_wait(&s, 2);
    ck_assert(s.seen.replies[0].dropped);
    ck_assert(!s.seen.replies[1].dropped);
    ck_assert_uint_eq(s.seen.replies[1].index, 1);
    scene_end(&s);
}
END_TEST

START_TEST(a_reply_nobody_waits_for_is_passed_over)
{
    static const char *const steps[] = {"<",
                                        ">{\"id\":1,\"ok\":true}",
                                        ">{\"id\":\"x\",\"ok\":true}",
                                        ">{\"id\":-5,\"ok\":true}",
                                        ">{\"id\":1.5,\"ok\":true}",
                                        ">{\"id\":99999999999999999999,\"ok\":true}",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ">{\"id\":$1,\"ok\":true,\"value\":2}",
                                        "<",
                                        ">{\"id\":$2,\"ok\":true,\"value\":3}",
                                        ".",
                                        NULL};
    struct scene s;

    scene_begin(&s, steps);
    scene_take(&s, "a");
    scene_wait(&s, 1);
    ck_assert_str_eq(s.seen.replies[0].value, "1");
    scene_take(&s, "a");
    scene_wait(&s, 2);
    ck_assert_str_eq(s.seen.replies[1].value, "3");
    scene_end(&s);
}
END_TEST

START_TEST(too_large_without_an_id_is_of_the_longest_line)
{
    static const char *const steps[] = {
        "<",
        "<",
        "<",
        ">{\"ok\":false,\"reason\":\"too_large\",\"message\":\"over 64 bytes\"}",
        ">{\"id\":$1,\"ok\":true}",
        ">{\"id\":$3,\"ok\":true}",
        ".",
        NULL};
    struct scene s;
    uint64_t ids[3];

    scene_begin(&s, steps);
    scene_put(&s, "1");
    scene_put(&s, "\"0123456789012345678901234567890123456789012345678901234567890123\"");
    scene_put(&s, "\"0123456789\"");
    scene_wait(&s, 3);
    for (int i = 0; i < 3; i++)
        ids[i] = s.seen.replies[i].id;
    ck_assert_int_eq(s.seen.replies[0].status, CHAN_REFUSED);
    ck_assert_str_eq(s.seen.replies[0].reason, "too_large");
    ck_assert_str_eq(s.seen.replies[0].message, "over 64 bytes");
    ck_assert_int_eq(s.seen.replies[1].status, CHAN_OK);
    ck_assert_int_eq(s.seen.replies[2].status, CHAN_OK);
    /* Ids rise in the order of their requests. */
    ck_assert_uint_gt(ids[0], ids[1]);
    ck_assert_uint_lt(ids[0], ids[2]);
    scene_end(&s);
}
END_TEST

START_TEST(several_lines_that_are_too_large_get_one_refusal_each)
{
    static const char *const steps[] = {
        "<",
        "<",
        "<",
        ">{\"ok\":false,\"reason\":\"too_large\",\"message\":\"x\"}",
        ">{\"ok\":false,\"reason\":\"too_large\",\"message\":\"x\"}",
        ">{\"id\":$2,\"ok\":true}",
        ".",
        NULL};
    struct scene s;

    scene_begin(&s, steps);
    scene_put(&s, "\"0123456789012345678901234567890123456789\"");
    scene_put(&s, "1");
    scene_put(&s, "\"01234567890123456789012345678901234567890123456789\"");
    scene_wait(&s, 3);
    ck_assert_int_eq(s.seen.replies[0].status, CHAN_REFUSED);
    ck_assert_int_eq(s.seen.replies[1].status, CHAN_REFUSED);
    ck_assert_int_eq(s.seen.replies[2].status, CHAN_OK);
    scene_end(&s);
}
END_TEST

START_TEST(any_other_refusal_without_an_id_is_of_all_and_a_goodbye)
{
    static const char *const steps[] = {
        "<", "<", ">{\"ok\":false,\"reason\":\"limit\",\"message\":\"connections: 1\"}",
        ".", NULL};
    struct scene s;

    scene_begin(&s, steps);
    s.seen.start_again = true;
    scene_take(&s, "a");
    scene_take(&s, "b");
    scene_wait(&s, 2);
    ck_assert_int_eq(s.seen.replies[0].status, CHAN_REFUSED);
    ck_assert_str_eq(s.seen.replies[1].message, "connections: 1");
    ck_assert_int_eq(s.seen.started, CHAN_LOST);
    ck_assert_uint_eq(chan_outstanding(s.c), 0);
    s.seen.start_again = false;
    scene_end(&s);
}
END_TEST

START_TEST(a_goodbye_that_came_before_the_request_is_its_answer)
{
    static const char *const steps[] = {
        ">{\"ok\":false,\"reason\":\"limit\",\"message\":\"connections: 1\"}", "?", NULL};
    struct scene s;

    scene_begin(&s, steps);
    fake_await(&s.fake);
    fake_finish(&s.fake); /* closed, and with no wish to read the request */
    ck_assert_int_eq(chan_ping(s.c, 10000), CHAN_REFUSED);
    ck_assert_str_eq(chan_message(), "connections: 1");
    ck_assert_str_eq(chan_last()->reason, "limit");
    chan_client_free(s.c);
}
END_TEST

START_TEST(all_that_is_outstanding_ends_with_the_connection)
{
    static const char *const steps[] = {"<", "<", "<", NULL};
    struct scene s;

    scene_begin(&s, steps);
    s.seen.start_again = true;
    for (int i = 0; i < 3; i++)
        scene_take(&s, "a");
    scene_wait(&s, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(s.seen.replies[i].status, CHAN_LOST);
        ck_assert_str_eq(s.seen.replies[i].message,
                         "the connection is lost: the server closed it");
    }
    ck_assert_int_eq(s.seen.started, CHAN_LOST);
    ck_assert_uint_eq(s.seen.count, 3);
    scene_end(&s);
}
END_TEST

START_TEST(disconnecting_ends_what_is_outstanding)
{
    static const char *const steps[] = {"=", NULL};
    struct scene s;

    scene_begin(&s, steps);
    scene_take(&s, "a");
    scene_take(&s, "b");
    chan_disconnect(s.c);
    ck_assert_uint_eq(s.seen.count, 2);
    ck_assert_int_eq(s.seen.replies[0].status, CHAN_LOST);
    ck_assert_str_eq(s.seen.replies[1].message, "not connected");
    scene_end(&s);
    ck_assert_uint_eq(s.seen.count, 2);
}
END_TEST

START_TEST(a_chan_done_may_start_what_follows)
{
    static const char *const steps[] = {"<\"chan\":\"a\"",
                                        ">{\"id\":$$,\"ok\":true,\"value\":1}",
                                        "<\"chan\":\"again\"",
                                        ">{\"id\":$$,\"ok\":true,\"value\":2}",
                                        "<\"chan\":\"again\"",
                                        ">{\"id\":$$,\"ok\":true,\"value\":3}",
                                        "<\"chan\":\"again\"",
                                        ".",
                                        NULL};
    struct scene s;

    scene_begin(&s, steps);
    s.seen.start_again = true;
    scene_take(&s, "a");
    scene_wait(&s, 3);
    ck_assert_int_eq(s.seen.started, CHAN_OK);
    ck_assert_str_eq(s.seen.replies[2].value, "3");
    s.seen.start_again = false;
    scene_end(&s);
}
END_TEST

START_TEST(others_replies_arrive_during_a_blocking_call)
{
    static const char *const steps[] = {"<",
                                        "<ping",
                                        ">{\"id\":$1,\"ok\":true,\"value\":\"mine\"}",
                                        ">{\"id\":$2,\"ok\":true}",
                                        ".",
                                        NULL};
    struct scene s;

    scene_begin(&s, steps);
    scene_take(&s, "a");
    ck_assert_int_eq(chan_ping(s.c, 10000), CHAN_OK);
    ck_assert_uint_eq(s.seen.count, 1);
    ck_assert_str_eq(s.seen.replies[0].value, "\"mine\"");
    ck_assert_ptr_null(chan_last()->value);
    scene_end(&s);
}
END_TEST

static void try_everything(struct chan_client *c, const struct chan_reply *reply,
                           void *data)
{
    const char *value;
    size_t len, *tried = data;

    (void)reply;
    ck_assert_int_eq(chan_ping(c, 10), CHAN_INVALID);
    ck_assert_int_eq(named_take(c, "a", 0, &value, &len), CHAN_INVALID);
    ck_assert_int_eq(chan_process(c), CHAN_INVALID);
    ck_assert_int_eq(chan_wait(c, 10), CHAN_INVALID);
    ck_assert_int_eq(chan_cancel(c, 1, 10), CHAN_INVALID);
    ck_assert_int_eq(chan_connect(c, "tcp://127.0.0.1:1", 10), CHAN_INVALID);
    ++*tried;
}

START_TEST(within_a_chan_done_blocking_calls_are_invalid)
{
    static const char *const steps[] = {"<", ">{\"id\":$1,\"ok\":true,\"value\":1}", ".",
                                        NULL};
    struct scene s;
    size_t tried = 0;
    uint64_t id;

    scene_begin(&s, steps);
    ck_assert_int_eq(
        named_start(s.c, "a", NULL, CHAN_FOREVER, try_everything, &tried, &id), CHAN_OK);
    while (tried == 0)
        chan_wait(s.c, CHAN_FOREVER);
    scene_end(&s);
}
END_TEST

UNIT_MAIN("incoming", replies_find_their_requests_in_any_order,
          values_arrive_as_they_were_written, a_refusal_has_its_reason_and_message,
          a_reason_of_a_later_version_is_a_refusal_too, dropped_and_index_are_told,
          a_reply_nobody_waits_for_is_passed_over,
          too_large_without_an_id_is_of_the_longest_line,
          several_lines_that_are_too_large_get_one_refusal_each,
          any_other_refusal_without_an_id_is_of_all_and_a_goodbye,
          a_goodbye_that_came_before_the_request_is_its_answer,
          all_that_is_outstanding_ends_with_the_connection,
          disconnecting_ends_what_is_outstanding, a_chan_done_may_start_what_follows,
          others_replies_arrive_during_a_blocking_call,
          within_a_chan_done_blocking_calls_are_invalid)
