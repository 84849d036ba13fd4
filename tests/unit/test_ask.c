/* SPDX-License-Identifier: MIT */
/* How requests are noted, written, kept and stopped. */
#include "unit.h"
#include "ask.h"
#include "client.h"
#include "kept.h"
#include "starve.h"

#include <poll.h>

static void ignore(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    (void)c;
    (void)reply;
    (void)data;
}

static const struct asking idle = {.limit_ms = CHAN_FOREVER, .done = ignore};

static enum chan_status start_ping(struct chan_client *c, const struct asking *how,
                                   uint64_t *ret_id)
{
    struct request_view rq = {.op = OP_PING, .timeout_ms = -1};

    return ask_start(c, &rq, how, ret_id);
}

START_TEST(a_request_is_written_once_and_known_by_its_place)
{
    static const char *const steps[] = {"<ping", "<ping", ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    uint64_t first, second;

    ck_assert_int_eq(start_ping(c, &idle, &first), CHAN_OK);
    ck_assert_int_eq(start_ping(c, &idle, &second), CHAN_OK);
    ck_assert_uint_ne(first, second);
    ck_assert_uint_eq(calls_find(&c->calls, first)->place, 0);
    ck_assert_uint_eq(calls_find(&c->calls, second)->place,
                      calls_find(&c->calls, first)->line_len + 1);
    ck_assert_uint_eq(conn_sent(&c->conn), 0);
    ck_assert_uint_eq(conn_place(&c->conn), c->conn.out.len);
    conn_send(&c->conn);
    ck_assert_uint_eq(conn_sent(&c->conn), conn_place(&c->conn));
    c->started = 2;
    named_end(c, &f);
}
END_TEST

START_TEST(only_what_may_be_asked_again_is_kept)
{
    static const char *const steps[] = {".", NULL};
    const struct asking again = {.limit_ms = CHAN_FOREVER, .again = true, .done = ignore};
    struct kept k;
    uint64_t id;

    kept_begin(&k, steps, 0);
    ck_assert_int_eq(start_ping(k.c, &idle, &id), CHAN_OK);
    ck_assert_ptr_null(calls_find(&k.c->calls, id)->line);
    ck_assert_int_eq(start_ping(k.c, &again, &id), CHAN_OK);
    ck_assert_ptr_nonnull(calls_find(&k.c->calls, id)->line);
    conn_release(&k.c->conn); /* so that nothing of it is sent */
    k.c->started = 2;
    kept_end(&k);
}
END_TEST

START_TEST(where_nothing_is_tried_again_nothing_is_kept)
{
    static const char *const steps[] = {"<ping", ".", NULL};
    const struct asking again = {.limit_ms = CHAN_FOREVER, .again = true, .done = ignore};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    uint64_t id;

    ck_assert_int_eq(start_ping(c, &again, &id), CHAN_OK);
    ck_assert_ptr_null(calls_find(&c->calls, id)->line);
    conn_send(&c->conn);
    c->started = 1;
    named_end(c, &f);
}
END_TEST

START_TEST(without_a_connection_to_come_nothing_is_noted)
{
    struct chan_client *c = chan_client_new();
    uint64_t id = 42;

    ck_assert_int_eq(start_ping(c, &idle, &id), CHAN_LOST);
    ck_assert_uint_eq(id, 42);
    ck_assert_uint_eq(c->calls.count, 0);
    chan_client_free(c);
}
END_TEST

START_TEST(without_memory_nothing_is_done)
{
    static const char *const steps[] = {"<ping", ".", NULL};
    const struct asking again = {.limit_ms = CHAN_FOREVER, .again = true, .done = ignore};
    enum chan_status status = CHAN_NO_MEMORY;
    struct kept k;
    uint64_t id = 0;
    long n = 0;

    kept_begin(&k, steps, 0);
    for (; status == CHAN_NO_MEMORY && n < 10; n++) {
        starve_after(n);
        status = start_ping(k.c, &again, &id);
        starve_end();
        ck_assert_uint_eq(k.c->calls.count, status == CHAN_OK);
        ck_assert(status == CHAN_OK || k.c->conn.out.len == 0);
    }
    ck_assert_int_eq(status, CHAN_OK);
    ck_assert_int_gt(n, 2);
    conn_send(&k.c->conn);
    k.c->started = 1;
    kept_end(&k);
}
END_TEST

START_TEST(twenty_thousand_requests_cost_little)
{
    enum { MANY = 20000, BYTES_EACH = 250 };
    static const char *const steps[] = {".", NULL};
    struct kept k;
    struct chan_clause clause = {0};
    size_t bytes = 0;
    struct call *call;
    uint32_t at = 0;

    kept_begin(&k, steps, 0);
    clause.chan = named(k.c, "a-channel-with-a-name");
    for (int i = 0; i < MANY; i++)
        if (chan_start(k.c, &clause, 1, CHAN_FIRST_WINS, CHAN_FOREVER, ignore, NULL,
                       NULL) != CHAN_OK)
            ck_abort_msg("%s", chan_message());
    ck_assert_uint_eq(chan_outstanding(k.c), MANY);
    bytes = k.c->calls.cap * sizeof(struct call);
    while ((call = calls_next(&k.c->calls, &at)))
        bytes += call->line_len + 24;
    ck_assert_uint_lt(bytes, (size_t)MANY * BYTES_EACH);
    conn_release(&k.c->conn);
    chan_drop(clause.chan);
    kept_end(&k);
}
END_TEST

UNIT_MAIN("ask", a_request_is_written_once_and_known_by_its_place,
          only_what_may_be_asked_again_is_kept,
          where_nothing_is_tried_again_nothing_is_kept,
          without_a_connection_to_come_nothing_is_noted, without_memory_nothing_is_done,
          twenty_thousand_requests_cost_little)
