/* SPDX-License-Identifier: MIT */
#include "witness.h"

void witness_park(struct world *w, const struct model_request *rq)
{
    struct list *parked = &w->peers[rq->peer].parked;

    if (list_is_empty(parked) || w->parked_count == MODEL_PARKED) {
        world_blame(w, "what has not completed is parked");
        return;
    }
    w->parked[w->parked_count++] = (struct world_parked){
        &container_of(parked->prev, struct alt, mates)->done, rq->number};
}

/* The request that a completion answers: one that was parked, or that of this action. */
static uint32_t completion_number(struct world *w, const struct completion *c)
{
    if (!c->parked)
        return w->last;
    for (size_t i = 0; i < w->parked_count; i++)
        if (w->parked[i].completion == c) {
            uint32_t number = w->parked[i].number;

            w->parked[i] = w->parked[--w->parked_count];
            return number;
        }
    return 0;
}

static const struct model_request *request_of(const struct world *w,
                                              const struct action *a, uint32_t number)
{
    for (size_t i = 0; i < w->model->parked_count; i++)
        if (w->model->parked[i].number == number)
            return &w->model->parked[i];
    return a->kind == ACTION_START && a->rq.number == number ? &a->rq : NULL;
}

static void check_identity(struct world *w, const struct completion *c,
                           const struct model_request *rq)
{
    if (c->peer != &w->peers[rq->peer] || c->op != (uint8_t)rq->number)
        world_blame(w, "a reply goes to who has asked");
    if ((c->tag.bytes != NULL) != rq->tagged ||
        !slice_equal(c->tag, words_tag(&w->words, rq)))
        world_blame(w, "a reply has the tag of its request");
}

static struct model_reply reply_of_completion(const struct world *w, uint32_t number,
                                              const struct model_request *rq,
                                              const struct completion *c)
{
    struct model_reply reply = {.number = number, .err = c->err, .dropped = c->dropped};
    bool has_index = c->err == ERR_OK || c->err == ERR_CLOSED;

    reply.name = MODEL_NO_NAME;
    reply.index = c->index;
    if (c->err == ERR_NO_CHANNEL || (has_index && rq->named))
        reply.name = words_name_number(c->chan, w->model);
    if (c->value.bytes)
        reply.value = words_value_number(c->value, &w->ledger);
    return reply;
}

static void see(struct world *w, const struct action *a, const struct completion *c)
{
    uint32_t number = completion_number(w, c);
    const struct model_request *rq = request_of(w, a, number);
    struct model_reply *reply = &w->seen[w->seen_count];

    if (!rq || w->seen_count == MODEL_REPLIES) {
        world_blame(w, "a reply answers a request");
        return;
    }
    check_identity(w, c, rq);
    *reply = reply_of_completion(w, number, rq, c);
    w->seen_count++;
    ledger_book(&w->ledger, w->model, rq, reply);
}

/* Both ways to give a completion back. */
static void give_back(struct world *w, struct completion *c, struct list *retired)
{
    if (w->last % 2)
        w->freed += completion_release(c);
    else if (completion_retire(c, &w->freed))
        list_push(retired, &c->link);
}

void witness_drain(struct world *w, const struct action *a)
{
    struct list retired, *link;

    list_init(&retired);
    w->seen_count = 0;
    while ((link = list_pop(broker_done(w->broker)))) {
        struct completion *c = container_of(link, struct completion, link);

        see(w, a, c);
        give_back(w, c, &retired);
    }
    broker_recycle(w->broker, &retired);
    broker_set_outside(w->broker, w->model->outside, -w->freed);
    ledger_settle(&w->ledger, w->seen, w->seen_count);
}
