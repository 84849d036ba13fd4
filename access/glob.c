/* SPDX-License-Identifier: MIT */
#include "glob.h"

/*
 * Only the last star that was met ever has to take another byte: whatever stands before
 * it has found the earliest place there is, which leaves the most to the rest.
 */
bool glob_fits(const char *glob, struct slice name)
{
    const char *star = NULL;
    size_t at = 0, taken = 0; /* taken: where the name goes on behind the star's bytes */

    while (at < name.len) {
        if (*glob == '*') {
            star = glob++;
            taken = at;
        } else if (*glob == '?' || (*glob && *glob == name.bytes[at])) {
            glob++;
            at++;
        } else if (star) {
            glob = star + 1;
            at = ++taken;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return *glob == '\0';
}
