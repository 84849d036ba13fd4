/* SPDX-License-Identifier: MIT */
#include "resident.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "unit.h"

START_TEST(what_is_written_to_is_taken_and_what_is_unmapped_is_not)
{
    enum { SIZE = 64 << 20, TOLERANCE = 8 << 20 };
    const int64_t before = resident_bytes();
    char *room =
        mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ck_assert_int_gt(before, 0);
    ck_assert_ptr_ne(room, MAP_FAILED);
    ck_assert_int_lt(resident_bytes(), before + TOLERANCE);
    memset(room, 1, SIZE);
    ck_assert_int_gt(resident_bytes(), before + SIZE - TOLERANCE);
    munmap(room, SIZE);
    ck_assert_int_lt(resident_bytes(), before + TOLERANCE);
}
END_TEST

START_TEST(without_a_descriptor_nothing_is_known)
{
    struct rlimit limit, none;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert_int_eq(resident_bytes(), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_gt(resident_bytes(), 0);
}
END_TEST

UNIT_MAIN("resident", what_is_written_to_is_taken_and_what_is_unmapped_is_not,
          without_a_descriptor_nothing_is_known)
