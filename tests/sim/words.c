/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
    struct word *next;
    _Alignas(max_align_t) char bytes[];
};

void words_release(struct words *w)
{
    for (struct word *word; (word = w->first);) {
        w->first = word->next;
        free(word);
    }
}

void *words_lend(struct words *w, size_t len)
{
    struct word *word = malloc(sizeof *word + len);

    if (!word)
        abort();
    word->next = w->first;
    w->first = word;
    return word->bytes;
}

struct slice words_text(struct words *w, const char *text)
{
    size_t len = strlen(text);

    return slice_of(memcpy(words_lend(w, len), text, len), len);
}

/* Tags are of all lengths, so that one may begin as another does. */
struct slice words_tag(struct words *w, const struct model_request *rq)
{
    char text[16];

    if (!rq->tagged)
        return (struct slice){0};
    snprintf(text, sizeof text, "%" PRIu32, rq->number);
    return words_text(w, text);
}

/* A value is its number and as many x as it takes. */
enum { DIGITS = 8 };

struct slice words_value(struct words *w, struct model_value v)
{
    char digits[DIGITS + 1];
    char *bytes = words_lend(w, v.len);

    snprintf(digits, sizeof digits, "%08" PRIx32, v.number);
    memset(bytes, 'x', v.len);
    memcpy(bytes, digits, DIGITS);
    return slice_of(bytes, v.len);
}

uint32_t words_value_number(struct slice bytes, const struct ledger *l)
{
    char digits[DIGITS + 1] = "";
    uint32_t number;

    if (bytes.len < DIGITS)
        return UINT32_MAX;
    memcpy(digits, bytes.bytes, DIGITS);
    number = (uint32_t)strtoul(digits, NULL, 16);
    for (size_t i = DIGITS; i < bytes.len; i++)
        if (bytes.bytes[i] != 'x')
            return UINT32_MAX;
    if (number > l->last || l->entries[number].len != bytes.len)
        return UINT32_MAX;
    return number;
}

int words_name_number(struct slice bytes, const struct model *m)
{
    for (uint32_t n = 0; bytes.bytes && n < m->name_count; n++)
        if (slice_is(bytes, m->names[n]))
            return (int)n;
    return MODEL_NO_NAME;
}
