"""Threads: who wrote each post, where the page's markup tells it, and nobody where it does not."""

import time

import lxml.html
import pytest

from casebook.extractors.kinds.html import extract
from casebook.extractors.web.markup.tree_blocks import placed_blocks
from casebook.extractors.web.threads.posts import posts_of, with_posters
from casebook.schemas.sources import Payload

FIRST = "We moved the ticket router to a small model in March and it is wrong one time in nine."
SECOND = "Did you keep the keyword rules for the tickets that come in languages other than English?"


def said(markup: str) -> list[tuple[str | None, str]]:
    """Return the speaker and the text of each block of ``markup``."""
    body = lxml.html.fragment_fromstring(markup, create_parent="body")
    return [(one.block.speaker, one.block.text) for one in with_posters(placed_blocks(body))]


def speakers(markup: str) -> dict[str, str | None]:
    """Return who wrote the two posts and what else ``markup`` holds, by their texts."""
    return {text: speaker for speaker, text in said(markup)}


def schema(kind: str, author: str, text: str) -> str:
    return (
        f'<div itemscope itemtype="https://schema.org/{kind}"><div itemprop="author" itemscope '
        f'itemtype="https://schema.org/Person">{author}</div><p>{text}</p>'
    )


ADA, BEN = '<a href="/u/1">Ada Lind</a> 31 posts', '<meta itemprop="name" content="Ben">Ben'


def test_microdata_tells_who_asked_and_who_answered():
    """An answer within a question is its own author's, what follows the answer the asker's."""
    thread = schema("Question", ADA, FIRST) + schema("Answer", BEN, SECOND)
    found = speakers(f"<p>Home</p>{thread}</div><p>Thanks to all.</p></div><p>About</p>")
    assert found[FIRST] == found["Thanks to all."] == "Ada Lind"
    assert found[SECOND] == "Ben"
    assert found["Home"] is found["About"] is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            '<article class="message js-post" data-author="Ada Lind"><h4><a>Ada Lind</a></h4>{}'
            "</article>",
            '<article class="message js-post" data-author="Ben"><h4><a>Ben</a></h4>{}</article>',
            id="XenForo",
        ),
        pytest.param(
            '<div class="post bg2"><dl class="postprofile"><dt><a class="username">Ada Lind</a>'
            "</dt><dd>Posts: 31</dd></dl><div>{}</div></div>",
            '<div class="post bg1"><p class="author">by <a class="username-coloured">Ben</a></p>'
            '{}<p>Edited by <a class="username">Cleo</a></p></div>',
            id="phpBB",
        ),
        pytest.param(
            '<div class="post_wrapper"><div class="poster"><h4><a href="/on"></a><a>Ada Lind</a>'
            "</h4><ul><li>Posts: 31</li></ul></div><div>{}</div></div>",
            '<div class="post_wrapper"><div class="poster"><h4>Ben</h4></div>{}</div>',
            id="Simple Machines",
        ),
        pytest.param(
            '<table><tr class="athing comtr"><td><a class="hnuser">Ada Lind</a><div>{}</div>'
            "</td></tr><tr><td><table></table></td></tr></table>",
            '<table><tr class="athing comtr"><td><a class="hnuser">Ben</a><div>{}</div></td></tr>'
            "<tr><td><table></table></td></tr></table>",
            id="Hacker News",
        ),
        pytest.param(
            '<article class="ipsComment cPost"><aside><h3 class="cAuthorPane_author">Ada Lind</h3>'
            "</aside>{}</article>",
            '<article class="ipsComment cPost"><h3 class="cAuthorPane_author"><a>Ben</a></h3>{}'
            "</article>",
            id="Invision",
        ),
        pytest.param(
            '<div class="h-entry"><a class="p-author h-card">Ada Lind</a>{}</div>',
            '<div class="u-comment h-cite"><div class="p-author h-card"><img><span class="p-name">'
            "Ben</span> of Harbour</div>{}</div>",
            id="microformats",
        ),
        pytest.param(
            '<li class="postbitlegacy postcontainer"><div class="userinfo"><a class="username '
            'offline popupctrl"><strong>Ada Lind</strong></a></div><blockquote class="postcontent">'
            "</blockquote><div>{}</div></li>",
            '<li class="postbit postcontainer"><a class="username online">Ben</a>{}</li>',
            id="vBulletin",
        ),
        pytest.param(
            '<div class="thing comment"><p class="tagline"><a class="author may-blank">Ada Lind'
            '</a> 31 points</p><div class="md">{}</div></div>',
            '<div class="thing link"><p>submitted by <a class="author">Ben</a></p>{}</div>',
            id="Reddit",
        ),
        pytest.param(
            '<div class="timeline-comment"><h3><a class="author Link--primary">Ada Lind</a> '
            "commented</h3><div>{}</div></div>",
            '<div class="timeline-comment current-user"><a class="author">Ben</a>{}</div>',
            id="GitHub",
        ),
        pytest.param(
            '<div class="topic-post clearfix"><span class="first username"><a>Ada Lind</a></span>'
            '<div class="cooked">{}</div></div>',
            '<div class="topic-post"><span class="username"><a>Ben</a></span>{}</div>',
            id="Discourse",
        ),
    ],
)
def test_the_makers_of_forums_tell_who_wrote_a_post(first, second):
    """What a forum's software names a post and its author tells who says what."""
    page = first.format(f"<p>{FIRST}</p>") + second.format(f"<p>{SECOND}</p>")
    found = speakers(page)
    assert (found[FIRST], found[SECOND]) == ("Ada Lind", "Ben")


def test_an_answer_without_a_name_is_not_by_whom_it_answers():
    """A comment whose author is gone lies within another's: it is nobody's."""
    comment = '<li class="comment"><cite class="fn">{}</cite><p>{}</p>{}</li>'
    gone = f'<li class="comment"><p>{SECOND}</p></li>'
    page = comment.format("Ada Lind", FIRST, f"<ul>{gone}</ul>") + comment.format("Ben", "Yes.", "")
    found = speakers(f"<ul>{page}</ul>")
    assert found[FIRST] == "Ada Lind"
    assert found[SECOND] is None


def test_what_a_post_quotes_is_not_its_authors():
    """A quotation is by whom the page names as quoted, else by nobody; so is what a box shows."""
    thread = schema("DiscussionForumPosting", ADA, FIRST) + "</div>" + schema("Comment", BEN, "No.")
    quotes = (
        '<blockquote class="quote" data-quote="Ada Lind"><div>Ada Lind said:</div><p>One in nine'
        "</p></blockquote><blockquote><p>As they say</p></blockquote>"
        '<aside class="quote" data-username="cleo"><div>cleo:</div><blockquote><p>Ten</p>'
        "</blockquote></aside><aside><p>A link's preview</p></aside>"
    )
    found = speakers(f"{thread}{quotes}<p>{SECOND}</p></div>")
    assert found["One in nine"] == "Ada Lind"
    assert found["Ten"] == "cleo"
    assert found["As they say"] is found["A link's preview"] is None
    assert found[SECOND] == "Ben"


@pytest.mark.parametrize(
    "author",
    [
        '<meta itemprop="name" content="Cleo">',
        '<a itemprop="name">[deleted]</a>',
        f"<p>{'A name that is none since it goes on and on. ' * 3}</p>",
    ],
)
def test_a_name_that_no_reader_sees_is_nobodys(author):
    """What only a machine is told, a name that was taken away and a paragraph are no speaker."""
    thread = schema("Question", author, FIRST) + schema("Answer", BEN, SECOND) + "</div></div>"
    found = speakers(thread + schema("Question", ADA, "Third.") + "</div>")
    assert found[FIRST] is None
    assert found[SECOND] == "Ben"


POST = '<div class="comment"><p>{}</p>{}</div>'


def test_a_post_within_a_post_is_not_its_authors():
    """Also where the name of the outer one's author stands below both."""
    outer = POST.format(FIRST, POST.format(SECOND, "") + '<span class="fn">Ada Lind</span>')
    found = speakers(outer + POST.format("Third.", '<span class="fn">Ben</span>'))
    assert (found[FIRST], found[SECOND], found["Third."]) == ("Ada Lind", None, "Ben")


@pytest.mark.parametrize(
    "line",
    [
        '<a class="fn">[deleted]</a><i>changed by <a class="fn">Cleo</a></i>',
        '<span class="by">Posted by Ada Lind on Monday</span>',
    ],
)
def test_what_is_no_name_is_no_speaker(line):
    """Who changed a post whose author is gone did not write it; a line with a day is no name."""
    named = POST.format(SECOND, '<span class="fn">Ben</span>')
    found = speakers(POST.format(FIRST, line) + named + named.replace(SECOND, "Third."))
    assert (found[FIRST], found[SECOND]) == (None, "Ben")


def test_one_post_is_no_thread():
    """A page with one signed text is an article: its passages need no speaker."""
    assert {speaker for speaker, _ in said(schema("Question", ADA, FIRST) + "</div>")} == {None}


def test_posts_are_passages_with_their_speaker():
    """Short posts are no longer merged into one passage: each stands under who wrote it."""
    posts = "".join(
        schema("Comment", f"<b>{name}</b>", f"{text} {n}") + "</div>"
        for n, (name, text) in enumerate([("Ada", FIRST), ("Ben", SECOND)] * 4)
    )
    page = f"<html lang=en><head><title>Routing</title></head><body><h1>Routing</h1>{posts}</body>"
    url = "https://forum.harbour.example/t/routing/7"
    found = extract(Payload(data=page.encode(), media_type="text/html", url=url, final_url=url))
    told = [(p.locator.speaker, found.text[p.start : p.end]) for p in found.passages]
    assert [speaker for speaker, text in told if FIRST in text] == ["Ada"] * 4
    assert [speaker for speaker, text in told if SECOND in text] == ["Ben"] * 4


def test_a_page_of_endless_authors_costs_little():
    """Posts within posts and authors without end are given up, not followed."""
    deep = '<div class="comment"><a class="fn">A</a>' * 200 + "<p>x</p>" * 20_000
    many = '<div itemscope itemtype="https://schema.org/Comment"><a itemprop="author">A</a></div>'
    body = lxml.html.fragment_fromstring(deep + many * 9_000, create_parent="body")
    placed = placed_blocks(body)
    started = time.process_time()
    with_posters(placed)
    assert posts_of(body) == {}
    assert time.process_time() - started < 2
