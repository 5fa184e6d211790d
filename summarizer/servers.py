"""Asks a running inference server for the context and the size of its model.

llama.cpp, vLLM and Ollama each have an address of their own for it; other endpoints say nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2

from schemas.frozen import Frozen

_SECONDS = 5.0  # for an answer about a model
_LOADING_SECONDS = 300.0  # for Ollama to load a model, whose context is decided only then


class Server(Frozen):
    """A running server, and the limits of one of its models; None if it does not say."""

    name: str
    context_tokens: int | None = None
    parameters: int | None = None


def server_at(endpoint: str, api_key: str, model: str) -> Server | None:
    """Return the server at ``endpoint`` (a base URL), or None if it is unknown or unreachable."""
    headers = {"Authorization": f"Bearer {api_key}"}
    with httpx2.Client(headers=headers, timeout=_SECONDS) as client:
        return next(filter(None, _answers(client, endpoint, model)), None)


def _answers(client: httpx2.Client, endpoint: str, model: str) -> Iterator[Server | None]:
    root = endpoint.removesuffix("/v1")
    listed = [one for one in _list(_json(client, f"{endpoint}/models"), "data") if "id" in one]
    entry = next((one for one in listed if one["id"] == model), listed[0] if listed else {})
    if context := _count(entry, "max_model_len"):
        yield Server(name="vLLM", context_tokens=context)
    slots = _part(_json(client, f"{root}/props"), "default_generation_settings")
    if context := _count(slots, "n_ctx"):  # of each slot; the context of /models is that of all
        parameters = _count(_part(entry, "meta"), "n_params")
        yield Server(name="llama.cpp", context_tokens=context, parameters=parameters)
    yield _ollama(client, root, model)


def _ollama(client: httpx2.Client, root: str, model: str) -> Server | None:
    """Return the description that Ollama gives of a model, which it loads if necessary."""
    running = _json(client, f"{root}/api/ps")
    if not isinstance(running.get("models"), list):
        return None
    names = {model, f"{model}:latest"}
    if not any(one.get("name") in names for one in _list(running, "models")):
        # A chat without messages loads the model.
        _json(client, f"{root}/api/chat", {"model": model, "messages": []})
        running = _json(client, f"{root}/api/ps")
    loaded = [one for one in _list(running, "models") if one.get("name") in names]
    shown = _json(client, f"{root}/api/show", {"model": model})
    return Server(
        name="Ollama",
        context_tokens=_count(loaded[0], "context_length") if loaded else None,
        parameters=_count(_part(shown, "model_info"), "general.parameter_count"),
    )


def _json(
    client: httpx2.Client, url: str, body: Mapping[str, object] | None = None
) -> Mapping[str, Any]:
    """Return the JSON object at ``url``, empty without an answer."""
    timeout = _LOADING_SECONDS if body else _SECONDS
    try:
        method = "POST" if body else "GET"
        found = client.request(method, url, json=body, timeout=timeout).json()
    except (httpx2.HTTPError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _list(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    part = found.get(name)
    return [one for one in part if isinstance(one, dict)] if isinstance(part, list) else []


def _count(found: Mapping[str, Any], name: str) -> int | None:
    count = found.get(name)
    return count if isinstance(count, int) and count > 0 else None
