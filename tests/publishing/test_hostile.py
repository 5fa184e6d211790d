"""Whatever a source or a model writes, it stays text."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from case_views import CONFIRMED, NOON, a_document, a_quote, a_short_view, a_statement, a_view
from lxml import html

from schemas.cases import CaseStudy, Fact, Measure, Section, Tag
from schemas.checks import Check, CheckResult
from schemas.ids import content_id
from schemas.views import CaseView

pytestmark = pytest.mark.datasets

OUR_TAGS = set(
    "html head meta title link script body a header nav main footer p article section aside div "
    "span h1 h2 h3 ul ol li dl dt dd details summary blockquote table thead tbody tr th td code "
    "strong time bdi button form label input select option meter".split()
)
OUR_ATTRIBUTES = set(
    "lang charset property http-equiv content name rel href type src defer class id dir title role "
    "download scope cite hidden for value datetime aria-label aria-labelledby aria-pressed "
    "aria-current aria-hidden autocomplete placeholder min max data-industry data-year data-kind "
    "data-tag data-label data-company data-metric data-unit data-number".split()
)


def hostile_view(number: int, text: str) -> CaseView:
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
def hostile_sample(hostile_strings) -> list[str]:
    """About forty strings from all over the lists, and the longest."""
    return [*hostile_strings[::75], max(hostile_strings, key=len)]


@pytest.fixture(scope="module")
def hostile_views(hostile_sample) -> list[CaseView]:
    return [hostile_view(number, text) for number, text in enumerate(hostile_sample)]


def assert_harmless(path: Path) -> html.HtmlElement:
    """The page is made of our elements and attributes, and its links lead where ours do."""
    tree = html.fromstring(path.read_bytes())
    elements = list(tree.iter(html.etree.Element))
    assert {e.tag for e in elements} <= OUR_TAGS
    assert {name for e in elements for name in e.keys()} <= OUR_ATTRIBUTES  # noqa: SIM118 - lxml
    assert [s.text for s in tree.iter("script")] == [None]
    assert not list(tree.iter(html.etree.Comment))
    for address in tree.xpath("//@href | //@src | //@cite"):
        scheme = re.match(r"[^/?#]*:", address)
        assert scheme is None or re.match(r"https://(hostile|short|new)\.example/", address), (
            address
        )
    return tree


def shown(text: str) -> str:
    """The text as a browser's parser keeps it: white space folded, control characters aside."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


def test_every_hostile_string_is_shown_as_text(publish, hostile_strings):
    """All attack and naughty strings, as statements, are shown and do nothing."""
    lessons = tuple(
        a_statement(n, text, section=Section.LESSONS)
        for n, text in enumerate(hostile_strings, start=1)
    )
    view = a_short_view("Hostile")
    study = view.revision.study.model_copy(update={"statements": lessons})
    target, built = publish(a_view(study, view.document))
    ((address, _),) = built.hashes.values()
    tree = assert_harmless(target / address)
    texts = [shown(p.text_content()) for p in tree.xpath("//*[@class='statement']/p[1]")]
    assert texts == [shown(text) for text in hostile_strings]


def test_no_hostile_string_becomes_markup_anywhere(publish, hostile_views):
    """Titles, facts, tags, results, reasons, authors, speakers and reviewers are text as well."""
    checks = {
        view.source.source_id: Check(
            source_id=view.source.source_id, document_id="d", result=CheckResult.MOVED,
            moved_to=moved, checked_at=NOON,
        )
        for view, moved in zip(hostile_views, alternating_addresses(hostile_views), strict=True)
    }  # fmt: skip
    title = hostile_views[0].document.title
    target, built = publish(*hostile_views, title=title, licence=title, checks=checks)
    for address, _ in built.hashes.values():
        assert_harmless(target / address)
    for name in ("results.html", "figures.html", "data.html"):
        assert_harmless(target / name)
    home = assert_harmless(target / "index.html")
    titles = {shown(a.text_content()) for a in home.xpath("//ol//h3/a")}
    assert {shown(view.revision.study.title) for view in hostile_views} <= titles


def alternating_addresses(views: Sequence[CaseView]) -> list[str]:
    """Addresses that a source moved to, every second one an attack."""
    good, bad = "https://new.example/a", "javascript:alert(1)"
    return [bad if number % 2 else good for number in range(len(views))]


REMEMBER = """
window.executed = [];
for (const name of ["alert", "confirm", "prompt", "print"])
  window[name] = (...given) => { window.executed.push([name, ...given]); };
"""
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def defenceless(browser):
    """A page without the content security policy, which remembers dialogs in ``executed``."""
    context = browser.new_context(bypass_csp=True, viewport=PHONE)
    context.add_init_script(REMEMBER)
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_hostile_strings_run_nothing_and_break_no_layout(
    publish, hostile_views, defenceless, tmp_path
):
    """Unfolded and without the policy's help they execute nothing and keep a phone's width.

    A bare attack string does run in this page, so the check would notice one.
    """
    (tmp_path / "bare.html").write_text("<p>x</p><img src=x onerror=prompt(8)>")
    defenceless.goto((tmp_path / "bare.html").as_uri())
    defenceless.wait_for_function("executed.length > 0", timeout=5_000)
    target, built = publish(*hostile_views)
    pages = [address for address, _ in built.hashes.values()]
    for address in ("index.html", "results.html", "figures.html", pages[3], pages[-1]):
        defenceless.goto((target / address).as_uri())
        defenceless.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
        assert defenceless.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert defenceless.evaluate("executed") == []
