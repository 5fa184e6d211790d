"""How many heaps glibc keeps for a program's threads."""

import ctypes

_M_ARENA_MAX = -8
"""malloc.h of glibc; MALLOC_ARENA_MAX in the environment says the same (mallopt(3))."""


def share_heaps(most: int = 2) -> bool:
    """Let all threads share ``most`` heaps from now on; tell whether the C library can.

    glibc gives each thread that allocates one of up to eight a core, and what was freed in one
    serves no other: a batch's dozen threads keep 30 to 65 MB of nothing. Heaps that are there stay.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, most))
    except (AttributeError, OSError):  # musl, macOS
        return False
