/* SPDX-License-Identifier: MIT */
/* Processes that print what they take. Who puts it does not know them. */
#include <chan.h>
#include <stdio.h>
#include <string.h>

static char *print_one(void *arg)
{
    const char *value;

    if (chan_take(arg, CHAN_FOREVER, &value, NULL) == CHAN_OK)
        puts(value);
    return NULL;
}

static char *cook(void *arg)
{
    (void)arg;
    return strdup("\"chili\"");
}

/* What a process returns is on the channel that chan_go has returned for it. */
static void await(struct chan *process)
{
    const char *result;

    if (chan_take(process, CHAN_FOREVER, &result, NULL) == CHAN_OK)
        puts(result);
    chan_drop(process);
}

int main(void)
{
    struct chan *echo = chan_local(CHAN_NONE, 0);
    struct chan *waiter = chan_go(print_one, echo);

    chan_put(echo, "\"ketchup\"", 9, CHAN_FOREVER);
    await(waiter);

    waiter = chan_thread(print_one, echo); /* the same, on a thread of its own */
    chan_put(echo, "\"mustard\"", 9, CHAN_FOREVER);
    await(waiter);

    await(chan_thread(cook, NULL));

    if (chan_put(echo, "\"relish\"", 8, 20) == CHAN_TIMEOUT)
        puts("nobody wants relish");
    chan_drop(echo);
    return 0;
}
