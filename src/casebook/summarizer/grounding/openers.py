"""Names that open a sentence and look like an ordinary word: "Databricks", "Anthropic". Pure.

A sentence starts with a capital, so an ending such as "-s" or "-ic" speaks against a name. Two
things speak for one: the taxonomy has it as a product, or the source says the same of a name.
"""

import re
from collections.abc import Collection
from functools import cache

from casebook.schemas.taxonomy import load_taxonomy
from casebook.summarizer.grounding.source_text import Run, tokens
from casebook.summarizer.language.wording import openers

# Who does what a company does, and is no company: "Engineers built …".
_PEOPLE = re.compile(
    r".*(?:ers|ors|ists|ants|ents|ees|ians|sts|teams|groups|models|systems)", re.IGNORECASE
)


def disguised_names(text: str, after_names: Collection[Run]) -> set[str]:
    """Return the opening words of ``text`` that are names, however ordinary they look.

    ``after_names`` are the runs that follow names in the source (``runs_after_names``).
    """
    found = set()
    for word, rest in openers(text):
        run = tuple(token.stem for token in tokens(rest)[:3])
        stands_for_one = run in after_names and not _PEOPLE.fullmatch(word)
        if stands_for_one or word in _products():
            found.add(word)
    return found


@cache
def _products() -> frozenset[str]:
    """Return the products and makers of the taxonomy whose name is one word."""
    tools = (term for term in load_taxonomy().terms if term.group == "tool")
    return frozenset(term.label for term in tools if " " not in term.label)
