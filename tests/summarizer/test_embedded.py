"""The embedded model, as it really runs."""

import socket
from typing import Annotated
from urllib.parse import urlsplit

import pytest
from pydantic import BaseModel, StringConstraints

from prompts.loader import Message
from schemas.errors import ConfigurationError, ContextExceeded, ModelRejected
from summarizer import embedded
from summarizer.client import ModelClient
from summarizer.profiles import profile_of
from summarizer.service import check_model


class Colour(BaseModel):
    """One short word."""

    colour: Annotated[str, StringConstraints(min_length=3, max_length=12)]


@pytest.fixture(scope="module")
def server():
    if not embedded.is_installed():
        pytest.skip("the embedded model is not installed; run `make setup`")
    started = embedded.EmbeddedServer()
    yield started
    started.close()


def client_of(server, key=None):
    profile = profile_of(embedded.NAME, server.base_url)
    return ModelClient(server.base_url, key or server.api_key, embedded.NAME, profile, attempts=1)


def question(text):
    return [Message(role="user", content=f"Which colour is named? Text: {text}")]


@pytest.mark.embedded
async def test_it_answers_within_the_schema(server):
    """A constrained answer is valid, repeatable, and comes with its tokens."""
    client = client_of(server)
    answers = [await client.ask(question("The door is green."), Colour) for _ in range(2)]
    assert answers[0].parsed == answers[1].parsed
    assert answers[0].usage.prompt_tokens > 10
    assert (await check_model(client)).attempts == 1


@pytest.mark.embedded
async def test_it_is_closed_to_others(server):
    """It listens on 127.0.0.1 alone and refuses another key."""
    port = urlsplit(server.base_url).port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=2)
    with pytest.raises(ModelRejected) as raised:
        await client_of(server, "guess").ask(question("Green."), Colour)
    assert raised.value.kind == "key_rejected"


@pytest.mark.embedded
async def test_a_prompt_beyond_the_context_is_named(server):
    """Five thousand words do not fit 4,096 tokens: no cut answer, an error."""
    with pytest.raises(ContextExceeded):
        await client_of(server).ask(question("word " * 5_000), Colour)


def test_a_missing_model_says_how_to_install_it(monkeypatch):
    """Without the weights there is a message that says what to do."""
    monkeypatch.setattr(embedded, "_WEIGHTS_PACKAGE", "no_such_package")
    assert not embedded.is_installed()
    with pytest.raises(ConfigurationError, match="make setup") as raised:
        embedded.EmbeddedServer()
    assert raised.value.kind == "embedded_model_missing"
