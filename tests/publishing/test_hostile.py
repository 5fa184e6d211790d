"""Anything that a source or a model writes stays text."""

import json
import re
from pathlib import Path

import pytest
from case_views import CONFIRMED, a_document, a_quote, a_short_view, a_statement, a_view
from datasets import hostile_strings, hostile_texts, own_hostile_strings
from html_pages import names_in, parsed
from lxml import html

from schemas.cases import CaseStudy, Fact, Measure, Section, Tag
from schemas.frozen import content_id
from schemas.reviews import CaseView

pytestmark = pytest.mark.datasets

OUR_TAGS = set(
    "html head meta title link script body a header nav main footer p article section aside div "
    "span h1 h2 h3 ul ol li dl dt dd details summary blockquote q figure figcaption table thead tbody tr th td code "
    "strong time bdi button form label input select option meter textarea pre noscript svg g rect line circle path text".split()
)
OUR_ATTRIBUTES = set(
    "lang charset property http-equiv content name rel href type src defer class id dir title role "
    "download scope cite hidden for value datetime aria-label aria-labelledby aria-pressed "
    "aria-current aria-hidden autocomplete placeholder min max data-industry data-year data-kind "
    "data-tag data-label data-company data-metric data-unit data-number data-sql data-table data-file "
    "data-column data-type rows spellcheck autocapitalize tabindex open start required action "
    "data-total data-meaning data-noun data-rows data-pagefind-body data-pagefind-filter data-pagefind-ignore "
    "data-pagefind-meta data-pagefind-sort data-pagefind-weight width height x y dx dy cx cy r x1 x2 y1 y2 d points "
    "viewbox preserveaspectratio text-anchor aria-live aria-autocomplete "
    "aria-controls aria-expanded".split()
)


def a_hostile_view(number: int, text: str) -> CaseView:
    """A case in which every text that reaches a page is ``text``."""
    document = a_document(
        f"x{text}x", url=f"https://hostile.example/{number}", title=text, authors=(text,),
        site=text, language=text, passages=(),
    )  # fmt: skip
    evidence = a_quote(document, text, passage=None, speaker=text)
    doubt = CONFIRMED.model_copy(update={"reason": text})
    measure = Measure(metric=text, value=text, unit=text, baseline=text, sample=text)
    names = ("company", "industry", "year", "stage", "narrator")
    study = CaseStudy(
        facts=(
            Fact(name="title", value=f"{text}!"),
            *(Fact(name=n, value=text, evidence=(evidence,), support=doubt) for n in names),
        ),
        statements=tuple(
            a_statement(n, f"{text} !", evidence, section=section, support=doubt, measure=measure)
            for n, section in enumerate(Section, start=1)
        ),
        tags=(Tag(slug=text, label=text, group="tool", evidence=(evidence,), support=doubt),),
    )
    view = a_view(study, document, case_id=content_id("case", number), revision={"author": text})
    reviews = tuple(review.model_copy(update={"who": text}) for review in view.reviews)
    return view.model_copy(update={"reviews": reviews})


@pytest.fixture(scope="module")
def hostile_views() -> list[CaseView]:
    """Cases made of all our strings, of some shared ones, and of the longest."""
    sample = [*hostile_texts(every=75), max(hostile_strings(), key=len)]
    return [a_hostile_view(number, text) for number, text in enumerate(sample)]


def assert_harmless(path: Path) -> html.HtmlElement:
    """The page is made of our elements and attributes, and its links lead where ours do."""
    tree = parsed(path)
    elements = list(tree.iter(html.etree.Element))
    assert {e.tag for e in elements} <= OUR_TAGS
    assert {name for e in elements for name in e.keys()} <= OUR_ATTRIBUTES  # noqa: SIM118 - lxml
    for script in tree.iter("script"):
        is_data = script.get("type") in {"application/json", "application/ld+json"}
        assert json.loads(script.text) if is_data else script.text is None
    assert not list(tree.iter(html.etree.Comment))
    for address in tree.xpath("//@href | //@src | //@cite"):
        scheme = re.match(r"[^/?#]*:", address)
        assert scheme is None or re.match(r"https://(hostile|short)\.example/", address), address
    return tree


def shown(text: str) -> str:
    """The text as a browser's parser keeps it: white space folded, control characters aside."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ufffd]", " ", text).split())


def test_every_hostile_string_is_shown_as_text(publish):
    """Attack strings in statements are displayed and have no effect."""
    strings = hostile_strings()
    target, built = publish(a_short_view("Hostile", "First.", *strings))
    ((address, _),) = built.hashes.values()
    tree = assert_harmless(target / address)
    texts = [shown(p.text_content()) for p in tree.xpath("//span[@class='sentence']/span[1]")]
    assert texts == ["First.", *map(shown, strings)]


def test_our_strings_are_inert_to_the_standard_parser(publish):
    """A standard parser, like that of browsers, finds only our elements and attributes."""
    strings = own_hostile_strings()
    target, built = publish(
        a_short_view("Hostile", "First.", *strings), a_hostile_view(1, strings[0])
    )
    for address, _ in built.hashes.values():
        tags, attributes = names_in((target / address).read_text("utf-8"))
        assert tags <= OUR_TAGS
        assert attributes <= OUR_ATTRIBUTES


def test_no_hostile_string_becomes_markup_anywhere(publish, hostile_views):
    """Covers titles, facts, tags, results, reasons, authors, speakers and reviewers."""
    title = hostile_views[0].document.title
    target, built = publish(*hostile_views, title=title, licence=title)
    for address, _ in built.hashes.values():
        assert_harmless(target / address)
    for page in (*target.glob("*.html"), *sorted(target.glob("*/*/index.html"))[::5]):
        assert_harmless(page)
    home = assert_harmless(target / "search.html")
    titles = {shown(a.text_content()) for a in home.xpath("//ol//h3/a")}
    assert titles <= {shown(view.revision.study.fact("title").value) for view in hostile_views}
    assert len(titles) >= 15


@pytest.mark.browser
def test_hostile_strings_run_nothing(publish, hostile_views, defenceless, tmp_path):
    """Unfolded and without the policy's help they execute nothing and keep a phone's width.

    A bare attack string does run in this page, so the check would notice one.
    """
    (tmp_path / "bare.html").write_text("<p>x</p><img src=x onerror=prompt(8)>")
    defenceless.goto((tmp_path / "bare.html").as_uri())
    defenceless.wait_for_function("executed.length > 0", timeout=5_000)
    target, built = publish(*hostile_views)
    pages = [address for address, _ in built.hashes.values()]
    for address in ("index.html", "results.html", "browse.html", pages[3], pages[-1]):
        defenceless.goto((target / address).as_uri())
        defenceless.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
        assert defenceless.evaluate("document.documentElement.scrollWidth") == 390
        assert defenceless.evaluate("executed") == []
