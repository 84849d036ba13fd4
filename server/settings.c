/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <stdlib.h>
#include "clock.h"

static struct channel_settings settings_of_channel(const struct config_channel *c)
{
    return (struct channel_settings){
        .kind = c->kind,
        .size = (uint32_t)c->size,
        .max_parked = (uint32_t)c->max_parked,
        .close_after_ms = c->close_after_ms,
    };
}

bool settings_of(const struct config *config, struct broker_settings *ret)
{
    size_t count = config->templates.count;
    struct channel_template *templates = calloc(count + 1, sizeof *templates);

    if (!templates)
        return false;
    for (size_t i = 0; i < count; i++)
        templates[i] = (struct channel_template){
            .match = config->templates.items[i].name,
            .settings = settings_of_channel(&config->templates.items[i]),
        };
    *ret = (struct broker_settings){
        .limits = config->limits,
        .auto_create = config->auto_create,
        .closed_linger_ns = config->closed_linger_s * NS_PER_S,
        .templates = templates,
        .template_count = count,
    };
    return true;
}

void settings_release(struct broker_settings *settings)
{
    free((void *)(uintptr_t)settings->templates);
    settings->templates = NULL;
}

enum err settings_open_channels(const struct config *config, struct broker *broker,
                                int64_t now_ns, const char **ret_name)
{
    for (size_t i = 0; i < config->open.count; i++) {
        const struct config_channel *c = &config->open.items[i];
        const struct broker_open open = {
            .has_buffer = c->has_buffer,
            .kind = c->kind,
            .size = c->size,
            .max_parked = c->max_parked,
            .close_after_ms = c->close_after_ms,
        };
        bool created;
        enum err err = broker_open(broker, slice_text(c->name), &open, now_ns, &created);

        if (err) {
            *ret_name = c->name;
            return err;
        }
    }
    return ERR_OK;
}
