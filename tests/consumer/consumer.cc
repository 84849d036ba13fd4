// SPDX-License-Identifier: MIT
// The same in C++, with what a header may get wrong there: it is included twice, its
// functions have the names of C, its structs are types without the word.
#include <chan.h>
#include <chan.h>
#include <chan_event.h>
#include <chan_poll.h>

#include <cstdio>

extern "C" {
static char *cook(void *shelf)
{
    chan_put(static_cast<chan *>(shelf), "\"ketchup\"", 9, CHAN_FOREVER);
    return nullptr;
}

static void done(chan_client *, const chan_reply *, void *)
{
}
}

static bool take_one()
{
    chan *shelf = chan_local(CHAN_NONE, 0);
    const chan_clause clauses[] = {{shelf, nullptr, 0}};
    const chan_reply *reply;

    chan_drop(chan_go(cook, shelf));
    if (chan_alts(clauses, 1, CHAN_FIRST_WINS, CHAN_FOREVER, &reply) != CHAN_OK)
        return false;
    std::puts(reply->value);
    chan_drop(shelf);
    return true;
}

// What can be had from a client that is not connected.
static bool ask_nobody()
{
    const chan_settings settings = {CHAN_FIXED, 2, CHAN_FOREVER, 0};
    const chan_keeping keeping = {false, 0, 0, 0, nullptr, nullptr};
    chan_client *c = chan_client_new();
    chan *nowhere = chan_remote(c, "nowhere");
    pollfd polled;

    bool as_expected = chan_keep(c, &keeping) == CHAN_OK &&
                       chan_open(nowhere, &settings, 1000, nullptr) == CHAN_LOST &&
                       chan_start_ping(c, 1000, done, nullptr, nullptr) == CHAN_LOST &&
                       chan_poll_fill(c, &polled, 7) == 7 && polled.fd == -1;
    chan_drop(nowhere);
    chan_client_free(c);
    return as_expected;
}

int main()
{
    return take_one() && ask_nobody() ? 0 : 1;
}
