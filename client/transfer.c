/* SPDX-License-Identifier: MIT */
/* put, take and alts: the calls that move a value. Each is an alts of its clauses. */
#include "ask.h"
#include "client.h"
#include "outcome.h"
#include "remote.h"

#include <stdlib.h>

/* A few clauses need no memory of their own. */
enum { CLAUSES_AT_HAND = 8 };

static struct clause_view view_of(const struct chan_clause *clause)
{
    return (struct clause_view){
        .op = clause->value ? OP_PUT : OP_TAKE,
        .chan = remote_name(remote_of(clause->chan)),
        .value = slice_of(clause->value, clause->value_len),
    };
}

/* What a request is before it is sent: at_hand is used when the clauses fit. */
struct transfer {
    struct request_view rq;
    struct clause_view at_hand[CLAUSES_AT_HAND], *more;
    struct asking how;
};

/* A value that was put may have been taken; to ask for one again takes another, as any
 * take would. */
static struct asking asking_of(const struct chan_clause *clauses, size_t count,
                               int64_t wait_ms)
{
    struct asking how = {.limit_ms = wait_ms < 0 ? CHAN_FOREVER : wait_ms + CHAN_GRACE_MS,
                         .waits = wait_ms >= 0,
                         .again = true};

    for (size_t i = 0; i < count; i++)
        how.again &= clauses[i].value == NULL;
    return how;
}

/* Of clauses that were checked (handle.h). */
static bool transfer_init(struct transfer *t, const struct chan_clause *clauses,
                          size_t count, enum chan_order order, int64_t wait_ms)
{
    const struct clause_view first = view_of(&clauses[0]);

    t->more = NULL;
    t->how = asking_of(clauses, count, wait_ms);
    t->rq = (struct request_view){.op = first.op,
                                  .chan = first.chan,
                                  .value = first.value,
                                  .timeout_ms = wait_ms < 0 ? -1 : wait_ms};
    t->how.chan = remote_quoted(remote_of(clauses[0].chan));
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

enum chan_status remote_run(const struct chan_clause *clauses, size_t count,
                            enum chan_order order, int64_t wait_ms)
{
    struct chan_client *c = remote_client(remote_of(clauses[0].chan));
    struct transfer t;
    enum chan_status status;

    if (!transfer_init(&t, clauses, count, order, wait_ms))
        return outcome_of_call(CHAN_NO_MEMORY, NULL);
    status = client_call(c, &t.rq, &t.how);
    free(t.more);
    return status;
}

enum chan_status chan_start(struct chan_client *c, const struct chan_clause *clauses,
                            size_t count, enum chan_order order, int64_t wait_ms,
                            chan_done *done, void *data, uint64_t *ret_id)
{
    enum chan_status status = handle_check(clauses, count, wait_ms);
    struct transfer t;

    if (status != CHAN_OK)
        return status;
    if (!remote_of(clauses[0].chan) || clauses[0].chan->place != c)
        return outcome_of_call(CHAN_INVALID, "the channel is not one of the client");
    if (!transfer_init(&t, clauses, count, order, wait_ms))
        return outcome_of_call(CHAN_NO_MEMORY, NULL);
    t.how.done = done;
    t.how.data = data;
    status = client_begin(c, &t.rq, &t.how, ret_id);
    free(t.more);
    return status;
}
