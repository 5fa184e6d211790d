"""Pages of one to six megabytes that cost a reader the square of their size, and what they take.

    python benchmarks/heavy_pages.py [NAME …]

Each is read in a process of its own, within a worker's memory; the seconds are of the processor.
"""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice, product
from multiprocessing.connection import Connection

from casebook.extractors.registry import extract
from casebook.extractors.worker import Limits
from casebook.schemas.errors import CasebookError
from casebook.schemas.sources import Payload

TEXT = "<p>The team runs the model in production and reads each answer before it goes out.</p>" * 20
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def names(count: int) -> Iterator[str]:
    """Yield ``count`` distinct names of persons."""
    for letters in islice(product(LETTERS, repeat=4), count):
        yield "Ann " + "".join(letters).title()


def data(text: str) -> str:
    """Return a head with ``text`` as JSON-LD."""
    return f'<script type="application/ld+json">{text}</script>'


def nested(start: str, end: str, depth: int, times: int) -> str:
    """Return ``times`` nests of ``depth`` elements."""
    return (start * depth + end * depth) * times


PAGES: dict[str, Callable[[], tuple[str, str]]] = {
    "JSON-LD, broken: authors": lambda: (data("{" + '"author":"x",' * 100_000), ""),
    "JSON-LD, broken: persons": lambda: (data("{" + '"Person" ' * 120_000), ""),
    "JSON-LD, broken: publishers": lambda: (data("{" + '"publisher": 1 ' * 90_000), ""),
    "JSON-LD, broken: one string": lambda: (data('{"a": "' + '\\"' * 500_000), ""),
    "JSON-LD: 20,000 scripts": lambda: (
        "".join(data(f'{{"@type":"Person","name":"{name}"}}') for name in names(20_000)),
        "",
    ),
    "meta elements: 100,000": lambda: ('<meta property="x:y" content="z">' * 100_000, ""),
    "meta elements: 20,000 authors": lambda: (
        "".join(f'<meta name="author" content="{name}">' for name in names(20_000)),
        "",
    ),
    "meta element of 2 MB": lambda: (f'<meta property="og:title" content="{"< " * 10**6}">', ""),
    "class of 3 MB": lambda: ("", f'<div class="{"a b c " * 500_000}">x</div>'),
    "style of 3 MB": lambda: ("", f'<div style="{"color: red; " * 250_000}">x</div>'),
    "style of calc( 500,000 times": lambda: ("", f'<div style="{"calc(" * 500_000}">x</div>'),
    "attributes of one element: 20,000": lambda: (
        "",
        f"<div {' '.join(f'a{n}=1' for n in range(20_000))}>x</div>",
    ),
    "paragraphs: 300,000": lambda: ("", "<p>word two</p>" * 300_000),
    "line breaks: 400,000": lambda: ("", "<p>" + "word<br>" * 400_000),
    "headings: 150,000": lambda: ("", "<h2>Head of it</h2>" * 150_000),
    "first headings: 100,000": lambda: ("", "<h1>Head of it</h1>" * 100_000),
    "list items: 100,000": lambda: ("", "<ul>" + "<li><a href=/a>one word</a>" * 100_000 + "</ul>"),
    "rows: 120,000": lambda: ("", "<table>" + "<tr><td>a<td>b c" * 120_000 + "</table>"),
    "cells of one row: 400,000": lambda: ("", "<table><tr>" + "<td>b c" * 400_000 + "</table>"),
    "lists in lists, 100 deep": lambda: ("", nested("<ul><li>word ", "</li></ul>", 100, 1_000)),
    "tables in tables, 60 deep": lambda: (
        "",
        nested("<table><tr><td>word ", "</td></tr></table>", 60, 1_200),
    ),
    "div in div, 240 deep": lambda: ("", nested("<div>", "a word</div>", 240, 1_200)),
    "div in div, 100,000 deep": lambda: ("", nested("<div>", "</div>", 100_000, 1)),
    "marks in marks, 100 deep": lambda: ("", nested("<b><i>w ", "</i></b>", 100, 1_500)),
    "bold never closed: 100,000": lambda: ("", "<p><b>word " * 100_000),
    "svg of 200,000 paths": lambda: ("", "<svg>" + "<path d='M0 0'/>" * 200_000 + "</svg>"),
    "rules: 200,000": lambda: (
        "<style>" + "".join(f".c{n}{{display:none}}" for n in range(200_000)) + "</style>",
        "".join(f'<p class="c{n}">some words</p>' for n in range(20_000)),
    ),
    "rules never closed: 1,500,000": lambda: ("<style>" + "a{" * 1_500_000 + "</style>", ""),
    "style sheets: 100,000": lambda: ("", "<style>.a{display:none}</style>" * 100_000),
    "script of 5 MB": lambda: ("", "<script>" + "var a='<p>x</p>';" * 300_000 + "</script>"),
    "word of 5 MB": lambda: ("", "<p>" + "a" * 5_000_000),
    "hyphens: 2,000,000": lambda: ("", "<p>" + "a-" * 2_000_000),
    "blanks in a row: 5,000,000": lambda: ("", "<p>a" + " " * 5_000_000 + "b"),
    "entities: 1,000,000": lambda: ("", "<p>" + "&amp;" * 1_000_000),
    "ampersands: 5,000,000": lambda: ("", "<p>" + "&" * 5_000_000),
    "comments never closed": lambda: ("", TEXT + "<!--" * 1_000_000),
    "buttons with their parts: 40,000": lambda: (
        "",
        "".join(f"<b aria-controls=i{n}>o</b><p id=i{n} hidden>w x y z</p>" for n in range(40_000)),
    ),
    "boxes and labels of one id: 40,000": lambda: (
        "",
        "<label for=i>o</label><input id=i aria-controls=b>" * 40_000
        + "<p id=b hidden>w x y z</p>",
    ),
    "hidden parts: 80,000": lambda: ("", "<p hidden>some words in four</p>" * 80_000),
    "lines of an accordion: 40,000": lambda: (
        "",
        "<h2>q r</h2><p class=accordion-body hidden>some words in four</p>" * 40_000,
    ),
    "words of a program in colours: 100,000": lambda: (
        "",
        "<pre>" + "".join(f"<b style=color:#{n % 4096:03x}>x</b> " for n in range(100_000)),
    ),
    "names before what is said: 100,000": lambda: (
        "",
        "<p>Ann: some word</p><p>Bob Cole: yes</p>" * 50_000,
    ),
    "references: 60,000": lambda: ("", "<h2>References</h2>" + "<p>[1] Bo (2020). A.</p>" * 60_000),
}


def read(name: str, answer: Connection) -> None:
    """Read the page ``name``; send its size in bytes, seconds, megabytes and what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (Limits().memory_bytes,) * 2)
    head, body = PAGES[name]()
    page = f"<!doctype html><html lang=en><head><title>How it runs</title>{head}</head><body>"
    markup = f"{page}{body}<article>{TEXT}</article>".encode()
    start = time.process_time()
    try:
        came = f"{len(extract(Payload(data=markup, media_type='text/html')).text):,} characters"
    except (CasebookError, MemoryError) as error:
        came = type(error).__name__
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.send((len(markup) / 1e6, time.process_time() - start, peak, came))


def main() -> None:
    """Print a line for each page, as they come."""
    fork = multiprocessing.get_context("fork")
    extract(Payload(data=TEXT.encode(), media_type="text/html"))  # loads the parsers
    print("| page | MB | s | peak MB | read |\n|---|---|---|---|---|")
    for name in sys.argv[1:] or PAGES:
        ours, theirs = fork.Pipe(duplex=False)
        process = fork.Process(target=read, args=(name, theirs))
        process.start()
        theirs.close()
        size, seconds, peak, came = ours.recv()
        process.join()
        print(f"| {name} | {size:.1f} | {seconds:.1f} | {peak:.0f} | {came} |", flush=True)


if __name__ == "__main__":
    main()
