/* SPDX-License-Identifier: MIT */
/* An alts may put as well: whatever is possible first is done, and the rest is not. */
#include <chan.h>
#include <stdio.h>

static char *take_one(void *arg)
{
    const char *value;

    if (chan_take(arg, CHAN_FOREVER, &value, NULL) == CHAN_OK)
        printf("c2 has brought %s\n", value);
    return NULL;
}

int main(void)
{
    struct chan *c1 = chan_local(CHAN_NONE, 0), *c2 = chan_local(CHAN_NONE, 0);
    const struct chan_clause either[] = {{c1, NULL, 0}, {c2, "\"put!\"", 6}};
    struct chan *taker = chan_go(take_one, c2);
    const struct chan_reply *first;
    const char *nothing;

    if (chan_alts(either, 2, CHAN_AT_RANDOM, CHAN_FOREVER, &first) == CHAN_OK) {
        const size_t index = first->index;

        chan_take(taker, CHAN_FOREVER, &nothing, NULL); /* so that it speaks first */
        printf("the clause of %s was done\n", index == 0 ? "c1" : "c2");
    }
    chan_drop(taker);
    chan_drop(c1);
    chan_drop(c2);
    return 0;
}
