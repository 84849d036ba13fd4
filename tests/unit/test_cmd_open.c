/* SPDX-License-Identifier: MIT */
/* open, close, delete and ping: a request, and its reply. */
#include "unit.h"
#include "fake.h"
#include "shell.h"

#define OK ">{\"id\":$$,\"ok\":true}"

START_TEST(open_is_quiet_unless_it_is_asked)
{
    static const char *const steps[] = {"<\"chan\":\"a\",\"buffer\":{\"kind\":\"fixed\","
                                        "\"size\":7},\"close_after_ms\":1500,"
                                        "\"max_parked\":3}",
                                        ">{\"id\":$$,\"ok\":true,\"created\":true}", ".",
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "open", "a", "--buffer", "fixed:7", "--close-after",
                "1.5s", "--max-parked", "3", NULL);
    shell_expect(&sh, 0, "", "");
    fake_finish(&f);
}
END_TEST

START_TEST(open_tells_created_from_existed)
{
    static const char *const said[] = {"created\n", "existed\n"};
    static const char *const replies[] = {">{\"id\":$$,\"ok\":true,\"created\":true}",
                                          ">{\"id\":$$,\"ok\":true,\"created\":false}"};

    for (size_t i = 0; i < 2; i++) {
        const char *const steps[] = {"<", replies[i], ".", NULL};
        struct fake f;
        struct shell sh;

        fake_start(&f, steps);
        shell_start(&sh, f.uri, "", "open", "-v", "a", NULL);
        shell_expect(&sh, 0, said[i], "");
        fake_finish(&f);
    }
}
END_TEST

START_TEST(a_refusal_is_exit_2_in_the_servers_words)
{
    static const char *const steps[] = {"<",
                                        ">{\"id\":$$,\"ok\":false,\"reason\":\"exists\","
                                        "\"message\":\"other\\nsettings\"}",
                                        ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "open", "a", NULL);
    shell_expect(&sh, 2, "", "chan: cannot open a: other?settings\n");
    fake_finish(&f);
}
END_TEST

START_TEST(close_goes_through_its_names_up_to_one_that_fails)
{
    static const char *const steps[] = {
        "<{\"op\":\"close\"",
        OK,
        "<\"chan\":\"b\"",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"no_channel\",\"message\":\"none\"}",
        ".",
        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "close", "a", "b", "c", NULL);
    shell_expect(&sh, 2, "", "chan: cannot close b: none\n");
    fake_finish(&f);
}
END_TEST

START_TEST(delete_goes_through_its_names)
{
    static const char *const steps[] = {
        "<{\"op\":\"delete\"", OK, "<\"chan\":\"b\"", OK, ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "delete", "a", "b", NULL);
    shell_expect(&sh, 0, "", "");
    fake_finish(&f);
}
END_TEST

START_TEST(ping_prints_a_time)
{
    static const char *const steps[] = {"<ping", OK, ".", NULL};
    struct fake f;
    struct shell sh;
    double ms = -1;
    char unit[8] = "";

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "ping", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 0);
    ck_assert_int_eq(sscanf(sh.printed, "%lf %7s", &ms, unit), 2);
    ck_assert(ms >= 0 && ms < 60000);
    ck_assert_str_eq(unit, "ms");
    shell_release(&sh);
    fake_finish(&f);
}
END_TEST

START_TEST(a_lost_server_is_exit_4)
{
    static const char *const steps[] = {"<", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "ping", NULL);
    shell_expect(
        &sh, 4, "",
        "chan: cannot ping the server: the connection is lost: the server closed it "
        "(whether it was done is not known)\n");
    fake_finish(&f);
}
END_TEST

UNIT_MAIN("cmd_open", open_is_quiet_unless_it_is_asked, open_tells_created_from_existed,
          a_refusal_is_exit_2_in_the_servers_words,
          close_goes_through_its_names_up_to_one_that_fails,
          delete_goes_through_its_names, ping_prints_a_time, a_lost_server_is_exit_4)
