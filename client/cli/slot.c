/* SPDX-License-Identifier: MIT */
#include "slot.h"
#include "child.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void note_exit(struct work *work, enum exit_status status)
{
    int none = EXIT_DONE;

    atomic_compare_exchange_strong(&work->exit, &none, (int)status);
}

/* Recalls the takes of all slots. What is being worked on ends, and is named. */
static void stop(struct work *work)
{
    atomic_store(&work->stopped, true);
    chan_hang_up(work->link->client);
}

static void complain_of(const struct slot *slot, const char *what, const char *why)
{
    char brief[NOTATION_ROOM];

    notation_brief(slot->value.data, slot->value.len, brief);
    complain("%s %s, taken from %s: %s", what, brief, slot->work->in_name, why);
}

/* ---- on the slot's own thread ---- */

/* Nothing comes of the value. The next ones may do better. */
static char *fail_value(struct slot *slot, const char *why)
{
    char what[128];

    snprintf(what, sizeof what, "%s failed on", slot->work->command[0]);
    complain_of(slot, what, why);
    note_exit(slot->work, EXIT_CLOSED);
    return NULL;
}

static char *abandon(const struct slot *slot, const char *why)
{
    complain_of(slot, "not done:", why);
    return NULL;
}

/* Moves the child until it is done; false: that was called off. */
static bool finish(struct slot *slot, struct child *child)
{
    struct pollfd fds[CHILD_FDS + 1];

    while (!child_is_done(child)) {
        child_poll(child, fds);
        fds[CHILD_FDS] = (struct pollfd){.fd = slot->work->vigil.stop, .events = POLLIN};
        if (poll(fds, CHILD_FDS + 1, -1) < 0)
            continue;
        if (fds[CHILD_FDS].revents)
            return false;
        child_move(child, fds);
    }
    return true;
}

/* One at a time. */
static enum exit_status print(struct work *work, struct bytes *output)
{
    enum exit_status status;
    const char *turn;

    while (chan_take(work->printer, CHAN_FOREVER, &turn, NULL) != CHAN_OK)
        chan_yield();
    status = link_print_until(work->vigil.stop, output);
    while (chan_put(work->printer, "1", 1, CHAN_FOREVER) != CHAN_OK)
        chan_yield();
    return status;
}

static char *print_output(struct slot *slot, struct bytes *output)
{
    const enum exit_status status = print(slot->work, output);

    if (status == EXIT_DONE)
        return NULL;
    if (status == EXIT_INTERRUPTED)
        return abandon(slot, "interrupted");
    note_exit(slot->work, status);
    stop(slot->work);
    return NULL;
}

/* What is to be put, for free(3). */
static char *read_output(struct slot *slot, const struct bytes *output)
{
    const char *bytes = output->len > 0 ? output->data : "";
    size_t len = output->len;
    struct value value;
    char why[NOTATION_ROOM], *json;

    if (len > 0 && bytes[len - 1] == '\n')
        len--;
    if (!notation_read(slot->work->notation, bytes, len, &value, why))
        return fail_value(slot, why);
    json = malloc(value.len + 1);
    if (json) {
        memcpy(json, value.json, value.len);
        json[value.len] = '\0';
    } else {
        fail_value(slot, "out of memory");
    }
    notation_release(&value);
    return json;
}

static char *run_command(struct slot *slot, const struct bytes *input)
{
    struct work *work = slot->work;
    char room[128], *result = NULL;
    const char *failure;
    struct child child;
    const int error = child_start(&child, work->command, input->data, input->len,
                                  &work->link->old_mask);

    if (error) {
        stop(work);
        snprintf(room, sizeof room, "it cannot be run: %s", strerror(error));
        return fail_value(slot, room);
    }
    if (!finish(slot, &child))
        abandon(slot, "interrupted");
    else if ((failure = child_failure(&child, room, sizeof room)))
        fail_value(slot, failure);
    else
        result = work->out_name ? read_output(slot, &child.output)
                                : print_output(slot, &child.output);
    child_release(&child);
    return result;
}

/* Why nothing is to be begun; NULL: it is. */
static const char *hindrance(struct work *work)
{
    struct pollfd p = {.fd = work->vigil.stop, .events = POLLIN};

    if (poll(&p, 1, 0) == 1)
        return "interrupted";
    return atomic_load(&work->stopped) ? "nothing more can be put" : NULL;
}

static char *step(const char *value, size_t len, void *data)
{
    struct slot *slot = data;
    const char *why = hindrance(slot->work);
    struct bytes input = {0};
    char *result;

    slot->value.len = 0;
    if (!bytes_add(&slot->value, value, len))
        return fail_value(slot, "out of memory");
    if (why)
        return abandon(slot, why);
    if (notation_show(slot->work->notation, value, len, &input))
        result = run_command(slot, &input);
    else
        result = fail_value(slot, "out of memory");
    bytes_release(&input);
    return result;
}

bool slot_start(struct slot *slot, struct work *work)
{
    slot->work = work;
    slot->reports =
        chan_pipeline_threads(1, work->out, step, slot, work->in, CHAN_LEAVE_IT);
    if (!slot->reports)
        complain("cannot start to work: %s", chan_message());
    return slot->reports != NULL;
}

void slot_release(struct slot *slot)
{
    chan_drop(slot->reports);
    bytes_release(&slot->value);
}

/* ---- on the main thread ---- */

/* The first one says that IN cannot be taken from. */
static void explain_take(struct work *work, const struct verdict *v)
{
    char tried[256];

    if (work->in_failed || atomic_load(&work->stopped) || work->vigil.called_off)
        return;
    work->in_failed = true;
    snprintf(tried, sizeof tried, "take from %s", work->in_name);
    note_exit(work, link_complain(work->link, v->status, verdict_message(v), tried));
}

/* Whether a put ended so because nothing more is to be done. */
static bool was_recalled(const struct verdict *v)
{
    return v->status == CHAN_LOST || v->status == CHAN_CANCELLED;
}

static void explain_put(struct slot *slot, const struct verdict *v)
{
    struct work *work = slot->work;
    char tried[320], brief[NOTATION_ROOM];

    if (work->vigil.called_off) {
        abandon(slot, "interrupted");
    } else if (atomic_load(&work->stopped) && was_recalled(v)) {
        abandon(slot, "nothing more can be put");
    } else {
        notation_brief(slot->value.data, slot->value.len, brief);
        snprintf(tried, sizeof tried, "put to %s what came of %s", work->out_name, brief);
        note_exit(work, link_complain(work->link, v->status, verdict_message(v), tried));
        stop(work);
    }
}

void slot_end(struct slot *slot, const struct verdict *v)
{
    chan_drop(slot->reports);
    slot->reports = NULL;
    if (v->in_hand)
        explain_put(slot, v);
    else if (v->status != CHAN_OK)
        explain_take(slot->work, v);
    else
        slot->work->in_closed = true;
}
