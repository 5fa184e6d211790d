"""LaTeXML's pages: sentences read on, and what stands around them is in its place."""

import lxml.html

from casebook.extractors.gathering.bundles import ARXIV, Part, pack
from casebook.extractors.kinds.latexml import tidy
from casebook.extractors.registry import extract
from casebook.schemas.sources import Payload

PARAGRAPH = (
    "The claims team reads four hundred letters a day and the old search found the right policy "
    "in every second case only. We built an index over the policies and their amendments. "
)


def read_as_latexml(body):
    page = (
        '<html lang="en"><head><title>Answers</title></head><body><article class="ltx_document">'
        f'<h1 class="ltx_title">Answers</h1><section class="ltx_section"><h2>1 Introduction</h2>'
        f'<p class="ltx_p">{PARAGRAPH}</p>{body}</section></article></body></html>'
    )
    html = Part(
        name="html", url="https://arxiv.org/html/2401.12345", media_type="text/html",
        data=page.encode(), charset="utf-8",
    )  # fmt: skip
    return extract(Payload(data=pack([html]), media_type=ARXIV)).text


def note(number, text):
    mark = f'<sup class="ltx_note_mark">{number}</sup>'
    return (
        f'<span class="ltx_note ltx_role_footnote">{mark}<span class="ltx_note_outer">'
        f'<span class="ltx_note_content">{mark}<span class="ltx_tag ltx_tag_note">{number}</span>'
        f"{text}</span></span></span>"
    )


def test_footnotes_stand_behind_the_sentence_that_calls_them():
    """LaTeXML writes a note and three times its number in the midst of the sentence."""
    called = f"Costs fell{note(1, 'By 41 percent.')} within a year{note(2, 'Of 2023.')} of that."
    text = read_as_latexml(f'<p class="ltx_p">{called}</p><p class="ltx_p">{PARAGRAPH}</p>')
    assert "Costs fell within a year of that.\nBy 41 percent.\nOf 2023." in text


def test_the_note_of_a_cell_stands_behind_its_table():
    """It would be a part of the value."""
    row = f"<tr><td>Model A{note(1, 'As reported.')}</td><td>83.1</td></tr>"
    table = f'<table class="ltx_tabular"><tr><th>Name</th><th>Score</th></tr>{row}</table>'
    text = read_as_latexml(f'<figure class="ltx_table">{table}</figure><p>{PARAGRAPH}</p>')
    assert "Model A | 83.1\nAs reported." in text


def test_the_note_of_a_heading_stands_below_it():
    """It was left out, as those of the title are, which thank."""
    heading = f"<h2>2 Costs{note(1, 'Without those of people.')}</h2>"
    text = read_as_latexml(f'{heading}<p class="ltx_p">{PARAGRAPH}</p>')
    assert "2 Costs\n\nWithout those of people." in text


def test_the_mark_of_a_note_that_stands_elsewhere_says_nothing():
    """LaTeXML writes "1footnotemark: 1" for it."""
    mark = note(1, '<span class="ltx_note_type">footnotemark: </span>')
    assert "Costs fell again." in read_as_latexml(f"<p>Costs fell{mark} again. {PARAGRAPH}</p>")


def test_formulas_and_points_of_lists_stand_in_their_lines():
    """A formula is no table of empty cells; an item's number stands before it, a dot does not."""
    cell = '<td class="ltx_eqn_cell">{}</td>'
    cells = "".join(map(cell.format, ("", '<math alttext="a=b"><mi>a</mi></math>', "", "(1)")))
    item = (
        '<li class="ltx_item"><span class="ltx_tag ltx_tag_item">{}</span>'
        '<div class="ltx_para"><p class="ltx_p">{}</p></div></li>'
    )
    told = f"The first of the two that we built. {PARAGRAPH}"
    text = read_as_latexml(
        f'<p>{PARAGRAPH}</p><table class="ltx_equation"><tr>{cells}</tr></table><ul>'
        + item.format("•", told) + item.format("(ii)", "Another one.") + "</ul>"
    )  # fmt: skip
    assert "\na=b (1)\n" in text
    assert "•" not in text
    assert "The first of the two" in text
    assert "(ii) Another one." in text


def test_a_list_of_twenty_thousand_items_is_read_at_once():
    """Each looks for its text in itself, not in all that follows."""
    item = '<li class="ltx_item"><span class="ltx_tag_item">a.</span><p class="ltx_p">x</p></li>'
    tree = lxml.html.fromstring(f"<html><body><ul>{item * 20_000}</ul></body></html>")
    tidy(tree)
    assert tree.findtext(".//p") == "a. x"


def test_what_arxiv_says_of_its_page_is_no_part_of_the_paper():
    """It lists packages that it could not convert."""
    notice = (
        '<div class="package-alerts ltx_document"><p>HTML conversions display errors.</p></div>'
    )
    assert "conversions" not in read_as_latexml(notice + f"<p>{PARAGRAPH}</p>")


def test_how_large_a_formula_is_set_is_no_word_of_it():
    """Of an aligned formula each cell says so, and so do sums in a line of text."""
    cells = (r"\displaystyle a_{1}", r"\displaystyle=b\textstyle\sum c", r"\displaystyles")
    row = "".join(f'<td><math alttext="{tex}"><mi>x</mi></math></td>' for tex in cells)
    table = f'<table class="ltx_equationgroup"><tr>{row}</tr></table>'
    text = read_as_latexml(f'{table}<p class="ltx_p">{PARAGRAPH}</p>')
    assert r"a_{1} =b\sum c \displaystyles" in text
