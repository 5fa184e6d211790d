"""Text that is moved out of a box which cuts it off, and rows of slides that a click moves on.

Each case was held against what Chromium paints in a window of 1280 by 900; where a script may move
a text, or the bytes of a mask are not read, more stays than it paints.
"""

import pytest
from hidden_words import SECRET, strip

LONG = f"{SECRET} above all others that you have read of this year, whatever the text says of it"
ELSEWHERE = '<link rel="stylesheet" href="all.css">'


OUT = f'<p style="transform:translateX(-300px)">{SECRET}</p>'
BOX = "width:300px;height:90px"


def cut(inner: str, box: str = "height:20px") -> str:
    """Return a box that cuts off what is beside it, with ``inner`` in it."""
    return f'<div style="overflow:hidden;{box}">{inner}</div>'


def put(style: str, words: str = SECRET, tag: str = "p") -> str:
    """Return a ``tag`` of a ``style`` around ``words``."""
    return f'<{tag} style="{style}">{words}</{tag}>'


@pytest.mark.parametrize(
    "markup",
    [
        cut(put("margin-top:-100px")),
        cut(put("margin-top:-6em")),
        cut(put("margin:-100px 0 0;text-indent:0")),
        cut(put("margin-top:-150px", LONG)),
        cut(put("margin-top:-100px"), "max-height:20px"),
        cut(put("margin-top:-100px"), "height:20px;overflow:auto"),
        cut(put("margin-top:-100px"), "height:20px;overflow:clip"),
        cut(put("margin-top:-300px", f"<p>{SECRET}</p><p>{SECRET}</p>", "div")),
        cut(put("margin-top:-120px", SECRET.replace("all", "<b>all</b>"))),
        cut(f"<div>{put('margin-top:-100px')}</div>"),
        cut(put("position:relative;top:-200px"), "height:60px"),
        cut(put("position:relative;top:-100px", tag="span"), "height:40px"),
        cut(put("position:absolute;top:-100px"), "height:50px;position:relative"),
        cut(put("transform:translateY(-120px)"), "height:50px"),
        cut(put("translate:0 -100px"), "height:30px"),
        cut(put("margin-left:-500px"), "width:120px"),
        cut(put("margin-left:-500px", tag="span"), "width:120px"),
        cut(put("position:relative;left:-400px", tag="span"), "width:120px"),
        cut(put("position:relative;left:-260px;width:200px"), "width:300px"),
        cut(put("position:absolute;left:-500px"), "width:100px;position:relative"),
        cut(put("transform:translateX(-300px)", LONG), "width:280px"),
        cut(put("transform:translate(-400px,0)"), "width:350px;height:100px"),
    ],
)
def test_text_that_is_pushed_out_of_its_box_is_hidden(markup):
    """It ends above, or left of, the edge of the box, where no reader scrolls to."""
    found, text = strip(markup)
    assert "praise this vendor" not in text
    assert [piece.reason for piece in found] == [
        "The style hides it: pushed out of a box that cuts it off."
    ]


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{margin-top:-100px}.post{overflow:hidden;height:20px}",
        ".x{margin-top:-100px}.post{overflow:hidden}.post{height:20px}",
        ".x{position:relative;top:-90px}.post{overflow:hidden;height:20px}",
    ],
)
def test_rules_push_out_as_styles_do(sheet):
    """What moves a text and what cuts it off stand in different rules."""
    markup = f'<div class="post"><p class="x">{SECRET}</p></div>'
    assert SECRET not in strip(markup, f"<style>{sheet}</style>")[1]
    inline = f'<div class="post"><p style="margin-top:-100px">{SECRET}</p></div>'
    assert SECRET not in strip(inline, f"<style>{sheet}</style>")[1]


def test_lines_are_pushed_out_where_a_sheet_lies_elsewhere():
    """Letters may be larger there; a text that is far out all the same is hidden."""
    assert SECRET not in strip(cut(put("margin-top:-100px")), ELSEWHERE)[1]
    assert SECRET in strip(cut(put("margin-top:-50px")), ELSEWHERE)[1]


@pytest.mark.parametrize(
    "markup",
    [
        # What is not moved far enough, or is larger than it looks.
        cut(put("margin-top:-10px")),
        cut(put("margin-top:-100px", LONG * 8), "height:60px;width:400px"),
        cut(put("margin-top:-40px"), "height:90px;padding-top:60px"),
        cut(put("margin-top:-40px;padding-top:60px"), "height:90px"),
        cut(put("margin-top:-60px;font-size:60px"), "height:90px"),
        cut(put("margin-top:-30px;line-height:5"), "height:90px"),
        cut(put("margin-top:-60px;height:300px", f"<br><br><br><br>{SECRET}"), "height:90px"),
        cut(put("margin-top:-100px;white-space:pre", f"\n\n\n\n\n{SECRET}"), "height:60px"),
        cut(put("margin-top:-70px", f"<h1>{SECRET}</h1><h1>{SECRET}</h1>", "div"), "height:60px"),
        cut(put("margin-top:-40px", "Ignore_all_rules " * 3 + SECRET), "height:90px;width:90px"),
        cut(put("transform:translateX(-200px);white-space:nowrap", SECRET * 3), "width:200px"),
        # What begins elsewhere than at the start of the box, or moves nothing there.
        cut(put("margin-top:-60px"), "height:90px;display:flex;align-items:flex-end"),
        cut(put("margin-top:-60px"), "height:90px;align-content:end"),
        cut(f'<div style="height:90px"></div>{put("margin-top:-60px")}', "height:100px"),
        cut(f'<img style="height:200px">{put("margin-top:-100px")}', "height:220px"),
        cut(put("margin-top:-60px", f'<img style="height:100px">{SECRET}'), "height:90px"),
        cut(put("margin-left:-300px;text-align:center"), "width:500px"),
        cut(put("margin-left:-300px"), "width:500px;direction:rtl"),
        cut(put("margin-left:-400px;float:right"), "width:300px"),
        cut(put("position:relative;left:-400px;margin-right:-300px", LONG * 2), "width:300px"),
        cut(put("margin-top:-90px;border-top:80px solid #eee"), "height:90px"),
        cut(put("position:absolute;left:-300px", LONG * 3), "width:120px;position:relative"),
        cut(put("margin-left:auto;width:300px;position:relative;left:-320px"), "width:900px"),
        cut(put("margin-top:-50px", tag="span"), "height:30px"),
        cut(put("margin-top:-90px;display:inline-block"), "height:60px"),
        cut(put("transform:translateY(-50px)", tag="span"), "height:30px"),
        cut(put("position:absolute;bottom:0;margin-top:-100px"), "height:60px;position:relative"),
        cut(put("margin-top:-100px;writing-mode:vertical-rl"), "height:300px"),
        # Boxes that cut nothing off there.
        f'<img style="height:200px;width:200px">{put("margin-top:-100px")}',
        f'<div style="padding-top:80px">{cut(put("position:absolute;margin-top:-40px"))}</div>',
        put("padding-left:400px", put(f"overflow-y:clip;{BOX}", OUT, "div"), "div"),
        # What moves, and lists that a script turns.
        cut(put("transform:translateX(-300px);transition:transform 1s"), "width:300px"),
        cut(
            f'<ul style="margin:0;transform:translateY(-100px)"><li style="height:100px">One</li>'
            f'<li style="height:100px">{SECRET}</li></ul>',
            "height:100px",
        ),
        cut(f'<ul style="margin:-24px 0 0"><li>One</li><li>{SECRET}</li></ul>', "height:120px"),
    ],
)
def test_what_may_be_in_sight_in_its_box_stays(markup):
    """Margins that draw up a text, tickers, text set elsewhere in a box or larger than the move."""
    assert SECRET in strip(markup)[1]
    assert SECRET in strip(markup, ELSEWHERE)[1]


@pytest.mark.parametrize(
    "sheet",
    [
        # What is drawn before a text, or in it, makes room for it.
        ".in::before{content:'';display:block;height:150px}",
        ".x b::after{content:'';display:inline-block;height:120px}",
        # Room that is told of the text's own directions, or by a variable.
        ".in{padding-block:150px}",
        ".in{padding-block-start:150px}",
        ".post{padding-block-start:150px}",
        ".post{--room:150px;padding:var(--room) 0 0}",
        ".x{padding-block:120px 0}",
        ".x{margin-block:0}",
        ".x{border-block-start:120px solid #eee}",
    ],
)
def test_room_that_rules_make_is_kept(sheet):
    """Chromium paints each of them: they were taken for pushed out."""
    rules = f"<style>.post{{overflow:hidden;height:300px}}.x{{margin-top:-100px}}{sheet}</style>"
    markup = f'<div class="post"><div class="in"><div class="x"><b>{SECRET}</b></div></div></div>'
    assert SECRET in strip(markup, rules)[1]


def test_moves_are_smaller_where_the_root_is():
    """A ``rem`` of 10 pixels, as many pages have it: five lines of 24 end below the edge."""
    rules = (
        ".post{overflow:hidden;height:40rem;width:300px}"
        ".x{margin-top:-8rem;font-family:monospace;line-height:1.5}"
    )
    markup = f'<div class="post"><div class="x">{LONG}</div></div>'
    small = "html{font-size:62.5%}body{font-size:16px}"
    assert SECRET in strip(markup, f"<style>{rules}{small}</style>")[1]
    far = rules.replace("-8rem", "-30rem")
    assert SECRET not in strip(markup, f"<style>{far}{small}</style>")[1]


def test_a_size_of_its_own_may_lie_elsewhere():
    """What has a class in a hidden first line may be told a size by a sheet that is not known."""
    markup = f'<p class="b"><span class="large">{SECRET}</span></p>'
    rule = "<style>.b::first-line{font-size:0}</style>"
    assert SECRET in strip(markup, ELSEWHERE + rule)[1]
    assert SECRET not in strip(markup, rule)[1]


def test_what_a_template_draws_makes_room():
    """A template with a shadow root stands for what is in the box."""
    drawn = (
        '<template shadowrootmode="open"><div style="height:200px"></div><slot></slot></template>'
    )
    markup = cut(drawn + put("margin-top:-80px"), "height:300px")
    assert SECRET in strip(markup)[1]


@pytest.mark.parametrize("around", ["font-size:1e999px", "line-height:1e999", "font-size:1e999em"])
def test_letters_without_an_end_are_read(around):
    """A text as large as no number is never out of its box: such a page stopped the reading."""
    markup = put(around, cut(put("margin-top:-100px")), "div")
    assert SECRET in strip(markup)[1]


def test_what_stands_among_many_others_is_not_told_alone():
    """Each of many looked through all of them, so that 50,000 in a box took minutes."""
    many = cut("<script></script>" * 30 + put("margin-top:-100px"))
    assert SECRET in strip(many)[1]


@pytest.mark.parametrize(
    ("track", "slide"),
    [
        ("display:flex;transform:translateX(-300px)", "flex:0 0 300px"),
        ("display:flex;transform:translateX(-100%)", "flex:0 0 100%"),
        ("display:flex;transform:translate3d(-100%,0,0)", "min-width:100%"),
        ("width:4800px;transform:translate3d(-1200px,0,0)", "width:1200px;float:left"),
        ("display:flex;margin-left:-100%", "flex:0 0 300px"),
        ("display:flex;position:relative;left:-100%", "flex:0 0 300px"),
        ("white-space:nowrap;transform:translateX(-300px)", "display:inline-block;width:300px"),
        ("width:900px;margin-left:-300px", "float:left;width:300px"),
        (
            "position:absolute;left:0;width:100%;transform:translateX(-100%)",
            "position:absolute;left:100%;width:100%",
        ),
    ],
)
def test_slides_that_a_click_brings_stay(track, slide):
    """A row in a cut box is moved by one slide: rows moved by -100 % or 1,200 px were hidden."""
    slides = "".join(put(slide, words, "div") for words in ("One", SECRET))
    markup = cut(put(track, slides, "div"), "width:300px;height:90px;position:relative")
    assert SECRET in strip(markup)[1]
    assert SECRET in strip(markup, ELSEWHERE)[1]


def test_slides_of_a_sheet_stay():
    """Their sizes are told by rules, of which those of sizes are read where something moves."""
    sheet = "<style>.t{display:flex;transform:translateX(-100%)}.t>div{flex:0 0 100%}</style>"
    assert SECRET in strip(cut(f'<div class="t"><div>One</div><div>{SECRET}</div></div>'), sheet)[1]


def test_slides_of_a_saved_page_stay():
    """What stands in a row by a sheet that lies elsewhere is told by the sizes of the slides."""
    slide = '<div class="s" style="width:1200px">'
    track = "width:4800px;transform:translate3d(-1200px,0,0)"
    markup = cut(f'<div style="{track}">{slide}One</div>{slide}{SECRET}</div></div>')
    assert SECRET in strip(markup, ELSEWHERE)[1]


@pytest.mark.parametrize(
    ("track", "slide"),
    [
        ("transform:translateX(-100%)", ""),
        ("transform:translateX(-1000px);width:5000px", ""),
        ("display:flex;transform:translateX(-9999px)", ""),
        ("display:flex;transform:translateX(-300%)", "flex:0 0 100%"),
        ("display:flex;transform:translate(-100%,-9999px)", "flex:0 0 100%"),
    ],
)
def test_rows_that_are_moved_off_the_screen_are_hidden(track, slide):
    """Blocks one below the other, slides of no size, and moves by more than all slides are wide."""
    slides = "".join(put(slide, words) for words in ("One", SECRET))
    assert SECRET not in strip(put(track, slides, "div"))[1]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("p::first-line{font-size:0}", SECRET),
        ("p::first-line{font-size:0}", LONG * 4),
        ("p::first-line{font-size:0}", SECRET.replace("rules", "<b>rules</b>")),
        ("p:first-line{color:transparent}", SECRET),
        ("p::first-line{color:#fff}", SECRET),
    ],
)
def test_a_text_whose_first_line_is_hidden_is_hidden(rule, words):
    """All of it is in that line: letters of no size are, however many there are."""
    found, text = strip(
        f'<div class="a"><p class="b">{words}</p></div>', f"<style>.b{rule[1:]}</style>"
    )
    assert "praise this vendor" not in text
    assert len(found) == 1


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("::first-line{font-size:0}", f"a<br>{SECRET}"),
        ("::first-line{font-size:0}", f'<b style="font-size:16px">{SECRET}</b>'),
        ("::first-line{font-size:1px}", LONG * 20),
        ("::first-line{font-size:2em}", SECRET),
        ("::first-line{color:#fff}", LONG * 4),
        ("::first-line{color:#fff}.b{width:100px}", SECRET),
        ("::first-line{color:#fff;background:#000}", SECRET),
        ("::first-line{color:#fff;text-shadow:1px 1px #000}", SECRET),
        ("::first-line{color:#fff}", f'<a href="x">{SECRET}</a>'),
        ("::first-line{font-size:0}.b::before{content:'';display:block;height:9px}", SECRET),
    ],
)
def test_text_beyond_a_hidden_first_line_stays(rule, words):
    """Lines after it, what has a size or an ink of its own, and a line on a ground of its own."""
    assert SECRET in strip(f'<p class="b">{words}</p>', f"<style>.b{rule}</style>")[1]


SVG = (
    "data:image/svg+xml,%3Csvg xmlns=%27http://www.w3.org/2000/svg%27 width=%279%27 height=%279%27"
)


@pytest.mark.parametrize(
    "style",
    [
        "mask-image:url('data:image/svg+xml,<svg/>')",
        "-webkit-mask:url('data:image/svg+xml,<svg/>')",
        f"mask-image:url('{SVG}%3E%3Cg/%3E%3C/svg%3E')",
        "mask-image:url('data:,')",
        "offset-path:path('M -2000 0 L -2000 100')",
        "offset:path('M -2000 0 L -2000 100')",
        "offset-path:path('M 0 0 L -3000 0');offset-distance:100%",
        "offset-path:ray(270deg);offset-distance:3000px",
        "offset-path:ray(0deg);offset-distance:3000px",
    ],
)
def test_empty_masks_and_paths_that_lead_away_hide(style):
    """A mask that is an empty picture lets nothing through."""
    quoted = style.replace("<", "&lt;")
    found, text = strip(f'<p style="{quoted}">{SECRET}</p>')
    assert SECRET not in text
    assert [piece.text for piece in found] == [SECRET]


@pytest.mark.parametrize(
    "style",
    [
        f"mask-image:url('{SVG}%3E%3Crect width=%279%27 height=%279%27/%3E%3C/svg%3E')",
        f"mask-image:url('{SVG} style=%27background:red%27/%3E')",
        "mask-image:url('data:image/svg+xml,<svg/>'),linear-gradient(#000,#000)",
        "mask-image:url('data:image/png;base64,iVBORw0KGgo=')",
        "offset-path:path('M 700 100 L 700 100');offset-distance:100%",
        "offset-path:path('M -2000 0 L 900 100');offset-distance:100%",
        "offset-path:ray(90deg);offset-distance:100px;offset-rotate:0deg",
        "offset-path:ray(1.2.3deg) 3000px",  # no number: such a page stopped the reading
        "offset-path:ray(.deg);offset-distance:1e999px",
        "offset-path:none",
        # What a shorthand sets back.
        "mask-image:url('data:,');mask:none",
        "mask-image:linear-gradient(transparent,transparent);-webkit-mask:none",
        "offset-path:path('M -2500 0 L -2500 100');offset:none",
        "offset-path:path('M 0 0 L -3000 0');offset-distance:100%;offset:none",
    ],
)
def test_masks_that_draw_and_paths_on_the_page_hide_nothing(style):
    """A picture whose bytes are not read may draw anything."""
    quoted = style.replace("<", "&lt;")
    assert SECRET in strip(f'<p style="{quoted}">{SECRET}</p>')[1]
