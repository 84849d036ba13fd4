/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "outcome.h"
#include "starve.h"

#include <pthread.h>
#include <string.h>

START_TEST(a_new_outcome_has_nothing_to_complain_of)
{
    struct outcome o;

    outcome_init(&o);
    ck_assert_int_eq(o.last.status, CHAN_OK);
    ck_assert_str_eq(o.last.message, chan_status_text(CHAN_OK));
    outcome_release(&o);
}
END_TEST

START_TEST(a_kept_reply_is_a_copy_with_nuls)
{
    char value[] = "[1,2]rest", reason[] = "exists", message[] = "it is there";
    const struct chan_reply reply = {.status = CHAN_REFUSED,
                                     .id = 7,
                                     .index = 3,
                                     .dropped = true,
                                     .value = value,
                                     .value_len = 5,
                                     .reason = reason,
                                     .message = message};
    char user[] = "alice";
    const struct outcome_names names = {"chand/1", user};
    struct outcome o;

    outcome_init(&o);
    outcome_keep(&o, &reply, &names);
    memset(user, 'x', sizeof user);
    memset(value, 'x', sizeof value);
    memset(reason, 'x', sizeof reason);
    memset(message, 'x', sizeof message);
    ck_assert_int_eq(o.last.status, CHAN_REFUSED);
    ck_assert_uint_eq(o.last.id, 7);
    ck_assert_uint_eq(o.last.index, 3);
    ck_assert(o.last.dropped);
    ck_assert_str_eq(o.last.value, "[1,2]");
    ck_assert_uint_eq(o.last.value_len, 5);
    ck_assert_str_eq(o.last.reason, "exists");
    ck_assert_str_eq(o.last.message, "it is there");
    ck_assert_str_eq(o.names.server, "chand/1");
    ck_assert_str_eq(o.names.user, "alice");
    outcome_release(&o);
}
END_TEST

START_TEST(what_is_absent_stays_absent)
{
    const struct chan_reply reply = {.status = CHAN_OK, .message = "done"};
    struct outcome o;

    outcome_init(&o);
    outcome_keep(&o, &reply, NULL);
    ck_assert_ptr_null(o.last.value);
    ck_assert_ptr_null(o.last.reason);
    ck_assert_ptr_null(o.names.server);
    ck_assert_ptr_null(o.names.user);
    outcome_release(&o);
}
END_TEST

START_TEST(an_end_without_message_has_that_of_its_status)
{
    struct outcome o;

    outcome_init(&o);
    ck_assert_int_eq(outcome_end(&o, CHAN_INVALID, NULL), CHAN_INVALID);
    ck_assert_str_eq(o.last.message, chan_status_text(CHAN_INVALID));
    ck_assert_int_eq(outcome_end(&o, CHAN_LOST, "it fell"), CHAN_LOST);
    ck_assert_str_eq(o.last.message, "it fell");
    ck_assert_int_eq(o.last.status, CHAN_LOST);
    outcome_release(&o);
}
END_TEST

START_TEST(amending_keeps_the_value)
{
    const struct chan_reply reply = {
        .status = CHAN_OK, .value = "1e400", .value_len = 5, .message = "done"};
    struct outcome o;

    outcome_init(&o);
    outcome_keep(&o, &reply, NULL);
    ck_assert_int_eq(outcome_amend(&o, CHAN_UNREADABLE, "too large"), CHAN_UNREADABLE);
    ck_assert_int_eq(o.last.status, CHAN_UNREADABLE);
    ck_assert_str_eq(o.last.message, "too large");
    ck_assert_str_eq(o.last.value, "1e400");
    outcome_release(&o);
}
END_TEST

START_TEST(out_of_memory_an_end_stays_what_it_is_and_a_value_is_missed)
{
    const struct chan_reply put = {
        .status = CHAN_OK, .id = 3, .index = 2, .dropped = true, .message = "some words"};
    const struct chan_reply take = {
        .status = CHAN_OK, .value = "1", .value_len = 1, .message = "some words"};
    struct outcome o, other;

    outcome_init(&o);
    outcome_init(&other);
    starve_after(0);
    outcome_keep(&o, &put, NULL);
    outcome_keep(&other, &take, NULL);
    ck_assert_int_eq(starve_end(), 2);
    ck_assert_int_eq(o.last.status, CHAN_OK);
    ck_assert_str_eq(o.last.message, chan_status_text(CHAN_OK));
    ck_assert_uint_eq(o.last.id, 3);
    ck_assert_uint_eq(o.last.index, 2);
    ck_assert(o.last.dropped);
    ck_assert_int_eq(other.last.status, CHAN_NO_MEMORY);
    ck_assert_ptr_null(other.last.value);
    outcome_release(&o);
    outcome_release(&other);
}
END_TEST

static void *say_lost(void *arg)
{
    (void)arg;
    ck_assert_int_eq(chan_last()->status, CHAN_OK);
    outcome_of_call(CHAN_LOST, "in the other thread");
    ck_assert_str_eq(chan_message(), "in the other thread");
    return NULL;
}

START_TEST(each_thread_has_its_own)
{
    pthread_t thread;

    ck_assert_int_eq(outcome_of_call(CHAN_CLOSED, NULL), CHAN_CLOSED);
    ck_assert_int_eq(pthread_create(&thread, NULL, say_lost, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(chan_last()->status, CHAN_CLOSED);
    ck_assert_str_eq(chan_message(), chan_status_text(CHAN_CLOSED));
}
END_TEST

static char *say_closed(void *arg)
{
    (void)arg;
    outcome_of_call(CHAN_CLOSED, "in the process");
    return strdup(chan_last()->status == CHAN_CLOSED ? "true" : "false");
}

START_TEST(each_process_has_its_own)
{
    struct chan *done;
    const char *value;

    done = chan_go(say_closed, NULL);
    outcome_of_call(CHAN_LOST, NULL);
    ck_assert_int_eq(chan_take(done, CHAN_FOREVER, &value, NULL), CHAN_OK);
    ck_assert_str_eq(value, "true");
    chan_drop(done);
}
END_TEST

START_TEST(out_of_memory_it_takes_what_is_spare)
{
    const struct chan_reply take = {
        .status = CHAN_OK, .value = "[1, 2]", .value_len = 6, .message = "some words"};
    struct text spare = {0};
    struct outcome o;

    outcome_init(&o);
    ck_assert(text_reserve(&spare, take.value_len + OUTCOME_ROOM));
    starve_after(0);
    outcome_keep_spared(&o, &take, &spare);
    ck_assert_int_eq(starve_end(), 1);
    ck_assert_int_eq(o.last.status, CHAN_OK);
    ck_assert_str_eq(o.last.value, "[1, 2]");
    ck_assert_str_eq(o.last.message, "some words");
    text_clear(&spare);
    ck_assert(text_reserve(&spare, 1));
    outcome_keep_spared(&o, &take, &spare);
    ck_assert_ptr_ne(o.kept.bytes, spare.bytes);
    text_release(&spare);
    outcome_release(&o);
}
END_TEST

UNIT_MAIN("outcome", a_new_outcome_has_nothing_to_complain_of,
          a_kept_reply_is_a_copy_with_nuls, what_is_absent_stays_absent,
          an_end_without_message_has_that_of_its_status, amending_keeps_the_value,
          out_of_memory_an_end_stays_what_it_is_and_a_value_is_missed,
          each_thread_has_its_own, each_process_has_its_own,
          out_of_memory_it_takes_what_is_spare)
