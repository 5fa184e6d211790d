"""How a case is cited, followed, taken along as data, and found where it is no longer."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import jsonschema
import pytest
import yaml
from lxml import html

from casebook.publishing.site import PublishedPage
from casebook.schemas.cases import FACT_FIELDS, Support, SupportLevel
from casebook.schemas.ids import sha256_hex
from casebook.schemas.reviews import Publication

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WEAK = Support(level=SupportLevel.WEAK, reason="The quote does not name the number.")
UNSUPPORTED = Support(level=SupportLevel.UNSUPPORTED, reason="The quote is not in the source.")


def parsed(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_bytes())


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_a_withdrawn_case_says_so_where_it_stood(publish, make_case):
    """Who follows an old link reads that, and nothing of the case, until it is published again."""
    out, (page,) = publish(make_case("Secretive"))
    gone = publication_of(page)
    publish(make_case("stays"), withdrawn=[gone, gone.model_copy(update={"address": "../a.html"})])
    told = words(parsed(out / page.address))
    assert "This case was withdrawn" in told
    assert "24 November 2026" in told
    assert "Secretive" not in told
    assert not (out / page.address).with_name("case.json").exists()
    assert not (out.parent / "a.html").exists()
    publish(make_case("Secretive"), withdrawn=[gone])
    assert "Secretive" in words(parsed(out / page.address))


def publication_of(page: PublishedPage) -> Publication:
    """The withdrawal of a page."""
    return Publication(
        publication_id="pub1_gone",
        case_id=page.case_id,
        revision_id=page.revision_id,
        target="site",
        address=page.address,
        content_hash=page.content_hash,
        withdrawn=True,
        at=NOON,
    )


def test_a_statement_has_an_address_that_stays(publish, full_case):
    """It goes by what is said: another statement before it changes nothing."""
    out, pages = publish(full_case)
    before = parsed(out / pages[0].address)
    (link,) = before.xpath("//section[@aria-labelledby='lessons']//a[@class='here']")
    assert "leaderboards" in words(before.get_element_by_id(link.get("href")[1:]))
    study = full_case.revision.case_study
    first = study.lessons[0].model_copy(update={"text": "Another lesson."})
    study = study.model_copy(update={"lessons": [first, *study.lessons, first]})
    revision = full_case.revision.model_copy(update={"case_study": study})
    publish(full_case.model_copy(update={"revision": revision}))
    after = parsed(out / pages[0].address)
    assert "leaderboards" in words(after.get_element_by_id(link.get("href")[1:]))
    ids = after.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_a_case_is_cited_as_bibtex(publish, make_case, full_case):
    """The case and its source, with days, what TeX reads as marks escaped, and nothing made up."""
    out, (page, other) = publish(full_case, make_case("50% of $5 & {a_b} #1 ~ ^ \\"))
    told = (out / page.address).with_name("case.bib").read_text()
    assert "title = {{A claims assistant that drafts, and officers who decide}}," in told
    assert "author = {Ines Okafor}," in told
    assert "date = {2026-05-04}," in told  # of the source
    assert "date = {2026-11-24}," in told  # of the approval
    assert f"url = {{{full_case.source.canonical_url}}}," in told
    escaped = (out / other.address).with_name("case.bib").read_text()
    marks = r"\& \textbraceleft{}a\_b\textbraceright{} \#1 \textasciitilde{} \textasciicircum{} \textbackslash{}"
    assert rf"title = {{{{50\% of \$5 {marks}}}}}," in escaped


def test_no_title_ends_its_entry_in_bibtex(publish, make_case):
    """Braces count behind a backslash, too: a title could close its field and write others."""
    out, (page,) = publish(make_case('x}} , url = "https://evil.example", note = "{'))
    told = (out / page.address).with_name("case.bib").read_text()
    depth = [told[: end + 1].count("{") - told[: end + 1].count("}") for end in range(len(told))]
    at = told.index("evil.example")
    assert depth[at] == 3  # of the entry, the field, and the title in it
    assert (min(depth), depth[-1]) == (0, 0)


def entries(told: str) -> list[list[tuple[str, str]]]:
    """The entries of a RIS file, each as its lines."""
    lines = [line.partition("  - ")[::2] for line in told.split("\r\n")[:-1]]
    ends = [at for at, (tag, _) in enumerate(lines) if tag == "ER"]
    return [
        lines[begin : end + 1]
        for begin, end in zip([0, *(n + 1 for n in ends)], ends, strict=False)
    ]


def test_a_case_is_cited_as_ris(publish, make_case, full_case):
    """The case and its source, an author a line; no title ends its entry or begins a line."""
    out, (page, other) = publish(full_case, make_case("x\r\nER  - \nTY  - BOOK"))
    case, source = entries((out / page.address).with_name("case.ris").read_bytes().decode())
    assert ("TI", "A claims assistant that drafts, and officers who decide") in case
    assert {("DA", "2026/11/24"), ("PY", "2026")} < set(case)
    assert source[0] == ("TY", "ELEC")
    assert {
        ("AU", "Ines Okafor"),
        ("DA", "2026/05/04"),
        ("UR", full_case.source.canonical_url),
    } < set(source)
    made_up, _ = entries((out / other.address).with_name("case.ris").read_bytes().decode())
    assert ("TI", "x ER - TY - BOOK") in made_up


@pytest.mark.parametrize(
    ("licence", "told"),
    [
        ("CC BY 4.0", {"license": "CC-BY-4.0"}),
        ("https://example.org/terms", {"license-url": "https://example.org/terms"}),
        ("Ask: us", {"message": "Licence: Ask: us. Each case has a citation of its own, with its source."}),
        (None, {}),
    ],
    ids=["SPDX", "address", "words", "none"],
)  # fmt: skip
def test_the_dataset_is_cited_as_a_file(publish, full_case, licence, told):
    """CITATION.cff has what its format asks for, the version of the data, and the licence."""
    out, _ = publish(full_case, licence=licence)
    cited = yaml.safe_load((out / "CITATION.cff").read_text())
    assert told.items() <= cited.items()
    assert {"license", "license-url"} & set(cited) == set(told) - {"message"}
    assert {"cff-version", "message", "title", "authors"} <= set(cited)
    assert cited["date-released"] == NOON.date()
    digest = sha256_hex((out / "cases.jsonl").read_bytes())
    assert cited["version"] == f"sha256-{digest[:12]}"


def test_the_data_fit_their_schema(publish, full_case, make_case):
    """Each line is what the schema says, with every fact, so that all have the same columns."""
    out, _ = publish(full_case, make_case("b"))
    schema = json.loads((out / "cases.schema.json").read_text())
    for line in (out / "cases.jsonl").read_text().splitlines():
        record = json.loads(line)
        jsonschema.validate(record, schema)
        assert list(record["facts"]) == list(FACT_FIELDS)


def test_results_of_all_cases_stand_on_one_page(publish, full_case, make_case):
    """Each measured one with its quote, its case and its marks; no other statement is there."""
    study = full_case.revision.case_study
    weak = study.results[1].model_copy(update={"support": WEAK, "number": 18.0, "unit": "%"})
    unsupported = weak.model_copy(update={"support": UNSUPPORTED, "metric": "UNSUPPORTED"})
    several = [study.results[0], weak, unsupported, study.results[2]]
    revision = full_case.revision.model_copy(
        update={"case_study": study.model_copy(update={"results": several})}
    )
    out, (_, case) = publish(make_case("b"), full_case.model_copy(update={"revision": revision}))
    page = parsed(out / "results.html")
    first, second = page.xpath("//tbody/tr")
    assert [words(cell) for cell in first.xpath("td")[1:4]] == [
        "median time to first answer", "3 hours", "26 hours",
    ]  # fmt: skip
    told, *_, of = second.xpath("td")
    assert "weak support" in words(told)
    assert words(told.xpath(".//blockquote")[0]) == weak.evidence[0].quote
    assert told.xpath(".//a[contains(@class, 'source-link')]/@href")
    assert told.xpath(".//a[@class='here']/@href")[0].startswith(f"{case.address}#results-")
    assert words(of).endswith("Harbourline Insurance 2026 weak")
    assert (second.get("data-number"), second.get("data-unit")) == ("18.0", "%")
    assert page.xpath("//select[@id='unit']/option/@value") == ["", "%"]
    assert "2 results of all cases" in words(parsed(out / "figures.html"))
    publish(make_case("b"))
    assert "No case tells of a measured result yet." in words(parsed(out / "results.html"))


def test_the_words_of_cases_are_one_text(publish, full_case, make_case):
    """Of all that is said, folded as the page folds it, in a script that is a string and no more."""
    out, _ = publish(make_case('"; alert(1); // </script>\u2028'), full_case)
    script = (out / "words.js").read_text(encoding="ascii")
    lines = json.loads(re.fullmatch(r'const caseWords = ("(?:[^"\\]|\\.)*");\n', script)[1])
    found = dict(line.split(" ", 1) for line in lines.split("\n"))
    assert {found[word] for word in ("leaderboards", "vllm", "officers", "okafor")} >= {"1"}
    assert found["built"] == "0 1"  # the second is one further than the first
    assert not {"unsupported", "alert(1"} & set(found)


def test_figures_add_up_to_the_data(publish, full_case, make_case):
    """Each count is that of the data, with what sources do not say; each leads to its cases."""
    out, _ = publish(full_case, make_case("b", industry="Energy"), make_case("c"))
    page = parsed(out / "figures.html")
    records = [json.loads(line) for line in (out / "cases.jsonl").read_text().splitlines()]
    told = {
        heading.get("id"): {
            words(row.xpath("./th")[0]): int(words(row.xpath("./td")[0]))
            for row in heading.xpath("../table/tbody/tr")
        }
        for heading in page.xpath("//h2")
    }
    assert told["industry"] == {"Energy": 1, "Insurance": 1, "The source does not say": 1}
    assert told["year"] == {"2026": 1, "The source does not say": 2}
    assert told["kind"] == {"web page": len(records)}
    tags = Counter(tag["label"] for record in records for tag in record["tags"])
    assert told["tag"] == {**tags, "No tag": 2}
    assert "index.html?industry=Energy" in page.xpath("//table//a/@href")
    publish()
    assert "0 cases" in words(parsed(out / "figures.html"))


def test_a_site_with_an_address_has_a_feed_and_a_sitemap(publish, full_case, make_case):
    """Whole addresses for feed readers, search engines and previews; without one there are none."""
    home = "https://x.example/casebook/"
    weak = full_case.revision.case_study.summary[0].model_copy(update={"support": WEAK})
    study = full_case.revision.case_study.model_copy(update={"summary": [weak]})
    revision = full_case.revision.model_copy(update={"case_study": study})
    case = full_case.model_copy(update={"revision": revision})
    out, pages = publish(case, make_case("R&D <b> \x01"), address=home, licence="CC BY 4.0")
    feed = feedparser.parse((out / "feed.xml").read_bytes())
    assert not feed.bozo
    addresses = {home + page.address.removesuffix("index.html") for page in pages}
    assert {entry.link for entry in feed.entries} == {entry.id for entry in feed.entries}
    assert {entry.link for entry in feed.entries} == addresses
    assert weak.text not in (out / "feed.xml").read_text()
    sitemap = (out / "sitemap.xml").read_text()
    wholes = {f"{home}{name}.html" for name in ("results", "figures", "data")}
    assert set(re.findall("<loc>(.*?)</loc>", sitemap)) == {home, *wholes, *addresses}
    page = parsed(out / pages[0].address)
    assert page.xpath("//link[@rel='canonical']/@href")[0] in addresses
    assert page.xpath("//meta[@property='og:description']/@content") == [
        "A claims assistant that drafts, and officers who decide"
    ]
    assert "CC BY 4.0" in words(page.xpath("//footer")[0])
    publish(case)
    assert not (out / "feed.xml").exists()
