/* SPDX-License-Identifier: MIT */
/*
 * A queue: many processes find quotes, and one writes them to a file, one after the
 * other.
 *
 *     quotes FILE
 */
#include <chan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const found[] = {
    "Nobody reads the manual, and everybody writes one.",
    "A channel in time saves nine locks.",
    "What is parked may also be forgotten, but not by its queue.",
};
enum { QUOTES = sizeof found / sizeof *found };

struct finder {
    const char *quote; /* what a web site would have said */
    struct chan *queue, *done;
};

static char *find_quote(void *arg)
{
    struct finder *f = arg;
    char *json;
    size_t len;

    if (chan_text_to_json(f->quote, strlen(f->quote), &json, &len) == CHAN_OK) {
        chan_put(f->queue, json, len, CHAN_FOREVER);
        free(json);
    }
    return NULL;
}

struct writer {
    struct chan *queue;
    FILE *file;
};

static char *write_quotes(void *arg)
{
    struct writer *w = arg;
    const char *json;
    char *quote;
    size_t len;

    while (chan_take(w->queue, CHAN_FOREVER, &json, &len) == CHAN_OK)
        if (chan_json_to_text(json, len, &quote, &len) == CHAN_OK) {
            fprintf(w->file, "=== BEGIN QUOTE ===\n%s\n=== END QUOTE ===\n\n", quote);
            free(quote);
        }
    return NULL;
}

static void await(struct chan *process)
{
    const char *nothing;

    chan_take(process, CHAN_FOREVER, &nothing, NULL);
    chan_drop(process);
}

int main(int argc, char **argv)
{
    struct chan *queue = chan_local(CHAN_NONE, 0), *done;
    struct writer writer = {queue, argc > 1 ? fopen(argv[1], "a") : stdout};
    struct finder finders[QUOTES];

    if (!writer.file) {
        perror(argv[1]);
        return 1;
    }
    done = chan_go(write_quotes, &writer);
    for (int i = 0; i < QUOTES; i++) {
        finders[i] = (struct finder){found[i], queue, NULL};
        finders[i].done = chan_go(find_quote, &finders[i]);
    }
    for (int i = 0; i < QUOTES; i++)
        await(finders[i].done);
    chan_close(queue);
    await(done);
    fclose(writer.file);
    chan_drop(queue);
    return 0;
}
