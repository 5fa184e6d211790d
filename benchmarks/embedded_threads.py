"""How many threads the embedded model should have, alone and beside busy programs.

    .venv/bin/python benchmarks/embedded_threads.py

Asks twelve guided questions with one thread and with as many as there are cores, first on a quiet
machine, then beside one busy process a core.
"""

import asyncio
import os
import subprocess
import sys
import time

from casebook.prompts.loader import load_prompt
from casebook.summarizer.drafting.guided import PARAMETERS, RestatedAnswer
from casebook.summarizer.models.client import OpenAICompatible
from casebook.summarizer.models.embedded import NAME, EmbeddedServer

QUESTIONS = [
    "The service runs on Kubernetes behind a gateway. Each request first meets a small router, "
    f"and only one in {number} reaches the large model on its own machine."
    for number in range(3, 15)
]


async def seconds(threads: int) -> float:
    """Return the time that all questions take."""
    server = EmbeddedServer(threads=threads)
    model = OpenAICompatible(NAME, server.base_url, server.api_key)
    prompt = load_prompt("guided/architecture")
    started = time.perf_counter()
    for text in QUESTIONS:
        await model.ask(prompt.render({"text": text}), RestatedAnswer, PARAMETERS)
    taken = time.perf_counter() - started
    await model.close()
    server.close()
    return taken


def main() -> None:
    """Print a Markdown table."""
    cores = os.cpu_count() or 2
    quiet = {threads: asyncio.run(seconds(threads)) for threads in (1, cores)}
    burning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    try:
        busy = {threads: asyncio.run(seconds(threads)) for threads in (1, cores)}
    finally:
        for process in burning:
            process.kill()
    print("| threads | alone, s | beside busy processes, s | ratio |\n|---|---|---|---|")
    for threads, alone in quiet.items():
        beside = busy[threads]
        print(f"| {threads} | {alone:.1f} | {beside:.1f} | {beside / alone:.1f} |")


if __name__ == "__main__":
    main()
