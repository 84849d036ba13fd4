/* SPDX-License-Identifier: MIT */
/* What is defined here would be inline functions of the C library's headers otherwise. */
#undef _FORTIFY_SOURCE
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/* Allocations begin before the sanitizers do. */
#ifdef __clang__
#define UNTRACED __attribute__((disable_sanitizer_instrumentation))
#else
#define UNTRACED __attribute__((no_sanitize("thread", "address", "undefined")))
#endif

/* ---- the page ---- */

/* False at the start of a thread, when the sanitizers cannot do without memory. */
static _Thread_local bool has_begun;

static struct faults_page own_page;
static struct faults_page *shared_page; /* NULL: nobody has named one */

__attribute__((constructor)) static void open_page(void)
{
    const char *name = getenv("CHAND_FAULTS");
    int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
    void *page;

    has_begun = true;
    if (fd < 0)
        return;
    page = mmap(NULL, sizeof own_page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page != MAP_FAILED)
        shared_page = page;
}

UNTRACED struct faults_page *faults_page(void)
{
    return shared_page ? shared_page : &own_page;
}

void faults_begin(enum faults_kind kind, int64_t after, int64_t count, int64_t how)
{
    struct faults_row *row = &faults_page()->rows[kind];

    atomic_store(&row->seen, 0);
    atomic_store(&row->failed, 0);
    atomic_store(&row->after, after);
    atomic_store(&row->how, how);
    atomic_store(&row->count, count);
}

int64_t faults_end(enum faults_kind kind)
{
    struct faults_row *row = &faults_page()->rows[kind];

    atomic_store(&row->count, 0);
    return atomic_load(&row->failed);
}

/* Whether this call is to fail; errno says how, or it is to be done for one byte. */
UNTRACED static bool fails(enum faults_kind kind)
{
    struct faults_row *row = &faults_page()->rows[kind];
    const int64_t count = atomic_load(&row->count);
    int64_t nth;

    if (count == 0)
        return false;
    nth = atomic_fetch_add(&row->seen, 1) - atomic_load(&row->after);
    if (nth < 0 || nth >= count)
        return false;
    atomic_fetch_add(&row->failed, 1);
    errno = (int)atomic_load(&row->how);
    return true;
}

/* ---- memory ---- */

/* NOLINTBEGIN(bugprone-reserved-identifier) */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__interceptor_malloc(size_t size) __attribute__((weak));
void *__interceptor_calloc(size_t count, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *old, size_t size) __attribute__((weak));

UNTRACED static bool memory_fails(void)
{
    if (!has_begun || !fails(FAULTS_MEMORY))
        return false;
    errno = ENOMEM;
    return true;
}

UNTRACED void *malloc(size_t size)
{
    if (memory_fails())
        return NULL;
    return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

UNTRACED void *calloc(size_t count, size_t size)
{
    if (memory_fails())
        return NULL;
    return __interceptor_calloc ? __interceptor_calloc(count, size)
                                : __libc_calloc(count, size);
}

UNTRACED void *realloc(void *old, size_t size)
{
    if (memory_fails())
        return NULL;
    return __interceptor_realloc ? __interceptor_realloc(old, size)
                                 : __libc_realloc(old, size);
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* ---- everything else: the next one that is called so does it ---- */

/* Declares `next`, the function in whose place ours stands. */
#define NEXT(name)                                                                       \
    __typeof__(&name) next;                                                              \
    *(void **)&next = dlsym(RTLD_NEXT, #name)

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    NEXT(send);

    if (!fails(FAULTS_SEND))
        return next(fd, bytes, len, flags);
    return errno > 0 ? -1 : next(fd, bytes, 1, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    NEXT(sendmsg);

    if (!fails(FAULTS_SEND))
        return next(fd, message, flags);
    return errno > 0 ? -1 : send(fd, message->msg_iov[0].iov_base, 1, flags);
}

ssize_t recv(int fd, void *out, size_t room, int flags)
{
    NEXT(recv);

    if (!fails(FAULTS_RECEIVE))
        return next(fd, out, room, flags);
    return errno > 0 ? -1 : next(fd, out, 1, flags);
}

ssize_t read(int fd, void *out, size_t room)
{
    NEXT(read);

    if (room <= sizeof(uint64_t) || !fails(FAULTS_RECEIVE))
        return next(fd, out, room);
    return errno > 0 ? -1 : next(fd, out, 1);
}

int accept4(int fd, __SOCKADDR_ARG from, socklen_t *restrict len, int flags)
{
    NEXT(accept4);
    return fails(FAULTS_ACCEPT) ? -1 : next(fd, from, len, flags);
}

int event_add(struct event *ev, const struct timeval *tv)
{
    NEXT(event_add);
    return fails(FAULTS_EVENT) ? -1 : next(ev, tv);
}

struct event *event_new(struct event_base *base, evutil_socket_t fd, short what,
                        event_callback_fn heard, void *arg)
{
    NEXT(event_new);
    return fails(FAULTS_EVENT) ? NULL : next(base, fd, what, heard, arg);
}

int epoll_ctl(int epfd, int op, int fd, struct epoll_event *ev)
{
    NEXT(epoll_ctl);
    return op != EPOLL_CTL_DEL && fails(FAULTS_WATCH) ? -1 : next(epfd, op, fd, ev);
}

int socket(int family, int type, int protocol)
{
    NEXT(socket);
    return fails(FAULTS_DESCRIPTOR) ? -1 : next(family, type, protocol);
}

int socketpair(int family, int type, int protocol, int fds[2])
{
    NEXT(socketpair);
    return fails(FAULTS_DESCRIPTOR) ? -1 : next(family, type, protocol, fds);
}

int eventfd(unsigned int count, int flags)
{
    NEXT(eventfd);
    return fails(FAULTS_DESCRIPTOR) ? -1 : next(count, flags);
}

int epoll_create1(int flags)
{
    NEXT(epoll_create1);
    return fails(FAULTS_DESCRIPTOR) ? -1 : next(flags);
}

int pipe2(int fds[2], int flags)
{
    NEXT(pipe2);
    return fails(FAULTS_DESCRIPTOR) ? -1 : next(fds, flags);
}

int bind(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
    NEXT(bind);
    return fails(FAULTS_LISTEN) ? -1 : next(fd, addr, len);
}

int listen(int fd, int backlog)
{
    NEXT(listen);
    return fails(FAULTS_LISTEN) ? -1 : next(fd, backlog);
}

int connect(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
    NEXT(connect);
    return fails(FAULTS_CONNECT) ? -1 : next(fd, addr, len);
}

struct beginning {
    void *(*run)(void *);
    void *arg;
};

static void *begin(void *arg)
{
    const struct beginning b = *(struct beginning *)arg;

    free(arg);
    has_begun = true;
    return b.run(b.arg);
}

int pthread_create(pthread_t *restrict ret, const pthread_attr_t *restrict attr,
                   void *(*run)(void *), void *restrict arg)
{
    struct beginning *b = malloc(sizeof *b);
    int error = EAGAIN;
    NEXT(pthread_create);

    if (b && !fails(FAULTS_THREAD)) {
        *b = (struct beginning){run, arg};
        error = next(ret, attr, begin, b);
    }
    if (error)
        free(b);
    return error;
}

ssize_t getrandom(void *out, size_t len, unsigned int flags)
{
    NEXT(getrandom);
    return fails(FAULTS_RANDOM) ? -1 : next(out, len, flags);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    NEXT(write);

    if (len <= sizeof(uint64_t) || !fails(FAULTS_WRITE))
        return next(fd, bytes, len);
    return errno > 0 ? -1 : next(fd, bytes, 1);
}
