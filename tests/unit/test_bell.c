/* SPDX-License-Identifier: MIT */
#include "bell.h"
#include "flow.h"

FLOW_TEST(a_bell_has_rung_when_it_was_rung)
{
    struct chan *bell = bell_new();

    ck_assert_ptr_nonnull(bell);
    ck_assert(!bell_has_rung(bell));
    bell_ring(bell);
    ck_assert(bell_has_rung(bell));
    bell_ring(bell);
    ck_assert(bell_has_rung(bell));
    bell_wait(bell);
    chan_drop(bell);
}

struct waiter {
    struct chan *bell, *ch;
    const char *put; /* NULL: it takes */
    enum chan_status status;
    bool ended;
};

static char *wait_for_bell(void *arg)
{
    struct waiter *w = arg;

    bell_wait(w->bell);
    w->ended = true;
    return NULL;
}

static char *wait_for_either(void *arg)
{
    struct waiter *w = arg;
    const char *value;
    size_t len;

    if (w->put)
        w->status = bell_put(w->bell, w->ch, w->put, strlen(w->put));
    else
        w->status = bell_take(w->bell, w->ch, &value, &len);
    w->ended = true;
    return NULL;
}

static struct chan *start(chan_fn *fn, struct waiter *w)
{
    struct chan *done = chan_go(fn, w);

    ck_assert_ptr_nonnull(done);
    flow_settle();
    ck_assert(!w->ended);
    return done;
}

static void join(struct chan *done)
{
    flow_is_closed(done);
    chan_drop(done);
}

FLOW_TEST(who_waits_for_a_bell_goes_on_when_it_rings)
{
    struct waiter w = {.bell = bell_new()};
    struct chan *done = start(wait_for_bell, &w);

    bell_ring(w.bell);
    join(done);
    ck_assert(w.ended);
    chan_drop(w.bell);
}

FLOW_TEST(a_take_that_the_bell_ends_takes_nothing)
{
    struct waiter w = {.bell = bell_new(), .ch = flow_new()};
    struct chan *done = start(wait_for_either, &w);

    bell_ring(w.bell);
    flow_is_refused(w.ch);
    join(done);
    ck_assert_int_eq(w.status, CHAN_TIMEOUT);
    chan_drop(w.bell);
    chan_drop(w.ch);
}

FLOW_TEST(a_put_that_the_bell_ends_puts_nothing)
{
    struct waiter w = {.bell = bell_new(), .ch = flow_new(), .put = "1"};
    struct chan *done = start(wait_for_either, &w);

    bell_ring(w.bell);
    flow_is_quiet(w.ch);
    join(done);
    ck_assert_int_eq(w.status, CHAN_TIMEOUT);
    chan_drop(w.bell);
    chan_drop(w.ch);
}

FLOW_TEST(what_comes_before_the_bell_is_put_and_taken)
{
    struct waiter w = {.bell = bell_new(), .ch = flow_new(), .put = "[1, 2]"};
    struct chan *done = start(wait_for_either, &w);
    const char *value;
    size_t len;

    ck_assert_int_eq(bell_take(w.bell, w.ch, &value, &len), CHAN_OK);
    ck_assert_str_eq(value, "[1, 2]");
    ck_assert_uint_eq(len, 6);
    join(done);
    ck_assert_int_eq(w.status, CHAN_OK);
    chan_drop(w.bell);
    chan_drop(w.ch);
}

FLOW_TEST(a_bell_that_has_rung_goes_before_all_else)
{
    struct chan *bell = bell_new(), *ch = flow_buffered(2);
    const char *value;
    size_t len;

    flow_put(ch, "1");
    bell_ring(bell);
    ck_assert_int_eq(bell_take(bell, ch, &value, &len), CHAN_TIMEOUT);
    ck_assert_int_eq(bell_put(bell, ch, "2", 1), CHAN_TIMEOUT);
    flow_takes(ch, "1");
    flow_is_quiet(ch);
    chan_drop(bell);
    chan_drop(ch);
}

FLOW_TEST(a_closed_channel_is_not_a_bell)
{
    struct chan *bell = bell_new(), *ch = flow_new();
    const char *value;
    size_t len;

    chan_close(ch);
    ck_assert_int_eq(bell_take(bell, ch, &value, &len), CHAN_CLOSED);
    ck_assert_int_eq(bell_put(bell, ch, "1", 1), CHAN_CLOSED);
    ck_assert(!bell_has_rung(bell));
    chan_drop(bell);
    chan_drop(ch);
}

FLOW_TEST(without_a_bell_it_is_a_put_and_a_take)
{
    struct chan *ch = flow_buffered(1);
    const char *value;
    size_t len;

    ck_assert_int_eq(bell_put(NULL, ch, "1", 1), CHAN_OK);
    ck_assert_int_eq(bell_take(NULL, ch, &value, &len), CHAN_OK);
    ck_assert_str_eq(value, "1");
    chan_close(ch);
    ck_assert_int_eq(bell_take(NULL, ch, &value, &len), CHAN_CLOSED);
    chan_drop(ch);
}

FLOW_TEST(the_bell_ends_waits_for_remote_channels_too)
{
    struct waiter w = {.bell = bell_new(), .ch = flow_far(flow_new())};
    struct chan *done = start(wait_for_either, &w);
    const struct far *far = (const struct far *)w.ch;

    while (far->asked < 3)
        chan_yield();
    ck_assert(!w.ended);
    bell_ring(w.bell);
    join(done);
    ck_assert_int_eq(w.status, CHAN_TIMEOUT);
    chan_drop(w.bell);
    chan_drop(w.ch);
}

FLOW_TEST(a_remote_channel_is_put_to_and_taken_from)
{
    struct chan *bell = bell_new(), *ch = flow_far(flow_buffered(1));
    const char *value;
    size_t len;

    ck_assert_int_eq(bell_put(bell, ch, "1", 1), CHAN_OK);
    ck_assert_int_eq(bell_take(bell, ch, &value, &len), CHAN_OK);
    ck_assert_str_eq(value, "1");
    flow_fail(ch, CHAN_LOST, NULL);
    ck_assert_int_eq(bell_take(bell, ch, &value, &len), CHAN_LOST);
    ck_assert_int_eq(bell_put(bell, ch, "1", 1), CHAN_LOST);
    bell_ring(bell);
    ck_assert_int_eq(bell_take(bell, ch, &value, &len), CHAN_TIMEOUT);
    chan_drop(bell);
    chan_drop(ch);
}

UNIT_MAIN("bell", a_bell_has_rung_when_it_was_rung,
          who_waits_for_a_bell_goes_on_when_it_rings,
          a_take_that_the_bell_ends_takes_nothing, a_put_that_the_bell_ends_puts_nothing,
          what_comes_before_the_bell_is_put_and_taken,
          a_bell_that_has_rung_goes_before_all_else, a_closed_channel_is_not_a_bell,
          without_a_bell_it_is_a_put_and_a_take,
          the_bell_ends_waits_for_remote_channels_too,
          a_remote_channel_is_put_to_and_taken_from)
