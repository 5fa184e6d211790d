"""``find talks -name '*.pdf' | casebook backfill -``: files named on standard input."""

import json
import re

import pages
import pytest
from pytest_httpserver import HTTPServer
from scripted_endpoint import api_error


@pytest.fixture
def talks(tmp_path):
    """Three case studies in files, two of them the same."""
    folder = tmp_path / "talks"
    folder.mkdir()
    for name, text in (("one.html", "One."), ("two.html", "Two."), ("copy.html", "One.")):
        (folder / name).write_text(pages.CASE.replace("<p>", f"<p>{text} ", 1))
    return folder


def test_paths_become_drafts_and_the_same_command_goes_on(casebook, talks, endpoint):
    """Relative or absolute, each file is a source as with `submit FILE`: known, it costs nothing."""
    (made,) = casebook("submit", talks / "two.html", "--json").lines
    asked = len(endpoint.requests)
    lines = f"talks/one.html\n{talks / 'two.html'}\n./talks/copy.html\n"
    (told,) = casebook("backfill", "-", "--dry-run", "--json", stdin=lines).lines
    assert (told["standings"], told["duplicates"]) == ({"new": 1, "known": 1}, 1)
    assert casebook("backfill", "list", "--json").lines == []
    ran = casebook("backfill", "-", "--json", stdin=lines)
    assert (ran.code, [line["status"] for line in ran.lines]) == (0, ["draft"])
    assert ran.lines[0]["source"] == str(talks / "one.html")
    asked, before = len(endpoint.requests), asked
    assert asked > before
    assert casebook("backfill", "-", stdin=lines).code == 0
    assert casebook("submit", talks / "one.html", "--json").lines[0]["llm_calls"] == 0
    assert len(endpoint.requests) == asked
    (batch,) = casebook("backfill", "list", "--json").lines
    assert (batch["size"], batch["cases"], batch["step"]) == (2, 2, "finished")
    assert made["source_id"] != ran.lines[0]["source_id"]


def test_a_batch_of_files_goes_on_from_any_folder(casebook, talks, endpoint, tmp_path):
    """Paths are kept whole: the batch is resumed where the relative ones would name nothing."""
    answer, endpoint.fallback = endpoint.fallback, lambda _: api_error(401)
    assert casebook("backfill", "-", stdin="talks/one.html\n").code == 4
    endpoint.fallback = answer
    (batch,) = casebook("backfill", "list", "--json").lines
    told = casebook("backfill", "show", batch["batch_id"]).out
    assert f"1 source open: `casebook backfill --resume {batch['batch_id']}` goes on" in told
    (talks.parent / "elsewhere").mkdir()
    (outcome,) = casebook("backfill", "--resume", batch["batch_id"], "--json").lines
    assert (outcome["status"], outcome["source"]) == ("draft", str(talks / "one.html"))
    stored = casebook("backfill", "show", batch["batch_id"], "--json").lines[0]
    assert (stored["step"], stored["open"]) == ("finished", 0)
    assert "goes on" not in casebook("backfill", "show", batch["batch_id"]).out
    assert stored["progress"]["counts"] == {"known": 1}


REFUSED = [
    ("talks/none.pdf", "talks/none.pdf': check the path"),
    ("a.example/post.html", "start an address with https://"),
    ("a.example/post", "'a.example/post' is neither a web address nor a file"),
    ("notes", "'notes' is neither a web address nor a file"),
    ("talks", "'talks' is a folder"),
    ("data.bin", "takes it if you mean it"),
    ('{"source": "talks/one.html", "url": "https://a.example/x"}', "`casebook submit -`"),
    ('{"source": "https://a.example/x", "transcript": "a.vtt"}', "`casebook submit -`"),
    ("x" * 5_000, "is neither a web address nor a file"),
    ("x" * 5_000 + ".pdf", "File name too long"),
]


@pytest.mark.parametrize(("line", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_a_line_that_names_nothing_is_refused_by_its_number(casebook, talks, line, said):
    """All else of the list is worked, and the exit code tells that something was not."""
    (talks.parent / "data.bin").write_bytes(bytes(9))
    lines = f"talks/one.html\n\n{line}\nhttps://a.example/1\n# talks/two.html\ntalks/two.html\n"
    ran = casebook("backfill", "-", "--dry-run", "--json", stdin=lines)
    (told,) = ran.lines
    assert (ran.code, told["standings"]) == (3, {"new": 3})
    assert said in ran.err
    assert "line 3" in ran.err
    assert len(told["missed"]) == 1


def test_lines_keep_their_numbers_behind_files_and_refusals(casebook, talks):
    """Each is told by the number it has in what was piped in."""
    names = ["talks/one.html", "talks/none.pdf", "talks", "talks/two.html", "a.example/x", "z"]
    piped = "".join(f"{name}\n" for name in (*names, "y.pdf"))
    ran = casebook("backfill", "-", "--dry-run", stdin=piped)
    assert re.findall(r"line (\d):", ran.err) == ["2", "3", "5", "6", "7"]
    behind_addresses = piped.replace("talks/one.html", "https://a.example/1")
    ran = casebook("backfill", "-", "--dry-run", stdin=behind_addresses)
    assert re.findall(r"line (\d):", ran.err) == ["2", "3", "5", "6", "7"]


def test_where_no_line_names_anything_each_is_told(casebook, talks):
    """A list of paths written in another folder: every line, and nothing is begun."""
    ran = casebook("backfill", "-", stdin="one.html\r\ntwo.html\r\n")
    assert (ran.code, ran.err.count("There is no file")) == (3, 2)
    assert "line 2: " in ran.err
    assert casebook("backfill", "list", "--json").lines == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_windows_are_no_part_of_a_path(program, talks, encoding, environment, tmp_path):
    """A byte order mark, CRLF and blanks around it, as files of such lists have them."""
    import subprocess
    import sys

    piped = "talks/one.html\r\n talks/two.html \r\n".encode(encoding)
    command = [sys.executable, "-m", "casebook", "backfill", "-", "--dry-run", "--json"]
    ran = subprocess.run(
        command, input=piped, capture_output=True, env=environment, cwd=tmp_path, check=False
    )
    assert json.loads(ran.stdout)["standings"] == {"new": 2}


def test_a_name_in_another_encoding_costs_nothing_but_its_file(casebook, talks):
    """File names may hold any bytes: what is no UTF-8 cannot be stored, all else is worked."""
    (talks / "l\udce4rm.html").write_text(pages.CASE)
    lines = "talks/one.html\ntalks/l\udce4rm.html\nhttps://a.example/1\ncaf\udce9\n"
    ran = casebook("backfill", "-", "--dry-run", "--json", stdin=lines)
    assert (ran.code, ran.lines[0]["standings"]) == (3, {"new": 2})
    assert "line 2: 'talks/l\\udce4rm.html' is no UTF-8: rename the file" in ran.err
    for command in ("submit", "extract", "backfill", "links"):
        ran = casebook(command, "talks/l\udce4rm.html")
        assert (ran.code, "is no UTF-8" in ran.err, "Traceback" in ran.err) == (2, True, False)


def test_a_first_name_in_brackets_makes_no_json_of_the_list(casebook, talks):
    """As `ls` sorts them: it is read like the names after it."""
    (talks.parent / "[draft] a.html").write_text(pages.CASE)
    lines = "[draft] a.html\ntalks/one.html\n"
    (told,) = casebook("backfill", "-", "--dry-run", "--json", stdin=lines).lines
    assert told["standings"] == {"new": 2}


def test_so_many_wrong_lines_are_told_and_the_others_counted(casebook):
    """A list of another folder's files is no flood."""
    lines = "".join(f"talks/{n}.pdf\n" for n in range(250))
    ran = casebook("backfill", "-", stdin=lines)
    assert (ran.code, ran.err.count("There is no file")) == (3, 100)
    assert "not read: 150 further lines" in ran.err


def test_names_that_end_with_a_nul_may_hold_what_lines_may_not(casebook, talks):
    """As `find -print0` writes them: line breaks, blanks at both ends, "#", "~" and "{" are names.

    An address may stand among them; what names nothing is refused by its number.
    """
    for name in ("two\nlines.html", " blank .html", "#1.html", "{a}.html", "~b.html"):
        (talks.parent / name).write_text(pages.CASE.replace("<p>", f"<p>{name!r} ", 1))
    names = ["two\nlines.html", " blank .html", "#1.html", "{a}.html", "~b.html", "talks/one.html"]
    strange = ["https://a.example/1", "a\nhttps://a.example/2", "talks", "talks/none.html", "z"]
    piped = "".join(f"{name}\0" for name in (*names, *strange))
    ran = casebook("backfill", "-", "--dry-run", "--json", stdin=piped)
    assert (ran.code, ran.lines[0]["standings"]) == (3, {"new": 7})
    assert re.findall(r"name (\d+):", ran.err) == ["8", "9", "10", "11"]
    assert "'a\\nhttps://a.example/2' is neither" in ran.err
    made = casebook("backfill", "-", "--json", stdin="two\nlines.html\0")
    assert (made.code, [line["status"] for line in made.lines]) == (0, ["draft"])
    (batch,) = casebook("backfill", "list", "--json").lines
    assert (batch["cases"], batch["step"]) == (1, "finished")


def test_a_name_steers_no_terminal_and_breaks_no_line(casebook, talks):
    """Where a batch tells what failed, and in its table: nothing of it is more than letters."""
    for name, end, shown in (
        ("e\nm.html", "\0", "e m.html"),
        ("e\x1b[31mm.html", "\n", "e[31mm.html"),
    ):
        (talks / name).write_text(pages.EMPTY.replace("Nothing", shown))
        ran = casebook("backfill", "-", "--json", stdin=f"talks/{name}{end}")
        assert ran.code == 3
        assert f"failed  {talks}/{shown}: extract, document_empty" in ran.err
        (talks / name).unlink()
    batch = casebook("backfill", "list", "--json").lines[0]["batch_id"]
    told = casebook("backfill", "show", batch).out
    assert "\x1b" not in told
    assert "e[31mm.html holds 0 words" in " ".join(told.split())


def test_addresses_may_end_with_a_nul(casebook):
    """Without a file among them, too."""
    piped = "https://a.example/1\0https://a.example/2\0"
    (told,) = casebook("backfill", "-", "--dry-run", "--json", stdin=piped).lines
    assert told["standings"] == {"new": 2}


@pytest.mark.parametrize(
    "piped",
    [
        f'<html><a href="https://a.example/1">\0 one</a> {"and more " * 9}</html>\0',
        "url,title\nhttps://a.example/1,\0one\nhttps://a.example/1,two\n",
        "<rss><channel><item><title>a\0</title><link>https://a.example/1</link></item></channel></rss>",
    ],
    ids=["page", "table", "feed"],
)
def test_a_nul_in_a_list_of_another_form_makes_no_names_of_it(casebook, piped):
    """It came into it by mistake: the list is read as it was."""
    ran = casebook("backfill", "-", "--dry-run", "--json", stdin=piped)
    assert (ran.code, ran.lines[0]["standings"]) == (0, {"new": 1})


def test_bytes_that_are_no_names_are_no_list_of_them(program, talks, environment, tmp_path):
    """What is packed, or UTF-16 without its mark, has NULs too: the list's reader reads it."""
    import gzip
    import json
    import subprocess
    import sys

    (talks.parent / "h").mkdir()
    addresses = "https://a.example/1\nhttps://a.example/2\n"
    packed, wide = gzip.compress(addresses.encode(), mtime=0), addresses.encode("utf-16-le")
    command = [sys.executable, "-m", "casebook", "backfill", "-", "--dry-run", "--json"]
    for piped in (packed, wide):
        ran = subprocess.run(
            command, input=piped, capture_output=True, env=environment, cwd=tmp_path, check=False
        )
        assert (ran.returncode, b"name 1" in ran.stderr) == (0, False)
        assert json.loads(ran.stdout.splitlines()[0])["standings"] == {"new": 2}


def test_only_standard_input_may_name_files(casebook, talks, httpserver: HTTPServer):
    """A list that lies somewhere, or is fetched, could lead to any file of this machine."""
    lines = f"https://a.example/1\n{talks / 'one.html'}\n"
    listed = talks / "list.txt"
    listed.write_text(lines)
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/list.txt").respond_with_data(lines, content_type="text/plain")
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{httpserver.host}:{httpserver.port}"}
    for source in (listed, httpserver.url_for("/list.txt")):
        ran = casebook("backfill", source, "--dry-run", "--json", **allowed)
        assert (ran.code, ran.lines[0]["standings"]) == (3, {"new": 1})
        assert f"“line 2: {talks / 'one.html'}"[:60] in ran.err


def test_lists_of_other_forms_name_no_files_by_their_lines(casebook, talks):
    """What stands on a line of a feed or of JSON is no entry, whatever it looks like."""
    feed = (
        "<rss version='2.0'><channel><title>\ntalks/one.html\n</title><item>"
        "<link>https://a.example/1</link></item></channel></rss>"
    )
    whole = json.dumps(["https://a.example/1", "talks/one.html"], indent=1)
    lines = '{"source": "talks", "url": "https://a.example/1", "title": "Of a blog called talks"}'
    for piped in (feed, whole, lines):
        (told,) = casebook("backfill", "-", "--dry-run", "--json", stdin=piped).lines
        assert told["standings"] == {"new": 1}


def test_submit_takes_paths_on_standard_input(casebook, talks):
    """With a BOM and CRLF; a line that names nothing stops it before anything is begun."""
    lines = "\ufefftalks/one.html\r\ntalks/two.html\r\n"
    ran = casebook("submit", "-", "--json", stdin=lines)
    assert [line["status"] for line in ran.lines] == ["draft", "draft"]
    refused = casebook("submit", "-", stdin=f"{lines}talks/none.html\n")
    assert (refused.code, refused.out) == (2, "")
    assert "line 3 ('talks/none.html') is neither" in refused.err


def test_a_batch_that_was_piped_in_is_called_so(casebook, talks):
    """A list of batches shows where each came from; a dash says nothing."""
    casebook("backfill", "-", stdin="talks/one.html\n")
    assert casebook("backfill", "list", "--json").lines[0]["origin"] == "standard input"


def test_what_submit_is_piped_in_json_may_be_of_any_length(casebook, talks):
    """`casebook links --json` tells titles, of other programs' lines they may come first."""
    line = json.dumps({"title": "A" * 300, "source": "talks/one.html"})
    (made,) = casebook("submit", "-", "--json", stdin=f"{line}\n").lines
    assert made["status"] == "draft"


def test_submit_takes_no_name_in_another_encoding(casebook, talks):
    """It is told whether or not the file is there, in one line, and nothing is begun."""
    (talks / "l\udce4rm.html").write_text(pages.CASE)
    for name in ("talks/l\udce4rm.html", "caf\udce9.html"):
        ran = casebook("submit", "-", stdin=f"talks/one.html\n{name}\n")
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert "\\udce" in ran.err
