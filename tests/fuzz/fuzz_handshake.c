/* SPDX-License-Identifier: MIT */
/*
 * fuzz_handshake.c - any bytes to a connection that should begin with a TLS handshake:
 * whatever they are, a link fails, waits for more, or is good; and then what it is given
 * is decrypted, or breaks it.
 *
 * The first byte says in what pieces the rest comes. Below 128, a good handshake comes
 * first, so that the bytes are those of a connection that stands.
 */
#include "../unit/ciphered.h"
#include "config.h"
#include "require.h"
#include "secure.h"

#include <errno.h>

enum { ROOM = 2 * SECURE_RECORD + 1024 };

/* Keys are made once, for all inputs. */
static struct secure_keys *keys;
static struct identity authority;

static void make_keys(void)
{
    const struct identity_wish wish = {.name = "fuzzed", .is_authority = true};
    struct config_listen listen = {.min_version = CONFIG_TLS_1_2};
    char why[SECURE_WHY_MAX];
    struct keyring ring;

    if (keys)
        return;
    ring = keyring_new();
    authority = keyring_issue(&ring, &wish, NULL);
    listen.certificate = listen.client_ca = authority.certificate_path;
    listen.key = authority.key_path;
    keys = secure_load(&listen, why);
    require(keys != NULL, why);
    keyring_free(&ring);
}

static enum secure_step shake(struct secure_link *l)
{
    const char *why = NULL;
    enum secure_step step = secure_shake(l, &why);

    require(step != SECURE_FAILED || (why && *why), "a failure has a reason");
    return step;
}

/* A handshake as it should be. */
static void shake_well(struct secure_link *l, struct ciphered *client)
{
    enum secure_step step;

    do {
        ciphered_shake(client);
        step = shake(l);
    } while (step == SECURE_READ || step == SECURE_WRITE);
    require(step == SECURE_DONE, "a good handshake succeeds");
}

/* What a session does when its socket can be read; whether it goes on. */
static bool receive(struct secure_link *l)
{
    char *room = malloc(ROOM);
    ssize_t n;

    require(room != NULL, "there is memory");
    n = secure_receive(l, room, ROOM);
    require(n <= ROOM, "no more comes than there is room");
    if (n < 0 && errno == EAGAIN)
        n = 1;
    free(room);
    return n > 0 && !secure_is_over(l);
}

/* Feeds the bytes in pieces; the link must have done with each before the next. */
static void feed(struct secure_link *l, int fd, const uint8_t *data, size_t size,
                 size_t piece, bool is_done)
{
    bool goes_on = true;

    for (size_t at = 0; at < size && goes_on; at += piece) {
        const size_t n = size - at < piece ? size - at : piece;
        enum secure_step step = SECURE_DONE;

        require(send(fd, data + at, n, MSG_NOSIGNAL) == (ssize_t)n, "the wire is long");
        if (!is_done)
            step = shake(l);
        is_done = step == SECURE_DONE;
        goes_on = step != SECURE_FAILED && (!is_done || receive(l));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ciphered_wish wish = {.authority = &authority, .me = &authority};
    struct ciphered client;
    struct secure_link *link;
    int fds[2];

    if (size < 1 || size > 64 * 1024)
        return 0;
    make_keys();
    ciphered_pair(fds);
    link = secure_link_new(keys, fds[1]);
    require(link != NULL, "there is memory");
    client = ciphered_new(fds[0], &wish);
    if (data[0] < 128)
        shake_well(link, &client);
    feed(link, fds[0], data + 1, size - 1, 1 + (size_t)(data[0] % 128) * 128,
         data[0] < 128);
    secure_link_end(link);
    secure_link_free(link);
    close(fds[1]);
    ciphered_free(&client);
    return 0;
}
