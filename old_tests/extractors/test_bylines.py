"""Who signs a page, where what is marked up as the author's is more than a name."""

import pytest
from lxml import html

from casebook.extractors.text import bylines
from casebook.extractors.text.authors import clean_authors
from casebook.extractors.text.bylines import as_spelled, byline
from casebook.extractors.text.characters import one_line

ARTICLE = "<p>We are happy to tell you how we run the model in 3 regions.</p>" * 30


def page(marked: str):
    return html.fromstring(f"<html><body><h1>How we run it</h1>{marked}</body></html>")


@pytest.mark.parametrize(
    "marked",
    [
        f"<div class='author-page'>{ARTICLE}</div>",
        "<div class='author'>Words of a sentence - and more</div>",
        "<div class='author'>At Acme, we run models in production</div>",
        "<div class='author'>by ada from the hits-and-misses dept.</div>",
        "<div class='author'>By news@the-old-town.example</div>",
        "<div class='author'>.the-block-of-authors [class*=authors]{display:inline}</div>",
        "<h2>No line but this one</h2>",
    ],
)
def test_the_beginning_of_a_sentence_is_no_name(marked):
    """A whole article may stand in an element that is called the author's."""
    assert byline(page(marked)) is None


def test_a_page_that_is_named_after_its_author_is_no_byline():
    """Some systems hang the name on the article; it begins with its title, not with a person."""
    title = "<h1>Routing Tickets Is Cheap</h1><p>In March, the Harbour moved.</p>"
    assert byline(html.fromstring(f"<body><article class='author-ada'>{title}</article>")) is None


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        ("Ada Example", "Ada Example"),
        ("ada example", "Ada Example"),
        ("Ada van der Example", "Ada van der Example"),
        ("<time>3 June</time><!-- who -->Ada Example", "Ada Example"),
        (f"Ada Example · writer {ARTICLE}", "Ada Example"),
        ("Written by Ada Example Edited by Bob Other", "Ada Example"),
        ("Ada Example on Mar 3", "Ada Example"),
        ("Ada Marchetti, Sept 2025", "Ada Marchetti"),
        ("Ada Mayer", "Ada Mayer"),
    ],
)
def test_what_is_marked_up_as_the_author_begins_with_the_name(marked, names):
    """A day before it is none of it, nor what is told of the person behind it."""
    assert byline(page(f"<div class='author'>{marked}</div>")) == names


@pytest.mark.parametrize(
    ("marked", "names"),
    [
        ("محمد عبد الله", ("محمد عبد الله",)),
        ("By محمد بن سلمان", ("محمد بن سلمان",)),
        ("ישראל בן דוד", ("ישראל בן דוד",)),
        ("김 철수, 이 영희", ("김 철수", "이 영희")),
        ("राम लाल, सीता लाल", ("राम लाल", "सीता लाल")),
        ("иван иванович иванов", ("Иван Иванович Иванов",)),
        ("ada maria example", ("Ada Maria Example",)),
        ("By ada example and bob other", ("Ada Example", "Bob Other")),
        ("jean-luc d'arcy", ("Jean-Luc D'Arcy",)),
        ("ADA VAN DER EXAMPLE", ("ADA VAN DER EXAMPLE",)),
        ("Maria de la O y de los Example", ("Maria de la O y de los Example",)),
        ("Siobhán O'Example and Bob d'Other-Example", ("Siobhán O'Example", "Bob d'Other-Example")),
        ("ﬁona ﬂint", ("Fiona Flint",)),
        ("Ada Example, senior machine learning engineer at Acme", ("Ada Example",)),
        ("Ada Example, writer and editor, and Bob Other", ("Ada Example", "Bob Other")),
        ("Written by Ada Example and the data platform team", ("Ada Example",)),
    ],
)
def test_a_name_is_no_sentence_however_it_is_written(marked, names):
    """Most scripts have no capitals, and some people use none; titles and offices have few."""
    assert clean_authors(byline(page(f"<div class='author'>{marked}</div>"))) == names


@pytest.mark.parametrize("text", [ARTICLE * 30, "We are happy, and tell you how. " * 30_000])
def test_elements_in_one_another_are_each_read_in_their_beginning(text, monkeypatch):
    """All of a page in each of two hundred would be the page two hundred times."""
    read = []

    def counted(line):
        read.append(len(line))
        return one_line(line)

    monkeypatch.setattr(bylines, "one_line", counted)
    nested = page("<div class='author'>" * 200 + text + "</div>" * 200)
    assert byline(nested) is None
    assert as_spelled(["Ada Example"], nested) == ("Ada Example",)
    assert 200 * 400 < sum(read) < 200 * 50_000  # of 59,000 and 960,000 characters


def test_a_heading_without_anything_beside_it_is_signed_by_nobody():
    """No line stands before it, not even a title's."""
    assert byline(page("")) is None


def test_no_page_has_each_byline_compared_with_thousands(monkeypatch):
    """One on which everything is an author's takes a time that grows with it, not its square."""
    compared = 0
    names_in = bylines._names_in

    def counted(line):
        nonlocal compared
        compared += 1
        return names_in(line)

    monkeypatch.setattr(bylines, "_names_in", counted)
    names = ("Ada Lind", "Bob Ray")
    posts = "".join(
        f"<div><p>{'word ' * 30}</p><b class='author a{n}'>{name}</b></div>"
        for name in names
        for n in range(400)
    )
    byline(html.fromstring(f"<html><body><main><h1>T</h1></main>{posts}</body></html>"))
    assert compared < 400
