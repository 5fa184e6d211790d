"""Tell a page that shows its text from one that asks for something first. Pure.

Each rule needs both the words of a wall and a page too short to be anything else, so a long
article about log-ins, cookies or CAPTCHAs, or one with a log-in link, never trips one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from casebook.extractors.characters import count_words
from casebook.schemas.errors import (
    Captcha,
    ConsentWall,
    DocumentEmpty,
    ExtractionError,
    LoginWall,
    NeedsJavaScript,
    Paywall,
    SoftNotFound,
)

FEWEST_WORDS = 50
"""Under this many words a web page tells nothing that could be summarised."""

_SHORT = 120
_TEASER = 400


@dataclass(frozen=True, slots=True)
class Page:
    """What the rules look at.

    ``text`` is what extraction gave, ``seen`` all text a reader sees, ``markup`` the HTML source.
    """

    markup: str
    text: str
    seen: str
    title: str
    url: str

    @property
    def words(self) -> int:
        """Return how many words extraction gave."""
        return count_words(self.text)


def _compiled(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_CHALLENGE_TITLE = _compiled(
    r"^just a moment", r"^attention required", r"^verify(ing)? (that )?you are", r"^are you (a )?(human|robot)",
    r"^(security|browser) (check|verification)", r"^one more step$", r"^pardon our interruption",
    r"^access to this page has been denied", r"^robot (check|or human)", r"^ddos-guard", r"captcha",
)  # fmt: skip
_CHALLENGE_TEXT = _compiled(
    r"verify(ing)? (that )?you(’|'| a)re (a |not a )?(human|robot|bot)", r"confirm (that )?you(’|'| a)re (a )?human",
    r"checking (if the site connection is secure|your browser)", r"complete the (security check|captcha)",
    r"(enter|solve|type) the (characters|captcha)", r"unusual traffic from your",
    r"enable javascript and cookies to continue", r"press (&|and) hold", r"i(’|')?m not a robot",
    r"needs to review the security of your connection",
)  # fmt: skip
_CHALLENGE_MARKUP = _compiled(
    r"/cdn-cgi/challenge-platform/", r"challenges\.cloudflare\.com", r"cf-turnstile", r"cf_chl_opt",
    r"g-recaptcha", r"hcaptcha\.com", r"px-captcha", r"geo\.captcha-delivery\.com", r"_incapsula_resource",
)  # fmt: skip
_LOGIN_TITLE = _compiled(
    r"^(please )?(log|sign)[ -]?in\b", r"\b(log|sign)[ -]?in( page| required)?$", r"^(user )?(login|log on)\b",
    r"^(login|authentication|authorization) required", r"^authwall",
)  # fmt: skip
_LOGIN_TEXT = _compiled(
    r"(log|sign)[ -]?in (to (continue|view|read|access|see|your)|with your|or (sign|create|register|join))",
    r"(you must|you need to|please|you have to) (be logged|be signed|log|sign)[ -]?(in\b)?",
    r"forgot(ten)? (your )?(password|username)", r"(join|sign up) (now|today|for free)? ?to (see|view|read|continue)",
    r"(password|username|e-?mail)[\s\S]{0,60}(log|sign)[ -]?in",
)  # fmt: skip
_PASSWORD = _compiled(r"<input[^>]{0,300}type\s*=\s*[\"']?password")
_LOGIN_URL = _compiled(r"/(login|signin|sign-in|log-in|authwall|sso|oauth|accounts?/login)\b")
_CONSENT_TITLE = _compiled(
    r"^before you continue", r"^(cookie|privacy|your privacy)( consent| settings| choices| policy)?$",
    r"consent", r"^we value your privacy", r"^your privacy",
)  # fmt: skip
_CONSENT_TEXT = _compiled(
    r"before you continue to", r"(accept|reject|agree to|allow) (all|and continue|& continue|cookies)",
    r"we (and our (\d+ )?(partners|vendors)|use cookies)", r"(manage|customi[sz]e) (cookies|preferences|settings|choices|options)",
    r"legitimate interest", r"store and/or access information", r"cookies? (consent|policy|preferences)",
    r"consent to (the use|our use|cookies)", r"we value your privacy",
)  # fmt: skip
_CONSENT_URL = _compiled(r"//consent\.", r"/(consent|collectconsent|cookie-?wall|privacy-?gate)\b")
_PAYWALL_TEXT = _compiled(
    r"subscribe (now )?(to|and) (continue|keep|read|unlock|get (full|unlimited))",
    r"(article|story|content|post) is (only |exclusively )?(available )?(for|to) (paid |paying |our )?(subscribers|members)",
    r"to (continue|keep) reading,? (please )?(subscribe|become|sign|log|join|upgrade|create|register|start)",
    r"(become a|for) (paid )?(member|subscriber)s?,? to (read|access|unlock|continue)", r"unlock (this|the full) (article|story|post)",
    r"(already a|existing) (subscriber|member)\?", r"this (post|article|story) is for (paid |paying )?(subscribers|members)",
    r"(you(’|')ve|you have) (reached|read|used) (your|all|the)[\w ]{0,30}(limit|free (articles|stories))",
    r"start your (free )?(trial|subscription)[\w ]{0,30}(read|continue|access)", r"member-only story",
)  # fmt: skip
_PAYWALL_MARKUP = _compiled(
    r"\"isAccessibleForFree\"\s*:\s*\"?false", r"class=\"[^\"]{0,200}\bpaywall", r"id=\"[^\"]{0,100}paywall"
)
_MISSING_TITLE = _compiled(
    r"^(error )?404\b", r"^(the )?page (was |is |you requested |you are looking for )?(not found|could not be found|cannot be found|can(’|')t be found|missing|unavailable)",
    r"^(oops|sorry|uh-oh|whoops)[\s!,.:-]", r"^not found\b", r"page not found", r"\b404( error)?( page)?$", r"^nothing (was )?found",
    r"^(this|that|the) (page|article|post|content) (does ?n(’|')t|does not|no longer) exist", r"^seite nicht gefunden", r"^page introuvable",
)  # fmt: skip
_MISSING_TEXT = _compiled(
    r"page (was |is |could |can |can|you(’|')?(re| are)? (requested|looking for|trying)[\w ,']{0,40})?(not be found|not found|n(’|')t be found|n(’|')t found|does not exist|does ?n(’|')t exist|has been (moved|removed|deleted)|no longer (exists|available)|is unavailable)",
    r"(couldn(’|')t|could not|can(’|')t|cannot|unable to) find (the|that|this|what|your) (page|article|post|content|you)",
    r"nothing (was )?found (here|at this)", r"(error|http) 404",
)  # fmt: skip
_SCRIPT_TEXT = _compiled(
    r"(enable|requires?|need[s]?|turn on|without|activate|support)[\w ]{0,40}java ?script",
    r"java ?script[\w ]{0,40}(enabled|disabled|required|not (available|supported))",
)  # fmt: skip
_EMPTY_ROOT = _compiled(
    r"<(div|main|app-root|section)[^>]{0,120}\bid\s*=\s*[\"']?(root|app|__next|__nuxt|___gatsby|svelte|react-root|main-app|mount|page-root)[\"']?[^>]{0,120}>\s*</",
    r"<app-root[^>]{0,120}>\s*</app-root>",
)


def refuse_walls(page: Page) -> None:
    """Return quietly for a page that holds a text.

    Raises:
        Captcha: if the page wants proof of a human.
        SoftNotFound: if it says "not found" with status 200.
        LoginWall: if it asks to log in.
        ConsentWall: if it asks for consent before it shows anything.
        Paywall: if it shows a part and sells the rest.
        NeedsJavaScript: if it is an empty shell until its scripts run.
        DocumentEmpty: if under 50 words are left for no reason that we know.
    """
    if page.words >= _TEASER:
        return
    for applies, error, says in _RULES:
        if applies(page):
            raise error(f"{page.url or 'The page'} {says}")
    if page.words < FEWEST_WORDS:
        raise DocumentEmpty(
            f"{page.url or 'The page'} holds {page.words} words of text, too few for a document; "
            "check that it is the right address, or save the page from a browser and submit the file."
        )


def _is_challenge(page: Page) -> bool:
    if page.words >= _SHORT or count_words(page.seen) >= _TEASER:
        return False
    if _CHALLENGE_TITLE.search(page.title):
        return bool(_CHALLENGE_MARKUP.search(page.markup) or _CHALLENGE_TEXT.search(page.seen))
    return bool(_CHALLENGE_TEXT.search(page.seen)) and page.words < _SHORT


def _is_missing(page: Page) -> bool:
    if _MISSING_TITLE.search(page.title):
        return bool(_MISSING_TEXT.search(page.seen)) or page.words < _SHORT
    return page.words < _SHORT and bool(_MISSING_TEXT.search(page.text or page.seen[:1_000]))


def _is_login(page: Page) -> bool:
    if page.words >= _SHORT:
        return False
    form = bool(_PASSWORD.search(page.markup))
    named = bool(_LOGIN_TITLE.search(page.title) or _LOGIN_URL.search(page.url))
    asked = bool(_LOGIN_TEXT.search(page.text or page.seen))
    few = count_words(page.seen) < _TEASER
    return (named and (form or asked)) or (few and form and asked) or (few and asked and page.words < FEWEST_WORDS)


def _is_consent(page: Page) -> bool:
    if page.words >= 2 * _SHORT:
        return False
    hits = {match.group().lower() for match in _CONSENT_TEXT.finditer(page.seen)}
    if _CONSENT_TITLE.search(page.title) or _CONSENT_URL.search(page.url):
        return bool(hits)
    in_text = {match.group().lower() for match in _CONSENT_TEXT.finditer(page.text)}
    return len(in_text) >= 2 or (len(hits) >= 2 and page.words < FEWEST_WORDS)  # noqa: PLR2004 - one phrase is a footer's


def _is_paywall(page: Page) -> bool:
    sold = bool(_PAYWALL_TEXT.search(page.seen))
    marked = bool(_PAYWALL_MARKUP.search(page.markup))
    return (sold and (marked or page.words < 2 * _SHORT)) or (marked and page.words < _SHORT)


def _is_shell(page: Page) -> bool:
    if page.words >= FEWEST_WORDS:
        return False
    asks = bool(_SCRIPT_TEXT.search(page.markup)) and count_words(page.seen) < _SHORT
    return asks or (bool(_EMPTY_ROOT.search(page.markup)) and "<script" in page.markup.lower())


_SAVE = "save the page from a browser where you see its text and submit the file."
_RULES: tuple[tuple[Callable[[Page], bool], type[ExtractionError], str], ...] = (
    (_is_challenge, Captcha, f"asks for proof of a human instead of showing its text; try again later, or {_SAVE}"),
    (_is_missing, SoftNotFound, "says that the page does not exist, though the server reported success; check the address."),
    (_is_login, LoginWall, f"asks to log in before it shows its text; log in and {_SAVE}"),
    (_is_consent, ConsentWall, f"asks for consent before it shows its text; answer it and {_SAVE}"),
    (_is_paywall, Paywall, f"shows only the beginning and sells the rest; with a subscription, {_SAVE}"),
    (_is_shell, NeedsJavaScript, f"is empty until its scripts run; {_SAVE}"),
)  # fmt: skip
