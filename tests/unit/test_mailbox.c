/* SPDX-License-Identifier: MIT */
#include "mailbox.h"
#include "unit.h"

#include <poll.h>
#include <stdatomic.h>

struct note {
    struct letter letter;
    int number;
};

struct reader {
    struct mailbox *box;
    int read[10], count;
};

static void note_open(struct letter *letter, void *owner)
{
    struct reader *reader = owner;

    reader->read[reader->count++] = container_of(letter, struct note, letter)->number;
}

static struct note note_of(int number)
{
    return (struct note){.letter.open = note_open, .number = number};
}

static bool is_awake(const struct mailbox *box)
{
    struct pollfd fd = {.fd = box->fd, .events = POLLIN};

    return poll(&fd, 1, 0) == 1;
}

START_TEST(letters_are_opened_in_the_order_of_posting)
{
    struct note notes[3] = {note_of(1), note_of(2), note_of(3)};
    struct mailbox box;
    struct reader reader = {.box = &box};

    ck_assert(mailbox_init(&box));
    for (int i = 0; i < 3; i++)
        mailbox_post(&box, &notes[i].letter);
    mailbox_open_all(&box, &reader);
    ck_assert_int_eq(reader.count, 3);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(reader.read[i], i + 1);
    mailbox_open_all(&box, &reader);
    ck_assert_int_eq(reader.count, 3);
    mailbox_release(&box);
}
END_TEST

START_TEST(post_wakes_the_owner_until_the_mail_is_taken)
{
    struct note note = note_of(1);
    struct mailbox box;
    struct reader reader = {.box = &box};

    ck_assert(mailbox_init(&box));
    ck_assert(!is_awake(&box));
    mailbox_post(&box, &note.letter);
    ck_assert(is_awake(&box));
    mailbox_open_all(&box, &reader);
    ck_assert(!is_awake(&box));
    mailbox_post(&box, &note.letter);
    ck_assert(is_awake(&box));
    mailbox_open_all(&box, &reader);
    ck_assert_int_eq(reader.count, 2);
    mailbox_release(&box);
}
END_TEST

START_TEST(wake_needs_no_letter)
{
    struct mailbox box;
    struct reader reader = {.box = &box};

    ck_assert(mailbox_init(&box));
    for (int i = 0; i < 3; i++)
        mailbox_wake(&box);
    ck_assert(is_awake(&box));
    mailbox_open_all(&box, &reader);
    ck_assert(!is_awake(&box));
    ck_assert_int_eq(reader.count, 0);
    mailbox_release(&box);
}
END_TEST

static void note_post_again(struct letter *letter, void *owner)
{
    struct reader *reader = owner;

    note_open(letter, owner);
    if (reader->count < 3)
        mailbox_post(reader->box, letter);
}

/* What is posted while mail is opened waits for the next time, and is not forgotten. */
START_TEST(a_letter_may_be_posted_by_the_opening_of_one)
{
    struct note note = note_of(7);
    struct mailbox box;
    struct reader reader = {.box = &box};

    note.letter.open = note_post_again;
    ck_assert(mailbox_init(&box));
    mailbox_post(&box, &note.letter);
    for (int i = 1; i <= 3; i++) {
        ck_assert(is_awake(&box));
        mailbox_open_all(&box, &reader);
        ck_assert_int_eq(reader.count, i);
    }
    ck_assert(!is_awake(&box));
    mailbox_release(&box);
}
END_TEST

/* ---- threads ---- */

enum { POSTERS = 3, POSTS = 20000 };

struct poster {
    struct mailbox *box;
    struct note *notes;
    atomic_int *opened;
};

static void note_count(struct letter *letter, void *owner)
{
    (void)letter;
    atomic_fetch_add((atomic_int *)owner, 1);
}

static void *post_all(void *arg)
{
    struct poster *poster = arg;

    for (int i = 0; i < POSTS; i++)
        mailbox_post(poster->box, &poster->notes[i].letter);
    return NULL;
}

/* An owner who sleeps whenever there is no mail gets all of it: no wake-up is lost. */
START_TEST(letters_of_several_threads_all_arrive)
{
    struct poster posters[POSTERS];
    pthread_t threads[POSTERS];
    struct mailbox box;
    atomic_int opened = 0;

    ck_assert(mailbox_init(&box));
    for (int i = 0; i < POSTERS; i++) {
        posters[i] = (struct poster){&box, calloc(POSTS, sizeof(struct note)), &opened};
        ck_assert_ptr_nonnull(posters[i].notes);
        for (int n = 0; n < POSTS; n++)
            posters[i].notes[n].letter.open = note_count;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, post_all, &posters[i]), 0);
    }
    while (atomic_load(&opened) < POSTERS * POSTS) {
        struct pollfd fd = {.fd = box.fd, .events = POLLIN};

        ck_assert_int_eq(poll(&fd, 1, 60000), 1);
        mailbox_open_all(&box, &opened);
    }
    for (int i = 0; i < POSTERS; i++) {
        pthread_join(threads[i], NULL);
        free(posters[i].notes);
    }
    mailbox_release(&box);
}
END_TEST

UNIT_MAIN("mailbox", letters_are_opened_in_the_order_of_posting,
          post_wakes_the_owner_until_the_mail_is_taken, wake_needs_no_letter,
          a_letter_may_be_posted_by_the_opening_of_one,
          letters_of_several_threads_all_arrive)
