/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "config.h"
#include "key.h"
#include "unit.h"

static const struct key *find(const char *path)
{
    for (size_t i = 0; i < key_row_count; i++)
        if (strcmp(key_rows[i].path, path) == 0)
            return &key_rows[i];
    ck_abort_msg("there is no key %s", path);
}

START_TEST(every_path_stands_once)
{
    for (size_t i = 0; i < key_row_count; i++)
        for (size_t j = i + 1; j < key_row_count; j++)
            ck_assert_str_ne(key_rows[i].path, key_rows[j].path);
}
END_TEST

static bool has_items(const struct key *key)
{
    static const enum key_type lists[] = {TYPE_LISTENERS, TYPE_RANGES, TYPE_CHANNELS,
                                          TYPE_USERS,     TYPE_RULES,  TYPE_TEXTS,
                                          TYPE_RIGHTS};

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (key->type == lists[i])
            return true;
    return false;
}

START_TEST(every_key_is_reached_from_the_root)
{
    size_t reached = 0, open = 1;
    const struct key *groups[64] = {&key_root};

    while (open > 0) {
        const struct key *group = groups[--open], *key = NULL;

        while ((key = key_next_member(group, key)) != NULL) {
            reached++;
            if (has_items(key))
                reached++;
            if (has_items(key) && key_item(key)->type == TYPE_GROUP)
                groups[open++] = key_item(key);
            else if (key->type == TYPE_GROUP || key->type == TYPE_BUFFER)
                groups[open++] = key;
        }
    }
    ck_assert_uint_eq(reached, key_row_count);
}
END_TEST

START_TEST(parents_stand_before_their_members)
{
    for (size_t i = 0; i < key_row_count; i++) {
        const char *dot = strrchr(key_rows[i].path, '.');
        size_t len = dot ? (size_t)(dot - key_rows[i].path) : 0;
        bool found = len == 0;

        for (size_t j = 0; j < i; j++)
            found |= strlen(key_rows[j].path) == len &&
                     strncmp(key_rows[i].path, key_rows[j].path, len) == 0;
        ck_assert_msg(found, "%s has no parent", key_rows[i].path);
    }
}
END_TEST

START_TEST(every_limit_is_a_key_with_the_same_range)
{
    for (size_t i = 0; i < limit_row_count; i++) {
        const struct limit_row *row = &limit_rows[i];
        const struct key *key = key_member(find("limits"), row->name);

        ck_assert_msg(key != NULL, "%s", row->name);
        ck_assert_int_eq(key->least, row->least);
        ck_assert_int_eq(key->most, row->most);
        ck_assert_str_eq(key->text, row->text);
        ck_assert_uint_eq(key->offset, offsetof(struct config, limits) + row->offset);
    }
}
END_TEST

START_TEST(texts_are_sentences_without_markup)
{
    for (size_t i = 0; i < key_row_count; i++) {
        const char *text = key_rows[i].text;
        size_t len = strlen(text);

        if (len == 0)
            continue;
        ck_assert_msg(text[len - 1] != '.' && text[0] != ' ', "%s", key_rows[i].path);
        ck_assert_msg(!strpbrk(text, "\\\"\n\t"), "%s", key_rows[i].path);
    }
}
END_TEST

START_TEST(only_what_is_bound_at_the_start_is_fixed)
{
    size_t fixed = 0;

    for (size_t i = 0; i < key_row_count; i++)
        fixed += key_rows[i].effect == EFFECT_START;
    ck_assert_uint_eq(fixed, 5);
    ck_assert_uint_le(fixed, CONFIG_FIXED_MAX);
    ck_assert_int_eq(find("listen")->effect, EFFECT_START);
    ck_assert_int_eq(find("workers")->effect, EFFECT_START);
    ck_assert_int_eq(find("user")->effect, EFFECT_START);
    ck_assert_int_eq(find("group")->effect, EFFECT_START);
    ck_assert_int_eq(find("channels.open")->effect, EFFECT_START);
}
END_TEST

START_TEST(name_is_the_last_part_of_the_path)
{
    ck_assert_str_eq(key_name(find("listen")), "listen");
    ck_assert_str_eq(key_name(find("log.level")), "level");
    ck_assert_str_eq(key_name(find("channels.open[].buffer.kind")), "kind");
}
END_TEST

START_TEST(depth_counts_mappings_and_lists)
{
    ck_assert_uint_eq(key_depth(&key_root), 0);
    ck_assert_uint_eq(key_depth(find("listen")), 0);
    ck_assert_uint_eq(key_depth(find("log.level")), 1);
    ck_assert_uint_eq(key_depth(find("channels.open[]")), 2);
    ck_assert_uint_eq(key_depth(find("channels.open[].buffer.kind")), 4);
}
END_TEST

START_TEST(members_of_the_root_are_the_top_keys)
{
    static const char *const names[] = {"listen",   "allow_open", "workers",
                                        "user",     "group",      "log",
                                        "channels", "users",      "limits"};
    const struct key *key = NULL;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        key = key_next_member(&key_root, key);
        ck_assert_str_eq(key->path, names[i]);
    }
    ck_assert_ptr_null(key_next_member(&key_root, key));
}
END_TEST

START_TEST(members_are_found_by_name_within_their_group)
{
    const struct key *channels = find("channels");

    ck_assert_ptr_eq(key_member(channels, "open"), find("channels.open"));
    ck_assert_ptr_eq(key_member(find("channels.open[]"), "name"),
                     find("channels.open[].name"));
    ck_assert_ptr_eq(key_member(find("channels.open[].buffer"), "size"),
                     find("channels.open[].buffer.size"));
    ck_assert_ptr_null(key_member(channels, "name"));
    ck_assert_ptr_null(key_member(channels, "limits"));
    ck_assert_ptr_null(key_member(channels, "open[]"));
    ck_assert_ptr_null(key_member(channels, ""));
    ck_assert_ptr_null(key_member(&key_root, "log.level"));
    ck_assert_ptr_null(key_member(&key_root, "channels.open"));
}
END_TEST

START_TEST(groups_do_not_mix_up_common_beginnings)
{
    ck_assert_ptr_null(key_member(find("listen"), "[]"));
    ck_assert_ptr_null(key_member(find("channels.templates[]"), "name"));
    ck_assert_ptr_null(key_member(find("channels.open[]"), "match"));
    ck_assert_ptr_nonnull(key_member(find("limits"), "channels"));
}
END_TEST

START_TEST(lists_have_a_row_for_their_elements)
{
    ck_assert_ptr_eq(key_item(find("listen")), find("listen[]"));
    ck_assert_ptr_eq(key_item(find("channels.templates")), find("channels.templates[]"));
    ck_assert_ptr_eq(key_item(find("channels.open")), find("channels.open[]"));
}
END_TEST

struct suggestion {
    const char *group, *written, *meant;
};

static void check_suggestions(const struct suggestion *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct key *group = *list[i].group ? find(list[i].group) : &key_root;
        const char *meant = key_suggest(group, list[i].written);

        if (list[i].meant)
            ck_assert_pstr_eq(meant, list[i].meant);
        else
            ck_assert_msg(!meant, "%s suggests %s", list[i].written, meant);
    }
}

START_TEST(slips_of_the_pen_suggest_the_key)
{
    static const struct suggestion slips[] = {
        {"", "wrokers", "workers"},
        {"", "worker", "workers"},
        {"", "Listen", "listen"},
        {"", "logs", "log"},
        {"", "chanels", "channels"},
        {"log", "levle", "level"},
        {"channels", "autocreate", "auto_create"},
        {"channels", "auto-create", "auto_create"},
        {"channels", "template", "templates"},
        {"limits", "conections", "connections"},
        {"limits", "parked_per_chanel", "parked_per_channel"},
        {"channels.open[]", "bufer", "buffer"},
        {"channels.open[].buffer", "sise", "size"},
    };

    check_suggestions(slips, sizeof slips / sizeof *slips);
}
END_TEST

START_TEST(beginnings_suggest_the_key)
{
    static const struct suggestion beginnings[] = {
        {"limits", "memory", "memory_bytes"},
        {"limits", "idle", "idle_s"},
        {"channels", "closed_linger", "closed_linger_s"},
        {"limits", "c", NULL},
    };

    check_suggestions(beginnings, sizeof beginnings / sizeof *beginnings);
}
END_TEST

START_TEST(keys_of_other_groups_are_suggested_with_their_path)
{
    static const struct suggestion strays[] = {
        {"", "level", "log.level"},
        {"", "connections", "limits.connections"},
        {"log", "workers", "workers"},
        {"channels.open[]", "match", "channels.templates[].match"},
    };

    check_suggestions(strays, sizeof strays / sizeof *strays);
}
END_TEST

START_TEST(other_words_suggest_nothing)
{
    static const struct suggestion others[] = {
        {"", "colour", NULL},
        {"", "", NULL},
        {"", "x", NULL},
        {"log", "file", NULL},
        {"", "a_very_long_word_that_has_more_letters_than_any_key", NULL},
    };

    check_suggestions(others, sizeof others / sizeof *others);
}
END_TEST

UNIT_MAIN("key", every_path_stands_once, every_key_is_reached_from_the_root,
          parents_stand_before_their_members, every_limit_is_a_key_with_the_same_range,
          texts_are_sentences_without_markup, only_what_is_bound_at_the_start_is_fixed,
          name_is_the_last_part_of_the_path, depth_counts_mappings_and_lists,
          members_of_the_root_are_the_top_keys,
          members_are_found_by_name_within_their_group,
          groups_do_not_mix_up_common_beginnings, lists_have_a_row_for_their_elements,
          slips_of_the_pen_suggest_the_key, beginnings_suggest_the_key,
          keys_of_other_groups_are_suggested_with_their_path, other_words_suggest_nothing)
