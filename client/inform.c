/* SPDX-License-Identifier: MIT */
/* list, stat, ping and hello: the calls about a server as a whole. */
#include "ask.h"
#include "client.h"
#include "info.h"
#include "json.h"
#include "outcome.h"
#include "strand.h"

#include <stdlib.h>
#include <string.h>

/* ---- list ---- */

/* Where chan_list is: the room's name is the last channel of the page before. */
struct listing {
    struct text prefix; /* copies, for the next call overwrites what they may be of */
    struct text page;
    bool more;
    struct info_room room;
    chan_each *each;
    void *data;
    bool stopped; /* by each */
};

static enum chan_status ask_for_page(struct chan_client *c, int64_t timeout_ms,
                                     struct listing *l)
{
    const struct asking how = {.limit_ms = timeout_ms};
    struct request_view rq = {.op = OP_LIST, .timeout_ms = -1};
    const struct outcome *o;
    enum chan_status status;

    if (l->prefix.len > 0)
        rq.prefix = slice_of(l->prefix.bytes, l->prefix.len);
    rq.after = slice_text(l->room.name[0] ? l->room.name : NULL);
    rq.limit = REQUEST_LIST_MAX;
    status = client_call(c, &rq, &how);
    if (status != CHAN_OK)
        return status;
    o = strand_outcome(strand_self());
    l->more = o->more;
    text_clear(&l->page);
    text_add_slice(&l->page, slice_of(o->last.value, o->last.value_len));
    return l->page.broken ? outcome_of_call(CHAN_NO_MEMORY, NULL) : CHAN_OK;
}

static enum chan_status show_page(struct listing *l)
{
    struct json at = json_of(l->page.bytes ? l->page.bytes : "", l->page.len);
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
    return step == JSON_FAULT || (first && l->more) ? CHAN_UNREADABLE : CHAN_OK;
}

enum chan_status chan_list(struct chan_client *c, const char *prefix, int64_t timeout_ms,
                           chan_each *each, void *data)
{
    struct listing l = {.more = true, .each = each, .data = data};
    enum chan_status status = CHAN_OK;

    text_add_slice(&l.prefix, slice_text(prefix ? prefix : ""));
    if (l.prefix.broken)
        status = outcome_of_call(CHAN_NO_MEMORY, NULL);
    while (status == CHAN_OK && !l.stopped && l.more) {
        status = ask_for_page(c, timeout_ms, &l);
        if (status == CHAN_OK)
            status = outcome_of_call(show_page(&l), NULL);
    }
    text_release(&l.prefix);
    text_release(&l.page);
    return status;
}

/* ---- ping and stat ---- */

enum chan_status chan_ping(struct chan_client *c, int64_t timeout_ms)
{
    const struct asking how = {.limit_ms = timeout_ms};
    struct request_view rq = {.op = OP_PING, .timeout_ms = -1};

    return client_call(c, &rq, &how);
}

enum chan_status chan_start_ping(struct chan_client *c, int64_t timeout_ms,
                                 chan_done *done, void *data, uint64_t *ret_id)
{
    const struct asking how = {.limit_ms = timeout_ms, .done = done, .data = data};
    struct request_view rq = {.op = OP_PING, .timeout_ms = -1};

    return client_begin(c, &rq, &how, ret_id);
}

enum chan_status chan_server_stat(struct chan_client *c, int64_t timeout_ms)
{
    const struct asking how = {.limit_ms = timeout_ms};
    struct request_view rq = {.op = OP_STAT, .timeout_ms = -1};
    const enum chan_status status = client_call(c, &rq, &how);

    if (status == CHAN_OK && !chan_last()->value)
        return outcome_of_call(CHAN_UNREADABLE, "the reply has no stat");
    return status;
}

/* ---- hello ---- */

/* What was said is kept, to be said again on another connection. */
struct words {
    char *client, *token;
};

static bool copy_text(char **ret_copy, const char *text)
{
    *ret_copy = text ? strdup(text) : NULL;
    return *ret_copy || !text;
}

static void words_release(struct words *w)
{
    free(w->client);
    passport_wipe(w->token);
}

static enum chan_status say_hello(struct chan_client *c, const struct words *w,
                                  int64_t timeout_ms)
{
    const struct asking how = {.limit_ms = timeout_ms};
    struct request_view rq = {.op = OP_HELLO, .timeout_ms = -1};

    rq.client = slice_text(w->client);
    rq.token = slice_text(w->token);
    rq.protocol = 1;
    return client_call(c, &rq, &how);
}

/* Takes the words, and gives back those of before. */
static void remember(struct chan_client *c, struct words *w)
{
    struct words old;

    client_lock(c);
    conn_wipe(&c->conn);
    old = (struct words){c->hello.client, c->hello.token};
    c->hello.client = w->client;
    c->hello.token = w->token;
    c->hello.said = true;
    client_unlock(c);
    *w = old;
}

enum chan_status chan_hello(struct chan_client *c, const char *client, const char *token,
                            int64_t timeout_ms, const char **ret_server)
{
    struct words w = {0};
    enum chan_status status;
    const struct outcome *o;

    if (copy_text(&w.client, client) && copy_text(&w.token, token))
        status = say_hello(c, &w, timeout_ms);
    else
        status = outcome_of_call(CHAN_NO_MEMORY, NULL);
    if (status == CHAN_OK) {
        remember(c, &w);
        o = strand_outcome(strand_self());
        if (ret_server)
            *ret_server = o->names.server ? o->names.server : "";
    }
    words_release(&w);
    return status;
}

enum chan_status chan_whoami(struct chan_client *c, int64_t timeout_ms,
                             const char **ret_user)
{
    const struct words none = {0};
    const enum chan_status status = say_hello(c, &none, timeout_ms);
    const char *user;

    if (status != CHAN_OK)
        return status;
    user = strand_outcome(strand_self())->names.user;
    *ret_user = user ? user : "anonymous";
    return CHAN_OK;
}
