/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void source_init(struct source *source, const struct args *args, int fd)
{
    *source = (struct source){.notation = args_notation(args), .lines = {.fd = fd}};
    if (args->word_count > 1) {
        source->words = args->words + 1;
        source->word_count = args->word_count - 1;
    }
}

void source_release(struct source *source)
{
    lines_release(&source->lines);
}

/* A line goes with the next fill, so its value gets memory of its own. */
static bool own(struct value *value)
{
    if (value->owned)
        return true;
    value->owned = malloc(value->len);
    if (!value->owned)
        return false;
    memcpy(value->owned, value->json, value->len);
    value->json = value->owned;
    return true;
}

static enum source_step next_word(struct source *source, struct value *ret_value,
                                  char ret_why[NOTATION_ROOM])
{
    const char *word;

    if (source->used == source->word_count)
        return SOURCE_END;
    word = source->words[source->used++];
    return notation_read(source->notation, word, strlen(word), ret_value, ret_why)
               ? SOURCE_VALUE
               : SOURCE_BAD;
}

static enum source_step next_line(struct source *source, struct value *ret_value,
                                  char ret_why[NOTATION_ROOM])
{
    static const enum source_step steps[] = {
        [LINES_MORE] = SOURCE_MORE, [LINES_END] = SOURCE_END};
    const char *line;
    size_t len;
    struct value value;
    const enum lines_step step = lines_next(&source->lines, &line, &len);

    if (step != LINES_LINE)
        return steps[step];
    if (!notation_read(source->notation, line, len, &value, ret_why))
        return SOURCE_BAD;
    if (!own(&value)) {
        strcpy(ret_why, "out of memory");
        return SOURCE_BAD;
    }
    *ret_value = value;
    return SOURCE_VALUE;
}

enum source_step source_next(struct source *source, struct value *ret_value,
                             char ret_why[NOTATION_ROOM])
{
    return source->words ? next_word(source, ret_value, ret_why)
                         : next_line(source, ret_value, ret_why);
}

bool source_fill(struct source *source, char ret_why[NOTATION_ROOM])
{
    const int error = lines_fill(&source->lines);

    if (error)
        snprintf(ret_why, NOTATION_ROOM, "standard input: %s", strerror(error));
    return error == 0;
}
