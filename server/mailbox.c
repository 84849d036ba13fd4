/* SPDX-License-Identifier: MIT */
#include "mailbox.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

bool mailbox_init(struct mailbox *box)
{
    box->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (box->fd < 0)
        return false;
    list_init(&box->letters);
    pthread_mutex_init(&box->lock, NULL);
    return true;
}

void mailbox_release(struct mailbox *box)
{
    close(box->fd);
    pthread_mutex_destroy(&box->lock);
}

void mailbox_wake(struct mailbox *box)
{
    const uint64_t one = 1;

    if (write(box->fd, &one, sizeof one) < 0)
        return; /* the counter is full: the owner is awake already */
}

void mailbox_post(struct mailbox *box, struct letter *letter)
{
    bool first;

    pthread_mutex_lock(&box->lock);
    first = list_is_empty(&box->letters);
    list_push(&box->letters, &letter->link);
    pthread_mutex_unlock(&box->lock);
    if (first)
        mailbox_wake(box);
}

void mailbox_open_all(struct mailbox *box, void *owner)
{
    struct list letters, *link;
    uint64_t count;

    if (read(box->fd, &count, sizeof count) < 0)
        count = 0; /* nobody has written: then there is nothing to reset */
    list_init(&letters);
    pthread_mutex_lock(&box->lock);
    list_splice(&letters, &box->letters);
    pthread_mutex_unlock(&box->lock);
    while ((link = list_pop(&letters))) {
        struct letter *letter = container_of(link, struct letter, link);

        letter->open(letter, owner);
    }
}
