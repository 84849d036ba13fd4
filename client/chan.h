/* SPDX-License-Identifier: MIT */
/*
 * chan.h - libchan: put, take and choose on the channels of a chand server. See
 * libchan(3).
 *
 * A client is one connection, to be used from one thread at a time. The library starts no
 * thread, handles no signal, writes to no stream and never exits the process.
 *
 * Values are JSON texts, handed on byte for byte; only a line feed between tokens becomes
 * a blank. What the library hands out belongs to the client, ends with a NUL that is not
 * counted, and stays until the next call with that client (in a chan_done: until its
 * end).
 *
 * wait_ms is how long a put, take or alts may stay parked: 0, not at all; CHAN_FOREVER or
 * any negative number, without end. The server keeps that time. timeout_ms is how long
 * the reply to any other call may take. A reply later than timeout_ms, or than wait_ms
 * and CHAN_GRACE_MS, ends the connection with CHAN_LOST.
 */
#ifndef CHAN_H
#define CHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CHAN_FOREVER  ((int64_t)-1)
#define CHAN_GRACE_MS 5000

struct chan_client;
struct json_t; /* jansson's; nobody needs jansson.h who does not pass one */

enum chan_status {
    CHAN_OK,
    CHAN_CLOSED,     /* the channel is closed (for a take: and drained) */
    CHAN_TIMEOUT,    /* wait_ms passed; nothing was put or taken */
    CHAN_CANCELLED,  /* by chan_cancel, by a delete, or by the server's end */
    CHAN_NOT_PARKED, /* chan_cancel: there is no such request, or it has completed */
    CHAN_REFUSED,    /* by the server: see chan_message and chan_reply.reason */
    CHAN_LOST, /* no connection (any more); a request may or may not have been done */
    CHAN_UNREACHABLE, /* chan_connect: nobody there, or not in time */
    CHAN_INVALID,     /* an argument makes no sense; nothing was sent */
    CHAN_UNREADABLE,  /* the reply, or the value for jansson, is not what can be read */
    CHAN_NO_MEMORY,
    CHAN_STATUS_COUNT
};

/* How a request ended. What does not apply is 0, false or NULL. */
struct chan_reply {
    enum chan_status status;
    uint64_t id;       /* of the request */
    size_t index;      /* alts, CHAN_OK and CHAN_CLOSED: the clause that completed */
    bool dropped;      /* put: the channel is open and has discarded the value */
    const char *value; /* what was taken; of chan_stat and chan_hello, the object */
    size_t value_len;
    const char *reason;  /* CHAN_REFUSED: the protocol's word for it, as "exists" */
    const char *message; /* a sentence for people, of any status */
};

/* A clause with value NULL takes, any other puts. */
struct chan_clause {
    const char *chan;
    const char *value;
    size_t value_len;
};
enum chan_order { CHAN_AT_RANDOM, CHAN_FIRST_WINS }; /* of several ready clauses */

enum chan_buffer {
    CHAN_ANY, /* as it is, or the server's default */
    CHAN_NONE,
    CHAN_FIXED,
    CHAN_SLIDING,
    CHAN_DROPPING,
    CHAN_PROMISE
};
struct chan_settings {
    enum chan_buffer buffer;
    int64_t size;           /* of fixed, sliding and dropping; else 0 */
    int64_t close_after_ms; /* from creation on; CHAN_FOREVER: never */
    int64_t max_parked;     /* puts, and as many takes; 0: the server's limit */
};

/* A channel as it stood. */
struct chan_info {
    const char *name, *buffer; /* buffer: "none", "fixed", "sliding", … */
    int64_t size, buffered, bytes, parked_puts, parked_takes, puts, takes, dropped;
    bool closed;
};

/* A client that is not connected; NULL when out of memory. chan_free(NULL) is fine. */
struct chan_client *chan_new(void);
void chan_free(struct chan_client *c);

/* uri: tcp://HOST:PORT, tcp://[IPV6]:PORT or unix:///PATH. Disconnects before. */
enum chan_status chan_connect(struct chan_client *c, const char *uri, int64_t timeout_ms);
void chan_disconnect(struct chan_client *c); /* what is parked is cancelled */

/* How the last call ended, in full; its message alone. */
const struct chan_reply *chan_last(const struct chan_client *c);
const char *chan_message(const struct chan_client *c);
const char *chan_status_text(enum chan_status status); /* static storage */

enum chan_status chan_put(struct chan_client *c, const char *chan, const char *value,
                          size_t value_len, int64_t wait_ms);
enum chan_status chan_take(struct chan_client *c, const char *chan, int64_t wait_ms,
                           const char **ret_value, size_t *ret_len);
/* *ret_reply is chan_last(c), and is written on CHAN_OK and CHAN_CLOSED. */
enum chan_status chan_alts(struct chan_client *c, const struct chan_clause *clauses,
                           size_t count, enum chan_order order, int64_t wait_ms,
                           const struct chan_reply **ret_reply);

/* The same with jansson's values; put borrows, take returns a reference that you own.
 * CHAN_UNREADABLE: taken, but jansson cannot hold it; its text is in chan_last(c). */
enum chan_status chan_put_json(struct chan_client *c, const char *chan,
                               const struct json_t *value, int64_t wait_ms);
enum chan_status chan_take_json(struct chan_client *c, const char *chan, int64_t wait_ms,
                                struct json_t **ret_value);

/* settings NULL: any will do. ret_created (may be NULL): it did not exist before. */
enum chan_status chan_open(struct chan_client *c, const char *chan,
                           const struct chan_settings *settings, int64_t timeout_ms,
                           bool *ret_created);
enum chan_status chan_close(struct chan_client *c, const char *chan, int64_t timeout_ms);
enum chan_status chan_delete(struct chan_client *c, const char *chan, int64_t timeout_ms);

/* Calls each(…) for the channels whose name begins with prefix, in byte order, until it
 * returns false. It must not use the client. timeout_ms is for a page of 1,000. */
typedef bool chan_each(const struct chan_info *info, void *data);
enum chan_status chan_list(struct chan_client *c, const char *prefix, int64_t timeout_ms,
                           chan_each *each, void *data);

/* One channel, or with chan NULL the server itself. As JSON: chan_last(c)->value. */
enum chan_status chan_stat(struct chan_client *c, const char *chan, int64_t timeout_ms,
                           struct chan_info *ret_info);
enum chan_status chan_ping(struct chan_client *c, int64_t timeout_ms);

/* Both names may be NULL. chan_last(c)->value: the server's limits. */
enum chan_status chan_hello(struct chan_client *c, const char *client, const char *token,
                            int64_t timeout_ms, const char **ret_server);

/*
 * Several requests at once. chan_start only notes one (count 1: a put or take; more: an
 * alts); chan_process sends and receives what goes without blocking and calls done(…) for
 * every request that ended, in the order of the replies; chan_wait does so after waiting
 * for something to happen. Each started request ends exactly once, at the latest in
 * chan_disconnect. Within a chan_done, only chan_start, chan_hang_up and the helpers
 * below may be called. Any call of a client may call its chan_dones.
 */
typedef void chan_done(struct chan_client *c, const struct chan_reply *reply, void *data);
enum chan_status chan_start(struct chan_client *c, const struct chan_clause *clauses,
                            size_t count, enum chan_order order, int64_t wait_ms,
                            chan_done *done, void *data, uint64_t *ret_id);
size_t chan_outstanding(const struct chan_client *c); /* started and not ended */

/* CHAN_LOST: the connection is gone, and all requests have ended. CHAN_TIMEOUT: nothing
 * happened. A signal ends the wait with CHAN_OK. */
enum chan_status chan_process(struct chan_client *c);
enum chan_status chan_wait(struct chan_client *c, int64_t timeout_ms);

/* For a poll(2) of your own: its fd (-1: none), events and timeout; then chan_process. */
int chan_fd(const struct chan_client *c);
short chan_events(const struct chan_client *c);
int chan_poll_ms(const struct chan_client *c);

/* Ends a started request before it returns: CHAN_CANCELLED, or as it had ended. */
enum chan_status chan_cancel(struct chan_client *c, uint64_t id, int64_t timeout_ms);

/* Cancels all that is parked, and no request can follow; what had ended still arrives. */
void chan_hang_up(struct chan_client *c);

/* CHAN_OK, or CHAN_INVALID and the offset of the first byte that is not JSON. */
enum chan_status chan_json_check(const char *json, size_t len, size_t *ret_offset);

/* Any text in UTF-8 as a JSON string, and the text of a JSON string. You free(3) it. */
enum chan_status chan_text_to_json(const char *text, size_t len, char **ret_json,
                                   size_t *ret_len);
enum chan_status chan_json_to_text(const char *json, size_t len, char **ret_text,
                                   size_t *ret_len);

/* Calls each(…) for the members of a JSON object: name (a JSON string) and value. */
typedef void chan_member(const char *name, size_t name_len, const char *value,
                         size_t value_len, void *data);
enum chan_status chan_json_members(const char *json, size_t len, chan_member *each,
                                   void *data);

#ifdef __cplusplus
}
#endif

#endif
