/* SPDX-License-Identifier: MIT */
#include "said.h"
#include "sockfile.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

static const struct sockfile_wish no_wish = {.mode = -1};

/* A folder with the paths of a socket and of its lock. */
struct spot {
    char folder[32], path[48], lock[56];
};

static struct spot spot_new(void)
{
    struct spot spot = {.folder = "/tmp/chand-sock-XXXXXX"};

    ck_assert_ptr_nonnull(mkdtemp(spot.folder));
    snprintf(spot.path, sizeof spot.path, "%s/sock", spot.folder);
    snprintf(spot.lock, sizeof spot.lock, "%s.lock", spot.path);
    return spot;
}

static void spot_free(const struct spot *spot)
{
    unlink(spot->path);
    unlink(spot->lock);
    ck_assert_int_eq(rmdir(spot->folder), 0); /* nothing else was left in it */
}

static struct sockaddr_un address_of(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};

    snprintf(addr.sun_path, sizeof addr.sun_path, "%s", path);
    return addr;
}

static bool is_answered(const char *path)
{
    const struct sockaddr_un addr = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    bool answered = connect(fd, (const struct sockaddr *)&addr, sizeof addr) == 0;

    close(fd);
    return answered;
}

/* A socket that is bound there, and listens if `backlog` is not negative. */
static int bound_at(const char *path, int backlog)
{
    const struct sockaddr_un addr = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&addr, sizeof addr), 0);
    if (backlog >= 0)
        ck_assert_int_eq(listen(fd, backlog), 0);
    return fd;
}

START_TEST(a_file_comes_and_goes)
{
    struct spot spot = spot_new();
    struct sockfile file;
    int fd = sockfile_open(spot.path, &no_wish, 5, &file);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert(is_answered(spot.path));
    ck_assert_int_lt(access(spot.lock, F_OK), 0);
    close(fd);
    sockfile_remove(spot.path, &file);
    ck_assert_int_lt(access(spot.path, F_OK), 0);
    spot_free(&spot);
}
END_TEST

START_TEST(it_has_the_mode_that_was_asked_for_whatever_the_umask)
{
    static const mode_t modes[] = {0600, 0660, 0666, 0777, 0};
    struct spot spot = spot_new();
    const mode_t before = umask(0077);

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const struct sockfile_wish wish = {.mode = modes[i]};
        struct sockfile file;
        struct stat st;
        int fd = sockfile_open(spot.path, &wish, 5, &file);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(stat(spot.path, &st), 0);
        ck_assert_int_eq(st.st_mode & 07777, modes[i]);
        ck_assert_int_eq(umask(0077), 0077);
        close(fd);
        sockfile_remove(spot.path, &file);
    }
    umask(before);
    spot_free(&spot);
}
END_TEST

START_TEST(without_a_mode_the_umask_decides)
{
    struct spot spot = spot_new();
    const mode_t before = umask(0027);
    struct sockfile file;
    struct stat st;
    int fd = sockfile_open(spot.path, &no_wish, 5, &file);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(stat(spot.path, &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0750);
    umask(before);
    close(fd);
    spot_free(&spot);
}
END_TEST

/* By name and by number; to give a file away needs root, to give it to oneself does not.
 */
START_TEST(it_has_the_owner_and_group_that_were_asked_for)
{
    const uid_t user = geteuid() == 0 ? 1 : geteuid();
    const gid_t group = geteuid() == 0 ? 1 : getegid();
    struct spot spot = spot_new();
    char number[2][16], name[2][64];

    snprintf(number[0], sizeof number[0], "%u", user);
    snprintf(number[1], sizeof number[1], "%u", group);
    snprintf(name[0], sizeof name[0], "%s", getpwuid(user)->pw_name);
    snprintf(name[1], sizeof name[1], "%s", getgrgid(group)->gr_name);
    for (int by_name = 0; by_name < 2; by_name++) {
        const struct sockfile_wish wish = {.mode = 0600,
                                           .owner = by_name ? name[0] : number[0],
                                           .group = by_name ? name[1] : number[1]};
        struct sockfile file;
        struct stat st;
        int fd = sockfile_open(spot.path, &wish, 5, &file);

        ck_assert_msg(fd >= 0, "%s", strerror(errno));
        ck_assert_int_eq(stat(spot.path, &st), 0);
        ck_assert_uint_eq(st.st_uid, user);
        ck_assert_uint_eq(st.st_gid, group);
        close(fd);
        sockfile_remove(spot.path, &file);
    }
    spot_free(&spot);
}
END_TEST

START_TEST(an_owner_that_does_not_exist_is_named_and_no_file_stays)
{
    const struct sockfile_wish wishes[] = {{.mode = -1, .owner = "no-such-user"},
                                           {.mode = -1, .group = "no-such-group"}};
    struct spot spot = spot_new();

    for (int i = 0; i < 2; i++) {
        struct sockfile file;
        struct said said;
        char *text;

        said_begin(&said, STDERR_FILENO);
        ck_assert_int_lt(sockfile_open(spot.path, &wishes[i], 5, &file), 0);
        text = said_end(&said);
        ck_assert_ptr_nonnull(
            strstr(text, i ? "no group no-such-group" : "no user no-such-user"));
        free(text);
        ck_assert_int_lt(access(spot.path, F_OK), 0);
    }
    spot_free(&spot);
}
END_TEST

START_TEST(a_left_over_is_replaced)
{
    struct spot spot = spot_new();
    struct sockfile file;
    int fd;

    close(bound_at(spot.path, 1));
    fd = sockfile_open(spot.path, &no_wish, 5, &file);
    ck_assert_int_ge(fd, 0);
    ck_assert(is_answered(spot.path));
    close(fd);
    spot_free(&spot);
}
END_TEST

START_TEST(a_socket_that_is_answered_stays)
{
    struct spot spot = spot_new();
    int other = bound_at(spot.path, 5);
    struct sockfile file;

    ck_assert_int_lt(sockfile_open(spot.path, &no_wish, 5, &file), 0);
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert(is_answered(spot.path));
    close(other);
    spot_free(&spot);
}
END_TEST

/* It cannot answer, but it lives. */
START_TEST(a_socket_that_is_too_busy_to_answer_stays)
{
    struct spot spot = spot_new();
    const struct sockaddr_un addr = address_of(spot.path);
    int other = bound_at(spot.path, 0), waiting[64], count = 0;
    struct sockfile file;
    struct stat before, after;

    do {
        waiting[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    } while (connect(waiting[count++], (const struct sockaddr *)&addr, sizeof addr) ==
                 0 &&
             count < 64);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(stat(spot.path, &before), 0);
    ck_assert_int_lt(sockfile_open(spot.path, &no_wish, 5, &file), 0);
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert_int_eq(stat(spot.path, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    while (count > 0)
        close(waiting[--count]);
    close(other);
    spot_free(&spot);
}
END_TEST

START_TEST(what_is_no_socket_stays)
{
    struct spot spot = spot_new();
    struct sockfile file;
    struct stat st;
    char target[64];

    ck_assert_int_eq(mkdir(spot.path, 0700), 0);
    ck_assert_int_lt(sockfile_open(spot.path, &no_wish, 5, &file), 0);
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert_int_eq(rmdir(spot.path), 0);
    snprintf(target, sizeof target, "%s/other", spot.folder);
    close(bound_at(target, 1)); /* a link to a left-over is no left-over */
    ck_assert_int_eq(symlink("other", spot.path), 0);
    ck_assert_int_lt(sockfile_open(spot.path, &no_wish, 5, &file), 0);
    ck_assert_int_eq(lstat(spot.path, &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
    unlink(target);
    spot_free(&spot);
}
END_TEST

START_TEST(who_holds_the_lock_is_not_disturbed)
{
    struct spot spot = spot_new();
    struct sockfile file;
    int lock = open(spot.lock, O_RDWR | O_CREAT, 0600), fd;

    close(bound_at(spot.path, 1)); /* a left-over, but somebody else is at it */
    ck_assert_int_eq(flock(lock, LOCK_EX), 0);
    ck_assert_int_lt(sockfile_open(spot.path, &no_wish, 5, &file), 0);
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert_int_eq(access(spot.path, F_OK), 0);
    close(lock);
    fd = sockfile_open(spot.path, &no_wish, 5, &file);
    ck_assert_int_ge(fd, 0); /* a lock that was left behind locks nobody out */
    ck_assert_int_lt(access(spot.lock, F_OK), 0);
    close(fd);
    spot_free(&spot);
}
END_TEST

START_TEST(a_file_that_only_looks_like_a_lock_stays)
{
    struct spot spot = spot_new();
    int fd = open(spot.lock, O_RDWR | O_CREAT, 0600);
    struct sockfile file;
    struct stat st;

    ck_assert_int_eq(write(fd, "precious", 8), 8);
    close(fd);
    ck_assert_int_lt(sockfile_open(spot.path, &no_wish, 5, &file), 0);
    ck_assert_int_eq(stat(spot.lock, &st), 0);
    ck_assert_int_eq(st.st_size, 8);
    unlink(spot.lock);
    ck_assert_int_eq(symlink("/dev/null", spot.lock), 0);
    ck_assert_int_lt(sockfile_open(spot.path, &no_wish, 5, &file), 0);
    ck_assert_int_eq(lstat(spot.lock, &st), 0);
    spot_free(&spot);
}
END_TEST

START_TEST(the_file_of_somebody_else_is_not_removed)
{
    struct spot spot = spot_new();
    struct sockfile first, second;
    int a = sockfile_open(spot.path, &no_wish, 5, &first), b;

    unlink(spot.path);
    b = sockfile_open(spot.path, &no_wish, 5, &second);
    ck_assert_int_ge(b, 0);
    sockfile_remove(spot.path, &first);
    ck_assert(is_answered(spot.path));
    sockfile_remove(spot.path, &(struct sockfile){0});
    ck_assert(is_answered(spot.path));
    close(a);
    close(b);
    sockfile_remove(spot.path, &second);
    spot_free(&spot);
}
END_TEST

/* One process of those that start at the same time: listens, or finds that it can't. */
static int contend(const char *path, int go, int ready, int done)
{
    struct sockfile file;
    char byte;
    int fd;

    if (read(go, &byte, 1) < 0) /* until the other end is closed */
        return 2;
    fd = sockfile_open(path, &no_wish, 50, &file);
    if (fd < 0)
        return errno == EADDRINUSE ? 1 : 2;
    return write(ready, "!", 1) == 1 && read(done, &byte, 1) == 0 ? 0 : 2;
}

/*
 * The race that a look and an unlink would lose: there must never be one that believes to
 * listen where somebody else answers.
 */
START_TEST(of_several_that_start_together_one_at_most_listens_and_it_is_reached)
{
    enum { DAEMONS = 8, ROUNDS = 30 };

    for (int round = 0; round < ROUNDS; round++) {
        struct spot spot = spot_new();
        int go[2], ready[2], done[2], status;
        char byte;
        pid_t pids[DAEMONS];

        close(bound_at(spot.path, 1));
        ck_assert(pipe(go) == 0 && pipe(ready) == 0 && pipe(done) == 0);
        for (int i = 0; i < DAEMONS; i++) {
            pids[i] = fork();
            if (pids[i] == 0) {
                close(go[1]);
                close(done[1]);
                _exit(contend(spot.path, go[0], ready[1], done[0]));
            }
        }
        close(go[0]);
        close(go[1]);
        close(done[0]);
        for (int losers = 0; losers < DAEMONS - 1; losers++) {
            ck_assert_int_gt(waitpid(-1, &status, 0), 0);
            ck_assert_int_eq(WEXITSTATUS(status), 1);
        }
        ck_assert_int_eq(read(ready[0], &byte, 1),
                         1); /* the winner stays until it may go */
        ck_assert(is_answered(spot.path));
        close(done[1]);
        ck_assert_int_gt(waitpid(-1, &status, 0), 0);
        ck_assert_int_eq(WEXITSTATUS(status), 0);
        close(ready[0]);
        close(ready[1]);
        spot_free(&spot);
    }
}
END_TEST

START_TEST(a_file_can_be_given_away_afterwards)
{
    const uid_t user = geteuid() == 0 ? 4711 : geteuid();
    struct spot spot = spot_new();
    struct sockfile file;
    struct stat st;
    int fd = sockfile_open(spot.path, &no_wish, 5, &file);

    ck_assert_int_ge(fd, 0);
    ck_assert(sockfile_give(spot.path, &file, user, (gid_t)-1));
    ck_assert_int_eq(stat(spot.path, &st), 0);
    ck_assert_uint_eq(st.st_uid, user);
    ck_assert_uint_eq(st.st_gid, getegid());
    ck_assert(is_answered(spot.path));
    close(fd);
    sockfile_remove(spot.path, &file);
    spot_free(&spot);
}
END_TEST

/* Else whoever may write to the folder could have root give him what he likes. */
START_TEST(no_other_file_is_given_away)
{
    struct spot spot = spot_new();
    struct sockfile file;
    char other[64];
    struct stat st;
    int fd = sockfile_open(spot.path, &no_wish, 5, &file);

    ck_assert_int_ge(fd, 0);
    snprintf(other, sizeof other, "%s.other", spot.path);
    ck_assert_int_eq(rename(spot.path, other), 0);
    errno = 0;
    ck_assert(!sockfile_give(spot.path, &file, 4711, 4711));
    ck_assert_int_eq(errno, ENOENT);
    close(open(spot.path, O_CREAT | O_WRONLY, 0600));
    ck_assert(!sockfile_give(spot.path, &file, 4711, 4711));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(unlink(spot.path), 0);
    ck_assert_int_eq(symlink(other, spot.path), 0);
    ck_assert(!sockfile_give(spot.path, &file, 4711, 4711));
    ck_assert_int_eq(stat(other, &st), 0);
    ck_assert_uint_eq(st.st_uid, geteuid());
    close(fd);
    unlink(other);
    spot_free(&spot);
}
END_TEST

/* As it is after root became somebody who may not write there. */
START_TEST(a_file_that_may_not_be_removed_stays_and_is_named)
{
    struct spot spot = spot_new();
    struct sockfile file;
    struct said said;
    char *text;
    int status, fd = sockfile_open(spot.path, &no_wish, 5, &file);
    pid_t child;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(chmod(spot.folder, 0555), 0);
    said_begin(&said, STDERR_FILENO);
    child = fork();
    if (child == 0) {
        if (geteuid() == 0 && setuid(4711) < 0)
            _exit(1);
        sockfile_remove(spot.path, &file);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    text = said_end(&said);
    ck_assert_int_eq(status, 0);
    ck_assert_ptr_nonnull(strstr(text, "stays: it can't be removed: Permission denied"));
    ck_assert_ptr_nonnull(strstr(text, spot.path));
    ck_assert_int_eq(access(spot.path, F_OK), 0);
    ck_assert_int_eq(chmod(spot.folder, 0755), 0);
    close(fd);
    free(text);
    spot_free(&spot);
}
END_TEST

UNIT_MAIN("sockfile", a_file_comes_and_goes,
          it_has_the_mode_that_was_asked_for_whatever_the_umask,
          without_a_mode_the_umask_decides,
          it_has_the_owner_and_group_that_were_asked_for,
          an_owner_that_does_not_exist_is_named_and_no_file_stays,
          a_left_over_is_replaced, a_socket_that_is_answered_stays,
          a_socket_that_is_too_busy_to_answer_stays, what_is_no_socket_stays,
          who_holds_the_lock_is_not_disturbed, a_file_that_only_looks_like_a_lock_stays,
          the_file_of_somebody_else_is_not_removed, a_file_can_be_given_away_afterwards,
          no_other_file_is_given_away, a_file_that_may_not_be_removed_stays_and_is_named,
          of_several_that_start_together_one_at_most_listens_and_it_is_reached)
