/* SPDX-License-Identifier: MIT */
/*
 * The hot dog machine, version 2: it knows what money is, and closes when it is empty.
 *
 *     hot-dog-v2 [URI]     with channels of that server, or else of its own
 */
#include <chan.h>
#include <stdio.h>
#include <string.h>

struct machine {
    struct chan *in, *out;
    int hot_dogs;
};

static char *sell(void *arg)
{
    struct machine *m = arg;
    const char *money;

    while (m->hot_dogs > 0 && chan_take(m->in, CHAN_FOREVER, &money, NULL) == CHAN_OK) {
        if (strcmp(money, "3") != 0) {
            chan_put(m->out, "\"wilted lettuce\"", 16, CHAN_FOREVER);
            continue;
        }
        if (--m->hot_dogs == 0)
            chan_close(m->in); /* before somebody pays for the next one */
        chan_put(m->out, "\"hot dog\"", 9, CHAN_FOREVER);
    }
    chan_close(m->out);
    return NULL;
}

static void buy(struct machine *m, const char *money)
{
    const char *food;

    chan_put(m->in, money, strlen(money), CHAN_FOREVER);
    if (chan_take(m->out, CHAN_FOREVER, &food, NULL) == CHAN_OK)
        printf("%s: %s\n", money, food);
    else
        printf("%s: %s\n", money, chan_message());
}

static int fail(struct chan_client *server)
{
    fprintf(stderr, "hot-dog-v2: %s\n", chan_message());
    chan_client_free(server);
    return 1;
}

int main(int argc, char **argv)
{
    const char *purse[] = {"\"pocket lint\"", "3", "3", "3"}, *nothing;
    struct chan_client *server = NULL;
    struct machine m = {.hot_dogs = 2};

    if (argc > 1) {
        server = chan_client_new();
        if (!server || chan_connect(server, argv[1], 5000) != CHAN_OK)
            return fail(server);
    }
    m.in = server ? chan_remote(server, "hot-dog/in") : chan_local(CHAN_NONE, 0);
    m.out = server ? chan_remote(server, "hot-dog/out") : chan_local(CHAN_NONE, 0);

    struct chan *machine = chan_go(sell, &m);
    for (int i = 0; i < 4; i++)
        buy(&m, purse[i]);
    chan_take(machine, CHAN_FOREVER, &nothing, NULL); /* nobody uses the channels now */

    chan_drop(machine);
    chan_drop(m.in);
    chan_drop(m.out);
    chan_client_free(server);
    return 0;
}
