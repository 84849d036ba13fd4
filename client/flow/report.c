/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEAD_ROOM = 96,  /* {"moved":…,"dropped":…,"undelivered":[ */
    TAIL_ROOM = 280, /* ],"lost":…,"error":"…","message":"…"} and a NUL */
    FIRST_ROOM = 64, /* for values */
};

static const char *const words[CHAN_STATUS_COUNT] = {
    [CHAN_OK] = "ok",
    [CHAN_CLOSED] = "closed",
    [CHAN_TIMEOUT] = "timeout",
    [CHAN_CANCELLED] = "cancelled",
    [CHAN_NOT_PARKED] = "not_parked",
    [CHAN_REFUSED] = "refused",
    [CHAN_LOST] = "lost",
    [CHAN_UNREACHABLE] = "unreachable",
    [CHAN_INVALID] = "invalid",
    [CHAN_UNREADABLE] = "unreadable",
    [CHAN_NO_MEMORY] = "no_memory",
    [CHAN_UNTRUSTED] = "untrusted",
};

bool report_init(struct report *r)
{
    *r = (struct report){.cap = HEAD_ROOM + FIRST_ROOM + TAIL_ROOM};
    r->text = malloc(r->cap);
    return r->text != NULL;
}

void report_release(struct report *r)
{
    free(r->text);
    *r = (struct report){0};
}

/* Makes room for so many bytes of values. */
static bool reserve(struct report *r, size_t len)
{
    const size_t needed = HEAD_ROOM + r->len + len + TAIL_ROOM;
    size_t cap = r->cap;
    char *text;

    if (needed <= r->cap)
        return true;
    while (cap < needed)
        cap *= 2;
    text = realloc(r->text, cap);
    if (!text)
        return false;
    r->text = text;
    r->cap = cap;
    return true;
}

/* Adds values that stand as in an array; returns where. */
static const char *add(struct report *r, const char *values, size_t len, size_t count)
{
    char *at;

    if (!reserve(r, len + 1)) {
        r->before = r->len;
        r->lost += count;
        return NULL;
    }
    at = r->text + HEAD_ROOM + r->len;
    r->before = r->len;
    if (r->count > 0)
        *at++ = ',';
    memcpy(at, values, len);
    at[len] = '\0';
    r->len = (size_t)(at - r->text) + len - HEAD_ROOM;
    r->count += count;
    return at;
}

const char *report_hold(struct report *r, const char *value, size_t len)
{
    return add(r, value, len, 1);
}

/* Whoever could not be held was counted as lost. */
static void let_go(struct report *r)
{
    if (r->before == r->len) {
        r->lost--;
        return;
    }
    r->len = r->before;
    r->count--;
}

void report_delivered(struct report *r)
{
    let_go(r);
    r->moved++;
}

void report_dropped(struct report *r)
{
    let_go(r);
    r->dropped++;
}

/* Keeps a sentence as it stands in a JSON string, with blanks for control characters. One
 * that does not fit is cut where a character of UTF-8 begins. */
static void keep_message(struct report *r, const char *p)
{
    size_t n = 0;

    for (; *p && n + 2 < sizeof r->message; p++) {
        if (*p == '"' || *p == '\\')
            r->message[n++] = '\\';
        r->message[n++] = (unsigned char)*p < ' ' ? ' ' : *p;
    }
    for (; n > 0 && ((unsigned char)*p & 0xc0) == 0x80; p--)
        n--;
    r->message[n] = '\0';
}

void report_fail(struct report *r, enum chan_status status)
{
    const struct chan_reply *last = chan_last();
    const bool known = last->status == status;
    const char *reason = known && status == CHAN_REFUSED ? last->reason : NULL;

    if (r->error[0] != '\0')
        return;
    snprintf(r->error, sizeof r->error, "%s", reason ? reason : words[status]);
    if (known && last->message && strcmp(last->message, chan_status_text(status)) != 0)
        keep_message(r, last->message);
}

void report_lose(struct report *r)
{
    r->lost++;
    report_fail(r, CHAN_NO_MEMORY);
}

bool report_took(struct report *r, enum chan_status status)
{
    if (status != CHAN_OK && status != CHAN_CLOSED)
        report_fail(r, status);
    return status == CHAN_OK;
}

enum chan_status report_offer(struct report *r, struct chan *to, const char *held,
                              size_t len)
{
    const enum chan_status status = chan_put(to, held, len, CHAN_FOREVER);

    if (status != CHAN_OK)
        report_fail(r, status);
    else if (chan_last()->dropped)
        report_dropped(r);
    else
        report_delivered(r);
    return status;
}

/* What could not be held can be put all the same, once. */
enum chan_status report_put(struct report *r, struct chan *to, const char *value,
                            size_t len)
{
    const char *held = report_hold(r, value, len);

    return report_offer(r, to, held ? held : value, len);
}

void report_close(struct report *r, struct chan *to, enum chan_end end)
{
    const enum chan_status status = end == CHAN_CLOSE_IT ? chan_close(to) : CHAN_OK;

    if (status != CHAN_OK)
        report_fail(r, status);
}

const char *report_values(struct report *r, size_t *ret_len)
{
    char *values = r->text + HEAD_ROOM - 1;

    *ret_len = r->len + 2;
    values[0] = '[';
    values[r->len + 1] = ']';
    values[r->len + 2] = '\0';
    return values;
}

void report_delivered_all(struct report *r)
{
    r->moved += r->count;
    r->len = r->before = r->count = 0;
}

void report_merge(struct report *r, struct report *other)
{
    r->moved += other->moved;
    r->dropped += other->dropped;
    r->lost += other->lost;
    if (other->count > 0)
        add(r, other->text + HEAD_ROOM, other->len, other->count);
    if (r->error[0] == '\0') {
        memcpy(r->error, other->error, sizeof r->error);
        memcpy(r->message, other->message, sizeof r->message);
    }
    report_release(other);
}

static size_t write_head(const struct report *r, char head[HEAD_ROOM])
{
    int len = snprintf(head, HEAD_ROOM, "{\"moved\":%" PRIu64, r->moved);

    if (r->dropped > 0)
        len += snprintf(head + len, HEAD_ROOM - (size_t)len, ",\"dropped\":%" PRIu64,
                        r->dropped);
    if (r->count > 0)
        len += snprintf(head + len, HEAD_ROOM - (size_t)len, ",\"undelivered\":[");
    return (size_t)len;
}

static size_t write_tail(const struct report *r, char tail[TAIL_ROOM])
{
    int len = snprintf(tail, TAIL_ROOM, "%s", r->count > 0 ? "]" : "");

    if (r->lost > 0)
        len +=
            snprintf(tail + len, TAIL_ROOM - (size_t)len, ",\"lost\":%" PRIu64, r->lost);
    if (r->error[0] != '\0')
        len +=
            snprintf(tail + len, TAIL_ROOM - (size_t)len, ",\"error\":\"%s\"", r->error);
    if (r->message[0] != '\0')
        len += snprintf(tail + len, TAIL_ROOM - (size_t)len, ",\"message\":\"%s\"",
                        r->message);
    len += snprintf(tail + len, TAIL_ROOM - (size_t)len, "}");
    return (size_t)len;
}

char *report_finish(struct report *r)
{
    char head[HEAD_ROOM], tail[TAIL_ROOM], *text = r->text;
    const size_t head_len = write_head(r, head), tail_len = write_tail(r, tail);

    memcpy(text + HEAD_ROOM + r->len, tail, tail_len + 1);
    memmove(text + head_len, text + HEAD_ROOM, r->len + tail_len + 1);
    memcpy(text, head, head_len);
    *r = (struct report){0};
    return text;
}

void report_give(struct chan *reports, struct chan **ret_report)
{
    if (ret_report)
        *ret_report = reports;
    else
        chan_drop(reports);
}
