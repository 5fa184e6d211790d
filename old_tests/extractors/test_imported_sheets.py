"""A style sheet that another one imports, and sheets that are read one behind the other."""

import pytest
from hidden_words import SECRET, strip

BOX = '<div class="post"><p class="x" id="i">{}</p></div>'
NONE, BLOCK = ".x%7Bdisplay:none%7D", "%23i%7Bdisplay:block%7D"


@pytest.mark.parametrize(
    "sheet",
    [
        f"@import url('data:text/css,{NONE}') layer(a);",
        f"@import url('data:text/css,{NONE}') layer supports(display:grid) screen;",
        f"@import 'data:text/css,{NONE}'",
        f"@charset 'utf-8';@layer a,b;/* so */@import url(data:text/css,{NONE});",
        f"@import url('data:text/css,{BLOCK}') layer(a);.x{{display:none}}",
        f"@import url('data:text/css,{BLOCK}') layer;.x{{display:none}}",
        f"@import url('data:text/css,%7D{BLOCK}') layer(a);.x{{display:none}}",
        f"@import url('data:text/css,.a%7B') layer(a);@import url('data:text/css,{NONE}');",
        f"@import url('data:text/css,{BLOCK}') print;.x{{display:none}}",
        f"@import url(//a.example/fonts?wght@400;700);@import url('data:text/css,{NONE}');",
        f".x{{display:none}}@import url('data:text/css,{BLOCK}');",
        f".x{{display:none}}/* @import url('data:text/css,{BLOCK}'); */",
        f".x{{display:none}}/* @import 'data:text/css,*%2F{BLOCK}%2F*'; */",
    ],
)
def test_an_imported_sheet_counts_where_browsers_read_it(sheet):
    """In its layer, which what stands in none wins over; not behind a rule or in a comment."""
    assert SECRET not in strip(BOX.format(SECRET), f"<style>{sheet}</style>")[1]


@pytest.mark.parametrize(
    "sheet",
    [
        f"@import url('data:text/css,{NONE}') print;",
        f"@import url('data:text/css,{NONE}') layer(a) (max-width:600px);",
        f"@import url('data:text/css,{NONE}') layer(a);.x{{display:block}}",
        f"@layer a,b;@import url('data:text/css,{NONE}') layer(a);@layer b{{.x{{display:block}}}}",
        f".y{{color:red}}@import url('data:text/css,{NONE}');",
    ],
)
def test_an_imported_sheet_hides_nothing_where_browsers_do_not_read_it(sheet):
    """One for paper or a small screen, behind a rule, or in a layer that others win over."""
    assert SECRET in strip(BOX.format(SECRET), f"<style>{sheet}</style>")[1]


def test_a_sheet_within_a_sheet_within_a_link_counts():
    """An address that holds a sheet may import another one."""
    inner = "data:text/css,.x%257Bdisplay:none%257D"
    link = f"<link rel=stylesheet href=\"data:text/css,@import '{inner}';\">"
    assert SECRET not in strip(BOX.format(SECRET), link)[1]


@pytest.mark.parametrize("before", [".a{", "@media print{", ".a{color:red}}", "/* so", "@layer a{"])
def test_what_one_sheet_leaves_open_takes_nothing_of_the_next(before):
    """Each is a sheet of its own to a browser."""
    sheets = f"<style>{before}</style><style>.x{{display:none}}</style>"
    assert SECRET not in strip(BOX.format(SECRET), sheets)[1]


@pytest.mark.parametrize("gap", [" ", "\n", "/**/", "@layer a;", "'"])
def test_an_import_that_nothing_ends_takes_no_more_time_than_others(gap):
    """Each character is passed over once."""
    sheet = f".x{{display:none}}@import url({gap * 300_000}"
    for text in (sheet, f"{gap * 300_000}@import url({gap * 300_000}"):
        strip(BOX.format(SECRET), f"<style>{text}</style>")
    assert SECRET not in strip(BOX.format(SECRET), f"<style>{sheet}</style>")[1]
