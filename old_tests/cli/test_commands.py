"""The command line as people and scripts use it: streams, JSON, exit codes."""

import json
import re
import socket
import time

import pages
import pytest
from scripted_endpoint import api_error

from casebook.extractors.gathering.fetch import identify
from casebook.schemas.sources import SourceRef

FIELDS_OF_SUBMIT = {
    "source_id", "case_id", "status", "kind", "title", "company", "year", "statements", "support",
    "llm_calls", "tokens", "cost_usd", "seconds", "failure",
}  # fmt: skip
FIELDS_OF_EXTRACT = {
    "source", "kind", "url", "title", "authors", "published", "language", "text", "passages",
    "extraction", "hidden_text",
}  # fmt: skip


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "case.html"
    path.write_text(pages.CASE)
    return path


def test_a_story_from_submit_to_site(casebook, program, page, tmp_path):
    """Submit, list, show, edit, approve, publish, with JSON; what one process stored, another reads."""
    (made,) = program("submit", page, "--json").lines
    assert set(made) >= FIELDS_OF_SUBMIT
    assert (made["status"], made["kind"], made["year"], made["failure"]) == (
        "draft", "web", 2026, None,
    )  # fmt: skip
    case_id = made["case_id"]
    (listed,) = casebook("list", "--json").lines
    assert (listed["case_id"], listed["status"]) == (case_id, "draft")

    (shown,) = casebook("show", case_id[:10], "--json").lines
    statement = shown["architecture"][0]
    assert set(statement) >= {"text", "evidence", "support", "reason"}
    assert set(statement["evidence"][0]) >= {"quote", "passage", "start", "end"}
    assert shown["provenance"]["generations"][0]["prompt_hash"]

    edited = casebook("edit", case_id, "--set", "company=Kettlebrook", "--drop", "tools.1")
    assert (edited.code, edited.err) == (0, "")
    assert casebook("approve", case_id).code == 0
    assert casebook("approve", case_id).code == 2
    (published,) = program("publish", "--to", tmp_path / "site", "--json").lines
    assert published["added"] == [case_id]
    line = json.loads((tmp_path / "site" / "cases.jsonl").read_text())
    assert line["facts"]["company"]["value"] == "Kettlebrook"
    history = casebook("show", case_id, "--json").lines[0]["history"]
    assert [(h["decision"], h["who"]) for h in history] == [("edit", "ada"), ("approve", "ada")]


def test_of_many_near_copies_three_are_named_and_the_rest_counted(casebook, tmp_path):
    """A list of alike pages does not fill the screen; `show` and --json name them all."""
    files = [tmp_path / f"copy-{number}.html" for number in range(5)]
    for number, file in enumerate(files):
        file.write_text(pages.CASE.replace("</title>", f" {number}</title>"))
    casebook("submit", *files[:4])
    told = [line for line in casebook("submit", files[4]).out.splitlines() if "near-copy" in line]
    assert len(told) == 4
    assert "of 1 more; `casebook show case1_" in told[3]


def test_a_case_is_commented_rejected_and_reopened(casebook, page):
    """Each decision is a row with who and why; a second rejection is refused."""
    (made,) = casebook("submit", page, "--json").lines
    case_id = made["case_id"]
    assert casebook("comment", case_id, "look at the numbers", "--who", "bob").code == 0
    assert casebook("reject", case_id, "-r", "too thin").code == 0
    assert casebook("reject", case_id, "-r", "again").code == 2
    assert casebook("reopen", case_id).code == 0
    history = casebook("show", case_id, "--json").lines[0]["history"]
    assert [(h["decision"], h["who"], h["reason"]) for h in history] == [
        ("comment", "bob", "look at the numbers"),
        ("reject", "ada", "too thin"),
        ("reopen", "ada", None),
    ]


def test_extract_shows_the_document_and_stores_no_case(casebook, page):
    """Extract prints the document with exact passages, and makes no draft and no call."""
    ran = casebook("extract", page, "--json")
    (document,) = ran.lines
    assert ran.code == 0
    assert set(document) >= FIELDS_OF_EXTRACT
    assert (document["title"], document["published"]) == (
        "How Kettlebrook answers 9,000 letters", "2026-02-03",
    )  # fmt: skip
    for passage in document["passages"]:
        assert document["text"][passage["start"] : passage["end"]].strip()
    assert casebook("list", "--json").out == ""


def test_extract_in_a_pipe_names_every_path_that_was_tried(casebook, page):
    """What a frame has no room for on a line goes on in the next one, and is not cut off."""
    (document,) = casebook("extract", page, "--json").lines
    shown = " ".join(casebook("extract", page).out.replace("│", " ").split())
    told = [f"{step['method']}: {step['outcome']}" for step in document["extraction"]]
    assert len(told) > 1
    assert all(" ".join(one.split()) in shown for one in told)


def test_extract_tells_failures_as_submit_does(casebook, tmp_path):
    """The same fields name stage and cause; what is not stored has no id."""
    empty = tmp_path / "empty.md"
    empty.write_text(" ")
    told = [casebook(command, empty, tmp_path / "gone.md", "--json").lines
            for command in ("extract", "submit")]  # fmt: skip
    extracted, submitted = [[line["failure"] for line in lines] for lines in told]
    assert [f["stage"] for f in extracted] == ["extract", "fetch"]
    assert all(set(f) == set(submitted[0]) for f in extracted)
    assert {f["kind"] for f in extracted} == {f["kind"] for f in submitted}
    assert {f["failure_id"] for f in extracted} == {None}


def test_sources_come_from_standard_input_with_their_addresses(casebook, page):
    """A dash reads JSON Lines; the address a file came from becomes the source's own."""
    line = {"source": str(page), "url": "https://blog.kettlebrook.example/letters"}
    (made,) = casebook("submit", "-", "--json", stdin=json.dumps(line) + "\n").lines
    (shown,) = casebook("show", made["case_id"], "--json").lines
    assert shown["url"] == line["url"]


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("extract", ""), None, "an empty source"),
        (("submit", " "), None, "an empty source"),
        (("links", ""), None, "an empty source"),
        (("backfill", "", "--dry-run"), None, "an empty source"),
        (("watch", "add", ""), None, "an empty source"),
        (("backfill", "none.csv"), None, "no file 'none.csv'"),
        (("backfill", ".", "--dry-run"), None, "a folder"),
        (("links", "none.csv"), None, "no file 'none.csv'"),
        (("watch", "add", "none.csv"), None, "not a web address"),
        (("watch", "add", "http://"), None, "names no host"),
        (("extract", "-"), "\n", "names no source"),
        (("submit", "-"), "# nothing yet\n", "names no source"),
        (("extract", "-"), "[1]\n", "line 1 ('[1]') is neither"),
        (("extract", "-"), "\n{}\n", "line 2 ('{}') is neither"),
        (("extract", "-"), "nonsense\n", "line 1 ('nonsense') is neither"),
        (("submit", "notes.txt", "--feed", "https://a.example/feed"), None, "not notes.txt"),
        (("submit", "https://a.example/1", "--feed", " "), None, "--feed is empty"),
        (("submit", "a.html", "--url", "a.example"), None, "is no web address"),
        (("submit", "https://a.example", "--url", "https://a.example"), None, "that file alone"),
        (("submit", "a.html", "b.html", "--url", "https://a.example"), None, "that file alone"),
        (("submit", "a.html", "--url", "https://a.example"), None, "there is no file 'a.html'"),
        (("recheck", "nope"), None, "begins with 'nope'"),
        (("recheck", "https://a.example/1"), None, "'https://a.example/1' was not submitted"),
        (("extract", "--again", "https://a.example/1"), None, "was not submitted"),
        (("retry", "https://a.example/1"), None, "was not submitted"),
        (("extract", "--again", "nope"), None, "begins with 'nope'"),
    ],
)
def test_bad_input_is_one_line_and_the_code_of_usage(arguments, stdin, said, casebook):
    """Nothing that a person mistypes or pipes in ends in a traceback or in silence."""
    ran = casebook(*arguments, stdin=stdin)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_an_address_names_its_source(casebook, site):
    """What takes ids of sources takes their addresses, in any spelling, and says how many are what."""
    allowed = {
        "CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}",
        "CASEBOOK_FETCH_ATTEMPTS": "1",
        "CASEBOOK_HOST_INTERVAL": "0",
    }
    case, other = site.url_for("/case"), site.url_for("/other")
    site.expect_request("/other").respond_with_data(pages.CASE, content_type="text/html")
    casebook("submit", case, other, **allowed)
    again = casebook("extract", "--again", f"{case}/?utm_source=x", "--json")
    assert again.lines[0]["again"]["is_new_text"] is False
    site.handlers[:] = [h for h in site.handlers if h.matcher.uri != "/other"]
    changed = pages.CASE.replace("small boats", "large boats")
    site.expect_request("/other").respond_with_data(changed, content_type="text/html")
    ran = casebook("recheck", case, f"{other}#top", "--json", **allowed)
    results = {one["address"]: one["check"]["result"] for one in ran.lines}
    assert results == {case: "same", other: "changed"}
    said = "2 sources: 1 same, 1 changed; of 1 some quotes no longer stand\n"
    assert (ran.code, ran.err) == (0, said)


def test_a_copy_of_a_page_is_its_address(casebook, tmp_path):
    """`--url` has the file stand for the address, whose failure is over with it."""
    soup = "".join(
        f"<p>Chop {n} carrots, add salt, and stir for {n} minutes.</p>" for n in range(40)
    )
    (tmp_path / "saved.html").write_text(soup)
    address = "https://a.example/1"
    ran = casebook("submit", "saved.html", "--url", address, "--json")
    assert ran.lines[0]["source_id"] == identify(SourceRef(source=address)).source_id


def test_standard_input_takes_bare_addresses(casebook):
    """A line may be an address alone, as `backfill -` takes it."""
    ran = casebook("extract", "-", "--json", stdin="http://127.0.0.1/x\n")
    assert ran.code == 3
    assert ran.lines[0]["failure"]["kind"] == "address_forbidden"


def test_one_that_fails_takes_no_other_with_it(casebook, page, tmp_path):
    """Of several sources all are read, whatever is wrong with some; the exit code tells of it."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.md").touch()
    wrong = ("folder", "empty.md", "none.md", "ftp://a.example/x", "http://")
    ran = casebook("extract", *wrong, page, "--json")
    assert ran.code == 3
    assert [line.get("failure", {}).get("kind") for line in ran.lines] == [
        "file_unreadable",
        "document_empty",
        "file_missing",
        "invalid_url",
        "invalid_url",
        None,
    ]


def test_what_is_no_feed_is_said_to_be_none(casebook, tmp_path):
    """A file of prose given as the feed of an address is named as what it is."""
    (tmp_path / "prose.txt").write_text("Nothing of a feed in here.")
    ran = casebook("submit", "https://a.example/1", "--feed", "prose.txt")
    assert (ran.code, "prose.txt is no feed" in ran.err) == (3, True)


def test_data_goes_to_stdout_and_remarks_to_stderr(casebook, page, tmp_path):
    """Without a terminal there is no bar, no colour, and a failure is one line on stderr."""
    ran = casebook("submit", page, tmp_path / "missing.md")
    assert ran.code == 3
    assert "draft  case1_" in ran.out
    assert "\x1b" not in ran.out + ran.err
    assert "missing.md" in ran.err
    assert "Traceback" not in ran.err


def test_failures_are_listed_and_retried(casebook, page, endpoint):
    """An outage is exit code 5 and an open failure; retry makes the draft from kept bytes.

    A cause that no failure has is told, with those that there are.
    """
    working, endpoint.fallback = endpoint.fallback, None
    down = casebook("submit", page, "--json", CASEBOOK_LLM_BASE_URL=_closed())
    assert (down.code, down.lines[0]["failure"]["kind"]) == (5, "provider_unavailable")
    assert down.lines[0]["failure"]["transient"] is True
    (opened,) = casebook("failures", "--json").lines
    assert opened["failure"]["stage"] == "triage"
    endpoint.fallback = working
    page.unlink()
    wrong = casebook("retry", "--cause", "page missing")
    assert wrong.code == 2
    assert "provider_unavailable" in wrong.err
    (made,) = casebook("retry", "--cause", "provider unavailable", "--later", "--json").lines
    assert made["status"] == "draft"
    assert casebook("failures", "--json").out == ""


def _closed() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"


USAGE = [
    (["submit"], 2, "SRC"),
    (["show", "case1_nothing"], 2, "case1_nothing"),
    (["list", "--status", "sleeping"], 2, "sleeping"),
    (["edit", "case1_x", "--set", "nonsense"], 2, "FIELD=VALUE"),
    (["nonsense"], 2, "nonsense"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), USAGE)
def test_bad_usage_is_told_in_words_with_exit_code_2(casebook, arguments, code, said):
    """Wrong arguments and unknown ids name what was wrong."""
    ran = casebook(*arguments)
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_wrong_setting_is_exit_code_4_and_shows_no_value(casebook):
    """The setting's name is told, its value is not: it may be a key."""
    ran = casebook("list", CASEBOOK_CONCURRENCY="sk-oops")
    assert ran.code == 4
    assert "CASEBOOK_CONCURRENCY" in ran.err
    assert "sk-oops" not in ran.err


def test_doctor_tells_what_works_and_never_the_key(casebook, tmp_path):
    """A missing model is found; the key's value appears nowhere."""
    ran = casebook("doctor", CASEBOOK_LLM_BASE_URL=_closed())
    assert ran.code == 5
    assert "bad" in ran.out
    assert "a key is set" in ran.out
    assert "sk-secret" not in ran.out + ran.err


def test_doctor_tells_of_answers_that_wait_for_the_warehouse(casebook, tmp_path):
    """Whoever goes on with the batch has them stored."""

    def told() -> tuple[str, str]:
        lines = casebook("doctor", "--json", CASEBOOK_LLM_BASE_URL=_closed()).lines
        (line,) = (line for line in lines if line["name"] == "put aside")
        return line["state"], line["detail"]

    assert told() == ("ok", "no answer waits for the warehouse")
    folder = tmp_path / "home" / "unstored"
    folder.mkdir()
    (folder / "gen1_a.json").write_text("{}")
    state, detail = told()
    assert state == "warn"
    assert detail.startswith(f"1 answer not yet in the warehouse, in {folder}: go on with the")


def test_an_endpoint_that_echoes_the_key_does_not_get_it_logged(casebook, page, endpoint, tmp_path):
    """Neither the log, nor the warehouse, nor what is printed holds the key."""
    echo = api_error(401)
    echo.body["error"]["message"] = "bad key sk-secret"
    endpoint.fallback = lambda _: echo
    ran = casebook("submit", page)
    assert ran.code == 4
    assert "sk-secret" not in ran.out + ran.err
    for path in (tmp_path / "home").rglob("*"):
        assert not path.is_file() or b"sk-secret" not in path.read_bytes(), path


@pytest.mark.parametrize(
    "address", ["http://user:sk-pw@127.0.0.1:9/v1", "http://127.0.0.1:9/v1?key=sk-pw", "notaurl"]
)
def test_an_endpoint_with_a_secret_in_it_is_refused_unseen(casebook, address):
    """An address that would show a secret wherever it is named is a wrong setting."""
    ran = casebook("doctor", CASEBOOK_LLM_BASE_URL=address)
    assert ran.code == 4
    assert re.search("wrong setting: CASEBOOK_LLM_BASE_URL: (is no|must hold no)", ran.err)
    assert "sk-pw" not in ran.out + ran.err


def test_help_imports_nothing_heavy(program):
    """Help answers at once because pydantic, duckdb, openai and Prefect stay unimported."""
    import subprocess
    import sys

    code = (
        "import sys; from casebook.cli.main import app; "
        "print([m for m in ('pydantic', 'duckdb', 'openai', 'prefect', 'instructor', 'fastapi', "
        "'trafilatura') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    started = time.monotonic()
    assert program("--help").code == 0
    assert time.monotonic() - started < 10  # a hang, not a speed: that is for the benchmarks


def test_the_main_module_of_the_program_loads_no_command():
    """Each process that reads documents imports it once more, and needs none of them."""
    import subprocess
    import sys

    code = "import sys, casebook.__main__; print('typer' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
