/* SPDX-License-Identifier: MIT */
/*
 * settings.h - the configuration in the words of the broker. Main thread.
 */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include <stdbool.h>
#include "broker.h"
#include "config.h"

/*
 * What the broker needs to know of it. The templates are the caller's, to be released;
 * the names in them are borrowed from the configuration. False: no memory.
 */
bool settings_of(const struct config *config, struct broker_settings *ret);
void settings_release(struct broker_settings *settings);

/* Opens the channels that the configuration lists; ERR_OK or why *ret_name can't be. */
enum err settings_open_channels(const struct config *config, struct broker *broker,
                                int64_t now_ns, const char **ret_name);

#endif
