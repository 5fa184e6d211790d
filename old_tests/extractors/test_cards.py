"""Lists of posts that are set as cards: each has its title and its day, however it is linked."""

import pytest

from casebook.extractors.links.lists import read_page
from casebook.schemas.sources import Payload

BASE = "https://blog.example.com/"
POSTS = (("1", "Judges for drafts", "2026-02-10"), ("2", "Budgets for all", "2026-01-22"))


def found(card: str, posts=POSTS) -> list[tuple[str, str | None, str | None]]:
    """Return address, title and day of what a page of such cards names."""
    cards = "".join(card.format(n=n, title=title, day=day) for n, title, day in posts)
    markup = f"<!doctype html><nav><a href=/about>About</a></nav><main>{cards}</main>"
    page = Payload(data=markup.encode(), media_type="text/html", url=BASE, final_url=BASE)
    listing = read_page(page.data, page, BASE)
    return [
        (one.url.removeprefix(BASE), one.title, one.published and one.published.isoformat())
        for one in listing.candidates
    ]


@pytest.mark.parametrize(
    "card",
    [
        '<div class=card><h3>{title}</h3><p>{day}</p><a class=stretched-link href="/{n}"></a></div>',
        '<div class=card><p>{day}</p><a href="/{n}" aria-label="{title}"><img></a></div>',
        '<div class=post><span>{day}</span><h2><a href="/{n}">{title}</a></h2></div>',
        (
            '<section class=post><div><a href="/{n}">{title}</a></div><time datetime="{day}">x</time>'
            "</section>"
        ),
        '<div class=post><h3>{title}</h3><span>{day}</span><a href="/{n}">Read more</a></div>',
        '<a class=card href="/{n}"><p>{title}</p><p>{day}</p><span>Read story →</span></a>',
    ],
)
def test_a_card_gives_its_title_and_its_day(card):
    """Posts are set as parts of the same class; a link may lie over all of one, without words."""
    named = found(card)
    assert [(n, day) for n, _, day in named] == [(n, day) for n, _, day in POSTS]
    assert all(title in said for (_, said, _), (_, title, _) in zip(named, POSTS, strict=True))
    assert not any("Read" in said for _, said, _ in named)


def test_a_part_without_likes_is_no_card():
    """What stands around a lone link says nothing of it."""
    card = '<div class=intro><p>{day}</p><a href="/{n}">{title}</a></div>'
    assert found(card, POSTS[:1]) == [("1", "Judges for drafts", None)]
