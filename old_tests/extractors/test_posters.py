"""Who wrote the posts of a thread, and whose words are not the poster's."""

import pytest
from threads import NAMES, WORDS, link, named, page, post, read, said


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


GONE = '<a class="author" href="/members/x">[deleted]</a>'


@pytest.mark.parametrize(
    "over",
    [
        f"{GONE} in reply to {link('Ada')}",
        f"{GONE.replace('[deleted]', '🦊')} <i>in reply to</i> {link('Ada')}",
        f"<b>Guest</b> in reply to <b>{link('Ada')}</b>",
        f"<b>Gast</b> <span>Antwort auf {link('Ada')}</span>",
        f"<b>Guest</b> <i>edited by {link('Ada')}</i>",
        f"<b>Guest</b> <i>liked by</i> {link('Ada')}",
        '<p class="author">by Guest » Tue Mar 01, 2011 9:14 am</p>',
        '<p class="author">Posted by Guest on Monday</p>',
    ],
)
def test_who_is_answered_or_changed_a_post_did_not_write_it(over):
    """Nor is a phrase somebody; a poster who is not told stays nobody."""
    assert named(post(over), post(over)) == [None, None]


def test_a_label_with_the_class_of_a_name_is_none():
    """It leads somewhere else in every post; two persons of one name have two profiles."""
    posts = (
        post(f'<p class="author"><a href="/p/{n}">Permalink</a> by {link("Ada", kind="x")}</p>')
        for n in range(2)
    )
    assert named(*posts) == ["Ada", "Ada"]
    mark = '<p class="author"><a href="#p1">Permalink</a> by <a href="/ada">Ada</a></p>'
    assert named(post(mark), post(mark)) == ["Ada", "Ada"]
    alike = (post(link("Ada", to=str(n), kind="author")) for n in range(2))
    assert named(*alike) == ["Ada", "Ada"]


@pytest.mark.parametrize(
    "shown", ["NAME, Senior Member", "NAME (Moderator)", "NAME - Forum Administrator"]
)
@pytest.mark.parametrize("holder", ['<p class="author">{}</p>', '<a href="/members/NAME">{}</a>'])
def test_a_rank_behind_a_name_is_no_part_of_it(shown, holder):
    """Some makers set both on one line; a comma in a name alone is none."""
    over = holder.format(shown)
    assert named(*(post(over.replace("NAME", name)) for name in NAMES)) == NAMES
    assert named(*(post(link(name)) for name in ("Lind, Ada", "ben77"))) == ["Lind, Ada", "ben77"]


@pytest.mark.parametrize(
    "lead", ["Posted by", "#3 by", "Geschrieben von", "Publié par", "Автор:", "投稿者："]
)
def test_who_is_led_in_as_the_author_wrote_it(lead):
    """In other languages, too."""
    assert named(*(post(f"<p>{lead} {link(name)}</p>") for name in NAMES)) == NAMES


def test_names_and_words_from_right_to_left():
    """They are read as all others are."""
    names = ["עדה", "أحمد"]
    words = [
        "קראנו את הפניות במודל קטן מאז מרץ. " * 5,
        "احتفظنا بها شهرا ثم وجدنا أنها لم تعمل. " * 5,
    ]
    posts = (
        post(link(name)).replace(WORDS[0], text) for name, text in zip(names, words, strict=True)
    )
    found = read(page("".join(posts)))
    assert said(found) == [(n, text.strip()) for n, text in zip(names, words, strict=True)]
    assert found.authors == ("עדה",)


@pytest.mark.parametrize(
    "quotation",
    [
        (
            '<div>Quote:</div><table><tr><td class="alt2"><div>Originally Posted by <b>Ada</b></div>'
            "<div>WORDS</div></td></tr></table>"
        ),
        '<div class="bbcode_quote"><div>Originally Posted by Ada</div><p>WORDS</p></div>',
        '<p>Ada, on 3 Mar, said:</p><div class="blockquote"><div class="quote">WORDS</div></div>',
        '<div class="quotetitle">Ada wrote:</div><div class="quotecontent">WORDS</div>',
        "<p>&gt; WORDS</p>",
    ],
)
def test_the_poster_did_not_say_what_a_post_quotes(quotation):
    """Some makers set a quotation as a table, or as lines behind a sign."""
    quotation = quotation.replace("WORDS", WORDS[3])
    posts = [post(link(name)) for name in NAMES[:3]]
    posts[1] = posts[1].replace(WORDS[0], f"{quotation}<p>{WORDS[1]}</p>")
    posts[2] = posts[2].replace(WORDS[0], WORDS[2])
    told = said(read(page("".join(posts))))
    assert next(name for name, text in told if WORDS[3] in text) is None
    assert next(name for name, text in told if WORDS[1] in text) == "ben77"


def test_a_text_beside_a_comment_is_not_the_commenters():
    """Nor is who comments first the author of a text on which the posts comment."""
    text = "".join(f"<p>{words} {words}</p>" for words in WORDS)
    comments = [
        f'<div><a class="author" href="/u/{n}">{n}</a><div class="post_body">So it is.</div></div>'
        for n in ("ben77", "Cleo")
    ]
    head = '<meta name="author" content="Ada Lind">'
    told = f"<article><h1>Routing tickets</h1>{text}</article>"
    for markup in (
        f"<div>{told}{comments[0]}</div>{comments[1]}",
        f"{told}<div>{''.join(comments)}</div>",
    ):
        found = read(page(markup).replace("<head>", f"<head>{head}"))
        assert {name for name, text in said(found) if any(w in text for w in WORDS)} == {None}
        assert found.authors == ("Ada Lind",)
