/* SPDX-License-Identifier: MIT */
/* list, stat, ping and hello: the calls that only ask. */
#include "client.h"
#include "info.h"

/* Where chan_list is: the room's name is the last channel of the page before. */
struct listing {
    struct info_room room;
    chan_each *each;
    void *data;
    bool stopped; /* by each */
};

static enum chan_status show_page(struct chan_client *c, struct listing *l)
{
    struct json at = json_of(c->last.value ? c->last.value : "", c->last.value_len);
    struct chan_info info;
    enum json_step step;
    bool first = true;

    if (json_peek(&at) != '[')
        return CHAN_UNREADABLE;
    json_enter(&at);
    while ((step = json_next_element(&at, first)) == JSON_ITEM && !l->stopped) {
        if (!info_read(&at, &l->room, &info))
            return CHAN_UNREADABLE;
        l->stopped = !l->each(&info, l->data);
        first = false;
    }
    /* A page of nothing with more to come would be asked for again and again. */
    return step == JSON_FAULT || (first && c->more) ? CHAN_UNREADABLE : CHAN_OK;
}

enum chan_status chan_list(struct chan_client *c, const char *prefix, int64_t timeout_ms,
                           chan_each *each, void *data)
{
    struct listing l = {.each = each, .data = data};
    struct request_view rq;
    enum chan_status status;

    do {
        rq = (struct request_view){.op = OP_LIST, .timeout_ms = -1};
        rq.prefix = slice_text(prefix && *prefix ? prefix : NULL);
        rq.after = slice_text(l.room.name[0] ? l.room.name : NULL);
        rq.limit = REQUEST_LIST_MAX;
        status = client_call(c, &rq, timeout_ms);
        if (status != CHAN_OK)
            return status;
        status = show_page(c, &l);
    } while (status == CHAN_OK && c->more && !l.stopped);
    return outcome_end(c, status, NULL);
}

enum chan_status chan_stat(struct chan_client *c, const char *chan, int64_t timeout_ms,
                           struct chan_info *ret_info)
{
    struct request_view rq = {.op = OP_STAT, .timeout_ms = -1};
    enum chan_status status;
    struct json at;

    rq.chan = slice_text(chan);
    status = client_call(c, &rq, timeout_ms);
    if (status != CHAN_OK)
        return status;
    if (!c->last.value)
        return outcome_end(c, CHAN_UNREADABLE, "the reply has no stat");
    at = json_of(c->last.value, c->last.value_len);
    if (chan && ret_info && !info_read(&at, &c->room, ret_info))
        return outcome_end(c, CHAN_UNREADABLE, "the stat is not that of a channel");
    return CHAN_OK;
}

enum chan_status chan_ping(struct chan_client *c, int64_t timeout_ms)
{
    struct request_view rq = {.op = OP_PING, .timeout_ms = -1};

    return client_call(c, &rq, timeout_ms);
}

enum chan_status chan_hello(struct chan_client *c, const char *client, const char *token,
                            int64_t timeout_ms, const char **ret_server)
{
    struct request_view rq = {.op = OP_HELLO, .timeout_ms = -1};
    enum chan_status status;

    rq.client = slice_text(client);
    rq.token = slice_text(token);
    rq.protocol = 1;
    status = client_call(c, &rq, timeout_ms);
    if (status == CHAN_OK && ret_server)
        *ret_server = c->server ? c->server : "";
    return status;
}
