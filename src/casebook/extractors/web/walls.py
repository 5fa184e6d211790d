"""Tell a page that shows its text from one that asks for something first. Pure.

Each rule needs both the words of a wall and a page too short to be anything else, so a long
article about log-ins, cookies or CAPTCHAs, or one with a log-in link, never trips one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from casebook.extractors.text.characters import count_words
from casebook.extractors.web import wall_phrases as phrases
from casebook.schemas.errors import (
    Captcha,
    ConsentWall,
    DocumentEmpty,
    ExtractionError,
    LoginWall,
    NeedsJavaScript,
    Paywall,
    ServiceDown,
    SoftNotFound,
)

FEWEST_WORDS = 50
"""Under this many words a web page tells nothing that could be summarised."""

_NOTHING = 5
_SHORT = 120
_TEASER = 400
_OPENING = 300
_ENDING = 300
_SOME, _MANY = 2, 5
_MOSTLY = 0.6
_BETWEEN = re.compile(r"\s+[-–—|·•»:]+\s+|[|·•»]")
_SENTENCE_ENDS = tuple(".!?”\"'’)。！？")


@dataclass(frozen=True, slots=True)
class Page:
    """What the rules look at.

    ``text`` is what extraction gave, ``see`` gathers all text a reader sees, ``markup`` is the HTML
    source.
    """

    markup: str
    text: str
    see: Callable[[], str]
    title: str
    url: str

    @property
    def seen(self) -> str:
        """Return all text a reader sees, which a long text needs nobody to gather."""
        return self.see()

    @property
    def words(self) -> int:
        """Return how many words extraction gave."""
        return count_words(self.text)


def refuse_walls(page: Page) -> None:
    """Return quietly for a page that holds a text.

    Raises:
        Captcha: if the page wants proof of a human.
        SoftNotFound: if it says "not found" with status 200.
        LoginWall: if it asks to log in.
        ConsentWall: if it asks for consent before it shows anything.
        ServiceDown: if it says that the site is down for now.
        Paywall: if it shows a part and sells the rest.
        NeedsJavaScript: if it is an empty shell until its scripts run.
        DocumentEmpty: if under 50 words are left for no reason that we know.
    """
    if page.words >= _TEASER:
        _refuse_cut_off(page)
        return
    for applies, error, says in _RULES:
        if applies(page):
            raise error(f"{page.url or 'The page'} {says}")
    if page.words < FEWEST_WORDS:
        raise DocumentEmpty(
            f"{page.url or 'The page'} holds {page.words} words of text, too few for a document; "
            "check the address, or save the page from a browser and submit the file."
        )


def _is_challenge(page: Page) -> bool:
    if page.words >= _SHORT or count_words(page.seen) >= _TEASER:
        return False
    if phrases.CHALLENGE_TITLE.search(page.title):
        return bool(
            phrases.CHALLENGE_MARKUP.search(page.markup) or phrases.CHALLENGE_TEXT.search(page.seen)
        )
    return bool(phrases.CHALLENGE_TEXT.search(page.seen)) and page.words < _SHORT


def _is_down(page: Page) -> bool:
    if page.words >= _SHORT or count_words(page.seen) >= _TEASER:
        return False
    named = bool(phrases.MAINTENANCE_TITLE.search(page.title))
    said = bool(phrases.MAINTENANCE_TEXT.search(page.text or page.seen))
    return said and (named or page.words < FEWEST_WORDS)


def _is_missing(page: Page) -> bool:
    """Tell a page that says so first; an article about such pages has more to say in its title."""
    opening = _without_title(page)[:_OPENING]
    if phrases.MISSING_OPENING.search(opening) or _names_the_missing(page.title):
        return True
    said = phrases.MISSING_TEXT.search(opening or page.seen[:1_000]) is not None
    named = any(map(_names_the_missing, _BETWEEN.split(page.title)))
    return (named and (said or page.words < _SHORT)) or (said and page.words < _SHORT)


def _names_the_missing(part: str) -> bool:
    """Tell a title, or a part of one, that says little else than that nothing is there."""
    match = phrases.MISSING_TITLE.search(part.strip())
    return match is not None and len(match[0]) >= _MOSTLY * len(part.strip())


def _is_login(page: Page) -> bool:
    if page.words >= _SHORT:
        return False
    form = bool(phrases.PASSWORD_FIELD.search(page.markup))
    named = bool(phrases.LOGIN_TITLE.search(page.title) or phrases.LOGIN_URL.search(page.url))
    asked = bool(phrases.LOGIN_TEXT.search(page.text or page.seen))
    few = count_words(page.seen) < _TEASER
    return (
        (named and (form or asked))
        or (few and form and asked)
        or (few and asked and page.words < FEWEST_WORDS)
    )


def _is_consent(page: Page) -> bool:
    if page.words >= 2 * _SHORT:
        return False
    in_text = _hits(phrases.CONSENT_TEXT, page.text)
    in_all = in_text if page.words >= FEWEST_WORDS else _hits(phrases.CONSENT_TEXT, page.seen)
    if phrases.CONSENT_TITLE.search(page.title) or phrases.CONSENT_URL.search(page.url):
        return bool(in_all)
    # One phrase is a footer's; an article about consent has some of them and more to say.
    needed = _SOME if page.words < _SHORT else _MANY
    return len(in_text) >= needed or len(in_all) >= needed


def _hits(pattern: re.Pattern[str], text: str) -> set[str]:
    return {match.group().lower() for match in pattern.finditer(text)}


def _without_title(page: Page) -> str:
    return page.text.removeprefix(page.title).lstrip()


def _refuse_cut_off(page: Page) -> None:
    """Let a long text pass that does not end in an offer to read on for money.

    Raises:
        Paywall: if it does, and the page marks itself as sold.
    """
    if phrases.SOLD.search(page.markup) and phrases.PAYWALL_END.search(page.text[-_ENDING:]):
        raise Paywall(f"{page.url or 'The page'} {_SOLD}")


def _is_paywall(page: Page) -> bool:
    marked = bool(phrases.PAYWALL_MARKUP.search(page.markup))
    if (marked or page.words < 2 * _SHORT) and _sells_the_rest(page):
        return True
    return marked and (page.words < _SHORT or not page.text.rstrip().endswith(_SENTENCE_ENDS))


def _sells_the_rest(page: Page) -> bool:
    """Tell an offer at the end of the text or outside it; one within it is what it speaks of."""
    if phrases.PAYWALL_TEXT.search(page.text[-_ENDING:]):
        return True
    offers, told = (len(phrases.PAYWALL_TEXT.findall(text)) for text in (page.seen, page.text))
    return offers > told


def _is_shell(page: Page) -> bool:
    if page.words >= FEWEST_WORDS:
        return False
    if count_words(page.seen) < _NOTHING and "<script" in page.markup.lower():
        return True
    asks = bool(phrases.SCRIPT_TEXT.search(page.markup)) and count_words(page.seen) < _SHORT
    return asks or (
        bool(phrases.EMPTY_ROOT.search(page.markup)) and "<script" in page.markup.lower()
    )


_SAVE = "save the page from a browser where you see its text and submit the file."
_SOLD = f"shows only the beginning and sells the rest; with a subscription, {_SAVE}"
_RULES: tuple[tuple[Callable[[Page], bool], type[ExtractionError], str], ...] = (
    (
        _is_challenge,
        Captcha,
        f"takes casebook for a robot and shows no text; try again later, or {_SAVE}",
    ),
    (_is_down, ServiceDown, "says that the site is down for now; try again later."),
    (
        _is_missing,
        SoftNotFound,
        "says that the page does not exist, though the server reported success; check the address.",
    ),
    (_is_login, LoginWall, f"asks to log in before it shows its text; log in and {_SAVE}"),
    (_is_consent, ConsentWall, f"asks for consent before it shows its text; answer and {_SAVE}"),
    (
        _is_paywall,
        Paywall,
        _SOLD,
    ),
    (_is_shell, NeedsJavaScript, f"is empty until its scripts run; {_SAVE}"),
)
