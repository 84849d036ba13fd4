/* SPDX-License-Identifier: MIT */
/*
 * login.h - who the command is to the server, and whom it trusts: files that options or
 * the environment name, and a token, which is no argument, for those everybody can see.
 */
#ifndef CLI_LOGIN_H
#define CLI_LOGIN_H

#include <chan.h>
#include "args.h"
#include "complain.h"

struct login {
    struct chan_security security; /* its token is the login's */
    char *token;                   /* owned; NULL: none */
};

/*
 * Reads what there is, and takes the token itself out of the environment: nobody who is
 * started by this process gets it. EXIT_DONE, or what to exit with; why was said.
 */
enum exit_status login_read(const struct args *args, struct login *ret_login);

/* The token is wiped; {0} is fine. */
void login_release(struct login *login);

#endif
