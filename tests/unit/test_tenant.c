/* SPDX-License-Identifier: MIT */
#include "tenant.h"
#include "starve.h"
#include "unit.h"

START_TEST(a_name_leads_to_the_same_tenant_every_time)
{
    struct list tenants;
    struct tenant *a, *b;

    list_init(&tenants);
    a = tenant_get(&tenants, "a");
    b = tenant_get(&tenants, "ab");
    ck_assert_ptr_ne(a, b);
    ck_assert_str_eq(a->name, "a");
    ck_assert_ptr_eq(tenant_get(&tenants, "a"), a);
    ck_assert_ptr_eq(tenant_get(&tenants, "ab"), b);
    tenants_free(&tenants);
    ck_assert(list_is_empty(&tenants));
}
END_TEST

START_TEST(connections_are_counted_up_to_the_limit)
{
    struct list tenants;
    struct tenant *t;

    list_init(&tenants);
    t = tenant_get(&tenants, "a");
    ck_assert(tenant_enter(t, 2));
    ck_assert(tenant_enter(t, 2));
    ck_assert(!tenant_enter(t, 2));
    ck_assert_int_eq(atomic_load(&t->connections), 2);
    ck_assert(tenant_enter(t, 0));
    tenant_leave(t);
    tenant_leave(t);
    ck_assert(tenant_enter(t, 2));
    tenants_free(&tenants);
}
END_TEST

START_TEST(limits_reach_the_account_and_go_again)
{
    const struct user_limits limits = {.parked = 3, .buffered_bytes = 10}, none = {0};
    struct list tenants;
    struct account *a;
    struct tenant *t;

    list_init(&tenants);
    t = tenant_get(&tenants, "a");
    a = &t->account;
    ck_assert(account_has_bytes(a, INT64_MAX / 2));
    tenant_configure(t, &limits);
    ck_assert(account_has_bytes(a, 10));
    ck_assert(!account_has_bytes(a, 11));
    account_add_parked(a, 2);
    ck_assert(account_has_place(a));
    account_add_parked(a, 1);
    ck_assert(!account_has_place(a));
    tenant_configure(t, &none);
    ck_assert(account_has_place(a) && account_has_bytes(a, 11));
    tenants_free(&tenants);
}
END_TEST

START_TEST(without_memory_there_is_no_tenant)
{
    struct list tenants;
    struct tenant *t;

    list_init(&tenants);
    starve_after(0);
    t = tenant_get(&tenants, "a");
    starve_end();
    ck_assert_ptr_null(t);
    ck_assert(list_is_empty(&tenants));
}
END_TEST

UNIT_MAIN("tenant", a_name_leads_to_the_same_tenant_every_time,
          connections_are_counted_up_to_the_limit, limits_reach_the_account_and_go_again,
          without_memory_there_is_no_tenant)
