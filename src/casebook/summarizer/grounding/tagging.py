"""Tags a document with terms of the taxonomy; a tag without its words in the text is no tag."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from casebook.schemas.cases import CaseStudy, Evidence, Support, SupportLevel, Tag
from casebook.schemas.documents import Document
from casebook.schemas.taxonomy import Mention, Taxonomy, Term, load_taxonomy
from casebook.schemas.terms import term_key
from casebook.summarizer.grounding.locating import QuoteFinder, evidence_at
from casebook.summarizer.language.products import products
from casebook.summarizer.language.sentences import sentences_of
from casebook.summarizer.language.wording import name_keys, names
from casebook.summarizer.proposals import TagClaim

MAX_TAGS = 15
_MAX_EVIDENCE = 2
# A term named in a single passage is a passing mention, unless the title or the model names it too.
_FEWEST_PASSAGES = 2
# What only a statement on tools names is proposed where the text names it this often.
_FEWEST_NAMINGS = 2
_PRODUCT = re.compile(r"[A-Za-z][\w.+-]{2,30}")
_MIXED = re.compile(r"\w[A-Z\d]")
_MAX_NAME_WORDS = 4


def tags_of(
    document: Document, taxonomy: Taxonomy | None = None, claims: Sequence[TagClaim] = ()
) -> list[Tag]:
    """Return at most 15 tags, the weightiest first, each with the sentences that name it.

    First what the title names, then what the model ``claims``, then by the number of passages.
    What only one passage names is left out unless title or model name it: a page mentions many
    things, and a tag says what it is about. A claim without a mention in the text is no tag.
    """
    taxonomy = taxonomy or load_taxonomy()
    by_slug: dict[str, list[Mention]] = defaultdict(list)
    for mention in taxonomy.mentions(document.text):
        by_slug[mention.slug].append(mention)
    titled = {mention.slug for mention in taxonomy.mentions(document.title or "")}
    claimed = {term.slug for claim in claims if (term := taxonomy.named(claim.name))}
    spread = {slug: _spread(document, mentions) for slug, mentions in by_slug.items()}
    about = [s for s in by_slug if s in titled | claimed or spread[s] >= _FEWEST_PASSAGES]
    ranked = sorted(
        about, key=lambda s: (s not in titled, s not in claimed, -spread[s], by_slug[s][0].start)
    )
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
                    support=_support(spread[slug], by_model=slug not in titled),
                )
            )
    return tags[:MAX_TAGS]


def tag_for(term: Term, document: Document, taxonomy: Taxonomy) -> Tag | None:
    """Return the tag for a term that somebody wants, or None where the text does not name it."""
    mentions = [m for m in taxonomy.mentions(document.text) if m.slug == term.slug]
    sentences = [(s.start, s.end) for s in sentences_of(document)]
    evidence = _evidence(document, mentions, sentences)
    if not evidence:
        return None
    support = _support(_spread(document, mentions), by_model=True)
    return Tag(
        slug=term.slug, label=term.label, group=term.group, evidence=evidence, support=support
    )


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


def _support(count: int, *, by_model: bool) -> Support:
    if count > 1:
        return Support(level=SupportLevel.SUPPORTED, reason=f"Named in {count} passages.")
    if by_model:
        return Support(level=SupportLevel.SUPPORTED, reason="Named where the quote says.")
    return Support(level=SupportLevel.WEAK, reason="Named in the title, and in one passage.")


def lacking(
    document: Document, study: CaseStudy, claims: Sequence[TagClaim], taxonomy: Taxonomy
) -> list[tuple[TagClaim, list[Evidence]]]:
    """Return the names that the draft should be filed under and the taxonomy lacks, with evidence.

    Those are the model's own, where the text has both the name and the quote, and products that
    statements on tools name and the text names at least twice.
    """
    finder = QuoteFinder(document)
    own = name_keys(f"{study.company.value or ''} {document.site or ''}")
    found: dict[str, tuple[TagClaim, list[Evidence]]] = {}
    for claim in (*claims, *_products(document, study)):
        key = term_key(claim.name)
        if not key or key in found or key in own or taxonomy.named(claim.name):
            continue
        evidence = [e for q in claim.quotes for e in finder.find(q) if e.start is not None]
        if evidence and _is_name(claim.name) and _stands(claim.name, document.text):
            found[key] = claim, evidence[:_MAX_EVIDENCE]
    return list(found.values())


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}s?(?!\w)", text, re.IGNORECASE) is not None


def _is_name(name: str) -> bool:
    return 1 <= len(name.split()) <= _MAX_NAME_WORDS and len(term_key(name)) > 1


def _products(document: Document, study: CaseStudy) -> list[TagClaim]:
    """Return the products that statements on tools name, as claims with the statement's quotes.

    A name with a capital or digit inside ("SigLIP") is one in such a statement; an ordinary one may
    be a place, unless it stands where a product does.
    """
    spoken = Counter(re.findall(r"[\w.+-]+\w", document.text))
    return [
        TagClaim(name=name, group="tool", quotes=[e.quote for e in statement.evidence])
        for statement in study.tools
        for name in sorted(_tool_names(statement.text))
        if _PRODUCT.fullmatch(name) and spoken[name] >= _FEWEST_NAMINGS
    ]


def _tool_names(text: str) -> set[str]:
    return {p.name for p in products(text)} | {n for n in names(text) if _MIXED.search(n)}
