/* SPDX-License-Identifier: MIT */
/* `chan bench`, as far as it comes without a server; the rest is in tests/e2e. */
#include "unit.h"
#include "fake.h"
#include "shell.h"

#define NOWHERE "unix:///nonexistent/chan"

START_TEST(slips_are_said_before_anybody_is_asked)
{
    struct shell sh;

    shell_start(&sh, NOWHERE, "", "bench", "frob", NULL);
    shell_expect(&sh, 2, "",
                 "chan: there is no scenario frob (chan bench --help lists them)\n");
    shell_start(&sh, NOWHERE, "", "bench", "handoff", "--chans", "4", NULL);
    shell_expect(
        &sh, 2, "",
        "chan: --chans is nothing to handoff (chan bench --help says what is)\n");
    shell_start(&sh, NOWHERE, "", "bench", "stream", "--size", "9", NULL);
    shell_expect(&sh, 2, "", "chan: --size must be from 10 to 67108864 bytes\n");
    shell_start(&sh, NOWHERE, "", "bench", "--secs", "0", NULL);
    shell_expect(&sh, 2, "", "chan: --secs must be from 10 to 3600000 ms\n");
    shell_start(&sh, NOWHERE, "", "bench", "--conns", "100000", "--per-conn", "1000",
                NULL);
    shell_expect(
        &sh, 2, "",
        "chan: no more than 10000000 values or takes can be under way at once\n");
    shell_start(&sh, NOWHERE, "", "bench", "--pairs", "many", NULL);
    shell_expect(&sh, 2, "", "chan: --pairs must be a number of at least 1, not many\n");
}
END_TEST

START_TEST(options_of_any_scenario_are_fine_with_all)
{
    struct shell sh;

    shell_start(&sh, NOWHERE, "", "bench", "--chans", "4", "--pairs", "2", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 4);
    ck_assert_ptr_nonnull(strstr(sh.said, "chan: cannot reach " NOWHERE));
    shell_release(&sh);
    shell_start(&sh, NOWHERE, "", "bench", "all", "--chans", "4", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 4);
    shell_release(&sh);
}
END_TEST

START_TEST(a_server_that_opens_no_channels_is_told_in_its_words)
{
    static const char *const steps[] = {
        "<{\"op\":\"open\"",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"limit\",\"message\":\"no room\"}",
        "<{\"op\":\"list\"",
        ">{\"id\":$$,\"ok\":true,\"channels\":[],\"more\":false}",
        ".",
        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "bench", "handoff", NULL);
    shell_expect(&sh, 2, "", "chan: cannot open channels for handoff: no room\n");
    fake_finish(&f);
}
END_TEST

START_TEST(channels_are_without_buffer_and_deleted)
{
    static const char *const steps[] = {
        "<\"chan\":\"bench-",
        ">{\"id\":$$,\"ok\":true,\"created\":true}",
        "<\"buffer\":{\"kind\":\"none\"}",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"limit\",\"message\":\"no more\"}",
        "<\"prefix\":\"bench-",
        ">{\"id\":$$,\"ok\":true,\"channels\":[{\"name\":\"bench-1/0\",\"buffer\":{"
        "\"kind\":\"none\"},\"buffered\":0,\"parked_puts\":0,\"parked_takes\":0,"
        "\"closed\":false}],\"more\":false}",
        "<{\"op\":\"delete\"",
        ">{\"id\":$$,\"ok\":true}",
        ".",
        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "bench", "handoff", NULL);
    shell_expect(&sh, 2, "", "chan: cannot open channels for handoff: no more\n");
    fake_finish(&f);
}
END_TEST

START_TEST(a_server_that_goes_is_lost)
{
    static const char *const steps[] = {"<{\"op\":\"open\"", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "bench", "stream", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 4);
    ck_assert_ptr_nonnull(strstr(sh.said, "chan: cannot open channels for stream: "));
    ck_assert_ptr_eq(strchr(sh.said, '\n'), sh.said + strlen(sh.said) - 1);
    ck_assert_str_eq(sh.printed, "");
    shell_release(&sh);
    fake_finish(&f);
}
END_TEST

UNIT_MAIN("cmd_bench", slips_are_said_before_anybody_is_asked,
          options_of_any_scenario_are_fine_with_all,
          a_server_that_opens_no_channels_is_told_in_its_words,
          channels_are_without_buffer_and_deleted, a_server_that_goes_is_lost)
