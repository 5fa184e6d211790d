"""Attack strings, planted wherever a case, a source or a list has text."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

from case_views import NOON, a_document
from desk_client import PLACE, Builder

from schemas.batches import Batch, BatchItem, Look, Watch, WatchedItem
from schemas.cases import (
    FACT_NAMES,
    CaseStudy,
    Evidence,
    Fact,
    Measure,
    Section,
    Statement,
    Support,
    SupportLevel,
    Tag,
)
from schemas.frozen import content_id
from schemas.reviews import Decision, Review, SavedView
from schemas.sources import Document, HiddenText, Passage, SelectedText, SourceRef, Step
from schemas.taxonomy import TermProposal, term_key


def a_hostile_study(texts: Sequence[str], document: Document) -> CaseStudy:
    """A case study with a statement, its reason, quotes and measure, and a tag of each text."""

    def support(text: str) -> Support:
        return Support(level=SupportLevel.DOUBTFUL, reason=text)

    def both(n: int, text: str) -> tuple[Evidence, Evidence]:
        at = document.passages[n - 1]
        found = Evidence(quote=text, passage=n, start=at.start, end=at.end)
        return found, Evidence(quote=text)

    lines = list(enumerate(texts, start=1))
    facts = zip(FACT_NAMES, cycle(texts), strict=False)
    return CaseStudy(
        facts=tuple(
            Fact(name=name, value=text, evidence=both(1, text), support=support(text))
            for name, text in facts
        ),
        statements=tuple(
            Statement(
                n=n, section=section, text=text, evidence=both(n, text), support=support(text),
                measure=Measure(metric=text, value=text, unit=text, baseline=text, sample=text),
            )
            for (n, text), section in zip(lines, cycle(Section), strict=False)
        ),
        tags=tuple(
            Tag(slug=f"t{n}", label=" ".join(texts[n - 1 :: 30]), group="tool", evidence=both(n, text),
                support=support(text))
            for n, text in lines[:30]
        ),
    )  # fmt: skip


def a_hostile_document(texts: Sequence[str]) -> Document:
    """A document whose passages, headings, speakers and description are the strings."""
    passages, text = [], ""
    for n, line in enumerate(texts, start=1):
        end = len(text) + len(line)
        passages.append(Passage(n=n, start=len(text), end=end, headings=(line,), speaker=line))
        text += line + "\n\n"
    joined = " ".join(texts)
    return a_document(
        text,
        url=f"{PLACE}?q=%22%3E%3Cscript%3E",
        passages=passages,
        title=joined,
        authors=tuple(texts),
        site=joined,
        language=texts[0],
        steps=(Step(method=joined, outcome=joined, doubtful=True),),
        hidden=(HiddenText(text=joined, reason=joined),),
    )


def plant(build: Builder, texts: Sequence[str], n: int = 0) -> list[str]:
    """Store rows of every kind that the desk shows, made of ``texts``; return the pages of them."""
    joined, store = " ".join(texts), build.warehouse.append
    document = a_hostile_document(texts)
    study = a_hostile_study(texts, document)
    case_id = build.draft(study, document)
    view = build.warehouse.case(case_id)
    store(SelectedText(source_id=view.source.source_id, text=joined, who=joined))
    said = [(Decision.ASSIGN, joined, None), (Decision.REJECT, joined, None)]
    said += [(Decision.COMMENT, " ".join(texts[i - 1 :: 40]), f"s-{i}") for i in range(1, 40)]
    reviews = [
        Review(
            review_id=content_id("review", case_id, i), case_id=case_id, part=part, at=NOON,
            revision_id=view.revision.revision_id, decision=decision, reason=text or joined, who=text or joined,
        )
        for i, (decision, text, part) in enumerate(said)
    ]  # fmt: skip
    newer = [one.model_copy(update={"text": f"{one.text} x"}) for one in study.statements]
    build.newer(case_id, study.model_copy(update={"statements": tuple(newer)}))
    rows: list[Any] = list(reviews)
    for k in range(20):
        words = " ".join(texts[k::20]) or texts[0]
        rows += build.rows(a_hostile_study([words], a_hostile_document([words])))
        update = {"review_id": f"r{n}-{k}", "case_id": rows[-1].case_id, "reason": words}
        rows.append(reviews[0].model_copy(update=update))
    rows += [
        TermProposal(
            key=term_key(f"a{n}-{i} {text}"), name=f"a{n}-{i} {text}", group="tool", quote=text,
            document_id=view.document.document_id, proposed_at=NOON,
        )
        for i, text in enumerate(texts[:150])
    ]  # fmt: skip
    watch_id = f"watch1_{n}"
    rows += [
        WatchedItem(
            watch_id=watch_id, source_id=f"src1_{n}{i}", address=text, title=text, state="refused",
            reason=text, at=NOON,
        )
        for i, text in enumerate(texts)
    ]  # fmt: skip
    watch = Watch(
        watch_id=watch_id, address=joined, every_seconds=3600, words=tuple(texts), rubric=joined,
        changed_by=joined, changed_at=NOON,
    )  # fmt: skip
    rows += [SavedView(who="mira", name=t, query=f"?q={i}", at=NOON) for i, t in enumerate(texts)]
    store(watch, Look(watch_id=watch_id, at=NOON, failure=joined), *rows)
    failed = build.failed(joined, url=f"https://x.example/{n}/{joined}", kind=f"cause_{n}")
    build.failed(joined, url=f"/home/{n} {joined}.pdf".replace("\0", ""), kind=f"cause_{n}")
    build.refused(joined)
    batch = Batch(
        batch_id=f"batch1_{n}", origin=joined, size=1, created_by=texts[0], created_at=NOON
    )
    item = BatchItem(source_id=failed, reference=SourceRef(source=joined), title=joined)
    build.warehouse.add_batch(batch, [item])
    case, batches = f"/cases/{case_id}", f"/batches/batch1_{n}"
    return [case, f"{case}/history", f"{case}/draft", batches, f"{batches}/failures/cause_{n}"]
