/* SPDX-License-Identifier: MIT */
/*
 * No callbacks: each unit of logic is a process of its own, and knows nothing but the
 * channel that it takes from and the one that it puts to.
 */
#include <chan.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void change(char *text, size_t len);

struct stage {
    struct chan *in, *out;
    change *change;
};

static char *run_stage(void *arg)
{
    struct stage *s = arg;
    const char *value;
    size_t len;

    while (chan_take(s->in, CHAN_FOREVER, &value, &len) == CHAN_OK) {
        char *text = strndup(value, len);

        if (!text)
            break;
        s->change(text, len);
        chan_put(s->out, text, len, CHAN_FOREVER);
        free(text);
    }
    chan_close(s->out);
    chan_drop(s->in);
    chan_drop(s->out);
    free(s);
    return NULL;
}

/* Takes in over; what it returns is the next one's in. */
static struct chan *stage(struct chan *in, change *how)
{
    struct stage *s = malloc(sizeof *s);
    struct chan *out = chan_local(CHAN_NONE, 0);

    if (!s || !out)
        exit(EXIT_FAILURE);
    *s = (struct stage){in, chan_hold(out), how};
    chan_drop(chan_go(run_stage, s));
    return out;
}

static void upper_case(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        text[i] = (char)toupper((unsigned char)text[i]);
}

/* The quotes of a string stand at both ends, so it can be turned round as it is. */
static void reverse(char *text, size_t len)
{
    for (size_t i = 0; i < len / 2; i++) {
        const char c = text[i];

        text[i] = text[len - 1 - i];
        text[len - 1 - i] = c;
    }
}

static char *print_all(void *arg)
{
    const char *value;

    while (chan_take(arg, CHAN_FOREVER, &value, NULL) == CHAN_OK)
        puts(value);
    return NULL;
}

int main(void)
{
    struct chan *in = chan_local(CHAN_NONE, 0);
    struct chan *out = stage(stage(chan_hold(in), upper_case), reverse);
    struct chan *printer = chan_go(print_all, out);
    const char *nothing;

    chan_put(in, "\"redrum\"", 8, CHAN_FOREVER);
    chan_put(in, "\"repaid\"", 8, CHAN_FOREVER);
    chan_close(in);
    chan_take(printer, CHAN_FOREVER, &nothing, NULL); /* until all is printed */
    chan_drop(printer);
    chan_drop(out);
    chan_drop(in);
    return 0;
}
