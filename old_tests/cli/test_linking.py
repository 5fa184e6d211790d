import re

import pytest

from casebook.extractors.formats import LISTS, SOURCES, TRANSCRIPTS


def test_links_shows_what_a_list_names(casebook, tmp_path):
    """Each address is one JSON line with title and date; the exit code is 0."""
    file = tmp_path / "list.csv"
    file.write_text("url,title,date\nhttps://a.example/1,One,2024-01-02\nhttps://a.example/2,,\n")
    shown = casebook("links", file).out.splitlines()
    assert shown == ["2024-01-02  https://a.example/1  One", f"{'':12}https://a.example/2"]
    ran = casebook("links", file, "--json")
    assert ran.code == 0, ran.err
    assert ran.lines == [
        {
            "source": "https://a.example/1",
            "url": "https://a.example/1",
            "title": "One",
            "published": "2024-01-02",
            "summary": None,
        },
        {
            "source": "https://a.example/2",
            "url": "https://a.example/2",
            "title": None,
            "published": None,
            "summary": None,
        },
    ]


def test_what_links_prints_can_be_submitted(casebook, site):
    """All that is told of a feed's item goes through the pipe that the README shows."""
    item = (
        f"<title>One</title><link>{site.url_for('/case')}</link><description>Of it.</description>"
    )
    feed = f"<rss version='2.0'><channel><title>F</title><item>{item}</item></channel></rss>"
    site.expect_request("/feed.xml").respond_with_data(feed, content_type="application/rss+xml")
    ours = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    told = casebook("links", site.url_for("/feed.xml"), "--json", **ours)
    assert told.lines[0]["summary"] == "Of it."
    made = casebook("submit", "-", "--json", stdin=told.out, **ours)
    assert (made.code, [line["status"] for line in made.lines]) == (0, ["draft"]), made.err


def test_links_reads_a_list_from_standard_input(casebook):
    """As `backfill -` does; paths are no addresses, and none is read here."""
    ran = casebook("links", "-", "--limit", "2", stdin="https://a.example/1\nhttps://a.example/2\n")
    assert (ran.code, ran.out.splitlines()) == (0, ["https://a.example/1", "https://a.example/2"])
    ran = casebook("links", "-", stdin="https://a.example/1\ntalks/one.html\n")
    assert (ran.code, "“line 2: talks/one.html”" in ran.err) == (3, True)
    assert casebook("links", "-", stdin="").code == 3


def test_links_of_nothing_is_an_error(casebook, tmp_path):
    """A file without addresses gives one line and the exit code of a failed item."""
    file = tmp_path / "empty.txt"
    file.write_text("nothing here\n")
    ran = casebook("links", file)
    assert (ran.code, ran.out) == (3, "")
    assert "names no web addresses" in ran.err


def test_a_list_that_names_a_list_nobody_can_read_is_half_a_success(casebook, tmp_path):
    """What is there is printed, a line each however long, what is missed is told, and code 3."""
    long = f"https://a.example/{'x' * 200}"
    file = tmp_path / "lists.opml"
    file.write_text(
        "<opml><body><outline text='Page' url='https://a.example/1'/>"
        f"<outline text='Long' url='{long}'/>"
        "<outline text='Feed' xmlUrl='http://127.0.0.1:9/feed.xml'/></body></opml>"
    )
    ran = casebook("links", file)
    assert ran.code == 3
    assert ran.out.splitlines() == ["https://a.example/1  Page", f"{long}  Long"]
    assert "not read: http://127.0.0.1:9/feed.xml" in ran.err


def test_a_transcript_needs_its_video(casebook, tmp_path):
    """--transcript with a file, or with two sources, is a usage error that says why."""
    for sources in (["talk.vtt"], ["https://a.example/1", "https://a.example/2"]):
        ran = casebook("submit", *sources, "--transcript", "said.vtt")
        assert ran.code == 2
        assert "belongs to one video" in ran.err


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (["links"], LISTS),
        (["backfill", "run"], LISTS),
        (["submit"], SOURCES + TRANSCRIPTS),
        (["extract"], SOURCES),
    ],
)
def test_help_names_every_file_that_is_read(program, command, names):
    """The same list as in the desk."""
    told = program(*command, "--help", COLUMNS="200").out
    assert [name for name in names if not re.search(rf"{re.escape(name)}\b", told)] == []
