/* SPDX-License-Identifier: MIT */
#include "found.h"
#include "name.h"
#include "op.h"

#include <string.h>

static bool check_op(struct found *found, const struct member_row *row, struct slice raw)
{
    char buffer[MEMBER_NAME_BYTES];

    (void)row;
    found->op = op_of_name(member_inner(raw));
    if (found->op == OP_COUNT)
        found->op = op_of_name(member_unescape(raw, buffer));
    return found->op < OP_COUNT;
}

static bool check_clause_op(struct found *found, const struct member_row *row,
                            struct slice raw)
{
    if (!check_op(found, row, raw) || (found->op != OP_PUT && found->op != OP_TAKE))
        found->op = OP_COUNT;
    return found->op < OP_COUNT;
}

static bool check_id(struct found *found, const struct member_row *row, struct slice raw)
{
    (void)found;
    (void)row;
    return raw.len <= REQUEST_ID_MAX && (raw.bytes[0] == '"' || json_is_integer(raw));
}

/* The line is writable, though slices of it are not: see request.h. */
static struct slice decode(struct slice raw)
{
    return json_unescape(raw, (char *)(uintptr_t)raw.bytes);
}

/* Decoded aside first, so that a message may quote a wrong name as it was written. */
static bool check_escaped_name(struct found *found, struct slice raw)
{
    char name[2 + 6 * NAME_MAX_LEN];

    if (raw.len > sizeof name || !name_is_valid(json_unescape(raw, name)))
        return false;
    found->text[MEMBER_CHAN] = decode(raw);
    return true;
}

static bool check_name(struct found *found, const struct member_row *row,
                       struct slice raw)
{
    const struct slice name = member_inner(raw);

    if (!name_is_valid(name))
        return check_escaped_name(found, raw);
    found->text[row->member] = name;
    return true;
}

static bool check_text(struct found *found, const struct member_row *row,
                       struct slice raw)
{
    found->text[row->member] = decode(raw);
    return true;
}

static bool check_integer(struct found *found, const struct member_row *row,
                          struct slice raw)
{
    int64_t n;

    if (!json_to_int(raw, &n) || n < row->least || n > row->most)
        return false;
    found->number[row->member] = n;
    return true;
}

static bool check_bool(struct found *found, const struct member_row *row,
                       struct slice raw)
{
    found->number[row->member] = raw.bytes[0] == 't';
    return true;
}

static bool check_kind(struct found *found, const struct member_row *row,
                       struct slice raw)
{
    char buffer[MEMBER_NAME_BYTES];

    (void)row;
    found->kind = kind_of_name(member_unescape(raw, buffer));
    return found->kind < KIND_COUNT;
}

#define K(kind)  (1u << JSON_##kind)
#define ANY_KIND (~0u)

/* Buffer and ops are asked only if they are not the containers that they must be. */
const struct found_check found_checks[TYPE_COUNT] = {
    [TYPE_OP] = {K(STRING), check_op},
    [TYPE_CLAUSE_OP] = {K(STRING), check_clause_op},
    [TYPE_ID] = {K(STRING) | K(NUMBER), check_id},
    [TYPE_NAME] = {K(STRING), check_name},
    [TYPE_VALUE] = {ANY_KIND, NULL},
    [TYPE_INTEGER] = {K(NUMBER), check_integer},
    [TYPE_BOOL] = {K(TRUE) | K(FALSE), check_bool},
    [TYPE_TEXT] = {K(STRING), check_text},
    [TYPE_KIND] = {K(STRING), check_kind},
    [TYPE_BUFFER] = {0, NULL},
    [TYPE_OPS] = {0, NULL},
};
