/* SPDX-License-Identifier: MIT */
/*
 * scene.h - a worker with two clients and many channels, for the tests of lists that take
 * many steps. The test plays the worker, so it decides when one is made.
 */
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include <jansson.h>
#include "admission.h"
#include "guard.h"
#include "serving.h"

/* More names than one step looks at: k/00000 to k/09999. In so many of them is 999. */
enum { MANY = 10000, FOUND = 19 };

#define SEARCH(id) "{\"op\":\"list\",\"id\":" #id ",\"prefix\":\"*999\"}\n"
#define LIST(id)   "{\"op\":\"list\",\"id\":" #id "}\n"

struct scene {
    struct serving serving;
    struct worker *worker;
    struct admission *admission;
    struct client asker, other;
    struct session *session; /* the asker's */
};

/* There is one user, who has that uid, or none if there are no rules. */
static inline void scene_enrol(struct scene *sc, unsigned uid, const char *rules)
{
    char text[2048] = "";
    struct mistakes mistakes;
    struct config *config;

    if (*rules)
        snprintf(text, sizeof text, "users: [{name: me, uid: %u, %s}]\n", uid, rules);
    mistakes_init(&mistakes, "test.yaml");
    config = config_parse(text, strlen(text), &mistakes);
    ck_assert_msg(config, "%s",
                  mistakes_count(&mistakes) ? mistakes_line(&mistakes, 0) : "");
    ck_assert(admission_enrol(sc->admission, &config->users));
    config_free(config);
}

/* Two clients of one worker, who are that user, or nobody if there are no rules. */
static inline void scene_start(struct scene *sc, const char *rules)
{
    const struct broker_settings settings = serving_settings();

    memset(sc, 0, sizeof *sc);
    sc->admission = admission_new();
    ck_assert_ptr_nonnull(sc->admission);
    scene_enrol(sc, getuid(), rules);
    serving_prepare(&sc->serving, 1, &settings);
    sc->worker = sc->serving.workers[0];
    sc->worker->admission = sc->admission;
    worker_begin(sc->worker);
    sc->asker = client_connect(&sc->serving, 0);
    sc->other = client_connect(&sc->serving, 0);
    worker_turn(sc->worker);
    sc->session = serving_session(&sc->serving, 0, 0);
}

static inline void scene_open(struct scene *sc, const char *name)
{
    const struct broker_open open = {.max_parked = 0, .close_after_ms = -1};
    bool created = false;

    ck_assert_int_eq(
        broker_open(sc->serving.hub->broker, slice_text(name), &open, 0, &created),
        ERR_OK);
    ck_assert(created);
}

/* The beginning and a number of so many digits. */
static inline void scene_open_many(struct scene *sc, const char *beginning, int digits,
                                   int count)
{
    char name[100];

    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s%0*d", beginning, digits, i);
        scene_open(sc, name);
    }
}

static inline bool scene_has_reply(const struct client *c)
{
    char byte;

    return recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

/* Turns until the client is told something; how many that took. */
static inline int scene_play(struct scene *sc, const struct client *c)
{
    int turns = 0;

    while (!scene_has_reply(c)) {
        worker_turn(sc->worker);
        ck_assert_int_lt(++turns, 100000);
    }
    return turns;
}

/* The memory that the channels take is all that is held when the clients are gone. */
static inline void scene_finish(struct scene *sc)
{
    client_close(&sc->asker);
    client_close(&sc->other);
    while (!list_is_empty(&sc->worker->sessions) || !list_is_empty(&sc->worker->surveys))
        worker_turn(sc->worker);
    ck_assert_int_eq(budget_total(&sc->serving.hub->budget),
                     broker_memory(sc->serving.hub->broker));
    admission_stop(sc->admission);
    serving_stop(&sc->serving);
    admission_free(sc->admission);
}

/* The names of the list that the client is told, the caller's; NULL: it was refused. */
static inline json_t *scene_told(const struct client *c, bool *ret_more)
{
    char *line = client_line(c);
    json_t *reply, *names = json_array(), *channel;
    size_t i;

    ck_assert_ptr_nonnull(line);
    reply = json_loads(line, 0, NULL);
    ck_assert_msg(json_is_true(json_object_get(reply, "ok")), "%s", line);
    *ret_more = json_is_true(json_object_get(reply, "more"));
    json_array_foreach(json_object_get(reply, "channels"), i, channel)
        json_array_append(names, json_object_get(channel, "name"));
    json_decref(reply);
    free(line);
    return names;
}

static inline json_t *scene_ask(struct scene *sc, const char *line, bool *ret_more)
{
    client_send(&sc->asker, line);
    scene_play(sc, &sc->asker);
    return scene_told(&sc->asker, ret_more);
}

static inline const char *scene_name(const json_t *names, size_t i)
{
    return json_string_value(json_array_get(names, i));
}

static inline const char *scene_last(const json_t *names)
{
    return scene_name(names, json_array_size(names) - 1);
}

#endif
