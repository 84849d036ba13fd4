/* SPDX-License-Identifier: MIT */
#include "slot.h"

#include <stdio.h>
#include <string.h>

void slot_release(struct slot *slot)
{
    child_release(&slot->child);
    bytes_release(&slot->value);
    bytes_release(&slot->input);
}

static void note_exit(struct work *work, enum exit_status status)
{
    if (work->exit == EXIT_DONE)
        work->exit = status;
}

static void complain_of(struct slot *slot, const char *what, const char *why)
{
    char brief[NOTATION_ROOM];

    notation_brief(slot->value.data, slot->value.len, brief);
    complain("%s %s, taken from %s: %s", what, brief, slot->work->in, why);
}

/* Ends with a value for which nothing was put. The next ones may do better. */
static void fail_value(struct slot *slot, const char *why)
{
    char what[128];

    snprintf(what, sizeof what, "%s failed on", slot->work->command[0]);
    complain_of(slot, what, why);
    note_exit(slot->work, EXIT_CLOSED);
    slot->state = SLOT_IDLE;
}

/* ---- requests ---- */

static void note_failure(struct slot *slot, enum slot_state state,
                         enum chan_status status, const char *message)
{
    slot->state = state;
    slot->status = status;
    snprintf(slot->message, sizeof slot->message, "%s", message);
}

static void on_take(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct slot *slot = data;

    (void)c;
    slot->value.len = 0;
    if (reply->status != CHAN_OK)
        note_failure(slot, SLOT_UNTAKEN, reply->status, reply->message);
    else if (!bytes_add(&slot->value, reply->value, reply->value_len))
        note_failure(slot, SLOT_UNTAKEN, CHAN_NO_MEMORY, "out of memory for a value");
    else
        slot->state = SLOT_TAKEN;
}

static void on_put(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct slot *slot = data;

    (void)c;
    if (reply->status == CHAN_OK)
        slot->state = SLOT_IDLE;
    else
        note_failure(slot, SLOT_UNPUT, reply->status, reply->message);
}

/* Starts the take or the put; if that cannot be, it is as if it had failed. */
static void request(struct slot *slot, const struct chan_clause *clause)
{
    struct chan_client *client = slot->work->link->client;
    const bool puts = clause->value != NULL;
    const enum chan_status status =
        chan_start(client, clause, 1, CHAN_FIRST_WINS, CHAN_FOREVER,
                   puts ? on_put : on_take, slot, &slot->id);

    slot->state = puts ? SLOT_PUTTING : SLOT_TAKING;
    if (status != CHAN_OK)
        note_failure(slot, puts ? SLOT_UNPUT : SLOT_UNTAKEN, status,
                     chan_message(client));
}

/* ---- what is to be done in each state ---- */

static void advance_idle(struct slot *slot)
{
    const struct chan_clause clause = {slot->work->in, NULL, 0};

    if (slot->work->phase == WORK_GOING)
        request(slot, &clause);
}

/* IN has come to its end, or something is wrong; the first slot to see it says so. */
static void advance_untaken(struct slot *slot)
{
    struct work *work = slot->work;
    char tried[256];

    slot->state = SLOT_IDLE;
    if (work->phase != WORK_GOING)
        return;
    work->phase = WORK_CLOSED;
    work->in_closed = slot->status == CHAN_CLOSED;
    snprintf(tried, sizeof tried, "take from %s", work->in);
    if (!work->in_closed)
        note_exit(work, link_complain(work->link, slot->status, slot->message, tried));
}

static void advance_taken(struct slot *slot)
{
    struct work *work = slot->work;
    char why[128];
    int error;

    if (work->phase == WORK_STOPPED) {
        slot_abandon(slot, "nothing more can be put");
        return;
    }
    slot->input.len = 0;
    if (!notation_show(work->notation, slot->value.data, slot->value.len, &slot->input)) {
        fail_value(slot, "out of memory");
        return;
    }
    error = child_start(&slot->child, work->command, slot->input.data, slot->input.len,
                        &work->link->old_mask);
    slot->state = SLOT_RUNNING;
    if (error) {
        snprintf(why, sizeof why, "it cannot be run: %s", strerror(error));
        fail_value(slot, why);
        work->phase = WORK_STOPPED;
    }
}

static void put_output(struct slot *slot, const char *bytes, size_t len)
{
    struct chan_clause clause = {.chan = slot->work->out};
    struct value value;
    char why[NOTATION_ROOM];

    if (!notation_read(slot->work->notation, bytes, len, &value, why)) {
        fail_value(slot, why);
        return;
    }
    clause.value = value.json;
    clause.value_len = value.len;
    request(slot, &clause);
    notation_release(&value);
}

static void print_output(struct slot *slot)
{
    const enum exit_status status = link_print(slot->work->link, &slot->child.output);

    slot->state = SLOT_IDLE;
    if (status == EXIT_DONE)
        return;
    note_exit(slot->work, status);
    slot->work->phase = WORK_STOPPED;
}

static void advance_running(struct slot *slot)
{
    const struct bytes *output = &slot->child.output;
    const char *failure;
    char room[128];
    size_t len = output->len;

    if (!child_is_done(&slot->child))
        return;
    failure = child_failure(&slot->child, room, sizeof room);
    if (len > 0 && output->data[len - 1] == '\n')
        len--;
    if (failure)
        fail_value(slot, failure);
    else if (slot->work->out)
        put_output(slot, len > 0 ? output->data : "", len);
    else
        print_output(slot);
    child_release(&slot->child);
}

static void advance_unput(struct slot *slot)
{
    struct work *work = slot->work;
    char tried[320], brief[NOTATION_ROOM];

    notation_brief(slot->value.data, slot->value.len, brief);
    snprintf(tried, sizeof tried, "put to %s what came of %s", work->out, brief);
    note_exit(work, link_complain(work->link, slot->status, slot->message, tried));
    work->phase = WORK_STOPPED;
    slot->state = SLOT_IDLE;
}

static void (*const advances[])(struct slot *slot) = {
    [SLOT_IDLE] = advance_idle,       [SLOT_TAKING] = NULL,
    [SLOT_UNTAKEN] = advance_untaken, [SLOT_TAKEN] = advance_taken,
    [SLOT_RUNNING] = advance_running, [SLOT_PUTTING] = NULL,
    [SLOT_UNPUT] = advance_unput,
};

void slot_advance(struct slot *slot)
{
    enum slot_state before;

    do {
        before = slot->state;
        if (advances[before])
            advances[before](slot);
    } while (slot->state != before);
}

void slot_recall(struct slot *slot)
{
    if (slot->state == SLOT_TAKING)
        chan_cancel(slot->work->link->client, slot->id, LINK_TIMEOUT_MS);
}

void slot_abandon(struct slot *slot, const char *why)
{
    if (slot->state >= SLOT_TAKEN)
        complain_of(slot, "not done:", why);
    slot->state = SLOT_IDLE;
}
