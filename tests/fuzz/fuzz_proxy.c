/* SPDX-License-Identifier: MIT */
/*
 * fuzz_proxy.c - any bytes as the header of the PROXY protocol: however they are cut, the
 * answer is the same, and what is waited for is never beyond the header.
 */
#include "proxy.h"
#include "require.h"

static void check_same(const struct proxy_header *a, const struct proxy_header *b)
{
    char texts[2][ADDRESS_TEXT_MAX];

    require(a->len == b->len, "the header is as long in pieces as in one");
    require(a->is_local == b->is_local, "and for the same");
    require(a->from.family != ADDRESS_UNIX, "nobody is a process of this machine");
    address_format(&a->from, texts[0]);
    address_format(&b->from, texts[1]);
    require(strcmp(texts[0], texts[1]) == 0, "and from the same");
}

/* Looks at the first bytes, which lie in memory of just their size. */
static enum proxy_step look(const uint8_t *data, size_t len, struct proxy_header *ret)
{
    char *copy = require_copy(data, len);
    enum proxy_step step;

    memset(ret, 0, sizeof *ret);
    step = proxy_parse(copy, len, ret);
    free(copy);
    return step;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct proxy_header whole, piece;
    enum proxy_step all = look(data, size, &whole), step;
    size_t len = 0;

    while ((step = look(data, len, &piece)) == PROXY_MORE && len < size) {
        require(piece.len > len, "what is waited for has not come");
        require(piece.len <= PROXY_HEADER_MAX, "no header is longer than allowed");
        if (all == PROXY_READY)
            require(piece.len <= whole.len, "nothing behind the header is waited for");
        len++;
    }
    require(step == all, "pieces come to the same as the whole");
    if (all == PROXY_READY)
        check_same(&whole, &piece);
    if (all == PROXY_WRONG)
        require(whole.wrong == piece.wrong && *whole.wrong, "it is said what is wrong");
    return 0;
}
