/* SPDX-License-Identifier: MIT */
/* Secrets that are typed: `chan token hash` on a terminal. */
#include "unit.h"
#include "shell.h"
#include "token.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>

struct terminal {
    int master, slave;
    struct shell sh;
};

static bool shows_typing(const struct terminal *t)
{
    struct termios now;

    ck_assert_int_eq(tcgetattr(t->slave, &now), 0);
    return now.c_lflag & ECHO;
}

static void terminal_open(struct terminal *t)
{
    t->master = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert_int_ge(t->master, 0);
    ck_assert_int_eq(grantpt(t->master) | unlockpt(t->master), 0);
    t->slave = open(ptsname(t->master), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(t->slave, 0);
    ck_assert(shows_typing(t));
    shell_start_at(&t->sh, "unix:///nonexistent", t->slave, -1, "token", "hash", NULL);
}

/* Nothing of what was typed was shown, and what is to come will be again. */
static void terminal_close(struct terminal *t)
{
    char shown;

    ck_assert(shows_typing(t));
    ck_assert_int_eq(fcntl(t->master, F_SETFL, O_NONBLOCK), 0);
    ck_assert_int_eq(read(t->master, &shown, 1), -1);
    ck_assert_int_eq(errno, EAGAIN);
    close(t->slave);
    close(t->master);
    shell_release(&t->sh);
}

static void await_question(const struct terminal *t, const char *question)
{
    char said[1024] = "";

    while (!strstr(said, question)) {
        memset(said, 0, sizeof said);
        ck_assert_int_ge(pread(fileno(t->sh.err), said, sizeof said - 1, 0), 0);
        poll(NULL, 0, 1);
    }
    ck_assert(!shows_typing(t));
}

static void answer(const struct terminal *t, const char *question, const char *text)
{
    await_question(t, question);
    ck_assert_int_eq(write(t->master, text, strlen(text)), (ssize_t)strlen(text));
}

START_TEST(a_secret_is_typed_twice_and_not_shown)
{
    struct digest digest;
    struct terminal t;

    terminal_open(&t);
    answer(&t, "Secret: ", "a long secret\n");
    answer(&t, "The same again: ", "a long secret\n");
    shell_finish(&t.sh);
    ck_assert_int_eq(t.sh.status, 0);
    t.sh.printed[strcspn(t.sh.printed, "\n")] = '\0';
    ck_assert(digest_parse(t.sh.printed, &digest));
    ck_assert(token_check_secret(&digest, slice_text("a long secret")));
    ck_assert_str_eq(t.sh.said, "Secret: \nThe same again: \n");
    terminal_close(&t);
}
END_TEST

START_TEST(two_secrets_are_none)
{
    struct terminal t;

    terminal_open(&t);
    answer(&t, "Secret: ", "a long secret\n");
    answer(&t, "The same again: ", "a long secrte\n");
    shell_finish(&t.sh);
    ck_assert_int_eq(t.sh.status, 2);
    ck_assert_str_eq(t.sh.printed, "");
    ck_assert_ptr_nonnull(strstr(t.sh.said, "chan: these are two secrets"));
    terminal_close(&t);
}
END_TEST

START_TEST(an_interruption_leaves_the_terminal_as_it_was)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct terminal t;

        terminal_open(&t);
        answer(&t, "Secret: ", "half a sec");
        kill(t.sh.pid, numbers[i]);
        shell_finish(&t.sh);
        ck_assert_int_eq(t.sh.status, 130);
        ck_assert_str_eq(t.sh.printed, "");
        terminal_close(&t);
    }
}
END_TEST

UNIT_MAIN("prompt", a_secret_is_typed_twice_and_not_shown, two_secrets_are_none,
          an_interruption_leaves_the_terminal_as_it_was)
