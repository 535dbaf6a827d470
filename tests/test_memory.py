"""Many threads take memory from few places: what the C library itself says of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

_THREADS = """
import ctypes, threading
from wimdesk import memory
{before}
all_there = threading.Barrier(8)
def take():
    held = [bytes(2000) for _ in range(200)]
    all_there.wait()
threads = [threading.Thread(target=take) for _ in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
memory.give_back()
ctypes.CDLL(None).malloc_stats()
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(__import__("ctypes").CDLL(None), "malloc_stats"), reason="GNU"
)
@pytest.mark.parametrize(("before", "least", "most"), [("", 5, 99), ("memory.share_arenas()", 1, 2)])
def test_threads_share_two_arenas(before: str, least: int, most: int) -> None:
    """And without it each has its own: else the test would say nothing."""
    done = subprocess.run(
        [sys.executable, "-c", _THREADS.format(before=before)], capture_output=True, encoding="utf-8", check=True
    )
    assert least <= done.stderr.count("Arena ") <= most
