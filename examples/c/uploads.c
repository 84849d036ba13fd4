/* SPDX-License-Identifier: MIT */
/* Three headshots are on their way, and the first one to arrive is enough. */
#include <chan.h>
#include <stdio.h>
#include <string.h>

struct upload {
    const char *headshot;
    int64_t takes_ms;
    struct chan *arrived;
};

static char *upload(void *arg)
{
    struct upload *u = arg;

    chan_sleep(u->takes_ms);
    chan_put(u->arrived, u->headshot, strlen(u->headshot), CHAN_FOREVER);
    return NULL;
}

int main(void)
{
    static struct upload uploads[] = {{"\"serious.jpg\"", 20000, NULL},
                                      {"\"fun.jpg\"", 10000, NULL},
                                      {"\"sassy.jpg\"", 10, NULL}};
    struct chan_clause any[3] = {{NULL, NULL, 0}};
    const struct chan_reply *first;

    for (int i = 0; i < 3; i++) {
        any[i].chan = uploads[i].arrived = chan_local(CHAN_NONE, 0);
        chan_drop(chan_go(upload, &uploads[i]));
    }
    if (chan_alts(any, 3, CHAN_AT_RANDOM, CHAN_FOREVER, &first) == CHAN_OK)
        printf("notification sent for %s\n", first->value);
    return 0; /* whoever is still under way ends with the program */
}
