/* SPDX-License-Identifier: MIT */
#include "fan.h"
#include "flow.h"
#include "starve.h"

enum { TAPS = 4 };

FLOW_TEST(taps_that_have_room_do_not_wait_for_those_that_have_not)
{
    struct chan *from = flow_new(), *taps[TAPS], *reports;
    struct fan *f = fan_new(from, NULL, NULL, &reports);

    for (int i = 0; i < TAPS; i++) {
        taps[i] = i == 1 ? flow_buffered(1) : flow_new();
        ck_assert_int_eq(fan_tap(f, NULL, taps[i], CHAN_CLOSE_IT), CHAN_OK);
    }
    flow_put(from, "1");
    for (int i = TAPS; i-- > 0;) /* nobody needs to wait for those before it */
        flow_takes(taps[i], "1");
    flow_put(from, "2");
    flow_settle();
    flow_is_refused(from); /* all must have this one first */
    for (int i = 0; i < TAPS; i++)
        flow_takes(taps[i], "2");
    chan_close(from);
    for (int i = 0; i < TAPS; i++) {
        flow_is_closed(taps[i]);
        chan_drop(taps[i]);
    }
    flow_yields(reports, "{\"moved\":2}");
    fan_free(f);
    chan_drop(from);
}

FLOW_TEST(a_tap_that_is_removed_is_not_waited_for)
{
    struct chan *from = flow_new(), *a = flow_new(), *b = flow_new(), *c = flow_new(),
                *reports;
    struct fan *f = fan_new(from, NULL, NULL, &reports);

    fan_tap(f, NULL, a, CHAN_CLOSE_IT);
    fan_tap(f, NULL, b, CHAN_CLOSE_IT);
    fan_tap(f, NULL, c, CHAN_CLOSE_IT);
    flow_put(from, "1");
    flow_takes(c, "1");
    flow_settle();
    fan_untap(f, NULL, a); /* which a process puts to */
    fan_untap(f, NULL, b); /* which the fan's own one puts to */
    flow_settle();
    flow_is_quiet(a);
    flow_is_quiet(b);
    flow_put(from, "2");
    flow_takes(c, "2");
    chan_close(from);
    flow_yields(reports, "{\"moved\":2}");
    fan_free(f);
    chan_drop(from);
    chan_drop(a);
    chan_drop(b);
    chan_drop(c);
}

FLOW_TEST(a_remote_tap_that_is_removed_is_not_waited_for_either)
{
    struct chan *from = flow_new(), *a = flow_far(flow_new()), *reports;
    struct fan *f = fan_new(from, NULL, NULL, &reports);

    fan_tap(f, NULL, a, CHAN_CLOSE_IT);
    flow_put(from, "1");
    flow_settle();
    fan_untap(f, NULL, a);
    fan_free(f);
    flow_yields(reports, "{\"moved\":0,\"undelivered\":[1],\"error\":\"closed\"}");
    flow_is_quiet(a);
    chan_drop(from);
    chan_drop(a);
}

FLOW_TEST(a_freed_fan_goes_on_while_it_has_taps)
{
    struct chan *from = flow_new(), *a = flow_new(), *reports;
    struct fan *f = fan_new(from, NULL, NULL, &reports);

    fan_tap(f, NULL, a, CHAN_CLOSE_IT);
    fan_free(f);
    flow_put(from, "1");
    flow_takes(a, "1");
    flow_put(from, "2");
    flow_takes(a, "2");
    chan_close(a);
    flow_put(from, "3");
    flow_yields(reports, "{\"moved\":2,\"undelivered\":[3],\"error\":\"closed\"}");
    flow_is_refused(from);
    chan_drop(from);
    chan_drop(a);
}

FLOW_TEST(a_freed_fan_without_taps_ends_and_takes_nothing)
{
    struct chan *from = flow_new(), *reports;
    struct fan *f = fan_new(from, NULL, NULL, &reports);

    flow_settle();
    fan_free(f);
    flow_yields(reports, "{\"moved\":0}");
    flow_is_refused(from);
    fan_free(NULL);
    chan_drop(from);
}

FLOW_TEST(who_comes_after_the_end_is_told_so_and_closed)
{
    struct chan *from = flow_of("[]"), *a = flow_new(), *b = flow_new(), *c = flow_new(),
                *reports;
    struct fan *f = fan_new(from, NULL, NULL, &reports);

    fan_tap(f, NULL, a, CHAN_CLOSE_IT);
    flow_yields(reports, "{\"moved\":0}");
    ck_assert_int_eq(fan_tap(f, NULL, b, CHAN_CLOSE_IT), CHAN_CLOSED);
    ck_assert_int_eq(fan_tap(f, NULL, c, CHAN_LEAVE_IT), CHAN_CLOSED);
    flow_is_closed(a);
    flow_is_closed(b);
    flow_is_quiet(c);
    fan_free(f);
    chan_drop(from);
    chan_drop(a);
    chan_drop(b);
    chan_drop(c);
}

/* The first letter of a string; NULL for the empty one. */
static char *initial(const char *value, size_t len, void *data)
{
    size_t *asked = data;

    if (asked)
        ++*asked;
    return len > 2 ? strndup(value + 1, 1) : NULL;
}

FLOW_TEST(with_topics_what_is_for_nobody_is_dropped)
{
    struct chan *from = flow_new(), *a = flow_new(), *reports;
    size_t asked = 0;
    struct fan *f = fan_new(from, initial, &asked, &reports);

    flow_put(from, "\"apple\"");
    fan_tap(f, "a", a, CHAN_CLOSE_IT);
    flow_put(from, "\"bean\"");
    flow_put(from, "\"\"");
    flow_put(from, "\"ale\"");
    flow_takes(a, "\"ale\"");
    chan_close(from);
    flow_is_closed(a);
    flow_yields(reports, "{\"moved\":1,\"dropped\":3}");
    ck_assert_uint_eq(asked, 4);
    fan_free(f);
    chan_drop(from);
    chan_drop(a);
}

FLOW_TEST(with_topics_what_all_who_were_there_refused_is_told_and_it_goes_on)
{
    struct chan *from = flow_new(), *a = flow_new(), *b = flow_new(), *reports;
    struct fan *f = fan_new(from, initial, NULL, &reports);

    fan_tap(f, "a", a, CHAN_CLOSE_IT);
    fan_tap(f, "b", b, CHAN_CLOSE_IT);
    chan_close(a);
    flow_put(from, "\"ale\"");
    flow_put(from, "\"bean\"");
    flow_takes(b, "\"bean\"");
    flow_put(from, "\"apple\"");
    chan_close(from);
    flow_yields(reports, "{\"moved\":1,\"dropped\":1,\"undelivered\":[\"ale\"],"
                         "\"error\":\"closed\"}");
    fan_free(f);
    chan_drop(from);
    chan_drop(a);
    chan_drop(b);
}

struct scene {
    struct chan *from, *taps[2], *reports;
    struct fan *f;
    enum chan_status status[2];
};

static void prepare(void *data)
{
    struct scene *s = data;

    *s = (struct scene){.from = flow_buffered(2), .taps = {flow_new(), flow_new()}};
    flow_put(s->from, "1");
    flow_put(s->from, "2");
    chan_close(s->from);
}

static void play(void *data)
{
    struct scene *s = data;

    s->f = fan_new(s->from, NULL, NULL, &s->reports);
    for (int i = 0; s->f && i < 2; i++)
        s->status[i] = fan_tap(s->f, NULL, s->taps[i], CHAN_CLOSE_IT);
    flow_settle();
}

static char *drain(void *arg)
{
    const char *value;

    while (chan_take(arg, CHAN_FOREVER, &value, NULL) == CHAN_OK)
        ;
    return NULL;
}

/* Whoever taps gets the end; without a tap nothing is taken. */
static void check(void *data)
{
    struct scene *s = data;
    bool tapped = false;
    const char *report;
    size_t len;

    if (!s->f)
        flow_takes(s->from, "1");
    for (int i = 0; s->f && i < 2; i++)
        if (s->status[i] == CHAN_OK) {
            tapped = true;
            chan_drop(chan_go(drain, s->taps[i]));
        } else {
            ck_assert_int_ne(s->status[i], CHAN_INVALID);
        }
    fan_free(s->f);
    if (s->f && chan_take(s->reports, CHAN_FOREVER, &report, &len) == CHAN_OK && !tapped)
        ck_assert_str_eq(report, "{\"moved\":0}");
    flow_settle(); /* who drains holds no channel of its own */
    for (int i = 0; i < 2; i++)
        chan_drop(s->taps[i]);
    chan_drop(s->reports);
    chan_drop(s->from);
}

FLOW_TEST(out_of_memory_it_is_not_made_or_ends)
{
    static const struct flow_scenario scenario = {prepare, play, check};
    struct scene scene;

    FLOW_STARVE(&scenario, &scene);
}

UNIT_MAIN("fan", taps_that_have_room_do_not_wait_for_those_that_have_not,
          a_tap_that_is_removed_is_not_waited_for,
          a_remote_tap_that_is_removed_is_not_waited_for_either,
          a_freed_fan_goes_on_while_it_has_taps,
          a_freed_fan_without_taps_ends_and_takes_nothing,
          who_comes_after_the_end_is_told_so_and_closed,
          with_topics_what_is_for_nobody_is_dropped,
          with_topics_what_all_who_were_there_refused_is_told_and_it_goes_on,
          out_of_memory_it_is_not_made_or_ends)
