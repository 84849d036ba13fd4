/* SPDX-License-Identifier: MIT */
/*
 * chan.h - libchan: programs made of processes that talk over channels. A channel is
 * local, between the processes and threads of this program, or remote, hosted by a chand
 * server for everybody. See libchan(3).
 *
 * The same calls serve everywhere. In a process, made by chan_go, they park it: its
 * thread runs other processes meanwhile. In a thread they block. All may be called from
 * any process and thread at any time, but where it says otherwise. The library handles no
 * signal, writes to no stream and never exits the program.
 *
 * Values are JSON texts, handed on byte for byte; only a line feed between tokens becomes
 * a blank. What a call hands out ends with a NUL that is not counted, belongs to the
 * process or thread that called, and stays until its next call of this library; it may be
 * an argument of that call.
 *
 * wait_ms is how long a put, take or alts may stay parked: 0, not at all; CHAN_FOREVER or
 * any negative number, without end. timeout_ms is how long the reply of a server to any
 * other call may take. A reply later than timeout_ms, or than wait_ms and CHAN_GRACE_MS,
 * ends the connection with CHAN_LOST.
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

struct chan;        /* a channel, local or remote */
struct chan_client; /* a connection to a server */
struct json_t;      /* jansson's; nobody needs jansson.h who does not pass one */

/*
 * How calls end.
 */

enum chan_status {
    CHAN_OK,
    CHAN_CLOSED,     /* the channel is closed (for a take: and drained) */
    CHAN_TIMEOUT,    /* wait_ms passed; nothing was put or taken */
    CHAN_CANCELLED,  /* by chan_cancel, by a delete, or by the server's end */
    CHAN_NOT_PARKED, /* chan_cancel: there is no such request, or it has completed */
    CHAN_REFUSED,    /* by the server: see chan_message and chan_reply.reason */
    CHAN_LOST, /* no connection (any more); a request may or may not have been done */
    CHAN_UNREACHABLE, /* chan_connect: nobody there, or not in time */
    CHAN_INVALID,     /* an argument makes no sense; nothing was done */
    CHAN_UNREADABLE,  /* the reply, or the value for jansson, is not what can be read */
    CHAN_NO_MEMORY,
    CHAN_UNTRUSTED, /* chan_connect: no TLS with it, or a file for that is not right */
    CHAN_STATUS_COUNT
};

/* How a request ended. What does not apply is 0, false or NULL. */
struct chan_reply {
    enum chan_status status;
    uint64_t id;       /* of the request, when it was started */
    size_t index;      /* alts, CHAN_OK and CHAN_CLOSED: the clause that completed */
    bool dropped;      /* put: the channel is open and has discarded the value */
    const char *value; /* what was taken; of chan_stat and chan_hello, the object */
    size_t value_len;
    const char *reason;  /* CHAN_REFUSED: the protocol's word for it, as "exists" */
    const char *message; /* a sentence for people, of any status */
};

/* How the last call of this process or thread ended, in full; its message alone. */
const struct chan_reply *chan_last(void);
const char *chan_message(void);
const char *chan_status_text(enum chan_status status); /* static storage */

/*
 * Channels. A handle is counted: who makes or holds one drops it. chan_drop(NULL) is
 * fine. A local channel goes with its last handle, a remote one stays on its server.
 */

enum chan_buffer {
    CHAN_ANY, /* as it is, or the default: none */
    CHAN_NONE,
    CHAN_FIXED,
    CHAN_SLIDING,
    CHAN_DROPPING,
    CHAN_PROMISE
};

/* NULL: out of memory, or CHAN_INVALID; see chan_last. size: of fixed, sliding and
 * dropping, at least 1; else 0. The name is as in the protocol. A remote channel's client
 * must outlive the handle. */
struct chan *chan_local(enum chan_buffer buffer, int64_t size);
struct chan *chan_timeout(int64_t ms); /* a local channel that closes after that time */
struct chan *chan_remote(struct chan_client *c, const char *name);
struct chan *chan_hold(struct chan *ch); /* one more count; returns ch */
void chan_drop(struct chan *ch);
const char *chan_name(const struct chan *ch); /* of a remote channel; else "" */

enum chan_status chan_put(struct chan *ch, const char *value, size_t value_len,
                          int64_t wait_ms);
/* ret_len may be NULL. */
enum chan_status chan_take(struct chan *ch, int64_t wait_ms, const char **ret_value,
                           size_t *ret_len);
enum chan_status chan_close(struct chan *ch);

/* Completes one of several; all local, or all of one client, else CHAN_INVALID. A clause
 * with value NULL takes, any other puts. *ret_reply (which may be NULL) is chan_last(),
 * and is written on CHAN_OK and CHAN_CLOSED. */
struct chan_clause {
    struct chan *chan;
    const char *value;
    size_t value_len;
};
enum chan_order { CHAN_AT_RANDOM, CHAN_FIRST_WINS }; /* of several ready clauses */
enum chan_status chan_alts(const struct chan_clause *clauses, size_t count,
                           enum chan_order order, int64_t wait_ms,
                           const struct chan_reply **ret_reply);

/* The same with jansson's values; put borrows, take returns a reference that you own.
 * CHAN_UNREADABLE: taken, but jansson cannot hold it; its text is chan_last()->value. */
enum chan_status chan_put_json(struct chan *ch, const struct json_t *value,
                               int64_t wait_ms);
enum chan_status chan_take_json(struct chan *ch, int64_t wait_ms,
                                struct json_t **ret_value);

/*
 * Processes.
 */

/* What a process runs. Returns its result as JSON, for free(3), or NULL for none. */
typedef char *chan_fn(void *arg);

/* Runs fn as a process: many thousands run on a few threads, and only a call of this
 * library lets others run. The stack is small (chan_stack), with a guard page under it.
 * chan_thread: on a thread of its own, for what blocks otherwise. Both return a channel
 * that yields the result, if any, and then closes: the caller drops it. NULL: no memory,
 * and fn will not run. */
struct chan *chan_go(chan_fn *fn, void *arg);
struct chan *chan_thread(chan_fn *fn, void *arg);
enum chan_status chan_sleep(int64_t ms);
enum chan_status chan_yield(void); /* lets the other processes of the thread run */

/* Before the first chan_go, else CHAN_INVALID: on how many threads processes run (1, so
 * that none runs at the same time as another), and bytes of stack (65,536). */
enum chan_status chan_threads(size_t count);
enum chan_status chan_stack(size_t bytes);

/*
 * Composition. Each call makes the processes that it needs, which hold the channels that
 * they were given. Where a channel is returned it is the caller's to drop.
 *
 * A value that was taken and then found no taker is not lost: it is in the report. That
 * is an object such as {"moved":12,"undelivered":["x"],"error":"closed"}; the last two,
 * and sometimes a "message", are there only when not everything went well. *ret_report,
 * where it is not NULL, becomes a channel that yields the report in the end.
 */

enum chan_end {
    CHAN_CLOSE_IT,
    CHAN_LEAVE_IT
}; /* the target, when the source is closed */

/* Moves all values. Yields the report. */
struct chan *chan_pipe(struct chan *from, struct chan *to, enum chan_end end);

/* From from, through step, to to; n at once, order kept. Yields the report. A step may
 * park. chan_step returns JSON for free(3), or NULL to drop the value; a chan_steps puts
 * any number of results on `results`, which is closed when it returns.
 * chan_pipeline_threads: each step on a thread. */
typedef char *chan_step(const char *value, size_t len, void *data);
typedef void chan_steps(const char *value, size_t len, struct chan *results, void *data);
struct chan *chan_pipeline(size_t n, struct chan *to, chan_step *step, void *data,
                           struct chan *from, enum chan_end end);
struct chan *chan_pipeline_threads(size_t n, struct chan *to, chan_step *step, void *data,
                                   struct chan *from, enum chan_end end);
struct chan *chan_pipeline_async(size_t n, struct chan *to, chan_steps *steps, void *data,
                                 struct chan *from, enum chan_end end);

/* All values of all sources; closes when all are closed. */
struct chan *chan_merge(struct chan *const *from, size_t count, int64_t buffer_size,
                        struct chan **ret_report);

/* Two channels: of the values for which test says true, and of the others. */
typedef bool chan_test(const char *value, size_t len, void *data);
enum chan_status chan_split(struct chan *from, chan_test *test, void *data,
                            struct chan **ret_true, struct chan **ret_false,
                            struct chan **ret_report);

/* Every value to every tap, the next when all have it; none is taken while there is no
 * tap. Closed taps leave by themselves. Free it before or after the source is closed;
 * what it runs goes on until that, or until it has no tap and is freed. So with pub and
 * mix. */
struct chan_mult;
struct chan_mult *chan_mult(struct chan *from, struct chan **ret_report);
enum chan_status chan_tap(struct chan_mult *m, struct chan *to, enum chan_end end);
enum chan_status chan_untap(struct chan_mult *m, struct chan *to);
void chan_mult_free(struct chan_mult *m);

/* Every value to the subscribers of its topic, a text for free(3); NULL: to nobody. */
struct chan_pub;
typedef char *chan_topic(const char *value, size_t len, void *data);
struct chan_pub *chan_pub(struct chan *from, chan_topic *topic, void *data,
                          struct chan **ret_report);
enum chan_status chan_sub(struct chan_pub *p, const char *topic, struct chan *to,
                          enum chan_end end);
enum chan_status chan_unsub(struct chan_pub *p, const char *topic, struct chan *to);
void chan_pub_free(struct chan_pub *p);

/* Sources that come and go, into one channel. Flags may be combined. */
struct chan_mix;
enum { CHAN_PLAY = 0, CHAN_MUTE = 1, CHAN_PAUSE = 2, CHAN_SOLO = 4 };
struct chan_mix *chan_mix(struct chan *to, unsigned when_others_solo, /* MUTE or PAUSE */
                          struct chan **ret_report);
enum chan_status chan_admix(struct chan_mix *m, struct chan *from, unsigned flags);
enum chan_status chan_unmix(struct chan_mix *m, struct chan *from);
void chan_mix_free(struct chan_mix *m);

/* The channel yields an array of all values; the result of the last fn. A fn returns JSON
 * for free(3); NULL: out of memory, and the channel just closes. */
typedef char *chan_fold(const char *sum, const char *value, size_t len, void *data);
struct chan *chan_into(struct chan *from, struct chan **ret_report);
struct chan *chan_reduce(struct chan *from, chan_fold *fn, void *data, const char *first,
                         struct chan **ret_report);

/* Puts the elements of a JSON array. Yields the report. */
struct chan *chan_onto(struct chan *to, const char *array, size_t len, enum chan_end end);

/*
 * Servers.
 */

/* A client that is not connected; NULL when out of memory. chan_client_free(NULL) is
 * fine; nobody else may be using it, and its remote channels must be dropped. */
struct chan_client *chan_client_new(void);
void chan_client_free(struct chan_client *c);

/* Who this is, and whom it trusts: copied, for all connections from the next one on.
 * NULL: as one of zeros. CHAN_INVALID: makes no sense, or while it is connecting. */
struct chan_security {
    const char *token; /* random, or NAME:SECRET; said first, and never in messages */
    const char *ca;    /* the rest is for tls://, PEM files, read for each connection:
                          whose certificates are good; NULL: those that the system has */
    const char *certificate; /* to be shown, with its chain; NULL: none */
    const char *key;         /* of it; NULL: in the same file */
    bool accept_tls_1_2;     /* and not 1.3 alone */
};
enum chan_status chan_secure(struct chan_client *c, const struct chan_security *security);

/* uri: tcp://HOST:PORT, tcp://[IPV6]:PORT, unix:///PATH, unix://@NAME; or
 * tls://HOST:PORT, and then nothing is sent to who has no good certificate of HOST.
 * Disconnects before. With a token, CHAN_REFUSED: it is not valid. */
enum chan_status chan_connect(struct chan_client *c, const char *uri, int64_t timeout_ms);
void chan_disconnect(struct chan_client *c); /* what is parked is cancelled */

/* Cancels all that is parked, of whomever, and no request can follow until chan_connect:
 * it ends with CHAN_LOST. What had ended still arrives. */
void chan_hang_up(struct chan_client *c);

/* To be told when the connection is lost, tried again and there again; and with retry, to
 * try again by itself, after min_ms (at least 1), then twice as long each time, up to
 * max_ms, less a random part. What is parked meanwhile: takes and opens, and requests of
 * which nothing was sent, are asked again (with what is left of wait_ms); all else ends
 * with CHAN_LOST, as it may or may not have been done: look (chan_stat), or put values
 * that can be told apart. So it is from here on, not for what was asked before. It is
 * tried while somebody waits for the server, at the addresses that chan_connect found,
 * after the last chan_hello, or else the token, if there was one.
 * silence_ms: when nothing was heard for so long, and something is asked, a ping goes
 * out, and the connection is lost when after as long again nothing came. 0: never. */
enum chan_state { CHAN_DOWN, CHAN_TRYING, CHAN_UP };
typedef void chan_told(struct chan_client *c, enum chan_state state, const char *why,
                       void *data);
struct chan_keeping {
    bool retry;
    int64_t min_ms, max_ms, silence_ms;
    chan_told *told; /* may be NULL; may not call this library */
    void *data;
};
enum chan_status chan_keep(struct chan_client *c, const struct chan_keeping *keeping);

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

/* Of remote channels. settings NULL: any will do. ret_created (may be NULL): it did not
 * exist before. chan_stat: as JSON in chan_last()->value. */
enum chan_status chan_open(struct chan *ch, const struct chan_settings *settings,
                           int64_t timeout_ms, bool *ret_created);
enum chan_status chan_delete(struct chan *ch, int64_t timeout_ms);
enum chan_status chan_stat(struct chan *ch, int64_t timeout_ms,
                           struct chan_info *ret_info);

/* Calls each(…) for the channels whose name begins with prefix, in byte order, until it
 * returns false. timeout_ms is for a page of 1,000. */
typedef bool chan_each(const struct chan_info *info, void *data);
enum chan_status chan_list(struct chan_client *c, const char *prefix, int64_t timeout_ms,
                           chan_each *each, void *data);

/* The server itself; chan_last()->value: what it tells. */
enum chan_status chan_server_stat(struct chan_client *c, int64_t timeout_ms);
enum chan_status chan_ping(struct chan_client *c, int64_t timeout_ms);

/* Both names may be NULL. chan_last()->value: the server's limits. */
enum chan_status chan_hello(struct chan_client *c, const char *client, const char *token,
                            int64_t timeout_ms, const char **ret_server);

/* Who the client is to the server, "anonymous" where it has no users. */
enum chan_status chan_whoami(struct chan_client *c, int64_t timeout_ms,
                             const char **ret_user);

/*
 * Callbacks, for a program that has a loop of its own. chan_start… only notes a request;
 * chan_process sends and receives what goes without blocking and calls done(…) for every
 * request that ended, in the order of the replies; chan_wait does so after waiting for
 * something to happen. Each started request ends exactly once, at the latest in
 * chan_disconnect. Within a chan_done, only chan_start…, chan_stop, chan_hang_up and the
 * helpers below may be called. A client that is used so is used by one thread, and all
 * that it is asked for, in whatever way, comes from there; CHAN_INVALID in a process.
 * ret_id may be NULL.
 */
typedef void chan_done(struct chan_client *c, const struct chan_reply *reply, void *data);
enum chan_status chan_start(struct chan_client *c, const struct chan_clause *clauses,
                            size_t count, enum chan_order order, int64_t wait_ms,
                            chan_done *done, void *data, uint64_t *ret_id);
enum chan_status chan_start_open(struct chan *ch, const struct chan_settings *settings,
                                 int64_t timeout_ms, chan_done *done, void *data,
                                 uint64_t *ret_id);
enum chan_status chan_start_close(struct chan *ch, int64_t timeout_ms, chan_done *done,
                                  void *data, uint64_t *ret_id);
enum chan_status chan_start_delete(struct chan *ch, int64_t timeout_ms, chan_done *done,
                                   void *data, uint64_t *ret_id);
enum chan_status chan_start_stat(struct chan *ch, int64_t timeout_ms, chan_done *done,
                                 void *data, uint64_t *ret_id);
enum chan_status chan_start_ping(struct chan_client *c, int64_t timeout_ms,
                                 chan_done *done, void *data, uint64_t *ret_id);
size_t chan_outstanding(const struct chan_client *c); /* started and not ended */

/* Asks for the end of a started request: its done says CHAN_CANCELLED, or how it had
 * ended. chan_cancel waits for that; chan_stop does not. */
enum chan_status chan_cancel(struct chan_client *c, uint64_t id, int64_t timeout_ms);
enum chan_status chan_stop(struct chan_client *c, uint64_t id);

/* CHAN_LOST: the connection is gone, and all requests have ended. CHAN_TIMEOUT: nothing
 * happened. A signal ends the wait with CHAN_OK. */
enum chan_status chan_process(struct chan_client *c);
enum chan_status chan_wait(struct chan_client *c, int64_t timeout_ms);

/* For a poll(2) of your own: its fd (-1: none), events and timeout; then chan_process.
 * chan_poll.h and chan_event.h do that for poll(2) and libevent. */
int chan_fd(const struct chan_client *c);
short chan_events(const struct chan_client *c);
int chan_poll_ms(const struct chan_client *c);

/*
 * JSON.
 */

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
