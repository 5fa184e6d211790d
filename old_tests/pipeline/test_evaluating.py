"""Gold cases, what a draft scores against them, and runs kept and compared."""

import json
from pathlib import Path

import pages
import pytest
import scripted_curator
from desk_drafts import example_document, example_study
from scripted_endpoint import api_error, completion

from casebook.pipeline.curation import decisions
from casebook.pipeline.curation.editing import SetFact
from casebook.pipeline.evals import evaluating, gold, scoring, showing
from casebook.pipeline.ingestion.ingest import ingest
from casebook.publishing.eval_page import eval_page
from casebook.runtime.services import Services
from casebook.schemas.cases import SILENT, Tag
from casebook.schemas.errors import InvalidDecision, InvalidSource
from casebook.schemas.evals import CaseScore, FactScore, FieldScore, GoldCase
from casebook.schemas.sources import SourceRef
from casebook.summarizer import judging
from casebook.summarizer.grounding.locating import QuoteFinder

STARTING = Path(__file__).parents[2] / "evals" / "gold"


def gold_of(**told):
    return GoldCase.model_validate({"name": "x", "source": {"path": "x.html"}, **told})


def test_the_starting_set_is_sound():
    """Each file fits the schema, names a file that is there, and quotes what the text says."""
    files = gold.gold_files([STARTING])
    assert all(file.text_path.is_file() for file in files)
    assert [f.case.name for f in files if not f.case.is_case_study] == ["team-offsite"]
    (triage,) = [f.case for f in files if f.case.name == "support-triage"]
    finder = QuoteFinder(example_document())
    quotes = [q for name in triage.statements for s in triage.statements[name] for q in s.quotes]
    assert len(quotes) > 20
    assert all(e.score == 1.0 for quote in quotes for e in finder.find(quote))


def test_a_draft_is_scored_field_by_field():
    """Covered by place, by wording, elsewhere, and beyond gold; facts right, wrong and silent."""
    study, document = example_study(), example_document()
    tag = Tag(slug="rag", label="RAG", group="technique", evidence=[], support=SILENT)
    told = gold_of(
        facts={"company": "Parcelwise", "year": "2020", "narrator": "builder", "title": None},
        statements={
            "architecture": [
                {"text": "Four steps.", "quotes": ["it through four steps: redact, classify"]},
                {"text": "Never said.", "quotes": ["one in eight shops had at least two help"]},
            ],
            "lessons": [
                {"text": "Clean labels in one weak language were worth more than a bigger model."},
                {"text": "A citation makes people less careful; what it points to must be right."},
            ],
        },
        tags=["rag", "kafka"],
    )
    found = scoring.scored(told, study.model_copy(update={"tags": [tag]}), document)
    assert found["facts"] == {
        "company": FactScore.RIGHT,
        "year": FactScore.WRONG,
        "narrator": FactScore.MISSING,
        "title": FactScore.EXTRA,
    }
    built = found["fields"]["architecture"]
    assert (built.gold, built.covered, built.elsewhere, built.drafted, built.extra) == (
        2, 1, 1, 4, 3,
    )  # fmt: skip
    assert built.supported < built.drafted
    assert found["fields"]["lessons"].covered == 1
    assert (found["tags"].covered, found["tags"].extra) == (1, 0)


def score(name, covered, of=10, **told):
    field = FieldScore(gold=of, covered=covered, elsewhere=0, drafted=5, extra=1, supported=4)
    return CaseScore(name=name, gold_sha256="0", fields={"lessons": field}, **told)


def test_intervals_tell_what_a_set_can_tell():
    """Few or mixed cases cannot tell ten points; many alike can, and a plain gain is clear."""
    mixed = [score("a", 0), score("b", 9), score("c", 4)]
    assert "too few" in scoring.too_small(mixed)
    alike = [score(str(n), 5 + n % 2) for n in range(30)]
    assert scoring.too_small(alike) is None
    better = [score(str(n), 8 + n % 2) for n in range(30)]
    counted = scoring.measures(alike)["all covered"]
    gained = scoring.gain(alike, better, counted)
    assert (round(gained.value, 2), gained.is_clear) == (0.3, True)
    assert not scoring.gain(mixed, [*mixed[:2], score("c", 5)], counted).is_clear
    assert scoring.gain(mixed, better, counted) is None
    rate = scoring.rate(alike, counted)
    assert rate.low <= rate.value == 0.55 <= rate.high


@pytest.fixture
def gold_folder(tmp_path):
    """A gold case over a page that lies beside it."""
    folder = tmp_path / "gold"
    folder.mkdir()
    (folder / "case.html").write_text(pages.CASE)
    case = {"name": "letters", "source": {"path": "case.html"}, "facts": {"year": "2026"}}
    (folder / "letters.json").write_text(json.dumps({**case, "statements": {"summary": []}}))
    return folder


async def evaluated(settings, folder, readers, **options):
    async with Services(evaluating.scratch_settings(settings), **options, busy=True) as services:
        services.__dict__["extractors"] = readers
        curated = Services(settings).warehouse
        evaluation = evaluating.Evaluation(gold.gold_files([folder]), services, curated)
        cases = [case async for case in evaluation.scores(lambda *_: None)]
        return evaluation.run(cases), evaluation.exits


async def test_an_eval_pays_once_and_leaves_the_curators_rows_alone(
    settings_of, readers, endpoint, gold_folder
):
    """Repeated, it asks nothing and scores the same; the warehouse of the home is not made."""
    settings = settings_of(llm_price_input=1, llm_price_output=1)
    first, _ = await evaluated(settings, gold_folder, readers)
    asked = len(endpoint.requests)
    again, _ = await evaluated(settings, gold_folder, readers)
    assert (asked, len(endpoint.requests)) == (2, 2)
    (one,), (other,) = first.cases, again.cases
    assert one.verdict_right is True
    assert one.facts == {"year": FactScore.RIGHT}
    assert one.fields == other.fields
    assert one.cost_usd == other.cost_usd == one.paid_usd
    assert (other.paid_usd, other.calls) == (0.0, 2)
    assert not settings.warehouse_path.exists()
    older, _ = await evaluated(settings, gold_folder, readers, prompts={"case_study": 1})
    assert [p.version for r in older.recipes for p in r.prompts] == [1]
    assert len(endpoint.requests) == 3


async def test_a_failure_scores_nothing(settings_of, readers, endpoint, gold_folder):
    """An outage is a failure of the case: it counts in no share, and the exit code tells it."""
    endpoint.fallback = lambda _: api_error(401)
    run, exits = await evaluated(settings_of(), gold_folder, readers)
    assert exits == [4]
    assert run.cases[0].failure.kind
    assert showing.judged(run) == []
    assert "nothing can be told" in scoring.too_small(run.cases)


async def test_the_judge_is_part_of_what_is_measured(
    settings_of, readers, endpoint, gold_folder, monkeypatch
):
    """A configured judge is asked and lowers the support; its outage scores nothing."""
    monkeypatch.setattr(judging, "_is_doubtful", lambda *_: True)
    judge = {"judge_model": "judge-1", "llm_attempts": 1}
    lost = {"statement": 1, "verdict": "partly", "reason": "It says less."}

    def answered(request):
        if request["model"] != "judge-1":
            return scripted_curator.answer(request)
        return completion(json.dumps({"verdicts": [lost]}))

    plain, _ = await evaluated(settings_of(), gold_folder, readers)
    endpoint.fallback = answered
    run, exits = await evaluated(settings_of(**judge), gold_folder, readers)
    assert exits == []
    assert run.cases[0].calls == plain.cases[0].calls + 1
    supported = [sum(f.supported for f in r.cases[0].fields.values()) for r in (plain, run)]
    assert supported[1] == supported[0] - 1

    down = {**judge, "judge_model": "judge-2", "judge_base_url": "http://127.0.0.1:9/v1"}
    run, exits = await evaluated(settings_of(**down), gold_folder, readers)
    assert exits == [5]
    assert (run.cases[0].failure.transient, run.cases[0].fields) == (True, {})


async def test_runs_are_kept_and_found(settings_of, readers, gold_folder):
    """A run comes back by its id, its beginning, its file, or as the last one."""
    settings = settings_of()
    run, _ = await evaluated(settings, gold_folder, readers)
    path = evaluating.keep(run, settings)
    for name in (run.run_id, run.run_id[:9], str(path), "last"):
        assert evaluating.named(name, settings).run_id == run.run_id
    page = eval_page([showing.column(run)] * 2, showing.lines([run, run]), "few <cases>")
    assert "few &lt;cases&gt;" in page
    assert "facts right" in page
    assert "<th>" not in page  # each says whether it heads a row or a column
    assert "<main>" in page
    assert "http" not in page.replace("http://www.w3.org", "")


async def test_a_curators_case_becomes_gold(services, web, settings_of, readers, tmp_path):
    """Only what a person checked; as it was left; read from the warehouse by its hash."""
    made = await ingest(SourceRef(source=web.url_for("/case")), services)
    with pytest.raises(InvalidDecision, match="neither approved nor edited"):
        await gold.add(made.case_id, services, tmp_path / "own", who="ada")
    edit = SetFact(field="company", value="Kettlebrook Ltd")
    await decisions.edit(made.case_id, services, [edit], who="ada")
    path = await gold.add(made.case_id, services, tmp_path / "own", who="ada")
    case = gold.GoldFile(path).case
    assert (case.facts["company"], case.added_by) == ("Kettlebrook Ltd", "ada")
    assert case.source.path is None
    run, exits = await evaluated(services.settings, tmp_path / "own", readers)
    assert exits == []
    assert run.cases[0].facts["company"] in {FactScore.WRONG, FactScore.MISSING}
    rates = {line.name: line.bars[0].value for line in showing.lines([run])}
    assert rates["all covered"] == 1.0
    told = json.loads(path.read_text())
    told["source"]["text_sha256"] = "0" * 64
    path.write_text(json.dumps(told))
    run, exits = await evaluated(services.settings, tmp_path / "own", readers)
    assert exits == [2]


def test_what_is_no_gold_is_told(tmp_path):
    """An empty folder, a file that does not fit and a field that does not exist are named."""
    with pytest.raises(InvalidSource, match="holds no gold"):
        gold.gold_files([tmp_path])
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(InvalidSource, match="is no gold case: name"):
        gold.gold_files([tmp_path])
    told = {"name": "a", "source": {"path": "x"}, "facts": {"colour": "red"}}
    (tmp_path / "a.json").write_text(json.dumps(told))
    with pytest.raises(InvalidSource, match="colour"):
        gold.gold_files([tmp_path])
