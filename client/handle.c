/* SPDX-License-Identifier: MIT */
#include "handle.h"

#include <stdarg.h>
#include <stdio.h>
#include "json.h"
#include "outcome.h"
#include "strand.h"

#define WAIT_MAX_MS ((INT64_C(1) << 53) - 1)

enum { MESSAGE_SIZE = 120 };

/* ---- counting ---- */

void handle_init(struct chan *ch, const struct ground *ground, void *place)
{
    ch->ground = ground;
    ch->place = place;
    atomic_init(&ch->holders, 1);
}

struct chan *chan_hold(struct chan *ch)
{
    atomic_fetch_add_explicit(&ch->holders, 1, memory_order_relaxed);
    return ch;
}

/* Whoever frees it sees all that the others did before. */
void chan_drop(struct chan *ch)
{
    if (ch && atomic_fetch_sub_explicit(&ch->holders, 1, memory_order_acq_rel) == 1)
        ch->ground->free(ch);
}

const char *chan_name(const struct chan *ch)
{
    return ch->ground->name(ch);
}

/* ---- checking ---- */

/* NULL, or what is wrong with a clause beside the first; offset is where, for a value. */
static const char *fault_of(const struct chan_clause *clause,
                            const struct chan_clause *first, size_t *ret_offset)
{
    if (!clause->chan)
        return "there is no channel";
    if (clause->chan->ground != first->chan->ground)
        return "local and remote channels do not mix";
    if (clause->chan->place != first->chan->place)
        return "the channel is another client's";
    if (clause->value && !json_is_valid(clause->value, clause->value_len, ret_offset))
        return "the value is not JSON";
    return NULL;
}

/* Of one clause alone nobody needs to be told which. */
static enum chan_status fail(size_t count, size_t clause, const char *fault,
                             size_t offset)
{
    char which[40] = "", where[40] = "", message[MESSAGE_SIZE];

    if (count > 1)
        snprintf(which, sizeof which, "clause %zu: ", clause);
    if (offset != SIZE_MAX)
        snprintf(where, sizeof where, " (byte %zu)", offset);
    snprintf(message, sizeof message, "%s%s%s", which, fault, where);
    return outcome_of_call(CHAN_INVALID, message);
}

enum chan_status handle_check(const struct chan_clause *clauses, size_t count,
                              int64_t wait_ms)
{
    if (count == 0)
        return outcome_of_call(CHAN_INVALID, "no clause");
    if (wait_ms > WAIT_MAX_MS)
        return outcome_of_call(CHAN_INVALID, "a wait of more than 2^53-1 ms");
    for (size_t i = 0; i < count; i++) {
        size_t offset = SIZE_MAX;
        const char *fault = fault_of(&clauses[i], &clauses[0], &offset);

        if (fault)
            return fail(count, i, fault, offset);
    }
    return CHAN_OK;
}

/* ---- the calls ---- */

static enum chan_status run(const struct chan_clause *clauses, size_t count,
                            enum chan_order order, int64_t wait_ms)
{
    const enum chan_status status = handle_check(clauses, count, wait_ms);

    if (status != CHAN_OK)
        return status;
    return clauses[0].chan->ground->run(clauses, count, order, wait_ms);
}

enum chan_status chan_put(struct chan *ch, const char *value, size_t value_len,
                          int64_t wait_ms)
{
    const struct chan_clause clause = {ch, value ? value : "", value_len};

    return run(&clause, 1, CHAN_FIRST_WINS, wait_ms);
}

enum chan_status chan_take(struct chan *ch, int64_t wait_ms, const char **ret_value,
                           size_t *ret_len)
{
    const struct chan_clause clause = {ch, NULL, 0};
    const enum chan_status status = run(&clause, 1, CHAN_FIRST_WINS, wait_ms);
    const struct chan_reply *last;

    if (status != CHAN_OK)
        return status;
    last = chan_last();
    if (!last->value)
        return outcome_of_call(CHAN_UNREADABLE, "the reply to a take has no value");
    *ret_value = last->value;
    if (ret_len)
        *ret_len = last->value_len;
    return CHAN_OK;
}

enum chan_status chan_alts(const struct chan_clause *clauses, size_t count,
                           enum chan_order order, int64_t wait_ms,
                           const struct chan_reply **ret_reply)
{
    const enum chan_status status = run(clauses, count, order, wait_ms);

    if (ret_reply && (status == CHAN_OK || status == CHAN_CLOSED))
        *ret_reply = chan_last();
    return status;
}

enum chan_status chan_close(struct chan *ch)
{
    if (!ch)
        return outcome_of_call(CHAN_INVALID, "there is no channel");
    return ch->ground->close(ch);
}
