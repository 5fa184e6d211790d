"""What a case opens with: four lines, and the six tags that tell it from others."""

import pytest
from browsers import PHONE, violations
from built_sites import a_plan, serving
from case_views import CONFIRMED, VERIFIED, a_quote, a_short_view, a_statement, with_study
from html_pages import parsed, texts

from publishing.conversion import published_case
from publishing.entries import entry_of
from publishing.layout import brief
from publishing.site.build import build
from publishing.site.case_tags import rarest_first, rarities
from schemas.cases import Measure, Section, Tag
from schemas.reviews import CaseView

TERMS = {
    "rag": "Retrieval-augmented generation", "agents": "Agents", "reranking": "Reranking",
    "vllm": "vLLM", "redis": "Redis", "chunking": "Chunking", "chatbots": "Chatbots",
    "pgvector": "pgvector",
}  # fmt: skip


def a_case(title: str, *parts: tuple[str, str], tags: tuple[str, ...] = (), **changes) -> CaseView:
    """A case with (section, text) statements; ``changes`` of statements are by their text."""
    view = a_short_view(title)
    quote = a_quote(view.document, "is described here")
    statements = [
        a_statement(n, text, quote, section=Section(section), **changes.get(text.split()[0], {}))
        for n, (section, text) in enumerate(parts, start=1)
    ]
    made = [
        Tag(slug=one, label=TERMS[one], group="technique", evidence=(quote,), support=VERIFIED)
        for one in tags
    ]
    study = view.revision.study
    changed = {"statements": (*study.statements, *statements), "tags": tuple(made)}
    return with_study(view, study.model_copy(update=changed))


def lines(*parts: tuple[str, str], **changes) -> dict[str, str]:
    case = published_case(a_case("Brief", *parts, **changes))
    return {label: one.text for label, one in brief(case)}


def test_four_lines_are_the_best_statements_of_the_case():
    """The solved challenge with its solution, the highest grade, and a caveat without a doubt."""
    found = lines(
        ("context", "Letters arrive."),
        ("challenges", "Nobody read them."),
        ("challenges", "Tables were soup."),
        ("architecture", "A model drafts."),
        ("solutions", "Rates are sentences."),
        ("results", "Slower was it once."),
        ("results", "Faster it is now."),
        ("failures", "Doubtful it was."),
        ("failures", "Rates were invented."),
        ("gaps", "The cost is open."),
        Rates={"answers": 3},
        Slower={"measure": Measure(metric="time", value="3")},
        Faster={"measure": Measure(metric="time", value="2", baseline="3")},
        Doubtful={"support": CONFIRMED},
    )
    assert found == {
        "Problem": "Tables were soup.",
        "Approach": "Rates are sentences.",
        "Result": "Faster it is now.",
        "Caveat": "Rates were invented.",
    }


def test_a_line_without_a_statement_is_left_out():
    """Context, architecture, an outcome and a gap are second choices."""
    second = ("context", "Letters arrive."), ("architecture", "A model drafts.")
    assert lines(*second, ("solutions", "It drafts."), ("gaps", "The cost is open.")) == {
        "Problem": "Letters arrive.",
        "Approach": "A model drafts.",
        "Caveat": "The cost is open.",
    }
    doubtful = {"Officers": {"support": CONFIRMED}}
    assert lines(("results", "Officers like it."), **doubtful) == {"Result": "Officers like it."}
    assert lines() == {}


def the_cases() -> list[CaseView]:
    """One case with eight tags, of which it names seven, and two others that share some."""
    parts = [
        ("challenges", "Chunking broke the tables."),
        ("architecture", "Agents use RAG, vLLM, pgvector, Redis and chatbots."),
    ]
    whole = a_case("Whole", *parts, tags=(*TERMS,), Chunking={"support": CONFIRMED})
    return [whole, *(a_case(f"Other {n}", tags=("agents", "chatbots", "rag")) for n in range(3))]


def test_the_rarest_named_tags_come_first():
    """A common tag or one that the text does not name comes later; one case changes no order."""
    cases = [published_case(one) for one in the_cases()]
    entries = [entry_of(one) for one in cases]
    named = [tag.slug for tag in rarest_first(cases[0], rarities(entries))]
    assert named == [
        "vllm",
        "redis",
        "chunking",
        "pgvector",
        "rag",
        "agents",
        "chatbots",
        "reranking",
    ]
    assert rarities(entries) == rarities([*entries, entries[-1]]), "five cases are as rare as four"
    assert [tag.slug for tag in rarest_first(cases[0], {})][:2] == ["rag", "agents"]


def test_a_page_shows_six_tags_and_folds_the_others(publish):
    """A doubtful line has its mark; all tags are in a closed list."""
    site, built = publish(*the_cases())
    pages = {built.titles[i]: parsed(site / address) for i, (address, _) in built.hashes.items()}
    header = pages["Whole"].xpath("//header[@class='opening']")[0]
    assert texts(header, ".//dl[@class='brief']/div/dt") == ["Problem", "Approach"]
    assert texts(header, ".//dl//*[contains(@class, 'mark')]") == ["doubtful, confirmed"]
    (link, _) = header.xpath(".//dl[@class='brief']//a/@href")
    assert pages["Whole"].xpath(f"//section//*[@id='{link[1:]}']")
    assert len(header.xpath(".//ul[@class='tags']/li")) == 7
    assert texts(header, ".//ul[@class='tags']/li[last()]") == ["2 more"]
    (folded,) = pages["Whole"].xpath("//aside//details[@class='folded']")
    assert folded.get("open") is None
    assert len(folded.xpath(".//li")) == 8
    assert not pages["Other 1"].xpath("//a[@class='more']")
    assert not pages["Other 1"].xpath("//dl[@class='brief']")


@pytest.mark.browser
@pytest.mark.parametrize("width", [PHONE["width"], 1280])
def test_the_other_tags_unfold_by_touch(tmp_path, browser, width):
    """The link in the opening opens the list of all tags; a line leads to its statement."""
    build(a_plan(the_cases(), tmp_path / "cases.jsonl"), tmp_path / "site")
    (whole,) = (tmp_path / "site" / "cases").glob("whole-*")
    context = browser.new_context(viewport={"width": width, "height": 844}, has_touch=True,
                                  bypass_csp=True)  # fmt: skip
    page = context.new_page()
    with serving(tmp_path / "site") as address:
        page.goto(f"{address}cases/{whole.name}/index.html")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.get_by_role("link", name="2 more").tap()
        page.locator("aside details.folded[open]").wait_for()
        page.locator(".brief a").first.tap()
        page.locator(":target details.evidence[open]").first.wait_for()
    context.close()
