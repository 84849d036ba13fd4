/* SPDX-License-Identifier: MIT */
/* A program of somebody else's: two processes and a channel. */
#include <chan.h>
#include <stdio.h>

static char *cook(void *shelf)
{
    chan_put(shelf, "\"ketchup\"", 9, CHAN_FOREVER);
    return NULL;
}

int main(void)
{
    struct chan *shelf = chan_local(CHAN_NONE, 0);
    const char *value;

    chan_drop(chan_go(cook, shelf));
    if (chan_take(shelf, CHAN_FOREVER, &value, NULL) != CHAN_OK)
        return 1;
    puts(value);
    chan_drop(shelf);
    return 0;
}
