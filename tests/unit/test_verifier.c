/* SPDX-License-Identifier: MIT */
#include "verifier.h"
#include "token.h"
#include "starve.h"
#include "unit.h"

#include <poll.h>
#include <string.h>

/* One pass over 8 MiB: quick, for what it is. */
#define HASH                                                                             \
    "$argon2id$v=19$m=8192,t=1,p=1$nvtJxSXCd8ZyAYjd21td5Q"                               \
    "$F9CXx26hsR5UbgsxFVs9Wit8nHTOTqLc4RtUTMsN8ZU"

struct asking {
    struct question question; /* first */
    size_t *answered;
    size_t place; /* as which it was answered, from 1 */
};

static void asking_open(struct letter *letter, void *owner)
{
    struct asking *a = container_of(letter, struct asking, question.letter);

    (void)owner;
    a->place = ++*a->answered;
}

static void prepare(struct asking *a, struct mailbox *box, size_t *answered,
                    const char *secret)
{
    *a = (struct asking){.answered = answered};
    a->question.letter.open = asking_open;
    a->question.reply = box;
    ck_assert(digest_parse(HASH, &a->question.digest));
    a->question.secret_len = strlen(secret);
    memcpy(a->question.secret, secret, strlen(secret));
}

/* Opens the box until so many answers have come. */
static void await(struct mailbox *box, const size_t *answered, size_t count)
{
    while (*answered < count) {
        struct pollfd fd = {.fd = box->fd, .events = POLLIN};

        ck_assert_int_eq(poll(&fd, 1, 60000), 1);
        mailbox_open_all(box, NULL);
    }
}

START_TEST(each_secret_is_answered_in_its_turn)
{
    static const char *const secrets[] = {"open sesame", "open sesam", "", "open sesame"};
    struct verifier *v = verifier_new();
    struct asking asked[4];
    struct mailbox box;
    size_t answered = 0;

    ck_assert(v && mailbox_init(&box));
    for (size_t i = 0; i < 4; i++) {
        prepare(&asked[i], &box, &answered, secrets[i]);
        ck_assert(verifier_ask(v, &asked[i].question));
    }
    await(&box, &answered, 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(asked[i].place, i + 1);
        ck_assert_int_eq(asked[i].question.passed, i == 0 || i == 3);
    }
    verifier_free(v);
    mailbox_release(&box);
}
END_TEST

START_TEST(a_secret_is_wiped_when_it_has_been_checked)
{
    const char zeros[VERIFIER_SECRET_MAX] = {0};
    struct verifier *v = verifier_new();
    struct mailbox box;
    struct asking a;
    size_t answered = 0;

    ck_assert(v && mailbox_init(&box));
    prepare(&a, &box, &answered, "open sesame");
    ck_assert(verifier_ask(v, &a.question));
    await(&box, &answered, 1);
    ck_assert_mem_eq(a.question.secret, zeros, sizeof zeros);
    verifier_free(v);
    mailbox_release(&box);
}
END_TEST

START_TEST(what_waits_at_the_end_is_answered_as_not_passed)
{
    enum { COUNT = 30 };
    struct verifier *v = verifier_new();
    struct asking asked[COUNT];
    struct mailbox box;
    size_t answered = 0, passed = 0;

    ck_assert(v && mailbox_init(&box));
    for (size_t i = 0; i < COUNT; i++) {
        prepare(&asked[i], &box, &answered, "open sesame");
        ck_assert(verifier_ask(v, &asked[i].question));
    }
    verifier_stop(v);
    mailbox_open_all(&box, NULL);
    ck_assert_uint_eq(answered, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        passed += asked[i].question.passed;
    ck_assert_uint_lt(passed, COUNT);
    ck_assert(!verifier_ask(v, &asked[0].question));
    verifier_free(v);
    mailbox_release(&box);
}
END_TEST

START_TEST(only_so_many_may_wait)
{
    enum { COUNT = 3 * VERIFIER_WAITING_MAX };
    static struct asking asked[COUNT];
    struct verifier *v = verifier_new();
    struct mailbox box;
    size_t answered = 0, taken = 0;

    ck_assert(v && mailbox_init(&box));
    for (size_t i = 0; i < COUNT; i++) {
        prepare(&asked[i], &box, &answered, "x");
        taken += verifier_ask(v, &asked[i].question);
    }
    ck_assert_uint_ge(taken, VERIFIER_WAITING_MAX);
    ck_assert_uint_lt(taken, COUNT);
    await(&box, &answered, taken);
    ck_assert(verifier_ask(v, &asked[0].question));
    await(&box, &answered, taken + 1);
    verifier_free(v);
    mailbox_release(&box);
}
END_TEST

START_TEST(who_is_never_asked_has_no_thread)
{
    struct verifier *v = verifier_new();

    ck_assert_ptr_nonnull(v);
    verifier_stop(v);
    verifier_stop(v);
    verifier_free(v);
    verifier_free(NULL);
}
END_TEST

START_TEST(without_memory_there_is_none)
{
    struct verifier *v;

    starve_after(0);
    v = verifier_new();
    ck_assert_int_eq(starve_end(), 1);
    ck_assert_ptr_null(v);
    verifier_free(v);
}
END_TEST

UNIT_MAIN("verifier", each_secret_is_answered_in_its_turn,
          a_secret_is_wiped_when_it_has_been_checked,
          what_waits_at_the_end_is_answered_as_not_passed, only_so_many_may_wait,
          who_is_never_asked_has_no_thread, without_memory_there_is_none)
