"""How far the measure of benchmarks/backfill.py depends on chance: the same run without a program.

    python benchmarks/backfill_chance.py [--runs 40] [--items 1000] [--rate 4] [--at-once 74]

A scheduler that takes no time works so many sources in the order of coming, two calls each, one
after the other, against the endpoint of ``backfill_servers.py``: its bucket, its latencies of 2 to
20 s, its faults, after which a question waits in line once more. Reported, over the runs: seconds
beyond ``ideal_seconds``, which has all calls go as soon as the bucket allows. A slow verdict among
the last sources, and the draft that waits for it, is in them, and nobody can help it.
"""

import argparse
import heapq
import random
from collections import deque
from statistics import mean, median

from backfill import ideal_seconds
from backfill_servers import BURST_SECONDS, SHARES


def seconds_beyond(seed: int, items: int, rate: float, at_once: int) -> float:
    """Return the seconds that one run takes beyond the ideal one of the calls that it made."""
    chance = random.Random(seed)  # noqa: S311 - latencies
    tokens = most = BURST_SECONDS * rate
    waiting = deque((source, 0) for source in range(min(items, at_once)))
    begun, now, before = len(waiting), 0.0, 0.0
    under_way: list[tuple[float, int, int, str]] = []
    open_for: list[float] = []
    while waiting or under_way:
        tokens, before = min(most, tokens + (now - before) * rate), now
        while waiting and len(under_way) < at_once and tokens >= 1 - 1e-9:
            source, answered = waiting.popleft()
            tokens -= 1
            fault = next((name for name, share in SHARES.items() if chance.random() < share), "")
            seconds = chance.uniform(2, 20) * (3 if fault == "slow" else 1)
            open_for.append(seconds)
            heapq.heappush(under_way, (now + seconds, source, answered, fault))
        ends = [under_way[0][0]] if under_way else []
        if waiting and len(under_way) < at_once:
            ends.append(now + (1 - tokens) / rate)
        now = max(now, min(ends))
        while under_way and under_way[0][0] <= now + 1e-9:
            _, source, answered, fault = heapq.heappop(under_way)
            answered += fault not in {"500", "cut"}
            if answered < 2:
                waiting.append((source, answered))
            elif begun < items:
                waiting.append((begun, 0))
                begun += 1
    return now - ideal_seconds({"open_for": open_for, "sources": [""] * len(open_for)}, rate)


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--runs", type=int, default=40)
    options.add_argument("--items", type=int, default=1000)
    options.add_argument("--rate", type=float, default=4.0)
    options.add_argument("--at-once", type=int, default=74)
    asked = options.parse_args()
    told = [seconds_beyond(n, asked.items, asked.rate, asked.at_once) for n in range(asked.runs)]
    print(
        f"{asked.runs} runs of {asked.items} sources, {asked.rate:g} calls a second: mean "
        f"{mean(told):.1f} s beyond the ideal, median {median(told):.1f}, most {max(told):.1f}"
    )
