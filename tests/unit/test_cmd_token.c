/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "shell.h"
#include "token.h"

#define NOWHERE "unix:///nonexistent/chan"

static void run(struct shell *sh, const char *input, const char *word)
{
    shell_start(sh, NOWHERE, input, "token", word, NULL);
    shell_finish(sh);
    ck_assert_msg(sh->status == 0, "%s", sh->said);
    sh->printed[strcspn(sh->printed, "\n")] = '\0';
}

START_TEST(a_new_token_comes_with_its_hash_for_the_configuration)
{
    unsigned char hash[DIGEST_BYTES];
    char digest[DIGEST_TEXT_MAX], said[256];
    struct shell sh;

    run(&sh, "", "new");
    ck_assert_uint_eq(strlen(sh.printed), TOKEN_TEXT_MAX - 2);
    token_hash(slice_text(sh.printed), hash);
    digest_write(hash, digest);
    snprintf(said, sizeof said, "chan: for the user in chand.yaml: tokens: [\"%s\"]\n",
             digest);
    ck_assert_str_eq(sh.said, said);
    shell_release(&sh);
}
END_TEST

START_TEST(no_two_tokens_are_alike)
{
    struct shell a, b;

    run(&a, "", "new");
    run(&b, "", "new");
    ck_assert_str_ne(a.printed, b.printed);
    shell_release(&a);
    shell_release(&b);
}
END_TEST

START_TEST(a_secret_is_hashed_so_that_it_can_be_checked)
{
    struct digest digest;
    struct shell sh;

    run(&sh, "a long secret\r\nand not this\n", "hash");
    ck_assert_str_eq(sh.said, "");
    ck_assert_msg(digest_parse(sh.printed, &digest), "%s", sh.printed);
    ck_assert_int_eq(digest.kind, DIGEST_SECRET);
    ck_assert(token_check_secret(&digest, slice_text("a long secret")));
    ck_assert(!token_check_secret(&digest, slice_text("another")));
    shell_release(&sh);
}
END_TEST

START_TEST(what_is_no_secret_is_not_hashed)
{
    static char lots[2000];
    struct shell sh;

    memset(lots, 'x', sizeof lots - 1);
    shell_start(&sh, NOWHERE, "", "token", "hash", NULL);
    shell_expect(&sh, 2, "",
                 "chan: there is no secret in the first line of standard input\n");
    shell_start(&sh, NOWHERE, "\nx\n", "token", "hash", NULL);
    shell_expect(&sh, 2, "",
                 "chan: there is no secret in the first line of standard input\n");
    shell_start(&sh, NOWHERE, lots, "token", "hash", NULL);
    shell_expect(&sh, 2, "", "chan: a secret has at most 1023 bytes\n");
}
END_TEST

START_TEST(it_can_do_nothing_else)
{
    struct shell sh;

    shell_start(&sh, NOWHERE, "", "token", "frob", NULL);
    shell_expect(
        &sh, 2, "",
        "chan: token can new and hash, not frob (chan token --help tells more)\n");
    shell_start(&sh, NOWHERE, "", "token", NULL);
    shell_expect(&sh, 2, "",
                 "chan: token is not complete (usage: chan token new|hash)\n");
}
END_TEST

UNIT_MAIN("cmd_token", a_new_token_comes_with_its_hash_for_the_configuration,
          no_two_tokens_are_alike, a_secret_is_hashed_so_that_it_can_be_checked,
          what_is_no_secret_is_not_hashed, it_can_do_nothing_else)
