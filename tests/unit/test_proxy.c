/* SPDX-License-Identifier: MIT */
#include "proxy.h"
#include "unit.h"

#include <string.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

/* A header as it is sent, in memory of exactly its size. */
struct sent {
    unsigned char *bytes;
    size_t len;
};

/* `body` are the addresses and extensions. */
static struct sent send_header(int version_and_command, int family, const void *body,
                               size_t body_len)
{
    struct sent s = {.len = 16 + body_len};

    s.bytes = malloc(s.len);
    ck_assert_ptr_nonnull(s.bytes);
    memcpy(s.bytes, SIGNATURE, 12);
    s.bytes[12] = (unsigned char)version_and_command;
    s.bytes[13] = (unsigned char)family;
    s.bytes[14] = (unsigned char)(body_len >> 8);
    s.bytes[15] = (unsigned char)body_len;
    if (body_len > 0)
        memcpy(s.bytes + 16, body, body_len);
    return s;
}

/* Reads it as a connection would, at most so many bytes at a time; frees it. */
static enum proxy_step receive(struct sent s, size_t most, struct proxy_header *ret)
{
    enum proxy_step step;
    size_t got = 0;

    memset(ret, 0, sizeof *ret);
    while ((step = proxy_parse(s.bytes, got, ret)) == PROXY_MORE && got < s.len) {
        size_t n = ret->len - got;

        ck_assert_uint_gt(ret->len, got);
        ck_assert_uint_le(ret->len, PROXY_HEADER_MAX);
        n = n < most ? n : most;
        got += n < s.len - got ? n : s.len - got;
    }
    free(s.bytes);
    return step;
}

static void check_from(const struct proxy_header *header, const char *expected)
{
    char text[ADDRESS_TEXT_MAX];

    address_format(&header->from, text);
    ck_assert_str_eq(text, expected);
}

static const unsigned char tcp4[] = {192, 0, 2, 7, 10, 0, 0, 1, 0xc3, 0x50, 0x09, 0x7a};
static const unsigned char tcp6[36] = {
    0x20, 0x01, 0x0d, 0xb8, [15] = 9, [31] = 1, [32] = 0x01, [33] = 0xbb};

START_TEST(the_client_is_who_the_header_says)
{
    struct proxy_header header;

    for (size_t most = 1; most < 60; most++) {
        ck_assert_int_eq(
            receive(send_header(0x21, 0x11, tcp4, sizeof tcp4), most, &header),
            PROXY_READY);
        ck_assert_uint_eq(header.len, 28);
        check_from(&header, "192.0.2.7:50000");
        ck_assert_int_eq(
            receive(send_header(0x21, 0x21, tcp6, sizeof tcp6), most, &header),
            PROXY_READY);
        ck_assert_uint_eq(header.len, 52);
        check_from(&header, "[2001:db8::9]:443");
    }
}
END_TEST

/* Else he would be taken for the process at the other end of our own socket. */
START_TEST(a_client_of_the_proxy_s_unix_socket_is_nobody_we_know)
{
    const unsigned char paths[216] = "/from";
    struct proxy_header header;

    ck_assert_int_eq(receive(send_header(0x21, 0x31, paths, sizeof paths), 50, &header),
                     PROXY_READY);
    check_from(&header, "an unknown address");
    ck_assert(!header.is_local);
}
END_TEST

START_TEST(extensions_are_passed_over)
{
    unsigned char body[2048 - 16] = {0};
    struct proxy_header header;

    memcpy(body, tcp4, sizeof tcp4);
    memset(body + sizeof tcp4, 0xff, sizeof body - sizeof tcp4);
    ck_assert_int_eq(receive(send_header(0x21, 0x11, body, sizeof body), 100, &header),
                     PROXY_READY);
    ck_assert_uint_eq(header.len, PROXY_HEADER_MAX);
    check_from(&header, "192.0.2.7:50000");
}
END_TEST

START_TEST(a_proxy_may_speak_for_itself_or_for_nobody)
{
    static const struct {
        int command, family;
    } rows[] = {{0x20, 0x00}, {0x20, 0x11}, {0x20, 0x12}, {0x20, 0xff}, {0x21, 0x00}};
    struct proxy_header header;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_int_eq(
            receive(send_header(rows[i].command, rows[i].family, tcp4, i), 3, &header),
            PROXY_READY);
        ck_assert_uint_eq(header.len, 16 + i);
        ck_assert_int_eq(header.from.family, ADDRESS_NONE);
        ck_assert_int_eq(header.is_local, rows[i].command == 0x20);
    }
}
END_TEST

START_TEST(a_header_that_ends_early_is_waited_for)
{
    struct proxy_header header;
    struct sent s;

    for (size_t len = 0; len < 28; len++) {
        s = send_header(0x21, 0x11, tcp4, sizeof tcp4);
        s.len = len;
        ck_assert_int_eq(receive(s, 100, &header), PROXY_MORE);
    }
}
END_TEST

static void check_wrong(struct sent s, const char *says)
{
    struct proxy_header header;

    ck_assert_int_eq(receive(s, 7, &header), PROXY_WRONG);
    ck_assert_msg(strstr(header.wrong, says) != NULL, "%s: %s", says, header.wrong);
}

START_TEST(what_is_no_header_of_version_2_is_refused)
{
    check_wrong(send_header(0x11, 0x11, tcp4, sizeof tcp4), "version");
    check_wrong(send_header(0x31, 0x11, tcp4, sizeof tcp4), "version");
    check_wrong(send_header(0x22, 0x11, tcp4, sizeof tcp4), "command");
    check_wrong(send_header(0x21, 0x12, tcp4, sizeof tcp4), "family");
    check_wrong(send_header(0x21, 0x32, tcp4, sizeof tcp4), "family");
    check_wrong(send_header(0x21, 0x41, tcp4, sizeof tcp4), "family");
    check_wrong(send_header(0x21, 0x11, tcp4, 11), "too short");
    check_wrong(send_header(0x21, 0x21, tcp6, 35), "too short");
    check_wrong(send_header(0x21, 0x31, tcp6, 36), "too short");
}
END_TEST

START_TEST(a_header_that_is_too_long_is_refused_before_it_has_come)
{
    static const unsigned char body[2048 - 15];
    struct sent s = send_header(0x21, 0x11, body, sizeof body);

    s.len = 16;
    check_wrong(s, "longer than 2048 bytes");
}
END_TEST

static struct sent send_text(const char *text)
{
    struct sent s = {(unsigned char *)strdup(text), strlen(text)};

    ck_assert_ptr_nonnull(s.bytes);
    return s;
}

START_TEST(what_does_not_begin_with_a_header_is_refused_at_the_first_byte_that_differs)
{
    struct proxy_header header;

    check_wrong(send_text("{\"op\":\"ping\"}\n"), "does not begin");
    check_wrong(send_text("\x16\x03\x01"), "does not begin");
    check_wrong(send_text("\r\n\r\r"), "does not begin");
    check_wrong(send_text("PROXIED"), "does not begin");
    ck_assert_int_eq(receive(send_text("\r\n\r\n"), 1, &header), PROXY_MORE);
}
END_TEST

START_TEST(version_1_is_refused_by_its_name)
{
    struct proxy_header header;

    check_wrong(send_text("PROXY TCP4 192.0.2.1 10.0.0.1 5000 2426\r\n"), "version 1");
    check_wrong(send_text("PROXY UNKNOWN\r\n"), "version 1");
    ck_assert_int_eq(receive(send_text("PROXY"), 2, &header), PROXY_MORE);
}
END_TEST

UNIT_MAIN("proxy", the_client_is_who_the_header_says,
          a_client_of_the_proxy_s_unix_socket_is_nobody_we_know,
          extensions_are_passed_over, a_proxy_may_speak_for_itself_or_for_nobody,
          a_header_that_ends_early_is_waited_for,
          what_is_no_header_of_version_2_is_refused,
          a_header_that_is_too_long_is_refused_before_it_has_come,
          what_does_not_begin_with_a_header_is_refused_at_the_first_byte_that_differs,
          version_1_is_refused_by_its_name)
