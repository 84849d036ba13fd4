/* SPDX-License-Identifier: MIT */
/* chan_poll.h: clients beside a descriptor that has nothing to do with them. */
#include "unit.h"
#include "chan_poll.h"
#include "kept.h"

#include <unistd.h>

START_TEST(two_clients_and_a_pipe_in_one_array)
{
    static const char *const first[] = {"<take", "@",
                                        "<ping", ">{\"id\":$$,\"ok\":true}",
                                        "<take", ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",     NULL};
    static const char *const second[] = {"<take", ">{\"id\":$1,\"ok\":true,\"value\":2}",
                                         ".", NULL};
    struct kept a, b;
    int ends[2], bytes = 0;
    char byte;

    ck_assert_int_eq(pipe(ends), 0);
    kept_begin(&a, first, 0);
    kept_begin(&b, second, 0);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    kept_start(&a, "a", NULL, CHAN_FOREVER);
    kept_start(&b, "b", NULL, CHAN_FOREVER);
    while (a.ended + b.ended < 2) {
        struct pollfd fds[3] = {[2] = {.fd = ends[0], .events = POLLIN}};
        int ms = -1;

        ms = chan_poll_fill(a.c, &fds[0], ms);
        ms = chan_poll_fill(b.c, &fds[1], ms);
        ck_assert_int_ge(poll(fds, 3, ms), 0);
        ck_assert_int_eq(chan_process(a.c), CHAN_OK);
        ck_assert_int_eq(chan_process(b.c), CHAN_OK);
        if (fds[2].revents)
            bytes += (int)read(ends[0], &byte, 1);
    }
    ck_assert_str_eq(a.endings, "ok 1; ");
    ck_assert_str_eq(b.endings, "ok 2; ");
    ck_assert_int_eq(bytes, 1);
    close(ends[0]);
    close(ends[1]);
    kept_end(&a);
    kept_end(&b);
}
END_TEST

START_TEST(the_earlier_timeout_counts)
{
    static const char *const steps[] = {".", NULL};
    struct pollfd p;
    struct kept k;

    kept_begin(&k, steps, 1000);
    ck_assert_int_eq(chan_poll_fill(k.c, &p, -1), -1);
    ck_assert_int_eq(chan_poll_fill(k.c, &p, 5), 5);
    ck_assert_int_eq(p.fd, chan_fd(k.c));
    ck_assert_int_eq(p.events, POLLIN);
    kept_start(&k, "a", NULL, CHAN_FOREVER);
    ck_assert_int_gt(chan_poll_fill(k.c, &p, -1), 0);
    ck_assert_int_le(chan_poll_fill(k.c, &p, -1), 1000);
    ck_assert_int_eq(chan_poll_fill(k.c, &p, 0), 0);
    ck_assert_int_eq(p.events, POLLIN | POLLOUT);
    chan_disconnect(k.c);
    ck_assert_int_eq(chan_poll_fill(k.c, &p, -1), -1);
    ck_assert_int_eq(p.fd, -1);
    kept_end(&k);
}
END_TEST

UNIT_MAIN("chan_poll", two_clients_and_a_pipe_in_one_array, the_earlier_timeout_counts)
