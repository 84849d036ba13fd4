/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "client.h"
#include "outcome.h"

#include <string.h>

START_TEST(a_new_client_has_nothing_to_complain_of)
{
    struct chan_client *c = chan_new();

    ck_assert_int_eq(chan_last(c)->status, CHAN_OK);
    ck_assert_str_eq(chan_message(c), chan_status_text(CHAN_OK));
    chan_free(c);
}
END_TEST

START_TEST(a_kept_reply_is_a_copy_with_nuls)
{
    struct chan_client *c = chan_new();
    char value[] = "[1,2]rest", reason[] = "exists", message[] = "it is there";
    const struct chan_reply reply = {.status = CHAN_REFUSED,
                                     .id = 7,
                                     .index = 3,
                                     .dropped = true,
                                     .value = value,
                                     .value_len = 5,
                                     .reason = reason,
                                     .message = message};
    const struct chan_reply *last = chan_last(c);

    outcome_keep(c, &reply, "chand/1");
    memset(value, 'x', sizeof value);
    memset(reason, 'x', sizeof reason);
    memset(message, 'x', sizeof message);
    ck_assert_int_eq(last->status, CHAN_REFUSED);
    ck_assert_uint_eq(last->id, 7);
    ck_assert_uint_eq(last->index, 3);
    ck_assert(last->dropped);
    ck_assert_str_eq(last->value, "[1,2]");
    ck_assert_uint_eq(last->value_len, 5);
    ck_assert_str_eq(last->reason, "exists");
    ck_assert_str_eq(chan_message(c), "it is there");
    ck_assert_str_eq(c->server, "chand/1");
    chan_free(c);
}
END_TEST

START_TEST(what_is_absent_stays_absent)
{
    struct chan_client *c = chan_new();
    const struct chan_reply reply = {.status = CHAN_OK, .message = "done"};

    outcome_keep(c, &reply, NULL);
    ck_assert_ptr_null(chan_last(c)->value);
    ck_assert_ptr_null(chan_last(c)->reason);
    ck_assert_ptr_null(c->server);
    chan_free(c);
}
END_TEST

START_TEST(an_end_without_message_has_that_of_its_status)
{
    struct chan_client *c = chan_new();

    ck_assert_int_eq(outcome_end(c, CHAN_INVALID, NULL), CHAN_INVALID);
    ck_assert_str_eq(chan_message(c), chan_status_text(CHAN_INVALID));
    ck_assert_int_eq(outcome_end(c, CHAN_LOST, "it fell"), CHAN_LOST);
    ck_assert_str_eq(chan_message(c), "it fell");
    ck_assert_int_eq(chan_last(c)->status, CHAN_LOST);
    chan_free(c);
}
END_TEST

START_TEST(within_a_chan_done_the_last_result_stays)
{
    struct chan_client *c = chan_new();

    outcome_end(c, CHAN_CLOSED, "the blocking call's");
    c->busy = true;
    ck_assert_int_eq(outcome_end(c, CHAN_INVALID, "of within"), CHAN_INVALID);
    c->busy = false;
    ck_assert_int_eq(chan_last(c)->status, CHAN_CLOSED);
    ck_assert_str_eq(chan_message(c), "the blocking call's");
    chan_free(c);
}
END_TEST

START_TEST(amending_keeps_the_value)
{
    struct chan_client *c = chan_new();
    const struct chan_reply reply = {
        .status = CHAN_OK, .value = "1e400", .value_len = 5, .message = "done"};

    outcome_keep(c, &reply, NULL);
    ck_assert_int_eq(outcome_amend(c, CHAN_UNREADABLE, "too large"), CHAN_UNREADABLE);
    ck_assert_int_eq(chan_last(c)->status, CHAN_UNREADABLE);
    ck_assert_str_eq(chan_message(c), "too large");
    ck_assert_str_eq(chan_last(c)->value, "1e400");
    chan_free(c);
}
END_TEST

UNIT_MAIN("outcome", a_new_client_has_nothing_to_complain_of,
          a_kept_reply_is_a_copy_with_nuls, what_is_absent_stays_absent,
          an_end_without_message_has_that_of_its_status,
          within_a_chan_done_the_last_result_stays, amending_keeps_the_value)
