/* SPDX-License-Identifier: MIT */
/*
 * oracle.h - what jansson says of a JSON text, where it can be compared with json.h.
 *
 * It goes further than the grammar in some places: it refuses lone surrogates, numbers
 * that do not fit its types, NUL in member names, and nesting deeper than 2048; and it
 * overlooks a NUL behind a number. There it has no verdict. Both headers have a
 * JSON_STRING; here jansson's goes by another name.
 */
#ifndef TESTS_ORACLE_H
#define TESTS_ORACLE_H

#include "json.h"

#include <string.h>

#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY  JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_TRUE   JANSSON_TRUE
#define JSON_FALSE  JANSSON_FALSE
#define JSON_NULL   JANSSON_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL
#undef json_is_integer

enum verdict { VERDICT_VALID, VERDICT_BROKEN, VERDICT_NONE };

static inline enum verdict oracle_verdict(const char *text, size_t len)
{
    json_error_t error;
    json_t *value = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

    if (value) {
        json_decref(value);
        return memchr(text, 0, len) ? VERDICT_NONE : VERDICT_VALID;
    }
    switch (json_error_code(&error)) {
    case json_error_numeric_overflow:
    case json_error_null_byte_in_key:
    case json_error_stack_overflow:
    case json_error_out_of_memory:
        return VERDICT_NONE;
    default:
        return strstr(error.text, "invalid Unicode") ? VERDICT_NONE : VERDICT_BROKEN;
    }
}

#endif
