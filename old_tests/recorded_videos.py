"""YouTube's answers as they were recorded, and the addresses by which a video asks for them."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RECORDED = Path(os.environ.get("CASEBOOK_DATASETS", ROOT / "../shared/data")) / "youtube"
WATCH, PLAYER, TEXT = (
    f"www.youtube.com/{path}" for path in ("watch", "youtubei/v1/player", "api/timedtext")
)
ADDRESS = "https://youtu.be/GJLlxj_dtq8?si=x"

NEEDED = [
    pytest.mark.datasets,
    pytest.mark.skipif(not RECORDED.is_dir(), reason=f"YouTube's answers are not in {RECORDED}"),
]


def recorded(name: str) -> bytes:
    """Return an answer by its name."""
    return (RECORDED / f"{name}.static").read_bytes()
