/* SPDX-License-Identifier: MIT */
/* Shelves for two batches, and what becomes of a third one. */
#include <chan.h>
#include <stdio.h>
#include <string.h>

static void cook(const char *kind, struct chan *shelf)
{
    static const char *const batches[] = {"\"ketchup\"", "\"mustard\"", "\"relish\""};
    const char *value;

    printf("%s:", kind);
    for (int i = 0; i < 3; i++)
        if (chan_put(shelf, batches[i], strlen(batches[i]), 0) == CHAN_TIMEOUT)
            printf(" no room for %s,", batches[i]);
    chan_close(shelf);
    while (chan_take(shelf, CHAN_FOREVER, &value, NULL) == CHAN_OK)
        printf(" %s", value);
    printf("\n");
    chan_drop(shelf);
}

int main(void)
{
    cook("fixed", chan_local(CHAN_FIXED, 2));       /* with time, the put would wait */
    cook("sliding", chan_local(CHAN_SLIDING, 2));   /* the oldest one goes */
    cook("dropping", chan_local(CHAN_DROPPING, 2)); /* the newest one does not come */
    return 0;
}
