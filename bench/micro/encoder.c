/* SPDX-License-Identifier: MIT */
/* How long it takes to write a reply. An operation is one reply, of a burst of 64. */
#include <stdlib.h>
#include "reply.h"
#include "trial.h"

enum { BURST = 64 };

struct encoder {
    struct text out;
    struct slice id, value;
    char *bytes;
};

static void *encoder_begin(long size)
{
    struct encoder *e = trial_alloc(1, sizeof *e);
    size_t len = size > 0 ? (size_t)size : 2;

    e->bytes = trial_alloc(len, 1);
    memset(e->bytes, 'x', len);
    e->bytes[0] = e->bytes[len - 1] = '"';
    e->id = slice_text("12345");
    e->value = slice_of(e->bytes, len);
    return e;
}

static void encoder_end(void *state)
{
    struct encoder *e = state;

    text_release(&e->out);
    free(e->bytes);
    free(e);
}

static void write_ok(struct encoder *e)
{
    reply_write_ok(&e->out, e->id);
}

static void write_value(struct encoder *e)
{
    reply_write_value(&e->out, e->id, e->value);
}

static void write_alts(struct encoder *e)
{
    struct reply_view reply = reply_of(e->id, ERR_OK);

    reply.index = 7;
    reply.chan = slice_text("orders/eu");
    reply.value = e->value;
    reply_write(&e->out, &reply);
}

static void write_refusal(struct encoder *e)
{
    struct reply_view reply = reply_of(e->id, ERR_NO_CHANNEL);

    reply.message = slice_text("there is no such channel: orders/eu");
    reply_write(&e->out, &reply);
}

static inline void run(struct encoder *e, size_t operations,
                       void (*write)(struct encoder *e))
{
    for (size_t i = 0; i < operations; i++) {
        if (i % BURST == 0)
            text_clear(&e->out);
        write(e);
    }
    trial_use(e->out.bytes);
}

static void run_ok(void *state, size_t operations)
{
    run(state, operations, write_ok);
}

static void run_value(void *state, size_t operations)
{
    run(state, operations, write_value);
}

static void run_alts(void *state, size_t operations)
{
    run(state, operations, write_alts);
}

static void run_refusal(void *state, size_t operations)
{
    run(state, operations, write_refusal);
}

static const struct trial trials[] = {
    {"write ok", 0, encoder_begin, run_ok, encoder_end},
    {"write value, bytes", 100, encoder_begin, run_value, encoder_end},
    {"write value, bytes", 10000, encoder_begin, run_value, encoder_end},
    {"write alts, bytes", 100, encoder_begin, run_alts, encoder_end},
    {"write refusal", 0, encoder_begin, run_refusal, encoder_end},
};

struct trial_list encoder_trials(void)
{
    return (struct trial_list){trials, sizeof trials / sizeof *trials};
}
