# SPDX-License-Identifier: MIT
"""What the scripts have measured: files of tab-separated columns with a line of names."""

import csv
from statistics import median


class Samples:
    """The rows of a file, in order, each a dictionary; a column may be empty."""

    def __init__(self, path):
        with open(path, encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file, delimiter="\t"))

    def distinct(self, column):
        """The values of a column, in the order in which they first come."""
        return list(dict.fromkeys(row[column] for row in self.rows))

    def by_round(self, column, **where):
        """round -> the number in a column, of the rows in which columns are as given."""
        return {
            row["round"]: float(row[column])
            for row in self.rows
            if row[column] and all(row[name] == value for name, value in where.items())
        }


def middle(numbers):
    """The median, or None of nothing."""
    numbers = list(numbers)
    return median(numbers) if numbers else None


def spread(numbers):
    """Half of what lies between the extremes, as a share of the median."""
    numbers = list(numbers)
    return (max(numbers) - min(numbers)) / 2 / median(numbers)


def ratios(above, below):
    """Of two by_round: their ratio in each round that both have."""
    return [above[key] / below[key] for key in above if key in below]


def markdown(head, rows):
    """The lines of a table; all columns but the first are numbers."""
    yield "| " + " | ".join(head) + " |"
    yield "|---" + "|---:" * (len(head) - 1) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
