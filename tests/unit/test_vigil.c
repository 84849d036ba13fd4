/* SPDX-License-Identifier: MIT */
/* Waiting for reports, and what calls it off. */
#include "unit.h"
#include "fake.h"
#include "vigil.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* A link to a fake server, and a vigil. */
struct scene {
    struct fake fake;
    struct link link;
    struct vigil vigil;
};

static void begin(struct scene *s, const char *const steps[])
{
    struct args args = {0};

    fake_start(&s->fake, steps);
    args.server = s->fake.uri;
    ck_assert_int_eq(link_open(&s->link, &args, LINK_WATCHING), EXIT_DONE);
    ck_assert(vigil_begin(&s->vigil, &s->link));
}

static void end(struct scene *s)
{
    vigil_end(&s->vigil);
    link_close(&s->link);
    fake_finish(&s->fake);
}

static bool has_stopped(const struct vigil *v)
{
    struct pollfd p = {.fd = v->stop, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

START_TEST(whoever_reports_first_is_told_apart)
{
    static const char *const steps[] = {".", NULL};
    struct chan *reports[] = {chan_local(CHAN_FIXED, 1), NULL, chan_local(CHAN_FIXED, 1)};
    struct scene s;
    const char *told;
    size_t len;

    begin(&s, steps);
    ck_assert_int_eq(chan_put(reports[2], "{}", 2, 0), CHAN_OK);
    ck_assert_uint_eq(vigil_next(&s.vigil, reports, 3, &told, &len), 2);
    ck_assert_str_eq(told, "{}");
    ck_assert_uint_eq(len, 2);
    chan_close(reports[0]);
    ck_assert_uint_eq(vigil_next(&s.vigil, reports, 3, &told, &len), 0);
    ck_assert_uint_eq(len, 0);
    ck_assert(!s.vigil.called_off);
    ck_assert(!has_stopped(&s.vigil));
    chan_drop(reports[0]);
    chan_drop(reports[2]);
    end(&s);
}
END_TEST

/* Pipes until it is called off; the report must begin so. */
static void expect_report(struct scene *s, void (*call_off)(void), const char *report)
{
    struct chan *from = link_channel(&s->link, "from");
    struct chan *to = chan_local(CHAN_FIXED, 1);
    struct chan *reports = chan_pipe(from, to, CHAN_LEAVE_IT);
    const char *told;
    size_t len;

    ck_assert_ptr_nonnull(reports);
    fake_await(&s->fake);
    call_off();
    ck_assert_uint_eq(vigil_next(&s->vigil, &reports, 1, &told, &len), 0);
    ck_assert_uint_ge(len, strlen(report));
    ck_assert_mem_eq(told, report, strlen(report));
    ck_assert(s->vigil.called_off);
    ck_assert(has_stopped(&s->vigil));
    chan_drop(reports);
    chan_drop(from);
    chan_drop(to);
}

static const char *const cancelled[] = {
    "<take", "?", ".", ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}", NULL};

static void interrupt(void)
{
    kill(getpid(), SIGTERM);
}

START_TEST(a_signal_hangs_up)
{
    struct scene s;

    begin(&s, cancelled);
    expect_report(&s, interrupt, "{\"moved\":0,\"error\":\"cancelled\"}");
    ck_assert_int_eq(vigil_exit(&s.vigil), EXIT_INTERRUPTED);
    end(&s);
}
END_TEST

START_TEST(what_had_ended_when_the_signal_came_still_arrives)
{
    static const char *const steps[] = {"<take", "?", ".",
                                        ">{\"id\":$1,\"ok\":true,\"value\":7}", NULL};
    struct scene s;

    begin(&s, steps);
    expect_report(&s, interrupt, "{\"moved\":1,\"error\":\"lost\"");
    end(&s);
}
END_TEST

static int output[2];

static void stop_reading(void)
{
    close(output[0]);
}

START_TEST(nobody_reading_the_output_calls_off_too)
{
    const int kept = dup(STDOUT_FILENO);
    struct scene s;

    begin(&s, cancelled);
    vigil_end(&s.vigil);
    ck_assert_int_eq(pipe(output), 0);
    fflush(stdout);
    dup2(output[1], STDOUT_FILENO);
    s.link.watches_output = true;
    ck_assert(vigil_begin(&s.vigil, &s.link));
    expect_report(&s, stop_reading, "{\"moved\":0,\"error\":\"cancelled\"}");
    dup2(kept, STDOUT_FILENO);
    ck_assert_int_eq(vigil_exit(&s.vigil), EXIT_READER_GONE);
    close(output[1]);
    close(kept);
    end(&s);
}
END_TEST

UNIT_MAIN("vigil", whoever_reports_first_is_told_apart, a_signal_hangs_up,
          what_had_ended_when_the_signal_came_still_arrives,
          nobody_reading_the_output_calls_off_too)
