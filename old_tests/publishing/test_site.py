"""What the site says of a case, and what it does not."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from casebook.publishing.records import Trace
from casebook.schemas.cases import Statement, Support, SupportLevel
from casebook.schemas.errors import PublishError
from casebook.schemas.generations import Generation, Usage
from casebook.schemas.sources import Snapshot

STYLE = Path(__file__).parents[2] / "src/casebook/publishing/static/style.css"


def parsed(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_bytes())


def every(element: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    """Elements below ``element`` by tags and classes: ``.story h2``, ``td``, ``#cases h3 a``."""
    steps = []
    for step in path.split():
        tag, mark, name = re.fullmatch(r"(\w*)([.#]?)([\w-]*)", step).groups()
        conditions = {
            ".": f"[contains(concat(' ', @class, ' '), ' {name} ')]",
            "#": f"[@id='{name}']",
            "": "",
        }
        steps.append((tag or "*") + conditions[mark])
    return element.xpath(".//" + "//".join(steps))


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


@pytest.fixture
def page(publish, full_case) -> html.HtmlElement:
    """The page of the complete case."""
    out, pages = publish(full_case)
    return parsed(out / pages[0].address)


def test_the_files_of_a_site(publish, full_case):
    """Pages over all cases, a page and its data per case, all cases as data, what pages load."""
    out, pages = publish(full_case)
    folder = f"cases/{pages[0].slug}"
    assert {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} == {
        ".casebook-site", "index.html", "results.html", "figures.html", "data.html", "cases.jsonl",
        "cases.schema.json", "cases.parquet", "cases.csv", "statements.csv", "CITATION.cff",
        "style.css", "site.js", "words.js", "icon.svg", f"{folder}/index.html",
        f"{folder}/case.json", f"{folder}/case.md", f"{folder}/case.bib", f"{folder}/case.ris",
    }  # fmt: skip
    assert pages[0].address == f"{folder}/index.html"


def test_sections_come_in_the_readers_order(page):
    """Overview first, then how it is built, and empty sections not at all."""
    headings = [words(h) for h in every(page, ".story h2")]
    assert headings == [
        "Overview", "Architecture", "Challenges", "Solutions", "Lessons", "Results", "Tools",
    ]  # fmt: skip


def test_silent_sections_are_named(page):
    """A section that the source says nothing about is named as such, and no other."""
    assert words(every(page, ".silent")[0]) == "The source does not say: techniques, failures."


def test_a_section_whose_statements_are_all_left_out_is_not_called_silent(publish, full_case):
    """That a statement found no support does not mean that the source says nothing."""
    study = full_case.revision.case_study
    unsupported = study.challenges[-1:]
    revision = full_case.revision.model_copy(
        update={"case_study": study.model_copy(update={"challenges": unsupported})}
    )
    out, pages = publish(full_case.model_copy(update={"revision": revision}))
    page = parsed(out / pages[0].address)
    assert "challenges" not in words(every(page, ".silent")[0])
    assert not every(page, "section.challenges")


def test_each_quote_links_to_its_place(page):
    """A statement's quote is on the page, and its link opens the source at it."""
    first = every(page, ".summary .statement")[0]
    assert words(every(first, "blockquote")[0]).startswith("Our assistant reads each claim")
    href = every(first, ".source-link")[0].get("href")
    assert href.startswith("https://engineering.harbourline.example/claims-assistant#:~:text=Our")


def test_the_sources_own_words_are_in_its_language(page):
    """Not the quotes alone: a reading voice changes for a sentence taken over, not for ours."""
    ours, own = every(page, ".architecture .statement")
    assert own.xpath("p/span/@lang") == ["en"]
    assert not ours.xpath("p/span[@lang]")


def test_a_source_sentence_is_not_quoted_twice(page):
    """A statement in the source's own words links to its place without repeating itself."""
    own = every(page, ".architecture .statement")[1]
    assert "in the source’s words" in words(own)
    assert not every(own, "blockquote")
    assert every(own, ".source-link")[0].get("href").startswith("https://engineering.harbourline")


def test_weak_and_edited_statements_are_marked(page):
    """A reader sees which statements rest on little, why, and which a person wrote."""
    weak = every(page, ".challenges .statement")[1]
    assert "weak support" in words(weak)
    assert "The quote does not name the number." in words(weak)
    assert "edited by a person" in words(every(page, ".solutions .statement")[0])
    assert "weak" not in words(every(page, ".solutions .statement")[0])


def test_what_is_weak_is_marked_wherever_it_is_told(publish, full_case):
    """In lists and above titles, too; a weak statement in the source's own words says why."""
    study = full_case.revision.case_study
    weak = {"support": study.year.support}
    told = study.architecture[1].model_copy(update=weak)
    study = study.model_copy(
        update={"summary": [study.summary[0].model_copy(update=weak)], "architecture": [told]}
    )
    revision = full_case.revision.model_copy(update={"case_study": study})
    out, pages = publish(full_case.model_copy(update={"revision": revision}))
    index, case = parsed(out / "index.html"), parsed(out / pages[0].address)
    assert words(every(index, ".kicker")[0]) == "Harbourline Insurance 2026 weak"
    assert words(every(case, ".kicker")[0]) == "Harbourline Insurance 2026 weak"
    assert words(every(index, ".teaser")[0]).endswith("weak support")
    (statement,) = every(case, ".architecture .statement")
    assert words(every(statement, ".reason")[0]) == study.year.support.reason


def test_measured_results_make_a_table(page):
    """Results with a metric or value are rows; one told in words only stays a sentence."""
    rows = [[words(c) for c in every(r, "td")[1:]] for r in every(page, "tbody tr")]
    assert rows == [
        ["median time to first answer", "3 hours", "26 hours", "all claims of March"],
        ["drafts changed", "18 %", "61 %", ""],
    ]
    told = every(page, ".results ul.statements")[0]
    assert words(told).startswith("About 4,000 claims a week")


def test_unsupported_parts_and_private_matters_are_in_no_file(publish, full_case):
    """Neither pages nor data hold what had no support, was never found, or is nobody's business."""
    private = full_case.model_copy(
        update={"document": full_case.document.model_copy(update={"url": None})}
    )
    private = private.model_copy(
        update={
            "source": private.source.model_copy(
                update={
                    "canonical_url": None,
                    "reference": private.source.reference.model_copy(
                        update={"source": "/home/mira/private/talk.html"}
                    ),
                }
            )
        }
    )
    out, _ = publish(private)
    everything = "".join(p.read_text(errors="replace") for p in out.rglob("*") if p.is_file())
    for secret in (
        "UNSUPPORTED-STATEMENT", "UNSUPPORTED-TAG", "invented narrator", "a quote that nobody said",
        "private remark", "submitter@", "/home/mira",
    ):  # fmt: skip
        assert secret not in everything
    assert "NEVER-FOUND stays without a quote" in everything
    assert "without a web address" in everything
    assert "http" not in words(parsed(out / "index.html"))


def test_provenance_says_who_made_and_passed_it(publish, full_case):
    """Model, strategy, prompts, days, the approving person, and how much was left out."""
    generation = Generation(
        generation_id="gen1_a", document_id="doc1_a", stage="summarize", prompt="guided_question",
        prompt_version=2, prompt_hash="h", schema_hash="h", model="SmolLM2", endpoint="embedded",
        parameters={}, answer="{}", usage=Usage(), seconds=1.0, attempts=1,
        created_at=full_case.case.created_at,
    )  # fmt: skip
    snapshot = Snapshot(
        snapshot_id="snap1_a", source_id="src1_a", url=None, final_url=None, charset=None,
        media_type="text/html", headers={}, sha256="0" * 64, size=1,
        fetched_at=full_case.case.created_at - timedelta(days=3),
    )  # fmt: skip
    trace = Trace(snapshot=snapshot, generations=[generation, generation])
    out, pages = publish(full_case, traces={full_case.case.case_id: trace})
    rows = every(parsed(out / pages[0].address), ".provenance dl div")
    said = {words(every(row, "dt")[0]): words(every(row, "dd")[0]) for row in rows}
    assert said == {
        "Source": "https://engineering.harbourline.example/claims-assistant",
        "Fetched": "21 November 2026",
        "Drafted": "by SmolLM2-135M-Instruct, 24 November 2026",
        "How": "strategy guided; prompts guided_question v2",
        "Approved": "by Mira Lindqvist, 24 November 2026",
        "Left out": "1 fact, 1 statement and 1 tag, because the source does not support them",
        "Revision": full_case.revision.revision_id,
    }


def test_an_edited_revision_names_both_makers(publish, full_case):
    """A person's revision names the person, and the model whose draft it goes back to."""
    draft = full_case.revision
    edit = draft.model_copy(
        update={
            "revision_id": "rev1_edit", "parent_id": draft.revision_id, "made_by": "person",
            "author": "Jon Aalto", "strategy": None, "generation_ids": [],
        }
    )  # fmt: skip
    out, pages = publish(
        full_case.model_copy(update={"revision": edit, "revisions": [draft, edit]})
    )
    box = words(every(parsed(out / pages[0].address), ".provenance")[0])
    assert "by SmolLM2-135M-Instruct, 24 November 2026" in box
    assert "Editedby Jon Aalto, 24 November 2026" in box
    assert "Approved" not in box, "the approval was of the draft, not of this revision"


def test_the_json_leads_back_to_the_source(publish, full_case):
    """Offsets in the JSON point at the quote in the document, and each line is a whole case."""
    out, pages = publish(full_case)
    case = json.loads((out / pages[0].address).with_name("case.json").read_text())
    assert [json.loads(line) for line in (out / "cases.jsonl").read_text().splitlines()] == [case]
    assert case["source"]["address"] == full_case.document.url
    quotes = [e for those in case["statements"].values() for s in those for e in s["evidence"]]
    assert len(quotes) == 12
    for quote in quotes:
        assert full_case.document.text[quote["start"] : quote["end"]] == quote["quote"]
    assert case["statements"]["results"][0]["baseline"] == "26 hours"


def test_json_lines_survive_unusual_line_ends(publish, make_case):
    """A title with U+2028 or U+0085 does not break a line for readers that split there."""
    out, _ = publish(make_case("one\u2028two\u0085three"), make_case("four"))
    lines = (out / "cases.jsonl").read_text().splitlines()
    titles = {json.loads(line)["facts"]["title"]["value"] for line in lines}
    assert titles == {"one\u2028two\u0085three", "four"}


def test_the_content_hash_knows_an_unchanged_case(publish, full_case):
    """Neither the day of building nor the site's name changes it; a changed word does."""
    out, first = publish(full_case)
    before = (out / first[0].address).read_bytes()
    later = full_case.case.created_at + timedelta(days=400)
    _, again = publish(full_case, built_at=later)
    assert again == first
    assert (out / first[0].address).read_bytes() == before
    assert publish(full_case, title="Another name")[1] == first
    study = full_case.revision.case_study
    changed = study.model_copy(update={"lessons": []})
    revision = full_case.revision.model_copy(update={"case_study": changed})
    _, other = publish(full_case.model_copy(update={"revision": revision}))
    assert other[0].content_hash != first[0].content_hash


def test_a_case_left_out_is_withdrawn(publish, make_case):
    """A new site has only the cases that were given, in pages, index and data."""
    out, pages = publish(make_case("stays"), make_case("goes"))
    gone = out / pages[1].address
    assert gone.is_file()
    publish(make_case("stays"))
    assert not gone.exists()
    assert "goes" not in (out / "index.html").read_text() + (out / "cases.jsonl").read_text()


def test_a_refused_folder_is_left_alone(publish, make_case, tmp_path):
    """Publishing into a folder of other files writes nothing."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.txt").touch()
    with pytest.raises(PublishError, match="did not write"):
        publish(make_case("a"))
    assert [p.name for p in (tmp_path / "site").iterdir()] == ["thesis.txt"]


def test_the_index_counts_and_offers_what_there_is(publish, make_case, full_case):
    """The index says how many cases there are, and its filter offers just their terms."""
    out, pages = publish(full_case, make_case("b", industry="Energy"), make_case("c"))
    index = parsed(out / "index.html")
    assert words(every(index, ".counts")[0]) == "3 cases 2 industries · 4 tags"
    industries = [o.get("value") for o in every(index, "#industry option")]
    assert industries == ["", "Energy", "Insurance"]
    assert words(every(index, "#industry")[0]) == "Any Energy (1) Insurance (1)"
    assert words(every(index, "#kind")[0]) == "Any web page (3)"
    assert {a.get("href") for a in every(index, "#cases h3 a")} == {p.address for p in pages}


def test_a_title_that_nobody_sees_is_none(publish, make_case):
    """There is something to click on where a title is made of signs without a width."""
    out, _ = publish(make_case("\u200b\ufeff"))
    (link,) = every(parsed(out / "index.html"), "#cases h3 a")
    assert words(link) == "How we built the claims assistant"


def test_an_empty_site_says_so(publish):
    """Before the first approval the site is a page that says that there is nothing yet."""
    out, pages = publish()
    assert pages == []
    assert "No case is published yet." in words(parsed(out / "index.html"))
    assert (out / "cases.jsonl").read_text() == ""


def test_pages_load_nothing_from_elsewhere(publish, full_case):
    """The policy forbids everything but the site's own files, and every reference is one."""
    out, _ = publish(full_case)
    for path in out.rglob("*.html"):
        page = parsed(path)
        policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        assert policy.startswith(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
            "connect-src 'self'"
        )
        loaded = page.xpath("//script/@src | //link[not(@rel='alternate')]/@href | //img/@src")
        assert len(loaded) == 3
        assert all((path.parent / name).resolve().is_relative_to(out) for name in loaded)
        assert all((path.parent / name).is_file() for name in loaded)


def test_every_link_inside_the_site_leads_somewhere(publish, full_case, make_case):
    """No page links to a file that is not there, nor to a section that is not on it."""
    out, _ = publish(full_case, make_case("b"))
    for path in out.rglob("*.html"):
        page = parsed(path)
        for href in page.xpath("//a/@href"):
            if href.startswith("https://"):
                continue
            name, _, place = href.partition("#")
            target = (path.parent / name.partition("?")[0]) if name else path
            assert target.is_file(), href
            assert not place or parsed(target).get_element_by_id(place) is not None, href


def test_pages_are_built_for_screen_readers(publish, full_case):
    """Landmarks are there, headings skip no level, labels and ids fit, and ids are unique."""
    out, _ = publish(full_case)
    for path in out.rglob("*.html"):
        page = parsed(path)
        levels = [int(h.tag[1]) for h in page.xpath("//h1 | //h2 | //h3 | //h4")]
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))
        assert len(page.xpath("//main")) == len(page.xpath("//body/header")) == 1
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert set(page.xpath("//@aria-labelledby | //label/@for")) <= set(ids)
        assert page.xpath("//input | //select") or path.name != "index.html" or path.parent != out


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
    for ink, ground in [
        *pairs,
        ("accent", "accent-wash"),
        ("weak", "weak-wash"),
        ("weak", "paper"),
    ]:
        low, high = sorted([luminance(colours[ink]), luminance(colours[ground])])
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


def test_an_industry_is_read_by_its_label(publish, make_case):
    """Site and Markdown say what the taxonomy calls it; the filter goes by its slug."""
    out, pages = publish(make_case("Rails", industry="travel-logistics"))
    _, option = every(parsed(out / "index.html"), "#industry option")
    assert (option.get("value"), words(option)) == ("travel-logistics", "Travel and logistics (1)")
    case = parsed(out / pages[0].address)
    assert words(every(case, ".kicker")[0]) == "Travel and logistics"
    assert any("Industry:** Travel and logistics" in p.read_text() for p in out.rglob("*.md"))


def test_a_weak_part_is_marked_wherever_it_is_shown(publish, make_case):
    """The index shows a case's first sentence and facts, and says so where they are weak."""
    view = make_case("Rails", industry="travel-logistics")
    study = view.revision.case_study
    doubt = Support(level=SupportLevel.WEAK, reason="Much of the wording is not in the quote.")
    changed = {
        "summary": [Statement(text="Trains run late.", evidence=[], support=doubt)],
        "industry": study.industry.model_copy(update={"support": doubt}),
    }
    weak = view.revision.model_copy(update={"case_study": study.model_copy(update=changed)})
    out, pages = publish(view.model_copy(update={"revision": weak}))
    index = parsed(out / "index.html")
    assert words(every(index, ".teaser")[0]) == "Trains run late. weak support"
    for page in (index, parsed(out / pages[0].address)):
        assert words(every(page, ".kicker")[0]) == "Travel and logistics weak"
