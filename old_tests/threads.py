"""Threads as the makers of forums build them; the markup is ours."""

import lxml.html

from casebook.extractors.kinds.html import extract
from casebook.extractors.web.bodies import bodies_of
from casebook.extractors.web.page_kind import PageKind
from casebook.extractors.web.threads.posters import posters_of
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


def lone(post: str, around: str = "{}") -> str:
    """Return a page of the post of ``thread`` that Ada Lind wrote, with all the words of four."""
    parts = {"NAME": NAMES[0], "UID": "8", "ID": "40", "WORDS": " ".join(WORDS)}
    for place, part in parts.items():
        post = post.replace(place, part)
    return page(around.format(post))


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
