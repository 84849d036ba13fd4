/* SPDX-License-Identifier: MIT */
#include "info.h"

#include <stddef.h>

/* The members that are numbers. */
static const struct {
    const char *name;
    size_t offset;
} numbers[] = {
    {"\"size\"", offsetof(struct chan_info, size)},
    {"\"buffered\"", offsetof(struct chan_info, buffered)},
    {"\"bytes\"", offsetof(struct chan_info, bytes)},
    {"\"parked_puts\"", offsetof(struct chan_info, parked_puts)},
    {"\"parked_takes\"", offsetof(struct chan_info, parked_takes)},
    {"\"puts\"", offsetof(struct chan_info, puts)},
    {"\"takes\"", offsetof(struct chan_info, takes)},
    {"\"dropped\"", offsetof(struct chan_info, dropped)},
};

/* Where a member with that name goes; NULL if it is no number that is known. */
static int64_t *number_of(struct chan_info *info, struct slice name)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (slice_is(name, numbers[i].name))
            return (int64_t *)(void *)((char *)info + numbers[i].offset);
    return NULL;
}

/* Decodes a string with its quotes into room of size bytes, with a NUL. */
static bool copy_text(struct slice raw, enum json_kind kind, char *room, size_t size)
{
    struct slice text;

    if (kind != JSON_STRING || raw.len > size)
        return false;
    text = json_unescape(raw, room);
    memmove(room, text.bytes, text.len);
    room[text.len] = '\0';
    return true;
}

static bool read_scalar(struct json *at, struct slice name, struct info_room *room,
                        struct chan_info *info)
{
    int64_t *number = number_of(info, name);
    struct slice raw;
    const enum json_kind kind = json_value(at, &raw);

    if (number)
        return kind == JSON_NUMBER && json_is_integer(raw) && json_to_int(raw, number);
    if (slice_is(name, "\"name\""))
        return copy_text(raw, kind, room->name, sizeof room->name);
    if (slice_is(name, "\"kind\""))
        return copy_text(raw, kind, room->buffer, sizeof room->buffer);
    if (slice_is(name, "\"closed\""))
        info->closed = kind == JSON_TRUE;
    return kind != JSON_BROKEN;
}

/* The members of an object; `buffer` is one within it, whose members have other names. */
static bool read_members(struct json *at, struct info_room *room, struct chan_info *info,
                         bool outer)
{
    struct slice name;
    enum json_step step;
    bool first = true, fine = true;

    if (json_peek(at) != '{')
        return false;
    json_enter(at);
    while (fine && (step = json_next_member(at, first, &name)) != JSON_END) {
        if (step == JSON_FAULT)
            return false;
        if (outer && slice_is(name, "\"buffer\""))
            fine = read_members(at, room, info, false);
        else
            fine = read_scalar(at, name, room, info);
        first = false;
    }
    return fine;
}

bool info_read(struct json *at, struct info_room *room, struct chan_info *ret_info)
{
    struct chan_info info = {.name = room->name, .buffer = room->buffer};

    room->name[0] = room->buffer[0] = '\0';
    if (!read_members(at, room, &info, true))
        return false;
    *ret_info = info;
    return true;
}
