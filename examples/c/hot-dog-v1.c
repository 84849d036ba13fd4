/* SPDX-License-Identifier: MIT */
/* The hot dog machine: something comes in, and a hot dog goes out. Once. */
#include <chan.h>
#include <stdio.h>

struct machine {
    struct chan *in, *out;
};

static char *sell_one(void *arg)
{
    struct machine *m = arg;
    const char *money;

    if (chan_take(m->in, CHAN_FOREVER, &money, NULL) == CHAN_OK)
        chan_put(m->out, "\"hot dog\"", 9, CHAN_FOREVER);
    return NULL;
}

int main(void)
{
    struct machine m = {chan_local(CHAN_NONE, 0), chan_local(CHAN_NONE, 0)};
    struct chan *done = chan_go(sell_one, &m);
    const char *food, *nothing;

    chan_put(m.in, "\"pocket lint\"", 13, CHAN_FOREVER);
    if (chan_take(m.out, CHAN_FOREVER, &food, NULL) == CHAN_OK)
        puts(food);
    chan_take(done, CHAN_FOREVER, &nothing, NULL); /* it has ended, and the stock too */
    chan_drop(done);
    chan_drop(m.in);
    chan_drop(m.out);
    return 0;
}
