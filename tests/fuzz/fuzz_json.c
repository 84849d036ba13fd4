/* SPDX-License-Identifier: MIT */
/*
 * fuzz_json.c - any bytes as a JSON text.
 *
 * The verdict is jansson's, where it has one. The fault is the first byte that cannot be:
 * it stays where it is whatever follows it, and what stands before it could still become
 * a text. Walking finds what passing over finds. A string that was decoded can be written
 * as a string that is decoded to the same.
 */
#include "require.h"
#include "../unit/oracle.h"
#include "text.h"

static const size_t no_fault = SIZE_MAX;

/* Where the fault is in the first len bytes. */
static size_t fault_of(const char *bytes, size_t len)
{
    char *copy = require_copy(bytes, len);
    size_t at = no_fault;

    if (json_is_valid(copy, len, &at))
        require(at == no_fault, "a valid text has no fault");
    else
        require(at <= len, "a fault is within the text");
    free(copy);
    return at;
}

static void check_cut(const char *bytes, size_t len, size_t fault)
{
    const size_t at = fault_of(bytes, len);

    if (fault < len)
        require(at == fault, "a fault stays where it is whatever follows it");
    else
        require(at == len || at == no_fault, "what stands before a fault is fine so far");
}

static void check_oracle(const char *bytes, size_t len, size_t fault)
{
    const enum verdict verdict = oracle_verdict(bytes, len);
    size_t opened = 0;

    for (size_t i = 0; i < len; i++)
        opened += bytes[i] == '[' || bytes[i] == '{';
    if (verdict != VERDICT_NONE && opened <= JSON_DEPTH_MAX)
        require((fault == no_fault) == (verdict == VERDICT_VALID), "jansson agrees");
}

static void check_string(struct slice raw)
{
    char *dst = require_copy(raw.bytes, raw.len), *again;
    const struct slice decoded = json_unescape(raw, dst);
    struct text written = {0};
    struct slice twice;
    size_t at;

    require(decoded.len <= raw.len - 2, "a decoded string is not longer");
    text_add_json(&written, decoded);
    require(json_is_valid(written.bytes, written.len, &at), "a written string is JSON");
    again = require_copy(written.bytes, written.len);
    twice = json_unescape(slice_of(again, written.len), again);
    require(slice_equal(twice, decoded), "a written string decodes to what it was");
    text_release(&written);
    free(again);
    free(dst);
}

static bool walk_value(struct json *j, int depth);

static bool walk_members(struct json *j, int depth)
{
    enum json_step step;
    struct slice name;

    json_enter(j);
    for (bool first = true; (step = json_next_member(j, first, &name)) > 0;
         first = false) {
        check_string(name);
        if (!walk_value(j, depth - 1))
            return false;
    }
    return step == JSON_END;
}

static bool walk_elements(struct json *j, int depth)
{
    enum json_step step;

    json_enter(j);
    for (bool first = true; (step = json_next_element(j, first)) > 0; first = false)
        if (!walk_value(j, depth - 1))
            return false;
    return step == JSON_END;
}

static bool walk_value(struct json *j, int depth)
{
    const int c = json_peek(j);
    enum json_kind kind;
    struct slice raw;
    int64_t n;

    if (c == '{' && depth > 0)
        return walk_members(j, depth);
    if (c == '[' && depth > 0)
        return walk_elements(j, depth);
    kind = json_value(j, &raw);
    if (kind == JSON_STRING)
        check_string(raw);
    if (kind == JSON_NUMBER && json_to_int(raw, &n))
        require(json_is_integer(raw), "what fits as an integer is one");
    return kind != JSON_BROKEN;
}

/* Containers that are walked into do not count for the depth of what is in them. */
static void check_walk(const char *bytes, size_t len, size_t fault)
{
    struct json j = json_of(bytes, len);
    const bool valid = walk_value(&j, 5) && json_finish(&j);

    if (fault == no_fault)
        require(valid, "what is valid can be walked");
    else if (!valid)
        require(json_offset(&j) >= fault, "walking finds no fault that is not there");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    const size_t fault = fault_of(bytes, size);
    const size_t end = fault == no_fault ? size : fault;

    check_oracle(bytes, size, fault);
    check_cut(bytes, end, fault);
    check_cut(bytes, end / 2, fault);
    check_cut(bytes, end < size ? end + 1 : size, fault);
    check_cut(bytes, end + (size - end) / 2, fault);
    check_walk(bytes, size, fault);
    return 0;
}
