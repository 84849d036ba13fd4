/* SPDX-License-Identifier: MIT */
#include "places.h"
#include "uri.h"

#include <errno.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

void places_release(struct places *places)
{
    free(places->list);
    free(places->host);
    *places = (struct places){0};
}

static enum chan_status copy_list(const struct addrinfo *list, struct places *ret_places)
{
    struct places places = {0};
    size_t count = 1;

    for (const struct addrinfo *a = list->ai_next; a; a = a->ai_next)
        count++;
    places.list = calloc(count, sizeof *places.list);
    if (!places.list)
        return CHAN_NO_MEMORY;
    for (const struct addrinfo *a = list; a; a = a->ai_next) {
        struct place *place = &places.list[places.count++];

        place->len = a->ai_addrlen;
        memcpy(&place->address, a->ai_addr, a->ai_addrlen);
    }
    *ret_places = places;
    return CHAN_OK;
}

static void say_why(struct text *why, int error)
{
    char room[128];
    const char *text =
        error == EAI_SYSTEM ? strerror_r(errno, room, sizeof room) : gai_strerror(error);

    text_add(why, text, strlen(text));
}

static enum chan_status find_host(const struct uri *uri, struct text *why,
                                  struct places *ret_places)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    enum chan_status status;
    char port[8];
    int error;

    snprintf(port, sizeof port, "%d", uri->port);
    error = getaddrinfo(uri->host, port, &hints, &list);
    if (error == EAI_MEMORY)
        return CHAN_NO_MEMORY;
    if (error) {
        say_why(why, error);
        return CHAN_UNREACHABLE;
    }
    status = copy_list(list, ret_places);
    freeaddrinfo(list);
    return status;
}

/* Names in certificates know nothing of zones. */
static enum chan_status find_tls(const struct uri *uri, struct text *why,
                                 struct places *ret_places)
{
    struct places places = {0};
    enum chan_status status = find_host(uri, why, &places);

    if (status != CHAN_OK)
        return status;
    places.host = strndup(uri->host, strcspn(uri->host, "%"));
    if (!places.host) {
        places_release(&places);
        return CHAN_NO_MEMORY;
    }
    *ret_places = places;
    return CHAN_OK;
}

static enum chan_status find_unix(const struct uri *uri, struct text *why,
                                  struct places *ret_places)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct place *place = calloc(1, sizeof *place);

    (void)why;
    if (!place)
        return CHAN_NO_MEMORY;
    strcpy(address.sun_path, uri->path); /* uri_parse has seen to its length */
    place->len = sizeof address;
    if (uri_is_abstract(uri)) {
        address.sun_path[0] = '\0';
        place->len =
            (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(uri->path));
    }
    memcpy(&place->address, &address, sizeof address);
    *ret_places = (struct places){.list = place, .count = 1};
    return CHAN_OK;
}

enum chan_status places_find(const char *uri_text, struct text *why,
                             struct places *ret_places)
{
    static enum chan_status (*const finders[])(const struct uri *, struct text *,
                                               struct places *) = {
        [URI_TCP] = find_host,
        [URI_TLS] = find_tls,
        [URI_UNIX] = find_unix,
    };
    struct uri uri;
    const char *wrong = uri_parse(uri_text, &uri);

    if (wrong) {
        text_add(why, wrong, strlen(wrong));
        return CHAN_INVALID;
    }
    return finders[uri.scheme](&uri, why, ret_places);
}
