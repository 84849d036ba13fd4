/* SPDX-License-Identifier: MIT */
/* An upload that takes too long: a timeout is a channel that closes, and so a clause. */
#include <chan.h>
#include <stdio.h>

static char *upload(void *arg)
{
    chan_sleep(10000);
    chan_put(arg, "\"serious.jpg\"", 13, CHAN_FOREVER);
    return NULL;
}

int main(void)
{
    struct chan *arrived = chan_local(CHAN_NONE, 0), *patience = chan_timeout(20);
    const struct chan_clause either[] = {{arrived, NULL, 0}, {patience, NULL, 0}};
    const struct chan_reply *first;

    chan_drop(chan_go(upload, arrived));
    if (chan_alts(either, 2, CHAN_AT_RANDOM, CHAN_FOREVER, &first) == CHAN_OK)
        printf("notification sent for %s\n", first->value);
    else
        puts("timed out");
    chan_drop(patience);
    return 0; /* whoever is still under way ends with the program */
}
