/* SPDX-License-Identifier: MIT */
/* What a client does when something happened, or is due. */
#include "client.h"
#include "deadline.h"
#include "keep.h"
#include "revive.h"

#include <poll.h>
#include <stdio.h>

/* Sends and receives what goes. False: the connection is gone, or the client that used
 * it; if the server did that, why is told. */
static bool exchange(struct chan_client *c)
{
    char why[sizeof c->lost_why], room[96];

    conn_send(&c->conn);
    if (conn_receive(&c->conn))
        keep_note_heard(c);
    client_take_lines(c);
    conn_send(&c->conn);
    if (!c->conn.down && !c->parted)
        return c->conn.fd >= 0;
    if (c->parted)
        snprintf(why, sizeof why, "%s", c->lost_why);
    else
        snprintf(why, sizeof why, "the connection is lost: %s",
                 conn_why(&c->conn, room, sizeof room));
    revive_after(c, why);
    return false;
}

static void turn_greeting(struct chan_client *c)
{
    if (exchange(c))
        revive_greet(c);
}

static void turn_up(struct chan_client *c)
{
    if (!exchange(c))
        return;
    if (calls_check_ns(&c->calls) != DEADLINE_NEVER &&
        calls_are_late(&c->calls, deadline_now_ns()))
        revive_after(c, "the connection is given up: no reply in time");
    else if (!keep_listen(c))
        revive_after(c, "the connection is given up: the server is silent");
}

static void turn_off(struct chan_client *c)
{
    (void)c;
}

void client_turn(struct chan_client *c)
{
    static void (*const turns[])(struct chan_client *) = {
        [CLIENT_OFF] = turn_off,           [CLIENT_PAUSING] = revive_pause,
        [CLIENT_DIALLING] = revive_dial,   [CLIENT_SHAKING] = revive_shake,
        [CLIENT_GREETING] = turn_greeting, [CLIENT_UP] = turn_up,
    };

    turns[c->state](c);
    keep_tell(c);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t client_due_ns(const struct chan_client *c)
{
    if (c->state == CLIENT_OFF)
        return DEADLINE_NEVER;
    if (c->state == CLIENT_UP)
        return earlier(calls_check_ns(&c->calls), keep_listen_ns(c));
    return earlier(c->point_ns, c->expiry_ns);
}

int client_fd(const struct chan_client *c)
{
    return c->state == CLIENT_DIALLING ? c->dialling : c->conn.fd;
}

short client_events(const struct chan_client *c)
{
    return c->state == CLIENT_DIALLING ? POLLOUT : conn_events(&c->conn);
}
