/* SPDX-License-Identifier: MIT */
/*
 * said.h - what a test's own process writes to its standard output or standard error.
 *
 *     said_begin(&said, STDERR_FILENO);
 *     … it writes …
 *     text = said_end(&said);      the caller's
 */
#ifndef TESTS_SAID_H
#define TESTS_SAID_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct said {
    int fd, kept;
    FILE *file;
};

static inline void said_begin(struct said *said, int fd)
{
    fflush(NULL);
    said->fd = fd;
    said->kept = dup(fd);
    said->file = tmpfile();
    ck_assert_int_ge(said->kept, 0);
    ck_assert_ptr_nonnull(said->file);
    ck_assert_int_eq(dup2(fileno(said->file), fd), fd);
}

static inline char *said_end(struct said *said)
{
    char *text;
    long len;

    fflush(NULL);
    dup2(said->kept, said->fd);
    close(said->kept);
    ck_assert_int_eq(fseek(said->file, 0, SEEK_END), 0);
    len = ftell(said->file);
    rewind(said->file);
    text = calloc(1, (size_t)len + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, (size_t)len, said->file), (size_t)len);
    fclose(said->file);
    return text;
}

#endif
