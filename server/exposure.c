/* SPDX-License-Identifier: MIT */
#include "exposure.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "notify.h"

static bool is_loopback(const struct sockaddr *addr)
{
    const struct sockaddr_in *in = (const void *)addr;
    const struct sockaddr_in6 *in6 = (const void *)addr;

    if (addr->sa_family == AF_INET)
        return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return addr->sa_family == AF_INET6 &&
           (IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) ||
            (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) && in6->sin6_addr.s6_addr[12] == 127));
}

/* A name that can't be resolved can't be listened on either, which is said elsewhere. */
bool exposure_of(const struct uri *uri)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    bool open = false;

    if (uri->scheme == URI_UNIX || getaddrinfo(uri->host, NULL, &hints, &found) != 0)
        return false;
    for (const struct addrinfo *a = found; a; a = a->ai_next)
        open = open || !is_loopback(a->ai_addr);
    freeaddrinfo(found);
    return open;
}

static bool is_meant(const struct config *config)
{
    return config->users.count > 0 || config->allow_open;
}

static bool allows(const struct uri *uri, char ret_why[EXPOSURE_WHY_MAX])
{
    char text[URI_TEXT_MAX];

    if (!exposure_of(uri))
        return true;
    uri_format(uri, text);
    snprintf(ret_why, EXPOSURE_WHY_MAX,
             "listening on %s without users would let everybody in who can reach it: "
             "configure users, or say allow_open: true",
             text);
    return false;
}

static bool allows_text(const char *text, char ret_why[EXPOSURE_WHY_MAX])
{
    struct uri uri;

    return uri_parse(text, &uri) != NULL || allows(&uri, ret_why);
}

bool exposure_allows(const struct config *config, const struct options *options,
                     char ret_why[EXPOSURE_WHY_MAX])
{
    if (is_meant(config) || notify_listen_fds() > 0)
        return true;
    for (size_t i = 0; i < options->listen_count; i++)
        if (!allows_text(options->listen[i], ret_why))
            return false;
    for (size_t i = 0; options->listen_count == 0 && i < config->listen.count; i++)
        if (!allows_text(config->listen.items[i].uri, ret_why))
            return false;
    return true;
}

bool exposure_allows_all(const struct config *config, const struct listening *all,
                         char ret_why[EXPOSURE_WHY_MAX])
{
    for (size_t i = 0; !is_meant(config) && i < all->count; i++)
        if (!allows(listener_uri(all->items[i]), ret_why))
            return false;
    return true;
}
