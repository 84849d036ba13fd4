/* SPDX-License-Identifier: MIT */
#include "info.h"
#include "json.h"

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

/* What a stat is read into. */
struct target {
    struct info_room *room;
    struct chan_info *info;
};

/* A member of a stat or of the buffer in it, whose members have other names. */
static bool read_scalar(struct json *at, struct slice name, struct target *to)
{
    int64_t *number = number_of(to->info, name);
    struct slice raw;
    const enum json_kind kind = json_value(at, &raw);

    if (number)
        return kind == JSON_NUMBER && json_is_integer(raw) && json_to_int(raw, number);
    if (slice_is(name, "\"name\""))
        return copy_text(raw, kind, to->room->name, sizeof to->room->name);
    if (slice_is(name, "\"kind\""))
        return copy_text(raw, kind, to->room->buffer, sizeof to->room->buffer);
    if (slice_is(name, "\"closed\""))
        to->info->closed = kind == JSON_TRUE;
    return kind != JSON_BROKEN;
}

typedef bool read_member(struct json *at, struct slice name, struct target *to);

static bool read_members(struct json *at, read_member *read_one, struct target *to)
{
    struct slice name;
    enum json_step step;

    if (json_peek(at) != '{')
        return false;
    json_enter(at);
    for (bool first = true; (step = json_next_member(at, first, &name)) == JSON_ITEM;
         first = false)
        if (!read_one(at, name, to))
            return false;
    return step == JSON_END;
}

static bool read_any(struct json *at, struct slice name, struct target *to)
{
    if (slice_is(name, "\"buffer\""))
        return read_members(at, read_scalar, to);
    return read_scalar(at, name, to);
}

bool info_read(struct json *at, struct info_room *room, struct chan_info *ret_info)
{
    struct chan_info info = {.name = room->name, .buffer = room->buffer};
    struct target to = {room, &info};

    room->name[0] = room->buffer[0] = '\0';
    if (!read_members(at, read_any, &to))
        return false;
    *ret_info = info;
    return true;
}
