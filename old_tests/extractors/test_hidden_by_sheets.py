"""What a style sheet hides is found by its rules, as browsers weigh them."""

from collections import Counter

import pytest
from hidden_words import SECRET, strip

from casebook.extractors.visibility.rules import cascade
from casebook.extractors.visibility.rules.cascade import Cascade
from casebook.extractors.visibility.rules.sheets import Rule

LAYER = "content:'';position:absolute;inset:0;z-index:-1"
FILLING = "content:'';position:absolute;top:0;left:0;width:100%;height:100%"
BOX = '<div class="post"><p class="x y" id="i" data-n="1">{}</p></div>'


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{display:none}",
        "<!-- #i{font-size:0} -->",
        "@charset 'utf-8'; @import url(a.css); .x{opacity:0}",
        "body .post .x{display:none}",
        ".post > p{display:none}",
        ".post *{display:none}",
        "p[data-n]{display:none}",
        "[class~=x]{display:none}",
        "@media screen{.x{display:none}}",
        "@media (min-width:600px){@supports (display:grid){.x{display:none}}}",
        "@layer a{.x{display:none}}",
        ".post{color:red;.x{display:none}}",
        ".post{&>p{display:none}}",
        ".x{display:none!important}#i{display:block}",
        ".post{color:#fff}",
        ".x:nth-child(odd){display:none}",
        ".post :is(.a,.x){display:none}",
        ":where(.post) p:not(.z){display:none}",
        "@media{@keyframes gone{to{opacity:0}}.x{animation:gone 1s forwards}",
        "body > .post > :first-child:last-of-type{display:none}",
        "p + .post > .x{display:none}",
        "p ~ div .x{display:none}",
        "[class^='x']{display:none}",
        ".x:not(:hover){display:none}",
        ":root{--d:none}.x{display:var(--d)}",
        ".post{--ink:var(--paper);--paper:#fff}.x{color:var(--ink)}",
        ".x{display:var(--unset, none)}",
        ".x{position:absolute;left:calc(-9999px + 1px)}",
        ".x{overflow:hidden;height:calc(2 * 0px)}",
        ".x{overflow:hidden}.post .y{max-height:0}",
        ".post:has(.x) p{display:none}",
        ".post:has(> p.x) .x{display:none}",
        "p:has(+ .post) ~ .post .x{display:none}",
        "body:has(.post #i) .x{display:none}",
        "p:has(~ .post .x) + .post{display:none}",
        ".x:not(:has(a)){display:none}",
        ".post:not(:has(> a, .z)){display:none}",
        ".x{mask-size:0}.post .x{mask-image:url(a.svg)}",
        "@keyframes go{to{opacity:0}}.x{animation:go 1s forwards}",
        "@keyframes go{from{opacity:1}50%,100%{visibility:hidden}}.x{animation:.2s ease-in both go}",
        "@-webkit-keyframes go{to{transform:scale(0)}}.x{-webkit-animation:go 0s forwards}",
        "@keyframes go{to{color:#fff}}.x{animation-name:go;animation-fill-mode:forwards}",
        "@keyframes go{to{opacity:0}}.x{animation:none 1s,go 1s cubic-bezier(.1,0,1,1) 1 forwards}",
        "@keyframes go{to{opacity:1}}.x{opacity:0;animation:go 9999s forwards}",
        "@keyframes go{to{opacity:1}}.x{opacity:0;animation:go 1s forwards paused}",
        "@keyframes go{to{opacity:1}}.x{opacity:0!important;animation:go 1s forwards}",
        "@keyframes go{to{opacity:1}}.x{opacity:0;animation:go 1s}",
        "/*@keyframes go{to{opacity:1}}*/.x{opacity:0;animation:go 1s forwards}",
        "@import 'a';@media print{@keyframes g{to{opacity:1}}}.x{opacity:0;animation:g 1s both}",
        "@keyframes go{to{display:block}}.x{display:none;animation:go 1s forwards}",
        ":root{color-scheme:dark}.x{color:#121212}",
        ":root{color-scheme:dark}body{background:#fff}.x{color:#fff}",
        ":root{color-scheme:light dark}.x{color:#fff}",
        "@keyframes Go{to{opacity:0}}.x{animation:1S Go FORWARDS}",
        "@keyframes Go{to{opacity:1}}.x{opacity:0;animation:go 1s forwards}",
        "@keyframes go{to{opacity:1}}@keyframes GO{to{opacity:0}}.x{animation:GO 1s both}",
        ".x{display:none! IMPORTANT}.post .x{display:block}",
        ":root{--D:NONE;--d:block}.x{Display:var(--D)}",
        "@media not print{.x{display:none}}",
        "@media not screen and (max-width:600px){.x{display:none}}",
        "@media (prefers-reduced-motion:no-preference){.x{display:none}}",
        "@media (width >= 600px) and (not (hover:none)){.x{display:none}}",
        "@media (400px < width <= 2000px){.x{display:none}}",
        "@media print, (orientation:landscape){.x{display:none}}",
        ".post{container-type:inline-size}@container (min-width:300px){.x{display:none}}",
        ".post{container:main/inline-size}@container main (width > 20em){.x{display:none}}",
        ".x:only-child{display:none}",
        ".x:not(:empty){display:none}",
        "@import url('data:text/css,.x%7Bdisplay:none%7D');",
        "@import url(data:text/css;base64,LnF7fS54e2Rpc3BsYXk6bm9uZX0=) screen;",
        ".x{background:var(--none);color:#fff}",
        ".x{display:none}" + "".join(f".x{{color:#{n}}}" for n in range(200, 260)),
        ".a::before{content:'{'}.x{display:none}",
        ".a::before{content:'/*'}.x{display:none}.b::before{content:'*/'}",
        ".a{background:url(a{b)}.x{display:none}",
        ".a\\{b{color:red}.x{display:none}",
        ".before\\:content-\\[\\'\\'\\]{content:''}.x{display:none}.y{content:''}",
        "/* don't */.x{display:none}/* won't */",
        ".x{display:none",
        f"{'@layer a{' * 7}.x{{display:none}}{'}' * 7}",
        f".x{':not(.q)' * 90}{{display:none}}",
        ":is(:is(:is(:is(.x)))){display:none}",
        "[class~='X' i]{display:none}",
        "*|p.x{display:none}",
        "@media {.x{display:none}}",
        "@keyframes go{/* so */from{opacity:1}to{opacity:0}}.x{animation:go 1s forwards}",
        ".x{display:none} @layer a{#i.x{display:block}}",
        "@layer a,b;@layer b{.x{display:none}} @layer a{#i{display:block}}",
        "@layer a{.x{display:none!important}} #i{display:block!important}",
        "@layer a.b{#i{display:block}} @layer a{.x{display:none}}",
        "@layer{#i{display:block}} @layer{.x{display:none}}",
        "@property --d{syntax:'*';inherits:false;initial-value:none}.x{display:var(--d)}",
        "@property --d{syntax:'<color>';inherits:true;initial-value:#fff}.x{color:var(--d)}",
        "@LAYER a,b;@layer b{.x{display:none}} @layer a{.x{display:block}}",
        "@layer a{.x{display:none}} .x{display:revert-layer}",
        (
            "@media print{@property --d{syntax:'*';inherits:true;initial-value:block}}"
            ".x{display:var(--d,none)}"
        ),
        (
            "@property --d{syntax:'*';inherits:false;initial-value:none}"
            ".post{--d:block}.x{display:var(--d)}"
        ),
        "@property --d{syntax:'*';inherits:false}.post{--d:block}.x{display:var(--d,none)}",
        "@property --d{initial-value:block}.x{display:var(--d,none)}",
        (
            "@property --d{syntax:'<color>';inherits:true;initial-value:block}"
            ".x{display:var(--d,none)}"
        ),
        "@media (min-width:calc(600px + 1px)){.x{display:none}}",
        f".x{{color:#fff}}.post::before{{{LAYER};background:#fff}}",
        f".x{{color:#fff}}.x::before{{{LAYER};background:#fff}}",
        f".x{{color:#fff}}.x::before{{{LAYER};background:#123;opacity:0}}",
        f".x{{color:#fff}}.x::before{{{LAYER};background:#123;content:none}}",
        f".x{{color:#fff}}.x::before{{{LAYER};background:inherit}}",
        ".x{color:#fff}.x::before{position:absolute;inset:0;background:#123}",
        ".x{color:#fff}.x::before{content:'';position:absolute;width:4px;background:#123}",
        *(
            f".x{{color:#fff;position:relative}}.x::before{{{LAYER};background:#123;{moved}}}"
            for moved in (
                "height:0",
                "max-height:0",
                "height:100%;top:100%",
                "transform:translateX(100%)",
                "translate:0 100%",
                "left:50%;width:100vw;transform:translate(-50%,900%)",
                "margin-top:9em",
                "background-clip:text",
                "background:linear-gradient(#123,#456);background-size:0 0",
                "background:linear-gradient(#123,#456) 0 0/0 0",
            )
        ),
        *(
            f"{around}{{background:#fff}}.x{{color:#fff;position:relative}}"
            f".x::before{{{LAYER};background:#123}}"
            for around in (".post", ".x", "html,body")
        ),
    ],
)
def test_rules_of_a_style_sheet_hide(sheet):
    """What a sheet hides is gone, however its selector is written."""
    found, text = strip(BOX.format(SECRET), f"<style>{sheet}</style>")
    assert SECRET not in text
    assert [piece.text for piece in found] == [SECRET]


@pytest.mark.parametrize(
    "sheet",
    [
        ":root{color-scheme:dark}.x{color:#fff}",
        "html{color-scheme:only dark}.x{color:white}",
        "@media print{.x{display:none}}",
        "@media (max-width:600px){.x{display:none}}",
        "@media (width <= 600px){.x{display:none}}",
        "@media screen and (400px < width < 900px){.x{display:none}}",
        "@media not all and (min-width:600px){.x{display:none}}",
        "@media not (min-width:600px){.x{display:none}}",
        "@media (prefers-color-scheme:dark){.x{display:none}}",
        "@media (hover:none), (pointer:coarse), (monochrome){.x{display:none}}",
        "@media (min-resolution:2dppx){.x{display:none}}",
        "@media (-ms-high-contrast:none){.x{display:none}}",
        "@container (max-width:300px){.x{display:none}}",
        "@container style(--small:1){.x{display:none}}",
        ".post:only-child{display:none}",
        ".x:empty{display:none}",
        ".x{display:none} .x.y{display:block}",
        ".x.y{display:block} .x{display:none}",
        ".x{display:none} .post .x{display:block}",
        ".other .x{display:none}",
        "body > .x{display:none}",
        "[data-n='2']{display:none}",
        ".x:hover{display:none}",
        ".post{background:#000} .x{color:#fff}",
        ".post{.z{display:none}}",
        "p:nth-child(2n){display:none}",
        ".x:not(.y){display:none}",
        ".x{display:none} :is(.x,.q):not(.z){display:block}",
        ".post + .x{display:none}",
        ".x:has(a){display:none}",
        ".post:has(> #i + p) .x{display:none}",
        ".post:has(.post .x) .x{display:none}",
        "p:has(~ p) ~ .post:has(+ .z) .x{display:none}",
        ".x:has(:hover){display:none}",
        ".post:not(:has(p)){display:none}",
        ".post:not(:has(> .x)) .x{display:none}",
        "@keyframes go{to{opacity:1}}.x{opacity:0;animation:go 1s .2s both}",
        ".x{opacity:0;animation:go 1s both}@keyframes go{to{opacity:1}",
        "p{}@media screen{@keyframes go{to{opacity:1}}}.x{opacity:0;animation:go 1s both}",
        "@keyframes go{to{transform:none}}.x{transform:scale(0);animation:go 1s forwards}",
        "@keyframes go{to{opacity:0}}.x{animation:go 1s}",
        "@keyframes go{to{opacity:0}}.x{animation:go 1s infinite forwards}",
        "@keyframes go{to{opacity:0}}.x{animation:go 1s 8s forwards}",
        "@keyframes go{to{opacity:0}}.x{animation:go 1s alternate 2 forwards}",
        "@keyframes go{to{opacity:0}}.x{opacity:1!important;animation:go 1s forwards}",
        "@keyframes go{to{opacity:0}}.x{animation:go 1s forwards;animation-timeline:scroll()}",
        "@keyframes go{to{opacity:0}}.x{animation:go 1s forwards}.post .x{animation:none}",
        "@keyframes go{from{opacity:0}}.x{animation:go 1s both}",
        "@keyframes other{to{opacity:0}}.x{animation:go 1s forwards}",
        "@keyframes Go{to{opacity:0}}.x{animation:go 1s forwards}",
        "@keyframes go{to{opacity:0}}.x{animation-name:GO;animation-fill-mode:both}",
        ":root{--D:none}.x{display:var(--d)}",
        ":root{--d:none}.post{--d:block}.x{display:var(--d)}",
        ":root{--d:block}.x{display:var(--d, none)}",
        ".x{position:absolute;left:calc(50% - 10px)}",
        ".x::before{display:none}",
        ":where(.absent) .x{display:none}",
        "@layer a{#i.x{display:none}} .x{display:block}",
        "@layer a{.x{display:block} @layer z{#i{display:none}}}",
        "@layer a{.x{display:block!important}} #i{display:none!important}",
        "@property --d{syntax:'*';inherits:true;initial-value:none}.x{--d:block;display:var(--d)}",
        ".x{display:none} @media (width > calc(40em + 1px)){.x{display:block}}",
        f".x{{color:#fff}}.x::before{{{LAYER};background:#123}}",
        f".x{{color:#fff}}.post:after{{{LAYER};background-color:#123}}",
        f".x{{color:#fff}}.x::before{{{LAYER};background:linear-gradient(#123,#456)}}",
        f".x{{color:#fff}}.x::before{{{LAYER};background:url(a.png)}}",
        f":root{{--b:#123}}.x{{color:#fff}}.x::before{{{LAYER};background:var(--b)}}",
        *(
            f"{around}{{background:#fff}}.x{{color:#fff;position:relative;{stacks}}}"
            f".x::before{{{LAYER};background:#123}}"
            for around, stacks in (
                ("html", ""),
                ("body", ""),
                (".post", "z-index:0"),
                (".post", "isolation:isolate"),
                (".x", "transform:scale(1)"),
            )
        ),
        (
            ".x{color:#fff}.x::before{content:'';position:absolute;top:0;bottom:0;left:50%;width:100vw;"
            "transform:translateX(-50%);background:#123;z-index:-1}"
        ),
        f".x{{color:#fff}}.x::before{{{FILLING}}}.x::before{{background-color:#123}}",
        ".x{max-height:0;overflow:hidden}.post .x{max-height:99em}",
        ".x{width:1px;height:1px;overflow:hidden}.post .x{width:50%;height:4em}",
        ".x{position:absolute;left:-9999px}.post .x{left:20px}",
        ".x{text-indent:-999em}.post .x{text-indent:2em}",
        ".x{margin-left:-9999px}.post .x{margin:10px}",
    ],
)
def test_rules_that_do_not_count_hide_nothing(sheet):
    """Rules for paper, small screens, other elements or states, and overruled ones, are minded."""
    assert SECRET in strip(BOX.format(SECRET), f"<style>{sheet}</style>")[1]


def test_a_sheet_that_a_link_holds_itself_counts():
    """It is a style sheet of the page, written another way."""
    link = '<link rel="stylesheet" href="data:text/css,.x%7Bdisplay:none%7D">'
    assert SECRET not in strip(BOX.format(SECRET), link)[1]


@pytest.mark.parametrize("kind", ['rel="alternate stylesheet" title=x', "rel=stylesheet disabled"])
def test_a_linked_sheet_that_nobody_has_chosen_hides_nothing(kind):
    """Browsers offer alternate sheets in a menu, and leave disabled ones alone."""
    link = f'<link {kind} href="data:text/css,.x%7Bdisplay:none%7D">'
    assert SECRET in strip(BOX.format(SECRET), link)[1]


@pytest.mark.parametrize("kind", ["media=print", "type='text/less'", "media='(width < 600px)'"])
def test_a_sheet_that_does_not_count_hides_nothing(kind):
    """One for paper, for a small screen, or in another language."""
    assert SECRET in strip(BOX.format(SECRET), f"<style {kind}>.x{{display:none}}</style>")[1]


def test_strings_that_nothing_closes_take_no_more_time_than_others():
    """Each is read to the end of its line once."""
    sheet = ".x{display:none}" + "'" + "\\'" * 200_000 + "\n" + "url(a" * 100_000
    assert SECRET not in strip(BOX.format(SECRET), f"<style>{sheet}</style>")[1]


def test_what_stands_in_a_string_is_no_name_that_the_page_must_have():
    """Brackets in a string looked like those around it, and what is between them like a class."""
    for title in ("].z[", ").z("):
        sheet = f"<style>p[title='{title}']{{display:none}}</style>"
        assert SECRET not in strip(f'<p title="{title}">{SECRET}</p>', sheet)[1]


def test_a_ground_that_another_sheet_may_lay_is_not_known():
    """White text whose ground is a variable of a sheet that lies elsewhere may well be seen."""
    box = f'<p style="background:var(--brand);color:#fff">{SECRET}</p>'
    assert SECRET in strip(box, '<link rel="stylesheet" href="/site.css">')[1]
    assert SECRET not in strip(box)[1]


def test_a_text_that_a_later_rule_shows_again_stays_however_many_follow():
    """Of many rules for one name those that hide were kept, and what undoes them forgotten."""
    fillers = "".join(f".post .x{{font-size:{12 + n % 9}px}}" for n in range(90))
    undone = f".x{{display:none}} .x{{display:block}} {fillers}"
    hidden = f".x{{display:none}} {fillers}"
    assert SECRET in strip(BOX.format(SECRET), f"<style>{undone}</style>")[1]
    assert SECRET not in strip(BOX.format(SECRET), f"<style>{hidden}</style>")[1]


def test_rules_for_many_elements_are_bounded_in_work_and_the_strongest_decide(monkeypatch):
    """40,000 rules for one name over 20,000 elements took 17 s: each was asked of each."""
    asked, fits = Counter(), Cascade._is

    def counted(self, compound, element):
        asked["times"] += 1
        return fits(self, compound, element)

    monkeypatch.setattr(Cascade, "_is", counted)
    monkeypatch.setattr(cascade, "_MOST_WORK", 100_000)
    rules = "".join(f".q ~ .x:not(.z{n}){{display:none}}" for n in range(2_000))
    shown = "<i class=q></i>" + "<p class=x id=a>So it was.</p>" * 500
    sheet = f"<style>{rules}#a.x{{display:block}}</style>"
    assert shown.count("So it was.") == strip(shown, sheet)[1].count("So it was.")
    assert asked["times"] < 5 * 100_000


@pytest.mark.parametrize(
    "sheet",
    [
        ".x{" + "&&&&&&&&&&{" * 12 + "display:none" + "}" * 13,
        ",".join(["a"] * 40) + "{" + ",".join(["a"] * 100_000) + "{display:none}}",
        ".x{clip-path:polygon(" + "0 0 " * 120 + "1 1)}",
        "@layer " + "a." * 300_000 + "a{.z{display:none}}",
        "@layer " + "a." * 900 + "a;" + "@layer a{.z{display:none}}",
        "@keyframes a{to{opacity:0}}" + "@media " * 280_000 + ";",
    ],
)
def test_sheets_that_multiply_what_they_say_are_read_at_once(sheet):
    """Nested selectors of 200 characters took all memory, points of nothing all time."""
    assert SECRET in strip(BOX.format(SECRET), f"<style>{sheet}</style>")[1]


def test_what_elements_stand_in_is_asked_once_for_all_of_them(monkeypatch):
    """Deep places full of elements, and rules of which none fits: linear in the page."""
    asked, fits = Counter(), Cascade._is

    def counted(self, compound, element):
        asked["times"] += 1
        return fits(self, compound, element)

    monkeypatch.setattr(Cascade, "_is", counted)
    sheet = "".join(f"div:has(~ .x, .q{n}) .x{{display:none}}" for n in range(20))
    depth, many = 50, 2_000
    body = "<div>" * depth + "<p class=x>So it was.</p>" * many + "</div>" * depth
    strip(body, f"<style>{sheet}</style>")
    assert asked["times"] < 20 * 6 * (depth + many)


def test_what_several_rules_declare_together_is_worked_out_once(monkeypatch):
    """Many elements fit the same rules: how those of layers rank is asked once for each rule."""
    asked = Counter[str]()
    rank = Rule.urgency.fget

    def counted(rule):
        asked["ranked"] += 1
        return rank(rule)

    monkeypatch.setattr(Rule, "urgency", property(counted))
    rules = "".join(f"@layer l{n} {{ .x {{ display: block !important }} }}" for n in range(20))
    page = f"<p class=x>{SECRET}</p>" * 200
    _, kept = strip(page, f"<style>{rules}.x {{ display: none }}</style>")
    assert kept.count(SECRET) == 200
    assert asked["ranked"] <= 20
