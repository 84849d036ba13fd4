/* SPDX-License-Identifier: MIT */
/* put and take with jansson's values: the only file that knows jansson. */
#include "outcome.h"
#include "strand.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum chan_status chan_put_json(struct chan *ch, const struct json_t *value,
                               int64_t wait_ms)
{
    char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    enum chan_status status;

    if (!text)
        return outcome_of_call(CHAN_INVALID, "the value cannot be written as JSON");
    status = chan_put(ch, text, strlen(text), wait_ms);
    free(text);
    return status;
}

/* The value stays the last result's, so that nothing is lost when jansson cannot hold it:
 * there are numbers beyond its range, and lone surrogates. */
enum chan_status chan_take_json(struct chan *ch, int64_t wait_ms,
                                struct json_t **ret_value)
{
    const char *text = NULL;
    size_t len = 0;
    enum chan_status status = chan_take(ch, wait_ms, &text, &len);
    json_t *value;

    if (status != CHAN_OK)
        return status;
    value = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!value)
        return outcome_amend(strand_outcome(strand_self()), CHAN_UNREADABLE,
                             "jansson cannot hold the value that was taken");
    *ret_value = value;
    return CHAN_OK;
}
