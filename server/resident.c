/* SPDX-License-Identifier: MIT */
#include "resident.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int64_t resident_bytes(void)
{
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    char line[128], *end = line;
    ssize_t n;

    if (fd < 0)
        return 0;
    n = read(fd, line, sizeof line - 1);
    close(fd);
    if (n <= 0)
        return 0;
    line[n] = '\0';
    strtoll(line, &end, 10); /* all that is mapped stands before it */
    return strtoll(end, NULL, 10) * sysconf(_SC_PAGESIZE);
}
