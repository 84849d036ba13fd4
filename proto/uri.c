/* SPDX-License-Identifier: MIT */
#include "uri.h"

#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What a host's name or an IPv4 address consists of. */
static bool is_host_char(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
}

/* The same of an IPv6 address, which may be followed by % and the name of a zone. */
static bool is_address_char(char c)
{
    return is_host_char(c) || c == ':' || c == '%';
}

static bool all_are(const char *text, size_t len, bool (*is_one)(char))
{
    for (size_t i = 0; i < len; i++)
        if (!is_one(text[i]))
            return false;
    return true;
}

static const char *parse_port(const char *text, int *ret)
{
    int port = 0;

    if (!*text)
        return "a port must follow the host, as in 127.0.0.1:2426";
    for (; *text; text++) {
        if (!is_digit(*text))
            return "the port must be digits";
        port = port * 10 + (*text - '0');
        if (port > 65535)
            return "the port must be 0 to 65535";
    }
    *ret = port;
    return NULL;
}

/* text is behind the scheme. Sets the bounds of the host, and what follows it. */
static const char *find_host(const char *text, const char **ret_host, size_t *ret_len,
                             const char **ret_rest)
{
    const char *end;

    if (*text == '[') {
        end = strchr(text, ']');
        if (!end)
            return "the bracket around the address is not closed";
        if (!memchr(text, ':', (size_t)(end - text)) ||
            !all_are(text + 1, (size_t)(end - text) - 1, is_address_char))
            return "what stands in brackets must be an IPv6 address";
        *ret_host = text + 1;
        *ret_rest = end + 1;
    } else {
        end = text + strcspn(text, ":");
        if (*end && strchr(end + 1, ':'))
            return "an IPv6 address must stand in brackets, as in [::1]:2426";
        if (!all_are(text, (size_t)(end - text), is_host_char))
            return "the host must be a name or an address";
        *ret_host = text;
        *ret_rest = end;
    }
    *ret_len = (size_t)(end - *ret_host);
    return NULL;
}

static const char *parse_host_and_port(const char *text, enum uri_scheme scheme,
                                       struct uri *ret)
{
    struct uri uri = {.scheme = scheme};
    const char *host, *rest, *wrong;
    size_t len;

    wrong = find_host(text, &host, &len, &rest);
    if (wrong)
        return wrong;
    if (len == 0)
        return "the host is missing";
    if (len >= sizeof uri.host)
        return "the host is longer than 255 bytes";
    if (*rest && *rest != ':')
        return "a colon and the port must follow the address";
    wrong = parse_port(*rest ? rest + 1 : rest, &uri.port);
    if (wrong)
        return wrong;
    memcpy(uri.host, host, len);
    *ret = uri;
    return NULL;
}

static const char *parse_path(const char *text, enum uri_scheme scheme, struct uri *ret)
{
    struct uri uri = {.scheme = scheme};
    const size_t len = strlen(text);

    if (*text != '/' && *text != '@')
        return "the path must be absolute, as in unix:///run/chand/chand.sock";
    if (*text == '@' && len == 1)
        return "a name must follow the @, as in unix://@chand";
    if (*text == '/' && text[len - 1] == '/')
        return "the path must name a socket, not a folder";
    if (len >= sizeof uri.path)
        return "the path is longer than 107 bytes, more than a socket's address can hold";
    memcpy(uri.path, text, len);
    *ret = uri;
    return NULL;
}

static const struct scheme {
    const char *prefix;
    const char *(*parse)(const char *rest, enum uri_scheme scheme, struct uri *ret);
} schemes[] = {
    [URI_TCP] = {"tcp://", parse_host_and_port},
    [URI_UNIX] = {"unix://", parse_path},
    [URI_TLS] = {"tls://", parse_host_and_port},
};

const char *uri_parse(const char *text, struct uri *ret)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        const size_t len = strlen(schemes[i].prefix);

        if (strncmp(text, schemes[i].prefix, len) == 0)
            return schemes[i].parse(text + len, (enum uri_scheme)i, ret);
    }
    return "it must begin with tcp://, tls:// or unix://";
}

void uri_format(const struct uri *uri, char ret[URI_TEXT_MAX])
{
    const char *prefix = schemes[uri->scheme].prefix;
    const bool bare = strchr(uri->host, ':') == NULL;

    if (uri->scheme == URI_UNIX)
        snprintf(ret, URI_TEXT_MAX, "%s%s", prefix, uri->path);
    else
        snprintf(ret, URI_TEXT_MAX, bare ? "%s%s:%d" : "%s[%s]:%d", prefix, uri->host,
                 uri->port);
}
