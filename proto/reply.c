/* SPDX-License-Identifier: MIT */
#include "reply.h"
#include "json.h"
#include "walk.h"

#include <string.h>

struct reply_view reply_of(struct slice id, enum err err)
{
    return (struct reply_view){
        .id = id, .err = err, .created = -1, .more = -1, .index = -1, .protocol = -1};
}

/* Room for the constant parts of a reply with a value, and a little more. */
enum { FRAME_BYTES = 64 };

static char *put(char *to, const char *bytes, size_t n)
{
    memcpy(to, bytes, n);
    return to + n;
}

#define put_lit(to, literal) put((to), "" literal, sizeof(literal) - 1)

static char *put_head(char *to, struct slice id)
{
    if (!id.bytes)
        return put_lit(to, "{\"ok\":true");
    to = put_lit(to, "{\"id\":");
    to = put(to, id.bytes, id.len);
    return put_lit(to, ",\"ok\":true");
}

void reply_write_ok(struct text *out, struct slice id)
{
    char *to;

    if (!text_reserve(out, id.len + FRAME_BYTES))
        return;
    to = put_head(out->bytes + out->len, id);
    to = put_lit(to, "}\n");
    out->len = (size_t)(to - out->bytes);
}

void reply_write_value(struct text *out, struct slice id, struct slice value)
{
    char *to;

    if (!text_reserve(out, id.len + value.len + FRAME_BYTES))
        return;
    to = put_head(out->bytes + out->len, id);
    to = put_lit(to, ",\"value\":");
    to = put(to, value.bytes, value.len);
    to = put_lit(to, "}\n");
    out->len = (size_t)(to - out->bytes);
}

static void add_raw(struct text *out, const char *name, struct slice raw)
{
    if (!raw.bytes)
        return;
    text_add_slice(out, slice_text(name));
    text_add_slice(out, raw);
}

static void add_text(struct text *out, const char *name, struct slice text)
{
    if (!text.bytes)
        return;
    text_add_slice(out, slice_text(name));
    text_add_json(out, text);
}

static void add_flag(struct text *out, const char *name, int flag)
{
    add_raw(out, name, slice_text(flag < 0 ? NULL : flag ? "true" : "false"));
}

static void add_int(struct text *out, const char *name, int64_t n)
{
    if (n < 0)
        return;
    text_add_slice(out, slice_text(name));
    text_add_int(out, n);
}

static void add_reason(struct text *out, const struct reply_view *reply)
{
    const struct slice message =
        reply->message.bytes ? reply->message : slice_text(err_text(reply->err));

    add_text(out, ",\"reason\":", slice_text(err_wire(reply->err)));
    if (err_is_refusal(reply->err))
        add_text(out, ",\"message\":", message);
}

/* What stands before a value. */
static void add_front(struct text *out, const struct reply_view *reply)
{
    text_lit(out, "{");
    if (reply->id.bytes) {
        add_raw(out, "\"id\":", reply->id);
        text_lit(out, ",");
    }
    add_flag(out, "\"ok\":", reply->err == ERR_OK);
    if (reply->err != ERR_OK)
        add_reason(out, reply);
    add_flag(out, ",\"dropped\":", reply->dropped ? 1 : -1);
    add_flag(out, ",\"created\":", reply->created);
    add_int(out, ",\"index\":", reply->index);
    add_text(out, ",\"chan\":", reply->chan);
}

void reply_begin_value(struct text *out, const struct reply_view *reply)
{
    add_front(out, reply);
    text_lit(out, ",\"value\":");
}

void reply_end_value(struct text *out)
{
    text_lit(out, "}\n");
}

void reply_write(struct text *out, const struct reply_view *reply)
{
    add_front(out, reply);
    add_raw(out, ",\"value\":", reply->value);
    add_raw(out, ",\"channels\":", reply->channels);
    add_flag(out, ",\"more\":", reply->more);
    add_raw(out, ",\"stat\":", reply->stat);
    add_text(out, ",\"server\":", reply->server);
    add_int(out, ",\"protocol\":", reply->protocol);
    add_text(out, ",\"user\":", reply->user);
    add_raw(out, ",\"limits\":", reply->limits);
    text_lit(out, "}\n");
}

enum member_type {
    TYPE_RAW,   /* kept as written */
    TYPE_TEXT,  /* decoded in place */
    TYPE_FLAG,  /* a bool */
    TYPE_MAYBE, /* an int: 0 or 1 */
    TYPE_COUNT, /* an int64_t, not negative */
};

/* What a reply is read into; ok is not in the view, which has err instead. */
struct reading {
    struct reply_view view;
    bool ok;
    uint32_t seen; /* a bit for each row of the table */
};

#define K(kind)  (1u << JSON_##kind)
#define BOOLEAN  (K(TRUE) | K(FALSE))
#define ANY_KIND (~0u)

#define ROW(name, field, type, kinds)                                                    \
    {                                                                                    \
        name, sizeof(name) - 1, TYPE_##type, kinds, offsetof(struct reading, field)      \
    }

/* The members that this version knows; the most frequent ones first. */
static const struct member {
    const char *name;
    size_t len;
    enum member_type type;
    unsigned kinds;
    size_t offset;
} members[] = {
    ROW("id", view.id, RAW, K(STRING) | K(NUMBER)),
    ROW("ok", ok, FLAG, BOOLEAN),
    ROW("value", view.value, RAW, ANY_KIND),
    ROW("reason", view.reason, TEXT, K(STRING)),
    ROW("message", view.message, TEXT, K(STRING)),
    ROW("dropped", view.dropped, FLAG, BOOLEAN),
    ROW("created", view.created, MAYBE, BOOLEAN),
    ROW("index", view.index, COUNT, K(NUMBER)),
    ROW("chan", view.chan, TEXT, K(STRING)),
    ROW("channels", view.channels, RAW, K(ARRAY)),
    ROW("more", view.more, MAYBE, BOOLEAN),
    ROW("stat", view.stat, RAW, K(OBJECT)),
    ROW("server", view.server, TEXT, K(STRING)),
    ROW("protocol", view.protocol, COUNT, K(NUMBER)),
    ROW("user", view.user, TEXT, K(STRING)),
    ROW("limits", view.limits, RAW, K(OBJECT)),
};

enum { MEMBER_COUNT = sizeof members / sizeof *members, MEMBER_OK = 1 };

/* MEMBER_COUNT for one that this version does not know. */
static size_t find_member(struct slice name)
{
    size_t i = 0;

    while (i < MEMBER_COUNT && !(members[i].len == name.len &&
                                 memcmp(members[i].name, name.bytes, name.len) == 0))
        i++;
    return i;
}

/* The line is writable, though slices of it are not: see reply.h. */
static struct slice decode(struct slice raw)
{
    return json_unescape(raw, (char *)(uintptr_t)raw.bytes);
}

static bool store(struct reading *in, const struct member *member, enum json_kind kind,
                  struct slice raw)
{
    void *field = (char *)in + member->offset;

    if (!(member->kinds >> kind & 1))
        return false;
    if (member->type == TYPE_RAW)
        *(struct slice *)field = raw;
    else if (member->type == TYPE_TEXT)
        *(struct slice *)field = decode(raw);
    else if (member->type == TYPE_FLAG)
        *(bool *)field = kind == JSON_TRUE;
    else if (member->type == TYPE_MAYBE)
        *(int *)field = kind == JSON_TRUE;
    else
        return json_to_int(raw, field) && *(int64_t *)field >= 0;
    return true;
}

static struct slice inner(struct slice quoted)
{
    return slice_of(quoted.bytes + 1, quoted.len - 2);
}

/* A member that stands twice, or is not what it must be, is no reply's. */
static bool take_member(struct reading *in, struct slice name, enum json_kind kind,
                        struct slice raw)
{
    size_t i = find_member(inner(name));

    if (i == MEMBER_COUNT)
        i = find_member(decode(name));
    if (i == MEMBER_COUNT)
        return true;
    if (in->seen >> i & 1)
        return false;
    in->seen |= UINT32_C(1) << i;
    return store(in, &members[i], kind, raw);
}

static bool read_members(struct json j, struct reading *in)
{
    enum json_kind kind;
    enum json_step step;
    struct slice name, raw;

    j.at++;
    for (bool first = true; (step = walk_member(&j, first, &name)) > 0; first = false) {
        kind = walk_value(&j, &raw);
        if (kind == JSON_BROKEN || !take_member(in, name, kind, raw))
            return false;
    }
    return step == JSON_END && walk_peek(&j) < 0;
}

/* "ok" as a reason would be a contradiction: it is none that is known. */
static enum err err_of(const struct reading *in)
{
    const enum err err = in->ok ? ERR_OK : err_of_wire(in->view.reason);

    return !in->ok && err == ERR_OK ? ERR_COUNT : err;
}

bool reply_parse(char *line, size_t len, struct reply_view *ret)
{
    struct json j = json_of(line, len);
    struct reading in = {.view = reply_of(slice_of(NULL, 0), ERR_OK)};

    if (walk_peek(&j) != '{' || !read_members(j, &in))
        return false;
    if (!(in.seen >> MEMBER_OK & 1) || (!in.ok && !in.view.reason.bytes))
        return false;
    in.view.err = err_of(&in);
    *ret = in.view;
    return true;
}
