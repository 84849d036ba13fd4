/* SPDX-License-Identifier: MIT */
/* Who chan says it is: files, the environment, and who else may see them. */
#include "unit.h"
#include "fake.h"
#include "login.h"
#include "shell.h"

#include <sys/stat.h>

static char path[] = "/tmp/chan-token-XXXXXX";

static void write_file(const char *content, mode_t mode)
{
    const int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
    setenv("CHAN_TOKEN_FILE", path, 1);
}

static void expect_said(const char *says)
{
    const char *steps[] = {
        says, ">{\"ok\":true}", "<ping", ">{\"id\":$$,\"ok\":true}", ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "ping", NULL);
    shell_finish(&sh);
    ck_assert_msg(sh.status == 0, "%s", sh.said);
    shell_release(&sh);
    fake_finish(&f);
}

/* Nobody was asked, for there is no such server. */
static void expect_refused(const char *what)
{
    char said[512];
    struct shell sh;

    snprintf(said, sizeof said, "chan: %s\n", what);
    shell_start(&sh, "unix:///nonexistent/chan", "", "ping", NULL);
    shell_expect(&sh, 2, "", said);
}

START_TEST(the_first_line_of_a_file_is_the_token)
{
    write_file("s3cret\r\nsomething else\n", 0600);
    expect_said("<{\"op\":\"hello\",\"token\":\"s3cret\",\"protocol\":1}");
    unlink(path);
}
END_TEST

START_TEST(without_a_file_it_is_in_the_environment)
{
    setenv("CHAN_TOKEN", "bob:a secret", 1);
    setenv("CHAN_TOKEN_FILE", "", 1);
    expect_said("<\"token\":\"bob:a secret\"");
    write_file("of the file", 0400);
    expect_said("<\"token\":\"of the file\"");
    unlink(path);
}
END_TEST

START_TEST(a_file_that_others_may_read_is_not_used)
{
    static const mode_t modes[] = {0640, 0620, 0604, 0644, 0666};
    char what[256];

    write_file("s3cret\n", 0600);
    snprintf(what, sizeof what,
             "others can read %s, so its token is not used (chmod 600 %s)", path, path);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        ck_assert_int_eq(chmod(path, modes[i]), 0);
        expect_refused(what);
    }
    unlink(path);
}
END_TEST

/* A service manager hands files out in its own way; to make one takes root. */
START_TEST(a_file_of_somebody_else_may_be_for_a_group)
{
    char what[256];

    write_file("s3cret\n", 0440);
    if (chown(path, 65534, (gid_t)-1) == 0) {
        expect_said("<\"token\":\"s3cret\"");
        ck_assert_int_eq(chmod(path, 0444), 0);
    }
    snprintf(what, sizeof what,
             "others can read %s, so its token is not used (chmod 600 %s)", path, path);
    expect_refused(what);
    unlink(path);
}
END_TEST

START_TEST(a_file_without_a_token_is_named)
{
    static char lots[5000];
    char what[256];

    write_file("\nsecond line\n", 0600);
    snprintf(what, sizeof what, "there is no token in the first line of %s", path);
    expect_refused(what);
    unlink(path);
    strcpy(path + strlen(path) - 6, "XXXXXX");
    memset(lots, 'x', sizeof lots - 1);
    write_file(lots, 0600);
    snprintf(what, sizeof what, "there is no token in the first line of %s", path);
    expect_refused(what);
    unlink(path);
    snprintf(what, sizeof what,
             "cannot read the token in %s: No such file or directory (CHAN_TOKEN_FILE "
             "names it)",
             path);
    expect_refused(what);
}
END_TEST

START_TEST(the_token_is_taken_out_of_the_environment)
{
    const struct args args = {0};
    struct login login;
    const char *value;

    setenv("CHAN_TOKEN", "s3cret", 1);
    value = getenv("CHAN_TOKEN");
    ck_assert_int_eq(login_read(&args, &login), EXIT_DONE);
    ck_assert_str_eq(login.token, "s3cret");
    ck_assert_ptr_eq(login.security.token, login.token);
    ck_assert_ptr_null(getenv("CHAN_TOKEN"));
    ck_assert_str_eq(value, "");
    login_release(&login);
    ck_assert_ptr_null(login.token);
    ck_assert_int_eq(login_read(&args, &login), EXIT_DONE);
    ck_assert_ptr_null(login.token);
    login_release(&login);
}
END_TEST

START_TEST(options_come_before_the_environment)
{
    const struct args args = {.ca = "/option/ca", .key = "/option/key"};
    struct login login;

    setenv("CHAN_CA", "/variable/ca", 1);
    setenv("CHAN_CERT", "/variable/certificate", 1);
    setenv("CHAN_KEY", "", 1);
    ck_assert_int_eq(login_read(&args, &login), EXIT_DONE);
    ck_assert_str_eq(login.security.ca, "/option/ca");
    ck_assert_str_eq(login.security.certificate, "/variable/certificate");
    ck_assert_str_eq(login.security.key, "/option/key");
    ck_assert(!login.security.accept_tls_1_2);
    login_release(&login);
}
END_TEST

START_TEST(an_older_tls_is_accepted_if_that_was_said)
{
    const struct args args = {.given = OPTION_BIT(OPTION_TLS_1_2)};
    struct login login;

    ck_assert_int_eq(login_read(&args, &login), EXIT_DONE);
    ck_assert(login.security.accept_tls_1_2);
    login_release(&login);
}
END_TEST

UNIT_MAIN("login", the_first_line_of_a_file_is_the_token,
          without_a_file_it_is_in_the_environment,
          a_file_that_others_may_read_is_not_used,
          a_file_of_somebody_else_may_be_for_a_group, a_file_without_a_token_is_named,
          the_token_is_taken_out_of_the_environment, options_come_before_the_environment,
          an_older_tls_is_accepted_if_that_was_said)
