"""Pages of a case: their content, and parts that are left out."""

import csv
import json
from datetime import timedelta
from pathlib import Path

import case_views as made
import pytest
from case_views import (
    ADDRESS,
    a_kept_study,
    a_short_view,
    a_study,
    a_view,
    an_article,
    with_study,
)
from html_pages import parsed, texts, words
from lxml import html

from publishing.plan import SiteChange
from schemas.cases import Evidence, Section
from schemas.reviews import Decision
from schemas.sources import Check, CheckResult


def address_of(built, at: int = 0) -> str:
    return list(built.hashes.values())[at][0]


def case_page(publish, view, **more) -> html.HtmlElement:
    target, built = publish(view, **more)
    return parsed(target / address_of(built))


@pytest.fixture
def page(publish) -> html.HtmlElement:
    """The page of the complete case."""
    return case_page(publish, a_view())


def everything(target: Path) -> str:
    """All bytes of a site but its pictures, its fonts and DuckDB."""
    files = (path for path in target.rglob("*") if path.is_file() and "duckdb" not in path.parts)
    return "".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def section(page: html.HtmlElement, name: str) -> html.HtmlElement:
    return page.xpath(f"//section[@aria-labelledby='{name}']")[0]


def test_the_files_of_a_site(publish):
    """Has pages over all cases, a page and data per case, all data, and assets."""
    target, built = publish(a_view())
    page = target / address_of(built)
    assert sorted(p.name for p in page.parent.iterdir()) == (
        "case.bib case.json case.md case.ris index.html".split()
    )
    pages = "index search browse lessons challenges results failures questions ask attribution figures data "
    assert {p.stem for p in target.glob("*.html")} == {
        *pages.split(),
        "changes",
        "collection",
        "compare",
        "corrections",
        "how-right",
        "404",
    }
    assert {p.name for p in target.iterdir() if p.is_dir()} >= set(
        "cases tags industries companies years data reports".split()
    )
    tables = ("cases", "statements", "evidence", "results", "tags")
    data = {f"{name}.{kind}" for name in tables for kind in ("csv", "parquet")}
    assert {p.name for p in (target / "data").iterdir()} > data | {"cases.jsonl"}


def test_sections_come_in_the_order_of_reading(page):
    """The summary comes first, solutions follow challenges, empty sections are left out."""
    assert texts(page, "//div[@class='story']/section/h2") == [
        "Summary", "Results", "Context", "Architecture", "Challenges and how they were met",
        "Tools", "Evaluation and operations",
        "Not stated by the source",
    ]  # fmt: skip
    challenge = section(page, "challenges").xpath("ul/li")[0]
    assert "Scanned tariff tables" in words(challenge)
    assert "They wrote every rate out" in words(challenge.xpath("ul[@class='answers']/li")[0])
    assert words(section(page, "challenges")).count("They wrote every rate out") == 1


def test_only_silent_parts_are_called_silent(publish, page):
    """Sections are named if the source is silent and others do not tell as much."""
    silent = "scale · lessons"
    assert texts(section(page, "silent"), "p") == [silent]
    study = a_study()
    left = [s for s in study.statements if s.section is not Section.TOOLS]
    tool = made.a_statement(90, "REFUTED", section=Section.TOOLS, support=made.REFUTED)
    view = with_study(a_view(), study.model_copy(update={"statements": (*left, tool)}))
    held_back = case_page(publish, view)
    assert texts(section(held_back, "silent"), "p") == [silent]
    assert not held_back.xpath("//section[@aria-labelledby='tools']")


def test_each_quote_links_to_its_place(page):
    """Quotes are on the page, and their links open the source at the quote."""
    summary, context = section(page, "abstract"), section(page, "context")
    assert len(summary.xpath("div[@class='prose']/span[@class='sentence']")) == 3
    assert len(summary.xpath(".//details//blockquote")) == 3
    assert texts(context, ".//blockquote") == ["about 4,000 claims a week"]
    link = f"{ADDRESS}#:~:text=about%204%2C000%20claims%20a%20week"
    assert context.xpath(".//a[@class='source-link']/@href") == [link]
    verbatim = section(page, "architecture").xpath("ul/li")[1]
    assert not verbatim.xpath(".//blockquote"), "it would be shown twice"
    assert verbatim.xpath("span/@lang") == ["en"]
    assert verbatim.xpath(".//a[@class='source-link']/@href")[0].startswith(ADDRESS)


def test_support_is_said_once_and_marked_only_in_doubt(page):
    """The page says that all was checked; unjudged statements and confirmed doubts are marked."""
    assert texts(page, "//header/p[@role='note']")[0].startswith("Checked: every sentence is based")
    marks = ".//*[contains(@class, 'mark')]"
    assert texts(section(page, "architecture"), marks) == ["not judged"]
    assert texts(section(page, "context"), marks) == []
    challenges = section(page, "challenges")
    assert texts(challenges, ".//*[contains(@class, 'mark')]") == ["doubtful, confirmed"]
    assert texts(challenges, ".//p[@class='reason']") == ["The quote does not name the number."]
    assert "Verified, a curator’s words" in words(challenges)
    kicker = "Harbourline Insurance 2026 doubtful, confirmed"
    assert texts(page, "//p[@class='kicker']") == [kicker]
    labels = texts(page, "//dl[@class='facts']//dt")
    assert labels == ["Company", "Industry (inferred)", "Year", "Deployment"]


def test_measured_results_make_a_table(page):
    """The parts of a result and its grade are columns, even if not stated; others stay sentences."""
    results = section(page, "results")
    columns = ["Result", "Metric", "Value", "Before", "Sample", "Method", "Grade"]
    assert texts(results, ".//th") == columns
    assert [texts(row, "td")[1:] for row in results.xpath(".//tbody/tr")] == [
        [
            "median time to first answer", "3 hours", "26 hours", "all claims of March",
            "self-reported", "2 of 4 baseline, sample",
        ],
        ["drafts changed", "18 %", "61 %", "not stated", "not stated", "1 of 4 baseline"],
    ]  # fmt: skip
    assert texts(results, "ul/li")[0].startswith("The invented rates went away.")


def test_an_article_has_paragraphs_and_two_voices(publish):
    """Solutions follow their challenge; gaps are the editor's; quotes have their translation."""
    page = case_page(publish, an_article())
    read = {
        name: texts(section(page, name), ".//span[@class='sentence']/span | .//li/span")
        for name in ("challenges", "lessons", "gaps")
    }
    assert read["challenges"] == [
        "Tables were soup.", "So it made up rates.", "Rates are sentences now.",
        "Errors went unseen.", "A reader samples answers.",
    ]  # fmt: skip
    assert len(section(page, "challenges").xpath("div[@class='prose']")) == 1
    assert len(section(page, "lessons").xpath("ul/li")) == 2
    assert texts(page, "//h3[@class='voice']") == ["The authors say", "We notice"]
    assert read["gaps"] == ["Rates were invented.", "Will it last?", "The cost is not given."]
    assert len(section(page, "gaps").xpath("ul/li")) == 1
    assert texts(page, "//figure/div/blockquote")[0].startswith("The hardest part was tables")
    assert texts(section(page, "results"), ".//p[@class='translation']") == [
        "Translation: 18 % now, 61 % then."
    ]
    (link,) = section(page, "context").xpath(".//a[@class='source-link']")
    assert (words(link), link.get("href")) == ("In the source, the page’s description", ADDRESS)
    assert not page.xpath("//section[@aria-labelledby='silent']")
    assert "Clausewise" in texts(page, "//dl[@class='facts']//dd")


def test_held_back_and_private_matters_are_in_no_file(publish):
    """No file has refuted parts, missing quotes, local paths or curators' comments."""
    document = made.a_document(url=None)
    study = a_study(document)
    claimed = made.a_statement(90, "Kept.", Evidence(quote="CLAIMED-QUOTE"), section=Section.TOOLS)
    study = study.model_copy(update={"statements": (*study.statements, claimed)})
    target, _ = publish(a_view(study, document))
    text = everything(target)
    for secret in ("REFUTED", "DOUBTFUL-", "CLAIMED", "private remark", "submitter@", "/home/mira"):
        assert secret not in text
    assert "without a web address" in text


def provenance(page: html.HtmlElement) -> dict[str, str]:
    rows = page.xpath("//section[@class='provenance']/dl/div")
    return {words(row.xpath("dt")[0]): words(row.xpath("dd")[0]) for row in rows}


def test_provenance_says_who_made_and_approved_it(page):
    """Shows model, strategy, prompts, judge, dates, approver, gaps and held-back parts."""
    rows = provenance(page)
    assert rows.pop("Support").startswith("1 verbatim: a sentence of the source; if a judge model")
    assert rows.pop("Revision").startswith("rev1_")
    assert rows == {
        "Source": ADDRESS,
        "Accessed": "24 November 2026",
        "Drafted": "by SmolLM2-135M-Instruct, 24 November 2026",
        "How": "strategy guided; prompts guided_question/v2; judged by a-judge",
        "Not read": "passages 4 to 6 (The budget was reached)",
        "Approved": "by Mira Lindqvist, 24 November 2026",
        "Left out": "1 fact, 2 statements and 1 tag of the draft, insufficiently supported by the "
        "source",
    }


def test_an_edited_revision_names_both_makers(publish):
    """An edited revision names its editor and the model of the original draft."""
    view = a_view()
    draft = view.revision
    edit = {"revision_id": "rev1_edit", "parent_id": draft.revision_id, "made_by": "person"}
    edited = draft.model_copy(update=edit | {"author": "Jon Aalto", "recipe": None})
    view = view.model_copy(update={"revision": edited, "revisions": (draft, edited)})
    rows = provenance(case_page(publish, view))
    assert rows["Drafted"] == "by SmolLM2-135M-Instruct, 24 November 2026"
    assert rows["Edited"] == "by Jon Aalto, 24 November 2026"
    assert "Approved" not in rows, "the approval was of the draft, not of this revision"


def test_the_judges_verdicts_are_no_edits(publish):
    """A case judged anew is drafted when it was, by the same model, and edited by the same person."""
    view = a_view()
    draft = view.revision.model_copy(update={"recipe": None})
    steps = (("rev1_edit", "Jon Aalto"), ("rev1_judged", "a-judge"))
    found = [draft]
    for revision_id, author in steps:
        made_by = {"parent_id": found[-1].revision_id, "made_by": "person", "author": author}
        values = {"revision_id": revision_id, "recipe": view.revision.recipe, **made_by}
        found.append(draft.model_copy(update=values))
    verdicts = view.reviews[0].model_copy(
        update={"decision": Decision.JUDGE, "revision_id": "rev1_judged", "who": "a-judge"}
    )
    reviews = {"reviews": (*view.reviews, verdicts)}
    view = view.model_copy(update={"revision": found[-1], "revisions": tuple(found)} | reviews)
    rows = provenance(case_page(publish, view))
    assert rows["Edited"] == "by Jon Aalto, 24 November 2026"
    assert rows["Drafted"] == "by SmolLM2-135M-Instruct, 24 November 2026"
    assert rows["How"].endswith("judged by a-judge")


def test_a_refutation_that_a_curator_overruled_is_shown(publish):
    """Page and lists mark it; the page names the curator, the reason and the judge's."""
    target, built = publish(a_view(a_kept_study()), address="https://x.example")
    page = parsed(target / next(iter(built.hashes.values()))[0])
    (solution,) = section(page, "challenges").xpath(".//ul[@class='answers']/li")
    overruled = "A judge model refuted this; Mira Lindqvist kept it: The team told us so."
    assert texts(solution, ".//span[contains(@class, 'mark')]") == ["refuted, kept by a curator"]
    assert texts(solution, ".//p[@class='reason']") == [
        overruled,
        "[5] speaks of invented rates only.",
    ]
    tag = "//section[@aria-labelledby='tags']//p[@class='reason']"
    assert texts(page, tag)[0] == overruled
    assert "pgvector refuted, kept by a curator" in texts(page, "//ul[@class='tags']/li")
    note = (
        f"The title is refuted, kept by a curator. {overruled} [5] speaks of invented rates only."
    )
    assert texts(page, "//header/p[@role='note']")[:-1] == [note]
    assert "They wrote every rate out as a sentence. refuted, kept by a curator" in texts(
        parsed(target / "challenges.html"), "//ul[@class='answers']/li"
    )
    listed = (target / "challenges.json").read_text()
    assert '"mark": "refuted, kept by a curator"' in listed


def test_a_case_that_no_judge_saw_says_so_at_the_top(publish):
    """The page has a note with a link to the levels, and the picture of its link has a mark."""
    judged = a_view()
    recipe = judged.revision.recipe.model_copy(update={"judge": None, "strategy": "single"})
    pictures = []
    for view in (judged, a_view(revision={"recipe": recipe})):
        target, built = publish(view, address="https://x.example")
        folder = target / next(iter(built.hashes.values()))[0].removesuffix("index.html")
        notes = texts(parsed(folder / "index.html"), "//header/p[@role='note']")
        pictures.append((folder / "card.png").read_bytes())
    assert notes == [
        "Not judged: no model compared these statements with the source. What the levels mean"
    ]
    assert pictures[0] != pictures[1]
    assert parsed(target / "data.html").get_element_by_id("support") is not None
    (row,) = csv.DictReader((target / "data" / "cases.csv").open(encoding="utf-8"))
    assert (row["judge"], row["judging_note"][:10]) == ("", "Not judged")


def a_check(view, result: str, **more) -> dict[str, Check]:
    source_id, values = view.source.source_id, {"document_id": "doc1_a", "checked_at": made.NOON}
    return {source_id: Check(source_id=source_id, result=CheckResult(result), **(values | more))}


@pytest.mark.parametrize(
    ("result", "more", "report"),
    [
        ("same", {}, "the source is unchanged"),
        (
            "changed",
            {"quotes": 5, "lost": ("a",)},
            "1 of 5 quotes are now only in the archived text",
        ),
        ("changed", {"quotes": 5}, "all quotes are still there"),
        ("moved", {"moved_to": "https://new.example/a"}, "moved to https://new.example/a"),
        (
            "replaced",
            {"quotes": 5, "lost": ("a",)},
            "a newer version has replaced the source; 1 of 5",
        ),
        ("retracted", {}, "the source was retracted or withdrawn"),
        ("gone", {}, "this case is based on the archived text"),
        ("unreachable", {}, ""),
    ],
)
def test_a_check_of_the_source_is_reported(publish, result, more, report):
    """Readers see that a source changed, moved or disappeared, not that it was unreachable."""
    view = a_view()
    page = case_page(publish, view, checks=a_check(view, result, **more))
    rows = provenance(page)
    assert report in rows.get("Checked", "")
    assert ("retracted or withdrawn, as its page" in page.text_content()) is (result == "retracted")
    assert bool(report) == ("Checked" in rows)


def test_the_content_hash_knows_an_unchanged_case(publish):
    """The site's name and source checks do not change the hash, a changed word does."""
    view = a_view()
    first = publish(view, checks=a_check(view, "same"))[1].hashes
    later = made.NOON + timedelta(days=1)
    checks = a_check(view, "same", checked_at=later)
    assert publish(view, title="Another name", checks=checks)[1].hashes == first
    changed = a_study().model_copy(update={"statements": a_study().statements[1:]})
    assert publish(with_study(view, changed))[1].hashes != first


def test_a_withdrawn_case_says_so_where_it_stood(publish):
    """The old address shows a notice without the case; no page is written elsewhere."""
    view = a_short_view("Secretive", case_id="case1_abcdefgh1")
    target, built = publish(view)
    address = address_of(built)
    gone = made.a_publication(view.case.case_id, address, withdrawn=True)
    outside = gone.model_copy(update={"address": "../a.html"})
    publish(a_short_view("stays"), withdrawn=[gone, outside])
    notice = words(parsed(target / address))
    assert "This case was withdrawn" in notice
    assert "24 November 2026" in notice
    assert [p.name for p in (target / address).parent.iterdir()] == ["index.html"]
    assert not (target.parent / "a.html").exists()
    assert "Secretive" not in everything(target)
    publish(a_short_view("Renamed", case_id="case1_abcdefgh1"), withdrawn=[gone])
    assert texts(parsed(target / address), "//h1") == ["Renamed"], "it returns to its old address"


def test_a_statement_has_an_address_that_stays(publish):
    """The id is derived from its words, so earlier statements do not affect it."""
    view, study = a_view(), a_study()
    (link,) = section(case_page(publish, view), "tools").xpath(".//a[@class='here']/@href")
    quote = made.a_quote(view.document, "vLLM")
    more = [made.a_statement(n, "Another tool.", quote, section=Section.TOOLS) for n in (90, 91)]
    study = study.model_copy(update={"statements": (*more, *study.statements)})
    page = case_page(publish, with_study(view, study))
    assert "vLLM serves the model." in words(page.get_element_by_id(link[1:]))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)), "equal statements have ids of their own"


def test_home_and_browse_count_what_there_is(publish):
    """Cases are counted by their terms; each count links to its cases."""
    views = (a_view(), a_short_view("b", industry="energy"), a_short_view("c"))
    target, built = publish(*views)
    home = parsed(target / "index.html")
    assert set(home.xpath("//ol//h3/a/@href")) == {address for address, _ in built.hashes.values()}
    browse = parsed(target / "browse.html")
    industries = browse.xpath("//section[@aria-labelledby='industries']//a")
    assert [words(link) for link in industries] == ["Energy and utilities 1", "Insurance 1"]
    energy = parsed(target / industries[0].get("href"))
    assert texts(energy, "//h1") == ["Energy and utilities"]
    assert texts(energy, "//ol//h3") == ["b"]


def test_companies_written_differently_share_a_page(publish):
    """The page has the most frequent spelling and all cases."""
    names = ("DoorDash", "Doordash, Inc.", "DoorDash")
    target, _ = publish(*(a_short_view(f"Case {n}", company=c) for n, c in enumerate(names)))
    page = parsed(target / "companies/doordash/index.html")
    assert texts(page, "//h1") == ["DoorDash"]
    assert len(page.xpath("//ol//h3")) == len(names)


def test_an_empty_site_says_so(publish):
    """Before the first approval every page says that there is nothing yet."""
    target, built = publish()
    assert built.hashes == {}
    assert "No cases are published yet." in words(parsed(target / "index.html"))
    assert "No case has such statements yet." in words(parsed(target / "results.html"))


def test_what_changed_is_told_by_day(publish):
    """Newest day first, each case once per day, and all changes as JSON."""
    events = (1, "changed", "A <b>"), (1, "changed", "A <b>"), (0, "added", "A"), (0, "added", "B")
    changes = [
        SiteChange(
            at=made.NOON + timedelta(days=day), what=what, title=title, address=f"{title[0]}/"
        )
        for day, what, title in events
    ]
    target, _ = publish(a_view(), changes=changes)
    page = parsed(target / "changes.html")
    assert texts(page, "//section/h2") == ["25 November 2026", "24 November 2026"]
    assert texts(page, "//section//li") == ["A <b>", "A", "B"]
    assert texts(page, "//section/p") == ["1 case changed", "2 cases added"]
    assert len(json.loads((target / "changes.json").read_text())) == len(changes)


def test_results_never_share_a_table_with_another_unit(publish):
    """Each result shows metric, baseline and origin, in a table per unit."""
    target, built = publish(a_short_view("b"), a_view())
    page = parsed(target / "results.html")
    assert texts(page, "//section[@class='unit']/h3") == ["% 1", "hours 1"]
    (hours,) = page.xpath("//section[@class='unit'][2]//tbody/tr")
    assert texts(hours, "td")[:3] == ["median time to first answer", "3 hours", "26 hours"]
    assert "all claims of March" in words(hours)
    (link,) = hours.xpath(".//a/@href")
    assert link.startswith(f"{address_of(built, 1)}#results-")


def test_similar_cases_share_tags_and_words(publish):
    """A case links to cases about the same subject."""
    grid = [f"Forecasting the load of wind grids, part {n}" for n in range(3)]
    others = [f"Invoices of suppliers are read by a model, part {n}" for n in range(9)]
    target, built = publish(*(a_short_view(title, title) for title in (*grid, *others)))
    page = parsed(target / address_of(built))
    assert set(texts(page, "//ul[@class='similar']//a")[:2]) == set(grid[1:])


def test_a_mistake_can_be_reported(publish):
    """Links to an e-mail with the case as subject, or to a page; without a contact, to nothing."""
    for contact, start in (("desk@x.example", "mailto:desk@x.example?subject=Mistake%20in%3A%20A%20"),
                           ("https://x.example/issues", "https://x.example/issues"),
                           (None, None)):  # fmt: skip
        page = case_page(publish, a_view(), contact=contact)
        links = page.xpath("//a[starts-with(., 'Report a mistake')]/@href")
        assert [link[: len(start)] for link in links] == ([start] if start else [])


@pytest.fixture
def pages(publish) -> dict[Path, html.HtmlElement]:
    """All pages of a site of two cases, by path."""
    target, _ = publish(a_view(), a_short_view("b"))
    return {path: parsed(path) for path in target.rglob("*.html")}


@pytest.fixture
def target(tmp_path) -> Path:
    """The folder of that site."""
    return tmp_path / "site"


def test_pages_load_nothing_from_elsewhere(pages, target):
    """The policy allows only the site's own files, and all references are to them."""
    for path, page in pages.items():
        policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        loaded = page.xpath("//script/@src | //link[not(@rel='alternate')]/@href | //img/@src")
        root = path.parents[len(path.relative_to(target).parts) - 1]
        for name in loaded:
            assert (root / name[1:] if name[0] == "/" else path.parent / name).resolve().is_file()
        assert not [one for one in page.iter("script") if one.text and not one.get("type")]
        assert not page.xpath("//@style | //style")


def test_pages_are_built_for_screen_readers(pages):
    """No heading level is skipped, labels match ids, and ids are unique."""
    for page in pages.values():
        levels = [int(h.tag[1]) for h in page.xpath("//h1 | //h2 | //h3 | //h4")]
        assert levels.count(1) == len(page.xpath("//main")) == 1
        assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert set(page.xpath("//@aria-labelledby | //label/@for")) <= set(ids)
