/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "clock.h"
#include "die.h"

/*
 * Some servers look after themselves several times a second, also when nobody is there.
 */
enum { LOOK_MS = 100, REST_PERCENT = 4, QUIET_LOOKS = 2, LOOKS_MOST = 100 };

int64_t process_cpu_ns(pid_t pid)
{
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) != 0)
        die("there is no process %d to look at", (int)pid);
    return clock_ns_of(clock);
}

/* Reads the beginning of a file of /proc/PID as a string; false: there is none. */
static bool read_proc(pid_t pid, const char *file, char *text, size_t size)
{
    char path[64];
    FILE *f;
    size_t n;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    f = fopen(path, "re");
    if (!f)
        return false;
    n = fread(text, 1, size - 1, f);
    text[n] = '\0';
    fclose(f);
    return n > 0;
}

/* The second number of statm is that of resident pages. */
int64_t process_rss_bytes(pid_t pid)
{
    char text[128], *second, *end;
    long long pages;

    if (!read_proc(pid, "statm", text, sizeof text))
        die("cannot read /proc/%d/statm", (int)pid);
    second = text + strcspn(text, " ");
    pages = strtoll(second, &end, 10);
    if (end == second)
        die("cannot make sense of /proc/%d/statm", (int)pid);
    return pages * sysconf(_SC_PAGESIZE);
}

bool process_is_alive(pid_t pid)
{
    char text[512];
    const char *name_end;

    if (!read_proc(pid, "stat", text, sizeof text))
        return false;
    name_end = strrchr(text, ')');
    return name_end && name_end[1] == ' ' && name_end[2] != 'Z' && name_end[2] != 'X';
}

void process_settle(pid_t pid)
{
    int64_t before_ns = process_cpu_ns(pid);

    for (int quiet = 0, looks = 0; quiet < QUIET_LOOKS; looks++) {
        int64_t now_ns;

        if (looks == LOOKS_MOST)
            die("process %d does not come to rest", (int)pid);
        poll(NULL, 0, LOOK_MS);
        now_ns = process_cpu_ns(pid);
        if (now_ns - before_ns < LOOK_MS * NS_PER_MS / 100 * REST_PERCENT)
            quiet++;
        else
            quiet = 0;
        before_ns = now_ns;
    }
}
