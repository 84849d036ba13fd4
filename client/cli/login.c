/* SPDX-License-Identifier: MIT */
#include "login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TOKEN_MAX = 4000
}; /* more than a server reads of somebody whom it does not know */

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

/* ---- the token ---- */

/* A file of somebody else's, as service managers hand them out, has the mode that he
 * thinks right. Nobody needs to let everybody read a token. */
static bool is_exposed(const struct stat *file)
{
    const mode_t too_much = file->st_uid == geteuid() ? S_IRWXG | S_IRWXO : S_IRWXO;

    return file->st_mode & too_much;
}

static ssize_t read_all(int fd, char *out, size_t room)
{
    size_t len = 0;
    ssize_t n;

    while (len < room && (n = read(fd, out + len, room - len)) != 0) {
        if (n < 0 && errno != EINTR)
            return -1;
        len += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)len;
}

/* The first line of the text, without what ends it; owned. NULL: it was said why. */
static char *take_first_line(const char *path, char *text)
{
    const size_t len = strcspn(text, "\r\n");
    char *line;

    if (len == 0 || len >= TOKEN_MAX) {
        complain("there is no token in the first line of %s", path);
        return NULL;
    }
    text[len] = '\0';
    line = strdup(text);
    if (!line)
        complain("out of memory");
    return line;
}

static char *read_token(const char *path, int fd)
{
    char text[TOKEN_MAX + 1] = "", *token = NULL;
    struct stat file;
    ssize_t len;

    if (fstat(fd, &file) == 0 && is_exposed(&file)) {
        complain("others can read %s, so its token is not used (chmod 600 %s)", path,
                 path);
        return NULL;
    }
    len = read_all(fd, text, TOKEN_MAX);
    if (len < 0)
        complain("cannot read the token in %s: %s", path, strerror(errno));
    else
        token = take_first_line(path, text);
    explicit_bzero(text, sizeof text);
    return token;
}

static char *read_token_file(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *token;

    if (fd < 0) {
        complain("cannot read the token in %s: %s (CHAN_TOKEN_FILE names it)", path,
                 strerror(errno));
        return NULL;
    }
    token = read_token(path, fd);
    close(fd);
    return token;
}

/* What stands in the environment of a process can be looked at, so it is wiped there. */
static char *take_token_variable(void)
{
    char *value = getenv("CHAN_TOKEN"), *token = NULL;

    if (!value)
        return NULL;
    if (*value)
        token = strdup(value);
    if (*value && !token)
        complain("out of memory");
    explicit_bzero(value, strlen(value));
    unsetenv("CHAN_TOKEN");
    return token;
}

/* False: there is one, but it cannot be had. */
static bool find_token(char **ret_token)
{
    const char *path = variable("CHAN_TOKEN_FILE");
    const bool is_there = path || variable("CHAN_TOKEN");
    char *token = take_token_variable();

    if (path) {
        free(token);
        token = read_token_file(path);
    }
    *ret_token = token;
    return token || !is_there;
}

/* ---- all of it ---- */

enum exit_status login_read(const struct args *args, struct login *ret_login)
{
    struct login login = {0};

    if (!find_token(&login.token))
        return EXIT_USAGE;
    login.security = (struct chan_security){
        .token = login.token,
        .ca = args->ca ? args->ca : variable("CHAN_CA"),
        .certificate = args->certificate ? args->certificate : variable("CHAN_CERT"),
        .key = args->key ? args->key : variable("CHAN_KEY"),
        .accept_tls_1_2 = args_has(args, OPTION_TLS_1_2),
    };
    *ret_login = login;
    return EXIT_DONE;
}

void login_release(struct login *login)
{
    if (login->token)
        explicit_bzero(login->token, strlen(login->token));
    free(login->token);
    *login = (struct login){0};
}
