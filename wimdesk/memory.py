"""What the C library keeps of memory that nobody uses, on Linux: elsewhere the system sees to it by itself."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable

_M_ARENA_MAX = -8
"""mallopt(3)."""
_ARENAS = 2
"""As many as threads that work hard at once. By itself there are eight for each processor, and each keeps much."""


def share_arenas() -> None:
    """Let all threads take memory from two places from now on. Called before there are others than the first one."""
    if (mallopt := _function("mallopt")) is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give what is not in use back to the computer."""
    if (trim := _function("malloc_trim")) is not None:
        trim(0)


def _function(name: str) -> Callable[..., int] | None:
    """Return a function of the C library; one that is not that of GNU has none of these."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
