"""Recognizes sentences that a model copied from a prompt instead of a source."""

from functools import cache

from prompts.lock import FOLDER
from summarizer.quotes import comparable
from summarizer.sentences import words

NOTE = "copied from the prompt"
"""The reason for dropping such a statement."""

_LEAST_WORDS = 4  # fewer can be equal by chance


def is_copied(text: str) -> bool:
    """Return whether ``text`` is part of a prompt, such as one of its examples."""
    return len(words(text)) >= _LEAST_WORDS and comparable(text).strip(" .") in _prompts()


@cache
def _prompts() -> str:
    files = sorted(FOLDER.rglob("v*.md"))
    return "\n".join(comparable(file.read_text("utf-8")) for file in files)
