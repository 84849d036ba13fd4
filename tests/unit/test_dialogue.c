/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "curtain.h"
#include "deadline.h"
#include "dialogue.h"
#include "passport.h"

enum { PATIENCE_MS = 20000 };

/* One that is held, and how it went. */
struct talk {
    struct passport passport;
    struct dialogue d;
    enum chan_status status;
};

static void talk_hold(struct talk *t, const char *uri, int64_t timeout_ms)
{
    t->d = (struct dialogue){.uri = uri,
                             .passport = &t->passport,
                             .deadline_ns = deadline_after_ms(timeout_ms),
                             .conn = {.fd = -1}};
    t->status = dialogue_hold(&t->d);
    text_lit(&t->d.why, "\0");
    text_lit(&t->d.reason, "\0");
    ck_assert_int_eq(t->status == CHAN_OK, t->d.conn.fd >= 0);
}

static void expect(const struct talk *t, enum chan_status status, const char *why)
{
    ck_assert_msg(t->status == status && strstr(t->d.why.bytes, why), "%d: %s", t->status,
                  t->d.why.bytes);
}

/* ---- who we are ---- */

START_TEST(without_a_token_nothing_is_said)
{
    static const char *const steps[] = {".", NULL};
    struct talk t = {0};
    struct fake f;

    fake_start(&f, steps);
    talk_hold(&t, f.uri, PATIENCE_MS);
    expect(&t, CHAN_OK, "");
    dialogue_release(&t.d);
    fake_finish(&f);
}
END_TEST

START_TEST(the_token_is_said_first_and_what_follows_stays)
{
    static const char *const steps[] = {
        "<{\"op\":\"hello\",\"token\":\"a \\\"secret\\\"\",\"protocol\":1}",
        "+{\"ok\":true,\"ser", ">ver\":\"chand/1\"}", ".", NULL};
    char token[] = "a \"secret\"";
    struct talk t = {.passport = {.token = token}};
    struct fake f;
    char *line;
    size_t len;

    fake_start(&f, steps);
    talk_hold(&t, f.uri, PATIENCE_MS);
    expect(&t, CHAN_OK, "");
    ck_assert_int_eq(conn_line(&t.d.conn, &line, &len), FRAME_MORE);
    ck_assert_ptr_null(memmem(t.d.conn.out.bytes, t.d.conn.out.cap, "secret", 6));
    dialogue_release(&t.d);
    fake_finish(&f);
}
END_TEST

START_TEST(a_token_that_is_not_wanted_is_a_refusal_in_the_words_of_the_server)
{
    static const char *const steps[] = {
        "<hello", ">{\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not you\"}", ".",
        NULL};
    char token[] = "t";
    struct talk t = {.passport = {.token = token}};
    struct fake f;

    fake_start(&f, steps);
    talk_hold(&t, f.uri, PATIENCE_MS);
    expect(&t, CHAN_REFUSED, "not you");
    ck_assert_str_eq(t.d.reason.bytes, "forbidden");
    dialogue_release(&t.d);
    fake_finish(&f);
}
END_TEST

START_TEST(a_server_that_ends_or_makes_no_sense_is_an_error)
{
    static const struct {
        const char *steps[4];
        enum chan_status status;
        const char *why;
    } rows[] = {
        {{"<hello", NULL}, CHAN_UNREACHABLE, "the server closed it"},
        {{"<hello", "+{\"ok\":true", NULL}, CHAN_UNREACHABLE, "the server closed it"},
        {{"<hello", ">HTTP/1.1 400", NULL}, CHAN_UNREADABLE, "is it a chand?"},
        {{"<hello", ">{}", NULL}, CHAN_UNREADABLE, "is it a chand?"},
    };
    char token[] = "t";

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct talk t = {.passport = {.token = token}};
        struct fake f;

        fake_start(&f, rows[i].steps);
        talk_hold(&t, f.uri, PATIENCE_MS);
        expect(&t, rows[i].status, rows[i].why);
        dialogue_release(&t.d);
        fake_finish(&f);
    }
}
END_TEST

/* The kernel accepts for a program that does not. */
START_TEST(a_server_that_says_nothing_is_given_up)
{
    char token[] = "t", plain[64], secure[64];
    const int listener = fake_listen(plain);
    struct talk t = {.passport = {.token = token}};

    talk_hold(&t, plain, 50);
    expect(&t, CHAN_UNREACHABLE, "the server does not answer");
    dialogue_release(&t.d);
    snprintf(secure, sizeof secure, "tls%s", plain + 3);
    talk_hold(&t, secure, 50);
    expect(&t, CHAN_UNREACHABLE, "no TLS handshake in time (is it the port for TLS?)");
    dialogue_release(&t.d);
    close(listener);
}
END_TEST

/* ---- TLS ---- */

START_TEST(over_tls_the_token_is_said_to_who_is_trusted)
{
    static const char *const steps[] = {"<hello", ">{\"ok\":true}", ".", NULL};
    struct curtain curtain;
    char token[] = "t";
    struct talk t = {.passport = {.token = token}};
    struct fake f;

    fake_start(&f, steps);
    curtain_open(&curtain, f.uri);
    t.passport.ca = curtain.authority.certificate_path;
    talk_hold(&t, curtain.uri, PATIENCE_MS);
    expect(&t, CHAN_OK, "");
    ck_assert_str_eq(t.d.places.host, "127.0.0.1");
    dialogue_release(&t.d);
    fake_finish(&f);
    curtain_close(&curtain);
}
END_TEST

START_TEST(who_is_not_trusted_hears_nothing)
{
    const struct identity_wish wish = {.name = "other", .is_authority = true};
    struct identity other;
    struct curtain curtain;
    char token[] = "t", nowhere[] = "tcp://127.0.0.1:1", missing[] = "/nowhere/ca.pem";
    struct talk t = {.passport = {.token = token}};

    curtain_open(&curtain, nowhere);
    other = keyring_issue(&curtain.ring, &wish, NULL);
    t.passport.ca = other.certificate_path;
    talk_hold(&t, curtain.uri, PATIENCE_MS);
    expect(&t, CHAN_UNTRUSTED, "certificate verify failed: ");
    dialogue_release(&t.d);
    t.passport.ca = missing;
    talk_hold(&t, curtain.uri, PATIENCE_MS);
    expect(&t, CHAN_UNTRUSTED, "/nowhere/ca.pem: No such file or directory");
    dialogue_release(&t.d);
    identity_release(&other);
    curtain_close(&curtain);
}
END_TEST

START_TEST(a_server_without_tls_is_not_spoken_to_in_plain)
{
    static const char *const steps[][2] = {{">{\"ok\":false}", NULL}, {"!", NULL}};
    static const struct {
        enum chan_status status;
        const char *why;
    } rows[] = {{CHAN_UNTRUSTED, "it does not speak TLS"},
                {CHAN_UNREACHABLE, "Connection reset by peer"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char token[] = "t";
        struct talk t = {.passport = {.token = token}};
        struct fake f;

        fake_start(&f, steps[i]);
        memcpy(f.uri, "tls", 3);
        talk_hold(&t, f.uri, PATIENCE_MS);
        expect(&t, rows[i].status, rows[i].why);
        dialogue_release(&t.d);
        fake_finish(&f);
    }
}
END_TEST

UNIT_MAIN("dialogue", without_a_token_nothing_is_said,
          the_token_is_said_first_and_what_follows_stays,
          a_token_that_is_not_wanted_is_a_refusal_in_the_words_of_the_server,
          a_server_that_ends_or_makes_no_sense_is_an_error,
          a_server_that_says_nothing_is_given_up,
          over_tls_the_token_is_said_to_who_is_trusted, who_is_not_trusted_hears_nothing,
          a_server_without_tls_is_not_spoken_to_in_plain)
