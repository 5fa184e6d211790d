"""``casebook ground``."""

import json
import sys
from io import BytesIO

import pytest
from typer.testing import CliRunner

from casebook.cli.main import app
from casebook.schemas.errors import InvalidSource

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
        ('{"id": NaN, "source": "x", "summary": "y"}', "NaN is no number"),
        ('{"id": 1e999, "source": "x", "summary": "y"}', "1e999 is no number"),
        ('{"source": "' + "x " * 2_500_001 + '", "summary": "y"}', "source has 5,000,002"),
        ('{"source": "x", "summary": "' + "y " * 100_001 + '"}', "summary has 200,002"),
        ('{"source": "x', "no JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_answered(ground, line, complaint):
    """Exit code 3, one remark with the line's number, and every other answer."""
    done = ground("-", "--json", given=f"\n{line}\n{json.dumps(TRUE)}\n")
    assert done.exit_code == 3
    assert "line 2: " in done.stderr
    assert complaint in " ".join(done.stderr.split())
    assert json.loads(done.stdout)["id"] == 7


def test_bytes_that_are_no_text_spoil_their_own_line_alone(ground):
    """Half a character, a zero byte and half a surrogate pair each leave the lines after them."""
    told = json.dumps(TRUE).encode()
    given = b"\xff\xfe\n" + told.replace(b"Turin", b"\0") + b"\n" + told.replace(b"7", b'"\\ud800"')
    done = ground("-", "--json", given=given + b"\n" + told)
    assert done.exit_code == 3
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["?", 7]


def test_an_id_that_is_nested_too_deeply_is_a_wrong_line():
    """It could not be given back, so it is named instead of ending the run."""
    from casebook.cli import grounding

    nested = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(ValueError, match="nested too deeply"):
        grounding._id({"id": nested})


def test_a_line_beyond_the_longest_is_named_and_not_kept(monkeypatch):
    """Its rest is read over, at whatever length, and the next line is the next."""
    from casebook.cli import grounding

    told = json.dumps(TRUE).encode() + b"\n"
    monkeypatch.setattr(grounding, "_LONGEST_LINE", len(told) + 1)
    given = [told, b"x" * 3 * (len(told) + 1) + b"\n", b"y" * 200 + b"\n", told]
    lines = list(grounding._lines(BytesIO(b"".join(given))))
    assert [len(line) for line in lines] == [len(told), len(told) + 1, len(told) + 1, len(told)]
    assert grounding._check_lines(lines, as_json=True) == 3


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


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\0\0\0", bytes(range(128, 256)) * 9])
def test_a_summary_that_is_no_text_is_told(ground, tmp_path, data):
    """Bytes of a picture are not checked as if somebody had claimed them."""
    source, summary = tmp_path / "page.txt", tmp_path / "summary.txt"
    source.write_text("We moved retrieval.")
    summary.write_bytes(data)
    assert "no text in UTF-8" in str(ground(str(source), str(summary)).exception)


def test_a_closed_standard_input_is_told(ground, monkeypatch):
    """Without any input there is an error in words, and no traceback."""
    from casebook.cli import grounding

    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InvalidSource, match="closed"):
        grounding.ground(None, "-")


@pytest.mark.parametrize("wrong", ["none.txt", "."])
@pytest.mark.parametrize("first", [True, False])
def test_a_file_that_is_not_there_is_bad_usage(ground, tmp_path, wrong, first):
    """Either of the two: the error names it, and its code is the one of usage, as with `links`."""
    source, bad = tmp_path / "page.txt", tmp_path / wrong
    source.write_text("We moved retrieval.")
    done = ground(*map(str, (bad, source) if first else (source, bad)))
    assert done.exception.exit_code == 2
    assert str(bad) in str(done.exception)


def test_a_source_that_cannot_be_read_is_no_bad_usage(ground, tmp_path):
    """It is there, and named rightly: the code is that of an item that failed."""
    source, summary = tmp_path / "page.pdf", tmp_path / "summary.txt"
    source.write_bytes(b"%PDF-1.7 and no more")
    summary.write_text("We moved retrieval.")
    assert ground(str(source), str(summary)).exception.exit_code == 3
