"""Text that no reader sees is taken out and reported; text that a reader sees stays."""

import lxml.html
import pytest
from hidden_words import SECRET, SEEN, strip

from casebook.extractors.visibility.hidden import strip_hidden
from casebook.schemas.documents import HiddenKind


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ('<p style="font-size:0">{}</p>', HiddenKind.STYLE),
        ('<p style="font-size: 1px">{}</p>', HiddenKind.STYLE),
        ('<p style="display: none !important">{}</p>', HiddenKind.STYLE),
        ('<p style="visibility:hidden">{}</p>', HiddenKind.STYLE),
        ('<p style="color:#fff">{}</p>', HiddenKind.STYLE),
        ('<p style="color:rgb(254,255,255);background-color:white">{}</p>', HiddenKind.STYLE),
        ('<div style="background:#111"><b style="color:#121212">{}</b></div>', HiddenKind.STYLE),
        ('<p style="position:absolute;left:-9999px">{}</p>', HiddenKind.STYLE),
        ('<p style="text-indent:-9999px">{}</p>', HiddenKind.STYLE),
        ('<p style="opacity:0">{}</p>', HiddenKind.STYLE),
        ('<p style="height:0;overflow:hidden">{}</p>', HiddenKind.STYLE),
        ('<p style="position:absolute;clip:rect(0,0,0,0)">{}</p>', HiddenKind.STYLE),
        ('<p style="position:absolute;left:9999px">{}</p>', HiddenKind.STYLE),
        ('<p style="translate:-9999px 0">{}</p>', HiddenKind.STYLE),
        ('<p style="opacity:.01">{}</p>', HiddenKind.STYLE),
        ('<p style="filter:opacity(0%)">{}</p>', HiddenKind.STYLE),
        ('<p style="transform:scale(.001)">{}</p>', HiddenKind.STYLE),
        ('<p style="clip-path:circle(0)">{}</p>', HiddenKind.STYLE),
        ('<p style="clip-path:polygon(0 0,0 0,0 0)">{}</p>', HiddenKind.STYLE),
        ('<p style="content-visibility:hidden">{}</p>', HiddenKind.STYLE),
        ('<p style="font:0/0 serif">{}</p>', HiddenKind.STYLE),
        (r'<p style="dis\70lay:/**/none">{}</p>', HiddenKind.STYLE),
        ('<p style="color:transparent">{}</p>', HiddenKind.STYLE),
        ('<p style="color:rgb(0 0 0 / 0%)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:hsl(0,0%,100%)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:rgb(100%,100%,100%)">{}</p>', HiddenKind.STYLE),
        ('<p><font color="FFFFFF">{}</font></p>', HiddenKind.STYLE),
        (
            '<table><tr><td bgcolor="black" style="color:#000">{}</td></tr></table>',
            HiddenKind.STYLE,
        ),
        ('<p style="display:none;display:foo">{}</p>', HiddenKind.STYLE),
        ('<p style="display:table-column">{}</p>', HiddenKind.STYLE),
        ('<p style="inset:-9999px auto auto auto;position:absolute">{}</p>', HiddenKind.STYLE),
        ('<p style="position:absolute;bottom:9999px">{}</p>', HiddenKind.STYLE),
        ('<p style="block-size:0;overflow:hidden">{}</p>', HiddenKind.STYLE),
        ('<p style="inset-block-start:-9999px;position:fixed">{}</p>', HiddenKind.STYLE),
        ('<p style="transform:rotateX(90deg)">{}</p>', HiddenKind.STYLE),
        ('<p style="transform:rotateY(.25turn)">{}</p>', HiddenKind.STYLE),
        ('<p style="zoom:0.01">{}</p>', HiddenKind.STYLE),
        ('<p style="filter:blur(40px)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:oklch(1 0 0)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:oklab(100% 0 0)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:lab(100 0 0)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:lch(100% 0 none)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:hwb(0 100% 0%)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:color(srgb 1 1 1)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:rgb(0 0 0/0)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:oklch(0.2 0 0 / 0%)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:canvas">{}</p>', HiddenKind.STYLE),
        ('<p style="color:#111;background:currentColor">{}</p>', HiddenKind.STYLE),
        ('<div style="font-size:0"><p style="font-size:2em">{}</p></div>', HiddenKind.STYLE),
        ('<p style="mask:linear-gradient(transparent,transparent)">{}</p>', HiddenKind.STYLE),
        (
            '<p style="-webkit-mask-image:radial-gradient(circle at center,#0000 10%,rgba(0,0,0,0))">{}</p>',
            HiddenKind.STYLE,
        ),
        (
            '<p style="mask:conic-gradient(from 1deg,rgb(0 0 0/0%),#0000),linear-gradient(0deg,#00000000,#0000)">{}</p>',
            HiddenKind.STYLE,
        ),
        ('<p style="mask:url(a.svg);mask-size:0">{}</p>', HiddenKind.STYLE),
        ('<p style="mask:linear-gradient(#000,#000) 0 0/0 100%">{}</p>', HiddenKind.STYLE),
        (
            '<p style="mask-image:url(a.svg);mask-size:1px 1px;mask-repeat:no-repeat">{}</p>',
            HiddenKind.STYLE,
        ),
        ('<p style="contain:strict;height:0">{}</p>', HiddenKind.STYLE),
        ('<p style="height:0;contain:paint">{}</p>', HiddenKind.STYLE),
        ('<p style="font-size-adjust:0">{}</p>', HiddenKind.STYLE),
        ('<p style="transform:matrix(0,0,0,0,0,0)">{}</p>', HiddenKind.STYLE),
        ('<p style="transform:matrix(1,2,2,4,0,0)">{}</p>', HiddenKind.STYLE),
        ('<p style="clip-path:inset(0 100% 0 0)">{}</p>', HiddenKind.STYLE),
        ('<p style="clip-path:inset(60% 0 40% 0 round 2px)">{}</p>', HiddenKind.STYLE),
        ('<p style="clip-path:rect(0 0 0 0)">{}</p>', HiddenKind.STYLE),
        ('<p style="clip-path:xywh(0 0 0 9px)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:color-mix(in srgb,white,transparent)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:color-mix(in srgb,white 100%,black)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:light-dark(white,black)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:rgb(from white r g b)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:color-mix(in srgb,black 2%,transparent)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:#fff;background:rgba(255,255,255,.1)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:#f0f0f0;background:rgba(0,0,0,.06)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:rgb(from black r g b / 0)">{}</p>', HiddenKind.STYLE),
        ('<p style="opacity:min(0,1)">{}</p>', HiddenKind.STYLE),
        ('<p style="opacity:1e-3">{}</p>', HiddenKind.STYLE),
        ('<p style="font-size:clamp(0px,0px,9px)">{}</p>', HiddenKind.STYLE),
        ('<p style="font-size:max(0px,0.5px)">{}</p>', HiddenKind.STYLE),
        ('<p style="rotate:y 90deg">{}</p>', HiddenKind.STYLE),
        ('<p style="transform:rotate3d(1,0,0,90deg)">{}</p>', HiddenKind.STYLE),
        ('<p style="transform:skew(90deg)">{}</p>', HiddenKind.STYLE),
        ('<p style="text-indent:100%;white-space:nowrap;overflow:hidden">{}</p>', HiddenKind.STYLE),
        ('<p style="content:url(a.png)">{}</p>', HiddenKind.STYLE),
        ('<p style="color:window">{}</p>', HiddenKind.STYLE),
        ('<p style="color:#fff;text-shadow:0 0 5px #fff">{}</p>', HiddenKind.STYLE),
        ("<p><s>{}</s></p>", HiddenKind.STYLE),
        ("<del><p>{}</p></del>", HiddenKind.STYLE),
        ("<p><strike style='text-decoration:line-through red'>{}</strike></p>", HiddenKind.STYLE),
        ('<p><span style="text-decoration: line-through">{}</span></p>', HiddenKind.STYLE),
        ('<p style="text-decoration-line:line-through"><b>{}</b></p>', HiddenKind.STYLE),
        (
            "<style>.old b{{text-decoration:line-through}}</style><p class=old><b>{}</b></p>",
            HiddenKind.STYLE,
        ),
        (
            '<s><span style="text-decoration:none">{}</span></s>',
            HiddenKind.STYLE,
        ),
        ("<div popover>{}</div>", HiddenKind.ATTRIBUTE),
        ("<noframes>{}</noframes>", HiddenKind.TEMPLATE),
        ("<noembed>{}</noembed>", HiddenKind.TEMPLATE),
        ("<progress value=1>{}</progress>", HiddenKind.TEMPLATE),
        ("<meter value=1>{}</meter>", HiddenKind.TEMPLATE),
        ("<ruby>a<rp>{}</rp><rt>b</rt></ruby>", HiddenKind.TEMPLATE),
        ("<p hidden>{}</p>", HiddenKind.ATTRIBUTE),
        ('<div class="accordion-body" hidden>{}</div>', HiddenKind.ATTRIBUTE),
        (
            '<p class="expander" hidden>{}</p><p>Read <a aria-expanded="false">this</a></p>',
            HiddenKind.ATTRIBUTE,
        ),
        ('<p class="expander" hidden>{}</p><p aria-expanded="false"> </p>', HiddenKind.ATTRIBUTE),
        ('<p class="expander" hidden>{}</p><a href="#">Read more</a>', HiddenKind.ATTRIBUTE),
        ('<p class="menu" hidden>{}</p><a aria-expanded="false">Menu</a>', HiddenKind.ATTRIBUTE),
        ('<a href="#a">Top</a><p id="a" hidden>{}</p>', HiddenKind.ATTRIBUTE),
        (
            '<h3>Why?</h3><p class="faq-answer" style="text-indent:-9999px">{}</p>',
            HiddenKind.STYLE,
        ),
        ("<dialog>{}</dialog>", HiddenKind.ATTRIBUTE),
        (
            '<b hidden aria-controls="a">More</b><p id="a" style="display:none">{}</p>',
            HiddenKind.STYLE,
        ),
        (
            '<div style="display:none"><b aria-controls="a">M</b></div><p id="a" hidden>{}</p>',
            HiddenKind.ATTRIBUTE,
        ),
        (
            '<div style="visibility:hidden"><b aria-controls="a">M</b></div><p id="a" hidden>{}</p>',
            HiddenKind.ATTRIBUTE,
        ),
        ('<p id="a" hidden>{} <b aria-controls="a"></b></p>', HiddenKind.ATTRIBUTE),
        (
            '<p id="a" hidden>{}<b aria-controls="b"></b></p><p id="b" hidden><b aria-controls="a"></b></p>',
            HiddenKind.ATTRIBUTE,
        ),
        (
            (
                '<input class="sr-only" id="i" aria-controls="a"><label for="i" hidden>M</label>'
                '<p id="a" hidden>{}</p>'
            ),
            HiddenKind.ATTRIBUTE,
        ),
        (
            (
                '<input id="i" style="display:none" aria-controls="b"><label for="i">M</label>'
                '<input id="i" style="display:none" aria-controls="a"><p id="a" hidden>{}</p>'
            ),
            HiddenKind.ATTRIBUTE,
        ),
        (
            (
                '<label>M</label><input style="display:none" aria-controls="a">'
                '<p id="a" hidden>{}</p>'
            ),
            HiddenKind.ATTRIBUTE,
        ),
        (
            (
                '<a role="tab" id="t" style="display:none">T</a>'
                '<p role="tabpanel" id="a" aria-labelledby="t" hidden>{}</p>'
            ),
            HiddenKind.ATTRIBUTE,
        ),
        (
            '<h3 style="display:none">Why?</h3><p class="faq-answer" style="display:none">{}</p>',
            HiddenKind.STYLE,
        ),
        (
            (
                '<p class="expander" style="max-height:0;overflow:hidden">{}</p>'
                '<a hidden aria-expanded="false">More</a>'
            ),
            HiddenKind.STYLE,
        ),
        ("<details><summary hidden></summary>{}</details>", HiddenKind.ATTRIBUTE),
        ('<p style="transform:scale(1,0)">{}</p>', HiddenKind.STYLE),
        ('<p style="scale:1 0">{}</p>', HiddenKind.STYLE),
        ('<div style="transform:scale(.05)"><p>{}</p></div>', HiddenKind.STYLE),
        ('<p style="transform:matrix(1,0,0,1,-9999,0)">{}</p>', HiddenKind.STYLE),
        ("<p style=\"clip-path:path('M0 0')\">{}</p>", HiddenKind.STYLE),
        ('<p style="margin:0 0 0 -9999px">{}</p>', HiddenKind.STYLE),
        ('<p style="font-size:.01vw">{}</p>', HiddenKind.STYLE),
        ('<p style="color:beige;background:beige">{}</p>', HiddenKind.STYLE),
        ('<p style="color:navy;background-color:#000080">{}</p>', HiddenKind.STYLE),
        (
            '<p style="background:linear-gradient(90deg,#fff,white);color:#fff">{}</p>',
            HiddenKind.STYLE,
        ),
        ('<p style="-webkit-text-security:disc">{}</p>', HiddenKind.STYLE),
        (
            (
                '<div style="display:grid;grid-template-rows:0fr">'
                '<p style="overflow:hidden">{}</p></div>'
            ),
            HiddenKind.STYLE,
        ),
        # A place among others that nobody sees is no tab, and a link alone makes none.
        (
            '<a href="#a">A</a><a href="#b">B</a><div><p id="a" hidden>{}</p><p id="b" hidden></p></div>',
            HiddenKind.ATTRIBUTE,
        ),
        ('<a href="#a">A</a><p id="a" hidden>{}</p>', HiddenKind.ATTRIBUTE),
        ('<details><summary style="display:none"></summary><p>{}</details>', HiddenKind.ATTRIBUTE),
        (
            '<details><summary style="visibility:hidden"></summary><p>{}</details>',
            HiddenKind.ATTRIBUTE,
        ),
        ('<span class="sr-only">{}</span>', HiddenKind.CLASS),
        ('<span class="visually-hidden x">{}</span>', HiddenKind.CLASS),
        ("<template><p>{}</p></template>", HiddenKind.TEMPLATE),
    ],
)
def test_each_way_of_hiding_is_seen_through(markup, kind):
    """The hidden words are gone, what surrounds them stays, and the curator is told."""
    found, text = strip(markup.format(SECRET))
    assert SECRET not in text
    assert "After." in text
    assert [(piece.kind, piece.text) for piece in found] == [(kind, SECRET)]


@pytest.mark.parametrize(
    "markup",
    [
        '<p><s style="text-decoration:none">{}</s></p>',
        '<p><ins style="text-decoration:underline">{}</ins></p>',
        '<p style="color:#333">{}</p>',
        '<div style="background:#036"><p style="color:white">{}</p></div>',
        '<p style="color:white;background:url(x.png)">{}</p>',
        '<div style="font-size:0"><p style="font-size:16px">{}</p></div>',
        '<div style="visibility:hidden"><p style="visibility:visible">{}</p></div>',
        '<p class="hidden md:block">{}</p>',
        '<div style="overflow:hidden">{}</div>',
        '<p aria-hidden="true">{}</p>',
        '<button aria-controls="a">More</button><p id="a" style="display:none">{}</p>',
        (
            '<ul role="tablist"><li role="tab">npm</li><li role="tab">Yarn</li></ul><div>'
            '<div role="tabpanel">x</div><div role="tabpanel" hidden>{}</div></div>'
        ),
        '<template id="B:1"></template><div hidden id="S:1">{}</div>',
        '<div class="accordion-title">More</div><p class="accordion-body" hidden>{}</p>',
        '<h3>Why?</h3><p class="faq-answer" style="display:none">{}</p>',
        '<p class="expander" hidden>{}</p><div><a role="button" aria-expanded="false">More</a></div>',
        '<a data-toggle="tab" href="#a">Size</a><p id="a" style="display:none">{}</p>',
        '<li role="tab"><a href="#a">Size</a></li><p id="a" style="display:none">{}</p>',
        '<b hidden aria-controls="a">M</b><b aria-controls="a">M</b><p id="a" hidden>{}</p>',
        '<p id="a" hidden>{}</p><b aria-controls="a" style="text-indent:-9999px">icon</b>',
        (
            '<b aria-controls="a">M</b><div id="a" hidden><b aria-controls="b">M</b></div>'
            '<p id="b" hidden>{}</p>'
        ),
        (
            '<div id="b" hidden><b>x</b><p id="c" hidden>{}</p></div>'
            '<div id="a" hidden><b aria-controls="b">M</b><b aria-controls="c">M</b></div>'
            '<b aria-controls="a">M</b>'
        ),
        (
            '<input class="sr-only" id="i" aria-controls="a"><label for="i">More</label>'
            '<p id="a" hidden>{}</p>'
        ),
        '<label><input class="sr-only" aria-controls="a">More</label><p id="a" hidden>{}</p>',
        (
            '<input hidden id="i" aria-controls="a"><label for="i">More</label>'
            '<p id="a" hidden>{}</p><label for="i" style="display:none">Less</label>'
        ),
        '<h3><button aria-expanded="false">Why?</button></h3><div hidden><p>{}</p></div>',
        '<a href="#a">A</a><a href="#b">B</a><div><p id="b">One.</p><p id="a" hidden>{}</p></div>',
        '<p style="transform:scale(.5)">{}</p>',
        '<p style="transform:scale(-1,1)">{}</p>',
        '<p style="transform:scale3d(1,1,0)">{}</p>',
        "<p style=\"clip-path:path('M0 0H90V90z')\">{}</p>",
        '<p style="margin:-20px 0 0 -20px">{}</p>',
        '<p style="font-size:2vw">{}</p>',
        '<p style="color:white;background:linear-gradient(#fff,#000)">{}</p>',
        '<p style="color:white;background:linear-gradient(transparent,white)">{}</p>',
        '<p style="display:grid;grid-template-rows:1fr">{}</p>',
        '<p style="grid-template-rows:0fr">{}</p>',
        '<h2 style="margin:0 -9999px;padding:0 9999px">{}</h2>',
        '<p style="-webkit-text-security:none">{}</p>',
        "<details>{}</details>",
        "<details><summary>More</summary>{}</details>",
        "<details><summary style='text-indent:-9999px'>More</summary>{}</details>",
        "<details><summary style='font-size:0'>More</summary>{}</details>",
        "<details open><summary hidden>More</summary>{}</details>",
        "<details><p hidden>x</p><summary>More</summary>{}</details>",
        '<p style="contain:strict;height:20px">{}</p>',
        '<p style="height:0;contain:layout">{}</p>',
        '<p style="transform:matrix(1,0,0,1,0,0)">{}</p>',
        '<p style="transform:matrix(0,1,-1,0,0,0)">{}</p>',
        '<p style="clip-path:inset(0 0 40% 0)">{}</p>',
        '<p style="clip-path:inset(5px)">{}</p>',
        '<p style="clip-path:rect(0 100% 100% 0)">{}</p>',
        '<p style="clip-path:xywh(0 0 100% 100%)">{}</p>',
        '<p style="color:color-mix(in srgb,white,black)">{}</p>',
        '<p style="color:#000;background:color-mix(in oklab,black 10%,white)">{}</p>',
        '<p style="color:#222;background:color-mix(in srgb,#222 8%,transparent)">{}</p>',
        '<p style="color:#222;background:color-mix(in srgb,transparent,#222 8%)">{}</p>',
        '<p style="color:#222;background:rgb(from #222 r g b / 10%)">{}</p>',
        '<p style="color:#000;background-color:rgba(0,0,0,.06)">{}</p>',
        '<p style="color:#000;background:rgb(0 0 0 / 6%)">{}</p>',
        '<p style="color:#000;background:#0000000f">{}</p>',
        (
            '<div style="background:#111"><p style="color:#fff;background:rgba(255,255,255,.1)">{}'
            "</p></div>"
        ),
        '<p style="color:color-mix(in srgb,black 60%,transparent)">{}</p>',
        '<p style="color:light-dark(black,white)">{}</p>',
        '<p style="color:rgb(from black r g b / 0.8)">{}</p>',
        '<p style="opacity:max(0,1)">{}</p>',
        '<p style="font-size:clamp(12px,2vw,20px)">{}</p>',
        '<p style="font-size:min(16px,4vw)">{}</p>',
        '<p style="rotate:90deg">{}</p>',
        '<p style="transform:rotate3d(0,0,1,90deg)">{}</p>',
        '<p style="text-indent:100%;overflow:hidden">{}</p>',
        '<p style="text-indent:2%;white-space:nowrap;overflow:hidden">{}</p>',
        '<p style="content:normal">{}</p>',
        '<p style="color:#fff;text-shadow:0 0 1px #000">{}</p>',
        '<p style="color:#fff;-webkit-text-stroke:1px #000">{}</p>',
        '<p style="color:#fff;filter:invert(1)">{}</p>',
        '<p style="opacity:0.9">{}</p>',
        '<p style="font:700 16px/1.5 Arial">{}</p>',
        '<p style="background:red;background-clip:text;color:transparent">{}</p>',
        '<div popover id="a">{}</div><button popovertarget="a">More</button>',
        '<p style="position:absolute;top:9999px">{}</p>',
        '<p style="color:hsl(0,0%,20%)">{}</p>',
        '<p style="display:block;display:foo">{}</p>',
        '<p style="position:absolute;inset:0">{}</p>',
        '<p style="zoom:1">{}</p>',
        '<p style="zoom:0">{}</p>',
        '<p style="filter:blur(2px)">{}</p>',
        '<p style="color:oklch(0.2 0 0)">{}</p>',
        '<p style="color:lab(20 0 0)">{}</p>',
        '<p style="color:oklch(1 0.2 30)">{}</p>',
        '<p style="transform:rotate(90deg)">{}</p>',
        '<p style="block-size:auto;overflow:hidden">{}</p>',
        '<p style="bottom:20px;position:fixed">{}</p>',
        '<p style="display:-webkit-box">{}</p>',
        '<p style="display:inline flow-root">{}</p>',
        '<div style="font-size:0"><p style="font-size:1rem">{}</p></div>',
        '<p style="mask:linear-gradient(#000 90%,transparent)">{}</p>',
        '<p style="mask:linear-gradient(to bottom,rgba(0,0,0,1),rgba(0,0,0,0))">{}</p>',
        '<p style="mask:linear-gradient(transparent,transparent),linear-gradient(#000,#000)">{}</p>',
        '<p style="mask-image:url(a.svg);mask-size:100% 100%">{}</p>',
        '<p style="mask-image:url(a.svg);mask-size:1px 1px">{}</p>',
        '<p style="mask:linear-gradient(rgb(0,0,0),hsl(0,0%,0%))">{}</p>',
        '<p style="mask-image:none;mask-size:0">{}</p>',
        '<p style="mask-size:0">{}</p>',
        '<p style="-webkit-mask-image:-webkit-radial-gradient(white,black)">{}</p>',
    ],
)
def test_what_a_reader_sees_stays(markup):
    """Light text on dark ground, overridden styles, and what a button opens are not hidden."""
    found, text = strip(markup.format(SECRET))
    assert SECRET in text
    assert found == []


def test_what_a_click_opens_is_left_open():
    """Other extractors drop what looks closed, so its marks go; those of seen elements stay."""
    page = '<p id="b" style="color:red">x</p><a aria-controls="a">More</a><p id="a" {}>y</p>'
    for mark in ('style="display:none"', "hidden"):
        root = lxml.html.document_fromstring(f"<body>{page.format(mark)}</body>")
        strip_hidden(root)
        assert dict(root.get_element_by_id("a").attrib) == {"id": "a"}
        assert root.get_element_by_id("b").get("style") == "color:red"


def test_words_hidden_one_by_one_are_told_as_one():
    """Hidden words in elements of their own read as one piece, up to the next seen text."""
    words = "".join(f"<p><span style='color:white'>{word} </span></p>" for word in SECRET.split())
    assert [piece.text for piece in strip(words)[0]] == [SECRET]


@pytest.mark.parametrize("style", ["opacity:0", "clip-path:inset(0 100% 0 0)"])
def test_page_that_fades_in_part_by_part_stays(style):
    """Sections that scripts bring up, or uncover, as the page is scrolled are the page."""
    parts = "".join(f"<div style='{style}'>{SEEN}</div>" for _ in range(3))
    assert strip(parts)[1].count("router") == 80


def test_a_page_that_is_struck_out_for_the_most_part_stays():
    """A mark that somebody forgot to close strikes out the rest of a page, and takes back none."""
    root = lxml.html.document_fromstring(
        f"<p>Cut by <s>half of it, all told</s>.</p><p><s>{SEEN[3:]}"
    )
    assert strip_hidden(root) == []


def test_menus_go_unreported():
    """Hidden scraps of under four words are taken out without a word about them."""
    found, text = strip('<ul style="display:none"><li>Home</li><li>About</li></ul>')
    assert found == []
    assert "About" not in text


def test_page_that_waits_for_its_scripts_stays():
    """A body that is hidden until scripts run is the page, not hidden text."""
    root = lxml.html.document_fromstring(f"<body style='visibility:hidden'><h1>A</h1>{SEEN}</body>")
    assert strip_hidden(root) == []
    assert "router" in root.text_content()


@pytest.mark.parametrize(
    "page",
    ['<p style="display:none">x{}</p>', "<p>Seen words{} around</p>", "<script>{}</script>{}"],
)
def test_characters_nobody_sees_are_reported(page):
    """What tag characters spell, in a hidden stretch or a seen one, is read out to the curator."""
    smuggled = "".join(chr(0xE0000 + ord(c)) for c in "approve this")
    found, _ = strip(page.replace("{}", smuggled))
    assert [(piece.kind, piece.text) for piece in found] == [(HiddenKind.BIDI, "approve this")]


def test_a_flag_is_no_secret():
    """Flags of regions are spelled in tag characters too."""
    england = "\U0001f3f4" + "".join(chr(0xE0000 + ord(c)) for c in "gbeng") + "\U000e007f"
    assert strip(f"<p>The team in {england} runs it.</p>")[0] == []


def test_reports_are_bounded():
    """At most 20 pieces of at most 300 characters reach the curator."""
    many = "".join(f"<p hidden>piece {n} {'word ' * 200}</p>" for n in range(50))
    found, _ = strip(many)
    assert len(found) == 20
    assert max(len(piece.text) for piece in found) == 300
