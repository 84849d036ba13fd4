/* SPDX-License-Identifier: MIT */
/*
 * stage.h - a hub with turns and seats but without threads or sockets: a test plays the
 * workers. It asks with lines of the wire for some seat, runs the turn, and reads what
 * the replies to a seat are.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "clock.h"
#include "dispatch.h"
#include "hub.h"
#include "metrics.h"

enum { STAGE_TURNS = 2, STAGE_SEATS = 4 };

struct stage {
    struct hub *hub;
    struct turn *turns[STAGE_TURNS];
    struct seat seats[STAGE_SEATS]; /* even ones came with the first turn */
    struct request_room room;
    struct metrics metrics;
    struct limits limits;
    char *lines[STAGE_TURNS][TURN_TICKETS];
    int64_t now_ns, deadline;
};

static inline struct broker_settings stage_settings(void)
{
    return (struct broker_settings){
        .limits = limits_default(),
        .auto_create = true,
        .closed_linger_ns = 3600 * NS_PER_S,
    };
}

static inline void stage_open_with(struct stage *st,
                                   const struct broker_settings *settings)
{
    memset(st, 0, sizeof *st);
    st->limits = settings->limits;
    st->room.clauses_max = (size_t)settings->limits.alts_ops;
    st->now_ns = NS_PER_S;
    st->hub = hub_new(settings);
    ck_assert_ptr_nonnull(st->hub);
    for (int i = 0; i < STAGE_TURNS; i++) {
        st->turns[i] = calloc(1, sizeof *st->turns[i]);
        ck_assert_ptr_nonnull(st->turns[i]);
        hub_add_turn(st->hub, st->turns[i]);
    }
    for (int i = 0; i < STAGE_SEATS; i++)
        ck_assert(hub_sit(st->hub, st->turns[i % STAGE_TURNS], &st->seats[i]));
}

static inline void stage_open(struct stage *st)
{
    const struct broker_settings settings = stage_settings();

    stage_open_with(st, &settings);
}

/* A ticket of the turn for the seat. */
static inline struct ticket *stage_ticket(struct stage *st, int turn, int seat)
{
    struct turn *t = st->turns[turn];

    ck_assert_uint_lt(t->ticket_count, TURN_TICKETS);
    ticket_begin(&t->tickets[t->ticket_count], &st->seats[seat].peer);
    return &t->tickets[t->ticket_count++];
}

/* One more request in the turn; the line is as on the wire, without its LF. */
static inline void stage_ask(struct stage *st, int turn, int seat, const char *line)
{
    struct ticket *t = stage_ticket(st, turn, seat);
    char *copy = strdup(line);
    struct fault fault;

    ck_assert_ptr_nonnull(copy);
    st->lines[turn][st->turns[turn]->ticket_count - 1] = copy;
    t->err = request_parse(&st->room, copy, strlen(copy), &t->rq, &fault);
    if (t->err)
        ticket_refuse(t, t->err, fault.text);
    else if (t->rq.op == OP_ALTS)
        ck_assert(turn_reserve_offers(st->turns[turn], t->rq.clause_count));
}

static inline void stage_leave(struct stage *st, int turn, int seat)
{
    struct ticket *t = stage_ticket(st, turn, seat);

    t->rq = (struct request_view){.op = (enum op)OP_LEAVE};
}

static inline void stage_run(struct stage *st, int turn)
{
    st->deadline = hub_run(st->hub, st->turns[turn], st->now_ns);
}

/* The replies that the seat gets when the turn's worker drains it; the caller's. */
static inline char *stage_replies(struct stage *st, int turn, int seat)
{
    const struct dispatch_info info = {&st->limits, &st->metrics};
    struct list done, *link;
    struct text out = {0};

    hub_collect(st->hub, &st->seats[seat], st->turns[turn]->worker, &done);
    while ((link = list_pop(&done))) {
        struct completion *c = container_of(link, struct completion, link);

        dispatch_answer(&out, c, &info);
        dispatch_release(c, st->turns[turn]);
    }
    text_add(&out, "", 1);
    ck_assert(!out.broken);
    return out.bytes;
}

static inline void stage_expect(struct stage *st, int turn, int seat, const char *replies)
{
    char *came = stage_replies(st, turn, seat);

    ck_assert_str_eq(came, replies);
    free(came);
}

/* Everything of the turn has been drained: its tickets and lines are free again. */
static inline void stage_finish(struct stage *st, int turn)
{
    struct turn *t = st->turns[turn];

    for (size_t i = 0; i < t->dirty_count; i++) {
        char *rest = stage_replies(st, turn, (int)(t->dirty[i] - st->seats));

        free(rest);
        ck_assert_uint_gt(atomic_fetch_sub(&t->dirty[i]->holders, 1), 1);
    }
    for (size_t i = 0; i < t->ticket_count; i++) {
        free(st->lines[turn][i]);
        st->lines[turn][i] = NULL;
    }
    t->dirty_count = t->ticket_count = 0;
}

/* A turn with this request alone, and what its seat is told. */
static inline void stage_play(struct stage *st, int seat, const char *line,
                              const char *replies)
{
    int turn = seat % STAGE_TURNS;

    stage_ask(st, turn, seat, line);
    stage_run(st, turn);
    stage_expect(st, turn, seat, replies);
    stage_finish(st, turn);
}

/* Where there are no channels any more, all memory has been given back. */
static inline void stage_check_memory(struct stage *st)
{
    for (int i = 0; i < STAGE_TURNS; i++)
        hub_give_back(st->hub, st->turns[i]);
    if (broker_totals(st->hub->broker).channels == 0)
        ck_assert_int_eq(budget_total(&st->hub->budget), 0);
}

static inline void stage_close(struct stage *st)
{
    for (int i = 0; i < STAGE_SEATS; i++)
        stage_leave(st, i % STAGE_TURNS, i);
    for (int i = 0; i < STAGE_TURNS; i++)
        stage_run(st, i);
    for (int i = 0; i < STAGE_TURNS; i++)
        stage_finish(st, i);
    stage_check_memory(st);
    for (int i = 0; i < STAGE_SEATS; i++) {
        ck_assert_uint_eq(atomic_load(&st->seats[i].holders), 1);
        hub_rise(st->hub, &st->seats[i]);
    }
    for (int i = 0; i < STAGE_TURNS; i++) {
        turn_release(st->turns[i]);
        free(st->turns[i]);
    }
    request_room_release(&st->room);
    hub_free(st->hub);
}

#endif
