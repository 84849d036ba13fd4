/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "output.h"
#include "prompt.h"
#include "token.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum exit_status print_line(const char *line)
{
    struct bytes text = {0};
    enum exit_status status = EXIT_USAGE;

    if (!bytes_add(&text, line, strlen(line)) || !bytes_add(&text, "\n", 1))
        complain("out of memory");
    else if (output_flush(STDOUT_FILENO, &text, -1) == OUTPUT_DONE)
        status = EXIT_DONE;
    if (text.data)
        explicit_bzero(text.data, text.cap);
    bytes_release(&text);
    return status;
}

static enum exit_status make(void)
{
    unsigned char hash[DIGEST_BYTES];
    char token[TOKEN_TEXT_MAX], digest[DIGEST_TEXT_MAX];
    enum exit_status status;

    token_draw(token);
    token_hash(slice_text(token), hash);
    digest_write(hash, digest);
    status = print_line(token);
    explicit_bzero(token, sizeof token);
    if (status == EXIT_DONE)
        complain("for the user in chand.yaml: tokens: [\"%s\"]", digest);
    return status;
}

/* On a terminal it is asked for twice, for a mistake would not be seen. */
static enum exit_status ask(char ret_secret[PROMPT_MAX])
{
    char again[PROMPT_MAX];
    enum exit_status status = prompt_secret("Secret: ", ret_secret);

    if (status != EXIT_DONE || !isatty(STDIN_FILENO))
        return status;
    status = prompt_secret("The same again: ", again);
    if (status == EXIT_DONE && strcmp(ret_secret, again) != 0) {
        complain("these are two secrets (nothing was hashed)");
        status = EXIT_USAGE;
    }
    explicit_bzero(again, sizeof again);
    return status;
}

static enum exit_status hash_secret(void)
{
    char secret[PROMPT_MAX], digest[DIGEST_TEXT_MAX];
    enum exit_status status = ask(secret);

    if (status == EXIT_DONE && !token_digest_secret(slice_text(secret), digest)) {
        complain("out of memory");
        status = EXIT_USAGE;
    }
    explicit_bzero(secret, sizeof secret);
    return status == EXIT_DONE ? print_line(digest) : status;
}

static const struct {
    const char *word;
    enum exit_status (*run)(void);
} deeds[] = {{"new", make}, {"hash", hash_secret}};

static enum exit_status run(const struct args *args)
{
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        if (strcmp(args->words[0], deeds[i].word) == 0)
            return deeds[i].run();
    complain("token can new and hash, not %s (chan token --help tells more)",
             args->words[0]);
    return EXIT_USAGE;
}

const struct command cmd_token = {
    .name = "token",
    .words = "new|hash",
    .summary = "make a token, or hash a secret, for a user in chand.yaml",
    .detail =
        "new prints a random token, for a program, and on standard error what goes into\n"
        "the configuration of the server. hash reads a secret that a person chooses, "
        "from\n"
        "a terminal unseen, and prints what goes there; he says it as NAME:SECRET. No\n"
        "server is asked.\n\n"
        "  chan token new > token && chmod 600 token\n"
        "  CHAN_TOKEN_FILE=token chan whoami\n",
    .least = 1,
    .most = 1,
    .run = run,
};
