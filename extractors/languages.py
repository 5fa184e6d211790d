"""The language of a text."""

import re
from functools import cache
from typing import Any

# The languages of most of the web (W3Techs); with all 97, short English is taken for Pidgin.
_LANGUAGES = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro "
    "ru sk sl sr sv ta th tr uk ur vi zh"
).split()
_CODE = re.compile(r"[a-z]{2,3}(?=$|[-_])")
_FEWEST_CHARACTERS = 40


def language_of(text: str, stated: object = None) -> str | None:
    """Return the ISO 639 code that a document states, else detect it; None for short texts."""
    code = _CODE.match(stated[:20].strip().lower()) if isinstance(stated, str) else None
    if code:
        return code[0]
    sample = text[:20_000]
    if len(sample.strip()) < _FEWEST_CHARACTERS:
        return None
    return str(_classifier().classify(sample)[0])


@cache
def _classifier() -> Any:
    import py3langid  # half a second to load; many documents state their language

    py3langid.set_languages(_LANGUAGES)
    return py3langid
