/* SPDX-License-Identifier: MIT */
/*
 * fuzz_session.c - any bytes from three clients, in any pieces and in any order, to a
 * worker that knows users: whatever they say, each gets an answer to each line, as a line
 * of JSON, and when they are gone nothing of them is left.
 *
 * The input is what the clients send, with bytes among it that are not sent but done:
 * those of `acts`. The worker's thread is played here, so an input does the same each
 * time (but for what a clock or dice decide).
 */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>
#include "admission.h"
#include "arrival.h"
#include "json.h"
#include "mistakes.h"
#include "reply.h"
#include "require.h"
#include "session.h"
#include "tenant.h"
#include "worker.h"

enum { CLIENTS = 3, LINE_MAX_BYTES = 1024, INPUT_MAX = 8 * 1024, TURNS_MAX = 1000 };

struct client {
    int fd;
    size_t line_len;  /* of the line that is being sent */
    bool line_counts; /* there is more in it than white space */
    size_t due;       /* answers to what was sent */
    bool is_cut;      /* not all of it reached the daemon */
    bool is_over;     /* the daemon has closed */
    char *replies;    /* that have come, NUL excluded */
    size_t replies_len, replies_cap;
};

struct scene {
    struct hub *hub;
    struct worker *worker;
    struct admission *admission;
    struct metrics metrics;
    struct client clients[CLIENTS], *now;
    char piece[INPUT_MAX]; /* that the client says next */
    size_t piece_len;
    bool renewed;
};

/* Users as they are first, and when they have changed. The tokens are alice and bob. */
static const char *const users[] = {
    "users:\n"
    "- {name: me, uid: %u, rules: [{allow: [all]}], limits: {parked: 6}}\n"
    "- {name: alice, tokens: [sha256:"
    "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90],"
    " rules: [{deny: [delete], channels: [a]}, {allow: [all]}], "
    "limits: {buffered_bytes: 100}}\n"
    "- {name: bob, tokens: [sha256:"
    "81b637d8fcd2c6da6359e6963113a1170de795e4b725b84d1e0b4cfd9ec58ce9],"
    " rules: [{allow: [take, list], channels: ['b*']}], limits: {connections: 1}}\n",
    "users:\n"
    "- {name: me, uid: %u, rules: [{allow: [put]}, {deny: [all]}]}\n"
    "- {name: alice, tokens: [sha256:"
    "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90]}\n",
};

static struct config *configs[2]; /* made once, for all inputs */

static void make_configs(void)
{
    struct mistakes mistakes;
    char text[2000];

    for (int i = 0; i < 2 && !configs[i]; i++) {
        /* Each has one place for the number. */
        const char *place = strstr(users[i], "%u");
        const int len = snprintf(text, sizeof text, "%.*s%u%s", (int)(place - users[i]),
                                 users[i], getuid(), place + 2);

        mistakes_init(&mistakes, "users");
        configs[i] = config_parse(text, (size_t)len, &mistakes);
        require(configs[i] != NULL, "the configuration is good");
        mistakes_release(&mistakes);
    }
}

/* ---- the daemon's side ---- */

static struct limits tight_limits(void)
{
    struct limits limits = limits_default();

    limits.request_bytes = LINE_MAX_BYTES;
    limits.channels = 20;
    limits.buffer_size = 10;
    limits.memory_bytes = 8 * 1024;
    limits.parked_per_channel = 8;
    limits.parked_per_connection = 10;
    limits.alts_ops = 6;
    limits.output_bytes = 2048;
    return limits;
}

/* Never waits: there is mail. */
static void turn(struct scene *s)
{
    worker_nudge(s->worker);
    worker_turn(s->worker);
}

static void enrol(struct scene *s, int which)
{
    require(admission_enrol(s->admission, &configs[which]->users), "there is memory");
}

/* The first client is known by its process; the others are from elsewhere. */
static void welcome(struct scene *s, int i)
{
    const int small = 8 * 1024;
    struct accepted accepted = {.from.family = i == 0 ? ADDRESS_UNIX : ADDRESS_IPV4};
    int fds[2];

    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) == 0,
            "there are descriptors");
    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    s->clients[i].fd = fds[0];
    accepted.fd = fds[1];
    metrics_add(&s->metrics, METRIC_connections, 1);
    require(arrival_post(s->worker, &accepted), "there is memory");
}

static void open_scene(struct scene *s)
{
    const struct broker_settings settings = {
        .limits = tight_limits(), .auto_create = true, .closed_linger_ns = INT64_MAX / 2};

    s->hub = hub_new(&settings);
    s->admission = admission_new();
    require(s->hub && s->admission, "there is memory");
    enrol(s, 0);
    s->worker = worker_new(s->hub, &s->metrics);
    require(s->worker != NULL, "there is memory");
    s->worker->admission = s->admission;
    worker_begin(s->worker);
    for (int i = 0; i < CLIENTS; i++)
        welcome(s, i);
    turn(s);
    s->now = &s->clients[0];
}

/* ---- the clients' side ---- */

/* What of the bytes there will be an answer to. */
static void expect(struct client *c, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n') {
            c->due += c->line_counts && c->line_len <= LINE_MAX_BYTES;
            c->line_len = 0;
            c->line_counts = false;
            continue;
        }
        c->line_counts |= bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r';
        c->due += ++c->line_len == LINE_MAX_BYTES + 1; /* too long, which is said once */
    }
}

/* The client says what was collected. */
static void say(struct scene *s)
{
    struct client *c = s->now;
    const size_t len = s->piece_len;
    ssize_t n;

    s->piece_len = 0;
    if (len == 0 || c->is_cut)
        return;
    n = send(c->fd, s->piece, len, MSG_NOSIGNAL);
    c->is_cut = n < (ssize_t)len; /* the daemon does not read, or has closed */
    if (n > 0)
        expect(c, s->piece, (size_t)n);
}

static void hear(struct client *c)
{
    ssize_t n = 1;

    while (n > 0) {
        if (c->replies_cap - c->replies_len < 4096) {
            c->replies_cap = 2 * c->replies_cap + 8192;
            c->replies = realloc(c->replies, c->replies_cap);
            require(c->replies != NULL, "there is memory");
        }
        n = recv(c->fd, c->replies + c->replies_len, c->replies_cap - c->replies_len, 0);
        c->replies_len += n > 0 ? (size_t)n : 0;
    }
    c->is_over |= n == 0;
}

static bool hear_all(struct scene *s)
{
    size_t before = 0, after = 0;

    for (int i = 0; i < CLIENTS; i++) {
        before += s->clients[i].replies_len;
        hear(&s->clients[i]);
        after += s->clients[i].replies_len;
    }
    return after > before;
}

/* Whether something has come from the daemon, or gone into it, since the last time. */
static bool is_moving(struct scene *s, int64_t *received)
{
    const int64_t before = *received;

    *received = metrics_get(&s->metrics, METRIC_received_bytes);
    return hear_all(s) || *received != before;
}

/*
 * Until the daemon has done all that it can. Of one turn nothing may be seen: who has
 * used up a share goes on in the next with what has come, and reads only then.
 */
static void settle(struct scene *s)
{
    int64_t received = -1;
    int turns = 0;

    for (int quiet = 0; quiet < 3; quiet++) {
        if (is_moving(s, &received))
            quiet = 0;
        turn(s);
        require(++turns < TURNS_MAX, "it comes to an end");
    }
    hear_all(s);
}

/* ---- what can be done ---- */

static void do_turn(struct scene *s)
{
    turn(s);
}

static void do_nothing(struct scene *s)
{
    (void)s; /* what was collected has been sent: it comes in the same turn as the next */
}

static void do_listen(struct scene *s)
{
    hear(s->now);
}

static void do_end(struct scene *s)
{
    shutdown(s->now->fd, SHUT_WR);
    turn(s);
    s->now->is_cut = true;
}

/* With what it has not read, the daemon sees a reset. */
static void do_reset(struct scene *s)
{
    shutdown(s->now->fd, SHUT_RDWR);
    turn(s);
    s->now->is_cut = true;
}

static void do_renew(struct scene *s)
{
    s->renewed = !s->renewed;
    enrol(s, s->renewed);
    worker_renew_limits(s->worker);
    turn(s);
}

static void do_next(struct scene *s)
{
    s->now = s->now == &s->clients[CLIENTS - 1] ? &s->clients[0] : s->now + 1;
}

/* No UTF-8 has these bytes. */
enum { FIRST_ACT = 0xf9 };
static void (*const acts[])(struct scene *s) = {do_turn,  do_nothing, do_listen, do_end,
                                                do_reset, do_renew,   do_next};

static void play(struct scene *s, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] < FIRST_ACT) {
            s->piece[s->piece_len++] = (char)data[i];
            continue;
        }
        say(s);
        acts[data[i] - FIRST_ACT](s);
    }
    say(s);
}

/* ---- what must hold ---- */

static void check_reply(const char *line, size_t len)
{
    char *copy = require_copy(line, len);
    struct reply_view reply;
    size_t at;

    require(len > 0 && line[0] == '{', "a reply is an object");
    require(json_is_valid(line, len, &at), "a reply is JSON");
    require(reply_parse(copy, len, &reply), "a reply can be read");
    require(reply.err < ERR_COUNT, "its reason is in the table");
    free(copy);
}

/* How many replies have come. */
static size_t check_replies(const struct client *c)
{
    const char *at = c->replies, *end = c->replies + c->replies_len, *lf;
    size_t count = 0;

    for (; at < end; at = lf + 1, count++) {
        lf = memchr(at, '\n', (size_t)(end - at));
        if (!lf && c->is_cut)
            break; /* who has gone does not hear the rest */
        require(lf != NULL, "a reply is a line");
        check_reply(at, (size_t)(lf - at));
    }
    return count;
}

/* One that was ended before its time may have got one answer that it did not ask for. */
static void check_client(const struct client *c, bool ended_early)
{
    const size_t count = check_replies(c);

    require(count <= c->due + (ended_early ? 1 : 0), "nobody is answered twice");
    require(count == c->due || ended_early || c->is_cut, "each line is answered");
}

static void check_tenants(struct scene *s)
{
    struct roster *r = admission_roster(s->admission);

    for (size_t i = 0; i < roster_count(r); i++) {
        struct tenant *t = roster_user(r, i)->tenant;

        require(atomic_load(&t->connections) == 0, "nobody is connected");
        require(atomic_load(&t->account.parked) == 0, "nobody has anything parked");
    }
    roster_drop(r);
}

static void check_end(struct scene *s)
{
    bool ended_early[CLIENTS];

    settle(s);
    for (int i = 0; i < CLIENTS; i++) {
        ended_early[i] = s->clients[i].is_over;
        shutdown(s->clients[i].fd, SHUT_WR);
    }
    settle(s);
    for (int i = 0; i < CLIENTS; i++)
        check_client(&s->clients[i], ended_early[i]);
    require(list_is_empty(&s->worker->sessions), "all have been let go");
    require(metrics_get(&s->metrics, METRIC_connections) == 0, "and are not counted");
    require(s->hub->seats == 0, "nor have a seat");
    require(atomic_load(&s->hub->outside) == 0, "nor output that waits");
    check_tenants(s);
}

static void close_scene(struct scene *s)
{
    worker_free(s->worker);
    hub_free(s->hub);
    admission_free(s->admission);
    for (int i = 0; i < CLIENTS; i++) {
        close(s->clients[i].fd);
        free(s->clients[i].replies);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scene s; /* too large for the stack */

    if (size > INPUT_MAX)
        return 0;
    make_configs();
    memset(&s, 0, offsetof(struct scene, piece));
    s.piece_len = 0;
    s.renewed = false;
    open_scene(&s);
    play(&s, data, size);
    check_end(&s);
    close_scene(&s);
    return 0;
}
