"""What running servers say about their models, in the form of their documentation."""

import pytest
from pytest_httpserver import HTTPServer

from summarizer.servers import Server, server_at

OLLAMA = {
    "details": {"parameter_size": "7.6B"},
    "model_info": {"general.parameter_count": 7_615_616_512, "qwen2.context_length": 32_768},
}


def found(httpserver: HTTPServer, model: str = "qwen2.5") -> Server | None:
    return server_at(httpserver.url_for("/v1"), "a-key", model)


def listing(httpserver: HTTPServer, **entry: object) -> None:
    models = {"object": "list", "data": [{"id": "qwen2.5", "object": "model", **entry}]}
    httpserver.expect_request("/v1/models").respond_with_json(models)


def test_llama_cpp_says_the_context_of_a_slot(httpserver):
    """Its list of models has the size, and the context of all slots together."""
    listing(httpserver, owned_by="llamacpp", meta={"n_ctx": 16_384, "n_params": 1_777_088_000})
    slot = {"default_generation_settings": {"n_ctx": 4_096}, "total_slots": 4}
    httpserver.expect_request(
        "/props", headers={"authorization": "Bearer a-key"}
    ).respond_with_json(slot)
    expected = Server(name="llama.cpp", context_tokens=4_096, parameters=1_777_088_000)
    assert found(httpserver) == expected


def test_vllm_says_the_length_of_its_model(httpserver):
    """It does not say the size."""
    listing(httpserver, owned_by="vllm", max_model_len=8_192)
    assert found(httpserver) == Server(name="vLLM", context_tokens=8_192)


@pytest.mark.parametrize("loaded", [True, False])
def test_ollama_loads_the_model_to_say_its_context(httpserver, loaded):
    """The context of a loaded model counts, not the one that it was trained with."""
    listing(httpserver, owned_by="library")
    httpserver.expect_request("/api/show", json={"model": "qwen2.5"}).respond_with_json(OLLAMA)
    running = {"models": [{"name": "qwen2.5:latest", "context_length": 4_096}]}
    load = {"model": "qwen2.5", "messages": []}
    httpserver.expect_request("/api/chat", json=load).respond_with_json({})
    httpserver.expect_request("/api/ps").respond_with_json(running)
    if not loaded:
        httpserver.expect_oneshot_request("/api/ps").respond_with_json({"models": []})
    expected = Server(name="Ollama", context_tokens=4_096, parameters=7_615_616_512)
    assert found(httpserver) == expected
    assert ("/api/chat" in [request.path for request, _ in httpserver.log]) is not loaded


def test_an_older_ollama_says_only_the_size(httpserver):
    """Before it listed contexts, the profile's counts."""
    httpserver.expect_request("/api/show").respond_with_json(OLLAMA)
    httpserver.expect_request("/api/ps").respond_with_json({"models": [{"name": "qwen2.5:latest"}]})
    assert found(httpserver) == Server(name="Ollama", parameters=7_615_616_512)


@pytest.mark.parametrize("answer", ["<html>", "[]", '{"data": [1, {"id": 2}], "models": 3}'])
def test_other_endpoints_say_nothing(httpserver, answer):
    """Neither an unexpected answer nor a missing server is an error."""
    listed = httpserver.expect_request("/v1/models")
    listed.respond_with_data(answer, content_type="application/json")
    assert found(httpserver) is None
    assert server_at("http://127.0.0.1:9/v1", "a-key", "qwen2.5") is None
