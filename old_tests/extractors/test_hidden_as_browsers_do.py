"""What browsers make of a style that is odd: each was held against what Chromium paints."""

import pytest
from hidden_words import SECRET, strip

BOX = '<div class="post"><p class="x y" id="i">{}</p></div>'
CUT = "overflow:hidden;height:0"


@pytest.mark.parametrize(
    "style",
    [
        *(
            f"{hides};{hides.rpartition(';')[2].partition(':')[0]}:{value}"
            for hides in (
                "visibility:hidden", "opacity:0", "color:#fff", "font-size:0", "display:none",
                "text-indent:-9999px", "clip-path:inset(50%)", "position:absolute;left:-9999px",
                "height:0;overflow:hidden",
            )
            for value in ("bogus", "")
        ),
        'opacity:0;content:"; opacity:1"',
        "opacity:0;content:'\\3b opacity:1\\3b '",
        "opacity:0;color:(;opacity:1;)",
        "opacity:0;--a:{;opacity:1;}",
        "opacity:0;opacity:1 !ie",
        "opacity:0;opacity:1\\9",
        "opacity:0;opacity:1!important!important",
        "font-size:0cm",
        "font-size:0q",
        "font-size:0.1vmin",
        "font-size:+0px",
        "opacity:+.01",
        "overflow:hidden;height:+0",
        "scale:+0",
        "transform:scale(1,+0)",
        "position:absolute;left:+9999px",
        "position:absolute;left:-200cm",
        "position:fixed;left:100vw",
        "position:fixed;right:-300px;width:280px",
        "position:fixed;left:-20em;width:300px",
        "position:fixed;bottom:-200px;height:120px",
        "position:fixed;top:9999px",
        "position:fixed;top:100%",
        "position:fixed;top:-100dvh",
        "position:fixed;right:100vw",
        "position:fixed;bottom:-100vh;top:auto",
        "position:fixed;top:-100vh;bottom:0",
        "position:absolute;left:-400svw",
        "text-indent:-300ch",
        "overflow-x:hidden;height:0",
        "overflow:auto;max-height:0",
        "overflow:hidden;width:2px;white-space:nowrap",
        "overflow:hidden;text-indent:100vw;white-space:nowrap",
        "transform:translate3d(0,-9999px,0)",
        "transform:rotateY(100grad)",
        "transform:perspective(100px) rotateX(1.5708rad)",
        "rotate:1 0 0 90deg",
        "transform:matrix3d(0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1)",
        "transform:matrix3d(1,0,0,0,0,1,0,0,0,0,1,0,-9999,0,0,1)",
        "-webkit-clip-path:inset(100%)",
        "clip-path:inset(9999px)",
        "clip-path:inset(49.9%)",
        "clip-path:inset(calc(50% + 1px))",
        "clip-path:circle(1px)",
        "clip-path:circle(5px at -100px -100px)",
        "clip-path:ellipse(10px 0)",
        "clip-path:polygon(0 0,100% 0,100% 0)",
        "clip-path:polygon(-9px -9px,-1px -9px,-1px -1px)",
        "clip-path:polygon(200% 200%,300% 200%,300% 300%)",
        "clip-path:path('M 0 0 L 1 0 L 1 1 Z')",
        "clip-path:rect(auto 0 auto auto)",
        "clip-path:shape(from 0 0, line to 0 0)",
        "position:absolute;clip:rect(5px,5px,5px,5px)",
        "position:absolute;clip:rect(auto,0,auto,0)",
        "color:color(display-p3 1 1 1)",
        "color:color-mix(in srgb, white 99%, black)",
        "color:color-mix(in srgb, rgb(255 255 255) 100%, black)",
        "color:rgb(from black 255 255 255)",
        "color:hsl(from white h s l)",
        "color:hsl(none 0% 100%)",
        "color:transparent;background:none;background-clip:text",
        "color:transparent;background:linear-gradient(#fff,#fff);background-clip:text",
        "color:transparent;text-shadow:9999px 0 2px #000",
        "color:transparent;text-shadow:0 0 200px #000",
        "color:transparent;text-shadow:0 0 0 transparent",
        "color:#fff;-webkit-text-stroke:0 black",
        "color:#fff;filter:invert(0)",
    ],
)  # fmt: skip
def test_a_style_hides_as_browsers_read_it(style):
    """What no browser knows is dropped, and what was said before counts."""
    quoted = style.replace('"', "&quot;")
    found, text = strip(f'<p style="{quoted}">{SECRET}</p>')
    assert SECRET not in text
    assert [piece.text for piece in found] == [SECRET]


@pytest.mark.parametrize(
    "sheet",
    [
        ".post{visibility:hidden}.x{visibility:inherit}",
        ".post{visibility:hidden}.x{visibility:unset}",
        ".post{visibility:hidden}.x{visibility:var(--none)}",
        ".post{color:#fff}.x{color:unset}",
        ".post{color:#fff}.x{color:currentcolor}",
        ".post{color:#fff}.x{color:var(--none)}",
        ".x{opacity:0}#i{opacity:bogus}",
        ".post{opacity:.2}.x{opacity:.2}",
        ".post{font-size:0}.x{font-size:2ex}",
        ".post{-webkit-text-fill-color:transparent}.x{color:#000}",
        ".post{-webkit-text-fill-color:#fff}.x{color:#000;-webkit-text-fill-color:unset}",
        ".x{background-color:currentcolor}",
        ".x{background:#000;color:inherit}",
        ".post{font-size:0}.x{font:inherit}",
        ".x{font:16px/1 serif;font-size:0}",
        ".post{text-shadow:0 1px 2px red}.x{color:#fff;text-shadow:none}",
        ".post{-webkit-text-fill-color:#fff}.x{all:unset;color:#000}",
        ".post{text-shadow:0 1px 2px red}.x{all:initial;color:#fff}",
    ],
)
def test_what_is_handed_down_hides(sheet):
    """What a rule takes from around stays hidden, and what is faint twice is not seen."""
    found, text = strip(BOX.format(SECRET), f"<style>{sheet}</style>")
    assert SECRET not in text
    assert [piece.text for piece in found] == [SECRET]


@pytest.mark.parametrize(
    "sheet",
    [
        f".x{{{CUT};padding:40px}}",
        f".x{{{CUT};padding-bottom:56.25%}}",
        f".x{{{CUT};padding-top:56.25%}}",
        f".x{{{CUT};min-height:50px}}",
        f".x{{{CUT};flex:1}}",
        f".x{{{CUT};display:inline}}",
        ".x{overflow:hidden;width:0;min-width:100%}",
        ".x{overflow:auto;height:0}",
        ".x{display:none}#i{all:unset}",
        ".x{opacity:0}#i{all:initial}",
        ".post{font-size:0}.x{font-size:medium}",
        ".post{color:#fff}.x{color:initial}",
        ".post{visibility:hidden}.x{visibility:initial}",
        ".x{font-size:-5px}",
        ".x{opacity:.3}",
        ".x{color:rgb(1e999 0 0)}",
        ".x{color:hsl(1e400,1e400%,20%)}",
        ".x{clip-path:circle(50%)}",
        ".x{clip-path:polygon(0 0,100% 0,100% 90%,0 100%)}",
        ".x{clip-path:inset(0 10px)}",
        f".x{{{CUT};min-height:fit-content}}",
        ".x{color:#000;background:#fff;background-clip:text}",
        ".x{position:absolute;clip:rect(0,auto,auto,0)}",
        ".x{rotate:90deg}",
        ".x{transform:rotate3d(0,0,1,90deg)}",
        ".x{transform:translate(10px,-20px)}",
        ".x{position:fixed;left:100%;transform:translateX(-100%)}",
        ".x{position:fixed;top:100%;margin:-60px 0 0}",
        ".x{position:fixed;left:0;right:-100%}",
        ".x{position:fixed;top:90vh}",
        ".post{-webkit-text-fill-color:#fff}.x{all:initial}",
        ".post{text-shadow:0 1px 2px red}.x{color:#fff}",
        ".post{-webkit-text-stroke:1px #000}.x{color:transparent}",
        ".x{display:contents;background:#000}",
        ".x{display:inline;content-visibility:hidden}",
        ".x{font-size:0;font:16px/1 serif}",
        ".post{font-size:0}.x{font:small-caps large serif}",
        ".post{-webkit-text-fill-color:#000}.x{color:#fff}",
        ".post{-webkit-text-fill-color:#fff}.x{-webkit-text-fill-color:currentcolor;color:#000}",
        ".post{-webkit-text-fill-color:#fff}.x{-webkit-text-fill-color:initial}",
        ".x{position:relative;top:-100%}",
        ".x{position:fixed;right:-100px;width:280px}",
        ".x{position:fixed;right:-300px;width:280px;left:20px}",
        ".x{position:fixed;right:-300px;width:280px;transform:translateX(-300px)}",
        ".x{position:fixed;right:-300px;width:280px;right:0}",
        ".post{display:contents;opacity:0}",
        ".x{position:absolute;top:100%;transform:translateY(-100%)}",
        ".x{position:absolute;top:100%}",
        ".x{color:transparent;background:linear-gradient(red,blue);background-clip:text}",
        ".x{color:#fff;-webkit-text-stroke-width:1px;-webkit-text-stroke-color:black}",
        ".x{color:#fff;text-shadow:1px 1px 2px rgba(0,0,0,.8)}",
    ],
)
def test_what_browsers_show_stays(sheet):
    """Boxes with room in their padding, parts that grow, what is set back, shapes that leave it."""
    assert SECRET in strip(BOX.format(SECRET), f"<style>{sheet}</style>")[1]


@pytest.mark.parametrize(
    "words",
    [
        '<s><span style="display:inline-block">not</span></s>',
        '<s><span style="float:left">not</span></s>',
        '<s><span style="position:absolute">not</span></s>',
        "<s><button>not</button></s>",
        '<s style="display:contents">not</s>',
        '<s style="color:transparent"><b style="color:#000">not</b></s>',
        '<span style="text-decoration:line-through;text-decoration-line:none">not</span>',
    ],
)
def test_what_no_line_goes_through_is_said(words):
    """A line of an element does not reach a block that stands in it: "not" was left out."""
    assert "did not improve" in strip(f"<p>It did {words} improve.</p>")[1]


@pytest.mark.parametrize(
    "words",
    [
        '<span style="text-decoration:line-through;text-decoration:bogus">not</span>',
        '<span style="text-decoration-line:none;text-decoration:line-through">not</span>',
        '<s style="text-decoration:revert">not</s>',
        '<s style="all:revert">not</s>',
        '<s><span style="display:block">not</span></s>',
        '<s style="display:inline-block">not</s>',
        "<s><table><tr><td>not</table></s>",
    ],
)
def test_what_a_line_goes_through_is_not_said(words):
    """The last of two styles that say it counts, and what no browser knows does not."""
    assert "not" not in strip(f"<p>It did {words} improve.</p>")[1]


@pytest.mark.parametrize(
    "sheet",
    [
        *(
            f".x{{opacity:0}}{dropped}{{opacity:1}}"
            for dropped in (
                ".x,:bogus", ".x,::bogus", ".x,::-moz-selection", ".x,", ",.x", ".1x,.x", "#1,.x",
                ".x,[a=]", "}.x", ";.x", ".x,p..y", ".x >, .x", ".x,> p",
            )
        ),
        *(
            f".x{{opacity:0}}{unmet}{{.x{{opacity:1}}}}"
            for unmet in (
                "@supports not (display:grid)", "@supports (display:bogus)",
                "@supports (-ms-ime-align:auto)", "@supports not selector(:has(a))",
                "@supports (display:grid) and (not (aspect-ratio:1))", "@media not (bogus:1)",
                "@container (min-width:1px)", "@scope (.none)", "@scope (.post) to (.x)",
            )
        ),
        "@scope (.post){.x{opacity:0}}",
        "@scope (.x){:scope{opacity:0}}",
        "@scope (.x){.y{opacity:0}}",
        "@supports (display:grid) and (not (display:bogus)){.x{opacity:0}}",
        "@supports selector(:has(a)) or (display:bogus){.x{opacity:0}}",
        ".x:defined{opacity:0}",
        ":scope .x{opacity:0}",
        ".x:not(:placeholder-shown){opacity:0}",
        ".x{opacity:0}.x{opacity\\:1}",
    ],
)  # fmt: skip
def test_rules_that_browsers_drop_show_nothing_again(sheet):
    """A selector or a condition that they do not know, a bracket too many, a scope that is not."""
    found, text = strip(BOX.format(SECRET), f"<style>{sheet}</style>")
    assert SECRET not in text
    assert [piece.text for piece in found] == [SECRET]


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{opacity:0}.x,::-webkit-bogus{opacity:1}",
        ".x{opacity:0}.x,:is(:bogus,p){opacity:1}",
        ".x{opacity:0}[class~='x'],[data-a=b i]{opacity:1}",
        ".x{opacity:0}.x,.q:hover::after{opacity:1}",
        ".x{opacity:0}@supports (display:grid){.x{opacity:1}}",
        ".x{opacity:0}@supports not (-ms-ime-align:auto){.x{opacity:1}}",
        ".x{opacity:0}@scope (.post) to (.z){.x{opacity:1}}",
        ".x{opacity:0}.post{container-type:size}@container (width > 1px){.x{opacity:1}}",
        ".a{}};.b{}.x{opacity:1}.q{opacity:0}",
        "@supports (-webkit-touch-callout:none){.x{opacity:0}}",
        ";.x{opacity:0}",
        "}.x{opacity:0}",
    ],
)
def test_rules_that_browsers_read_count(sheet):
    """What one selector of a list does not fit, another one may; a rule behind a bracket is none."""
    assert SECRET in strip(BOX.format(SECRET), f"<style>{sheet}</style>")[1]


def test_what_a_sheet_ends_with_is_no_part_of_the_next():
    """A selector without a block was read together with the first one of the sheet behind it."""
    sheets = "<style>.a{color:red} p ></style><style>.x{opacity:0}</style>"
    assert SECRET not in strip(BOX.format(SECRET), sheets)[1]


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{opacity:0;text-shadow:" + "0 0 1px red," * 30_000 + "red}",
        ".x{opacity:0;color:" + "(" * 200_000 + "}",
        ".x,.q" + "(" * 100_000 + ")" * 100_000 + "{opacity:1}.x{opacity:0}",
        "@scope(.x){" * 16 + ".x{opacity:0}" + "}" * 16 + ".x{opacity:0}",
        "@supports " + "(a:b) or " * 50_000 + "(a:b){.q{opacity:0}}.x{opacity:0}",
    ],
)
def test_long_and_nested_styles_take_the_time_of_their_length(sheet):
    """Shadows, brackets, scopes in scopes and conditions took the square of it, or twice each."""
    assert SECRET not in strip(BOX.format(SECRET), f"<style>{sheet}</style>")[1]
