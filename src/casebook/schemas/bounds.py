"""How far some settings may go: one number for the environment, the command, the desk and Prefect.

It imports nothing, so that ``--help`` answers at once.
"""

MOST_AT_ONCE = 256
"""Calls to a model, or sources, that are under way at once.

Each call holds a socket and each source perhaps another: twice so many fit in the 1,024 files that
a process may open by default, and in the 1,000 connections that the model's client keeps. At 10 s
an answer that is 90,000 calls an hour; past that, more machines share a list.
"""

MOST_WORKERS = 64
"""Processes that read documents, each of some 100 MB."""

MOST_DOLLARS = 1_000_000_000
"""A budget; what is no number, or has no end, is none."""

MOST_SECONDS = 31 * 86_400
"""A wait or a time limit: a month. A timer of the system takes no endless one."""

SHORTEST_INTERVAL, LONGEST_INTERVAL = 60, 366 * 86_400
"""Seconds between two runs of what runs by the clock: a minute, and a year."""
