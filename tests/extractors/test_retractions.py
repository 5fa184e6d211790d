"""What the pages of papers say of them, in the forms of their sites."""

import pytest

from extractors.bundles import PAPER, Bundle, BundlePart
from extractors.retractions import Standing, standing_of
from schemas.sources import Payload

HISTORY = """<div class="submission-history"><h2>Submission history</h2> From: Ada Byron<br>
<strong><a href="/abs/2401.12345v1">[v1]</a></strong> Mon, 1 Jan 2024 (9 KB)<br>
<strong>[v2]</strong> Tue, 2 Jan 2024 (0 KB) {note}<br></div>"""
COMMENTS = '<table><tr><td class="tablecell comments mathjax">{}</td></tr></table>'
PLAIN = COMMENTS.format("9 pages; see [v7] of the code") + HISTORY.format(note="")
NOTICE = '<span class="error" style="border: 2px solid">{} has been withdrawn by Ada Byron</span>'
GONE = HISTORY.format(note="<em>(withdrawn)</em>")
WHY = COMMENTS.format("<em>The table of costs was wrong</em>")
ANTHOLOGY = """<section><div class="row acl-paper-details"><dl><dt>Original:</dt><dd>a</dd>
<dt>Version 2:</dt><dd>b</dd></dl></div></section>"""
TITLE = '<meta name="citation_title" content="{}">'


def page(markup: str) -> Payload:
    body = f"<html><head></head><body>{markup}</body></html>"
    return Payload(data=body.encode(), media_type="text/html", name="page")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (PLAIN, Standing("", 2)),
        (
            NOTICE.format("This paper") + WHY + GONE,
            Standing("This paper has been withdrawn by Ada Byron The table of costs was wrong", 2),
        ),
        (
            NOTICE.format("A newer version of this paper") + GONE,
            Standing("A newer version of this paper has been withdrawn by Ada Byron", 2),
        ),
        (
            COMMENTS.format("This paper has been withdrawn due to an error"),
            Standing("This paper has been withdrawn due to an error"),
        ),
        (COMMENTS.format("Extends a paper that was withdrawn elsewhere"), Standing()),
        (ANTHOLOGY, Standing("", 2)),
        (
            TITLE.format("RETRACTED ARTICLE: Answers"),
            Standing("Its title is “RETRACTED ARTICLE: Answers”"),
        ),
        (TITLE.format("[Withdrawn] Answers"), Standing("Its title is “[Withdrawn] Answers”")),
        (TITLE.format("Withdrawn money: a bank&#8217;s agent"), Standing()),
        ("<p>This paper has been withdrawn, said the judge.</p>", Standing()),
        ("", Standing()),
    ],
)
def test_a_page_says_what_became_of_its_paper(markup, expected):
    """Only the fields that the site itself fills count, never the words of an article."""
    assert standing_of(page(markup)) == expected


def test_a_page_without_elements_says_nothing():
    """It is no reason to lose the paper."""
    for data in (b"<!-- nothing -->", b" \n", b"\0"):
        assert standing_of(Payload(data=data, media_type="text/html", name="page")) == Standing()


def test_a_bundle_is_judged_by_its_landing_page():
    """The text of the paper says nothing of its standing."""
    landing = BundlePart(**dict(page(NOTICE.format("This paper"))))
    body = BundlePart(**dict(page(TITLE.format("RETRACTED: x"))))

    def standing(**parts: BundlePart) -> Standing:
        return standing_of(Payload(data=Bundle(**parts).pack(), media_type=PAPER, name="paper"))

    assert standing(body=body) == Standing()
    assert standing(body=body, landing=landing).retraction
