/* SPDX-License-Identifier: MIT */
/* The helpers for those who have text or JSON, and not a JSON library. */
#include "chan.h"
#include "json.h"
#include "text.h"

#include <stdlib.h>

enum chan_status chan_json_check(const char *json, size_t len, size_t *ret_offset)
{
    size_t offset;

    if (json_is_valid(json, len, &offset))
        return CHAN_OK;
    if (ret_offset)
        *ret_offset = offset;
    return CHAN_INVALID;
}

/* The text of a validated string, with a NUL. */
static enum chan_status unquote(struct slice raw, char **ret_text, size_t *ret_len)
{
    char *room = malloc(raw.len);
    struct slice text;

    if (!room)
        return CHAN_NO_MEMORY;
    text = json_unescape(raw, room);
    memmove(room, text.bytes, text.len);
    room[text.len] = '\0';
    *ret_text = room;
    *ret_len = text.len;
    return CHAN_OK;
}

/* Writing JSON replaces what is not UTF-8: then reading it gives something else. */
static enum chan_status check_utf8(struct slice text, struct slice json)
{
    struct slice back;
    char *room;
    enum chan_status status = unquote(json, &room, &back.len);

    if (status != CHAN_OK)
        return status;
    back.bytes = room;
    if (!slice_equal(text, back))
        status = CHAN_INVALID;
    free(room);
    return status;
}

enum chan_status chan_text_to_json(const char *text, size_t len, char **ret_json,
                                   size_t *ret_len)
{
    struct text json = {0};
    enum chan_status status = CHAN_NO_MEMORY;

    text_add_json(&json, slice_of(text, len));
    text_lit(&json, "\0");
    if (json.broken)
        goto fail;
    status = check_utf8(slice_of(text, len), slice_of(json.bytes, json.len - 1));
    if (status != CHAN_OK)
        goto fail;
    *ret_json = json.bytes;
    *ret_len = json.len - 1;
    return CHAN_OK;
fail:
    text_release(&json);
    return status;
}

enum chan_status chan_json_to_text(const char *json, size_t len, char **ret_text,
                                   size_t *ret_len)
{
    struct json at = json_of(json, len);
    struct slice raw;

    if (json_value(&at, &raw) != JSON_STRING || !json_finish(&at))
        return CHAN_INVALID;
    return unquote(raw, ret_text, ret_len);
}

enum chan_status chan_json_members(const char *json, size_t len, chan_member *each,
                                   void *data)
{
    struct json at = json_of(json, len);
    struct slice name, value;
    size_t offset;

    if (!json_is_valid(json, len, &offset) || json_peek(&at) != '{')
        return CHAN_INVALID;
    json_enter(&at);
    for (bool first = true; json_next_member(&at, first, &name) == JSON_ITEM;
         first = false) {
        json_value(&at, &value);
        each(name.bytes, name.len, value.bytes, value.len, data);
    }
    return CHAN_OK;
}
