/* SPDX-License-Identifier: MIT */
/* put, take and alts: the calls that move a value. Each is an alts of its clauses. */
#include "client.h"
#include "json.h"

#include <stdio.h>
#include <stdlib.h>

#define WAIT_MAX_MS ((INT64_C(1) << 53) - 1)

/* A few clauses need no memory of their own. */
enum { CLAUSES_AT_HAND = 8 };

/* NULL, or what is wrong with a clause; offset is where, for a value. */
static const char *clause_fault(const struct chan_clause *clause, size_t *ret_offset)
{
    if (!clause->chan)
        return "a channel has no name";
    if (clause->value && !json_is_valid(clause->value, clause->value_len, ret_offset))
        return "a value is not JSON";
    return NULL;
}

/* CHAN_OK, or CHAN_INVALID with its message. */
static enum chan_status check(struct chan_client *c, const struct chan_clause *clauses,
                              size_t count, int64_t wait_ms)
{
    const size_t nowhere = (size_t)-1;
    size_t offset = nowhere;
    const char *fault = count == 0 ? "no clause" : NULL;
    char message[80];

    if (wait_ms > WAIT_MAX_MS)
        fault = "a wait of more than 2^53-1 ms";
    for (size_t i = 0; i < count && !fault; i++)
        fault = clause_fault(&clauses[i], &offset);
    if (!fault)
        return CHAN_OK;
    if (offset == nowhere)
        return outcome_end(c, CHAN_INVALID, fault);
    snprintf(message, sizeof message, "%s (byte %zu)", fault, offset);
    return outcome_end(c, CHAN_INVALID, message);
}

static struct clause_view view_of(const struct chan_clause *clause)
{
    return (struct clause_view){
        .op = clause->value ? OP_PUT : OP_TAKE,
        .chan = slice_text(clause->chan),
        .value = slice_of(clause->value, clause->value_len),
    };
}

/* What a request is before it is sent: at_hand is used when the clauses fit. */
struct transfer {
    struct request_view rq;
    struct clause_view at_hand[CLAUSES_AT_HAND], *more;
    int64_t limit_ms;
};

static bool transfer_init(struct transfer *t, const struct chan_clause *clauses,
                          size_t count, enum chan_order order, int64_t wait_ms)
{
    const struct clause_view first = view_of(&clauses[0]);

    t->more = NULL;
    t->limit_ms = wait_ms < 0 ? CHAN_FOREVER : wait_ms + CHAN_GRACE_MS;
    t->rq = (struct request_view){.op = first.op,
                                  .chan = first.chan,
                                  .value = first.value,
                                  .timeout_ms = wait_ms < 0 ? -1 : wait_ms};
    if (count == 1)
        return true;
    t->rq.op = OP_ALTS;
    t->rq.chan = t->rq.value = slice_of(NULL, 0);
    t->rq.priority = order == CHAN_FIRST_WINS;
    t->rq.clauses = t->at_hand;
    t->rq.clause_count = count;
    if (count > CLAUSES_AT_HAND)
        t->rq.clauses = t->more = calloc(count, sizeof *t->more);
    for (size_t i = 0; i < count && t->rq.clauses; i++)
        t->rq.clauses[i] = view_of(&clauses[i]);
    return t->rq.clauses != NULL;
}

/* A blocking one. */
static enum chan_status transfer(struct chan_client *c, const struct chan_clause *clauses,
                                 size_t count, enum chan_order order, int64_t wait_ms)
{
    struct transfer t;
    enum chan_status status;

    if (c->busy)
        return CHAN_INVALID;
    status = check(c, clauses, count, wait_ms);
    if (status != CHAN_OK)
        return status;
    if (!transfer_init(&t, clauses, count, order, wait_ms))
        return outcome_end(c, CHAN_NO_MEMORY, NULL);
    status = client_call(c, &t.rq, t.limit_ms);
    free(t.more);
    return status;
}

enum chan_status chan_put(struct chan_client *c, const char *chan, const char *value,
                          size_t value_len, int64_t wait_ms)
{
    const struct chan_clause clause = {chan, value ? value : "", value_len};

    return transfer(c, &clause, 1, CHAN_FIRST_WINS, wait_ms);
}

enum chan_status chan_take(struct chan_client *c, const char *chan, int64_t wait_ms,
                           const char **ret_value, size_t *ret_len)
{
    const struct chan_clause clause = {chan, NULL, 0};
    enum chan_status status = transfer(c, &clause, 1, CHAN_FIRST_WINS, wait_ms);

    if (status == CHAN_OK && !c->last.value)
        return outcome_end(c, CHAN_UNREADABLE, "the reply to a take has no value");
    if (status == CHAN_OK) {
        *ret_value = c->last.value;
        *ret_len = c->last.value_len;
    }
    return status;
}

enum chan_status chan_alts(struct chan_client *c, const struct chan_clause *clauses,
                           size_t count, enum chan_order order, int64_t wait_ms,
                           const struct chan_reply **ret_reply)
{
    enum chan_status status = transfer(c, clauses, count, order, wait_ms);

    if (status == CHAN_OK || status == CHAN_CLOSED)
        *ret_reply = &c->last;
    return status;
}

enum chan_status chan_start(struct chan_client *c, const struct chan_clause *clauses,
                            size_t count, enum chan_order order, int64_t wait_ms,
                            chan_done *done, void *data, uint64_t *ret_id)
{
    struct transfer t;
    enum chan_status status;

    if (!done)
        return outcome_end(c, CHAN_INVALID, "no chan_done");
    status = check(c, clauses, count, wait_ms);
    if (status != CHAN_OK)
        return status;
    if (!transfer_init(&t, clauses, count, order, wait_ms))
        return outcome_end(c, CHAN_NO_MEMORY, NULL);
    status = client_start(c, &t.rq, t.limit_ms, done, data, ret_id);
    free(t.more);
    if (status != CHAN_OK)
        outcome_end(c, status, status == CHAN_LOST ? c->lost_why : NULL);
    return status;
}

enum chan_status chan_cancel(struct chan_client *c, uint64_t id, int64_t timeout_ms)
{
    char digits[24];
    struct request_view rq = {.op = OP_CANCEL};

    if (c->busy)
        return CHAN_INVALID;
    if (!calls_has(&c->calls, id))
        return outcome_end(c, CHAN_NOT_PARKED, NULL);
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)id);
    rq.target = slice_text(digits);
    return client_call(c, &rq, timeout_ms);
}
