"""What the pages say of a case, and what they do not."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from case_views import (
    ADDRESS,
    CONFIRMED,
    NOON,
    REFUTED,
    a_document,
    a_publication,
    a_quote,
    a_short_view,
    a_statement,
    a_study,
    a_view,
    with_study,
)
from lxml import html

from publishing.site import Built
from schemas.cases import CaseStudy, Evidence, Section
from schemas.checks import Check, CheckResult
from schemas.errors import PublishError
from schemas.sources import SourceKind

STYLE = Path(__file__).parents[2] / "publishing/static/style.css"


def parsed(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_bytes())


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def address_of(built: Built, at: int = 0) -> str:
    return list(built.hashes.values())[at][0]


def case_page(publish, view, **more) -> html.HtmlElement:
    target, built = publish(view, **more)
    return parsed(target / address_of(built))


@pytest.fixture
def page(publish) -> html.HtmlElement:
    """The page of the complete case."""
    return case_page(publish, a_view())


def section(page: html.HtmlElement, name: str) -> html.HtmlElement:
    return page.xpath(f"//section[@aria-labelledby='{name}']")[0]


def test_the_files_of_a_site(publish):
    """Pages over all cases, a page and its data per case, all cases as data, what pages load."""
    target, built = publish(a_view())
    folder = address_of(built).removesuffix("/index.html")
    assert {p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file()} == {
        ".casebook-site", "index.html", "results.html", "figures.html", "data.html",
        "cases.jsonl", "cases.schema.json", "cases.parquet", "statements.parquet", "cases.csv",
        "statements.csv", "style.css", "site.js", "words.js", "icon.svg",
        f"{folder}/index.html", f"{folder}/case.json", f"{folder}/case.md",
        f"{folder}/case.bib", f"{folder}/case.ris",
    }  # fmt: skip
    assert built.pages == 1


def test_sections_come_in_the_order_of_reading(page):
    """Summary first, solutions below their challenges, and empty sections not at all."""
    assert [words(h) for h in page.xpath("//div[@class='story']/section/h2")] == [
        "Summary", "Context", "Architecture", "Challenges and how they were met",
        "Further solutions", "Tools", "Evaluation and operations", "Results",
        "What the source does not say",
    ]  # fmt: skip
    challenge = section(page, "challenges").xpath("ul/li")[0]
    assert "Scanned tariff tables" in words(challenge)
    assert "They wrote every rate out" in words(challenge.xpath("ul[@class='answers']/li")[0])
    assert "They wrote every rate out" not in words(section(page, "solutions"))


def test_the_summary_is_prose(page):
    """The sentences of the abstract read as one paragraph, with the quotes of each below it."""
    summary = section(page, "abstract")
    (paragraph,) = summary.xpath("p[@class='prose']")
    assert words(paragraph).startswith("Harbourline drafts answers")
    assert len(paragraph.xpath("span[@class='sentence']")) == 3
    assert len(summary.xpath("details/blockquote")) == 3


def test_silent_parts_are_named(page):
    """What the source says nothing about is named, and nothing that was only held back."""
    assert (
        words(section(page, "silent").xpath("p")[0]) == "techniques · lessons · failures and limits"
    )


def test_a_section_that_is_held_back_is_not_called_silent(publish):
    """That no statement is supported does not mean that the source says nothing."""
    study = a_study()
    left = [s for s in study.statements if s.section is not Section.TOOLS]
    tool = a_statement(90, "REFUTED", section=Section.TOOLS, support=REFUTED)
    view = with_study(a_view(), study.model_copy(update={"statements": (*left, tool)}))
    page = case_page(publish, view)
    assert "tools" not in words(section(page, "silent"))
    assert not page.xpath("//section[@aria-labelledby='tools']")


def test_each_quote_links_to_its_place(page):
    """A statement's quote is on the page, and its link opens the source at it."""
    first = section(page, "context").xpath(".//li")[0]
    assert words(first.xpath(".//blockquote")[0]) == "about 4,000 claims a week"
    assert first.xpath(".//a[@class='source-link']/@href") == [
        f"{ADDRESS}#:~:text=about%204%2C000%20claims%20a%20week"
    ]


def test_support_is_said_quietly_and_marked_only_in_doubt(page):
    """Each statement names its support in small words; a mark stands beside confirmed doubts."""
    architecture = section(page, "architecture").xpath("ul/li")
    assert words(architecture[0].xpath("details/summary")[0]) == "Quote § What we built unverified"
    assert [
        words(m) for m in section(page, "challenges").xpath(".//*[contains(@class, 'mark')]")
    ] == ["doubtful, confirmed"]
    doubt = section(page, "challenges").xpath("ul/li")[1]
    assert "The quote does not name the number." in words(doubt.xpath(".//p[@class='reason']")[0])
    assert "verified, a curator’s words" in words(section(page, "challenges"))
    assert words(page.xpath("//p[@class='kicker']")[0]) == (
        "Harbourline Insurance 2026 doubtful, confirmed"
    )


def test_an_inferred_fact_is_called_so(page):
    """A choice that the quote only suggests is not shown as a statement of the source."""
    labels = [words(dt) for dt in page.xpath("//dl[@class='facts']//dt")]
    assert labels == ["Company", "Industry (inferred)", "Year", "Deployment"]


def test_a_verbatim_statement_is_not_quoted_twice(page):
    """The source's own sentence links to its place, in the source's language, without a repeat."""
    own = section(page, "architecture").xpath("ul/li")[1]
    assert "verbatim" in words(own)
    assert not own.xpath(".//blockquote")
    assert own.xpath("p/span/@lang") == ["en"]
    assert own.xpath(".//a[@class='source-link']/@href")[0].startswith(ADDRESS)


def test_measured_results_make_a_table(page):
    """Metric, value, baseline, sample and method are columns; a result in words stays a sentence."""
    results = section(page, "results")
    assert [words(th) for th in results.xpath(".//th")] == [
        "Result", "Metric", "Value", "Before", "Sample", "Method",
    ]  # fmt: skip
    rows = [[words(c) for c in row.xpath("td")[1:]] for row in results.xpath(".//tbody/tr")]
    assert rows == [
        [
            "median time to first answer",
            "3 hours",
            "26 hours",
            "all claims of March",
            "self-reported",
        ],
        ["drafts changed", "18 %", "61 %", "", ""],
    ]
    assert words(results.xpath("ul/li")[0]).startswith("The invented rates went away.")


def test_held_back_and_private_matters_are_in_no_file(publish):
    """Neither pages nor data hold refuted parts, claimed quotes, local paths or private remarks."""
    document = a_document(url=None)
    study = a_study(document)
    claimed = a_statement(90, "Kept.", Evidence(quote="CLAIMED-QUOTE"), section=Section.TOOLS)
    study = study.model_copy(update={"statements": (*study.statements, claimed)})
    target, _ = publish(a_view(study, document))
    everything = "".join(p.read_text() for p in target.rglob("*") if p.is_file())
    for secret in (
        "REFUTED-STATEMENT", "REFUTED-TAG", "REFUTED-FACT", "DOUBTFUL-STATEMENT", "CLAIMED-QUOTE",
        "private remark", "submitter@", "/home/mira",
    ):  # fmt: skip
        assert secret not in everything
    assert "Kept." in everything
    assert "without a web address" in everything


def provenance(page: html.HtmlElement) -> dict[str, str]:
    rows = page.xpath("//section[@class='provenance']/dl/div")
    return {words(row.xpath("dt")[0]): words(row.xpath("dd")[0]) for row in rows}


def test_provenance_says_who_made_and_approved_it(page):
    """Model, strategy, prompts, judge, days, the approving person, gaps and what is left out."""
    rows = provenance(page)
    assert rows.pop("Support").startswith("1 verbatim: the source's own sentence. 12 verified:")
    assert rows.pop("Revision").startswith("rev1_")
    assert rows == {
        "Source": ADDRESS,
        "Accessed": "24 November 2026",
        "Drafted": "by SmolLM2-135M-Instruct, 24 November 2026",
        "How": "strategy guided; prompts guided_question/v2; judged by a-judge",
        "Not read": "passages 4 to 6 (The budget was reached)",
        "Approved": "by Mira Lindqvist, 24 November 2026",
        "Left out": "1 fact, 2 statements and 1 tag of the draft, not supported well enough by the source",
    }


def test_an_edited_revision_names_both_makers(publish):
    """A person's revision names the person, and the model whose draft it goes back to."""
    view = a_view()
    draft = view.revision
    changes = {"revision_id": "rev1_edit", "parent_id": draft.revision_id, "made_by": "person",
               "author": "Jon Aalto", "recipe": None}  # fmt: skip
    edit = draft.model_copy(update=changes)
    view = view.model_copy(update={"revision": edit, "revisions": (draft, edit)})
    rows = provenance(case_page(publish, view))
    assert rows["Drafted"] == "by SmolLM2-135M-Instruct, 24 November 2026"
    assert rows["Edited"] == "by Jon Aalto, 24 November 2026"
    assert "Approved" not in rows, "the approval was of the draft, not of this revision"


@pytest.mark.parametrize(
    ("result", "more", "words_of_it"),
    [
        ("same", {}, "the source is unchanged"),
        ("changed", {"quotes": 5, "lost": ("a",)}, "1 of 5 quotes are now only in the text kept"),
        ("changed", {"quotes": 5}, "every quote is still there"),
        ("moved", {"moved_to": "https://new.example/a"}, "moved to https://new.example/a"),
        ("gone", {}, "this case rests on the text kept"),
    ],
)
def test_a_check_of_the_source_is_reported(publish, result, more, words_of_it):
    """Readers learn that a source changed, moved or went away after the case was made."""
    view = a_view()
    check = Check(source_id=view.source.source_id, document_id="doc1_a", result=result,
                  checked_at=NOON, **more)  # fmt: skip
    page = case_page(publish, view, checks={check.source_id: check})
    assert words_of_it in provenance(page)["Checked"]


def test_an_unreachable_source_is_not_reported(publish):
    """A check that could not reach the source says nothing about it."""
    view = a_view()
    check = Check(source_id=view.source.source_id, document_id="doc1_a",
                  result=CheckResult.UNREACHABLE, checked_at=NOON)  # fmt: skip
    assert "Checked" not in provenance(case_page(publish, view, checks={check.source_id: check}))


def test_the_content_hash_knows_an_unchanged_case(publish):
    """Neither the day of building, the site's name nor a new check changes it; a word does."""
    view = a_view()
    target, first = publish(view)
    before = (target / address_of(first)).read_bytes()
    _, again = publish(view, built_at=NOON + timedelta(days=400))
    assert again == first
    assert (target / address_of(first)).read_bytes() == before
    assert publish(view, title="Another name")[1] == first
    days = [Check(source_id=view.source.source_id, document_id="d", result=CheckResult.SAME,
                  checked_at=NOON + timedelta(days=n)) for n in (1, 2)]  # fmt: skip
    checked = [publish(view, checks={day.source_id: day})[1] for day in days]
    assert checked[0] == checked[1]
    study = a_study()
    changed = study.model_copy(update={"statements": study.statements[1:]})
    assert publish(with_study(view, changed))[1].hashes != first.hashes


def test_a_withdrawn_case_says_so_where_it_stood(publish):
    """Old links lead to a notice and nothing of the case; no page is written anywhere else."""
    view = a_short_view("Secretive")
    target, built = publish(view)
    address = address_of(built)
    gone = a_publication(view.case.case_id, address, withdrawn=True)
    outside = gone.model_copy(update={"address": "../a.html"})
    publish(a_short_view("stays"), withdrawn=[gone, outside])
    notice = words(parsed(target / address))
    assert "This case was withdrawn" in notice
    assert "24 November 2026" in notice
    assert "Secretive" not in notice
    assert [p.name for p in (target / address).parent.iterdir()] == ["index.html"]
    assert not (target.parent / "a.html").exists()
    assert "Secretive" not in "".join(p.read_text() for p in target.rglob("*") if p.is_file())


def test_a_case_that_returns_gets_its_old_address(publish):
    """Published again under another title, a case replaces the notice that it was withdrawn."""
    view = a_short_view("First title", case_id="case1_abcdefgh1")
    target, built = publish(view)
    gone = a_publication(view.case.case_id, address_of(built), withdrawn=True)
    renamed = a_short_view("Second title", case_id="case1_abcdefgh1")
    _, again = publish(renamed, withdrawn=[gone])
    assert address_of(again) == address_of(built)
    assert "Second title" in words(parsed(target / address_of(again)))


def test_a_blocked_case_is_refused(publish, tmp_path):
    """A case without statements does not reach the site, and the error names it."""
    view = with_study(a_view(), CaseStudy(facts=a_study().facts))
    with pytest.raises(
        PublishError, match=f"{view.case.case_id} cannot be published. The case has no"
    ):
        publish(view)
    assert not (tmp_path / "site").exists()


def test_a_folder_of_others_is_left_alone(publish, tmp_path):
    """Publishing into a folder of other files writes nothing."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.txt").touch()
    with pytest.raises(PublishError, match="did not write"):
        publish(a_view())
    assert [p.name for p in (tmp_path / "site").iterdir()] == ["thesis.txt"]


def test_a_statement_has_an_address_that_stays(publish):
    """Its id comes from the words: another statement before it changes nothing."""
    view, study = a_view(), a_study()
    (link,) = section(case_page(publish, view), "tools").xpath(".//a[@class='here']/@href")
    quote = a_quote(view.document, "vLLM")
    more = [a_statement(n, "Another tool.", quote, section=Section.TOOLS) for n in (90, 91)]
    study = study.model_copy(update={"statements": (*more, *study.statements)})
    page = case_page(publish, with_study(view, study))
    assert "vLLM serves the model." in words(page.get_element_by_id(link[1:]))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)), "equal statements have ids of their own"


def test_the_home_page_counts_and_offers_what_there_is(publish):
    """It says how many cases there are, and its filter offers just their terms, by label."""
    views = (a_view(), a_short_view("b", industry="energy"), a_short_view("c"))
    target, built = publish(*views)
    home = parsed(target / "index.html")
    assert words(home.xpath("//div[@class='counts']")[0]) == "3 cases 2 industries · 4 tags"
    assert home.xpath("//select[@id='industry']/option/@value") == ["", "energy", "insurance"]
    assert words(home.xpath("//select[@id='industry']")[0]) == (
        "Any Energy and utilities (1) Insurance (1)"
    )
    assert set(home.xpath("//ol//h3/a/@href")) == {address for address, _ in built.hashes.values()}
    assert words(home.xpath("//p[@class='teaser']")[0]).startswith("Harbourline drafts answers")


def test_an_empty_site_says_so(publish):
    """Before the first approval every page says that there is nothing yet."""
    target, built = publish()
    assert built == (0, {})
    assert "No case is published yet." in words(parsed(target / "index.html"))
    assert "No case has a measured result yet." in words(parsed(target / "results.html"))
    assert (target / "cases.jsonl").read_text() == ""
    assert not (target / "cases.parquet").exists()


def test_results_of_all_cases_stand_on_one_page(publish):
    """Each measured one with its quote, its case and its marks; no other statement is there."""
    study = a_study()
    doubted = [
        s.model_copy(update={"support": CONFIRMED}) if s.text.startswith("Officers correct") else s
        for s in study.statements
    ]
    view = with_study(a_view(), study.model_copy(update={"statements": tuple(doubted)}))
    target, built = publish(a_short_view("b"), view)
    page = parsed(target / "results.html")
    first, second = page.xpath("//tbody/tr")
    assert [words(cell) for cell in first.xpath("td")[1:4]] == [
        "median time to first answer", "3 hours", "26 hours",
    ]  # fmt: skip
    assert "Sample: all claims of March" in words(first)
    assert "doubtful, confirmed" in words(second.xpath("td")[0])
    assert second.xpath(".//blockquote")
    assert second.xpath(".//a[@class='here']/@href")[0].startswith(
        f"{address_of(built, 1)}#results-"
    )
    assert (second.get("data-number"), second.get("data-unit")) == ("18.0", "%")
    assert set(page.xpath("//select[@id='unit']/option/@value")) == {"", "hours", "%"}


def test_figures_add_up_to_the_data(publish):
    """Each count is that of the data, with what sources do not say; each leads to its cases."""
    target, _ = publish(a_view(), a_short_view("b", industry="energy"), a_short_view("c"))
    page = parsed(target / "figures.html")
    counts = {
        part.get("aria-labelledby"): {
            words(row.xpath("th")[0]): int(words(row.xpath("td")[0]))
            for row in part.xpath("table/tbody/tr")
        }
        for part in page.xpath("//section[@class='figures']")
    }
    silent = "The source does not say"
    assert counts["industry"] == {"Energy and utilities": 1, "Insurance": 1, silent: 1}
    assert counts["year"] == {"2026": 1, silent: 2}
    assert counts["kind"] == {"web page": 3}
    records = [json.loads(line) for line in (target / "cases.jsonl").read_text().splitlines()]
    tags = {tag["label"]: 1 for record in records for tag in record["tags"]}
    assert counts["tag"] == {**tags, "No tag": 2}
    assert "index.html?industry=energy" in page.xpath("//table//a/@href")


def test_pages_load_nothing_from_elsewhere(publish):
    """The policy forbids everything but the site's own files, and every reference is one."""
    target, _ = publish(a_view())
    for path in target.rglob("*.html"):
        page = parsed(path)
        policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        loaded = page.xpath("//script/@src | //link[not(@rel='alternate')]/@href | //img/@src")
        assert len(loaded) == 3
        assert all((path.parent / name).resolve().is_file() for name in loaded)
        assert [script.text for script in page.iter("script")] == [None]
        assert not page.xpath("//@style | //style")


def test_every_link_inside_the_site_leads_somewhere(publish):
    """No page links to a file that is not there, nor to an id that is not on it."""
    target, _ = publish(a_view(), a_short_view("b"))
    for path in target.rglob("*.html"):
        page = parsed(path)
        for href in page.xpath("//a/@href"):
            if href.startswith("https://"):
                continue
            name, _, place = href.partition("#")
            file = (path.parent / name.partition("?")[0]) if name else path
            assert file.is_file(), href
            assert not place or parsed(file).get_element_by_id(place) is not None, href


def test_pages_are_built_for_screen_readers(publish):
    """Landmarks are there, headings skip no level, labels and ids fit, and ids are unique."""
    target, _ = publish(a_view())
    for path in target.rglob("*.html"):
        page = parsed(path)
        levels = [int(h.tag[1]) for h in page.xpath("//h1 | //h2 | //h3 | //h4")]
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))
        assert len(page.xpath("//main")) == len(page.xpath("//body/header")) == 1
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert set(page.xpath("//@aria-labelledby | //label/@for")) <= set(ids)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_enough_contrast(scheme):
    """Each colour of text reaches 4.5 to 1 (WCAG AA) on each ground that it stands on."""
    block = re.findall(r":root \{(.*?)\}", STYLE.read_text(), re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    pairs = [(ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "raised")]
    marks = [("accent", "accent-wash"), ("doubt", "doubt-wash"), ("doubt", "paper")]
    for ink, ground in [*pairs, *marks]:
        low, high = sorted([luminance(colours[ink]), luminance(colours[ground])])
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "A blog post by Ines Okafor on Harbourline Engineering, 4 May 2026"),
        ({"kind": SourceKind.MARKDOWN}, "An article by Ines Okafor on Harbourline Engineering, 4 May 2026"),
        (
            {"kind": SourceKind.VIDEO, "authors": ("AI Conf",), "site": "YouTube"},
            "A video from AI Conf on YouTube, 4 May 2026",
        ),
        ({"kind": SourceKind.PAPER, "authors": "A B C D E F".split(), "site": None, "published": None},
         "A paper by A, B, C and 3 others"),
        ({"kind": SourceKind.PDF, "authors": (), "site": None, "published": None}, "A PDF"),
    ],
)  # fmt: skip
def test_the_source_is_described_in_one_line(publish, changes, line):
    """Kind, authors, site and day are named as far as they are known."""
    document = a_document(**changes)
    page = case_page(publish, a_view(a_study(document), document))
    assert words(page.xpath("//p[@class='byline']/span")[0]) == line
