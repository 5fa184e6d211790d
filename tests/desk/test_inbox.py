"""The inbox: what reaches whom, until it is read, and who can be assigned."""

import asyncio

import pytest
from desk_client import KEY, DeskClient, read, texts
from mail_server import mail_server
from pydantic import SecretStr

from desk.app import create_app
from desk.inbox import InboxMail
from desk.rendering import MESSAGES
from review import decisions
from schemas.errors import InvalidDecision
from schemas.reviews import Role


@pytest.fixture
def people(desk):
    """Accounts of mira (an admin), ada and ad."""
    accounts = desk.app.state.desk.accounts
    for name in ("mira", "ada", "ad"):
        role = Role.ADMIN if name == "mira" else Role.CURATOR
        accounts.add(name, role, "mira", "correct horse battery")


def kinds(warehouse, who):
    """The kinds of a person's unread messages, oldest first."""
    return [one.kind for one in reversed(warehouse.inbox(who)) if not one.is_read]


def test_only_people_with_an_account_are_assigned(warehouse, people, case_id):
    """Names are matched without case, others are refused with the list; empty unassigns."""
    assert decisions.assign(warehouse, case_id, "ADA", "mira").reason == "ada"
    with pytest.raises(
        InvalidDecision, match="nobody here is called 'eve'; choose ad, ada and mira"
    ):
        decisions.assign(warehouse, case_id, "eve", "mira")
    assert decisions.assign(warehouse, case_id, "", "mira").reason is None


def test_without_accounts_only_the_curator_is_assigned(warehouse, case_id):
    """A desk without accounts has one person."""
    assert decisions.assign(warehouse, case_id, "mira", "mira").reason == "mira"
    with pytest.raises(InvalidDecision, match="choose mira"):
        decisions.assign(warehouse, case_id, "ada", "mira")


def test_messages_reach_those_whom_they_concern(warehouse, people, build):
    """By name, by assignment, and as answers to comments; one's own decisions do not count."""
    first, second = build.draft(), build.draft()
    for said in ("@ada look", "Is it so, @ada?", "@Ada: review this.", "mail@ada", "@adam, hm"):
        decisions.comment(warehouse, first, said, "mira")
    assert kinds(warehouse, "ada") == ["mention", "question", "review"]
    assert kinds(warehouse, "ad") == []
    decisions.assign(warehouse, second, "ada", "mira")
    decisions.comment(warehouse, second, "Twice?", "mira")
    decisions.comment(warehouse, second, "So it is.", "ad")
    assert kinds(warehouse, "ada")[3:] == ["assignment", "question", "comment"]
    asked = decisions.comment(warehouse, second, "Why 26?", "ada", part="s-5")
    assert len(kinds(warehouse, "ada")) == 3
    decisions.comment(warehouse, second, "The passage says so.", "ad", part="s-5")
    decisions.resolve(warehouse, second, asked.review_id, "ad")
    assert kinds(warehouse, "ada")[3:] == ["answer", "resolved"]
    assert {one.kind for one in warehouse.inbox("ada")} == {*MESSAGES}
    decisions.assign(warehouse, second, "ad", "mira")
    assert "assignment" not in {one.kind for one in warehouse.inbox("ada")}
    assert kinds(warehouse, "ad") == ["assignment"]


def test_the_page_lists_them_until_they_are_read(resources, warehouse, people, case_id):
    """The header counts unread messages; one or all are marked as read, by this person only."""
    client = DeskClient(create_app(resources, KEY))
    client.send_form("/login", name="ada", password="correct horse battery")
    for said in ("@ada <b>one</b>", "@ada two", "@mira @ada three"):
        decisions.comment(warehouse, case_id, said, "ad")
    page = read(client.get("/inbox"))
    assert texts(page, "//p[@class='why']") == ["@mira @ada three", "@ada two", "@ada <b>one</b>"]
    assert texts(page, "//*[@id='unread']") == ["3"]
    message = page.xpath("//input[@name='message' and @value != '']/@value")[0]
    assert client.send_form("/inbox/read", message=message).status_code == 303
    page = read(client.get("/inbox"))
    assert texts(page, "//*[@id='unread']") == ["2"]
    assert texts(page, "//p[@class='why']")[-1] == "@mira @ada three"
    client.send_form("/inbox/read")
    assert texts(read(client.get("/")), "//*[@id='unread']") == ["0"]
    assert kinds(warehouse, "mira") == ["mention"]


def test_new_messages_are_mailed_once(desk, warehouse, people, case_id, monkeypatch):
    """In one mail for everyone, without those from before the start."""
    monkeypatch.setattr("desk.inbox._MAIL_SECONDS", 0.5)
    decisions.comment(warehouse, case_id, "@ada before", "mira")
    state = desk.app.state.desk
    with mail_server() as server:
        account = SecretStr(f"smtp://127.0.0.1:{server.port}?from=desk@a.example&to=team@a.example")
        state.settings = state.settings.model_copy(update={"mail": account})

        async def follow() -> None:
            mail, begun = InboxMail(state), asyncio.Event()
            known = mail.new_messages

            async def looked():
                found = await known()
                begun.set()
                return found

            monkeypatch.setattr(mail, "new_messages", looked)
            task = asyncio.create_task(mail.run())
            await begun.wait()
            decisions.comment(warehouse, case_id, "@ada @ad after", "mira")
            state.live.note_change()
            while not server.mails:  # noqa: ASYNC110 - another thread adds them
                await asyncio.sleep(0.05)
            await asyncio.sleep(1)
            task.cancel()

        asyncio.run(follow())
        (mail,) = server.mails
    assert mail["Subject"] == "2 messages for ad, ada at the casebook desk"
    text = mail.get_body(("plain",)).get_content()
    assert "ada: mira mentions you in “A claims assistant" in text
    assert "“@ada @ad after”" in text
    assert "before" not in text


def test_the_state_of_a_case_counts_comments_and_assignments(desk, warehouse, case_id):
    """Open pages follow them, also in the other window of the same person."""
    before = desk.get(f"/cases/{case_id}").text
    assert 'data-changes="0"' in before
    decisions.comment(warehouse, case_id, "Hm.", "mira")
    asyncio.run(desk.app.state.desk.live.refresh())
    state = desk.get(f"/cases/{case_id}/state").json()
    assert (state["changes"], state["who"]) == (1, None)
    assert 'data-changes="1"' in desk.get(f"/cases/{case_id}").text
