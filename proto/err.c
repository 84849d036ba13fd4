/* SPDX-License-Identifier: MIT */
#include "err.h"

struct err_row {
    const char *wire, *text;
};

static const struct err_row rows[] = {
#define ERR(code, wire, text) [ERR_##code] = {wire, text},
#include "err.def"
#undef ERR
};

const char *err_wire(enum err err)
{
    return rows[err].wire;
}

const char *err_text(enum err err)
{
    return rows[err].text;
}

bool err_is_refusal(enum err err)
{
    return err >= ERR_BAD_JSON;
}

enum err err_of_wire(struct slice wire)
{
    enum err err = ERR_OK;

    while (err < ERR_COUNT && !slice_is(wire, rows[err].wire))
        err++;
    return err;
}
