/* SPDX-License-Identifier: MIT */
#include "action.h"

#include <inttypes.h>
#include <string.h>

/* ---- settings ---- */

#define TEMPLATE(glob, k, n, parked)                                                     \
    {                                                                                    \
        glob,                                                                            \
        {                                                                                \
            .kind = KIND_##k, .size = n, .max_parked = parked, .close_after_ms = -1      \
        }                                                                                \
    }

static const struct channel_template templates_of_a_start[] = {
    TEMPLATE("fixed/one", FIXED, 1, 0),  TEMPLATE("fixed/*", FIXED, 3, 2),
    TEMPLATE("slide/*", SLIDING, 2, 0),  TEMPLATE("drop/*", DROPPING, 2, 0),
    TEMPLATE("promise*", PROMISE, 0, 0),
};

static const struct channel_template templates_of_a_reload[] = {
    TEMPLATE("slide*", PROMISE, 0, 0),
    TEMPLATE("*/1", SLIDING, 1, 0),
    TEMPLATE("a", DROPPING, 1, 0),
    TEMPLATE("fixed/*", NONE, 0, 1),
};

static const struct {
    const struct channel_template *rows;
    size_t count;
} template_sets[] = {
    {templates_of_a_start, sizeof templates_of_a_start / sizeof *templates_of_a_start},
    {templates_of_a_reload, sizeof templates_of_a_reload / sizeof *templates_of_a_reload},
    {NULL, 0},
};

struct tightness {
    int64_t channels, memory_bytes, parked_per_channel, parked_per_connection;
};

static const struct tightness tightnesses[] = {
    {1000, 1000000, 1000, 1000}, {1000, 1000000, 1000, 1000},
    {1000, 1000000, 6, 20},      {4, 1000000, 1000, 1000},
    {1000, 150, 1000, 1000},     {1000, 1000000, 2, 1000},
    {1000, 1000000, 1000, 3},    {5, 300, 3, 5},
};

static const int64_t lingers_ns[] = {0, 30, 1000, 2000000, INT64_MAX};

#define PICK(d, table) (table)[dice_below((d), sizeof(table) / sizeof *(table))]

struct broker_settings action_settings(struct dice *d)
{
    const struct tightness t = PICK(d, tightnesses);
    size_t set = dice_below(d, sizeof template_sets / sizeof *template_sets);
    struct broker_settings s = {
        .limits = limits_default(),
        .auto_create = !dice_one_in(d, 8),
        .closed_linger_ns = PICK(d, lingers_ns),
        .templates = template_sets[set].rows,
        .template_count = template_sets[set].count,
    };

    s.limits.channels = t.channels;
    s.limits.memory_bytes = t.memory_bytes;
    s.limits.parked_per_channel = t.parked_per_channel;
    s.limits.parked_per_connection = t.parked_per_connection;
    s.limits.buffer_size = 8;
    return s;
}

/* ---- drawing ---- */

enum { NS_PER_MS = 1000000 };

struct table {
    struct dice *dice;
    const struct model *model;
    struct ledger *ledger;
    int64_t now_ns;
    uint32_t peers;
};

static uint32_t draw_name(struct table *t)
{
    return dice_below(t->dice, t->model->name_count);
}

static void draw_clause(struct table *t, struct model_clause *c)
{
    *c = (struct model_clause){.side = (enum side)dice_below(t->dice, 2)};
    c->name = draw_name(t);
    if (c->side == SIDE_PUT)
        c->value = ledger_offer(t->ledger, c->name, 8 + dice_below(t->dice, 40));
}

static int64_t draw_wait(struct table *t)
{
    const int64_t waits_ns[] = {
        ALT_NO_PARK,
        ALT_NO_PARK,
        ALT_FOREVER,
        ALT_FOREVER,
        1 + dice_below(t->dice, 60),
        1 + dice_below(t->dice, 60),
        NS_PER_MS * (1 + dice_below(t->dice, 3)),
        INT64_MAX - dice_below(t->dice, 3),
    };

    return PICK(t->dice, waits_ns);
}

static void draw_start(struct table *t, struct action *a)
{
    struct model_request *rq = &a->rq;

    rq->peer = dice_below(t->dice, t->peers);
    rq->wait_ns = draw_wait(t);
    rq->tagged = !dice_one_in(t->dice, 4);
    rq->count = 1;
    if (dice_one_in(t->dice, 2)) {
        rq->named = true;
        rq->priority = dice_one_in(t->dice, 3);
        rq->count += dice_below(t->dice, MODEL_CLAUSES);
    }
    for (uint32_t k = 0; k < rq->count; k++)
        draw_clause(t, &rq->clauses[k]);
}

/* Some time, at most a few milliseconds: the end of time stays far. */
static void draw_time(struct table *t, struct action *a)
{
    int64_t left_ns = model_deadline(t->model) - t->now_ns;
    uint32_t how = dice_below(t->dice, 8);

    if (how == 0)
        a->by_ns = NS_PER_MS * (1 + dice_below(t->dice, 3));
    else if (how == 1 && left_ns > 0 && left_ns < 3 * NS_PER_MS)
        a->by_ns = left_ns;
    else
        a->by_ns = dice_below(t->dice, 30);
}

static void draw_open(struct table *t, struct action *a)
{
    static const int64_t close_after_ms[] = {0, 1, 2, INT64_C(9007199254740991)};
    struct broker_open *open = &a->open;

    a->name = draw_name(t);
    open->close_after_ms = -1;
    open->has_buffer = !dice_one_in(t->dice, 4);
    if (open->has_buffer) {
        open->kind = (enum kind)dice_below(t->dice, KIND_COUNT);
        if (kind_is_sized(open->kind))
            open->size = 1 + dice_below(t->dice, dice_one_in(t->dice, 8) ? 12 : 3);
    }
    if (dice_one_in(t->dice, 4))
        open->max_parked = 1 + dice_below(t->dice, 3);
    if (dice_one_in(t->dice, 4))
        open->close_after_ms = PICK(t->dice, close_after_ms);
}

static void draw_only_a_name(struct table *t, struct action *a)
{
    a->name = draw_name(t);
}

/* Mostly somebody who is parked. */
static void draw_cancel(struct table *t, struct action *a)
{
    size_t parked = t->model->parked_count;

    a->rq.number = 1 + dice_below(t->dice, 1000);
    a->rq.tagged = true;
    a->rq.peer = dice_below(t->dice, t->peers);
    if (parked > 0 && !dice_one_in(t->dice, 4))
        a->rq = t->model->parked[dice_below(t->dice, (uint32_t)parked)];
}

static void draw_leave(struct table *t, struct action *a)
{
    a->rq.peer = dice_below(t->dice, t->peers);
}

/* What is closed for ever stays so: that is no setting which may change. */
static void draw_configure(struct table *t, struct action *a)
{
    int64_t linger_ns = t->model->settings.closed_linger_ns;

    a->settings = action_settings(t->dice);
    if (linger_ns == INT64_MAX || a->settings.closed_linger_ns == INT64_MAX)
        a->settings.closed_linger_ns = linger_ns;
}

static void draw_outside(struct table *t, struct action *a)
{
    a->outside = dice_one_in(t->dice, 2) ? 0 : dice_below(t->dice, 200);
}

/* A piece of a name, perhaps with something behind it. */
static void draw_piece(struct table *t, const char *const *tails, uint32_t tail_count,
                       char *ret)
{
    const char *name = t->model->names[draw_name(t)];
    size_t len = dice_below(t->dice, (uint32_t)strlen(name) + 1);

    memcpy(ret, name, len);
    strcpy(ret + len, tails[dice_below(t->dice, tail_count)]);
}

static void draw_list(struct table *t, struct action *a)
{
    static const char *const tails[] = {"", "", "*", "*1", "*e*", "?*", "[a-z]*", "\\*"};
    static const char *const afters[] = {"", "", "0", "zz"};

    if (!dice_one_in(t->dice, 4))
        draw_piece(t, tails, sizeof tails / sizeof *tails, a->prefix);
    if (dice_one_in(t->dice, 2))
        draw_piece(t, afters, sizeof afters / sizeof *afters, a->after);
    a->limit = 1 + dice_below(t->dice, ACTION_LIST_MAX);
}

/* ---- the kinds of actions ---- */

struct row {
    const char *name;
    uint32_t weight; /* of 256 */
    void (*draw)(struct table *t, struct action *a);
};

static const struct row rows[ACTION_KIND_COUNT] = {
    [ACTION_START] = {"start", 190, draw_start},
    [ACTION_TIME] = {"time", 24, draw_time},
    [ACTION_OPEN] = {"open", 12, draw_open},
    [ACTION_CLOSE] = {"close", 6, draw_only_a_name},
    [ACTION_DELETE] = {"delete", 4, draw_only_a_name},
    [ACTION_CANCEL] = {"cancel", 8, draw_cancel},
    [ACTION_LEAVE] = {"leave", 3, draw_leave},
    [ACTION_CONFIGURE] = {"configure", 2, draw_configure},
    [ACTION_OUTSIDE] = {"outside", 3, draw_outside},
    [ACTION_LIST] = {"list", 4, draw_list},
};

void action_draw(struct dice *d, const struct model *m, uint32_t peers, int64_t now_ns,
                 struct ledger *l, struct action *ret)
{
    struct table t = {d, m, l, now_ns, peers};
    uint32_t number = dice_below(d, 256);
    enum action_kind kind = 0;

    while (number >= rows[kind].weight)
        number -= rows[kind++].weight;
    *ret = (struct action){.kind = kind};
    rows[kind].draw(&t, ret);
}

/* ---- for people ---- */

void action_print_request(const struct model_request *rq, const struct model *m,
                          FILE *out)
{
    fprintf(out, "%s%s #%" PRIu32 " of peer %" PRIu32, rq->named ? "alts" : "single",
            rq->priority ? " (priority)" : "", rq->number, rq->peer);
    if (rq->wait_ns == ALT_FOREVER)
        fprintf(out, ", for ever:");
    else
        fprintf(out, ", for %" PRId64 " ns:", rq->wait_ns);
    for (uint32_t k = 0; k < rq->count; k++) {
        const struct model_clause *c = &rq->clauses[k];

        if (c->side == SIDE_TAKE)
            fprintf(out, " [take %s]", m->names[c->name]);
        else
            fprintf(out, " [put %s value %" PRIu32 ", %" PRIu32 " bytes]",
                    m->names[c->name], c->value.number, c->value.len);
    }
}

static void print_open(const struct action *a, const struct model *m, FILE *out)
{
    fprintf(out, " %s", m->names[a->name]);
    if (a->open.has_buffer)
        fprintf(out, " kind %s size %" PRId64, kind_name(a->open.kind), a->open.size);
    fprintf(out, " max_parked %" PRId64 " close_after_ms %" PRId64, a->open.max_parked,
            a->open.close_after_ms);
}

static void print_settings(const struct broker_settings *s, FILE *out)
{
    fprintf(out,
            " channels %" PRId64 " memory_bytes %" PRId64 " parked_per_channel %" PRId64
            " parked_per_connection %" PRId64 " auto_create %d linger %" PRId64
            " ns, first template %s",
            s->limits.channels, s->limits.memory_bytes, s->limits.parked_per_channel,
            s->limits.parked_per_connection, s->auto_create, s->closed_linger_ns,
            s->template_count ? s->templates[0].match : "none");
}

void action_print(const struct action *a, const struct model *m, FILE *out)
{
    fprintf(out, "%s", rows[a->kind].name);
    if (a->kind == ACTION_START) {
        fprintf(out, " ");
        action_print_request(&a->rq, m, out);
    } else if (a->kind == ACTION_OPEN) {
        print_open(a, m, out);
    } else if (a->kind == ACTION_CLOSE || a->kind == ACTION_DELETE) {
        fprintf(out, " %s", m->names[a->name]);
    } else if (a->kind == ACTION_CONFIGURE) {
        print_settings(&a->settings, out);
    } else if (a->kind == ACTION_LIST) {
        fprintf(out, " prefix '%s' after '%s' limit %" PRIu32, a->prefix, a->after,
                a->limit);
    } else {
        fprintf(out, " peer %" PRIu32 " #%" PRIu32 " by %" PRId64 " ns, outside %" PRId64,
                a->rq.peer, a->rq.number, a->by_ns, a->outside);
    }
    fprintf(out, "\n");
}
