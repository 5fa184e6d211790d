"""Text from the web and from models stays text, wherever the desk shows it."""

import json

import pytest
from desk_drafts import ADDRESS, NOON, example_document
from lxml import html

from casebook.schemas.cases import (
    CaseStudy,
    Evidence,
    Fact,
    Match,
    Result,
    Statement,
    Support,
    SupportLevel,
    Tag,
)
from casebook.schemas.documents import ExtractionStep, HiddenKind, HiddenText, Locator, Passage
from casebook.schemas.reviews import Decision, Review

# Elements and attributes that our own templates use; whatever else appears came from the text.
TAGS = set(
    "html head meta title link script body a header nav p span div main form label input button"
    " h1 h2 h3 ul ol li svg circle path rect time details summary article section dl dt dd"
    " blockquote strong s q mark select option datalist textarea dialog kbd code meter bdi".split()
)
TEMPLATES = [
    "{{ 7*7 }}",
    "{% raise %}",
    "${7*7}",
    "<hx-partial hx-get='/x'>",
    "\" hx-get='/x' x=\"",
]


@pytest.fixture(scope="module")
def hostile(datasets) -> list[str]:
    """Every fortieth attack string, and some of our own."""
    lines = (datasets / "security" / "xss.txt").read_text(errors="replace").splitlines()
    return [line for line in lines[::40] if line.strip()] + TEMPLATES


def hostile_study(text: str, evidence: Evidence) -> CaseStudy:
    """A case study in which every text is ``text``."""
    lost = Evidence(quote=text)
    support = Support(level=SupportLevel.UNSUPPORTED, reason=text)
    fact = Fact(value=text, evidence=[evidence, lost], support=support)
    said = Statement(text=text, evidence=[evidence, lost], support=support)
    result = Result(**said.model_dump(), metric=text, value=text, baseline=text, method=text)
    tag = Tag(slug=text, label=text, group="tool", evidence=[evidence], support=support)
    return CaseStudy(
        title=fact, company=fact, industry=fact, year=fact, deployment=fact, narrator=fact,
        summary=[said], lessons=[said], results=[result], tags=[tag],
    )  # fmt: skip


def hostile_document(texts: list[str]):
    """A document whose passages, headings and description are the strings."""
    passages, text = [], ""
    for n, line in enumerate(texts, start=1):
        passages.append(
            Passage(
                n=n,
                start=len(text),
                end=len(text) + len(line),
                locator=Locator(section=line, speaker=line),
            )
        )
        text += line + "\n\n"
    joined = " ".join(texts)
    return example_document().model_copy(
        update={
            "text": text, "passages": passages, "title": joined, "authors": texts,
            "site": joined, "language": texts[0], "url": f"{ADDRESS}?q=%22%3E%3Cscript%3E",
            "extraction": [ExtractionStep(method=joined, outcome=joined)],
            "hidden_text": [HiddenText(kind=HiddenKind.STYLE, text=joined, reason=joined)],
        }
    )  # fmt: skip


@pytest.mark.datasets
def test_hostile_text_comes_out_as_text(desk, build, hostile):
    """No element or handler appears that is not ours, and the strings are there to read."""
    document = hostile_document(hostile)
    for n in range(0, len(hostile), 12):
        text, passage = hostile[n], document.passages[n]
        evidence = Evidence(
            quote=text, passage=passage.n, start=passage.start, end=passage.end,
            match=Match.EXACT, score=1.0,
        )  # fmt: skip
        case_id = build.draft(hostile_study(text, evidence), document)
        revision = build.warehouse.case(case_id).revision
        build.warehouse.append(
            Review(
                review_id=f"review1_{n}", case_id=case_id, revision_id=revision.revision_id,
                decision=Decision.REJECT, reason=text, who=text, at=NOON,
            )
        )  # fmt: skip
        page = html.fromstring(desk.get(f"/cases/{case_id}").text)
        assert_inert(page)
        assert " ".join(text.split()) in " ".join(page.text_content().split())
    assert_inert(html.fromstring(desk.get("/?status=rejected").text))


@pytest.mark.datasets
def test_every_hostile_string_in_a_source_stays_text(desk, build, datasets):
    """All attack and naughty strings, as passages and headings of sources, put nothing in a page."""
    attacks = (datasets / "security" / "xss.txt").read_text(errors="replace").splitlines()
    naughty = json.loads((datasets / "security" / "naughty_strings.json").read_text())
    strings = [text for text in dict.fromkeys([*attacks, *naughty]) if text.strip()]
    for at in range(0, len(strings), 300):
        document = hostile_document(strings[at : at + 300])
        page = html.fromstring(desk.get(f"/cases/{build.draft(document=document)}").text)
        assert_inert(page)
        shown = " ".join(page.text_content().split())
        plain = [text for text in strings[at : at + 300] if text.isascii() and text.isprintable()]
        assert all(" ".join(text.split()) in shown for text in plain[::10])


@pytest.mark.datasets
def test_hostile_requests_come_back_as_text(desk, build, hostile):
    """Search words, failed sources and their messages are shown, not run."""
    for text in hostile[:8]:
        build.failed(transient=False, message=text, url=f"https://x.example/{text}")
        assert_inert(html.fromstring(desk.get("/", params={"q": text}).text))
        assert_inert(html.fromstring(desk.get(f"/cases/{text}").text))
    page = html.fromstring(desk.get("/?status=failed").text)
    assert_inert(page)


def test_only_web_addresses_become_links(desk, build):
    """A source's address of another scheme is shown nowhere as a link."""
    document = example_document().model_copy(update={"url": "javascript:alert(1)"})
    case_id = build.draft(document=document, url="javascript:alert(2)")
    build.failed(transient=True, message="x", url="data:text/html,<script>alert(3)</script>")
    for path in (f"/cases/{case_id}", "/", "/?status=failed"):
        assert_inert(html.fromstring(desk.get(path).text))


def assert_inert(page) -> None:
    elements = [node for node in page.iter() if isinstance(node.tag, str)]
    assert {node.tag for node in elements} <= TAGS
    for node in elements:
        for name, value in node.attrib.items():
            assert not name.startswith(("on", "style", "srcdoc"))
            if name in {"href", "src", "action", "hx-get", "hx-post"}:
                assert value.startswith(("/", "#", "http://", "https://")), value
                assert name == "href" or value.startswith("/"), value
    assert all(node.get("src", "").startswith("/static/") for node in page.iter("script"))
    assert all(not (node.text or "").strip() for node in page.iter("script"))
