/* SPDX-License-Identifier: MIT */
#include "flow.h"

/* Values are arrays here, and what comes first is the topic. */
static char *kind_of(const char *value, size_t len, void *data)
{
    const char *end = memchr(value, ',', len);

    ck_assert_ptr_eq(data, NULL);
    return end ? strndup(value + 1, (size_t)(end - value - 1)) : NULL;
}

FLOW_TEST(every_subscriber_gets_the_values_of_its_topic)
{
    struct chan *from = flow_new(), *a = flow_buffered(9), *b = flow_buffered(9);
    struct chan *c = flow_buffered(9), *reports;
    struct chan_pub *p = chan_pub(from, kind_of, NULL, &reports);

    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(chan_sub(p, "1", a, CHAN_CLOSE_IT), CHAN_OK);
    ck_assert_int_eq(chan_sub(p, "1", b, CHAN_CLOSE_IT), CHAN_OK);
    ck_assert_int_eq(chan_sub(p, "2", b, CHAN_CLOSE_IT), CHAN_OK);
    ck_assert_int_eq(chan_sub(p, "2", c, CHAN_LEAVE_IT), CHAN_OK);
    flow_put(from, "[1,10]");
    flow_put(from, "[2,20]");
    flow_put(from, "[3,30]");
    flow_put(from, "7");
    flow_put(from, "[1,11]");
    chan_close(from);
    flow_yields(reports, "{\"moved\":3,\"dropped\":2}");
    flow_drains(a, "[[1,10],[1,11]]");
    flow_drains(b, "[[1,10],[2,20],[1,11]]");
    flow_takes(c, "[2,20]");
    flow_is_quiet(c);
    chan_pub_free(p);
    chan_drop(a);
    chan_drop(b);
    chan_drop(c);
    chan_drop(from);
}

FLOW_TEST(who_has_unsubscribed_gets_no_more_of_that_topic)
{
    struct chan *from = flow_new(), *a = flow_buffered(9);
    struct chan_pub *p = chan_pub(from, kind_of, NULL, NULL);

    chan_sub(p, "1", a, CHAN_CLOSE_IT);
    chan_sub(p, "2", a, CHAN_CLOSE_IT);
    flow_put(from, "[1,10]");
    flow_settle();
    ck_assert_int_eq(chan_unsub(p, "1", a), CHAN_OK);
    flow_put(from, "[1,11]");
    flow_put(from, "[2,20]");
    chan_close(from);
    flow_drains(a, "[[1,10],[2,20]]");
    chan_pub_free(p);
    chan_drop(a);
    chan_drop(from);
}

FLOW_TEST(the_topic_may_be_what_was_just_taken)
{
    struct chan *from = flow_new(), *a = flow_buffered(9), *topics = flow_of("[1]");
    struct chan_pub *p = chan_pub(from, kind_of, NULL, NULL);
    const char *topic;

    ck_assert_int_eq(chan_take(topics, CHAN_FOREVER, &topic, NULL), CHAN_OK);
    ck_assert_int_eq(chan_sub(p, topic, a, CHAN_CLOSE_IT), CHAN_OK);
    flow_put(from, "[1,10]");
    flow_takes(a, "[1,10]");
    chan_close(from);
    flow_is_closed(a);
    chan_pub_free(p);
    chan_drop(topics);
    chan_drop(a);
    chan_drop(from);
}

FLOW_TEST(a_freed_pub_ends_with_its_last_subscriber)
{
    struct chan *from = flow_new(), *a = flow_new(), *reports;
    struct chan_pub *p = chan_pub(from, kind_of, NULL, &reports);

    chan_sub(p, "1", a, CHAN_CLOSE_IT);
    chan_pub_free(p);
    flow_put(from, "[1,10]");
    flow_takes(a, "[1,10]");
    chan_close(a);
    flow_put(from, "[1,11]");
    flow_yields(reports, "{\"moved\":1,\"undelivered\":[[1,11]],\"error\":\"closed\"}");
    flow_is_refused(from);
    chan_drop(a);
    chan_drop(from);
}

START_TEST(a_subscriber_needs_a_pub_a_topic_and_a_channel)
{
    struct chan *ch = flow_new();
    struct chan_pub *p = chan_pub(ch, kind_of, NULL, NULL);

    ck_assert_ptr_null(chan_pub(NULL, kind_of, NULL, NULL));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_ptr_null(chan_pub(ch, NULL, NULL, NULL));
    ck_assert_str_eq(chan_message(), "a pub needs a channel and what tells the topics");
    ck_assert_int_eq(chan_sub(NULL, "1", ch, CHAN_CLOSE_IT), CHAN_INVALID);
    ck_assert_int_eq(chan_sub(p, NULL, ch, CHAN_CLOSE_IT), CHAN_INVALID);
    ck_assert_int_eq(chan_sub(p, "1", NULL, CHAN_CLOSE_IT), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "a subscriber needs a pub, a topic and a channel");
    ck_assert_int_eq(chan_unsub(NULL, "1", ch), CHAN_INVALID);
    ck_assert_int_eq(chan_unsub(p, NULL, ch), CHAN_INVALID);
    ck_assert_int_eq(chan_unsub(p, "1", NULL), CHAN_INVALID);
    ck_assert_int_eq(chan_unsub(p, "1", ch), CHAN_OK);
    chan_pub_free(p);
    chan_pub_free(NULL);
    chan_drop(ch);
}
END_TEST

UNIT_MAIN("pub", every_subscriber_gets_the_values_of_its_topic,
          who_has_unsubscribed_gets_no_more_of_that_topic,
          the_topic_may_be_what_was_just_taken, a_freed_pub_ends_with_its_last_subscriber,
          a_subscriber_needs_a_pub_a_topic_and_a_channel)
