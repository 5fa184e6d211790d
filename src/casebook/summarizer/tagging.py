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


def tags_of(document: Document) -> list[Tag]:
    """Return at most 15 tags, the most mentioned first, each with the sentences that name it."""
    taxonomy = load_taxonomy()
    by_slug: dict[str, list[Mention]] = defaultdict(list)
    for mention in taxonomy.mentions(document.text):
        by_slug[mention.slug].append(mention)
    ranked = sorted(by_slug.items(), key=lambda item: (-len(item[1]), item[1][0].start))
    sentences = [(s.start, s.end) for s in sentences_of(document)]
    tags = []
    for slug, mentions in ranked:
        evidence, term = _evidence(document, mentions, sentences), taxonomy.term(slug)
        if evidence and term:
            tags.append(
                Tag(
                    slug=slug,
                    label=term.label,
                    group=term.group,
                    evidence=evidence,
                    support=_support(len(mentions)),
                )
            )
    return tags[:MAX_TAGS]


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
        return Support(level=SupportLevel.SUPPORTED, reason=f"Named {count} times.")
    return Support(level=SupportLevel.WEAK, reason="Named once, perhaps in passing.")
