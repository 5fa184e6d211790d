"""A draft as readers would see it."""

from case_views import a_study
from desk_client import read, texts

from schemas.cases import CaseStudy


def test_a_draft_is_shown_as_the_published_page(desk, build):
    """Parts that the gate holds back are left out, the site's files load, and a banner marks it."""
    case_id = build.draft()
    link = f"/cases/{case_id}/preview"
    assert link in read(desk.get(f"/cases/{case_id}")).xpath("//a/@href")
    answer = desk.get(link)
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    page = read(answer)
    (banner,) = texts(page, "//aside/p")
    assert banner.startswith("Preview: not published.")
    assert page.xpath("//aside/p/a/@href") == [f"/cases/{case_id}"]
    assert "Officers correct fewer drafts." in answer.text
    assert "REFUTED" not in answer.text
    assert "DOUBTFUL-STATEMENT" not in answer.text
    for address in page.xpath("//link[@rel!='alternate']/@href | //script/@src"):
        assert desk.get(address).status_code == 200, address
    assert not page.xpath("//*[contains(@href, 'case.')]")


def test_a_case_that_cannot_be_published_says_why(desk, build):
    """The banner shows the reason of the gate."""
    case_id = build.draft(CaseStudy(facts=a_study().facts))
    page = read(desk.get(f"/cases/{case_id}/preview"))
    assert "The case has no statement" in texts(page, "//aside/p")[0]
