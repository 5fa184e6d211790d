"""A case as one Markdown text."""

import json
import re

import pytest
from case_views import a_kept_study, a_short_view, a_view, an_article, with_study
from datasets import hostile_strings, hostile_texts, own_hostile_strings
from html_pages import names_in
from lxml import html
from markdown_it import MarkdownIt

from publishing.conversion import published_case
from publishing.markdown import escape
from publishing.site.case_texts import to_markdown
from publishing.wording import support_label
from schemas.cases import CaseStudy, SupportLevel

RENDERED = set(
    "html body h1 h2 h3 blockquote p ul li strong em a hr table thead tbody tr th td".split()
)
READER = MarkdownIt("commonmark", {"html": True}).enable("table")


@pytest.fixture
def text() -> str:
    return to_markdown(a_view())


def test_a_case_reads_as_on_its_page(text):
    """The source is named; solutions are below their challenge, silent parts at the end."""
    assert "\nSource: “How we built the claims assistant”, a blog post by Ines Okafor on" in text
    assert re.search(r"- Scanned tariff tables.*\n  - They wrote every rate out", text)
    table = text.partition("## Results\n\n")[2].partition("\n\n- ")[0].splitlines()
    assert table[0] == "| Result | Metric | Value | Before | Sample | Method | Grade |"
    assert "| 3 hours | 26 hours | all claims of March | self-reported |" in table[2]
    assert "\n- The invented rates went away." in text
    silent = text.partition("## Not stated by the source\n\n")[2].partition("\n\n")[0]
    assert silent == "- scale\n- lessons"


def test_an_article_is_prose():
    """Sentences form paragraphs; the example is a block quote; the editor's voice is apart."""
    text = re.sub(r"\[\^\d+\]", "", to_markdown(an_article()))
    assert "\n\nTables were soup. So it made up rates. Rates are sentences now. Errors" in text
    assert "\n\n- Measure first.\n- A curator's lesson.\n" in text
    assert re.search(r"## An example\n\n> The hardest part was .*\n\nHow it failed\.\n", text)
    voices = text.partition("### The authors say\n\n")[2].partition("\n\n---")[0]
    said, noticed = voices.split("\n\n### We notice\n\n")
    assert said == "Rates were invented.\n\nWill it last?"
    assert noticed == "- The cost is not given."
    assert "in the first pilot.”, translated: “18 % now, 61 % then.” ([§ What we built]" in text
    assert "“letters arrive at night” ([the page’s description](<https:" in text


def test_every_quote_is_cited_and_leads_to_its_place(text):
    """Each mark has a footnote with quote and link, and there are no other footnotes."""
    body, _, notes = text.partition("\n[^1]: ")
    cited = set(re.findall(r"\[\^(\d+)\]", body))
    defined = re.findall(r"^\[\^(\d+)\]: “", f"[^1]: {notes}", re.MULTILINE)
    assert cited == set(defined)
    assert len(defined) == len(cited) > 8
    assert "[§ What we built](<https://engineering.harbourline.example/" in notes


def test_words_of_a_machine_are_called_so():
    """Beside each quote, and *verbatim* is only what the machine heard."""
    view = a_view()
    study = json.loads(view.revision.study.model_dump_json())
    for part in study["statements"]:
        for one in part["evidence"]:
            one["heard"] = "recognized"
    heard = with_study(view, CaseStudy.model_validate(study))
    assert to_markdown(heard).count("as a machine heard it") > 8
    assert "as a machine heard it" not in to_markdown(view)
    assert support_label(SupportLevel.VERBATIM, heard=True) == "verbatim, as a machine heard it"
    assert support_label(SupportLevel.VERIFIED, heard=True) == "verified"
    record = published_case(heard)
    assert {q.heard for one in record.statements for q in one.quotes} == {"recognized"}


def test_it_says_what_the_page_says(text):
    """Held-back parts are missing; doubts, inferred facts and support are shown."""
    assert "REFUTED" not in text
    assert "DOUBTFUL-STATEMENT" not in text
    assert "*(doubtful, confirmed: The quote does not name the number.)*" in text
    assert "- **Industry:** Insurance *(inferred)*" in text
    assert "Approved by Mira Lindqvist on 24 November 2026." in text
    assert "Statements: 1 verbatim, 12 verified, 1 unverified and 1 doubtful." in text


KEPT_NOTE = (
    r"*(refuted, kept by a curator: A judge model refuted this; Mira Lindqvist kept it: The team "
    r"told us so. \[5\] speaks of invented rates only.)*"
)


def test_it_says_who_kept_what_a_judge_refuted():
    """Title, statements, facts and tags have the curator's reason and the judge's."""
    text = to_markdown(a_view(a_kept_study()))
    assert f"They wrote every rate out as a sentence. {KEPT_NOTE}" in text
    assert f"full production {KEPT_NOTE}" in text
    assert "*(not judged, confirmed: Not judged: a-judge did not answer.)*" in text
    assert f"pgvector {KEPT_NOTE}" in text
    title = KEPT_NOTE.replace(
        "(refuted, kept by a curator:", "The title is refuted, kept by a curator."
    )
    assert f"\n\n{title.replace(')*', '*')}\n\n" in text.partition("- **")[0]
    assert text.count("kept by a curator") == 4


@pytest.mark.parametrize(
    ("judge", "prompt", "note"),
    [
        (
            None,
            "case_study/v2",
            "\n\n*Key sentences of the source, selected by code: no model wrote",
        ),
        ("a-judge", "judge/v1", "\n\n*Judged by an earlier version, which did not see the title,"),
        ("a-judge", "judge/v2", "\n\n*Checked: every sentence is based on quotes from the source"),
    ],
)
def test_it_says_at_the_top_who_did_not_judge_it(judge, prompt, note):
    """It says above the facts what a judge has seen, and nothing of an imported text."""
    view = a_view()
    recipe = view.revision.recipe.model_copy(update={"judge": judge, "prompts": (prompt,)})
    text = to_markdown(a_view(revision={"recipe": recipe}))
    top = text.partition("- **Company:**")[0]
    assert note in top
    assert "udge" not in to_markdown(a_view(revision={"recipe": None})).partition("- **Comp")[0]


def test_a_case_without_a_title_is_named_after_its_source():
    """A draft can be exported before it has a title."""
    view = with_study(a_view(), CaseStudy())
    assert to_markdown(view).startswith("# How we built the claims assistant\n")


ESCAPED = {
    "1. It costs $5 and $10": r"1\. It costs \$5 and \$10",
    "# no\nheading | <b>": r"\# no heading \| &lt;b&gt;",
    "see https://x.example or www.x.example": r"see https:\//x.example or www\.x.example",
    "snake_case *bold* [a](b)": r"snake\_case \*bold\* \[a\](b)",
}


@pytest.mark.parametrize(("text", "escaped"), ESCAPED.items())
def test_marks_in_a_text_stay_text(text, escaped):
    """All Markdown syntax in texts is escaped, and nothing else."""
    assert escape(text) == escaped


@pytest.mark.datasets
def test_no_hostile_string_becomes_markup():
    """Attack strings are rendered as text, and all links are ours."""
    some = hostile_texts(every=60)
    views = (a_short_view("All", *hostile_strings()), *(a_short_view(t, t) for t in some))
    for view in views:
        tree = html.document_fromstring(READER.render(to_markdown(view)))
        assert {e.tag for e in tree.iter(html.etree.Element)} <= RENDERED
        assert not list(tree.iter(html.etree.Comment))
        for address in tree.xpath("//@href"):
            assert address.startswith("https://short.example/"), address


@pytest.mark.datasets
def test_our_strings_are_inert_to_the_standard_parser():
    """A standard parser finds only our elements in the rendered text."""
    own = own_hostile_strings()
    for view in (a_short_view("All", *own), *(a_short_view(text, text) for text in own)):
        tags, attributes = names_in(READER.render(to_markdown(view)))
        assert tags <= RENDERED | {"head"}
        assert attributes <= {"href", "style"}
