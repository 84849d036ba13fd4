/* SPDX-License-Identifier: MIT */
#include "status.h"

static const char *const texts[CHAN_STATUS_COUNT] = {
    [CHAN_OK] = "done",
    [CHAN_CLOSED] = "the channel is closed",
    [CHAN_TIMEOUT] = "the time is up",
    [CHAN_CANCELLED] = "the wait was cancelled",
    [CHAN_NOT_PARKED] = "there is no such request any more",
    [CHAN_REFUSED] = "the server refused the request",
    [CHAN_LOST] = "the connection is lost",
    [CHAN_UNREACHABLE] = "the server cannot be reached",
    [CHAN_INVALID] = "an argument makes no sense",
    [CHAN_UNREADABLE] = "what the server sent cannot be read",
    [CHAN_NO_MEMORY] = "out of memory",
    [CHAN_UNTRUSTED] = "the server is not trusted",
};

/* The reasons that are no refusals. */
static const struct {
    enum err err;
    enum chan_status status;
} outcomes[] = {
    {ERR_OK, CHAN_OK},
    {ERR_CLOSED, CHAN_CLOSED},
    {ERR_TIMEOUT, CHAN_TIMEOUT},
    {ERR_CANCELLED, CHAN_CANCELLED},
    {ERR_NOT_PARKED, CHAN_NOT_PARKED},
};

const char *chan_status_text(enum chan_status status)
{
    if ((unsigned)status >= CHAN_STATUS_COUNT)
        return "no status of this library";
    return texts[status];
}

enum chan_status status_of_err(enum err err)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (outcomes[i].err == err)
            return outcomes[i].status;
    return CHAN_REFUSED;
}
