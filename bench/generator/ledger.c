/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "die.h"

enum { DIGITS = 8 };

void ledger_init(struct ledger *l, size_t size, uint32_t most)
{
    uint32_t slots = 64;

    while (slots < most * 2)
        slots *= 2;
    *l = (struct ledger){.mask = slots - 1, .size = size};
    l->flights = calloc(slots, sizeof *l->flights);
    l->text = malloc(size);
    if (!l->flights || !l->text)
        die_of_memory();
    memset(l->text, 'x', size);
    l->text[0] = l->text[size - 1] = '"';
}

void ledger_release(struct ledger *l)
{
    free(l->flights);
    free(l->text);
}

static void write_serial(char *at, uint32_t serial)
{
    for (int i = DIGITS - 1; i >= 0; i--, serial >>= 4)
        at[i] = "0123456789abcdef"[serial & 15];
}

static bool read_serial(const char *at, uint32_t *ret)
{
    uint32_t serial = 0;

    for (int i = 0; i < DIGITS; i++) {
        unsigned c = (unsigned char)at[i];

        if (c - '0' < 10)
            serial = serial << 4 | (c - '0');
        else if (c - 'a' < 6)
            serial = serial << 4 | (c - 'a' + 10);
        else
            return false;
    }
    *ret = serial;
    return true;
}

struct slice ledger_send(struct ledger *l, uint32_t sender, int64_t now_ns)
{
    struct flight *flight;

    if (l->under_way > l->mask)
        die("more values are under way than was planned");
    do
        flight = &l->flights[l->next++ & l->mask];
    while (flight->under_way);
    *flight = (struct flight){now_ns, l->next - 1, sender, true};
    l->under_way++;
    write_serial(l->text + 1, flight->serial);
    return slice_of(l->text, l->size);
}

struct flight ledger_receive(struct ledger *l, struct slice value)
{
    struct flight *flight;
    uint32_t serial;

    if (value.len != l->size || !read_serial(value.bytes + 1, &serial))
        die("a value came that nobody has put: %.*s", (int)value.len, value.bytes);
    flight = &l->flights[serial & l->mask];
    if (flight->serial != serial || !flight->under_way)
        die("value %" PRIu32 " came a second time", serial);
    flight->under_way = false;
    l->under_way--;
    return *flight;
}
