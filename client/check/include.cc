/* SPDX-License-Identifier: MIT */
/* chan.h in C++: it compiles, twice, and its functions have the names of C. */
#include <chan.h>
#include <chan.h>

static void done(chan_client *, const chan_reply *, void *)
{
}

extern "C" chan_status (*const put)(chan_client *, const char *, const char *, size_t,
                                    int64_t) = chan_put;

int main()
{
    chan_settings settings = {CHAN_FIXED, 2, CHAN_FOREVER, 0};
    chan_clause clause = {"a", nullptr, 0};
    uint64_t id;
    chan_client *c = chan_new();

    chan_open(c, "a", &settings, 1000, nullptr);
    put(c, "a", "1", 1, CHAN_FOREVER);
    chan_start(c, &clause, 1, CHAN_AT_RANDOM, 0, done, nullptr, &id);
    chan_free(c);
}
