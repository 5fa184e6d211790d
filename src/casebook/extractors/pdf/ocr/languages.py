"""Which of its languages tesseract reads a scan in: the document's, where its data is there."""

import subprocess
from collections.abc import Collection
from functools import lru_cache

_CODES = dict(
    pair.split(":")
    for pair in (
        "ar:ara bg:bul ca:cat cs:ces da:dan de:deu el:ell en:eng es:spa et:est fa:fas fi:fin "
        "fr:fra he:heb hi:hin hr:hrv hu:hun id:ind it:ita ja:jpn ko:kor lt:lit lv:lav nb:nor "
        "nl:nld nn:nor no:nor pl:pol pt:por ro:ron ru:rus sk:slk sl:slv sr:srp sv:swe th:tha "
        "tr:tur uk:ukr vi:vie zh:chi_sim"
    ).split()
)
"""From ISO 639-1 to tesseract's names, which are ISO 639-2 but for Chinese."""

_USUAL = "eng"
_NO_LANGUAGE = {"osd", "equ", "snum"}
_LISTING_SECONDS = 10.0


@lru_cache(maxsize=4)
def installed(program: str, data: str | None) -> frozenset[str]:
    """Return the languages of ``program``, whose data may lie in the folder ``data``."""
    folder = ["--tessdata-dir", data] if data else []
    try:
        listed = subprocess.run(  # noqa: S603 - the program that PATH names, fixed arguments
            [program, *folder, "--list-langs"],
            capture_output=True,
            timeout=_LISTING_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset({_USUAL})
    names = listed.stdout.decode("utf-8", "replace").splitlines()[1:]
    return frozenset(names) - _NO_LANGUAGE or frozenset({_USUAL})


def choose(language: str | None, there: Collection[str]) -> tuple[str, str | None]:
    """Return tesseract's name for an ISO 639-1 code, and which one is missing in its place.

    Where no language is known, or its data is not there, English is taken, else what is there.
    """
    usual = _USUAL if _USUAL in there else min(there)
    wanted = _CODES.get((language or "")[:2].lower())
    if wanted is None or wanted in there:
        return wanted or usual, None
    return usual, wanted
