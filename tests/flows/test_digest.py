"""The digest of the site, printed and mailed."""

from datetime import UTC, datetime, timedelta

import pytest
from made_rows import a_row
from mail_server import mail_server
from pydantic import SecretStr

from config.resources import Resources
from publishing.plan import SiteSettings
from review.changes import SetFact
from review.decisions import approve, edit, withdraw
from schemas.errors import ConfigurationError, InputError
from schemas.findings import FindingSet
from schemas.reviews import CaseView, Publication
from services import mail
from services.digest import digest_text, make_digest
from services.findings import citable
from services.mail import send
from services.publication import publish_site
from summarizer.findings_by_code import findings_by_code

TODAY = datetime.now(UTC).date()
SITE = SiteSettings(title="Models at work", address="https://cases.example")


async def parts(resources: Resources) -> dict[str, str]:
    made = await make_digest(resources, TODAY)
    return {part.heading: part.items[0].title for part in made.parts}


@pytest.fixture
def approved(resources: Resources, case: CaseView) -> str:
    """An approved case with a finding, and one that was not judged."""
    case_id = case.case.case_id
    approve(resources.warehouse, case_id, "tester", leave_out=True)
    shown = resources.warehouse.case(case_id).revision
    finding = findings_by_code(citable(shown.study))[0].model_copy(update={"text": "It halved."})
    doubted = finding.model_copy(update={"n": 2, "label": "not judged"})
    of_case = {"case_id": case_id, "revision_id": shown.revision_id, "set_id": "found1_a"}
    resources.warehouse.append(FindingSet(**of_case, findings=(finding, doubted)))
    return case_id


async def test_a_case_is_new_then_changed_then_withdrawn(
    resources: Resources, approved: str
) -> None:
    """Its newest change counts; the reason of a withdrawal is shown, its title is not."""
    with pytest.raises(InputError, match="casebook publish"):
        await make_digest(resources, TODAY)
    await publish_site(resources)
    found = await parts(resources)
    title = found.pop("New cases")
    assert found == {"Findings": "It halved."}

    (first,) = resources.warehouse.publications()
    edit(resources.warehouse, approved, [SetFact(name="title", value="Another")], "tester")
    approve(resources.warehouse, approved, "tester", leave_out=True)
    await publish_site(resources)
    assert (await parts(resources))["New cases"] == "Another", "added and changed on one day"

    withdraw(resources.warehouse, approved, "The company asked us to.", "tester")
    await publish_site(resources)
    made = await make_digest(resources, TODAY)
    assert [part.heading for part in made.parts] == ["Withdrawals"]
    text, html = (digest_text(made, SITE, kind) for kind in ("md", "html"))
    for shown in (text, html):
        assert "The company asked us to." in shown
        assert f"https://cases.example/{first.address}" in shown
        assert not any(one in shown for one in (title, "Another"))


async def test_a_correction_is_a_changed_case(resources: Resources, approved: str) -> None:
    """A case that was published before the day is not new; nothing is reported from tomorrow on."""
    before = {"publication_id": "pub1_a", "address": "cases/before/index.html"}
    before |= {"at": datetime.now(UTC) - timedelta(days=40)}
    ids = {"case_id": approved, "revision_id": resources.warehouse.case(approved).next_revision_id}
    target = str(resources.settings.site_path)
    resources.warehouse.append(a_row(Publication, **ids, **before, target=target))
    await publish_site(resources)
    assert [*await parts(resources)] == ["Findings", "Changed cases"]
    tomorrow = await make_digest(resources, TODAY + timedelta(days=1))
    assert tomorrow.parts == ()
    assert "nothing new since" in tomorrow.subject
    assert "Nothing changed." in digest_text(tomorrow, SITE, "html")


def account(port: int, query: str, user: str = "desk:pass%20word@") -> SecretStr:
    return SecretStr(f"smtp://{user}127.0.0.1:{port}?{query}")


FROM_TO = "from=casebook@x.example&to=ada@x.example,%20bo@x.example"


def test_mail_reaches_all_recipients_as_text_and_html() -> None:
    """The subject is one line; both forms keep their letters."""
    with mail_server() as server:
        to = send(account(server.port, FROM_TO), "A\nsubject: é", "Text é", "<p>Page é</p>")
        (sent,) = server.mails
    assert to == server.recipients == ["ada@x.example", "bo@x.example"]
    assert (sent["Subject"], sent["From"]) == ("A subject: é", "casebook@x.example")
    bodies = {one.get_content_type(): one.get_content().strip() for one in sent.iter_parts()}
    assert bodies == {"text/plain": "Text é", "text/html": "<p>Page é</p>"}


@pytest.mark.parametrize(
    ("query", "user", "problem"),
    [
        (FROM_TO, "desk:wrong@", "rejected the user or the password"),
        ("from=nobody@x.example&to=ada@x.example", "", "no.* accept mail from nobody@x.example"),
        ("from=ada@x.example&to=nobody@x.example", "", "not deliver to nobody@x.example .no such"),
        (f"{FROM_TO},nobody@x.example", "", "not deliver to nobody@x.example"),
    ],
)
def test_a_rejected_mail_is_explained(query: str, user: str, problem: str) -> None:
    """The message has the server's answer and the setting to check, and no password."""
    with mail_server() as server, pytest.raises(ConfigurationError, match=problem) as raised:
        send(account(server.port, query, user), "s", "t", "h")
    assert "check CASEBOOK_MAIL" in str(raised.value)
    assert "wrong" not in str(raised.value)


def test_a_server_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens, or the account is incomplete; a password is never sent in the clear."""
    with mail_server() as server:
        port = server.port
        monkeypatch.setattr(mail, "_LOCAL", set())
        with pytest.raises(ConfigurationError, match="no encryption for the password"):
            send(account(port, FROM_TO), "s", "t", "h")
    with pytest.raises(ConfigurationError, match=r"127.0.0.1 cannot be used .*refused"):
        send(account(port, FROM_TO), "s", "t", "h")
    for incomplete in (None, SecretStr(f"https://x.example?{FROM_TO}"), account(port, "to=a@b")):
        with pytest.raises(ConfigurationError, match="set CASEBOOK_MAIL"):
            send(incomplete, "s", "t", "h")
