/* SPDX-License-Identifier: MIT */
#include "bench.h"
#include "complain.h"
#include "stopwatch.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { TURN_MS = 100, NAME_ROOM = 64 };

/* How much of the time is for warming up: a tenth, but no more than this. */
enum { WARM_UP_SHARE = 10, WARM_UP_MS = 200 };

/* When nothing happens for so long: no reply will come; no value that the server has
 * confirmed; interrupted, no farewell. */
enum { REPLY_MS = LINK_TIMEOUT_MS, ARRIVAL_MS = 1000, FAREWELL_MS = 1000 };

static int64_t ns_of_ms(int64_t ms)
{
    return ms * STOPWATCH_NS_PER_MS;
}

/* ---- the beginning ---- */

void bench_init(struct bench *b, struct link *link, const char *name,
                const struct load *load)
{
    uint64_t random = 0;

    memset(b, 0, sizeof *b);
    b->link = link;
    b->name = name;
    b->load = *load;
    b->pool.epoll = -1;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = (uint64_t)stopwatch_now_ns();
    snprintf(b->prefix, sizeof b->prefix, "bench-%016" PRIx64 "/", random);
}

void bench_stage(struct bench *b, const char *unit)
{
    const int64_t now_ns = stopwatch_now_ns();

    b->done = 0;
    b->moved_ns = now_ns;
    progress_begin(&b->progress, b->name, unit, now_ns);
}

bool bench_begin(struct bench *b, size_t connections, size_t values)
{
    b->exit = pool_init(&b->pool, b->link, connections);
    if (b->exit == EXIT_DONE && !tally_init(&b->tally, (size_t)b->load.size, values)) {
        complain("out of memory");
        b->exit = EXIT_USAGE;
    }
    return bench_is_fine(b);
}

static struct chan *channel(struct bench *b, struct chan_client *client, size_t i)
{
    char name[NAME_ROOM];
    struct chan *chan;

    snprintf(name, sizeof name, "%s%zu", b->prefix, i);
    chan = chan_remote(client, name);
    if (!chan)
        bench_fail(b, "measure", CHAN_NO_MEMORY, chan_status_text(CHAN_NO_MEMORY));
    return chan;
}

struct chan *bench_channel(struct bench *b, size_t conn, size_t i)
{
    return channel(b, b->pool.clients[conn], i);
}

struct chan *bench_keep_channel(struct bench *b, size_t conn, size_t i)
{
    struct chan *chan = bench_channel(b, conn, i);
    struct chan **kept = NULL;

    if (chan)
        kept = realloc(b->kept, (b->kept_count + 1) * sizeof(struct chan *));
    if (kept) {
        b->kept = kept;
        b->kept[b->kept_count++] = chan;
        return chan;
    }
    chan_drop(chan);
    bench_fail(b, "measure", CHAN_NO_MEMORY, chan_status_text(CHAN_NO_MEMORY));
    return NULL;
}

static void drop_channels(struct bench *b)
{
    for (size_t i = 0; i < b->kept_count; i++)
        chan_drop(b->kept[i]);
    free(b->kept);
}

bool bench_open(struct bench *b, size_t channels)
{
    const struct chan_settings rendezvous = {.buffer = CHAN_NONE,
                                             .close_after_ms = CHAN_FOREVER};
    enum chan_status status;

    bench_stage(b, "channels");
    for (; b->done < channels && bench_turn(b, 0); b->done++) {
        struct chan *chan = channel(b, b->link->client, b->done);

        status = chan ? chan_open(chan, &rendezvous, LINK_TIMEOUT_MS, NULL) : CHAN_OK;
        if (status != CHAN_OK)
            bench_fail(b, "open channels for", status, chan_message());
        chan_drop(chan);
    }
    return bench_is_fine(b);
}

/* ---- what goes wrong ---- */

bool bench_is_fine(const struct bench *b)
{
    return b->exit == EXIT_DONE && b->failure == CHAN_OK && !*b->fault &&
           !b->link->interrupted;
}

void bench_fail(struct bench *b, const char *tried, enum chan_status status,
                const char *message)
{
    if (!bench_is_fine(b))
        return;
    b->failure = status;
    b->tried = tried;
    snprintf(b->message, sizeof b->message, "%s", message);
}

void bench_blame(struct bench *b, const char *format, ...)
{
    va_list args;

    if (!bench_is_fine(b))
        return;
    va_start(args, format);
    vsnprintf(b->fault, sizeof b->fault, format, args);
    va_end(args);
}

/* ---- requests ---- */

void bench_start(struct bench *b, size_t i, const struct chan_clause *clauses,
                 size_t count, chan_done *done, void *data)
{
    struct chan_client *client = b->pool.clients[i];
    enum chan_status status;

    if (b->ending || !bench_is_fine(b))
        return;
    status = chan_start(client, clauses, count, CHAN_AT_RANDOM, CHAN_FOREVER, done, data,
                        NULL);
    if (status != CHAN_OK)
        bench_fail(b, "measure", status, chan_message());
    else if (clauses->value)
        b->puts++;
    else
        b->takes++;
}

void bench_send(struct bench *b, size_t i, struct chan *chan, uint32_t tag,
                chan_done *done, void *data)
{
    struct chan_clause clause = {.chan = chan, .value_len = b->tally.size};

    if (b->ending || !bench_is_fine(b))
        return;
    clause.value = tally_send(&b->tally, tag, stopwatch_now_ns());
    if (clause.value)
        bench_start(b, i, &clause, 1, done, data);
    else
        bench_blame(b, "%zu values were accepted and have not arrived",
                    b->tally.under_way);
}

/* At the end requests are cancelled, or their connection is gone. */
static bool has_ended_well(struct bench *b, const struct chan_reply *reply)
{
    if (reply->status != CHAN_OK && !b->ending)
        bench_fail(b, "measure", reply->status, reply->message);
    return reply->status == CHAN_OK;
}

bool bench_put_ended(struct bench *b, const struct chan_reply *reply)
{
    b->puts--;
    return has_ended_well(b, reply);
}

bool bench_take_ended(struct bench *b, const struct chan_reply *reply)
{
    b->takes--;
    return has_ended_well(b, reply);
}

bool bench_receive(struct bench *b, const struct chan_reply *reply, uint32_t tag)
{
    const int64_t now_ns = stopwatch_now_ns();
    const size_t len = reply->value ? reply->value_len : 0;
    struct parcel parcel;

    switch (tally_receive(&b->tally, reply->value, len, &parcel)) {
    case TALLY_STRANGE:
        bench_blame(b, "a value came that was never put: %.40s",
                    len > 0 ? reply->value : "none at all");
        return false;
    case TALLY_REPEATED:
        bench_blame(b, "a value came a second time: %.40s", reply->value);
        return false;
    case TALLY_EXPECTED:
        break;
    }
    if (parcel.tag != tag) {
        bench_blame(b, "a value came to the wrong connection: %.40s", reply->value);
        return false;
    }
    b->done++;
    if (now_ns >= b->begin_ns && now_ns < b->end_ns)
        histogram_add(&b->times, now_ns - parcel.sent_ns);
    return true;
}

/* ---- waiting ---- */

void bench_set_time(struct bench *b)
{
    const int64_t share_ms = b->load.duration_ms / WARM_UP_SHARE;

    b->begin_ns =
        stopwatch_now_ns() + ns_of_ms(share_ms < WARM_UP_MS ? share_ms : WARM_UP_MS);
    b->end_ns = b->begin_ns + ns_of_ms(b->load.duration_ms);
}

bool bench_is_over(const struct bench *b)
{
    return stopwatch_now_ns() >= b->end_ns;
}

bool bench_turn(struct bench *b, int timeout_ms)
{
    const size_t spoke = pool_turn(&b->pool, b->link, timeout_ms);
    const int64_t now_ns = stopwatch_now_ns();

    if (spoke > 0)
        b->moved_ns = now_ns;
    progress_show(&b->progress, b->done, now_ns);
    return bench_is_fine(b);
}

/* Whether nothing has moved for so long. */
static bool is_still(const struct bench *b, int64_t ms)
{
    return stopwatch_now_ns() - b->moved_ns > ns_of_ms(ms);
}

bool bench_await(struct bench *b, const size_t *count)
{
    b->moved_ns = stopwatch_now_ns();
    while (*count > 0 && bench_turn(b, TURN_MS))
        if (is_still(b, REPLY_MS))
            bench_fail(b, "measure", CHAN_LOST, "the server does not answer");
    return bench_is_fine(b);
}

void bench_pass_time(struct bench *b)
{
    while (!bench_is_over(b) && bench_turn(b, TURN_MS))
        ;
}

void bench_settle(struct bench *b)
{
    while (b->puts + b->tally.under_way > 0 && bench_turn(b, TURN_MS))
        if (is_still(b, b->puts > 0 ? REPLY_MS : ARRIVAL_MS))
            return; /* why, the end will show */
}

/* ---- connections ---- */

static void on_fence(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct bench *b = data;

    (void)c;
    b->fences--;
    if (reply->status != CHAN_TIMEOUT && !b->ending)
        bench_fail(b, "measure", reply->status, reply->message);
}

void bench_fence(struct bench *b, size_t i)
{
    struct chan_client *client = b->pool.clients[i];
    const struct chan_clause clause = {.chan = bench_channel(b, i, SIZE_MAX)};
    enum chan_status status = CHAN_NO_MEMORY;

    if (clause.chan)
        status = chan_start(client, &clause, 1, CHAN_FIRST_WINS, 0, on_fence, b, NULL);
    chan_drop(clause.chan);
    if (status == CHAN_OK)
        b->fences++;
    else
        bench_fail(b, "measure", status, chan_message());
    pool_send(&b->pool, i);
}

bool bench_connect(struct bench *b, size_t connections)
{
    bench_stage(b, "connections");
    b->done = b->pool.count;
    while (b->pool.count < connections && bench_turn(b, 0)) {
        b->exit = pool_add(&b->pool, b->link);
        if (b->exit == EXIT_DONE)
            bench_fence(b, b->done++);
    }
    return bench_await(b, &b->fences);
}

/* ---- the end ---- */

/* Takes end with a value, or cancelled; so one that comes no more now was lost. */
static void part(struct bench *b)
{
    b->ending = true;
    b->moved_ns = stopwatch_now_ns();
    pool_hang_up(&b->pool);
    while (b->puts + b->takes > 0 &&
           !is_still(b, bench_is_fine(b) ? REPLY_MS : FAREWELL_MS))
        bench_turn(b, TURN_MS);
    if (b->puts + b->takes > 0)
        bench_fail(b, "measure", CHAN_LOST, "the server does not answer");
    else if (b->tally.under_way > 0)
        bench_blame(b, "values that were put and never arrived: %zu", b->tally.under_way);
}

static bool collect_name(const struct chan_info *info, void *data)
{
    return bytes_add(data, info->name, strlen(info->name) + 1);
}

/* Channels that were opened, and any that a template of the server's keeps. */
static void delete_channels(struct bench *b)
{
    struct chan_client *client = b->link->client;
    struct bytes names = {0};
    enum chan_status status =
        chan_list(client, b->prefix, LINK_TIMEOUT_MS, collect_name, &names);
    size_t at = 0;

    for (; at < names.len && status == CHAN_OK; at += strlen(names.data + at) + 1) {
        struct chan *chan = chan_remote(client, names.data + at);

        status = chan ? chan_delete(chan, LINK_TIMEOUT_MS) : CHAN_NO_MEMORY;
        chan_drop(chan);
    }
    if (status != CHAN_OK)
        bench_fail(b, "delete the channels of", status, chan_message());
    bytes_release(&names);
}

void bench_end(struct bench *b)
{
    part(b);
    drop_channels(b);
    pool_release(&b->pool);
    tally_release(&b->tally);
    progress_end(&b->progress);
    delete_channels(b);
}

enum exit_status bench_conclude(struct bench *b)
{
    char tried[80];

    if (b->link->interrupted)
        return EXIT_INTERRUPTED;
    if (*b->fault) {
        complain("%s: %s (the server is at fault)", b->name, b->fault);
        return EXIT_CLOSED;
    }
    if (b->failure == CHAN_OK)
        return b->exit;
    snprintf(tried, sizeof tried, "%s %s", b->tried, b->name);
    return link_complain(b->link, b->failure, b->message, tried);
}

/* ---- figures ---- */

void bench_add_load(struct bench *b, const char *name, int64_t n)
{
    figures_add(&b->figures, name, (double)n, 0);
}

void bench_add_percentiles(struct bench *b)
{
    static const struct {
        const char *name;
        double share;
    } rows[] = {{"p50_us", 0.5}, {"p99_us", 0.99}, {"p99_9_us", 0.999}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        figures_add(&b->figures, rows[i].name,
                    (double)histogram_percentile(&b->times, rows[i].share) / 1000, 1);
}

void bench_add_rate(struct bench *b, const char *count_name, const char *rate_name)
{
    const double seconds = (double)b->load.duration_ms / 1000;

    figures_add(&b->figures, "secs", seconds, 3);
    figures_add(&b->figures, count_name, (double)b->times.count, 0);
    figures_add(&b->figures, rate_name, (double)b->times.count / seconds, 0);
}
