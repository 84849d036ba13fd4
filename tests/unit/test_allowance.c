/* SPDX-License-Identifier: MIT */
#include "allowance.h"
#include "unit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child sees, which has no more descriptors than that to begin with. */
static void in_child(rlim_t soft, rlim_t hard, int64_t connections, bool enough)
{
    const struct rlimit limit = {soft, hard};
    struct rlimit now;
    uint64_t allowed = 0;
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
            _exit(2);
        if (allowance_raise(connections, &allowed) != enough || allowed != hard)
            _exit(3);
        getrlimit(RLIMIT_NOFILE, &now);
        _exit(now.rlim_cur == hard && now.rlim_max == hard ? 0 : 4);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}

START_TEST(the_soft_limit_becomes_the_hard_one)
{
    in_child(20, 200, 10, true);
    in_child(200, 200, 10, true);
}
END_TEST

START_TEST(descriptors_that_are_no_connections_are_counted_in)
{
    in_child(20, 200, 200 - ALLOWANCE_OTHERS, true);
    in_child(20, 200, 200 - ALLOWANCE_OTHERS + 1, false);
    in_child(20, 200, 1000000, false);
}
END_TEST

/* A child that dies as if it had a mistake; whether that left a core. */
static bool dumps(bool keeps)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (keeps)
            allowance_keep_memory();
        signal(SIGQUIT, SIG_DFL);
        raise(SIGQUIT);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
    return WCOREDUMP(status);
}

START_TEST(there_are_no_core_dumps_any_more)
{
    char folder[] = "/tmp/chand-core-XXXXXX";
    struct rlimit limit;

    ck_assert_ptr_nonnull(mkdtemp(folder)); /* a core would be written there */
    ck_assert_int_eq(chdir(folder), 0);
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_CORE, &limit);
    ck_assert(!dumps(true));
    ck_assert_int_eq(rmdir(folder), 0);
}
END_TEST

/* Whoever is to look at it may want one later. */
START_TEST(the_hard_limit_of_core_dumps_stays)
{
    struct rlimit before, now;

    getrlimit(RLIMIT_CORE, &before);
    allowance_keep_memory();
    getrlimit(RLIMIT_CORE, &now);
    ck_assert_uint_eq(now.rlim_max, before.rlim_max);
    ck_assert_uint_eq(now.rlim_cur, before.rlim_max < 1 ? 0 : 1);
}
END_TEST

UNIT_MAIN("allowance", the_soft_limit_becomes_the_hard_one,
          descriptors_that_are_no_connections_are_counted_in,
          there_are_no_core_dumps_any_more, the_hard_limit_of_core_dumps_stays)
