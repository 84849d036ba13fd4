#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A pool of workers that take numbers apart, or the boss, who hands out the numbers.

    workers.py boss|worker [URI]     chand is at URI, or at $CHAN_SERVER
"""

import sys

from chand import Chand, Closed


def factors(number):
    found, divisor = [], 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            found.append(divisor)
            number //= divisor
        divisor += 1
    return found + [number] if number > 1 else found


def worker(chand):
    done = 0
    try:
        while True:
            number = chand.take("jobs")
            chand.put("results", {"number": number, "factors": factors(number)})
            done += 1
    except Closed:
        # In one write, for the other workers print where this one does.
        print(f"a worker in Python took {done} numbers apart\n", end="", flush=True)


# Neither channel has a buffer: who only handed out would wait for a worker, and the workers
# for somebody who takes their results. So whatever comes first.
def boss(chand):
    jobs, results = list(range(2407, 2427)), {}
    total = len(jobs)
    while len(results) < total:
        offer = [{"op": "put", "chan": "jobs", "value": job} for job in jobs[:1]]
        reply = chand.alts({"op": "take", "chan": "results"}, *offer)
        if "value" in reply:
            results[reply["value"]["number"]] = reply["value"]["factors"]
        else:
            jobs.pop(0)
    chand.close("jobs")
    for number in sorted(results):
        print(number, "=", " * ".join(map(str, results[number])))


roles = {"boss": boss, "worker": worker}
if len(sys.argv) < 2 or sys.argv[1] not in roles:
    sys.exit(__doc__)
roles[sys.argv[1]](Chand(*sys.argv[2:]))
