/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include "exact.h"
#include "starve.h"
#include "unit.h"

static const struct channel_settings fixed_two = {
    .kind = KIND_FIXED, .size = 2, .max_parked = 5, .close_after_ms = 70};
static const struct channel_settings no_buffer = {.kind = KIND_NONE,
                                                  .close_after_ms = -1};

static struct channel *channel_of(const char *name, const struct channel_settings *s)
{
    char *copy = exact_copy(name, strlen(name));
    struct channel *ch = channel_new(slice_of(copy, strlen(name)), 42, s);

    ck_assert_ptr_nonnull(ch);
    free(copy);
    return ch;
}

static void hold(struct channel *ch, const char *text)
{
    struct value *fallen, *v = value_new(slice_text(text));

    ck_assert_ptr_nonnull(v);
    ck_assert(buffer_push(&ch->buffer, v, &fallen));
    ch->bytes += strlen(text);
}

static bool settings_equal(struct channel_settings a, struct channel_settings b)
{
    return a.kind == b.kind && a.size == b.size && a.max_parked == b.max_parked &&
           a.close_after_ms == b.close_after_ms;
}

START_TEST(a_new_channel_is_unknown_open_and_idle)
{
    struct channel *ch = channel_of("jobs/1", &fixed_two);

    ck_assert(slice_is(channel_name(ch), "jobs/1"));
    ck_assert_uint_eq(ch->hash, 42);
    ck_assert(!ch->known && !ch->opened && !ch->closed);
    ck_assert(channel_is_drained(ch) && channel_is_idle(ch));
    ck_assert(list_is_empty(&ch->puts) && list_is_empty(&ch->takes));
    ck_assert(!list_is_linked(&ch->quiet) && !heap_holds(&ch->timer.node));
    ck_assert_int_eq(ch->timer.kind, TIMER_CHANNEL);
    ck_assert(settings_equal(channel_settings(ch), fixed_two));
    channel_free(ch);
}
END_TEST

START_TEST(the_longest_name_fits_channel_and_stat)
{
    char name[200];
    struct channel_stat stat;
    struct channel *ch;

    memset(name, 'n', sizeof name);
    ch = channel_new(slice_of(name, sizeof name), 0, &no_buffer);
    ck_assert_ptr_nonnull(ch);
    ck_assert(slice_equal(channel_name(ch), slice_of(name, sizeof name)));
    channel_stat(ch, &stat);
    ck_assert_uint_eq(strlen(stat.name), 200);
    channel_free(ch);
}
END_TEST

START_TEST(settings_come_back_as_they_were_given)
{
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        struct channel_settings s = {.kind = (enum kind)kind, .close_after_ms = kind - 1};
        struct channel *ch;

        if (kind_is_sized(s.kind))
            s.size = 7;
        s.max_parked = (uint32_t)kind;
        ch = channel_of("a", &s);
        ck_assert(settings_equal(channel_settings(ch), s));
        channel_free(ch);
    }
}
END_TEST

START_TEST(what_is_buffered_or_parked_keeps_a_channel_from_being_idle)
{
    struct channel *ch = channel_of("a", &fixed_two);

    ch->take_count = 1;
    ck_assert(channel_is_drained(ch) && !channel_is_idle(ch));
    ch->take_count = 0;
    ch->put_count = 1;
    ck_assert(!channel_is_drained(ch) && !channel_is_idle(ch));
    ch->put_count = 0;
    hold(ch, "v");
    ck_assert(!channel_is_drained(ch) && !channel_is_idle(ch));
    channel_free(ch);
}
END_TEST

START_TEST(stat_tells_everything)
{
    struct channel *ch = channel_of("x/y", &fixed_two);
    struct channel_stat stat;

    hold(ch, "four");
    ch->closed = true;
    ch->put_count = 3;
    ch->puts_total = 5;
    ch->takes_total = 4;
    ch->dropped_total = UINT64_MAX;
    channel_stat(ch, &stat);
    ck_assert_str_eq(stat.name, "x/y");
    ck_assert(settings_equal(stat.settings, fixed_two));
    ck_assert(stat.closed);
    ck_assert_uint_eq(stat.buffered, 1);
    ck_assert_uint_eq(stat.bytes, 4);
    ck_assert_uint_eq(stat.parked_puts, 3);
    ck_assert_uint_eq(stat.parked_takes, 0);
    ck_assert_uint_eq(stat.puts, 5);
    ck_assert_uint_eq(stat.takes, 4);
    ck_assert_uint_eq(stat.dropped, UINT64_MAX);
    ch->put_count = 0;
    channel_free(ch);
}
END_TEST

START_TEST(a_reset_starts_anew_with_other_settings)
{
    struct channel *ch = channel_of("a", &fixed_two);
    struct channel_stat stat;

    hold(ch, "v");
    hold(ch, "w");
    ch->known = ch->opened = ch->closed = true;
    ch->puts_total = ch->takes_total = ch->dropped_total = 9;
    channel_reset(ch, &no_buffer);
    ck_assert(!ch->known && !ch->opened && !ch->closed);
    ck_assert(channel_is_idle(ch));
    channel_stat(ch, &stat);
    ck_assert(settings_equal(stat.settings, no_buffer));
    ck_assert_uint_eq(stat.bytes + stat.puts + stat.takes + stat.dropped, 0);
    ck_assert(slice_is(channel_name(ch), "a"));
    channel_free(ch);
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
    channel_free(NULL);
}
END_TEST

START_TEST(without_memory_there_is_no_channel)
{
    struct channel *ch;

    starve_after(0);
    ch = channel_new(slice_text("a"), 0, &fixed_two);
    ck_assert_int_eq(starve_end(), 1);
    ck_assert_ptr_null(ch);
}
END_TEST

UNIT_MAIN("channel", a_new_channel_is_unknown_open_and_idle,
          the_longest_name_fits_channel_and_stat, settings_come_back_as_they_were_given,
          what_is_buffered_or_parked_keeps_a_channel_from_being_idle,
          stat_tells_everything, a_reset_starts_anew_with_other_settings,
          freeing_nothing_is_fine, without_memory_there_is_no_channel)
