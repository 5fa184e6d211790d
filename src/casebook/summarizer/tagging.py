"""Tags a document with terms of the taxonomy; a tag without its words in the text is no tag."""

from collections import defaultdict
from collections.abc import Sequence

from casebook.schemas.cases import Evidence, Support, SupportLevel, Tag
from casebook.schemas.documents import Document
from casebook.schemas.taxonomy import Mention, load_taxonomy
from casebook.summarizer.locating import evidence_at
from casebook.summarizer.sentences import sentences_of

MAX_TAGS = 15
_MAX_EVIDENCE = 2
# A term named in a single passage is a passing mention, unless the title names it too.
_FEWEST_PASSAGES = 2


def tags_of(document: Document) -> list[Tag]:
    """Return at most 15 tags, those of most passages first, each with the sentences that name it.

    What only one passage names is left out, unless the title names it: a page mentions many
    things, and a tag says what it is about.
    """
    taxonomy = load_taxonomy()
    by_slug: dict[str, list[Mention]] = defaultdict(list)
    for mention in taxonomy.mentions(document.text):
        by_slug[mention.slug].append(mention)
    titled = {mention.slug for mention in taxonomy.mentions(document.title or "")}
    spread = {slug: _spread(document, mentions) for slug, mentions in by_slug.items()}
    about = [s for s in by_slug if s in titled or spread[s] >= _FEWEST_PASSAGES]
    ranked = sorted(about, key=lambda s: (s not in titled, -spread[s], by_slug[s][0].start))
    sentences = [(s.start, s.end) for s in sentences_of(document)]
    tags = []
    for slug in ranked:
        evidence = _evidence(document, by_slug[slug], sentences)
        term = taxonomy.term(slug)
        if evidence and term:
            tags.append(
                Tag(
                    slug=slug,
                    label=term.label,
                    group=term.group,
                    evidence=evidence,
                    support=_support(spread[slug]),
                )
            )
    return tags[:MAX_TAGS]


def _spread(document: Document, mentions: Sequence[Mention]) -> int:
    """Return in how many passages a term is named."""
    places = {p.n for m in mentions if (p := document.passage_at(m.start))}
    return len(places)


def _evidence(
    document: Document, mentions: Sequence[Mention], sentences: Sequence[tuple[int, int]]
) -> list[Evidence]:
    """Return the first sentences that hold a mention."""
    holding = dict.fromkeys(
        span for m in mentions for span in sentences if span[0] <= m.start and m.end <= span[1]
    )
    return [evidence_at(document, start, end) for start, end in list(holding)[:_MAX_EVIDENCE]]


def _support(count: int) -> Support:
    if count > 1:
        return Support(level=SupportLevel.SUPPORTED, reason=f"Named in {count} passages.")
    return Support(level=SupportLevel.WEAK, reason="Named in the title, and in one passage.")
