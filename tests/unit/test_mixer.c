/* SPDX-License-Identifier: MIT */
#include "mixer.h"
#include "flow.h"
#include "starve.h"

FLOW_TEST(a_mixer_without_sources_ends_when_it_is_freed)
{
    struct chan *to = flow_new(), *reports;
    struct mixer *m = mixer_new(to, CHAN_CLOSE_IT, CHAN_MUTE, &reports);

    ck_assert_ptr_nonnull(m);
    flow_settle();
    flow_is_quiet(to);
    flow_is_quiet(reports);
    mixer_free(m);
    flow_is_closed(to);
    flow_yields(reports, "{\"moved\":0}");
    mixer_free(NULL);
    chan_drop(to);
}

FLOW_TEST(it_ends_when_the_last_source_is_closed)
{
    struct chan *to = flow_buffered(9), *a = flow_buffered(2), *b = flow_buffered(2),
                *reports;
    struct mixer *m = mixer_new(to, CHAN_CLOSE_IT, CHAN_MUTE, &reports);

    ck_assert_int_eq(mixer_add(m, a, CHAN_PLAY), CHAN_OK);
    ck_assert_int_eq(mixer_add(m, b, CHAN_PLAY), CHAN_OK);
    mixer_free(m);
    flow_put(a, "1");
    chan_close(a);
    flow_settle();
    flow_is_quiet(reports);
    flow_put(b, "2");
    chan_close(b);
    flow_yields(reports, "{\"moved\":2}");
    flow_drains(to, "[1,2]");
    chan_drop(a);
    chan_drop(b);
    chan_drop(to);
}

FLOW_TEST(while_it_is_not_freed_sources_may_come)
{
    struct chan *to = flow_buffered(9), *a = flow_of("[1]"), *b = flow_of("[2]"),
                *reports;
    struct mixer *m = mixer_new(to, CHAN_LEAVE_IT, CHAN_MUTE, &reports);

    ck_assert_int_eq(mixer_add(m, a, CHAN_PLAY), CHAN_OK);
    flow_takes(to, "1");
    flow_settle();
    flow_is_quiet(reports);
    ck_assert_int_eq(mixer_add(m, b, CHAN_PLAY), CHAN_OK);
    flow_takes(to, "2");
    mixer_free(m);
    flow_yields(reports, "{\"moved\":2}");
    flow_put(to, "3");
    chan_drop(a);
    chan_drop(b);
    chan_drop(to);
}

FLOW_TEST(when_the_target_is_closed_all_leave_and_take_no_more)
{
    struct chan *to = flow_new(), *a = flow_new(), *b = flow_new(), *reports;
    struct mixer *m = mixer_new(to, CHAN_LEAVE_IT, CHAN_MUTE, &reports);

    mixer_add(m, a, CHAN_PLAY);
    mixer_add(m, b, CHAN_PLAY);
    chan_close(to);
    flow_put(a, "1");
    flow_yields(reports, "{\"moved\":0,\"undelivered\":[1],\"error\":\"closed\"}");
    flow_is_refused(a);
    flow_is_refused(b);
    ck_assert_int_eq(mixer_add(m, a, CHAN_PLAY), CHAN_CLOSED);
    mixer_free(m);
    chan_drop(a);
    chan_drop(b);
    chan_drop(to);
}

FLOW_TEST(what_was_removed_takes_no_more)
{
    struct chan *to = flow_buffered(9), *a = flow_new(), *reports;
    struct mixer *m = mixer_new(to, CHAN_LEAVE_IT, CHAN_MUTE, &reports);

    mixer_add(m, a, CHAN_PLAY);
    flow_put(a, "1");
    flow_takes(to, "1");
    mixer_remove(m, a);
    flow_is_refused(a);
    mixer_remove(m, a);
    mixer_remove(m, to);
    mixer_add(m, a, CHAN_PLAY);
    flow_put(a, "2");
    flow_takes(to, "2");
    chan_close(a);
    mixer_free(m);
    flow_yields(reports, "{\"moved\":2}");
    chan_drop(a);
    chan_drop(to);
}

FLOW_TEST(what_was_removed_still_puts_what_it_had_taken)
{
    struct chan *to = flow_new(), *a = flow_buffered(2), *reports;
    struct mixer *m = mixer_new(to, CHAN_LEAVE_IT, CHAN_MUTE, &reports);

    flow_put(a, "1");
    flow_put(a, "2");
    mixer_add(m, a, CHAN_PLAY);
    flow_settle();
    mixer_remove(m, a);
    mixer_free(m);
    flow_takes(to, "1");
    flow_yields(reports, "{\"moved\":1}");
    flow_takes(a, "2");
    chan_drop(a);
    chan_drop(to);
}

FLOW_TEST(all_can_be_told_the_same)
{
    struct chan *to = flow_buffered(9), *a = flow_new(), *b = flow_new(), *reports;
    struct mixer *m = mixer_new(to, CHAN_LEAVE_IT, CHAN_MUTE, &reports);

    mixer_add(m, a, CHAN_PAUSE);
    mixer_add(m, b, CHAN_PAUSE);
    flow_settle();
    flow_is_refused(a);
    flow_is_refused(b);
    ck_assert_int_eq(mixer_set_all(m, CHAN_PLAY), CHAN_OK);
    flow_put(a, "1");
    flow_put(b, "2");
    mixer_stop(m);
    flow_yields(reports, "{\"moved\":2}");
    flow_takes(to, "1");
    flow_takes(to, "2");
    mixer_free(m);
    chan_drop(a);
    chan_drop(b);
    chan_drop(to);
}

FLOW_TEST(a_remote_source_that_is_lost_leaves_and_is_told)
{
    struct chan *to = flow_buffered(9), *a = flow_far(flow_new()), *b = flow_new(),
                *reports;
    struct mixer *m = mixer_new(to, CHAN_LEAVE_IT, CHAN_MUTE, &reports);

    mixer_add(m, a, CHAN_PLAY);
    mixer_add(m, b, CHAN_PLAY);
    flow_put(a, "1");
    flow_takes(to, "1");
    flow_fail(a, CHAN_LOST, NULL);
    flow_put(b, "2");
    flow_takes(to, "2");
    mixer_free(m);
    chan_close(b);
    flow_yields(reports, "{\"moved\":2,\"error\":\"lost\"}");
    chan_drop(a);
    chan_drop(b);
    chan_drop(to);
}

struct scene {
    struct chan *to, *a, *reports;
    struct mixer *m;
    enum chan_status added;
};

static void prepare(void *data)
{
    struct scene *s = data;

    *s = (struct scene){.to = flow_buffered(4), .a = flow_buffered(4)};
    flow_put(s->a, "1");
    flow_put(s->a, "2");
    chan_close(s->a);
}

static void play(void *data)
{
    struct scene *s = data;

    s->m = mixer_new(s->to, CHAN_CLOSE_IT, CHAN_MUTE, &s->reports);
    if (!s->m)
        return;
    s->added = mixer_add(s->m, s->a, CHAN_PLAY);
    flow_settle();
    mixer_free(s->m);
    flow_settle();
}

static void check(void *data)
{
    struct scene *s = data;
    const char *value;

    if (s->m && s->added != CHAN_OK) {
        ck_assert_int_eq(s->added, CHAN_NO_MEMORY);
        flow_takes(s->a, "1");
    }
    if (s->m) {
        while (chan_take(s->reports, CHAN_FOREVER, &value, NULL) == CHAN_OK)
            ;
        while (chan_take(s->to, CHAN_FOREVER, &value, NULL) == CHAN_OK)
            ;
        flow_is_closed(s->to);
    } else {
        flow_takes(s->a, "1");
        flow_is_quiet(s->to);
    }
    chan_drop(s->reports);
    chan_drop(s->a);
    chan_drop(s->to);
}

FLOW_TEST(out_of_memory_it_is_not_made_or_ends)
{
    static const struct flow_scenario scenario = {prepare, play, check};
    struct scene scene;

    FLOW_STARVE(&scenario, &scene);
}

UNIT_MAIN("mixer", a_mixer_without_sources_ends_when_it_is_freed,
          it_ends_when_the_last_source_is_closed, while_it_is_not_freed_sources_may_come,
          when_the_target_is_closed_all_leave_and_take_no_more,
          what_was_removed_takes_no_more, what_was_removed_still_puts_what_it_had_taken,
          all_can_be_told_the_same, a_remote_source_that_is_lost_leaves_and_is_told,
          out_of_memory_it_is_not_made_or_ends)
