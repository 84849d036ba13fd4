/* SPDX-License-Identifier: MIT */
/*
 * fuzz_reply.c - any bytes as a reply. What is read can be written, and then reads the
 * same; what is no JSON object is no reply.
 */
#include "json.h"
#include "reply.h"
#include "require.h"

static void check_raw(struct slice raw, char opening)
{
    size_t at;

    if (!raw.bytes)
        return;
    require(json_is_valid(raw.bytes, raw.len, &at), "what is kept as written is JSON");
    require(opening == 0 || raw.bytes[0] == opening, "a container is what it must be");
}

static void check_view(const struct reply_view *reply)
{
    check_raw(reply->id, 0);
    check_raw(reply->value, 0);
    check_raw(reply->channels, '[');
    check_raw(reply->stat, '{');
    check_raw(reply->limits, '{');
    require(reply->err <= ERR_COUNT, "an outcome is in the table");
    require(reply->err == ERR_OK || reply->reason.bytes, "a failure has a reason");
    require(reply->index >= -1 && reply->protocol >= -1, "numbers are not negative");
    require(reply->created >= -1 && reply->created <= 1, "created is a boolean");
    require(reply->more >= -1 && reply->more <= 1, "more is a boolean");
}

/* What a reply is written as, after it was read; empty if it cannot be. */
static struct text rewrite(const char *bytes, size_t len)
{
    char *line = require_copy(bytes, len);
    struct reply_view reply;
    struct text out = {0};
    size_t at;

    if (reply_parse(line, len, &reply)) {
        check_view(&reply);
        if (reply.err < ERR_COUNT)
            reply_write(&out, &reply);
        require(memchr(bytes, '{', len) != NULL, "a reply is an object");
    }
    if (out.len > 0)
        require(json_is_valid(out.bytes, out.len, &at), "a written reply is JSON");
    free(line);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text once = rewrite((const char *)data, size), twice;

    if (once.len > 0) {
        require(memchr(data, '\n', size) || !memchr(once.bytes, '\n', once.len - 1),
                "a reply is one line");
        twice = rewrite(once.bytes, once.len - 1);
        require(once.len == twice.len && memcmp(once.bytes, twice.bytes, once.len) == 0,
                "what was written reads the same");
        text_release(&twice);
    }
    text_release(&once);
    return 0;
}
