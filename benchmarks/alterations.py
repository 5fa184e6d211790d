"""Ways to make a sentence of a source false, or to say it otherwise and keep it true. Pure.

Each takes a sentence, its source and a random generator, and returns the sentence changed, or None
where it has nothing of the kind. What makes a sentence false is drawn so that the source does not
happen to say the new one: a date that it does not have as a whole, a name that stands elsewhere.
"""

import re
from collections.abc import Callable, Mapping
from random import Random

from casebook.summarizer.grounding.source_text import SourceText
from casebook.summarizer.language.wording import STOP, names, words

Change = Callable[[str, SourceText, Random], str | None]

MONTHS = (
    "January February March April May June July August September October November December"
).split()
_MONTH = "|".join(MONTHS)
_WHOLE_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}}) )?(?P<month>{_MONTH})(?: (?P<day2>\d{{1,2}}),)?,? (?P<year>20\d\d)\b"
)
_ONES = "two three four five six seven eight nine ten eleven twelve".split()
_SPELLED = re.compile(rf"(?<![-\w])(?:{'|'.join(_ONES)})(?![-\w])(?! (?:of|or|and|to)\b)")
_ORDINALS = "first second third fourth fifth sixth seventh".split()
_ORDINAL = re.compile(rf"\b(?:{'|'.join(_ORDINALS[1:])})\b(?! of\b)")
_NUMBER = r"\d[\d,]*(?:\.\d+)?"


def _replace(text: str, found: re.Match[str], new: str) -> str:
    if found[0][:1].isupper():
        new = new[:1].upper() + new[1:]
    return text[: found.start()] + new + text[found.end() :]


def _one(pattern: str | re.Pattern[str], text: str, rng: Random) -> re.Match[str] | None:
    found = list(re.finditer(pattern, text))
    return rng.choice(found) if found else None


def _by_table(table: Mapping[str, str], text: str, rng: Random) -> str | None:
    """Replace one expression of ``table`` (regular, with groups) that occurs in ``text``."""
    found = [(p, m) for p in table for m in re.finditer(rf"\b(?:{p})(?:\b|(?<= ))", text)]
    if not found:
        return None
    pattern, spot = rng.choice(found)
    return _replace(text, spot, re.sub(pattern, table[pattern], spot[0]))


# False ones.


def date_of_two(text: str, source: SourceText, rng: Random) -> str | None:
    """Give a date the month, year or day of another date of the source."""
    spot = _one(_WHOLE_DATE, text, rng)
    if not spot:
        return None
    dates = list(_WHOLE_DATE.finditer(source.text))
    written = {m[0] for m in dates}
    new = [
        spot[0].replace(spot[part], other[key])
        for part in ("day", "day2", "month", "year")
        for other in dates
        for key in ({"day", "day2"} if part.startswith("day") else {part})
        if spot[part] and other[key]
    ]
    made = sorted({date for date in new if date not in written})
    return text.replace(spot[0], rng.choice(made)) if made else None


def range_turned(text: str, _source: SourceText, rng: Random) -> str | None:
    """Exchange the ends of "from 18% to 31%"."""
    pattern = (
        rf"\bfrom ((?:\w+ )?[$€£]?{_NUMBER}\S*) (?:[\w-]+ )?to ((?:\w+ )?[$€£]?{_NUMBER}[\w%]*)"
    )
    spot = _one(pattern, text, rng)
    if not spot or spot[1] == spot[2]:
        return None
    return (
        text[: spot.start(1)]
        + spot[2]
        + text[spot.end(1) : spot.start(2)]
        + spot[1]
        + text[spot.end(2) :]
    )


def points_for_percent(text: str, _source: SourceText, rng: Random) -> str | None:
    """Say percentage points for percent, or the other way round."""
    spot = _one(rf"({_NUMBER}) ?(percentage points?|%|percent\b)(?! points?)", text, rng)
    if not spot:
        return None
    new = "%" if "point" in spot[2] else " percentage points"
    return text[: spot.end(1)] + new + text[spot.end() :]


def magnitude(text: str, source: SourceText, rng: Random) -> str | None:
    """Change the order of magnitude: million for thousand, k for M, ten times as much."""
    table = {
        "million": "billion",
        "billion": "million",
        "thousand": "million",
        "trillion": "billion",
    }
    spot = _one(rf"(?<![\w.])({_NUMBER}) ?(million|billion|thousand|trillion|[KMB])\b", text, rng)
    if spot:
        other = table.get(spot[2]) or {"K": "M", "M": "B", "B": "M"}[spot[2]]
        return text[: spot.start(2)] + other + text[spot.end(2) :]
    spot = _one(r"(?<![\w.,$-])\d{1,3}(,\d{3})+(?![\w.]*\d)", text, rng)
    if not spot:
        return None
    new = f"{int(spot[0].replace(',', '')) * 10:,}"
    return None if new in source.text else _replace(text, spot, new)


def number_word(text: str, _source: SourceText, rng: Random) -> str | None:
    """Change a number in words."""
    spot = _one(_SPELLED, text, rng)
    return _replace(text, spot, rng.choice([w for w in _ONES if w != spot[0]])) if spot else None


def ordinal(text: str, _source: SourceText, rng: Random) -> str | None:
    """Change an ordinal."""
    spot = _one(_ORDINAL, text, rng)
    return (
        _replace(text, spot, rng.choice([w for w in _ORDINALS if w != spot[0]])) if spot else None
    )


def currency(text: str, _source: SourceText, rng: Random) -> str | None:
    """Change the currency."""
    spot = _one(r"[$€£](?=\d)", text, rng)
    return _replace(text, spot, rng.choice([c for c in "$€£" if c != spot[0]])) if spot else None


_BETWEEN = (
    r"(?:acquired|bought|beats?|outperform(?:s|ed)|replaced|built|created|launched|founded|uses|used|"
    r"chose|adopted|developed|introduced|released|joined|partnered with|relies on|surpass(?:es|ed)|"
    r"instead of|rather than|over|than|to|with|for|before|after|by|from|into|against|via|through)"
)


def roles(text: str, source: SourceText, rng: Random) -> str | None:
    """Exchange two names: "X replaced Y" becomes "Y replaced X"."""
    found = {n for n in words(text) if _is_name(n, source)}
    own = "|".join(re.escape(n) for n in sorted(found, key=len, reverse=True)) or "$^"
    one = rf"(?:{own})(?:[ -](?:{own}))*"
    spot = _one(
        rf"(?<!\w)({one}) ((?:[a-z]+ ){{0,3}}{_BETWEEN} (?:[a-z]+ ){{0,3}})({one})(?!\w)", text, rng
    )
    if not spot or spot[1] == spot[3]:
        return None
    return f"{text[: spot.start()]}{spot[3]} {spot[2]}{spot[1]}{text[spot.end() :]}"


def _is_name(word: str, source: SourceText) -> bool:
    """Tell whether the source writes a word with a capital only, and more than once."""
    plain = re.fullmatch(r"[A-Z][A-Za-z]{2,}", word) and word.casefold() not in STOP
    lower = re.search(rf"\b{re.escape(word.casefold())}\b", source.text)
    return bool(plain) and not lower and source.text.count(word) > 1


_UP = (
    r"(?:increas(?:e|es|ed|ing)|rise|rose|rising|grow|grew|growing|rais(?:e|ed|ing)"
    r"|improv(?:e|es|ed|ing)|gain(?:ed)?|enhanc(?:e|es|ed|ing)|boost(?:s|ed|ing)?"
    r"|maximi[sz](?:e|es|ing))"
)
_DOWN = (
    r"(?:decreas(?:e|es|ed|ing)|fall|fell|falling|drop(?:s|ped|ping)?|reduc(?:e|es|ed|ing)"
    r"|declin(?:e|ed|ing)|lower(?:s|ed|ing)?|cut(?:s|ting)?|minimi[sz](?:e|es|ing))"
)


def directions(text: str, _source: SourceText, rng: Random) -> str | None:
    """Exchange what rose and what fell."""
    up, down = _one(rf"\b{_UP}\b", text, rng), _one(rf"\b{_DOWN}\b", text, rng)
    if not up or not down:
        return None
    first, second = sorted((up, down), key=lambda m: m.start())
    return (
        text[: first.start()]
        + second[0]
        + text[first.end() : second.start()]
        + first[0]
        + text[second.end() :]
    )


def attribution(text: str, source: SourceText, rng: Random) -> str | None:
    """Let another person or company of the source have said it."""
    said = (
        r"(?:says?|said|announced|explain(?:s|ed)|notes?|noted|argues?|argued|reports?|reported"
        r"|claims?|claimed|recommends?|found|told|wrote|warned|emphasi[sz]e[sd]?|believes?)"
    )
    spot = _one(rf"\b([A-Z][\w-]+(?: [A-Z][\w-]+)*) {said}\b", text, rng) or _one(
        r"\b[Aa]ccording to ([A-Z][\w-]+(?: [A-Z][\w-]+)*)", text, rng
    )
    if not spot or not all(_is_name(part, source) for part in spot[1].split()):
        return None
    pool = sorted(n for n in names(source.text) if n not in text and _is_name(n, source))
    return text[: spot.start(1)] + rng.choice(pool) + text[spot.end(1) :] if pool else None


def version(text: str, source: SourceText, rng: Random) -> str | None:
    """Change the version of a product: GPT-4 to GPT-5, Python 3.11 to 3.10."""
    spot = _one(
        r"\b([A-Z][A-Za-z]+(?:[ -]|(?=\d)))v?(\d{1,2})(\.\d+)?\b"
        r"(?!%|,\d|\d| (?:percent|million|of))",
        text,
        rng,
    )
    if not spot or spot[1].strip() in MONTHS:
        return None
    for step in (1, -1, 2):
        new = spot[1] + (
            f"{spot[2]}.{int(spot[3][1:]) + step}" if spot[3] else f"{int(spot[2]) + step}"
        )
        if new not in source.text and "-" not in new[len(spot[1]) :]:
            return _replace(text, spot, new)
    return None


_PAST = "|".join(
    """
    use create reduce improve achieve integrate enable introduce provide implement
    deploy develop launch address automate replace generate receive require increase
    solve deliver support publish reach complete adopt build handle help
    allow offer
    """.split()
)
_PAST = f"(?:{_PAST})"


def denied_without_not(text: str, _source: SourceText, rng: Random) -> str | None:
    """Deny without "not": failed to, never, no longer, without, unable to, lacks."""
    choices = []
    for found in re.finditer(r"\b(\w{3,}?)(ed)\b", text):
        base = found[1] + "e" if re.fullmatch(_PAST, found[1] + "e") else found[1]
        if re.fullmatch(_PAST, base) and not re.search(
            r"\b(is|are|was|were|be|been|being|has|have|had|an?|the|and|newly)\s*$",
            text[: found.start()],
        ):
            choices += [
                _replace(text, found, f"failed to {base}"),
                _replace(text, found, f"never {found[0]}"),
            ]
    for found in re.finditer(rf"\b({_PAST})s\b", text):
        choices += [
            _replace(text, found, f"fails to {found[1]}"),
            _replace(text, found, f"no longer {found[0]}"),
        ]
    for found in re.finditer(r"(?<=\w )with (?=(?:an?|the|its|their|over|more)\b)", text):
        choices.append(_replace(text, found, "without "))
    for found in re.finditer(r"\bcan (?=[a-z])", text):
        choices += [_replace(text, found, "is unable to "), _replace(text, found, "cannot ")]
    for found in re.finditer(r"\b(has|have|had) (?=(?:an?|the|its|their|more|over)\b)", text):
        choices.append(
            _replace(text, found, {"has": "lacks ", "have": "lack ", "had": "lacked "}[found[1]])
        )
    return rng.choice(choices) if choices else None


QUANTIFIERS = {
    "all": "few", "every": "hardly any", "each": "hardly any", "most": "few", "many": "few",
    "some": "all", "several": "all", "few": "most", "always": "rarely", "often": "rarely",
    "sometimes": "always", "usually": "rarely", "rarely": "often",
    "majority": "minority", "entire": "partial", "both": "neither", "frequently": "seldom",
    "typically": "seldom", "fully": "partly", "partially": "fully", "completely": "hardly",
    "none": "all", "nearly all": "hardly any", "mostly": "rarely", "widely": "rarely",
}  # fmt: skip


def quantifier(text: str, _source: SourceText, rng: Random) -> str | None:
    """Change how many or how often: all to few, sometimes to always."""
    return _by_table(QUANTIFIERS, text, rng)


MODALITY = {
    r"may": "will", r"might": "will", r"could": "did", r"plans to": "managed to",
    r"plan to": "managed to", r"aims to": "managed to", r"is expected to": "is certain to",
    r"are expected to": "are certain to", r"will": "might", r"must": "may", r"should": "must",
    r"hopes to": "managed to", r"has": "will have", r"is": "may be", r"was": "will be",
    r"is considering": "has decided on", r"potentially": "certainly", r"likely": "certainly",
    r"probably": "certainly", r"possibly": "certainly", r"required": "optional",
    r"intends to": "managed to", r"wants to": "managed to", r"tried to": "managed to",
    r"(may|might|could|will) (?=[a-z])": "", r"(plans|plan|aims|hopes|intends) to ": "",
    r"up to (?=\d)": "", r"one of (?=the \w+est|the most)": "",
}  # fmt: skip


def modality(text: str, _source: SourceText, rng: Random) -> str | None:
    """Change what may, will and did happen into one another."""
    return _by_table(MODALITY, text, rng)


def superlative(text: str, _source: SourceText, rng: Random) -> str | None:
    """Reverse a superlative, or make one of "one of the largest"."""
    return _by_table(
        {
            r"one of the (?=\w+est|most|best)": "the ", "largest": "smallest",
            "biggest": "smallest",
            "best": "worst", "highest": "lowest", "lowest": "highest", "most": "least",
            "least": "most", "fastest": "slowest", "greatest": "smallest", "worst": "best",
            "smallest": "largest", "latest": "oldest", "simplest": "hardest",
            "strongest": "weakest",
            "easiest": "hardest", "oldest": "newest", "cheapest": "most expensive",
        },
        text, rng,
    )  # fmt: skip


COMPARATIVES = {
    "faster": "slower", "slower": "faster", "more": "less", "less": "more", "higher": "lower",
    "lower": "higher", "larger": "smaller", "smaller": "larger", "better": "worse",
    "worse": "better", "greater": "smaller", "fewer": "more", "above": "below", "below": "above",
    "over": "under", "under": "over", "cheaper": "costlier", "longer": "shorter",
    "shorter": "longer", "easier": "harder", "harder": "easier", "stronger": "weaker",
    "simpler": "more complicated", "earlier": "later", "later": "earlier", "up to": "at least",
    "at least": "at most", "outperforms": "trails", "outperformed": "trailed",
    "exceeds": "misses", "exceeded": "missed", "deeper": "shallower", "newer": "older",
}  # fmt: skip


def comparative(text: str, _source: SourceText, rng: Random) -> str | None:
    """Reverse a comparison."""
    return _by_table(COMPARATIVES, text, rng)


def order(text: str, _source: SourceText, rng: Random) -> str | None:
    """Change what came before what."""
    return _by_table(
        {
            "before": "after", "after": "before", "since": "until", "until": "since",
            "previously": "subsequently", "initially": "finally", "finally": "initially",
            "prior to": "following", "following": "preceding", "later": "earlier",
            "began": "stopped", "started": "stopped", "already": "not yet",
        },
        text, rng,
    )  # fmt: skip


_VERB = re.compile(
    r" (?:is|are|was|were|can|will|has|have|uses?|used|provides?|enables?|allows?|helps?) "
)


def spliced(text: str, source: SourceText, rng: Random) -> str | None:
    """Say of one thing of the source what it says of another."""
    head = _VERB.search(text)
    if not head:
        return None
    others = [s.text for s in source.sentences if s.text != text and 8 <= len(words(s.text)) <= 40]
    rests = [o[m.end() :] for o in others if (m := _VERB.search(o)) and m[0] == head[0]]
    return f"{text[: head.start()]}{head[0]}{rng.choice(rests)}" if rests else None


FALSE: Mapping[str, Change] = {
    "date of two dates": date_of_two,
    "range turned round": range_turned,
    "points for percent": points_for_percent,
    "order of magnitude": magnitude,
    "number in words": number_word,
    "ordinal": ordinal,
    "currency": currency,
    "roles exchanged": roles,
    "rise and fall exchanged": directions,
    "attribution": attribution,
    "version": version,
    "denied without “not”": denied_without_not,
    "quantifier": quantifier,
    "modality": modality,
    "superlative": superlative,
    "comparative": comparative,
    "order of events": order,
    "spliced of two sentences": spliced,
}


# True ones.


def joined(text: str, source: SourceText, _rng: Random) -> str | None:
    """Join the sentence with the next but one of the source."""
    for one, other in zip(source.sentences, source.sentences[2:], strict=False):
        if one.text == text and 5 <= len(words(other.text)) <= 25 and text.endswith("."):
            rest = other.text
            rest = (
                rest
                if rest.split()[0].strip(",") in names(f"x {rest}") - {rest.split()[0].capitalize()}
                or not rest[0].isupper()
                else rest[0].lower() + rest[1:]
            )
            return f"{text[:-1]}, and {rest}"
    return None


_SHORT = re.compile(r"\b((?:[A-Z][\w-]+ ){2,4})\(([A-Z]{2,5})s?\)")


def abbreviated(text: str, source: SourceText, _rng: Random) -> str | None:
    """Use the abbreviation that the source introduces, or spell it out."""
    for found in _SHORT.finditer(source.text):
        long, short = found[1].strip(), found[2]
        if "".join(part[0] for part in re.split(r"[ -]", long)).upper() != short:
            continue
        if f"{long} ({short}" in text:
            return re.sub(rf"{re.escape(long)} \({short}s?\)", short, text)
        if re.search(rf"\b{short}\b", text):
            return re.sub(rf"\b{short}\b", long, text, count=1)
    return None


def number_of_noun(text: str, _source: SourceText, rng: Random) -> str | None:
    """Turn a plural into a singular, or the other way round."""
    spot = _one(
        r"(?<=[a-z] )([a-z]{5,}[^s\W])(s?)(?= (?:and|or|in|on|for|with|from|to|by)\b)", text, rng
    )
    return (
        (text[: spot.start()] + spot[1] + ("" if spot[2] else "s") + text[spot.end() :])
        if spot
        else None
    )


_CONVERT = {
    ("hours", 1): ("minutes", 60), ("minutes", 1): ("seconds", 60),
    ("seconds", 1): ("milliseconds", 1000),
    ("days", 1): ("hours", 24), ("weeks", 1): ("days", 7), ("years", 1): ("months", 12),
    ("GB", 1): ("MB", 1000), ("TB", 1): ("GB", 1000), ("MB", 1): ("KB", 1000),
    ("milliseconds", 1): ("seconds", 0.001), ("ms", 1): ("seconds", 0.001),
    ("km", 1): ("metres", 1000),
    ("kg", 1): ("grams", 1000), ("kilometers", 1): ("metres", 1000),
}  # fmt: skip


def converted(text: str, _source: SourceText, rng: Random) -> str | None:
    """Give a measure in another unit: 2 hours as 120 minutes."""
    units = "|".join(u for u, _ in _CONVERT)
    spot = _one(rf"(?<![\w.,–-])(\d+(?:\.\d+)?)[ -]?({units})\b", text, rng)
    if not spot:
        return None
    unit, factor = _CONVERT[spot[2], 1]
    return _replace(text, spot, f"{float(spot[1]) * factor:.6g} {unit}")


def rounded(text: str, _source: SourceText, rng: Random) -> str | None:
    """Round a number, and say so: 1,243 as about 1,200, 33% as about a third."""
    shares = {(32, 34): "about a third", (24, 26): "about a quarter", (48, 52): "about half",
              (65, 68): "about two thirds", (74, 76): "about three quarters",
              (19, 21): "about a fifth"}  # fmt: skip
    spot = _one(rf"(?<![\w.,$–-])({_NUMBER})(%| percent)(?= of\b)", text, rng)
    for (low, high), said in shares.items():
        if spot and low <= float(spot[1].replace(",", "")) <= high:
            return _replace(text, spot, said)
    spot = _one(
        r"(?<![\w.,$€£–-])\d{1,3}(?:,\d{3})+(?![\w.–-]*\d)|(?<![\w.,$€£–-])[2-9]\d{3}(?![\w.–-]*\d)",
        text,
        rng,
    )
    if not spot:
        return None
    value = int(spot[0].replace(",", ""))
    place = 10 ** (len(str(value)) - 2)
    near = round(value / place) * place
    if near == value or re.search(
        r"(?:about|over|than|nearly|almost|around|to)\s*$", text[: spot.start()]
    ):
        return None
    hedge = "about" if rng.random() < 0.5 else "over" if near < value else "nearly"
    return _replace(text, spot, f"{hedge} {near:,}")


def rewritten(text: str, _source: SourceText, rng: Random) -> str | None:
    """Write a number or a date in another form: 12,000 as 12k, 3 May 2024 as 2024-05-03."""
    choices = []
    for found in _WHOLE_DATE.finditer(text):
        day = found["day"] or found["day2"]
        month = MONTHS.index(found["month"]) + 1
        if day:
            choices += [
                _replace(text, found, f"{found['year']}-{month:02}-{int(day):02}"),
                _replace(text, found, f"{found['month'][:3]} {day}, {found['year']}"),
                _replace(text, found, f"{day} {found['month']} {found['year']}"),
            ]
        else:
            choices.append(_replace(text, found, f"{found['month'][:3]} {found['year']}"))
    for found in re.finditer(r"(?<![\w.,])(\d{1,3}),000(?![,\d])", text):
        choices += [
            _replace(text, found, f"{found[1]}k"),
            _replace(text, found, f"{found[1]} thousand"),
        ]
    for found in re.finditer(rf"({_NUMBER})( million| billion)", text):
        choices.append(_replace(text, found, found[1] + {"m": "M", "b": "B"}[found[2][1]]))
    for found in re.finditer(rf"({_NUMBER})%", text):
        choices += [
            _replace(text, found, f"{found[1]} percent"),
            _replace(text, found, f"{found[1]} %"),
        ]
    for found in _SPELLED.finditer(text):
        choices.append(_replace(text, found, str(_ONES.index(found[0]) + 2)))
    for found in re.finditer(r"(?<![\w.,$€£-])([2-9]|1[0-2])(?= [a-z]{4,})", text):
        choices.append(_replace(text, found, _ONES[int(found[0]) - 2]))
    return rng.choice(choices) if choices else None


def shortened(text: str, _source: SourceText, _rng: Random) -> str | None:
    """Leave out what stands behind the last comma, or in brackets."""
    bare = re.sub(r" \([^()]*\)", "", text)
    if bare != text:
        return bare
    head, comma, rest = text.rpartition(", ")
    if (
        comma
        and len(words(head)) >= 7
        and re.match(r"(?:which|while|including|making|allowing|enabling|with|and \w+ed)\b", rest)
    ):
        return f"{head}."
    return None


def fronted(text: str, _source: SourceText, _rng: Random) -> str | None:
    """Move what stands before the first comma to the end: "X did Y in 2023" for "In 2023, …"."""
    found = re.fullmatch(
        r"((?:In|After|Before|Since|During|For|By|With|At|Without|Through|When|While) [^,]{3,60}), "
        r"([^,]{15,})\.",
        text,
    )
    if not found:
        return None
    return f"{found[2][0].upper()}{found[2][1:]} {found[1][0].lower()}{found[1][1:]}."


def told(text: str, _source: SourceText, _rng: Random) -> str | None:
    """Tell in the third person what the source says in the first, or frame it."""
    if re.search(r"\b(?:I|me|my|[Yy]ou|[Yy]our)\b", text):
        return None
    new = re.sub(r"\b[Ww]e\b", "the team", text)
    new = re.sub(r"\b[Oo]ur\b", "their", new)
    new = re.sub(r"\bus\b", "them", new)
    if new == text:
        return (
            f"The text explains that {text}"
            if text.startswith(("The ", "This ", "These "))
            else None
        )
    return new[0].upper() + new[1:]


TRUE: Mapping[str, Change] = {
    "faithful: two facts joined": joined,
    "faithful: abbreviation": abbreviated,
    "faithful: singular or plural": number_of_noun,
    "faithful: unit converted": converted,
    "faithful: rounded": rounded,
    "faithful: number rewritten": rewritten,
    "faithful: shortened": shortened,
    "faithful: clauses in another order": fronted,
    "faithful: third person": told,
}
