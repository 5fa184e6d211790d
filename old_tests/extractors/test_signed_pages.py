"""Whom a whole page names as its authors, in bylines of many kinds, and when it names nobody."""

import json

import pytest

from casebook.extractors.registry import extract
from casebook.schemas.documents import Extracted
from casebook.schemas.sources import Payload

URL = "https://blog.example.com/blog/queues"
SAID = (
    "Our platform group moved its ranking model behind a gateway and watched the error budget for "
    "a quarter, and wrote down each week what had gone wrong. "
)
GERMAN = (
    "Die Gruppe für die Plattform hat ihr Modell hinter ein Gateway gestellt und ein Quartal lang "
    "beobachtet, wie viele Fehler noch blieben, und jede Woche notiert, was schiefgegangen war. "
)


def read(
    body: str,
    *,
    lang: str = "en",
    head: str = "",
    title: str = "Queues that hold",
    said: str = SAID,
) -> Extracted:
    """Read a page that has a headline, ``body`` under it, and two paragraphs."""
    told = "".join(f"<p>{said * 3}</p>" for _ in range(2))
    markup = (
        f"<html lang='{lang}'><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>"
        f"<main><article><h1>{title}</h1>{body}{told}</article></main></body>"
    )
    page = Payload(data=markup.encode(), media_type="text/html", charset="utf-8", url=URL)
    return extract(page)


def card(name: str, office: str) -> str:
    """Return a card as blogs of firms show their authors."""
    return (
        f"<li class='post-author'><img alt=''><span class='author-name'>{name}</span>"
        f"<span class='author-title'>{office}</span></li>"
    )


@pytest.mark.parametrize(
    ("lang", "line", "names"),
    [
        ("de", "Von Jürgen Voß, 14. März 2025", ["Jürgen Voß"]),
        ("de", "Autorin: Jana Weiß", ["Jana Weiß"]),
        ("fr", "Par Zoé Petit et Luc Roy, le 2 mars 2025", ["Zoé Petit", "Luc Roy"]),
        ("es", "Por Lucía Pérez | 15 de enero de 2025", ["Lucía Pérez"]),
        ("pt-BR", "Escrito por Rui Braga em 2 de março de 2025", ["Rui Braga"]),
        ("it", "di Luca Neri", ["Luca Neri"]),
        ("nl", "Door Piet de Wit op 2 maart 2025", ["Piet de Wit"]),
        ("ja", "公開日：2025年4月7日　著者：佐藤 健", ["佐藤 健"]),
        ("zh", "作者：李雷　发布时间：2024年11月2日", ["李雷"]),
        ("en", "By Ada van der Lind", ["Ada van der Lind"]),
        ("en", "By Nils Borg, Staff Data Engineer, and Wei Han, Product Manager", ["Nils Borg", "Wei Han"]),
        ("en", "<b>Author</b> <i>Finn Archer</i>", ["Finn Archer"]),
        ("en", "By <a href='/1'>Ana Cruz</a>, <a href='/2'>Ben Roy</a>, and <a href='/3'>Cai Lin</a>", ["Ana Cruz", "Ben Roy", "Cai Lin"]),
        ("en", f"<ul class='authors'>{card('Ana Cruz', 'Senior Data Scientist')}{card('Ben Roy', 'Product Lead')}</ul>", ["Ana Cruz", "Ben Roy"]),
        ("en", "<span class='author'>Ana Cruz Senior Data Scientist</span>", ["Ana Cruz"]),
    ],
)  # fmt: skip
def test_a_byline_names_the_authors(lang, line, names):
    """In the page's own language, each of several, without their offices."""
    assert list(read(f"<p>{line}</p>", lang=lang).authors) == names


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("de", "Von null auf hundert in drei Wochen"),
        ("de", "Von der Idee zum Betrieb"),
        ("fr", "Par étapes, sans tout casser"),
        ("es", "Por qué lo hicimos"),
        ("en", "Por Lucia Perez"),
        ("en", "Authors"),
        ("en", "<b>Authors</b> <i>Topics</i>"),
        ("en", "Author guidelines"),
        ("en", "By the numbers"),
        ("de", "Von Python zu Rust"),
        ("de", "VON DER IDEE ZUM PRODUKT"),
        ("es", "Por País y Región"),
        ("es", "</p><h2>Por Qué Elegimos Kafka</h2><p>"),
        ("en", "AUTHORIZATION SERVER SETUP"),
        ("en", "Author Guidelines Overview"),
    ],
)
def test_what_begins_like_a_byline_is_none(lang, line):
    """A subtitle, an entry of a menu, and words of another language than the page's."""
    assert read(f"<p>{line}</p>", lang=lang).authors == ()


def test_the_authors_of_posts_below_the_article_are_not_its_own():
    """Several that are marked up alike, each beside another title; one alone may be a box."""
    teasers = "".join(
        f"<div><h3>How service {n} moved to another region in a day</h3><p>What it took and what it "
        f"cost us in the end.</p><span class='author-name'>{name}</span></div>"
        for n, name in enumerate(("Bob Ray", "Al Fox"))
    )
    page = read(f"<p>{SAID}</p></article></main><div>{teasers}</div>")
    assert page.authors == ()
    alone = read(f"{card('Ana Cruz', 'Engineer')}</article></main><div>{teasers}</div>")
    assert list(alone.authors) == ["Ana Cruz"]


@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        ("citation_author", "van Dyk, Jo Ann", ["Jo Ann van Dyk"]),
        ("DC.creator", "Ito, Hana", ["Hana Ito"]),
        ("DC.creator", "Hana Ito, PhD", ["Hana Ito"]),
        ("citation_author", "Acme Systems, Inc.", ["Acme Systems"]),
        ("DC.creator", "Ana Cruz, Ben Roy", ["Ana Cruz", "Ben Roy"]),
        ("author", "Ana Cruz, Ben Roy", ["Ana Cruz", "Ben Roy"]),
    ],
)
def test_libraries_state_the_family_name_first(name, content, names):
    """A comma parts one name, where that is how the field is written; else it parts two."""
    assert list(read("", head=f"<meta name='{name}' content='{content}'>").authors) == names


def test_of_several_articles_the_one_of_the_pages_title_tells():
    """Some pages describe their related posts before themselves."""
    described = [
        {"@type": "BlogPosting", "headline": title, "datePublished": day, "author": {"name": name}}
        for title, day, name in (
            ("Another post", "2023-01-01", "Bob Ray"),
            ("Queues that hold", "2025-03-02", "Ida Falk"),
        )
    ]
    found = read("", head=f"<script type='application/ld+json'>{json.dumps(described)}</script>")
    assert list(found.authors) == ["Ida Falk"]
    assert found.published is not None
    assert found.published.isoformat() == "2025-03-02"


@pytest.mark.parametrize(
    ("lang", "said", "told"),
    [("en", GERMAN * 6, "de"), ("en", SAID, "en"), ("de", SAID * 3, "de"), ("en-GB", GERMAN * 6, "de")],
)  # fmt: skip
def test_a_template_that_states_english_does_not_make_it_so(lang, said, told):
    """English without any of its common words is what its text is; another language is believed."""
    assert read("", lang=lang, said=said).language == told


def test_the_name_of_a_blog_is_no_part_of_a_title():
    """Where no heading shows the title alone."""
    markup = f"<title>Tagging a million photos – Lumen Engineering Blog</title><p>{SAID * 4}</p>"
    page = extract(Payload(data=markup.encode(), media_type="text/html", url=URL))
    assert page.title == "Tagging a million photos"
