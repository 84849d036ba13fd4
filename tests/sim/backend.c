/* SPDX-License-Identifier: MIT */
#include "backend.h"
#include "reply.h"
#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PEERS = 6, PARKED = 512, CLAUSES = 4, PATH_ROOM = 64 };

#define NS_PER_MS INT64_C(1000000)

struct peer {
    int fd; /* -1: nobody */
    struct text in, out;
    size_t written; /* of out */
    bool ending;    /* closes once all is written */
};

struct offer {
    bool puts;
    unsigned channel, value;
};

/* A request that waits: an alts of its clauses. */
struct parked {
    struct peer *peer;
    char id[24];
    struct offer offers[CLAUSES];
    size_t count;
    bool alts;
    int64_t until_ns;
};

struct queue {
    unsigned values[BACKEND_CHANNELS];
    unsigned count;
};

struct backend {
    char folder[PATH_ROOM], path[PATH_ROOM], uri[PATH_ROOM + 16];
    int listener;
    struct backend_mood mood;
    struct peer peers[PEERS];
    struct parked parked[PARKED]; /* the longest waiting first */
    size_t parked_count;
    struct queue queues[BACKEND_CHANNELS];
    unsigned char accepted[BACKEND_VALUES], delivered[BACKEND_VALUES];
    struct request_room room;
};

/* ---- the model ---- */

static void reply(struct peer *p, const char *id, enum err err, const struct offer *done,
                  int index)
{
    struct reply_view view = reply_of(slice_text(id), err);
    char value[16], chan[16];

    if (done && index >= 0) {
        snprintf(chan, sizeof chan, "%u", done->channel);
        view.index = index;
        view.chan = slice_text(chan);
    }
    if (done && !done->puts) {
        snprintf(value, sizeof value, "%u", done->value);
        view.value = slice_text(value);
    }
    reply_write(&p->out, &view);
}

static void unpark(struct backend *b, size_t i)
{
    b->parked_count--;
    memmove(&b->parked[i], &b->parked[i + 1],
            (b->parked_count - i) * sizeof b->parked[0]);
}

/* The parked request at i ends with this clause. */
static void complete(struct backend *b, size_t i, size_t clause)
{
    const struct parked parked = b->parked[i];

    unpark(b, i);
    reply(parked.peer, parked.id, ERR_OK, &parked.offers[clause],
          parked.alts ? (int)clause : -1);
}

/* A parked clause of the other side on that channel, of any peer. */
static bool find_mate(struct backend *b, const struct offer *o, size_t *ret_at,
                      size_t *ret_clause)
{
    for (size_t i = 0; i < b->parked_count; i++)
        for (size_t k = 0; k < b->parked[i].count; k++)
            if (b->parked[i].offers[k].channel == o->channel &&
                b->parked[i].offers[k].puts != o->puts) {
                *ret_at = i;
                *ret_clause = k;
                return true;
            }
    return false;
}

static bool try_put(struct backend *b, const struct offer *o)
{
    struct queue *q = &b->queues[o->channel];
    size_t at, clause;

    if (q->count == 0 && find_mate(b, o, &at, &clause)) {
        b->parked[at].offers[clause].value = o->value;
        b->delivered[o->value]++;
        complete(b, at, clause);
    } else if (q->count < o->channel) {
        q->values[q->count++] = o->value;
    } else {
        return false;
    }
    b->accepted[o->value]++;
    return true;
}

/* The value is in o->value. A put that is parked takes the place that becomes free. */
static bool try_take(struct backend *b, struct offer *o)
{
    struct queue *q = &b->queues[o->channel];
    unsigned parked_value;
    size_t at = 0, clause = 0;
    const bool mate = find_mate(b, o, &at, &clause);

    if (q->count == 0 && !mate)
        return false;
    parked_value = mate ? b->parked[at].offers[clause].value : 0;
    o->value = q->count > 0 ? q->values[0] : parked_value;
    if (q->count > 0)
        memmove(q->values, q->values + 1, --q->count * sizeof q->values[0]);
    if (mate) {
        if (o->value != parked_value)
            q->values[q->count++] = parked_value;
        b->accepted[parked_value]++;
        complete(b, at, clause);
    }
    b->delivered[o->value]++;
    return true;
}

static void ask(struct backend *b, struct parked *rq)
{
    for (size_t i = 0; i < rq->count; i++)
        if (rq->offers[i].puts ? try_put(b, &rq->offers[i])
                               : try_take(b, &rq->offers[i])) {
            reply(rq->peer, rq->id, ERR_OK, &rq->offers[i], rq->alts ? (int)i : -1);
            return;
        }
    if (rq->until_ns == 0 || b->parked_count == PARKED)
        reply(rq->peer, rq->id, rq->until_ns == 0 ? ERR_TIMEOUT : ERR_LIMIT_MEMORY, NULL,
              -1);
    else
        b->parked[b->parked_count++] = *rq;
}

static void expire(struct backend *b, int64_t now_ns)
{
    for (size_t i = 0; i < b->parked_count;) {
        const struct parked parked = b->parked[i];

        if (parked.until_ns > now_ns) {
            i++;
            continue;
        }
        unpark(b, i);
        reply(parked.peer, parked.id, ERR_TIMEOUT, NULL, -1);
    }
}

/* Of one peer, those of an id if one is given. How many there were. */
static size_t cancel(struct backend *b, const struct peer *peer, struct slice id,
                     bool tell)
{
    size_t count = 0;

    for (size_t i = 0; i < b->parked_count;) {
        const struct parked parked = b->parked[i];

        if (parked.peer != peer || (id.bytes && !slice_is(id, parked.id))) {
            i++;
            continue;
        }
        unpark(b, i);
        count++;
        if (tell)
            reply(parked.peer, parked.id, ERR_CANCELLED, NULL, -1);
    }
    return count;
}

/* ---- requests ---- */

static unsigned number_of(struct slice text)
{
    char room[16] = "";

    if (text.bytes && text.len < sizeof room)
        memcpy(room, text.bytes, text.len);
    return (unsigned)strtoul(room, NULL, 10);
}

static struct offer offer_of(enum op op, struct slice chan, struct slice value)
{
    return (struct offer){.puts = op == OP_PUT,
                          .channel = number_of(chan) % BACKEND_CHANNELS,
                          .value = number_of(value) % BACKEND_VALUES};
}

static void ask_for(struct backend *b, struct peer *p, const struct request_view *view,
                    const char *id, int64_t now_ns)
{
    struct parked rq = {.peer = p, .alts = view->op == OP_ALTS, .until_ns = INT64_MAX};

    strcpy(rq.id, id);
    if (view->timeout_ms >= 0)
        rq.until_ns = view->timeout_ms == 0 ? 0 : now_ns + view->timeout_ms * NS_PER_MS;
    if (!rq.alts)
        rq.offers[rq.count++] = offer_of(view->op, view->chan, view->value);
    for (size_t i = 0; i < view->clause_count && i < CLAUSES; i++)
        rq.offers[rq.count++] =
            offer_of(view->clauses[i].op, view->clauses[i].chan, view->clauses[i].value);
    ask(b, &rq);
}

static bool take_line(struct backend *b, struct peer *p, char *line, size_t len,
                      int64_t now_ns)
{
    struct request_view view;
    struct fault fault;
    char id[24] = "";

    if (request_parse(&b->room, line, len, &view, &fault) != ERR_OK ||
        view.id.len >= sizeof id) {
        fprintf(stderr, "backend: %.*s: %s\n", (int)len, line, fault.text);
        return false;
    }
    memcpy(id, view.id.bytes, view.id.len);
    if (view.op == OP_PUT || view.op == OP_TAKE || view.op == OP_ALTS)
        ask_for(b, p, &view, id, now_ns);
    else if (view.op == OP_CANCEL)
        reply(p, id, cancel(b, p, view.target, true) ? ERR_OK : ERR_NOT_PARKED, NULL, -1);
    else
        reply(p, id, ERR_OK, NULL, -1);
    request_room_clear(&b->room);
    return true;
}

/* ---- sockets ---- */

static void drop(struct backend *b, struct peer *p)
{
    cancel(b, p, slice_of(NULL, 0), false);
    close(p->fd);
    text_release(&p->in);
    text_release(&p->out);
    *p = (struct peer){.fd = -1};
}

static void accept_one(struct backend *b)
{
    for (size_t i = 0; i < PEERS && b->listener >= 0; i++)
        if (b->peers[i].fd < 0) {
            b->peers[i].fd = accept4(b->listener, NULL, NULL, SOCK_NONBLOCK);
            return;
        }
}

static bool read_some(struct backend *b, struct peer *p, size_t most, int64_t now_ns)
{
    char room[4096], *lf;
    const ssize_t n = recv(p->fd, room, most < sizeof room ? most : sizeof room, 0);
    bool fine = true;

    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        drop(b, p);
        return true;
    }
    text_add(&p->in, room, n > 0 ? (size_t)n : 0);
    while (fine && p->in.len > 0 && (lf = memchr(p->in.bytes, '\n', p->in.len))) {
        const size_t len = (size_t)(lf - p->in.bytes);

        fine = take_line(b, p, p->in.bytes, len, now_ns);
        p->in.len -= len + 1;
        memmove(p->in.bytes, lf + 1, p->in.len);
    }
    return fine;
}

static void write_some(struct backend *b, struct peer *p, size_t most)
{
    const size_t left = p->out.len - p->written;
    ssize_t n = 0;

    if (left > 0)
        n = send(p->fd, p->out.bytes + p->written, left < most ? left : most,
                 MSG_NOSIGNAL);
    p->written += n > 0 ? (size_t)n : 0;
    if (p->written < p->out.len)
        return;
    text_clear(&p->out);
    p->written = 0;
    if (p->ending)
        drop(b, p);
}

static bool turn_peer(struct backend *b, struct peer *p, struct dice *dice,
                      int64_t now_ns)
{
    const bool reliable = b->mood.reliable;
    bool fine = true;

    if (!p->ending && (reliable || !dice_one_in(dice, 3)))
        fine = read_some(b, p, reliable ? SIZE_MAX : 1 + dice_below(dice, 200), now_ns);
    if (p->fd >= 0 && (reliable || !dice_one_in(dice, 3)))
        write_some(b, p, reliable ? SIZE_MAX : 1 + dice_below(dice, 120));
    if (p->fd >= 0 && !reliable && dice_one_in(dice, b->mood.cut))
        drop(b, p);
    return fine;
}

bool backend_turn(struct backend *b, struct dice *dice, int64_t now_ns)
{
    bool fine = true;

    accept_one(b);
    expire(b, now_ns);
    for (size_t i = 0; i < PEERS && fine; i++)
        if (b->peers[i].fd >= 0)
            fine = turn_peer(b, &b->peers[i], dice, now_ns);
    return fine;
}

/* ---- coming and going ---- */

struct backend *backend_new(void)
{
    struct backend *b = calloc(1, sizeof *b);

    if (!b)
        return NULL;
    b->listener = -1;
    b->room.clauses_max = CLAUSES;
    b->mood = (struct backend_mood){.reliable = true};
    for (size_t i = 0; i < PEERS; i++)
        b->peers[i].fd = -1;
    strcpy(b->folder, "/tmp/chan-sim-XXXXXX");
    if (!mkdtemp(b->folder)) {
        free(b);
        return NULL;
    }
    snprintf(b->path, sizeof b->path, "%.40s/s", b->folder);
    snprintf(b->uri, sizeof b->uri, "unix://%s", b->path);
    return b;
}

void backend_free(struct backend *b)
{
    if (!b)
        return;
    backend_leave(b, false);
    for (size_t i = 0; i < PEERS; i++)
        if (b->peers[i].fd >= 0)
            drop(b, &b->peers[i]);
    rmdir(b->folder);
    request_room_release(&b->room);
    free(b);
}

const char *backend_uri(const struct backend *b)
{
    return b->uri;
}

void backend_set_mood(struct backend *b, struct backend_mood mood)
{
    b->mood = mood;
}

bool backend_listen(struct backend *b)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    strcpy(address.sun_path, b->path);
    b->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    return b->listener >= 0 &&
           bind(b->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
           listen(b->listener, PEERS) == 0;
}

void backend_leave(struct backend *b, bool politely)
{
    if (b->listener < 0)
        return;
    close(b->listener);
    unlink(b->path);
    b->listener = -1;
    for (size_t i = 0; i < PEERS; i++) {
        if (b->peers[i].fd < 0)
            continue;
        cancel(b, &b->peers[i], slice_of(NULL, 0), politely);
        b->peers[i].ending = politely;
        if (!politely)
            drop(b, &b->peers[i]);
    }
}

bool backend_is_listening(const struct backend *b)
{
    return b->listener >= 0;
}

unsigned backend_accepted(const struct backend *b, size_t value)
{
    return b->accepted[value];
}

unsigned backend_delivered(const struct backend *b, size_t value)
{
    return b->delivered[value];
}
