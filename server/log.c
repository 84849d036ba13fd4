/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static atomic_int log_level = LEVEL_INFO;

/* syslog's numbers */
static const int priorities[LEVEL_COUNT] = {
    [LEVEL_ERROR] = 3, [LEVEL_WARNING] = 4, [LEVEL_NOTICE] = 5,
    [LEVEL_INFO] = 6,  [LEVEL_DEBUG] = 7,
};

void log_set_level(enum level level)
{
    atomic_store(&log_level, (int)level);
}

/*
 * Whether standard error is the stream that journald has named to us, as
 * "device:inode".
 */
static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char ours[64];
    struct stat st;

    if (!stream || fstat(STDERR_FILENO, &st) < 0)
        return false;
    snprintf(ours, sizeof ours, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, ours) == 0;
}

static int write_prefix(char *line, size_t size, enum level level)
{
    struct timespec now;
    struct tm tm;
    char date[32];

    if (stderr_is_journal())
        return snprintf(line, size, "<%d>", priorities[level]);
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &tm);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
    return snprintf(line, size, "%s.%03ld %s: ", date, now.tv_nsec / 1000000,
                    level_name(level));
}

void log_line(enum level level, const char *format, ...)
{
    char line[1024];
    va_list args;
    int len, more;

    if ((int)level > atomic_load(&log_level))
        return;
    len = write_prefix(line, sizeof line, level);
    va_start(args, format);
    more = vsnprintf(line + len, sizeof line - (size_t)len - 1, format, args);
    va_end(args);
    len += more < 0 ? 0 : more;
    if ((size_t)len > sizeof line - 2)
        len = (int)sizeof line - 2;
    line[len++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)len) < 0)
        return; /* nobody is left to be told */
}
