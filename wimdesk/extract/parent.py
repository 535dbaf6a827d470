"""Asks the process that reads files, waits only so long, and begins a new one where that one broke or stood still."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import IO

from wimdesk.extract.limits import Page, Verdict

COMMAND = "read-files"
PATIENCE = 10.0
"""Seconds for one page."""
MOST_TIME = 60.0
"""Seconds for one file. A book of 500 pages takes about one on an old laptop."""


class Process:
    """A reading process that is started when it is needed. For one thread at a time; `close` may come from any."""

    def __init__(self, patience: float = PATIENCE, most_time: float = MOST_TIME) -> None:
        self._patience, self._most_time = patience, most_time
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._closed = False
        self.verdict: Verdict = "whole"
        """How the last reading went."""

    def pages(self, content: bytes, likely: str = "") -> Iterator[Page]:
        """Yield the pages of a file as they are read; afterwards `verdict` says how it went.

        `likely` is the language of a page that does not show its own.
        """
        self.verdict = "broken"  # what kills the process says nothing more
        ends = time.monotonic() + self._most_time
        if not self._ask(content, likely):
            return
        while True:
            left = min(self._patience, ends - time.monotonic())
            try:
                line = self._lines.get(timeout=max(0.0, left))
            except queue.Empty:
                self.verdict = "slow"
                self.stop()
                return
            if not line:
                self.stop()
                return
            told = json.loads(line)
            if "end" in told:
                self.verdict = told["end"]
                return
            yield Page(int(told["page"]), told["text"], told["words"], told["stems"])

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):
                if process.stdin is not None:
                    process.stdin.close()
            process.wait()

    def close(self) -> None:
        """End it for good."""
        self._closed = True
        self.stop()

    def _ask(self, content: bytes, likely: str) -> bool:
        if self._closed:
            return False
        if self._process is None or self._process.poll() is not None:
            self._start()
        process = self._process
        if process is None or process.stdin is None:
            return False
        if not likely.isascii() or not likely.isalpha():
            likely = ""  # whatever somebody wrote as the language of a practice: a line must stay one
        # The content is written by a thread of its own: a process that stands still reads nothing any more.
        threading.Thread(target=_hand_over, args=(process.stdin, content, likely), daemon=True).start()
        return True

    def _start(self) -> None:
        start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "wimdesk"]
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        self._lines = queue.SimpleQueue()
        self._process = process = subprocess.Popen(
            [*start, COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            creationflags=flags,
        )  # fmt: skip
        threading.Thread(target=_listen, args=(process.stdout, self._lines), daemon=True).start()


def _hand_over(pipe: IO[bytes], content: bytes, likely: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        pipe.write(f"{len(content)} {likely}\n".encode())
        pipe.write(content)
        pipe.flush()


def _listen(pipe: IO[bytes] | None, lines: queue.SimpleQueue[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        for line in pipe or ():
            lines.put(line)
    if pipe is not None:
        pipe.close()
    lines.put(b"")
