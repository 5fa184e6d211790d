"""Citations and numbers of reports: selected, grouped, checked, and shown to readers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from case_views import CONFIRMED, KEPT, UNJUDGED, UNVERIFIED, with_study, write_lines
from made_reports import a_citation, a_report
from report_cases import BAKERIES, a_bakery, bakeries

from publishing.plan import SiteSettings
from publishing.reports.checks import check, citation_state, cited_parts, cited_row
from publishing.reports.imported_text import sentences
from publishing.reports.material import material, nearest, passages, without_repeats
from publishing.reports.numbers import Counts
from publishing.reports.scopes import condition, in_words, literal
from publishing.reports.themes import by_case, by_likeness, by_outline, by_tag, clusters
from publishing.similarity import TextSimilarity
from publishing.site.pages import environment
from publishing.site.report_pages import report_json, report_markdown
from publishing.site.report_views import view_of
from schemas.cases import Support
from schemas.errors import InputError
from schemas.reports import Citation, Material, Scope, SentenceRole
from warehouse import Dataset


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Dataset]:
    """The tables of the bakeries."""
    with Dataset(write_lines(bakeries(), tmp_path / "cases.jsonl")) as tables:
        yield tables


def test_statements_are_chosen_by_words_and_the_best_come_first(tables: Dataset) -> None:
    """Statements are ranked by the words; the case's own title and company count too."""
    found = material(tables, Scope(), "retrieval for new shops")
    assert found[0].citation.text.startswith("Retrieval of similar days failed for new shops")
    assert found[0].role is SentenceRole.FAILED
    of_one = material(tables, Scope(), "what did Knusperhaus evaluate")
    assert {one.citation.label for one in of_one[:3]} == {"Knusperhaus"}


def test_ordinary_words_are_those_in_lower_case(tables: Dataset) -> None:
    """They are stems, and no company is among them."""
    found = tables.ordinary_words()
    assert {"shop", "retriev"} <= found
    assert "knusperhaus" not in found


def test_near_repeats_of_one_company_count_once() -> None:
    """A rewording by the same company is dropped; the same words of another company are kept."""
    texts = (
        ("acme", "The planner retrieves similar days from a vector index."),
        ("acme", "From a vector index the planner retrieves similar days."),
        ("other", "The planner retrieves similar days from a vector index."),
        ("acme", "Waste fell by a fifth."),
    )
    found = [
        Material(
            citation=Citation(
                case_id=f"case1_{n}", revision_id="r", part="s1", text=text, label="x", title="x"
            ),
            section="architecture",
            company=company,
        )
        for n, (company, text) in enumerate(texts)
    ]
    likeness = TextSimilarity([*(text for _, text in texts), "Ovens are hot.", "Rye is sour."])
    kept = [one.citation.case_id for one in without_repeats(found, likeness)]
    assert kept == ["case1_0", "case1_2", "case1_3"]


def test_other_forms_of_a_word_are_found(tables: Dataset) -> None:
    """Word endings do not matter, for questions and for comparing sentences."""
    assert TextSimilarity(["Rye."]).share("It stops planning.", "It stopped the plan.") == 1.0
    assert "Judging by the same model that plans hid most of its errors." in {
        one.citation.text for one in passages(tables, "Who hides an error?", 3, 3)
    }


def asked(lines: Path, question: str, most: int = 5) -> list[str]:
    """The sentences nearest to a question."""
    with Dataset(lines) as tables:
        return [one.citation.text for one in nearest(tables, question, most)]


def test_a_question_is_searched_for_by_its_subject(tmp_path: Path) -> None:
    """Filler words do not count, and synonyms count as the word asked for."""
    text = "Rye doughs need a human in the loop."
    views = [*bakeries(), a_bakery("Laib", "2025", (("lessons", text),))]
    lines = write_lines(views, tmp_path / "cases.jsonl")
    found = asked(lines, "What went wrong with planners, and what are the best ways to use them?")
    assert found == asked(lines, "planners") != []
    assert asked(lines, "How do teams use HITL?") == asked(lines, "human-in-the-loop") == [text]


def test_the_cases_do_not_say_what_none_is_about(tmp_path: Path) -> None:
    """At most the wanted sentences answer a question, and none if its rare words are missing."""
    lines = write_lines(bakeries(), tmp_path / "cases.jsonl")
    found = asked(lines, "Which dough plan was repeated on public holidays?", 3)
    assert found[0].startswith("The fine-tuned model repeated")
    assert len(found) == 3
    assert asked(lines, "How do zoos on Mars feed their dough planners?") == asked(lines, "?") == []


def test_a_finding_is_found_as_the_statements_that_it_rests_on(tmp_path: Path) -> None:
    """They are cited in their own words."""
    lines = write_lines(bakeries(), tmp_path / "cases.jsonl")
    assert asked(lines, "Which refuse shrank?") == []
    record, *others = map(json.loads, lines.read_text("utf-8").splitlines())
    finding = {"n": 1, "text": "Refuse shrank.", "statements": [5], "made_by": "model"}
    record["findings"] = [finding]
    lines.write_text("\n".join(map(json.dumps, [record, *others])), "utf-8")
    assert asked(lines, "Which refuse shrank?") == [BAKERIES["Ottokar", "2023"][4][1]]


def test_a_scope_keeps_to_its_cases(tables: Dataset) -> None:
    """Tag, company, industry and year limit citations as they limit counts."""
    scope = Scope(tags=("rag",), since=2024)
    found = material(tables, scope, "orders")
    assert {one.citation.label for one in found} == {"Semmel & Sohn"}
    assert Counts(tables, scope).count("cases").value == "1"
    assert in_words(scope) == " with the tag Retrieval-augmented generation since 2024"


@pytest.mark.parametrize("support", [CONFIRMED, KEPT, UNJUDGED])
def test_doubtful_statements_cannot_be_cited(tmp_path: Path, support: Support) -> None:
    """A part that a curator confirmed despite a doubt is shown on its own page only."""
    view = a_bakery("Laib", "2025", (("lessons", "Rye needs a plan."), ("lessons", "Oats do not.")))
    study = view.revision.study
    statements = (study.statements[0], study.statements[1].model_copy(update={"support": support}))
    study = study.model_copy(update={"statements": statements})
    view = view.model_copy(update={"revision": view.revision.model_copy(update={"study": study})})
    with Dataset(write_lines([view], tmp_path / "cases.jsonl")) as tables:
        texts = [row["text"] for row in tables.citable_parts([view.case.case_id])]
    assert texts == ["Rye needs a plan."]


@pytest.mark.parametrize(
    ("paragraph", "kept"),
    [
        ("The planner reads two years of past orders every night.", 1),
        ("This is why the planner reads two years of orders every night.", 0),
        ("The case study says that the planner reads orders every night.", 0),
        ("Orders, two years.", 0),
        ("The planner reads two years of past orders.\nIt was slow. Waste then fell at every shop of the chain.", 2),
    ],
)  # fmt: skip
def test_only_sentences_that_stand_alone_are_quoted_from_imported_texts(
    paragraph: str, kept: int
) -> None:
    """Sentences that depend on the previous one, or refer to their text, are not quoted."""
    assert len(sentences(paragraph)) == kept


def test_texts_with_the_same_words_come_into_one_group() -> None:
    """Three subjects give three groups, in any order."""
    texts = ["ovens heat bread fast", "vector index search", "ovens heat rolls slowly",
             "search the vector index", "invoices are paid late", "late invoices are dear",
             "ovens heat cake", "an index for vector search", "invoices come late"]  # fmt: skip
    labels = clusters(texts, 3)
    groups = {
        frozenset(text.split()[0] for text, one in zip(texts, labels, strict=True) if one == n)
        for n in set(labels)
    }
    assert groups == {
        frozenset({"ovens"}), frozenset({"vector", "search", "an"}), frozenset({"invoices", "late"})
    }  # fmt: skip
    assert len(set(clusters(texts, 1))) == 1
    assert clusters(["one text"], 5) == [0]


def test_themes_come_from_likeness_tags_cases_and_outlines(tables: Dataset) -> None:
    """Each method puts a statement into at most one theme, and names the theme."""
    liked = by_likeness(material(tables, Scope(), "dough plan orders"), 4, "dough plan")
    tagged = by_tag(tables, Scope(), ("technique",), 5)
    cases = by_case(tables, Scope(industry="e-commerce"), 9)
    outline = "# Judging\nevaluation judge\n\n## Waste\n- a list is no chapter\n# Retrieval"
    outlined = by_outline(tables, Scope(), outline, 9)
    with pytest.raises(InputError, match="at most 2"):
        by_outline(tables, Scope(), outline, 2)
    assert [one.heading for one in by_outline(tables, Scope(), "1. Waste\n2. Ovens", 2)] == [
        "Waste", "Ovens"
    ]  # fmt: skip
    for themes in (liked, tagged, cases, outlined):
        cited = [(m.citation.case_id, m.citation.part) for one in themes for m in one.material]
        assert cited
        assert len(cited) == len(set(cited))
    assert [one.tag for one in tagged] == ["rag", "evaluation", "fine-tuning"]
    assert [one.heading for one in cases][:1] == ["How Ottokar plans dough (2023)"]
    assert [one.heading for one in outlined] == ["Judging", "Waste", "Retrieval"]
    assert {one.citation.label for one in outlined[0].material[:2]} == {"Knusperhaus"}


def test_numbers_are_queries_of_their_own(tables: Dataset) -> None:
    """The SQL of each number returns its value, including series and tags."""
    counts = Counts(tables, Scope())
    assert counts.sentence("all") == (
        "This report is about all {q:cases} published cases, from {q:companies} companies."
    )
    of_one = Counts(tables, Scope(company="ottokar")).sentence("cases")
    assert of_one == (
        "This report is about {q:cases} of {q:all_cases} published cases of Ottokar, "
        "from {q:companies} company."
    )
    assert counts.sentence("results") == (
        "Measured results are in {q:with_results} of {q:cases} cases, {q:results} in total."
    )
    assert counts.sentence("stage") is None  # no case says so
    by_year = {one.label: one.value for one in counts.series("years")}
    assert by_year == {"2023": "1", "2024": "2", "2025": "1"}
    assert {one.label for one in counts.series("industries")} == {"Retail and e-commerce"}
    tagged = {one.name: one.value for one in counts.of_tag("rag", "RAG")}
    assert (tagged["q:cases_rag"], tagged["q:share_rag"]) == ("2", "50")
    for one in counts.numbers.values():
        (row,) = tables.rows(one.sql)
        assert str(row["value"] if row["value"] is not None else "").removesuffix(".0") == one.value


def test_names_in_a_scope_stay_text(tables: Dataset) -> None:
    """Quotation marks in names cannot end an SQL string."""
    scope = Scope(company="x' OR true --")
    assert literal("it's") == "'it''s'"
    assert "company_id = 'x'' OR true --'" in condition(scope)
    assert Counts(tables, scope).count("cases").value == "0"


def test_a_check_finds_what_no_longer_holds(tables: Dataset) -> None:
    """Covers changed numbers, placeholders without a number, and lost citations."""
    views = bakeries()
    good = a_report([a_citation(view, 1) for view in views[:2]], len(views))
    good = good.model_copy(update={"numbers": good.numbers[:1]})
    assert check(good, tables).problems == ()
    changed = a_citation(views[0], 1, text="Nobody ever wrote this.")
    gone = a_citation(views[1], 1, case_id="case1_gone")
    bad = a_report([changed, gone], 7)
    bad = bad.model_copy(update={"numbers": bad.numbers[1:]})
    kinds = {(one.kind, one.about) for one in check(bad, tables).problems}
    assert kinds == {
        ("changed", views[0].case.case_id),
        ("withdrawn", "case1_gone"),
        ("unknown", "q:cases"),
    }
    drifted = check(a_report([], 7), tables).problems
    assert [one.message for one in drifted if one.about == "q:cases"] == [
        "published cases: 7 in the report, 4 now"
    ]


def test_a_reader_sees_nothing_of_a_withdrawn_case(tables: Dataset) -> None:
    """The sentence that cites it is replaced, even if it cites others that are still valid."""
    views = bakeries()
    gone = a_citation(views[1], 1, case_id="case1_gone", text="A secret of a withdrawn case.")
    report = a_report([a_citation(views[0], 1), gone], 4)
    shown = view_of(report, cited_parts([report], tables))
    found = [one for part in shown.parts for p in part.paragraphs for one in p.sentences]
    assert [one.state for one in found] == ["current", "current", "withdrawn", "withdrawn"]
    assert "secret" not in str([(one.text, one.cited) for one in found])
    assert "secret" not in str((shown.cited, shown.cases, shown.lead))
    assert (shown.withdrawn, shown.changed) == (2, 0)
    assert citation_state(gone, {}) == "withdrawn"


def test_nothing_of_a_withdrawn_case_stays_in_numbers_and_headings(tables: Dataset) -> None:
    """Values of its results and sections only about it are removed."""
    gone = a_citation(bakeries()[1], 1, case_id="case1_gone")
    report = a_report([gone], 4)
    value = report.numbers[0].model_copy(
        update={"name": "s:case1_gone.results.5", "meaning": "value of a result of Brotmann"}
    )
    report = report.model_copy(update={"numbers": (*report.numbers, value)})
    shown = view_of(report, cited_parts([report], tables))
    assert [one.heading for one in shown.parts] == ["In numbers"]
    assert "Brotmann" not in report_json(shown)
    assert "Brotmann" not in report_markdown(shown, SiteSettings(title="Models at work"))


def test_a_sentence_shows_that_it_rests_on_weak_statements(tmp_path: Path) -> None:
    """Page, Markdown and JSON mark it and its sources; verified statements have no mark."""
    views = bakeries()
    study = views[0].revision.study
    weak = study.statements[0].model_copy(update={"support": UNVERIFIED})
    study = study.model_copy(update={"statements": (weak, *study.statements[1:])})
    cited = [a_citation(views[0], 1), a_citation(views[1], 1)]
    lines = write_lines([with_study(views[0], study), views[1]], tmp_path / "cases.jsonl")
    with Dataset(lines) as tables:
        report = a_report(cited, 2)
        shown = view_of(report, cited_parts([report], tables))
    found = [one for part in shown.parts for p in part.paragraphs for one in p.sentences]
    caution = "rests on unjudged statements"
    assert {one.n: one.caution for one in found} == {1: "", 2: caution, 3: caution, 4: ""}
    settings = SiteSettings(title="Models at work")
    text = report_markdown(shown, settings)
    assert f"*({caution})*[^1][^2]" in text
    assert text.count("(unjudged)") == 1
    page = environment(settings).get_template("report.html")
    html = page.render(view=shown, gone="", recording=False, groups=(), root="")
    assert html.count(f'<span class="mark weak">{caution}</span>') == 1
    whole = [one._replace(sentences=(found[1],)) for one in shown.parts[0].paragraphs[:1]]
    same = shown._replace(parts=(shown.parts[0]._replace(paragraphs=tuple(whole)),))
    note = f"Every sentence of this report {caution}."
    html = page.render(view=same, gone="", recording=False, groups=(), root="")
    assert (html.count(note), html.count(f'weak">{caution}')) == (1, 0), "said once"
    assert report_markdown(same, settings).count(note) == 1
    advice = [("part-1", "A claim", found[1])]
    shown = shown._replace(parts=(shown.parts[0]._replace(paragraphs=(), advice=advice),))
    html = page.render(view=shown, gone="", recording=False, groups=(), root="")
    assert html.count(f'<span class="mark weak">{caution}</span>') == 1
    assert f"*({caution})* (A claim)" in report_markdown(shown, settings)
    assert [one["level"] for one in json.loads(report_json(shown))["citations"]] == [
        "unjudged",
        None,
    ]


def test_an_edit_that_numbers_statements_anew_changes_no_citation(tmp_path: Path) -> None:
    """Statements are identified by their words, so links and values follow them."""
    stated = BAKERIES["Ottokar", "2023"]
    before, after = a_bakery("Ottokar", "2023", stated), a_bakery("Ottokar", "2023", stated[1:])
    cited = [a_citation(before, n) for n in range(2, 6)]
    cited = [one.model_copy(update={"case_id": after.case.case_id}) for one in cited]
    with Dataset(write_lines([after], tmp_path / "cases.jsonl")) as tables:
        parts = cited_parts([a_report(cited, 1)], tables)
        assert {citation_state(one, parts) for one in cited} == {"current"}
        rows = [cited_row(one, parts) for one in cited]
        assert [row and row["text"] for row in rows] == [one.text for one in cited]
        material = [Material(citation=cited[-1], section="results", company="o", value="18 %")]
        assert [one.value for one in Counts(tables, Scope()).measured(material)] == ["18 %"]


def test_a_corrected_company_or_year_marks_what_names_it(tables: Dataset) -> None:
    """The sentence may have the earlier name; the citation shows the current one."""
    one = a_citation(bakeries()[0], 1, label="Otto", year="2019")
    report = a_report([one], 4)
    shown = view_of(report, cited_parts([report], tables))
    assert {(c.state, c.label, c.year) for c in shown.cited} == {("changed", "Ottokar", "2023")}
    assert ("changed", one.case_id) in {(p.kind, p.about) for p in check(report, tables).problems}


def test_doubtful_facts_are_not_counted(tmp_path: Path) -> None:
    """A number cannot show the mark of a doubt."""
    view = a_bakery("Laib", "2009", (("lessons", "Rye needs a plan."),))
    study = view.revision.study
    doubt = study.facts[0].support.model_copy(
        update={"level": "doubtful", "reason": "x", "confirmed_by": "Mira"}
    )
    facts = [one.model_copy(update={"support": doubt}) for one in study.facts]
    study = study.model_copy(update={"facts": tuple(facts)})
    view = view.model_copy(update={"revision": view.revision.model_copy(update={"study": study})})
    with Dataset(write_lines([view, *bakeries()[1:]], tmp_path / "cases.jsonl")) as tables:
        counts = Counts(tables, Scope())
        assert counts.count("first_year").value == "2024"
        assert counts.count("companies").value == "3"
        assert "2009" not in {one.label for one in counts.series("years")}
        assert Counts(tables, Scope(since=2000)).count("cases").value == "3"
        (row,) = tables.citable_parts([view.case.case_id])
        assert (row["company"], row["year"], row["industry"]) == (None, None, None)


def test_a_long_imported_paragraph_is_cited_around_its_best_sentence(tmp_path: Path) -> None:
    """The excerpt is part of the paragraph, has the best sentence, and is not too long."""
    filler = "Flour came by ship and was stored in a dry house for all of the winter. "
    text = filler * 30 + "The planner costs nine cents a loaf. " + filler * 30
    view = bakeries()[0]
    with Dataset(write_lines([view], tmp_path / "cases.jsonl")) as tables:
        rows = tables.citable_parts([view.case.case_id])
        tables.citable = lambda *_: [rows[0] | {"text": text, "score": 1.0, "part": "p1"}]
        one, *_ = passages(tables, "What does the planner cost?", 5, 3)
    assert "nine cents" in one.citation.text
    assert one.citation.text in text
    assert len(one.citation.text) < 900
