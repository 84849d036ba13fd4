/* SPDX-License-Identifier: MIT */
#include "listening.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "log.h"
#include "notify.h"
#include "secure.h"

/* ---- what the configuration has to say about a place ---- */

typedef bool place_matches(const struct uri *entry, const struct uri *place);

static bool is_same_address(const struct uri *a, const struct uri *b)
{
    if ((a->scheme == URI_UNIX) != (b->scheme == URI_UNIX))
        return false;
    if (a->scheme == URI_UNIX)
        return strcmp(a->path, b->path) == 0;
    return a->port == b->port && strcmp(a->host, b->host) == 0;
}

static bool is_same_place(const struct uri *a, const struct uri *b)
{
    return a->scheme == b->scheme && is_same_address(a, b);
}

/* A host may be written in many ways, a port in one. */
static bool is_same_port(const struct uri *a, const struct uri *b)
{
    return a->scheme != URI_UNIX && b->scheme != URI_UNIX && a->port == b->port;
}

static const struct config_listen *find(const struct config *config,
                                        const struct uri *place, place_matches *matches)
{
    struct uri uri;

    for (size_t i = 0; i < config->listen.count; i++)
        if (uri_parse(config->listen.items[i].uri, &uri) == NULL && matches(&uri, place))
            return &config->listen.items[i];
    return NULL;
}

/* ---- opening ---- */

/* Takes the listener, which may have failed to come about. */
static bool add(struct listening *all, struct listener *l, const char *what)
{
    if (!l) {
        log_line(LEVEL_ERROR, "cannot listen on %s: %s", what, strerror(errno));
        return false;
    }
    all->items[all->count++] = l;
    return true;
}

/* Gives a listener its keys, if it needs some. False: what is logged. */
static bool unlock(struct listener *l, const char *what)
{
    char why[SECURE_WHY_MAX] = "listen in the configuration does not have it, and so no "
                               "certificate for it";
    struct secure_keys *keys = NULL;

    if (listener_uri(l)->scheme != URI_TLS)
        return true;
    if (listener_how(l)->certificate)
        keys = secure_load(listener_how(l), why);
    if (keys)
        listener_set_keys(l, keys);
    else
        log_line(LEVEL_ERROR, "cannot listen on %s: %s", what, why);
    return keys != NULL;
}

static bool open_one(struct listening *all, const struct uri *uri,
                     const struct config_listen *how, const char *text)
{
    return add(all, listener_open(uri, how), text) &&
           unlock(all->items[all->count - 1], text);
}

/* An option, which has been found to be valid. */
static bool open_option(struct listening *all, const struct config *config,
                        const char *text)
{
    struct uri uri;

    return uri_parse(text, &uri) == NULL &&
           open_one(all, &uri, find(config, &uri, is_same_place), text);
}

static bool open_configured(struct listening *all, const struct config_listen *how)
{
    struct uri uri;

    return uri_parse(how->uri, &uri) == NULL && open_one(all, &uri, how, how->uri);
}

static bool adopt(struct listening *all, const struct config *config, int fd)
{
    struct listener *l = listener_adopt(fd);
    const struct config_listen *how = NULL;
    char what[32];

    snprintf(what, sizeof what, "descriptor %d", fd);
    if (!add(all, l, what))
        return false;
    how = find(config, listener_uri(l), is_same_address);
    if (!how)
        how = find(config, listener_uri(l), is_same_port);
    if (how)
        listener_set_up(l, how);
    return unlock(l, what);
}

bool listening_open(struct listening *all, const struct config *config,
                    const struct options *options)
{
    const size_t given = (size_t)notify_listen_fds(),
                 options_count = options->listen_count;
    const struct config_listeners *listen = &config->listen;

    all->items = calloc(given + options_count + listen->count, sizeof(struct listener *));
    if (!all->items) {
        log_line(LEVEL_ERROR, "cannot listen: %s", strerror(errno));
        return false;
    }
    for (size_t i = 0; i < given; i++)
        if (!adopt(all, config, NOTIFY_FD + (int)i))
            return false;
    for (size_t i = 0; given == 0 && i < options_count; i++)
        if (!open_option(all, config, options->listen[i]))
            return false;
    for (size_t i = 0; given + options_count == 0 && i < listen->count; i++)
        if (!open_configured(all, &listen->items[i]))
            return false;
    return true;
}

/* ---- afterwards ---- */

void listening_give(struct listening *all, uid_t user, gid_t group)
{
    char text[URI_TEXT_MAX];

    for (size_t i = 0; i < all->count; i++) {
        if (listener_give(all->items[i], user, group))
            continue;
        uri_format(listener_uri(all->items[i]), text);
        log_line(LEVEL_WARNING, "the file of %s stays root's: %s", text, strerror(errno));
    }
}

bool listening_start(struct listening *all, struct event_base *base,
                     listener_accepted *accepted, void *arg)
{
    char text[URI_TEXT_MAX];

    for (size_t i = 0; i < all->count; i++) {
        if (!listener_start(all->items[i], base, accepted, arg))
            return false;
        uri_format(listener_uri(all->items[i]), text);
        log_line(LEVEL_NOTICE, "listening on %s", text);
    }
    return true;
}

void listening_keep_alive(const struct listening *all, int64_t keepalive_s)
{
    for (size_t i = 0; i < all->count; i++)
        listener_keep_alive(all->items[i], keepalive_s);
}

static void renew_keys(struct listener *l)
{
    char text[URI_TEXT_MAX], why[SECURE_WHY_MAX];
    struct secure_keys *keys = secure_load(listener_how(l), why);

    uri_format(listener_uri(l), text);
    if (keys)
        listener_set_keys(l, keys);
    if (keys)
        log_line(LEVEL_NOTICE, "the certificate of %s was read again", text);
    else
        log_line(LEVEL_ERROR, "the certificate of %s stays as it was: %s", text, why);
}

void listening_renew_keys(struct listening *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (listener_uri(all->items[i])->scheme == URI_TLS)
            renew_keys(all->items[i]);
}

void listening_close(struct listening *all)
{
    while (all->count > 0)
        listener_free(all->items[--all->count]);
    free(all->items);
    all->items = NULL;
}
