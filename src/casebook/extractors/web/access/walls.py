"""Tell a page that shows its text from one that asks for something first. Pure.

A wall is short, has the words of one, and says little else: either its title is the wall's own, or
what it says beside those words is under 50 words. So an article about log-ins, cookies or CAPTCHAs,
or one with a log-in link, is read, however short, and what an article quotes does not count. A page
that is read although something speaks against it comes with a doubt, for the curator.
"""

import re
from collections.abc import Callable

from casebook.extractors.text.characters import count_words
from casebook.extractors.web.access import wall_phrases as phrases
from casebook.extractors.web.access.paywalls import doubt_of, is_cut
from casebook.extractors.web.access.shown_page import Page
from casebook.schemas.errors import (
    Captcha,
    ConsentWall,
    DocumentEmpty,
    ExtractionError,
    LoginWall,
    NeedsJavaScript,
    Paywall,
    RegionBlocked,
    ServiceDown,
    SoftNotFound,
)

FEWEST_WORDS = 50
"""Under this many words a web page tells nothing that could be summarised."""

_FEWEST_OF_ARTICLE = 20
_NOTHING = 5
_SHORT = 120
_LONG = 400
_OPENING = 300
_SOME = 2
_WORDS_A_PHRASE = 40
_MOSTLY = 0.6
_LABEL = 4
_PARAGRAPH = 25
_BETWEEN = re.compile(r"\s+[-–—|·•»:]+\s+|[|·•»]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")


def refuse_walls(page: Page) -> str | None:
    """Return what a curator should look at in a page that holds a text, None where nothing is.

    Raises:
        Captcha: if the page wants proof of a human.
        SoftNotFound: if it says "not found" with status 200.
        RegionBlocked: if it is kept from the country that it was asked from.
        LoginWall: if it asks to log in.
        ConsentWall: if it asks for consent before it shows anything.
        ServiceDown: if it says that the site is down for now.
        Paywall: if it shows a part and sells the rest.
        NeedsJavaScript: if it is an empty shell until its scripts run.
        DocumentEmpty: if too few words are left for no reason that we know: under 50, or under 20
            of what says that it is an article.
    """
    # Of a long page nothing is asked but its end.
    spoken = page.unquoted() if page.is_article or page.words < _LONG else page
    for applies, error, says in _RULES:
        # A form about cookies quotes its own buttons.
        if applies(page if error is ConsentWall else spoken):
            raise error(f"{page.url or 'The page'} {says}")
    if page.words < (_FEWEST_OF_ARTICLE if page.is_article else FEWEST_WORDS):
        raise DocumentEmpty(
            f"{page.url or 'The page'} holds {page.words} words of text, too few for a document; "
            "check the address, or save the page from a browser and submit the file."
        )
    return _doubt(page)


def _doubt(page: Page) -> str | None:
    if doubt := doubt_of(page):
        return doubt
    few = page.words < FEWEST_WORDS
    return f"only {page.words} words; see whether the page holds more" if few else None


def _is_challenge(page: Page) -> bool:
    few, short = page.words < FEWEST_WORDS, page.words < _SHORT
    if page.words >= _LONG:
        return False
    named = _is_named(page, phrases.CHALLENGE_TITLE, phrases.CHALLENGE_TEXT)
    # Some tell at length why they ask, under a title that says it.
    if not (short or named) or count_words(page.seen) >= _LONG:
        return False
    proved = bool(phrases.CHALLENGE_PAGE.search(page.markup))
    asked = proved or (short and bool(phrases.CHALLENGE_TEXT.search(page.seen)))
    asked = asked or ((few or named) and bool(phrases.CHALLENGE_HINT.search(page.seen)))
    if not asked:
        return few and _is_guarded(page, named=named)
    if proved and (
        few or (short and phrases.CHALLENGE_TEXT.search(page.seen) and not _takes(page))
    ):
        return True
    return named or _says_little_beside(phrases.CHALLENGE_TEXT, page)


def _is_guarded(page: Page, *, named: bool) -> bool:
    """Tell a page with next to no text that is called a challenge, or has a form of one alone."""
    if named and phrases.CHALLENGE_MARKUP.search(page.markup):
        return True
    if _takes(page) or _awaits_scripts(page):
        return False
    return bool(phrases.CHALLENGE_FIELD.search(page.markup))


def _takes(page: Page) -> bool:
    """Tell a page that takes words of its reader: a comment, or a password."""
    fields = (phrases.WRITTEN_FIELD, phrases.PASSWORD_FIELD)
    return any(field.search(page.markup) for field in fields)


def _is_down(page: Page) -> bool:
    if page.words >= _SHORT or count_words(page.seen) >= _LONG:
        return False
    said = page.text if page.words >= FEWEST_WORDS else page.seen
    tells, hints = phrases.MAINTENANCE_TEXT.search(said), phrases.MAINTENANCE_HINT.search(said)
    if not (tells or hints) or _is_named(page, phrases.MISSING_TITLE):
        return False
    if _is_named(page, phrases.MAINTENANCE_TITLE, phrases.MAINTENANCE_TEXT):
        return True
    return bool(tells) and _says_little_beside(phrases.MAINTENANCE_TEXT, page)


def _is_missing(page: Page) -> bool:
    """Tell a page that says so first; an article about such pages has more to say in its title."""
    opening = _without_title(page)[:_OPENING]
    if page.words >= _LONG:  # of teasers, below the two lines that say so
        named = not page.is_article and _is_named(page, phrases.MISSING_TITLE)
        return named and phrases.MISSING_TEXT.search(page.seen[:1_000]) is not None
    if (
        _is_marked_missing(page)
        or phrases.MISSING_OPENING.search(opening)
        or _covers(phrases.MISSING_TITLE, page.title)
    ):
        return True
    # Of a page with next to no text, extraction may have left out the line that says so.
    begun = opening if page.words >= FEWEST_WORDS else f"{opening}\n{page.seen[:1_000]}"
    said = phrases.MISSING_TEXT.search(begun) is not None
    if _is_named(page, phrases.MISSING_TITLE):
        return said or page.words < _SHORT
    sighs = any(map(phrases.MISSING_SIGH.search, page.called))
    few = page.words < FEWEST_WORDS and not page.is_article
    if sighs and page.words < _SHORT and not _has_paragraph(page.text):
        return True
    said = said or (few and phrases.MISSING_HINT.search(begun) is not None)
    return said and page.words < _SHORT and _says_little_beside(phrases.MISSING_TEXT, page)


def _is_marked_missing(page: Page) -> bool:
    """Tell what a publishing system calls its page for what is not there.

    A part for what is not there may stand in any page's source, and be shown at another time.
    """
    body = phrases.BODY.search(page.markup)
    if body is not None and phrases.MISSING_BODY.search(body[0]):
        return True
    return bool(phrases.MISSING_PART.search(page.markup)) and not _has_paragraph(page.text)


def _has_paragraph(text: str) -> bool:
    """Tell a text that says something from lines that lead elsewhere, as teasers do."""
    return any(count_words(line) >= _PARAGRAPH for line in text.split("\n"))


def _is_elsewhere(page: Page) -> bool:
    """Tell a page that is kept from the country that it was asked from."""
    if page.words >= _SHORT:
        return False
    said = _without_title(page) if page.words >= FEWEST_WORDS else page.seen
    if not phrases.REGION_TEXT.search(said):
        return False
    return page.words < FEWEST_WORDS or _is_named(page, phrases.REGION_TITLE)


def _is_login(page: Page) -> bool:
    if page.words >= _SHORT:
        return False
    form = bool(phrases.PASSWORD_FIELD.search(page.markup))
    seen = count_words(page.seen)
    asked = bool(phrases.LOGIN_TEXT.search(page.text if page.words >= FEWEST_WORDS else page.seen))
    named = bool(phrases.LOGIN_TITLE.search(page.title))
    own = _is_named(page, phrases.LOGIN_TITLE, phrases.LOGIN_TEXT)
    if own or phrases.LOGIN_URL.search(page.url):
        return form or asked
    few = named or seen < _LONG
    alone = seen < FEWEST_WORDS
    return (
        few and asked and (form or named or alone) and _says_little_beside(phrases.LOGIN_TEXT, page)
    )


def _is_form(page: Page) -> bool:
    """Tell a page of which nothing is left beside a password's field, or words of an account."""
    if page.words >= FEWEST_WORDS or page.is_article or _awaits_scripts(page):
        return False
    asks = phrases.PASSWORD_FIELD.search(page.markup) or phrases.LOGIN_HINT.search(page.seen)
    return asks is not None


def _is_consent(page: Page) -> bool:
    if page.words >= _LONG:
        return False
    hits = _hits(phrases.CONSENT_TEXT, page.text if page.words >= FEWEST_WORDS else page.seen)
    if phrases.CONSENT_URL.search(page.url):
        return bool(hits) and page.words < 2 * _SHORT
    # An article about consent has words of it, and more to say.
    mainly = 2 * _beside(phrases.CONSENT_TERM, page.text) <= page.words
    if _is_named(page, phrases.CONSENT_TITLE):
        return bool(hits) and (mainly or page.words < FEWEST_WORDS)
    # One phrase is a footer's.
    return mainly and len(hits) >= max(_SOME, page.words / _WORDS_A_PHRASE)


def _hits(pattern: re.Pattern[str], text: str) -> set[str]:
    return {match.group().lower() for match in pattern.finditer(text)}


def _is_named(page: Page, *patterns: re.Pattern[str]) -> bool:
    """Tell a page one of whose titles is the wall's own, beside a short name of the site at most.

    Walls call themselves one thing to machines and another in their heading.
    """
    return any(
        _covers(pattern, part) and count_words(title) - count_words(part) <= _LABEL
        for title in dict.fromkeys([page.title, *page.called])
        for part in [title, *_BETWEEN.split(title.strip())]
        for pattern in patterns
    )


def _covers(pattern: re.Pattern[str], part: str) -> bool:
    """Tell a title, or a part of one, that says little else than ``pattern``."""
    match = pattern.search(part.strip())
    return match is not None and len(match[0]) >= _MOSTLY * len(part.strip())


def _says_little_beside(pattern: re.Pattern[str], page: Page) -> bool:
    return _beside(pattern, _without_title(page)) < FEWEST_WORDS


def _beside(pattern: re.Pattern[str], text: str) -> int:
    """Return the words of the sentences of ``text`` without ``pattern``."""
    return sum(count_words(part) for part in _SENTENCE.split(text) if not pattern.search(part))


def _without_title(page: Page) -> str:
    return page.text.removeprefix(page.title).lstrip()


def _is_shell(page: Page) -> bool:
    if page.words >= FEWEST_WORDS:
        return False
    if count_words(page.seen) < _NOTHING and "<script" in page.markup.lower():
        return True
    asks = bool(phrases.SCRIPT_TEXT.search(page.markup)) and count_words(page.seen) < _SHORT
    # Of a page with next to no text, what stands in its root says that it loads.
    root = phrases.ROOT if page.words < _FEWEST_OF_ARTICLE else phrases.EMPTY_ROOT
    few, waits = page.words < _FEWEST_OF_ARTICLE, phrases.LOADING
    return asks or _awaits_scripts(page, root) or (few and _awaits_scripts(page, waits))


def _awaits_scripts(page: Page, root: re.Pattern[str] = phrases.EMPTY_ROOT) -> bool:
    """Tell a page whose text its scripts put in, whatever forms lie beside its place."""
    return bool(root.search(page.markup)) and "<script" in page.markup.lower()


_SAVE = "save the page from a browser where you see its text and submit the file."
_ASKS_TO_LOG_IN = f"asks to log in before it shows its text; log in and {_SAVE}"
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
    (
        _is_elsewhere,
        RegionBlocked,
        f"is not shown in the country that this machine is in; {_SAVE}",
    ),
    (_is_login, LoginWall, _ASKS_TO_LOG_IN),
    (_is_consent, ConsentWall, f"asks for consent before it shows its text; answer and {_SAVE}"),
    (
        is_cut,
        Paywall,
        _SOLD,
    ),
    (_is_form, LoginWall, _ASKS_TO_LOG_IN),
    (_is_shell, NeedsJavaScript, f"is empty until its scripts run; {_SAVE}"),
)
