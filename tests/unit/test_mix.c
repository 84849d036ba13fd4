/* SPDX-License-Identifier: MIT */
#include "flow.h"

struct desk {
    struct chan *to, *a, *b, *reports;
    struct chan_mix *mix;
};

static struct desk begin(unsigned others)
{
    struct desk d = {.to = flow_buffered(9), .a = flow_new(), .b = flow_new()};

    d.mix = chan_mix(d.to, others, &d.reports);
    ck_assert_ptr_nonnull(d.mix);
    ck_assert_int_eq(chan_admix(d.mix, d.a, CHAN_PLAY), CHAN_OK);
    ck_assert_int_eq(chan_admix(d.mix, d.b, CHAN_PLAY), CHAN_OK);
    return d;
}

static void end(struct desk *d, const char *report)
{
    chan_close(d->a);
    chan_close(d->b);
    chan_mix_free(d->mix);
    flow_yields(d->reports, report);
    flow_is_quiet(d->to);
    chan_drop(d->a);
    chan_drop(d->b);
    chan_drop(d->to);
}

FLOW_TEST(all_sources_play_into_one_target_which_stays_open)
{
    struct desk d = begin(CHAN_MUTE);

    flow_put(d.a, "1");
    flow_takes(d.to, "1");
    flow_put(d.b, "2");
    flow_takes(d.to, "2");
    end(&d, "{\"moved\":2}");
}

FLOW_TEST(a_muted_source_is_taken_from_and_not_heard)
{
    struct desk d = begin(CHAN_MUTE);

    chan_admix(d.mix, d.a, CHAN_MUTE);
    flow_put(d.a, "1");
    flow_put(d.a, "2");
    flow_put(d.b, "3");
    flow_takes(d.to, "3");
    chan_admix(d.mix, d.a, CHAN_PLAY);
    flow_put(d.a, "4");
    flow_takes(d.to, "4");
    end(&d, "{\"moved\":2,\"dropped\":2}");
}

FLOW_TEST(a_paused_source_is_not_taken_from)
{
    struct desk d = begin(CHAN_MUTE);

    flow_settle();
    chan_admix(d.mix, d.a, CHAN_PAUSE);
    flow_is_refused(d.a);
    chan_admix(d.mix, d.a, CHAN_PAUSE | CHAN_MUTE);
    flow_settle();
    flow_is_refused(d.a);
    chan_admix(d.mix, d.a, CHAN_PLAY);
    flow_put(d.a, "1");
    flow_takes(d.to, "1");
    end(&d, "{\"moved\":1}");
}

FLOW_TEST(others_of_a_solo_are_muted)
{
    struct desk d = begin(CHAN_MUTE);

    chan_admix(d.mix, d.a, CHAN_SOLO | CHAN_MUTE | CHAN_PAUSE);
    flow_put(d.b, "1");
    flow_put(d.a, "2");
    flow_takes(d.to, "2");
    chan_admix(d.mix, d.a, CHAN_PLAY);
    flow_put(d.b, "3");
    flow_takes(d.to, "3");
    end(&d, "{\"moved\":2,\"dropped\":1}");
}

FLOW_TEST(others_of_a_solo_are_paused_if_so_wanted_until_it_ends)
{
    struct desk d = begin(CHAN_PAUSE);

    flow_settle();
    chan_admix(d.mix, d.a, CHAN_SOLO);
    flow_is_refused(d.b);
    flow_put(d.a, "1");
    flow_takes(d.to, "1");
    chan_close(d.a);
    flow_put(d.b, "2");
    flow_takes(d.to, "2");
    end(&d, "{\"moved\":2}");
}

FLOW_TEST(two_may_be_solo)
{
    struct desk d = begin(CHAN_PAUSE);

    chan_admix(d.mix, d.a, CHAN_SOLO);
    chan_admix(d.mix, d.b, CHAN_SOLO);
    flow_put(d.a, "1");
    flow_takes(d.to, "1");
    flow_put(d.b, "2");
    flow_takes(d.to, "2");
    end(&d, "{\"moved\":2}");
}

FLOW_TEST(what_is_unmixed_belongs_to_others_again)
{
    struct desk d = begin(CHAN_PAUSE);

    chan_admix(d.mix, d.a, CHAN_SOLO);
    flow_settle();
    ck_assert_int_eq(chan_unmix(d.mix, d.a), CHAN_OK);
    flow_is_refused(d.a);
    flow_put(d.b, "1"); /* which is not paused any more */
    flow_takes(d.to, "1");
    end(&d, "{\"moved\":1}");
}

FLOW_TEST(a_remote_source_is_mixed_with_local_ones)
{
    struct desk d = begin(CHAN_MUTE);
    struct chan *far = flow_far(flow_new());

    ck_assert_int_eq(chan_admix(d.mix, far, CHAN_PLAY), CHAN_OK);
    flow_put(far, "1");
    flow_takes(d.to, "1");
    chan_admix(d.mix, far, CHAN_MUTE);
    while (((struct far *)far)->asked < 5) /* it has looked up */
        chan_yield();
    flow_put(far, "2");
    chan_unmix(d.mix, far);
    end(&d, "{\"moved\":1,\"dropped\":1}");
    chan_drop(far);
}

FLOW_TEST(what_a_closed_target_did_not_take_is_told)
{
    struct desk d = begin(CHAN_MUTE);

    chan_close(d.to);
    flow_put(d.a, "1");
    flow_settle();
    flow_is_refused(d.b);
    ck_assert_int_eq(chan_admix(d.mix, d.a, CHAN_PLAY), CHAN_CLOSED);
    ck_assert_str_eq(chan_message(), "the channel is closed");
    flow_yields(d.reports, "{\"moved\":0,\"undelivered\":[1],\"error\":\"closed\"}");
    chan_mix_free(d.mix);
    chan_drop(d.a);
    chan_drop(d.b);
    chan_drop(d.to);
}

FLOW_TEST(a_mix_may_be_freed_before_its_sources_are_closed)
{
    struct chan *to = flow_buffered(2), *from = flow_new();
    struct chan_mix *mix = chan_mix(to, CHAN_MUTE, NULL);

    chan_admix(mix, from, CHAN_PLAY);
    chan_mix_free(mix);
    flow_put(from, "1");
    flow_takes(to, "1");
    chan_close(from);
    chan_drop(from);
    chan_drop(to);
}

START_TEST(what_makes_no_sense_is_invalid)
{
    struct chan *ch = flow_new();
    struct chan_mix *mix = chan_mix(ch, CHAN_MUTE, NULL);

    ck_assert_ptr_null(chan_mix(NULL, CHAN_MUTE, NULL));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_ptr_null(chan_mix(ch, CHAN_SOLO, NULL));
    ck_assert_str_eq(chan_message(),
                     "a mix needs a channel, and CHAN_MUTE or CHAN_PAUSE");
    ck_assert_int_eq(chan_admix(NULL, ch, CHAN_PLAY), CHAN_INVALID);
    ck_assert_int_eq(chan_admix(mix, NULL, CHAN_PLAY), CHAN_INVALID);
    ck_assert_int_eq(chan_admix(mix, ch, 8), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "a mix takes a channel, and flags that it knows");
    ck_assert_int_eq(chan_unmix(mix, NULL), CHAN_INVALID);
    ck_assert_int_eq(chan_unmix(NULL, ch), CHAN_INVALID);
    chan_mix_free(mix);
    chan_mix_free(NULL);
    chan_drop(ch);
}
END_TEST

UNIT_MAIN("mix", all_sources_play_into_one_target_which_stays_open,
          a_muted_source_is_taken_from_and_not_heard, a_paused_source_is_not_taken_from,
          others_of_a_solo_are_muted,
          others_of_a_solo_are_paused_if_so_wanted_until_it_ends, two_may_be_solo,
          what_is_unmixed_belongs_to_others_again,
          a_remote_source_is_mixed_with_local_ones,
          what_a_closed_target_did_not_take_is_told,
          a_mix_may_be_freed_before_its_sources_are_closed,
          what_makes_no_sense_is_invalid)
