"""What a thread is called, who opened it and when."""

import pytest
from threads import MAKERS, NAMES, URL, WORDS, link, lone, page, post, read, said, thread


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


def test_a_day_without_an_hour_tells_when_a_post_was_written():
    """It stays over the post, as an hour does; a term of the poster's profile and a title tell none.

    "Ada opened this issue July 30, 2012" is how GitHub dated them.
    """
    profile = "<h4>Down on May 2, 2011</h4><dl><dt>Ada</dt><dd>Sep 17, 2003</dd></dl>"
    opened = post(f"{profile}<div>{link('Ada')} opened this issue July 30, 2012</div>")
    answered = post(f"{profile}<div>{link('ben77')} commented July 31, 2012</div>")
    found = read(page(opened + answered.replace(WORDS[0], " ".join(WORDS[1:]))))
    assert str(found.published) == "2012-07-30"
    assert "Sep 17, 2003" not in found.text


def test_what_stands_next_to_a_lone_post_tells_who_wrote_it_and_when():
    """Not the hour at which the page was shown, nor whoever posted last in another thread."""
    top = (
        "<p>It is currently Thu Nov 26, 2026, 9:15 am</p><div>Newest: "
        '<a class="username" href="/members/3">Mo</a> <time datetime="2026-11-25">today</time></div>'
    )
    for day in ("Jan 9, 2016, 2:30 am", '<time datetime="2016-01-09">long ago</time>'):
        over = f'<p>Posted: {day}</p><b class="username">Ada Lind</b><i>Joined: Mar 1, 2009</i>'
        found = read(lone(post(over).replace(WORDS[0], "WORDS"), f"{top}<h1>Routing</h1>{{}}"))
        assert (found.authors, str(found.published)) == (("Ada Lind",), "2016-01-09")
        assert "2026" not in found.text


COMMENTED = {
    "Reddit, old": (
        (
            '<div class="thing link"><a class="title" href="https://router.example">Routing</a> <time '
            'datetime="2019-03-01T10:00:00Z"></time> by <a href="/user/cleo" class="author">cleo</a>'
            "</div>"
        ),
        (
            '<div class="thing comment"><a href="/user/NAME" class="author">NAME</a> <time datetime='
            '"2019-04-02T10:00:00Z"></time><div class="usertext-body"><p>WORDS</p></div></div>'
        ),
    ),
    "Reddit, 2024": (
        (
            '<div><a class="author-name" href="/user/cleo/">cleo</a> <time datetime="2019-03-01T10:00:00'
            'Z"></time><h1>Routing</h1></div>'
        ),
        (
            '<shreddit-comment><a href="/user/NAME/">NAME</a> <time datetime="2019-04-02T10:00:00Z">'
            '</time><div slot="comment"><p>WORDS</p></div></shreddit-comment>'
        ),
    ),
}


@pytest.mark.parametrize("maker", COMMENTED)
def test_who_comments_on_a_link_first_did_not_open_the_thread(maker):
    """Nor was it opened then: the link has a poster and a day of its own."""
    top, comment = COMMENTED[maker]
    found = read(
        thread(comment, top + "<div>{}</div>"), "https://www.reddit.com/r/ops/comments/a1/"
    )
    assert (found.authors, str(found.published)) == (("cleo",), "2019-03-01")
    assert [name for name, _ in said(found) if name] == NAMES


@pytest.mark.parametrize(
    ("label", "day"),
    [
        ("Joined:", "Tue Mar 01, 2011 9:14 am"),
        ("Registriert:", "01.03.2011, 09:14"),
        ("Registrado:", "01.03.2011 09:14"),
        ("Зарегистрирован:", "01.03.2011, 09:14"),
        ("注册时间:", "2011-03-01 09:14"),
    ],
)
def test_the_day_on_which_a_poster_joined_is_not_that_of_the_thread(label, day):
    """Though it stands first, and what it is stands in an element of its own."""
    joined = post(f"<p><b>{label}</b> {day}</p><p>» 05.04.2012, 10:00</p>{link('Ada')}")
    posts = joined + joined.replace(WORDS[0], " ".join(WORDS[1:]))
    assert str(read(page(posts)).published) == "2012-04-05"


@pytest.mark.parametrize(
    ("url", "head"),
    [
        (URL, "Routing - Page 3 - Harbour"),
        (URL, "Routing - Seite 3 - Harbour"),
        (f"{URL}&pagenumber=3", "Routing"),
        ("https://forum.harbour.example/thread-7-page-2.html", "Routing"),
        ("https://bbs.harbour.example/thread-165-2-1.html", "Routing"),
        ("https://forum.harbour.example/discussion/7/routing/p2", "Routing"),
        ("https://forum.harbour.example/index.php/topic,7.20.html", "Routing"),
        (URL, "Routing</title><link rel=canonical href='/viewtopic.php?t=7&start=25'><title>"),
        (f"{URL}&page=2", "Routing"),
        ("https://forum.harbour.example/threads/routing.7/page-12", "Routing"),
        ("https://forum.harbour.example/viewtopic.php?t=7&start=25", "Routing"),
    ],
)
def test_on_a_later_page_nobody_is_known_to_have_opened_a_thread(url, head):
    """Who posts first there, and when, is not who opened it; on the first page it is."""
    markup = thread(MAKERS["vBulletin 3"])
    assert read(markup, f"{URL}&page=1").authors == ("Ada Lind",)
    slug = "https://forum.harbour.example/threads/the-best-landing-page-2024.973/"
    assert read(markup, slug).authors == ("Ada Lind",)
    dated = markup.replace("<div>Senior", "<p>Jan 9, 2016, 2:30 am</p><div>Senior")
    assert str(read(dated).published) == "2016-01-09"
    found = read(markup.replace("Routing tickets - Harbour Forum", head), url)
    assert (found.authors, found.published) == ((), None)
    assert [name for name, text in said(found) if name] == NAMES
