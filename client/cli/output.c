/* SPDX-License-Identifier: MIT */
#include "output.h"
#include "complain.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file takes all at once; of anything else poll(2) promises no more than PIPE_BUF. */
static size_t chunk_of(int fd, int signals)
{
    struct stat st;

    if (signals < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
        return SIZE_MAX / 2;
    return PIPE_BUF;
}

/* Waits until fd takes something; false: it does not, and there was a signal. */
static bool await(int fd, int signals)
{
    struct pollfd p[] = {{.fd = fd, .events = POLLOUT},
                         {.fd = signals, .events = POLLIN}};

    while (poll(p, 2, -1) < 0 && errno == EINTR)
        ;
    return (p[0].revents & POLLOUT) || !(p[1].revents & POLLIN);
}

static enum output_result failure(int error)
{
    if (error == EPIPE)
        return OUTPUT_GONE;
    complain("cannot write to standard output: %s", strerror(error));
    return OUTPUT_FAILED;
}

enum output_result output_flush(int fd, struct bytes *text, int signals)
{
    const size_t chunk = text->len > 0 ? chunk_of(fd, signals) : 0;
    enum output_result result = OUTPUT_DONE;
    size_t written = 0, left;
    ssize_t n;

    while (written < text->len && result == OUTPUT_DONE) {
        if (signals >= 0 && !await(fd, signals)) {
            result = OUTPUT_INTERRUPTED;
            break;
        }
        left = text->len - written;
        n = write(fd, text->data + written, left < chunk ? left : chunk);
        if (n >= 0)
            written += (size_t)n;
        else if (errno != EINTR && errno != EAGAIN)
            result = failure(errno);
    }
    bytes_drop(text, written);
    return result;
}
