/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <inttypes.h>
#include <string.h>

/* ---- comparing ---- */

static bool replies_agree(const struct model_reply *a, const struct model_reply *b)
{
    return a->number == b->number && a->err == b->err &&
           (a->index == b->index || a->err > ERR_CLOSED) && a->value == b->value &&
           a->name == b->name && a->dropped == b->dropped;
}

void view_compare_replies(struct world *w)
{
    if (w->seen_count != w->model->reply_count)
        world_blame(w, "there are as many replies as by the model");
    for (size_t i = 0; !w->fault && i < w->seen_count; i++)
        if (!replies_agree(&w->seen[i], &w->model->replies[i]))
            world_blame(w, "the replies are those of the model, in their order");
}

static bool stats_agree(const struct channel_stat *a, const struct channel_stat *b)
{
    return !strcmp(a->name, b->name) && a->settings.kind == b->settings.kind &&
           a->settings.size == b->settings.size &&
           a->settings.max_parked == b->settings.max_parked &&
           a->settings.close_after_ms == b->settings.close_after_ms &&
           a->closed == b->closed && a->buffered == b->buffered &&
           a->parked_puts == b->parked_puts && a->parked_takes == b->parked_takes &&
           a->bytes == b->bytes && a->puts == b->puts && a->takes == b->takes &&
           a->dropped == b->dropped;
}

void view_compare_states(struct world *w)
{
    struct broker_stat ours = broker_totals(w->broker), theirs = model_totals(w->model);

    for (uint32_t n = 0; n < w->model->name_count; n++) {
        struct channel_stat a, b;
        bool known = !broker_stat(w->broker, slice_text(w->model->names[n]), &a);

        if (known != model_stat(w->model, n, &b))
            world_blame(w, "those channels are known that the model knows");
        else if (known && !stats_agree(&a, &b))
            world_blame(w, "stat says what the model says");
    }
    if (ours.channels != theirs.channels || ours.parked != theirs.parked ||
        ours.bytes != theirs.bytes || ours.output_bytes != theirs.output_bytes)
        world_blame(w, "the totals are those of the model");
    if (broker_deadline(w->broker) != model_deadline(w->model))
        world_blame(w, "the next deadline is that of the model");
}

/* The known name next in byte order behind `after`, or MODEL_NO_NAME. */
static int next_name(const struct model *m, const char *glob, const char *after)
{
    int next = MODEL_NO_NAME;

    for (uint32_t n = 0; n < m->name_count; n++)
        if (m->channels[n].known && strcmp(m->names[n], after) > 0 &&
            model_matches(glob, m->names[n]) &&
            (next < 0 || strcmp(m->names[n], m->names[next]) < 0))
            next = (int)n;
    return next;
}

/* Puts the page together from looks at so few names that it takes several. */
static void compare_looks(struct world *w, struct catalog_query query,
                          const struct channel_stat *page, size_t count, bool more)
{
    struct channel_stat found[ACTION_LIST_MAX];
    char behind[sizeof page->name];
    struct slice last = query.after;
    size_t at = 0, all = query.limit, effort, step;

    do {
        effort = query.limit = all - at < 2 ? all - at : 2;
        step = broker_look(w->broker, &query, &effort, found, &last);
        for (size_t i = 0; i < step; i++, at++)
            if (at >= count || !stats_agree(&found[i], &page[at])) {
                world_blame(w, "a list in steps is the list");
                return;
            }
        snprintf(behind, sizeof behind, "%.*s", (int)last.len, last.bytes);
        query.after = slice_text(behind);
    } while (last.bytes && at < all);
    if (at < count || (more && !last.bytes))
        world_blame(w, "a list in steps ends where the list does");
}

void view_compare_list(struct world *w, const struct action *a)
{
    struct channel_stat page[ACTION_LIST_MAX], expected;
    struct catalog_query query = {.limit = a->limit};
    char glob[sizeof a->prefix + 1];
    const char *after = a->after;
    bool more = false;
    size_t count;

    if (*a->prefix)
        query.prefix = words_text(&w->words, a->prefix);
    if (*a->after)
        query.after = words_text(&w->words, a->after);
    count = broker_list(w->broker, &query, page, &more);
    compare_looks(w, query, page, count, more);
    snprintf(glob, sizeof glob, "%s*", a->prefix);
    for (size_t i = 0; i < count; i++) {
        int name = next_name(w->model, glob, after);

        if (name < 0 || !model_stat(w->model, (uint32_t)name, &expected) ||
            !stats_agree(&page[i], &expected)) {
            world_blame(w, "list shows what the model shows");
            return;
        }
        after = w->model->names[name];
    }
    if (more != (next_name(w->model, glob, after) >= 0) || (more && count < a->limit))
        world_blame(w, "list is complete, and says so");
}

/* ---- printing ---- */

static void print_replies(const struct world *w, const char *who,
                          const struct model_reply *replies, size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        const struct model_reply *r = &replies[i];

        fprintf(out, "  %s: #%" PRIu32 " %s index %" PRIu32, who, r->number,
                err_text(r->err), r->index);
        if (r->value)
            fprintf(out, ", value %" PRIu32, r->value);
        if (r->name != MODEL_NO_NAME)
            fprintf(out, ", channel %s", w->model->names[r->name]);
        fprintf(out, "%s\n", r->dropped ? ", dropped" : "");
    }
}

static void print_stat(const char *who, const struct channel_stat *s, FILE *out)
{
    fprintf(out,
            "  %s: %s %s size %" PRIu32 " max_parked %" PRIu32 " close_after_ms %" PRId64
            "%s, buffered %" PRIu32 " (%" PRIu64 " bytes), parked puts %" PRIu32
            " takes %" PRIu32 ", puts %" PRIu64 " takes %" PRIu64 " dropped %" PRIu64
            "\n",
            who, s->name, kind_name(s->settings.kind), s->settings.size,
            s->settings.max_parked, s->settings.close_after_ms,
            s->closed ? ", closed" : "", s->buffered, s->bytes, s->parked_puts,
            s->parked_takes, s->puts, s->takes, s->dropped);
}

static void print_channels(const struct world *w, FILE *out)
{
    struct channel_stat s;

    for (uint32_t n = 0; n < w->model->name_count; n++) {
        if (!broker_stat(w->broker, slice_text(w->model->names[n]), &s))
            print_stat("broker", &s, out);
        if (model_stat(w->model, n, &s))
            print_stat("model ", &s, out);
    }
}

static void print_totals(const char *who, struct broker_stat s, int64_t deadline,
                         FILE *out)
{
    fprintf(out,
            "  %s: %" PRId64 " channels, %" PRId64 " parked, %" PRId64 " bytes, %" PRId64
            " outside, next deadline %" PRId64 "\n",
            who, s.channels, s.parked, s.bytes, s.output_bytes, deadline);
}

void world_print(const struct world *w, FILE *out)
{
    fprintf(out, "does not hold: %s\n", w->fault ? w->fault : "nothing");
    print_replies(w, "broker", w->seen, w->seen_count, out);
    print_replies(w, "model ", w->model->replies, w->model->reply_count, out);
    fprintf(out, "at %" PRId64 " ns:\n", w->now_ns);
    print_totals("broker", broker_totals(w->broker), broker_deadline(w->broker), out);
    print_totals("model ", model_totals(w->model), model_deadline(w->model), out);
    print_channels(w, out);
    for (size_t i = 0; i < w->model->parked_count; i++) {
        fprintf(out, "  parked: ");
        action_print_request(&w->model->parked[i], w->model, out);
        fprintf(out, " until %" PRId64 "\n", w->model->parked[i].deadline);
    }
}
