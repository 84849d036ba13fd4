/* SPDX-License-Identifier: MIT */
/*
 * broker.h - the daemon's heart: named channels, and everything that can be asked of
 * them.
 *
 * Deterministic: time (monotonic nanoseconds) and randomness are arguments. It knows no
 * sockets, JSON, clocks, threads or logs, and calls nobody back: whatever completes is
 * appended to broker_done, in order, and the caller drains it.
 *
 * An unknown name is as good as a fresh channel with the settings that the templates give
 * it; it becomes known when something is buffered in it, parked on it, or by open and
 * close. A channel that nobody opened is forgotten as soon as it is idle. The structs of
 * forgotten channels are kept a little for reuse.
 *
 * Names handed in must be valid (name.h). Not thread-safe: the caller holds hub.lock.
 */
#ifndef CORE_BROKER_H
#define CORE_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "alt.h"
#include "catalog.h"
#include "channel.h"
#include "err.h"
#include "hash.h"
#include "limit.h"
#include "peer.h"

struct broker;

struct broker_settings {
    struct limits limits;
    bool auto_create; /* may put, take, alts and close make channels? */
    int64_t closed_linger_ns;
    const struct channel_template *templates; /* the first match counts */
    size_t template_count;
};

/* What open names. */
struct broker_open {
    bool has_buffer; /* else the settings are the template's, or the channel's as it is */
    enum kind kind;
    int64_t size;           /* at least 1 for sized kinds */
    int64_t max_parked;     /* 0: not named */
    int64_t close_after_ms; /* -1: not named */
};

/* The broker's own stat. */
struct broker_stat {
    int64_t channels, parked, bytes, output_bytes;
    int64_t memory; /* that all of this takes, inside and outside */
};

/*
 * Copies the settings, templates included. random must not be 0. NULL if out of memory.
 * The broker is the caller's.
 */
struct broker *broker_new(const struct broker_settings *s, struct hash_key key,
                          uint64_t random);

/* Nothing may be parked (broker_leave for every peer) or undrained. NULL is fine. */
void broker_free(struct broker *b);

/*
 * Other settings from now on; what exists stays as it is. False: no memory, nothing
 * changed.
 */
bool broker_configure(struct broker *b, const struct broker_settings *s);

/*
 * Starts a put, a take or an alts: see alt_start. *now also tells of ERR_NO_CHANNEL.
 * True: it has completed, and *now is on the done list.
 */
bool broker_start(struct broker *b, struct ask *ask, int64_t now_ns,
                  struct completion *now);

/*
 * ERR_OK, ERR_EXISTS, ERR_LIMIT_BUFFER_SIZE, ERR_LIMIT_CHANNELS, ERR_LIMIT_MEMORY,
 * ERR_NO_MEMORY.
 */
enum err broker_open(struct broker *b, struct slice name, const struct broker_open *open,
                     int64_t now_ns, bool *ret_created);

/*
 * ERR_OK, also when it is closed already; ERR_NO_CHANNEL, ERR_LIMIT_CHANNELS,
 * ERR_LIMIT_MEMORY, ERR_NO_MEMORY.
 */
enum err broker_close(struct broker *b, struct slice name, int64_t now_ns);

/* Ends what is parked with `cancelled`, drops what is buffered, forgets the name. */
void broker_delete(struct broker *b, struct slice name, int64_t now_ns);

/* Whether a request with that tag is parked for the peer. */
bool broker_is_parked(const struct broker *b, const struct peer *peer, struct slice tag);

/*
 * Ends the peer's parked request of that tag with `cancelled`; ERR_OK or
 * ERR_NOT_PARKED.
 */
enum err broker_cancel(struct broker *b, struct peer *peer, struct slice tag,
                       int64_t now_ns);

/* Ends all that the peer has parked with `cancelled`. */
void broker_leave(struct broker *b, struct peer *peer, int64_t now_ns);

/* ERR_OK or ERR_NO_CHANNEL. */
enum err broker_stat(const struct broker *b, struct slice name, struct channel_stat *ret);

/*
 * Known channels in byte order of the name, into ret, which has room for query->limit;
 * the number of them. *ret_more: there are others behind them.
 */
size_t broker_list(const struct broker *b, const struct catalog_query *query,
                   struct channel_stat *ret, bool *ret_more);

/* A part of that: see catalog_look. */
size_t broker_look(const struct broker *b, const struct catalog_query *query,
                   size_t *effort, struct channel_stat *ret, struct slice *ret_last);

struct broker_stat broker_totals(const struct broker *b);

/* The memory that is held inside. */
int64_t broker_memory(const struct broker *b);

/* When broker_expire has something to do; INT64_MAX: never. */
int64_t broker_deadline(const struct broker *b);

/* Ends the waits whose time is up, closes timeout channels, forgets lingering ones. */
void broker_expire(struct broker *b, int64_t now_ns);

/*
 * What has completed, in order: a list of struct completion.link. The caller empties
 * it.
 */
struct list *broker_done(struct broker *b);

/* Memory of completions that were retired (alt.h), to be used again; empties the list. */
void broker_recycle(struct broker *b, struct list *retired);

/*
 * Bytes that wait outside to be read by clients: they count as values do. And the memory
 * that is held outside, less what was given back there of completions.
 */
void broker_set_outside(struct broker *b, int64_t bytes, int64_t memory);

#endif
