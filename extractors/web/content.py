"""Which part of a page is its text: trafilatura decides, resiliparse is a second opinion."""

import logging
from typing import Any

import trafilatura

from extractors.blocks import Block
from extractors.web.tree_blocks import mark_code, tree_blocks

# Their failures end in our steps and errors; log lines would repeat them.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

MOST_ELEMENTS = 20_000
"""Elements above which trafilatura, whose time grows with their square, is left out."""

_FURNITURE = ("nav", "header", "footer", "aside", "form")


def main_blocks(tree: Any, url: str | None) -> list[Block]:
    """Return the blocks of the main text of a page."""
    mark_code(tree)
    found: Any = trafilatura.bare_extraction(tree, url=url, include_comments=False)
    return tree_blocks(found.body) if found is not None else []
