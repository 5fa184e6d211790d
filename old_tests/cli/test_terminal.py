"""No text steers the terminal that it is shown on, whoever wrote it: a page, a model, a person."""

import json
import re

import pytest
import scripted_curator

from casebook.cli import terminal

SIGNS = "\x1b[31m\x1b]0;owned\x07\x9b2J\x7f\x08\u2028\u202e\u2066\u200f[bold]bold[/bold]"
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]"
)


@pytest.fixture
def steered(casebook, site, monkeypatch):
    """A draft by a model that a page told to write such signs into all it says."""
    study = scripted_curator._study

    def told(sentences):
        draft = study(sentences)
        for statement in draft["summary"] + draft["tools"]:
            statement["statement"] += SIGNS
            statement["quotes"] = [SIGNS + statement["quotes"][0]]
        tag = {"name": f"Q{SIGNS}", "group": "tool", "quote": SIGNS}
        return draft | {"company": {"value": f"Q{SIGNS}", "quote": SIGNS}, "tags": [tag]}

    monkeypatch.setattr(scripted_curator, "_study", told)
    allowed = {"CASEBOOK_ALLOWED_HOSTS": f"{site.host}:{site.port}"}
    made = casebook("submit", site.url_for("/case"), "--json", **allowed)
    return made.lines[0]["case_id"]


def test_what_a_model_or_a_person_writes_steers_no_terminal(casebook, steered):
    """Shown, as JSON, as Markdown and in refusals, none of the signs comes out as it is."""
    casebook("comment", steered, f"hello {SIGNS}")
    ran = [
        casebook("show", steered),
        casebook("show", steered, "--json"),
        casebook("show", steered, "--markdown"),
        casebook("list"),
        casebook("list", "--json"),
        casebook("approve", steered),
        casebook("tags", "proposals"),
        casebook("companies", "list"),
    ]
    for done in ran:
        assert not STEERING.search(done.out + done.err)
    assert "hello [31m" in ran[0].out
    assert "no support" in ran[5].err


def test_json_says_the_same_and_stays_one_line(capsys):
    """The signs are escaped as JSON allows, so nothing of them is lost to a program."""
    terminal.print_json({"said": SIGNS})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"said": SIGNS}
    assert not STEERING.search(printed)
    assert len(printed.splitlines()) == 1
