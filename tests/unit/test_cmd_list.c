/* SPDX-License-Identifier: MIT */
/* list and stat, into a pipe and on a terminal. */
#include "unit.h"
#include "fake.h"
#include "shell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static const char page_one[] =
    ">{\"id\":$$,\"ok\":true,\"channels\":[{\"name\":\"jobs\",\"buffer\":{\"kind\":"
    "\"fixed\","
    "\"size\":100},\"buffered\":12,\"bytes\":60,\"parked_puts\":0,\"parked_takes\":3,"
    "\"closed\":false}],\"more\":true}";
static const char page_two[] =
    ">{\"id\":$$,\"ok\":true,\"channels\":[{\"name\":\"old/one\",\"buffer\":{\"kind\":"
    "\"none\"},\"buffered\":0,\"parked_puts\":7,\"parked_takes\":0,\"closed\":true}],"
    "\"more\":false}";

START_TEST(into_a_pipe_the_list_has_tabs_and_no_heading)
{
    static const char *const steps[] = {
        "<{\"op\":\"list\"", page_one, "<\"after\":\"jobs\"", page_two, ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "list", NULL);
    shell_expect(&sh, 0, "jobs\tfixed\t12/100\t0\t3\tno\nold/one\tnone\t0\t7\t0\tyes\n",
                 "");
    fake_finish(&f);
}
END_TEST

START_TEST(a_prefix_is_handed_on)
{
    static const char *const steps[] = {
        "<\"prefix\":\"jobs/\"}",
        ">{\"id\":$$,\"ok\":true,\"channels\":[],\"more\":false}", ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "list", "jobs/", NULL);
    shell_expect(&sh, 0, "", "");
    fake_finish(&f);
}
END_TEST

/* What a terminal shows; its line ends are CR LF. */
static void expect_terminal(const char *const steps[], const char *word,
                            const char *shown)
{
    struct fake f;
    struct shell sh;
    char text[1024];
    size_t len = 0;
    ssize_t n;
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave,
        null = open("/dev/null", O_RDONLY);

    ck_assert_int_ge(master, 0);
    ck_assert_int_eq(grantpt(master), 0);
    ck_assert_int_eq(unlockpt(master), 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(slave, 0);
    fake_start(&f, steps);
    shell_start_at(&sh, f.uri, null, slave, word, NULL);
    close(slave);
    /* Reads until the other side is closed, which is EIO. */
    while ((n = read(master, text + len, sizeof text - len - 1)) > 0)
        len += (size_t)n;
    text[len] = '\0';
    shell_expect(&sh, 0, "", "");
    ck_assert_str_eq(text, shown);
    fake_finish(&f);
    close(master);
    close(null);
}

START_TEST(on_a_terminal_the_list_is_aligned_under_a_heading)
{
    static const char *const steps[] = {"<", page_one, "<", page_two, ".", NULL};

    expect_terminal(steps, "list",
                    "NAME     BUFFER  VALUES  PUTS  TAKES  CLOSED\r\n"
                    "jobs     fixed   12/100  0     3      no\r\n"
                    "old/one  none    0       7     0      yes\r\n");
}
END_TEST

START_TEST(on_a_terminal_keys_and_values_are_aligned)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":true,\"stat\":{\"uptime_s\":5,\"a\":\"b\"}}", ".", NULL};

    expect_terminal(steps, "stat", "uptime_s  5\r\na         b\r\n");
}
END_TEST

START_TEST(stat_shows_every_member_also_of_objects_within)
{
    static const char *const steps[] = {
        "<\"chan\":\"jobs\"}",
        ">{\"id\":$$,\"ok\":true,\"stat\":{\"name\":\"jobs\",\"buffer\":{\"kind\":"
        "\"fixed\","
        "\"size\":5},\"closed\":false,\"deep\":{\"er\":{\"x\":null}},\"list\":[1, 2]}}",
        ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "stat", "jobs", NULL);
    shell_expect(&sh, 0,
                 "name\tjobs\nbuffer.kind\tfixed\nbuffer.size\t5\nclosed\tfalse\n"
                 "deep.er.x\tnull\nlist\t[1, 2]\n",
                 "");
    fake_finish(&f);
}
END_TEST

START_TEST(a_channel_that_is_not_there_is_named)
{
    static const char *const steps[] = {"<",
                                        ">{\"id\":$$,\"ok\":false,\"reason\":\"no_"
                                        "channel\",\"message\":\"there is none\"}",
                                        ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "stat", "nowhere", NULL);
    shell_expect(&sh, 2, "", "chan: cannot look at nowhere: there is none\n");
    fake_finish(&f);
}
END_TEST

START_TEST(a_list_that_cannot_be_read_is_exit_4)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":true,\"channels\":[7],\"more\":false}", ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "list", NULL);
    shell_expect(&sh, 4, "",
                 "chan: cannot list channels: what the server sent cannot be read\n");
    fake_finish(&f);
}
END_TEST

UNIT_MAIN("cmd_list", into_a_pipe_the_list_has_tabs_and_no_heading, a_prefix_is_handed_on,
          on_a_terminal_the_list_is_aligned_under_a_heading,
          on_a_terminal_keys_and_values_are_aligned,
          stat_shows_every_member_also_of_objects_within,
          a_channel_that_is_not_there_is_named, a_list_that_cannot_be_read_is_exit_4)
