/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void ledger_release(struct ledger *l)
{
    free(l->entries);
    *l = (struct ledger){0};
}

static void ledger_grow(struct ledger *l)
{
    size_t cap = l->cap ? 2 * l->cap : 1024;
    struct ledger_entry *entries = realloc(l->entries, cap * sizeof *entries);

    if (!entries)
        abort(); /* the books can't be kept */
    memset(entries + l->cap, 0, (cap - l->cap) * sizeof *entries);
    l->entries = entries;
    l->cap = cap;
}

struct model_value ledger_offer(struct ledger *l, uint32_t name, uint32_t len)
{
    if (++l->last >= l->cap)
        ledger_grow(l);
    l->entries[l->last].name = name;
    l->entries[l->last].len = len;
    return (struct model_value){.number = l->last, .len = len, .name = name};
}

static void ledger_check(struct ledger *l, bool holds, const char *fault)
{
    if (!holds && !l->fault)
        l->fault = fault;
}

static void put_ended(struct ledger *l, struct model_value v, enum kind kind, bool chosen,
                      bool dropped)
{
    struct ledger_entry *e = &l->entries[v.number];

    ledger_check(l, !e->accepted && !e->refused, "the put of a value ended twice");
    e->refused = !chosen || dropped;
    e->shared = kind == KIND_PROMISE;
    e->may_go = kind == KIND_SLIDING;
    if (!e->refused)
        e->accepted = ++l->accepted;
}

static void taken(struct ledger *l, uint32_t number, uint32_t name, enum kind kind)
{
    struct ledger_entry *e;

    ledger_check(l, number > 0 && number <= l->last, "a value was invented");
    if (number == 0 || number > l->last)
        return;
    e = &l->entries[number];
    ledger_check(l, e->name == name, "a value was taken from another channel");
    ledger_check(l, !e->taken || kind == KIND_PROMISE, "a value was taken twice");
    e->taken = true;
}

void ledger_book(struct ledger *l, const struct model *before,
                 const struct model_request *rq, const struct model_reply *reply)
{
    for (uint32_t k = 0; k < rq->count; k++) {
        const struct model_clause *c = &rq->clauses[k];
        enum kind kind = before->channels[c->name].settings.kind;
        bool chosen = reply->err == ERR_OK && reply->index == k;

        if (c->side == SIDE_PUT)
            put_ended(l, c->value, kind, chosen, chosen && reply->dropped);
        else if (chosen)
            taken(l, reply->value, c->name, kind);
    }
}

void ledger_settle(struct ledger *l, const struct model_reply *replies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct ledger_entry *e;

        if (replies[i].value == 0 || replies[i].value > l->last)
            continue;
        e = &l->entries[replies[i].value];
        ledger_check(l, e->accepted && !e->refused, "a value was taken that was refused");
        if (e->shared)
            continue;
        ledger_check(l, e->accepted > l->taken_last[e->name],
                     "a value was taken before an older one");
        l->taken_last[e->name] = e->accepted;
    }
}

void ledger_delete(struct ledger *l, uint32_t name)
{
    for (uint32_t v = 1; v <= l->last; v++)
        if (l->entries[v].name == name && l->entries[v].accepted)
            l->entries[v].may_go = true;
}

void ledger_finish(struct ledger *l)
{
    for (uint32_t v = 1; v <= l->last; v++) {
        const struct ledger_entry *e = &l->entries[v];

        ledger_check(l, e->accepted || e->refused, "a put was never answered");
        ledger_check(l, !e->accepted || e->taken || e->shared || e->may_go,
                     "a value was lost");
    }
}
