"""What trafilatura reads of a page: a second opinion on which blocks are its text, or all of it."""

import logging
from copy import copy
from itertools import islice
from typing import Any

import trafilatura
from lxml import etree  # type: ignore[import-untyped]  # it ships no types
from trafilatura.settings import MANUALLY_CLEANED, Extractor

from casebook.extractors.text.passages import Block
from casebook.extractors.web.markup.tree_blocks import blocks_of

# Elements; of 470 real pages the largest has 6,449.
_MOST_FOR_TRAFILATURA = 30_000

_QUICKLY = Extractor(output_format="python", comments=False, fast=True)
# What it drops without a look into it; before that it looks for much among all elements. But for
# what stands in lines: days and labels are read where it falls back on all that a page says.
_LEFT_OUT = set(MANUALLY_CLEANED) - set(
    "figure form head math picture script fieldset label legend output time".split()
)

# Every failure of trafilatura ends in our own steps or errors; its log lines would say it twice.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def is_too_large(tree: Any) -> bool:
    """Tell a page whose paragraphs trafilatura would compare for minutes: their square."""
    return next(islice(tree.iter(), _MOST_FOR_TRAFILATURA, None), None) is not None


def quick_reading(tree: Any, url: str) -> str:
    """Return the lines that trafilatura reads without its own fallbacks.

    Where it finds too little it looks at all of a page, whose text may be in a button that never
    ends; so it is given all of it then.
    """
    likely = copy(tree)
    etree.strip_elements(likely, *_LEFT_OUT, with_tail=False)
    read = _read(likely, url)
    return read if len(read) >= _QUICKLY.min_extracted_size else _read(tree, url)


def _read(tree: Any, url: str) -> str:
    found: Any = trafilatura.bare_extraction(tree, url=url or None, options=_QUICKLY)
    return (found.text or "") if found is not None else ""


def generous_reading(tree: Any, url: str) -> list[Block]:
    """Return the blocks of all that trafilatura takes for text when in doubt."""
    found: Any = trafilatura.bare_extraction(
        tree, url=url or None, include_comments=False, include_formatting=True, favor_recall=True
    )
    return blocks_of(found.body) if found is not None else []
