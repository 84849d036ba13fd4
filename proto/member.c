/* SPDX-License-Identifier: MIT */
#include "member.h"
#include "json.h"
#include "request.h"

#define INTEGER_MAX ((INT64_C(1) << 53) - 1)

#define MUST_TIME "an integer from 0 to 9007199254740991"
#define MUST_NAME "a name: 1 to 200 bytes of A-Z a-z 0-9 - _ . : /"
#define MUST_ID   "a string or an integer, at most 64 bytes as written"
#define MUST_OP   "put, take, alts, open, close, delete, cancel, list, stat, hello or ping"

#define ROW(first, name, last, member, type, least, most, must)                          \
    [MEMBER_SLOT(first, last)] = {                                                       \
        name, sizeof(name) - 1, MEMBER_##member, TYPE_##type, least, most, must}

const struct member_row member_rows[MEMBER_SLOTS] = {
    ROW('o', "op", 'p', OP, OP, 0, 0, MUST_OP),
    ROW('i', "id", 'd', ID, ID, 0, 0, MUST_ID),
    ROW('c', "chan", 'n', CHAN, NAME, 0, 0, MUST_NAME),
    ROW('v', "value", 'e', VALUE, VALUE, 0, 0, "any value"),
    ROW('t', "timeout_ms", 's', TIMEOUT_MS, INTEGER, 0, INTEGER_MAX, MUST_TIME),
    ROW('o', "ops", 's', OPS, OPS, 0, 0, "an array of clauses, at least one"),
    ROW('p', "priority", 'y', PRIORITY, BOOL, 0, 0, "true or false"),
    ROW('b', "buffer", 'r', BUFFER, BUFFER, 0, 0, "an object"),
    ROW('c', "close_after_ms", 's', CLOSE_AFTER_MS, INTEGER, 0, INTEGER_MAX, MUST_TIME),
    ROW('m', "max_parked", 'd', MAX_PARKED, INTEGER, 1, INTEGER_MAX,
        "an integer of at least 1"),
    ROW('t', "target", 't', TARGET, ID, 0, 0, MUST_ID),
    ROW('p', "prefix", 'x', PREFIX, TEXT, 0, 0, "a string"),
    ROW('a', "after", 'r', AFTER, TEXT, 0, 0, "a string"),
    ROW('l', "limit", 't', LIMIT, INTEGER, 1, REQUEST_LIST_MAX,
        "an integer from 1 to 1000"),
    ROW('t', "token", 'n', TOKEN, TEXT, 0, 0, "a string"),
    ROW('c', "client", 't', CLIENT, TEXT, 0, 0, "a string"),
    ROW('p', "protocol", 'l', PROTOCOL, INTEGER, 1, 1,
        "the integer 1, the only version there is"),
    ROW('k', "kind", 'd', KIND, KIND, 0, 0, "none, fixed, sliding, dropping or promise"),
    ROW('s', "size", 'e', SIZE, INTEGER, 1, INTEGER_MAX,
        "an integer from 1 to 9007199254740991"),
};

const struct member_row member_clause_op = {
    "op", 2, MEMBER_OP, TYPE_CLAUSE_OP, 0, 0, "put or take",
};

/* For names in faults, where nobody is in a hurry. */
const char *member_name(enum member member)
{
    size_t i = 0;

    while (member_rows[i].len == 0 || member_rows[i].member != member)
        i++;
    return member_rows[i].name;
}

/* One that is longer than any of ours can be is as good as empty. */
struct slice member_unescape(struct slice quoted, char buffer[MEMBER_NAME_BYTES])
{
    return quoted.len > MEMBER_NAME_BYTES ? slice_of("", 0)
                                          : json_unescape(quoted, buffer);
}

const struct member_row *member_find_escaped(struct slice quoted)
{
    char buffer[MEMBER_NAME_BYTES];

    return member_find_plain(member_unescape(quoted, buffer));
}
