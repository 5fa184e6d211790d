"""Rounds at the desk: the start, the doubts one by one as plain forms, and the end."""

import re

from case_views import DOUBTFUL, REFUTED, TEXT, VERIFIED, a_document, a_quote, a_statement
from desk_client import read, texts
from made_rows import a_row

from review import decisions
from review.changes import Confirm, Drop
from schemas.cases import CaseStudy, Fact, Section
from schemas.reviews import CaseStatus, Decision, Review


def a_draft(title: str, *held: int, refuted: int = 0) -> CaseStudy:
    """Six results; those in ``held`` are doubtful, and one can be refuted."""
    document, quote = a_document(), TEXT.split("\n\n")[0]
    levels = dict.fromkeys(held, DOUBTFUL) | ({refuted: REFUTED} if refuted else {})
    statements = tuple(
        a_statement(
            n, f"{title}, sentence {n}.", a_quote(document, quote), section=Section.RESULTS,
            support=levels.get(n, VERIFIED),
        )
        for n in range(1, 7)
    )  # fmt: skip
    return CaseStudy(facts=(Fact(name="title", value=title),), statements=statements)


def start(desk, *ids: str, **fields: str) -> str:
    """Begin a round through these drafts; return its address."""
    return desk.send_form("/rounds", case=ids, minutes="20", **fields).headers["location"]


def shown(desk, address: str):
    """Return the page of a round and the card that it shows."""
    page = read(desk.get(address))
    (card,) = page.xpath("//article[contains(@class, 'round-card') and not(@hidden)]")
    return page, card


def send(desk, card, words: str, **fields: str) -> str:
    """Press a button of a card; return the address of the next page."""
    button = next(b for b in card.xpath(".//button") if words in b.text_content())
    (form,) = button.xpath("ancestor::form")
    given = {field.get("name"): field.get("value") or "" for field in form.xpath(".//input")}
    answer = desk.send_form(form.get("action"), **(given | fields))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_the_start_page_lists_what_fits(desk, build, warehouse):
    """Worst first, one's own before those; the drafts of other people are left out."""
    few, many, mine, theirs = (
        build.draft(a_draft(name, *range(1, n + 1)))
        for name, n in (("Few", 1), ("Many", 5), ("Mine", 0), ("Theirs", 6))
    )
    assigned = {"decision": Decision.ASSIGN, "who": "ada"}
    for case_id, to in ((mine, "mira"), (theirs, "ada")):
        revision_id = warehouse.case(case_id).revision.revision_id
        about = {"case_id": case_id, "revision_id": revision_id, "reason": to}
        warehouse.append(a_row(Review, review_id=f"to-{to}", **about, **assigned))
    page = read(desk.get("/round"))
    assert page.xpath("//ol/li/input/@value") == [mine, many, few]
    assert texts(page, "//p[@class='lede']") == ["Twenty minutes: these 3."]
    assert read(desk.get("/round?minutes=1")).xpath("//ol/li/input/@value") == [mine]
    (line,) = texts(read(desk.get("/")), "//p[@class='round-line']/span")
    assert line == "20 minutes: 3 drafts, 6 doubts"


def test_a_round_as_plain_forms(desk, build, warehouse):
    """Each doubt and each draft has its card; a refuted one needs a reason; the end has counts."""
    one = build.draft(a_draft("One", 2, 5, refuted=4))
    other = build.draft(a_draft("Other"))
    address = start(desk, one, other, name="Before lunch")
    _, card = shown(desk, address)
    assert texts(card, ".//p[@class='position']") == [
        "doubt 1 of 3 · draft 1 of 2 · about 3 minutes left"
    ]
    assert (card.get("data-card"), card.get("data-position")) == (f"{one}:1", "1/3")
    assert texts(card, ".//p[@class='said']") == ["One, sentence 2."]
    assert texts(card, ".//blockquote/mark") == [TEXT.split("\n\n")[0]]
    address = send(desk, card, "Drop")
    _, card = shown(desk, address)
    assert (card.get("data-position"), texts(card, ".//p[@class='said']")) == ("2/3", ["One, sentence 4."])  # fmt: skip
    refusal = desk.send_form(card.xpath(".//form/@action")[0], decision="edit", action="confirm", part="s-3")  # fmt: skip
    assert refusal.status_code == 409
    assert "give a reason" in refusal.text
    address = send(desk, card, "Keep", reason="The diagram shows it.")
    _, card = shown(desk, address)
    assert (card.get("data-position"), texts(card, ".//p[@class='said']")) == ("3/3", ["One, sentence 5."])  # fmt: skip
    address = send(desk, card, "Confirm")
    _, card = shown(desk, address)
    assert texts(card, ".//p[@class='position']/strong") == ["one look"]
    _, card = shown(desk, send(desk, card, "Approve"))
    assert texts(card, ".//h2") == ["Other"]
    assert "about 1 minute left" in card.text_content()
    end = read(
        desk.get(send(desk, card, "Not a real deployment.", preset="Not a real deployment."))
    )
    totals = dict(zip(texts(end, "//main//dt"), texts(end, "//main//dd"), strict=True))
    assert totals == {"drafts decided": "2", "doubts settled": "3", "left": "0", "minute": "1"}
    assert [warehouse.case(case_id).status for case_id in (one, other)] == [
        CaseStatus.APPROVED, CaseStatus.REJECTED,
    ]  # fmt: skip
    study = warehouse.case(one).revision.study
    assert [statement.text for statement in study.statements] == [
        f"One, sentence {n}." for n in (1, 3, 4, 5, 6)
    ]
    seconds = [review.seconds for review in warehouse.case(one).reviews if review.seconds]
    assert len(seconds) == 1


def test_what_others_settle_is_passed_over_with_a_word(desk, build, warehouse):
    """Doubts and drafts that somebody else decided do not come again; the position stays."""
    one = build.draft(a_draft("One", 1, 2, 3))
    other = build.draft(a_draft("Other", 1))
    address = start(desk, one, other)
    _, card = shown(desk, address)
    decisions.edit(warehouse, one, [Drop(part="s-2"), Confirm(part="s-3")], "ada")
    address = send(desk, card, "Confirm")
    page, card = shown(desk, address)
    assert card.get("data-card") == f"{one}:look"
    assert texts(page, "//p[@class='caution news']") == [
        "ada settled this meanwhile: One, sentence 2.",
        "ada settled this meanwhile: One, sentence 3.",
    ]
    decisions.approve(warehouse, other, "ada", leave_out=True)
    end = read(desk.get(send(desk, card, "Approve")))
    assert "1 draft was decided by others meanwhile." in end.text_content()
    assert texts(end, "//main//dd")[:3] == ["1", "1", "0"]


def test_a_round_is_named_left_and_resumed(desk, build, warehouse):
    """The list stays as it was; what was put off comes again; ending shows what is left."""
    one, later = build.draft(a_draft("One", 1, 2)), build.draft(a_draft("Later"))
    address = start(desk, one)
    _, card = shown(desk, address)
    (link,) = card.xpath(".//a[@data-later]/@href")
    _, card = shown(desk, link)
    assert card.get("data-position") == "2/2"
    _, card = shown(desk, send(desk, card, "Confirm"))
    assert texts(card, ".//div[@class='caution doubts']/p") == [
        "1 doubt is not settled: readers will not see it."
    ]
    _, card = shown(desk, card.xpath(".//a[@data-later]/@href")[0])
    assert card.get("data-position") == "1/2"
    desk.send_form(address, name="Tuesday")
    front = read(desk.get("/"))
    assert texts(front, "//p[@class='round-line']/span") == ["Tuesday: 1 draft left"]
    assert later not in desk.get(address).text
    desk.send_form(address, ended="true")
    end = read(desk.get(address))
    assert texts(end, "//ul[@class='round-list']/li") == ["One 1 doubt"]
    desk.send_form(address, ended="false")
    assert shown(desk, address)[1].get("data-position") == "1/2"
    assert read(desk.get("/")).xpath("//p[@class='round-line']/a/@href") == [address]


def test_a_round_belongs_to_one_person(desk, build, warehouse):
    """Others cannot open it, and its drafts are not proposed to them."""
    one = build.draft(a_draft("One", 1))
    address = start(desk, one)
    row = warehouse.round(address.rpartition("/")[2])
    warehouse.append(row.model_copy(update={"round_id": "round1_ada", "who": "ada"}))
    assert desk.get("/rounds/round1_ada").status_code == 404
    assert read(desk.get("/round")).xpath("//ol/li/input/@value") == []
    assert "No drafts are waiting." in desk.get("/round").text


def test_other_quotes_are_suggested(desk, build, warehouse):
    """Sentences that share rare words with the doubt come first, without its own quote."""
    study = a_draft("One", 1)
    text = "The invented rates went away after rewriting the tariffs."
    first = study.statements[0].model_copy(update={"text": text})
    study = study.model_copy(update={"statements": (first, *study.statements[1:])})
    case_id = build.draft(study)
    address = start(desk, case_id)
    quotes = read(desk.get(f"{address}/drafts/{case_id}/quotes/1")).xpath("//button/@value")
    assert quotes[0].startswith("We rewrote the tariffs as plain sentences")
    assert not any(one in TEXT.split("\n\n")[0] for one in quotes)
    _, card = shown(desk, address)
    form = next(f for f in card.xpath(".//form") if f.xpath("input[@value='add_quote']"))
    fields = {"decision": "edit", "action": "add_quote", "part": "s-1", "quote": quotes[0]}
    answer = desk.send_form(form.get("action"), htmx=True, **fields)
    assert re.search('data-state="(open|settled)"', answer.text)
    evidence = warehouse.case(case_id).revision.study.statements[0].evidence
    assert quotes[0] in [one.quote for one in evidence]
