"""``casebook ground``."""

import json

import pytest
from typer.testing import CliRunner

from casebook.cli.main import app

TRUE = {"id": 7, "source": "We run three GPUs in Turin.", "summary": "We run 3 GPUs."}
FALSE = {"id": "b", "source": "We run three GPUs in Turin.", "summary": "We run 40 GPUs."}


@pytest.fixture
def ground(tmp_path, monkeypatch):
    monkeypatch.setenv("CASEBOOK_HOME", str(tmp_path / "home"))
    return lambda *arguments, given="": CliRunner().invoke(app, ["ground", *arguments], input=given)


def test_pairs_are_answered_line_by_line(ground):
    """Each pair has its score and its sentences; the id comes back as it was."""
    given = "".join(json.dumps(pair) + "\n" for pair in (TRUE, FALSE))
    done = ground("-", "--json", given=given)
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 0
    assert (first["id"], second["id"]) == (7, "b")
    assert first["score"] >= 0.5 > second["score"]
    (sentence,) = second["sentences"]
    assert set(sentence) == {"text", "score", "support", "quote", "start", "end", "reason"}
    assert sentence["support"] == "unsupported"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("not json", "no JSON"),
        ("[1, 2]", "no object"),
        ('{"source": "x"}', '"summary" is missing'),
        ('{"source": "x", "summary": 3}', '"summary" is missing'),
        ('{"source": " ", "summary": "x"}', '"source" is empty'),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_answered(ground, line, complaint):
    """Exit code 3, one remark with the line's number, and every other answer."""
    done = ground("-", "--json", given=f"\n{line}\n{json.dumps(TRUE)}\n")
    assert done.exit_code == 3
    assert "line 2: " in done.stderr
    assert complaint in " ".join(done.stderr.split())
    assert json.loads(done.stdout)["id"] == 7


def test_answers_stream(monkeypatch):
    """A pair is answered before the next is read."""
    from casebook.cli import grounding

    read = []

    def lines():
        for number, pair in enumerate((TRUE, FALSE)):
            read.append(number)
            yield json.dumps(pair).encode()

    shown = []
    monkeypatch.setattr(grounding, "_show", lambda key, *_, **__: shown.append((key, len(read))))
    assert grounding._check_lines(lines(), as_json=True) == 0
    assert shown == [(7, 1), ("b", 2)]


def test_files_are_checked_and_shown_as_a_table(ground, tmp_path):
    """Any source that extract reads, a summary in a text file, verdicts in words."""
    source, summary = tmp_path / "page.md", tmp_path / "summary.txt"
    source.write_text("# Move\n\n" + "We moved retrieval to PostgreSQL in March 2024. " * 5)
    summary.write_text("Retrieval moved to PostgreSQL. It cost 12 [million] dollars.")
    done = ground(str(source), str(summary))
    assert done.exit_code == 0, done.stderr
    assert "1 supported, 0 weak, 1 unsupported" in done.stdout
    assert "The number 12 is not in the source." in " ".join(done.stdout.replace("│", "").split())


@pytest.mark.parametrize("arguments", [("page.md",), ("-", "summary.txt")])
def test_both_texts_must_be_named(ground, arguments):
    """One argument is one text too few; with - none may be named."""
    assert ground(*arguments).exit_code == 2


def test_a_missing_summary_is_told(ground, tmp_path):
    """The error names the file."""
    source = tmp_path / "page.txt"
    source.write_text("We moved retrieval.")
    done = ground(str(source), str(tmp_path / "none.txt"))
    assert "none.txt" in str(done.exception)
