/* SPDX-License-Identifier: MIT */
/*
 * places.h - where a server may be reached: the addresses that a URI stands for.
 *
 * Looking up a name may take as long as the system's resolver takes. No state; any
 * thread.
 */
#ifndef CLIENT_PLACES_H
#define CLIENT_PLACES_H

#include <stddef.h>
#include <sys/socket.h>
#include "chan.h"
#include "text.h"

struct place {
    socklen_t len;
    struct sockaddr_storage address;
};

struct places {
    struct place *list; /* owned; in the order in which to try them */
    size_t count;       /* at least 1, once found */
    char *host;         /* owned: whose certificate it must be; NULL: without TLS */
};

/*
 * CHAN_OK: ret_places has them; places_release is due. CHAN_INVALID: not a URI.
 * CHAN_UNREACHABLE: nobody knows the name. Then why has what is wrong added.
 * CHAN_NO_MEMORY.
 */
enum chan_status places_find(const char *uri, struct text *why,
                             struct places *ret_places);

/* {0} is fine. */
void places_release(struct places *places);

#endif
