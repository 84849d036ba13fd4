/* SPDX-License-Identifier: MIT */
#include "bell.h"

struct chan *bell_new(void)
{
    return chan_local(CHAN_NONE, 0);
}

/* Who was waiting may drop the last count of the bell before chan_close has returned. */
void bell_ring(struct chan *bell)
{
    chan_hold(bell);
    chan_close(bell);
    chan_drop(bell);
}

bool bell_has_rung(struct chan *bell)
{
    const char *nothing;

    return chan_take(bell, 0, &nothing, NULL) == CHAN_CLOSED;
}

/* Out of memory is no reason to go: whoever rings may be using what the caller frees. */
void bell_wait(struct chan *bell)
{
    const char *nothing;

    while (chan_take(bell, CHAN_FOREVER, &nothing, NULL) != CHAN_CLOSED)
        chan_yield();
}

static bool is_local(const struct chan *ch)
{
    return chan_name(ch)[0] == '\0';
}

/* One put or take of a local channel. */
static enum chan_status either(struct chan *bell, const struct chan_clause *clause,
                               const struct chan_reply **ret_reply)
{
    const struct chan_clause clauses[] = {{.chan = bell}, *clause};
    const enum chan_status status =
        chan_alts(clauses, 2, CHAN_FIRST_WINS, CHAN_FOREVER, ret_reply);

    return status == CHAN_CLOSED && (*ret_reply)->index == 0 ? CHAN_TIMEOUT : status;
}

/* The same of a remote one. */
static enum chan_status look_up(struct chan *bell, const struct chan_clause *clause,
                                const struct chan_reply **ret_reply)
{
    enum chan_status status = CHAN_TIMEOUT;

    while (status == CHAN_TIMEOUT && !bell_has_rung(bell))
        status = chan_alts(clause, 1, CHAN_FIRST_WINS, BELL_LOOK_MS, ret_reply);
    return status;
}

static enum chan_status run(struct chan *bell, const struct chan_clause *clause,
                            const struct chan_reply **ret_reply)
{
    if (!bell)
        return chan_alts(clause, 1, CHAN_FIRST_WINS, CHAN_FOREVER, ret_reply);
    return (is_local(clause->chan) ? either : look_up)(bell, clause, ret_reply);
}

enum chan_status bell_take(struct chan *bell, struct chan *from, const char **ret_value,
                           size_t *ret_len)
{
    const struct chan_clause clause = {.chan = from};
    const struct chan_reply *reply;
    const enum chan_status status = run(bell, &clause, &reply);

    if (status == CHAN_OK) {
        *ret_value = reply->value;
        *ret_len = reply->value_len;
    }
    return status;
}

enum chan_status bell_put(struct chan *bell, struct chan *to, const char *value,
                          size_t len)
{
    const struct chan_clause clause = {to, value, len};
    const struct chan_reply *reply;

    return run(bell, &clause, &reply);
}
