/* SPDX-License-Identifier: MIT */
#include "duration.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    int64_t us; /* microseconds */
} units[] = {
    {"", 1000000},
    {"ms", 1000},
    {"s", 1000000},
    {"m", 60000000},
};

static const int64_t most_us = ((INT64_C(1) << 53) - 1) * 1000;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int64_t unit_us(const char *name)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].name, name) == 0)
            return units[i].us;
    return 0;
}

/* The whole units; -1 if they are more than can be. */
static int64_t whole_us(const char *digits, int64_t us)
{
    int64_t n = 0;

    for (; is_digit(*digits); digits++) {
        n = n * 10 + (*digits - '0');
        if (n > most_us / us)
            return -1;
    }
    return n * us;
}

/* The digits behind the point. What is less than a microsecond counts as one: it is more
 * than nothing. */
static int64_t part_us(const char *digits, int64_t us)
{
    int64_t sum = 0, rest = 0;

    for (; is_digit(*digits); digits++) {
        sum += us / 10 * (*digits - '0');
        if (us < 10)
            rest |= *digits - '0';
        us /= 10;
    }
    return sum + (rest > 0);
}

bool duration_parse(const char *text, int64_t *ret_ms)
{
    const size_t whole = strspn(text, "0123456789");
    const char *part = text + whole + (text[whole] == '.');
    const size_t places = text[whole] == '.' ? strspn(part, "0123456789") : 0;
    const int64_t us = unit_us(part + places);
    int64_t sum;

    if (whole == 0 || us == 0 || (text[whole] == '.' && places == 0))
        return false;
    sum = whole_us(text, us);
    if (sum < 0)
        return false;
    sum += part_us(part + (places == 0 ? strlen(part) : 0), us);
    if (sum > most_us)
        return false;
    *ret_ms = sum / 1000 + (sum % 1000 > 0);
    return true;
}
