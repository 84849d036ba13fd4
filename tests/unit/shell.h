/* SPDX-License-Identifier: MIT */
/*
 * shell.h - runs `chan` as a shell would, in a process of its own: arguments, standard
 * input, what it printed, its exit status.
 *
 *     struct shell sh;
 *     shell_start(&sh, uri, "input", "put", "jobs", NULL);
 *     shell_finish(&sh);
 *     ck_assert_int_eq(sh.status, 0);
 *     shell_release(&sh);
 */
#ifndef TESTS_SHELL_H
#define TESTS_SHELL_H

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "args.h"
#include "command.h"

enum { SHELL_WORDS = 64, SHELL_PATIENCE_S = 60 };

struct shell {
    pid_t pid;
    FILE *in, *out, *err;
    int status; /* exit status; 1000 and the signal if there was one */
    char *printed, *said;
};

static inline void shell_run(char **words, int count)
{
    struct args args;
    enum exit_status status = EXIT_USAGE;

    alarm(SHELL_PATIENCE_S);
    if (args_parse(count, words, &args)) {
        status = command_run(&args);
        args_release(&args);
    }
    exit((int)status);
}

static inline FILE *shell_file(void)
{
    FILE *file = tmpfile();

    ck_assert_ptr_nonnull(file);
    return file;
}

static inline void shell_start_words(struct shell *sh, const char *uri, int input,
                                     int output, char **words, int count)
{
    *sh = (struct shell){.out = shell_file(), .err = shell_file()};
    fflush(NULL);
    sh->pid = fork();
    ck_assert_int_ge(sh->pid, 0);
    if (sh->pid > 0)
        return;
    setenv("CHAN_SERVER", uri, 1);
    dup2(input, STDIN_FILENO);
    dup2(output >= 0 ? output : fileno(sh->out), STDOUT_FILENO);
    dup2(fileno(sh->err), STDERR_FILENO);
    /* No other end of a pipe may be held open here. */
    for (int fd = STDERR_FILENO + 1; fd < 64; fd++)
        close(fd);
    shell_run(words, count);
}

static inline int shell_words(char **words, va_list list)
{
    int count = 0;

    words[count++] = (char *)(uintptr_t) "chan";
    while ((words[count] = va_arg(list, char *)))
        ck_assert_int_lt(++count, SHELL_WORDS);
    return count;
}

/* The words of the command follow, and then NULL. */
static inline void shell_start(struct shell *sh, const char *uri, const char *input, ...)
{
    char *words[SHELL_WORDS];
    FILE *in = shell_file();
    va_list list;
    int count;

    va_start(list, input);
    count = shell_words(words, list);
    va_end(list);
    fputs(input, in);
    rewind(in);
    shell_start_words(sh, uri, fileno(in), -1, words, count);
    fclose(in);
}

/* The same, with descriptors for input and output; output -1: gathered. */
static inline void shell_start_at(struct shell *sh, const char *uri, int input,
                                  int output, ...)
{
    char *words[SHELL_WORDS];
    va_list list;
    int count;

    va_start(list, output);
    count = shell_words(words, list);
    va_end(list);
    shell_start_words(sh, uri, input, output, words, count);
}

static inline char *shell_text(FILE *file)
{
    char *text;
    long len;

    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    len = ftell(file);
    rewind(file);
    text = calloc(1, (size_t)len + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, (size_t)len, file), (size_t)len);
    fclose(file);
    return text;
}

static inline void shell_finish(struct shell *sh)
{
    int status = 0;

    ck_assert_int_eq(waitpid(sh->pid, &status, 0), sh->pid);
    sh->status = WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
    sh->printed = shell_text(sh->out);
    sh->said = shell_text(sh->err);
}

static inline void shell_release(struct shell *sh)
{
    free(sh->printed);
    free(sh->said);
}

/* Ends with that status, output and standard error. */
static inline void shell_expect(struct shell *sh, int status, const char *printed,
                                const char *said)
{
    shell_finish(sh);
    ck_assert_msg(sh->status == status, "status %d, not %d: %s", sh->status, status,
                  sh->said);
    ck_assert_str_eq(sh->printed, printed);
    ck_assert_str_eq(sh->said, said);
    shell_release(sh);
}

#endif
