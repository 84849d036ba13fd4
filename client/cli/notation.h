/* SPDX-License-Identifier: MIT */
/*
 * notation.h - values as people write and read them: as text, or with -j as JSON.
 *
 * Text becomes a JSON string and is shown bare; what is no string is shown as its JSON.
 * What goes in with one notation comes out the same with it.
 */
#ifndef CLI_NOTATION_H
#define CLI_NOTATION_H

#include <stdbool.h>
#include <stddef.h>
#include "bytes.h"

enum notation { NOTATION_TEXT, NOTATION_JSON };

/* Room for what notation_brief writes, and for a complaint. */
enum { NOTATION_ROOM = 80 };

/* A JSON text, and the memory behind it if there is any of its own. */
struct value {
    const char *json;
    size_t len;
    char *owned;
};
void notation_release(struct value *value); /* {0} afterwards */

/*
 * What somebody wrote, as a value. JSON is borrowed, text is copied. False: it is not
 * JSON, or not UTF-8, or there is no memory, as why then says.
 */
bool notation_read(enum notation notation, const char *bytes, size_t len,
                   struct value *ret_value, char ret_why[NOTATION_ROOM]);

/* Appends what is shown of a value, without a line end; false: out of memory. */
bool notation_show(enum notation notation, const char *json, size_t len,
                   struct bytes *out);

/* A value in a message: its JSON, cut to fit. */
void notation_brief(const char *json, size_t len, char ret_text[NOTATION_ROOM]);

#endif
