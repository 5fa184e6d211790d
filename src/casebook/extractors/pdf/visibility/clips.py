"""Clips of a page's objects, and whether they leave enough of them."""

from collections.abc import Sequence
from itertools import repeat

import numpy as np

from casebook.extractors.pdf import calls
from casebook.extractors.pdf.calls import Handle, Numbers
from casebook.extractors.pdf.visibility.grounds import reaches

MOST_SEGMENTS = 6
"""Of a rectangle; another shape may not fill its box."""


def is_cut_off(piece: Handle) -> bool:
    """Tell an object of which a clip may show less than half."""
    return are_clipped([piece], calls.rows(calls.object_box, [piece], 4)[0].astype(np.float64))


def are_clipped(pieces: Sequence[Handle], boxes: Numbers) -> bool:
    """Tell text of which a clip may show less than half."""
    addresses = list(map(calls.clip_of, pieces))
    counts = list(map(calls.count_clips, addresses))
    clipped = [n for n, count in enumerate(counts) if count > 0]
    if not clipped:
        return False
    clips = calls.handles(addresses)
    paths = [(n, path) for n in clipped for path in range(counts[n])]
    lengths = [calls.count_clip_segments(clips[n], path) for n, path in paths]
    if min(lengths) < 1 or max(lengths) > MOST_SEGMENTS:
        return True  # what another shape leaves of its box only drawing tells
    ends = calls.points(
        segment
        for (n, path), length in zip(paths, lengths, strict=True)
        for segment in map(calls.clip_segment, repeat(clips[n]), repeat(path), range(length))
    ).astype(np.float64)
    starts = np.cumsum([0, *lengths[:-1]])
    corners = np.minimum.reduceat(ends, starts), np.maximum.reduceat(ends, starts)
    shown = reaches(np.concatenate(corners, axis=1), boxes[[n for n, _ in paths]])
    return not shown.all()
