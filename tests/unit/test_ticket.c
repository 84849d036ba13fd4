/* SPDX-License-Identifier: MIT */
#include "ticket.h"
#include "starve.h"
#include "unit.h"

START_TEST(a_new_ticket_is_empty)
{
    struct peer peer;
    struct ticket t;

    memset(&t, 0xff, sizeof t);
    peer_init(&peer);
    ticket_begin(&t, &peer);
    ck_assert_ptr_eq(t.done.peer, &peer);
    ck_assert_int_eq(t.err, ERR_OK);
    ck_assert_int_eq(t.done.err, ERR_OK);
    ck_assert(!t.done.parked);
    ck_assert_ptr_null(t.done.held);
    ck_assert_ptr_null(t.message);
    ck_assert_ptr_null(t.stats);
    ck_assert_uint_eq(t.stat_count, 0);
    ticket_release(&t);
    peer_release(&peer);
}
END_TEST

START_TEST(a_completion_finds_its_ticket)
{
    struct ticket tickets[3];

    for (int i = 0; i < 3; i++)
        ck_assert_ptr_eq(ticket_of(&tickets[i].done), &tickets[i]);
}
END_TEST

START_TEST(a_refusal_keeps_a_copy_of_the_last_message)
{
    char text[] = "first";
    struct ticket t;

    ticket_begin(&t, NULL);
    ck_assert_int_eq(ticket_refuse(&t, ERR_BAD_REQUEST, text), ERR_BAD_REQUEST);
    text[0] = 'F';
    ck_assert_str_eq(t.message, "first");
    ck_assert_int_eq(ticket_refuse(&t, ERR_BAD_JSON, "second"), ERR_BAD_JSON);
    ck_assert_str_eq(t.message, "second");
    ticket_release(&t);
    ck_assert_ptr_null(t.message);
}
END_TEST

START_TEST(a_refusal_without_memory_has_no_message)
{
    struct ticket t;
    enum err err;
    long refused;

    ticket_begin(&t, NULL);
    starve_after(0);
    err = ticket_refuse(&t, ERR_BAD_REQUEST, "a sentence");
    refused = starve_end(); /* 0: AddressSanitizer's strdup has memory of its own */
    ck_assert_int_eq(err, ERR_BAD_REQUEST);
    ck_assert_int_eq(t.message == NULL, refused == 1);
    ticket_release(&t);
}
END_TEST

START_TEST(release_gives_everything_back_and_may_be_repeated)
{
    struct value *value = value_new(slice_text("held"));
    struct ticket t;

    ticket_begin(&t, NULL);
    t.done.held = value_hold(value);
    t.stats = calloc(3, sizeof *t.stats);
    ticket_refuse(&t, ERR_NO_CHANNEL, "nowhere");
    ticket_release(&t);
    ck_assert_uint_eq(atomic_load(&value->refs), 1);
    ck_assert_ptr_null(t.stats);
    ticket_release(&t);
    value_drop(value);
}
END_TEST

START_TEST(a_leave_is_no_operation_of_the_wire)
{
    ck_assert_int_gt(OP_LEAVE, OP_COUNT);
    ck_assert_int_le(OP_LEAVE, UINT8_MAX);
}
END_TEST

UNIT_MAIN("ticket", a_new_ticket_is_empty, a_completion_finds_its_ticket,
          a_refusal_keeps_a_copy_of_the_last_message,
          a_refusal_without_memory_has_no_message,
          release_gives_everything_back_and_may_be_repeated,
          a_leave_is_no_operation_of_the_wire)
