/* SPDX-License-Identifier: MIT */
/* A string passes through two processes, each of which changes it, to one that prints. */
#include <chan.h>
#include <ctype.h>
#include <stdio.h>

struct pair {
    struct chan *in, *out;
};

static char *upper_case(void *arg)
{
    const struct pair *c = arg;
    const char *value;
    char text[64];
    size_t len;

    if (chan_take(c->in, CHAN_FOREVER, &value, &len) != CHAN_OK || len > sizeof text)
        return NULL;
    for (size_t i = 0; i < len; i++)
        text[i] = (char)toupper((unsigned char)value[i]);
    chan_put(c->out, text, len, CHAN_FOREVER);
    return NULL;
}

/* The quotes of a string stand at both ends, so it can be turned round as it is. */
static char *reverse(void *arg)
{
    const struct pair *c = arg;
    const char *value;
    char text[64];
    size_t len;

    if (chan_take(c->in, CHAN_FOREVER, &value, &len) != CHAN_OK || len > sizeof text)
        return NULL;
    for (size_t i = 0; i < len; i++)
        text[i] = value[len - 1 - i];
    chan_put(c->out, text, len, CHAN_FOREVER);
    return NULL;
}

static char *print(void *arg)
{
    const char *value;

    if (chan_take(arg, CHAN_FOREVER, &value, NULL) == CHAN_OK)
        puts(value);
    return NULL;
}

int main(void)
{
    struct chan *c1 = chan_local(CHAN_NONE, 0), *c2 = chan_local(CHAN_NONE, 0);
    struct chan *c3 = chan_local(CHAN_NONE, 0);
    struct pair first = {c1, c2}, second = {c2, c3};
    struct chan *processes[] = {chan_go(upper_case, &first), chan_go(reverse, &second),
                                chan_go(print, c3)};
    const char *nothing;

    chan_put(c1, "\"redrum\"", 8, CHAN_FOREVER);
    for (int i = 0; i < 3; i++) {
        chan_take(processes[i], CHAN_FOREVER, &nothing, NULL); /* it has ended */
        chan_drop(processes[i]);
    }
    chan_drop(c1);
    chan_drop(c2);
    chan_drop(c3);
    return 0;
}
