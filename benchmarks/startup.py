"""How long a person waits for the command line, beside a bare interpreter.

    .venv/bin/python benchmarks/startup.py [RUNS]

Whole processes, run in turn; the median of RUNS (7) and its ratio to ``python -c pass``.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "casebook --help": ["-m", "casebook", "--help"],
    "casebook list": ["-m", "casebook", "list"],
    "import prefect": ["-c", "import prefect"],
}


def seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """Return the wall time of one run."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=True)
    return time.perf_counter() - started


def main(runs: int) -> None:
    """Print a Markdown table."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "CASEBOOK_HOME": home}
        for arguments in COMMANDS.values():
            seconds(arguments, environment)
        taken = {
            name: [seconds(arguments, environment) for _ in range(runs)]
            for name, arguments in COMMANDS.items()
        }
    base = statistics.median(taken["python -c pass"])
    print("| command | median s | min s | ratio |\n|---|---|---|---|")
    for name, times in taken.items():
        middle = statistics.median(times)
        print(f"| `{name}` | {middle:.3f} | {min(times):.3f} | {middle / base:.1f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 7)
