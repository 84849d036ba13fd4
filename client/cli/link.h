/* SPDX-License-Identifier: MIT */
/*
 * link.h - a command's connection to the server, and its signals.
 *
 * A command that may wait long watches: SIGINT and SIGTERM are blocked and arrive
 * in link_turn, SIGPIPE becomes an error of write(2). Being interrupted it calls
 * link_drain, so that nothing stays parked and no value that was on its way is lost
 * unseen.
 */
#ifndef CLI_LINK_H
#define CLI_LINK_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <chan.h>
#include "args.h"
#include "bytes.h"
#include "complain.h"
#include "login.h"
#include "output.h"

struct link {
    struct chan_client *client;
    const char *uri; /* as it was given */
    struct login login;
    int signals;         /* a signalfd; -1: not watching */
    sigset_t old_mask;   /* of before, for children */
    bool watches_output; /* set by who prints: wants to know if nobody reads */
    bool interrupted, lost, reader_gone;
};

enum link_mode { LINK_PLAIN, LINK_WATCHING };

/* How long a reply that waits for nobody may take. */
enum { LINK_TIMEOUT_MS = 10000 };

/* Connects. EXIT_DONE, or what to exit with; why was said. link_close is due anyway. */
enum exit_status link_open(struct link *link, const struct args *args,
                           enum link_mode mode);
void link_close(struct link *link);

/* Connects another client to that server. EXIT_DONE, or what to exit with; why was said.
 */
enum exit_status link_reach(const struct link *link, struct chan_client *client);

/* Notes the signals that have arrived: for those who wait for link.signals themselves. */
void link_take_signals(struct link *link);

/* The first descriptors that link_turn polls are its own. */
enum { LINK_FDS = 3 };

/*
 * Waits for the server, for a signal, or for one of fds from LINK_FDS to count, which are
 * the caller's; then sends, receives and calls what waits for replies. False: there is
 * nothing more to wait for: the link was interrupted or is lost, or the reader of
 * standard output has gone.
 */
bool link_turn(struct link *link, struct pollfd *fds, size_t count);

/* Cancels what is parked, and gives replies on their way a second to arrive. */
void link_drain(struct link *link);

/* A channel of the server, to be dropped before link_close. NULL: out of memory, as was
 * said. */
struct chan *link_channel(struct link *link, const char *name);

/* Writes text to standard output. EXIT_DONE, or what to exit with. */
enum exit_status link_print(struct link *link, struct bytes *text);

/* The same for a thread that does not look after the signals: stop, a descriptor that
 * becomes readable, ends it as an interruption would. */
enum exit_status link_print_until(int stop, struct bytes *text);

/*
 * Says that something could not be done, "put to jobs" for instance, and why: how the
 * library reported it. Returns what to exit with. It may ask the server, to tell a delete
 * from a shutdown: not to be called within a chan_done.
 */
enum exit_status link_complain(struct link *link, enum chan_status status,
                               const char *message, const char *tried);

#endif
