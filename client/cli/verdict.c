/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <stdlib.h>
#include <string.h>

/* The reports' words; any other is the reason of a refusal. */
static const struct {
    const char *word;
    enum chan_status status;
} words[] = {
    {"\"closed\"", CHAN_CLOSED},       {"\"cancelled\"", CHAN_CANCELLED},
    {"\"lost\"", CHAN_LOST},           {"\"invalid\"", CHAN_INVALID},
    {"\"no_memory\"", CHAN_NO_MEMORY}, {"\"unreadable\"", CHAN_UNREADABLE},
    {"\"timeout\"", CHAN_TIMEOUT},
};

static void read_error(struct verdict *v, const char *word, size_t len)
{
    v->status = CHAN_REFUSED;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == len && memcmp(words[i].word, word, len) == 0)
            v->status = words[i].status;
}

/* With no memory it ends with the usual words. */
static void read_message(struct verdict *v, const char *json, size_t len)
{
    char *text;
    size_t text_len;

    if (chan_json_to_text(json, len, &text, &text_len) != CHAN_OK)
        return;
    bytes_add(&v->message, text, text_len + 1);
    free(text);
}

/* There was one at a time in hand, so the array is of one. */
static void read_undelivered(struct verdict *v, const char *array, size_t len)
{
    v->in_hand = true;
    bytes_add(&v->value, array + 1, len - 2);
}

static const struct {
    const char *name;
    void (*read)(struct verdict *v, const char *value, size_t len);
} members[] = {
    {"\"error\"", read_error},
    {"\"message\"", read_message},
    {"\"undelivered\"", read_undelivered},
};

static void read_member(const char *name, size_t name_len, const char *value, size_t len,
                        void *data)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strlen(members[i].name) == name_len &&
            memcmp(members[i].name, name, name_len) == 0)
            members[i].read(data, value, len);
}

void verdict_read(struct verdict *v, const char *report, size_t len)
{
    struct bytes copy = {0}; /* for the report stays only until the next call */

    *v = (struct verdict){.status = CHAN_NO_MEMORY};
    if (len > 0 && bytes_add(&copy, report, len)) {
        v->status = CHAN_OK;
        chan_json_members(copy.data, copy.len, read_member, v);
    }
    bytes_release(&copy);
}

void verdict_release(struct verdict *v)
{
    bytes_release(&v->message);
    bytes_release(&v->value);
}

const char *verdict_message(const struct verdict *v)
{
    return v->message.len > 0 ? v->message.data : chan_status_text(v->status);
}
