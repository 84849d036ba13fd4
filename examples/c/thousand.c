/* SPDX-License-Identifier: MIT */
/* A thousand processes wait for somebody to take what they have to say, on one thread. */
#include <chan.h>
#include <stdio.h>

enum { PROCESSES = 1000 };

struct greeter {
    struct chan *hi;
    int n;
};

static char *greet(void *arg)
{
    const struct greeter *g = arg;
    char text[32];
    int len = snprintf(text, sizeof text, "\"hi %d\"", g->n);

    chan_put(g->hi, text, (size_t)len, CHAN_FOREVER);
    chan_drop(g->hi);
    return NULL;
}

int main(void)
{
    static struct greeter greeters[PROCESSES];
    struct chan *hi = chan_local(CHAN_NONE, 0);
    const char *value;

    for (int n = 0; n < PROCESSES; n++) {
        greeters[n] = (struct greeter){chan_hold(hi), n}; /* one handle for each */
        chan_drop(chan_go(greet, &greeters[n]));
    }
    for (int n = 0; n < PROCESSES; n++)
        if (chan_take(hi, CHAN_FOREVER, &value, NULL) == CHAN_OK && n % 333 == 0)
            puts(value);
    chan_drop(hi);
    return 0;
}
