/* SPDX-License-Identifier: MIT */
#include "notation.h"

#include <chan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void notation_release(struct value *value)
{
    free(value->owned);
    *value = (struct value){0};
}

static bool read_json(const char *bytes, size_t len, struct value *ret_value,
                      char ret_why[NOTATION_ROOM])
{
    size_t offset;

    if (chan_json_check(bytes, len, &offset) != CHAN_OK) {
        snprintf(ret_why, NOTATION_ROOM, "it is not JSON, at byte %zu (-j asks for JSON)",
                 offset);
        return false;
    }
    *ret_value = (struct value){.json = bytes, .len = len};
    return true;
}

bool notation_read(enum notation notation, const char *bytes, size_t len,
                   struct value *ret_value, char ret_why[NOTATION_ROOM])
{
    struct value value;
    enum chan_status status;

    if (notation == NOTATION_JSON)
        return read_json(bytes, len, ret_value, ret_why);
    status = chan_text_to_json(bytes, len, &value.owned, &value.len);
    if (status != CHAN_OK) {
        snprintf(ret_why, NOTATION_ROOM, "%s",
                 status == CHAN_INVALID ? "text must be UTF-8"
                                        : chan_status_text(status));
        return false;
    }
    value.json = value.owned;
    *ret_value = value;
    return true;
}

bool notation_show(enum notation notation, const char *json, size_t len,
                   struct bytes *out)
{
    char *text;
    bool fine;

    if (notation == NOTATION_JSON || len == 0 || json[0] != '"')
        return bytes_add(out, json, len);
    if (chan_json_to_text(json, len, &text, &len) != CHAN_OK)
        return false;
    fine = bytes_add(out, text, len);
    free(text);
    return fine;
}

void notation_brief(const char *json, size_t len, char ret_text[NOTATION_ROOM])
{
    static const char dots[] = "...";
    const size_t most = NOTATION_ROOM - sizeof dots;
    size_t cut = len;

    if (len > most)
        for (cut = most; cut > 0 && ((unsigned char)json[cut] & 0xc0) == 0x80; cut--)
            ;
    memcpy(ret_text, json, cut);
    strcpy(ret_text + cut, cut < len ? dots : "");
}
