"""Threads whose makers name the place of a post's words: all of them, in order, and no furniture.

The markup is ours, built as the makers build it.
"""

import time

import lxml.html
import pytest

from casebook.extractors.kinds.html import extract, parse
from casebook.extractors.web.bodies import bodies_of
from casebook.extractors.web.page_kind import PageKind, kind_of
from casebook.extractors.web.posters import posters_of
from casebook.schemas.documents import Extracted
from casebook.schemas.sources import Payload

WORDS = [
    "We moved the ticket router to a small model in March and it is wrong one time in nine.",
    "Did you keep the keyword rules for the tickets that come in languages other than English?",
    "No. We kept them for a month and then found that they had not fired once since the spring.",
    "That is what we saw as well, but only after the prompts had been cut to a third of theirs.",
]
NAMES = ["Ada Lind", "ben77", "Ada Lind", "ben77"]
URL = "https://forum.harbour.example/showthread.php?t=7"


def page(posts: str, head: str = "Routing tickets - Harbour Forum") -> str:
    menu = '<ul><li><a href="/">Home</a></li><li><a href="/faq">Rules of this forum</a></li></ul>'
    return f"<html lang=en><head><title>{head}</title></head><body>{menu}{posts}</body></html>"


def read(markup: str, url: str = URL) -> Extracted:
    return extract(Payload(data=markup.encode(), media_type="text/html", url=url, final_url=url))


def said(found: Extracted) -> list[tuple[str | None, str]]:
    return [(p.locator.speaker, found.text[p.start : p.end]) for p in found.passages]


def thread(post: str, around: str = "{}") -> str:
    """Return a page of four posts; ``post`` has places for NAME, UID, ID of a post, WORDS."""
    posts = (
        post.replace("NAME", name)
        .replace("UID", str(len(name)))
        .replace("ID", str(n + 40))
        .replace("WORDS", words)
        for n, (name, words) in enumerate(zip(NAMES, WORDS, strict=True))
    )
    return page(around.format("".join(posts)))


MAKERS = {
    "vBulletin 3": (
        '<table id="postID"><tr><td><a class="bigusername" href="member.php?u=UID">NAME</a>'
        "<div>Senior Member</div><div>Join Date: Mar 2011</div><div>Posts: 3,114</div></td><td>"
        '<div id="post_message_ID">WORDS</div><div>__________________<br>Never ship on Friday'
        '</div><a href="report.php?p=ID">Report Post</a></td></tr></table>'
    ),
    "vBulletin 4": (
        '<li class="postbit postcontainer"><div class="userinfo"><a class="username offline '
        'popupctrl" href="members/UID-name"><strong>NAME</strong></a><ul><li><a href="members/'
        'UID-name">View Profile</a></li><li>Posts 3,114</li></ul></div><div class="postbody"><div '
        'class="content"><div id="post_message_ID"><blockquote class="postcontent restore">WORDS'
        '</blockquote></div></div><blockquote class="signature">Never ship on Friday</blockquote>'
        '</div><a href="newreply.php?p=ID">Reply With Quote</a></li>'
    ),
    "phpBB, prosilver": (
        '<div id="pID" class="post bg1"><dl class="postprofile"><dt><a href="./memberlist.php?'
        'mode=viewprofile&amp;u=UID">NAME</a></dt><dd>Posts: 3114</dd><dd>Joined: Tue Mar 01, 2011 '
        '9:14 am</dd></dl><div class="postbody"><div class="content">WORDS</div><div class='
        '"signature">Never ship on Friday</div></div><a href="#top">Top</a></div>'
    ),
    "phpBB, subsilver": (
        '<table class="tablebg"><tr><td><b class="postauthor">NAME</b></td><td>Post subject: Re: '
        "Routing</td></tr><tr><td>Joined: Tue Mar 01, 2011 9:14 am<br>Posts: 3114</td><td><div "
        'class="postbody">WORDS</div><span class="postbody"><br>_________________<br>Never ship on '
        'Friday</span></td></tr><tr><td><a href="#top">Top</a></td></tr></table>'
    ),
    "FluxBB": (
        '<div class="blockpost"><h2><a href="#pID">2014-03-01 23:42:16</a></h2><div class='
        '"postbody"><div class="postleft"><dl><dt><strong>NAME</strong></dt><dd>Member</dd><dd>'
        'Posts: 3,114</dd></dl></div><div class="postright"><h3>Re: Routing</h3><div class='
        '"postmsg"><p>WORDS</p></div><div class="postsignature"><p>Never ship on Friday</p></div>'
        '</div></div><ul><li><a href="report">Report</a></li></ul></div>'
    ),
    "XenForo 1": (
        '<li id="post-ID" class="message" data-author="NAME"><h3><a href="members/n.UID/" class='
        '"username">NAME</a> <em>Level: KitKat</em></h3><div class="messageContent"><article>'
        '<blockquote class="messageText">WORDS</blockquote></article></div><div class="signature">'
        '<aside>Never ship on Friday</aside></div><a class="LikeLink">Like</a></li>'
    ),
    "Discuz": (
        '<div id="post_ID"><table><tr><td><div class="authi"><a href="home.php?mod=space&amp;'
        'uid=UID" class="xw1">NAME</a></div><a href="home.php?mod=space&amp;uid=UID&amp;do=thread"'
        '>3114</a><a href="home.php?mod=spacecp&amp;ac=pm&amp;uid=UID">Send a message</a></td><td>'
        '<table><tr><td class="t_f" id="postmessage_ID">WORDS</td></tr></table></td></tr></table>'
        "<div>Never ship on Friday</div></div>"
    ),
    "Something Awful": (
        '<table class="post" id="postID"><tr><td class="userinfo"><dl><dt class="author">NAME</dt>'
        '<dd>Sep 17, 2003</dd><dd>Never ship on Friday</dd></dl></td><td class="postbody">WORDS'
        '</td></tr><tr><td>Jan 21, 2013 8:48 AM</td><td><a href="member.php?userid=UID">Profile</a>'
        '<a href="private.php">Message</a> <a href="search.php">Post History</a></td></tr></table>'
    ),
    "Reddit, 2018": (
        '<div class="Comment t1_ID P8SGAK"><div><a data-testid="comment_author_icon" href='
        '"/user/NAME/"><img></a></div><div><div data-testid="post-comment-header"><a class="wM6sc" '
        'data-testid="comment_author_link" href="/user/NAME/">NAME</a></div><div data-testid='
        '"comment"><div class="RichTextJSON-root"><p>WORDS</p></div></div><div>11.0k</div><button>'
        "Share</button></div></div>"
    ),
    "GitHub, 2025": (
        '<div class="LayoutHelpers-module__timelineElement--tF"><a class="Avatar-module__avatarLink'
        '" href="/NAME"><img></a><a class="ActivityHeader-module__AuthorLink--iof" href="/NAME">'
        'NAME</a><span data-testid="comment-author-association">Contributor</span><div class='
        '"markdown-body"><p>WORDS</p></div><button>👍 3</button></div>'
    ),
    "GitHub, 2012": (
        '<div class="discussion-bubble"><div class="comment-header"><a href="/NAME" class='
        '"comment-header-author">NAME</a> <a href="#ID">commented</a></div><div class='
        '"comment-body markdown-body"><p>WORDS</p></div></div>'
    ),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_each_post_is_read_whole_and_by_whom(maker):
    """Four posts in order, each with its author; no rank, signature, count, menu or button."""
    found = read(thread(MAKERS[maker]))
    told = [(name, text) for name, text in said(found) if any(w in text for w in WORDS)]
    assert [name for name, _ in told] == NAMES
    assert [next(w for w in WORDS if w in text) for _, text in told] == WORDS
    for furniture in ("Friday", "3,114", "3114", "Report", "Contributor", "Profile", "Share"):
        assert furniture not in found.text


def test_rows_of_a_thread_keep_their_paragraphs():
    """Hacker News sets each comment as a row, its indent and its arrow as cells beside it."""
    row = (
        '<tr class="athing comtr" id="ID"><td><table><tr><td class="ind"><img></td><td class='
        '"votelinks"><a href="vote?id=ID">▲</a></td><td class="default"><div><span class="comhead">'
        '<a href="user?id=NAME" class="hnuser">NAME</a> <span class="age" title="2024-02-03T16:43:'
        '55"><a href="item?id=ID">on Feb 3, 2024</a></span> | <a href="#41">parent</a> | <a href='
        '"#42">next</a></span></div><div class="comment"><div class="commtext c00">Yes.<p>WORDS</p>'
        '</div><div class="reply"><a href="reply">reply</a></div></div></td></tr></table></td></tr>'
    )
    top = (
        '<table><tr class="athing"><td><a href="https://router.example">How we route tickets</a>'
        '</td></tr><tr><td class="subtext">93 points by <a href="user?id=cleo" class="hnuser">cleo'
        '</a> <span class="age" title="2024-02-02T19:22:59">2 days ago</span></td></tr></table>'
    )
    posts = thread(row, top + '<table class="comment-tree">{}</table>')
    posts = posts.replace("Routing tickets - Harbour Forum", "How we route tickets | Hacker News")
    home = '<a href="news">Hacker News</a>'
    url = "https://news.ycombinator.com/item?id=39232976"
    found = read(posts.replace("<body>", f"<body>{home}"), url)
    assert [text for name, text in said(found) if name] == [f"Yes.\n{words}" for words in WORDS]
    assert [name for name, _ in said(found) if name] == NAMES
    assert "parent" not in found.text
    assert (found.title, found.authors) == ("How we route tickets", ("cleo",))
    assert str(found.published) == "2024-02-02"


@pytest.mark.parametrize(
    "url",
    [
        "https://news.ycombinator.com/item?id=39232976",
        "https://github.com/harbour/router/issues/7",
        "https://github.com/harbour/router/pull/8",
        "https://bbs.harbour.example/thread-165-1-1.html",
    ],
)
def test_threads_are_known_by_their_address(url):
    """Issues, pull requests and items of Hacker News say nowhere else that they are threads."""
    assert kind_of(parse(page("<p>Hello</p>")), url) is PageKind.FORUM


def test_an_article_in_an_issue_of_a_magazine_is_no_thread():
    """Its number stands in the address as that of an issue in a tracker does."""
    url = "https://pier.example/issues/12/how-we-route-our-tickets"
    assert kind_of(parse(page("<p>Hello</p>")), url) is PageKind.ARTICLE


def named(*posts: str) -> list[str | None]:
    """Return who wrote each of ``posts``."""
    body = lxml.html.fragment_fromstring("".join(posts), create_parent="body")
    bodies = bodies_of(body, PageKind.FORUM)
    names = posters_of(bodies)
    return [names.get(frame) for frame in bodies.frames.values()]


def post(over: str, below: str = "") -> str:
    return f'<div>{over}<div class="post_body">{WORDS[0]}</div>{below}</div>'


def link(name: str, to: str = "", kind: str = "") -> str:
    return f'<a class="{kind}" href="/members/{to or name}">{name}</a>'


def test_who_else_is_named_wrote_nothing():
    """A moderator over the first post, whoever thanks for one or changed it, and several names."""
    first = post('<p>Moderators: <a href="/members/mo">Mo</a></p>' + "<b>Ada</b>")
    thanked = post(link("ben77", kind="by"), "Thanks: " + link("Mo", kind="by"))
    both = post(link("ben77", kind="by") + " and " + link("Cleo", kind="by"))
    assert named(first, thanked, both) == [None, "ben77", None]


def test_what_leads_to_every_profile_is_no_name():
    """Labels and initials of a picture stand beside the name; a class says which of two it is."""
    posts = [
        post(link(name[0], name) + link(name) + link("Profile", f"{name}/about"))
        for name in ("Ada", "ben77")
    ]
    assert named(*posts) == ["Ada", "ben77"]
    edited = post(link("Ada", kind="author") + " edited by " + link("Mo"))
    assert named(edited, edited.replace("Ada", "ben77")) == ["Ada", "ben77"]
    gone = post('<a class="author" href="/members/x">[deleted]</a>')
    assert named(gone, gone) == [None, None]


def test_whoever_signs_below_a_question_as_its_owner_asked_it():
    """Who edited it signs before; below an answer nothing tells the two apart."""
    signed = '<p class="post-signature KIND"><a href="/users/1"><img></a><a>NAME</a></p>'
    editor = signed.replace("KIND", "").replace("NAME", "Mo")
    asker = signed.replace("KIND", "owner").replace("NAME", "Ada")
    remark = '<div><span class="comment-copy">So do we.</span> – <a class="comment-user">Cleo</a>'
    assert named(post("", editor + asker), post("", editor), remark) == ["Ada", None, "Cleo"]
    dated = asker.replace("<a>", '<i title="2010-05-19 22:11:47Z">May 19 at 22:11</i><a>')
    answer = post("", editor).replace(WORDS[0], " ".join(WORDS))
    found = read(page(post("", editor + dated) + answer))
    assert (found.authors, str(found.published)) == (("Ada",), "2010-05-19")


def test_comments_are_not_the_text_of_an_article_above_them():
    """Where most prose stands in no post, the posts are no reason to drop it."""
    article = "".join(f"<p>{words} {words} {words}</p>" for words in WORDS * 3)
    comments = "".join(
        f'<li><a class="author" href="/u/{n}">{n}</a><div class="post_body"><p>So it is.</p></div>'
        for n in "ab"
    )
    told = f"<article><h1>Routing tickets</h1>{article}</article>"
    for below in (f"<ul>{comments}</ul>", comments.replace("<li>", "</div><li>", 1)):
        assert all(words in read(page(f"<div>{told}{below}")).text for words in WORDS)


def test_a_heading_in_a_post_heads_that_post_alone():
    """The next post stands in no section of the last one, nor under whom that quotes."""
    quote = f"<div><h4>ben77 posted:</h4><blockquote>{WORDS[1]}</blockquote></div>"
    posts = (
        post(link("Ada"), "").replace(WORDS[0], f"<h3>Set-up</h3><p>{WORDS[0]}</p>")
        + post(link("ben77")).replace(WORDS[0], WORDS[1])
        + post(link("Ada")).replace(WORDS[0], f"{quote}<p>{WORDS[2]}</p>")
        + post(link("ben77")).replace(WORDS[0], f"<p>{WORDS[3]}</p>")
    )
    found = read(page(posts))
    where = {found.text[p.start : p.end]: p.locator.section for p in found.passages}
    assert where[WORDS[0]] == "Set-up"
    assert [where[words] for words in (WORDS[1], WORDS[3])] == [None, None]
    assert "ben77 posted:" not in where.values()


@pytest.mark.parametrize(
    ("title", "shown", "expected"),
    [
        ("Harbour &bull; View topic - Cheap routing", "<h2>Cheap routing</h2>", "Cheap routing"),
        ("Cheap routing - Page 2", "<h1>Thread: <a>Cheap routing</a></h1>", "Cheap routing"),
        ("ops - Cheap routing - Queue Fault", "<h1><a>Cheap routing</a></h1>", "Cheap routing"),
        ("Cheap routing (Page 1) / Ops / Harbour", "<h3>Cheap routing</h3>", "Cheap routing"),
        ("Cheap routing · Issue #7 · harbour/router", "<h1>Cheap routing #7</h1>", "Cheap routing"),
        ("Cheap routing : ops", "<h1>r/ops</h1><h1>Cheap routing</h1>", "Cheap routing"),
        ("Cheap | fast routing - The Pier", "<a href='/'>The Pier</a>", "Cheap | fast routing"),
        ("Cheap | fast routing", "<a href='/'>The Pier</a>", "Cheap | fast routing"),
    ],
)
def test_a_thread_is_called_as_its_heading_says(title, shown, expected):
    """What the software, the section and the site add is no part of the title."""
    shown = shown.replace("Cheap routing #7", "<bdi>Cheap routing</bdi> <span>#7</span>")
    posts = thread(MAKERS["vBulletin 3"]).replace("Routing tickets - Harbour Forum", title)
    assert read(posts.replace("<ul>", f"{shown}<ul>", 1)).title == expected


def test_the_first_post_tells_who_opened_a_thread_and_when():
    """Not the day on which somebody joined, nor the name of the forum's software."""
    posted = post(link("ADA") + " Joined: Mar 1, 2009 9:14 am <p>Posted: Jan 9, 2016, 2:30 am</p>")
    posted = posted.replace(" Joined", "<p>Joined").replace("9:14 am ", "9:14 am</p>")
    maker = '<meta name="author" content="Pier Board Team"><meta name="generator" content="phpBB">'
    posts = posted + posted.replace("ADA", "ben77").replace(WORDS[0], f"{WORDS[1]} {WORDS[2]}")
    found = read(page(posts).replace("<head>", f"<head>{maker}"))
    assert found.authors == ("ADA",)
    assert str(found.published) == "2016-01-09"


@pytest.mark.parametrize(
    ("url", "head"),
    [
        (URL, "Routing - Page 3 - Harbour"),
        (f"{URL}&page=2", "Routing"),
        ("https://forum.harbour.example/threads/routing.7/page-12", "Routing"),
        ("https://forum.harbour.example/viewtopic.php?t=7&start=25", "Routing"),
    ],
)
def test_on_a_later_page_nobody_is_known_to_have_opened_a_thread(url, head):
    """Who posts first there, and when, is not who opened it; on the first page it is."""
    markup = thread(MAKERS["vBulletin 3"])
    assert read(markup, f"{URL}&page=1").authors == ("Ada Lind",)
    dated = markup.replace("<div>Senior", "<p>Jan 9, 2016, 2:30 am</p><div>Senior")
    assert str(read(dated).published) == "2016-01-09"
    found = read(markup.replace("Routing tickets - Harbour Forum", head), url)
    assert (found.authors, found.published) == ((), None)
    assert [name for name, text in said(found) if name] == NAMES


def test_a_hostile_thread_costs_little():
    """Bodies in bodies, names in names and posts without end are read in a moment."""
    deep = '<div class="cooked author">' * 200 + "<p>x</p>" * 20_000
    many = post(link("Ada", kind="author")) * 9_000
    started = time.process_time()
    for markup in (deep, many, f'<div class="cooked">x</div><div>{deep}'):
        body = lxml.html.fragment_fromstring(markup, create_parent="body")
        posters_of(bodies_of(body, PageKind.FORUM))
    assert time.process_time() - started < 6
