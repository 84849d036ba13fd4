/* SPDX-License-Identifier: MIT */
/* chan_event.h: a client in a loop of libevent, which loses its connection meanwhile. */
#include "unit.h"
#include "chan_event.h"
#include "kept.h"

struct scene {
    struct kept k;
    struct event_base *base;
    struct chan_event event;
    size_t wanted; /* requests that end before the loop does */
};

static void on_done(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct scene *s = data;

    kept_done(c, reply, &s->k);
    if (s->k.ended == s->wanted)
        event_base_loopbreak(s->base);
}

static void scene_begin(struct scene *s, const char *const steps[])
{
    memset(s, 0, sizeof *s);
    kept_begin(&s->k, steps, 0);
    s->base = event_base_new();
    ck_assert_ptr_nonnull(s->base);
    chan_event_init(&s->event, s->base, s->k.c);
}

static void scene_take(struct scene *s)
{
    ck_assert_int_eq(named_start(s->k.c, "a", NULL, CHAN_FOREVER, on_done, s, NULL),
                     CHAN_OK);
    chan_event_update(&s->event);
    s->wanted++;
}

static void scene_loop(struct scene *s)
{
    ck_assert_int_eq(event_base_dispatch(s->base), 0);
    ck_assert_uint_eq(s->k.ended, s->wanted);
}

static void scene_end(struct scene *s)
{
    chan_event_release(&s->event);
    event_base_free(s->base);
    kept_end(&s->k);
}

START_TEST(requests_end_in_the_loop)
{
    static const char *const steps[] = {"<take",
                                        "<take",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ">{\"id\":$2,\"ok\":true,\"value\":2}",
                                        "<take",
                                        ">{\"id\":$3,\"ok\":true,\"value\":3}",
                                        ".",
                                        NULL};
    struct scene s;

    scene_begin(&s, steps);
    scene_take(&s);
    scene_take(&s);
    scene_loop(&s);
    ck_assert_str_eq(s.k.endings, "ok 1; ok 2; ");
    scene_take(&s);
    scene_loop(&s);
    ck_assert_str_eq(s.k.endings, "ok 1; ok 2; ok 3; ");
    scene_end(&s);
}
END_TEST

START_TEST(a_connection_comes_back_in_the_loop)
{
    static const char *const steps[] = {"<take", "@",
                                        "<ping", ">{\"id\":$$,\"ok\":true}",
                                        "<take", "@",
                                        "<ping", ">{\"id\":$$,\"ok\":true}",
                                        "<take", ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",     NULL};
    struct scene s;

    scene_begin(&s, steps);
    scene_take(&s);
    scene_loop(&s);
    ck_assert_str_eq(s.k.endings, "ok 1; ");
    scene_end(&s);
}
END_TEST

START_TEST(waits_end_in_the_loop_while_there_is_no_server)
{
    static const char *const steps[] = {NULL};
    struct scene s;

    scene_begin(&s, steps);
    fake_finish(&s.k.fake);
    ck_assert_int_eq(named_start(s.k.c, "a", NULL, 40, on_done, &s, NULL), CHAN_OK);
    chan_event_update(&s.event);
    s.wanted = 1;
    scene_loop(&s);
    ck_assert_str_eq(s.k.endings, "timeout; ");
    chan_event_release(&s.event);
    event_base_free(s.base);
    chan_client_free(s.k.c);
}
END_TEST

START_TEST(a_client_that_is_not_connected_keeps_no_loop_going)
{
    struct chan_client *c = chan_client_new();
    struct event_base *base = event_base_new();
    struct chan_event e;

    chan_event_init(&e, base, c);
    ck_assert_int_eq(event_base_dispatch(base), 1); /* there was nothing to wait for */
    chan_event_release(&e);
    event_base_free(base);
    chan_client_free(c);
}
END_TEST

UNIT_MAIN("chan_event", requests_end_in_the_loop, a_connection_comes_back_in_the_loop,
          waits_end_in_the_loop_while_there_is_no_server,
          a_client_that_is_not_connected_keeps_no_loop_going)
