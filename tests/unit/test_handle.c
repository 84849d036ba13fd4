/* SPDX-License-Identifier: MIT */
#include "handle.h"

#include <string.h>
#include "outcome.h"
#include "strand.h"
#include "unit.h"

/* ---- a kind of channel that only notes what it is asked for ---- */

static struct {
    int runs, closes, frees;
    const struct chan_clause *clauses;
    size_t count;
    enum chan_order order;
    int64_t wait_ms;
    struct chan_reply reply; /* what it answers */
} noted;

static enum chan_status fake_run(const struct chan_clause *clauses, size_t count,
                                 enum chan_order order, int64_t wait_ms)
{
    noted.runs++;
    noted.clauses = clauses;
    noted.count = count;
    noted.order = order;
    noted.wait_ms = wait_ms;
    outcome_keep(strand_outcome(strand_self()), &noted.reply, NULL);
    return noted.reply.status;
}

static enum chan_status fake_close(struct chan *ch)
{
    (void)ch;
    noted.closes++;
    return outcome_of_call(CHAN_OK, NULL);
}

static void fake_free(struct chan *ch)
{
    (void)ch;
    noted.frees++;
}

static const char *fake_name(const struct chan *ch)
{
    return ch->place ? ch->place : "";
}

static const struct ground fake_ground = {fake_run, fake_close, fake_free, fake_name};
static const struct ground other_ground = {fake_run, fake_close, fake_free, fake_name};

static char eu[] = "eu", us[] = "us";

static struct chan fake(void *place)
{
    struct chan ch;

    handle_init(&ch, &fake_ground, place);
    noted.reply.message = "as it was told";
    return ch;
}

/* ---- counting ---- */

START_TEST(the_last_to_drop_a_handle_frees_it)
{
    struct chan ch = fake(eu);

    ck_assert_ptr_eq(chan_hold(&ch), &ch);
    chan_hold(&ch);
    chan_drop(&ch);
    chan_drop(&ch);
    ck_assert_int_eq(noted.frees, 0);
    chan_drop(&ch);
    ck_assert_int_eq(noted.frees, 1);
}
END_TEST

START_TEST(dropping_nothing_is_fine)
{
    chan_drop(NULL);
    ck_assert_int_eq(noted.frees, 0);
}
END_TEST

/* ---- handing on ---- */

START_TEST(a_name_is_asked_of_the_kind)
{
    struct chan ch = fake(eu);

    ck_assert_str_eq(chan_name(&ch), "eu");
}
END_TEST

START_TEST(a_put_is_one_clause_with_its_value)
{
    struct chan ch = fake(eu);

    ck_assert_int_eq(chan_put(&ch, "[1]", 3, 77), CHAN_OK);
    ck_assert_int_eq(noted.runs, 1);
    ck_assert_uint_eq(noted.count, 1);
    ck_assert_int_eq(noted.wait_ms, 77);
}
END_TEST

START_TEST(a_take_hands_out_value_and_length)
{
    struct chan ch = fake(eu);
    const char *value = NULL;
    size_t len = 0;

    noted.reply.value = "[1,2]";
    noted.reply.value_len = 5;
    ck_assert_int_eq(chan_take(&ch, CHAN_FOREVER, &value, &len), CHAN_OK);
    ck_assert_str_eq(value, "[1,2]");
    ck_assert_uint_eq(len, 5);
    ck_assert_int_eq(noted.wait_ms, CHAN_FOREVER);
    ck_assert_int_eq(chan_take(&ch, 0, &value, NULL), CHAN_OK);
}
END_TEST

START_TEST(a_take_that_fails_leaves_value_and_length)
{
    struct chan ch = fake(eu);
    const char *value = "before";
    size_t len = 6;

    noted.reply.status = CHAN_TIMEOUT;
    ck_assert_int_eq(chan_take(&ch, 0, &value, &len), CHAN_TIMEOUT);
    ck_assert_str_eq(value, "before");
    ck_assert_uint_eq(len, 6);
    ck_assert_str_eq(chan_message(), "as it was told");
}
END_TEST

START_TEST(a_take_without_a_value_cannot_be_read)
{
    struct chan ch = fake(eu);
    const char *value;

    ck_assert_int_eq(chan_take(&ch, 0, &value, NULL), CHAN_UNREADABLE);
    ck_assert_str_eq(chan_message(), "the reply to a take has no value");
}
END_TEST

START_TEST(an_alts_hands_on_its_clauses_and_its_order)
{
    struct chan a = fake(eu), b = fake(eu);
    const struct chan_clause clauses[] = {{&a, NULL, 0}, {&b, "1", 1}};
    const struct chan_reply *reply = NULL;

    noted.reply.index = 1;
    ck_assert_int_eq(chan_alts(clauses, 2, CHAN_FIRST_WINS, 5, &reply), CHAN_OK);
    ck_assert_ptr_eq(noted.clauses, clauses);
    ck_assert_uint_eq(noted.count, 2);
    ck_assert_int_eq(noted.order, CHAN_FIRST_WINS);
    ck_assert_ptr_eq(reply, chan_last());
    ck_assert_uint_eq(reply->index, 1);
    ck_assert_int_eq(chan_alts(clauses, 2, CHAN_AT_RANDOM, 5, NULL), CHAN_OK);
    ck_assert_int_eq(noted.order, CHAN_AT_RANDOM);
}
END_TEST

START_TEST(an_alts_tells_its_reply_of_a_closed_channel_only_besides)
{
    struct chan ch = fake(eu);
    const struct chan_clause clause = {&ch, NULL, 0};
    const struct chan_reply *reply = NULL;

    noted.reply.status = CHAN_CANCELLED;
    ck_assert_int_eq(chan_alts(&clause, 1, CHAN_AT_RANDOM, 0, &reply), CHAN_CANCELLED);
    ck_assert_ptr_null(reply);
    noted.reply.status = CHAN_CLOSED;
    ck_assert_int_eq(chan_alts(&clause, 1, CHAN_AT_RANDOM, 0, &reply), CHAN_CLOSED);
    ck_assert_ptr_eq(reply, chan_last());
}
END_TEST

START_TEST(a_close_is_asked_of_the_kind)
{
    struct chan ch = fake(eu);

    ck_assert_int_eq(chan_close(&ch), CHAN_OK);
    ck_assert_int_eq(noted.closes, 1);
    ck_assert_int_eq(chan_close(NULL), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "there is no channel");
}
END_TEST

/* ---- what makes no sense ---- */

/* Nothing ran, and the message is that. */
static void expect_refusal(const struct chan_clause *clauses, size_t count,
                           int64_t wait_ms, const char *message)
{
    ck_assert_int_eq(chan_alts(clauses, count, CHAN_AT_RANDOM, wait_ms, NULL),
                     CHAN_INVALID);
    ck_assert_str_eq(chan_message(), message);
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_int_eq(noted.runs, 0);
}

START_TEST(what_does_not_go_together_is_refused_by_the_clause)
{
    struct chan here = fake(eu), there = fake(us), local;
    const struct chan_clause clients[] = {
        {&here, NULL, 0}, {&here, "1", 1}, {&there, NULL, 0}};
    struct chan_clause grounds[] = {{&here, NULL, 0}, {&local, NULL, 0}};
    const struct chan_clause none[] = {{&here, NULL, 0}, {NULL, NULL, 0}};

    handle_init(&local, &other_ground, eu);
    expect_refusal(clients, 3, 0, "clause 2: the channel is another client's");
    expect_refusal(grounds, 2, 0, "clause 1: local and remote channels do not mix");
    expect_refusal(none, 2, 0, "clause 1: there is no channel");
    expect_refusal(none + 1, 1, 0, "there is no channel");
    grounds[0].chan = NULL;
    expect_refusal(grounds, 2, 0, "clause 0: there is no channel");
    expect_refusal(clients, 0, 0, "no clause");
}
END_TEST

START_TEST(a_value_that_is_no_json_is_refused_by_the_byte)
{
    struct chan ch = fake(eu);
    const struct chan_clause clauses[] = {{&ch, "{}", 2}, {&ch, "[1,,2]", 6}};

    expect_refusal(clauses, 2, 0, "clause 1: the value is not JSON (byte 3)");
    expect_refusal(clauses + 1, 1, 0, "the value is not JSON (byte 3)");
    ck_assert_int_eq(chan_put(&ch, "", 0, 0), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "the value is not JSON (byte 0)");
    ck_assert_int_eq(chan_put(&ch, NULL, 0, 0), CHAN_INVALID);
    ck_assert_int_eq(chan_put(&ch, "1 2", 3, 0), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "the value is not JSON (byte 2)");
    ck_assert_int_eq(noted.runs, 0);
}
END_TEST

START_TEST(a_wait_has_a_limit)
{
    struct chan ch = fake(eu);
    const struct chan_clause clause = {&ch, NULL, 0};

    expect_refusal(&clause, 1, INT64_C(1) << 53, "a wait of more than 2^53-1 ms");
    ck_assert_int_eq(chan_put(&ch, "1", 1, (INT64_C(1) << 53) - 1), CHAN_OK);
    ck_assert_int_eq(chan_put(&ch, "1", 1, INT64_MIN), CHAN_OK);
}
END_TEST

/* What was taken is good until the next call, and in its arguments: they are read first.
 */
START_TEST(what_was_taken_may_be_refused)
{
    struct chan ch = fake(eu);
    const char *value;

    noted.reply.value = "not JSON at all";
    noted.reply.value_len = strlen(noted.reply.value);
    ck_assert_int_eq(chan_take(&ch, 0, &value, NULL), CHAN_OK);
    ck_assert_int_eq(chan_put(&ch, value, strlen(value), 0), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "the value is not JSON (byte 1)");
}
END_TEST

UNIT_MAIN("handle", the_last_to_drop_a_handle_frees_it, dropping_nothing_is_fine,
          a_name_is_asked_of_the_kind, a_put_is_one_clause_with_its_value,
          a_take_hands_out_value_and_length, a_take_that_fails_leaves_value_and_length,
          a_take_without_a_value_cannot_be_read,
          an_alts_hands_on_its_clauses_and_its_order,
          an_alts_tells_its_reply_of_a_closed_channel_only_besides,
          a_close_is_asked_of_the_kind,
          what_does_not_go_together_is_refused_by_the_clause,
          a_value_that_is_no_json_is_refused_by_the_byte, a_wait_has_a_limit,
          what_was_taken_may_be_refused)
