/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "fake.h"
#include "shell.h"

static void expect(const char *reply, const char *option, int status, const char *printed,
                   const char *said)
{
    const char *const steps[] = {"<hello", reply, ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "whoami", option, NULL);
    shell_expect(&sh, status, printed, said);
    fake_finish(&f);
}

START_TEST(the_name_is_printed)
{
    expect(">{\"id\":$$,\"ok\":true,\"user\":\"bob\"}", NULL, 0, "bob\n", "");
    expect(">{\"id\":$$,\"ok\":true,\"user\":\"bob\"}", "-j", 0, "{\"user\":\"bob\"}\n",
           "");
}
END_TEST

START_TEST(without_users_everybody_is_anonymous)
{
    expect(">{\"id\":$$,\"ok\":true}", NULL, 0, "anonymous\n", "");
    expect(">{\"id\":$$,\"ok\":true}", "--json", 0, "{\"user\":\"anonymous\"}\n", "");
}
END_TEST

START_TEST(who_is_nobody_is_told_so)
{
    expect(">{\"id\":$$,\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not you\"}",
           NULL, 2, "", "chan: cannot ask who this is: not you\n");
}
END_TEST

START_TEST(a_token_that_is_not_valid_is_said_before)
{
    static const char *const steps[] = {
        "<\"token\":\"t\"",
        ">{\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not you\"}", ".", NULL};
    char said[256];
    struct fake f;
    struct shell sh;

    setenv("CHAN_TOKEN", "t", 1);
    fake_start(&f, steps);
    snprintf(said, sizeof said,
             "chan: %s refuses the token: not you (CHAN_TOKEN_FILE names its file)\n",
             f.uri);
    shell_start(&sh, f.uri, "", "whoami", NULL);
    shell_expect(&sh, 2, "", said);
    fake_finish(&f);
}
END_TEST

UNIT_MAIN("cmd_whoami", the_name_is_printed, without_users_everybody_is_anonymous,
          who_is_nobody_is_told_so, a_token_that_is_not_valid_is_said_before)
