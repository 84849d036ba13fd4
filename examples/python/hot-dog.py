#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The hot dog machine, or its customer.

    hot-dog.py machine|customer [URI]     chand is at URI, or at $CHAN_SERVER
"""

import sys

from chand import Chand, Closed


def machine(chand, left=2):
    while left > 0:
        money = chand.take("hot-dog/in")
        food = "hotdog" if money == 3 else "wilted lettuce"
        left -= money == 3
        print(f"  the machine takes {money}, gives {food}, has {left} left\n", end="", flush=True)
        if left == 0:
            chand.close("hot-dog/in")  # before anybody can pay for what is not there
        chand.put("hot-dog/out", food)
    chand.close("hot-dog/out")


def customer(chand):
    for money in "pocket lint", 3, 3, 3:
        try:
            chand.put("hot-dog/in", money)
            print(f"{money}: {chand.take('hot-dog/out')}\n", end="", flush=True)
        except Closed:
            print(f"{money}: closed\n", end="")


roles = {"machine": machine, "customer": customer}
if len(sys.argv) < 2 or sys.argv[1] not in roles:
    sys.exit(__doc__)
roles[sys.argv[1]](Chand(*sys.argv[2:]))
