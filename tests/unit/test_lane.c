/* SPDX-License-Identifier: MIT */
#include "lane.h"
#include "flow.h"
#include "starve.h"

enum { WORKERS = 3, ROUNDS = 4 };

struct game {
    struct lane lane;
    size_t turns; /* whose turn it is may count, without a lock */
    char order[WORKERS * ROUNDS * 2 + 1];
};

struct worker {
    struct game *game;
    size_t i, rounds;
};

static char *work(void *arg)
{
    struct worker *w = arg;
    struct game *game = w->game;

    for (size_t round = 0; round < w->rounds; round++) {
        lane_wait(&game->lane, w->i);
        game->order[game->turns++] = (char)('0' + w->i);
        if (round + 1 < w->rounds)
            ck_assert(lane_prepare(&game->lane, w->i));
        lane_pass(&game->lane, w->i);
    }
    return NULL;
}

static void play(size_t count, struct chan *(*start)(chan_fn *, void *),
                 const char *expected)
{
    struct worker workers[WORKERS];
    struct chan *done[WORKERS];
    struct game game = {.turns = 0};

    ck_assert(lane_init(&game.lane, count));
    for (size_t i = count; i-- > 0;) {
        workers[i] = (struct worker){&game, i, ROUNDS};
        done[i] = start(work, &workers[i]);
    }
    lane_open(&game.lane);
    for (size_t i = 0; i < count; i++) {
        flow_is_closed(done[i]);
        chan_drop(done[i]);
    }
    ck_assert_str_eq(game.order, expected);
    lane_release(&game.lane);
}

FLOW_TEST(workers_have_their_turns_in_a_circle)
{
    play(WORKERS, chan_go, "012012012012");
    play(2, chan_go, "01010101");
}

FLOW_TEST(one_worker_follows_itself)
{
    play(1, chan_go, "0000");
}

FLOW_TEST(threads_have_their_turns_as_well)
{
    play(WORKERS, chan_thread, "012012012012");
}

FLOW_TEST(nobody_has_a_turn_before_the_lane_is_open)
{
    struct game game = {.turns = 0};
    struct worker worker = {&game, 0, 1};
    struct chan *done;

    ck_assert(lane_init(&game.lane, 1));
    done = chan_go(work, &worker);
    flow_settle();
    ck_assert_uint_eq(game.turns, 0);
    lane_open(&game.lane);
    flow_is_closed(done);
    ck_assert_uint_eq(game.turns, 1);
    chan_drop(done);
    lane_release(&game.lane);
}

/* While memory is short, Check must not be called: it would give up. */

FLOW_TEST(to_have_prepared_is_enough)
{
    struct lane lane;
    bool again, further;

    ck_assert(lane_init(&lane, 1));
    ck_assert(lane_prepare(&lane, 0));
    starve_after(0);
    again = lane_prepare(&lane, 0);
    lane_open(&lane);
    lane_wait(&lane, 0);
    lane_pass(&lane, 0);
    lane_wait(&lane, 0);
    further = lane_prepare(&lane, 0);
    lane_pass(&lane, 0);
    ck_assert_int_gt(starve_end(), 0);
    ck_assert(again && !further);
    lane_release(&lane);
}

FLOW_TEST(without_memory_there_is_no_lane)
{
    struct lane lane;
    bool made = false;
    long n;

    for (n = 0; !made; n++) {
        starve_after(n);
        made = lane_init(&lane, WORKERS);
        ck_assert(made == (starve_end() == 0));
        ck_assert(made == (lane.places != NULL));
    }
    ck_assert_int_gt(n, WORKERS);
    lane_release(&lane);
    lane_release(&lane);
}

UNIT_MAIN("lane", workers_have_their_turns_in_a_circle, one_worker_follows_itself,
          threads_have_their_turns_as_well, nobody_has_a_turn_before_the_lane_is_open,
          to_have_prepared_is_enough, without_memory_there_is_no_lane)
