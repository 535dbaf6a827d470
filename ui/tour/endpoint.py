"""A real endpoint of the Secretariat as a process of its own, on a free port of this computer."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from PySide6.QtNetwork import QHostAddress, QTcpServer, QTcpSocket

from wimdesk.errors import SyncProblem
from wimdesk.i18n import _

_HERE = "127.0.0.1"
_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


def wimdesk(*words: str) -> list[str]:
    """Return the command line of this very program, frozen or not, with these words."""
    start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "wimdesk"]
    return [*start, *words]


def free_port() -> int:
    """Return a TCP port of this computer that nobody listens on now."""
    server = QTcpServer()
    if not server.listen(QHostAddress(QHostAddress.SpecialAddress.LocalHost), 0):
        raise SyncProblem(_("No free port was found on this computer. Nothing was changed. Please try again."))
    port = server.serverPort()
    server.close()
    return port


class Endpoint:
    """An endpoint that runs as long as the block: `with Endpoint(folder) as endpoint`."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def __enter__(self) -> Endpoint:
        """Start it and wait until it answers; raises SyncProblem where it does not."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    def start(self) -> None:
        """Start the process; a second time it comes back at the same address."""
        self._port = self._port or free_port()
        self.url = f"http://{_HERE}:{self._port}"
        words = ("secretariat", "serve", "--data", str(self.data), "--listen", f"{_HERE}:{self._port}")
        with (self.data / "endpoint.log").open("ab") as log:
            self._process = subprocess.Popen(
                wimdesk(*words), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(os.environ, PYTHONUTF8="1")
            )
        self._wait()

    def stop(self) -> None:
        """Stop the process; what is on the way is finished first."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def code(self, organisation: str, role: str) -> str:
        """Return a one-time code for one device of the organisation."""
        from sync.server import service  # the endpoint's packages are an extra

        return service.issue_code(self.data, organisation, role)["code"]

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self._process is not None and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.05)
        told = (self.data / "endpoint.log").read_text("utf-8", errors="replace")[-2000:]
        self.stop()
        raise SyncProblem(_("The endpoint did not start. Your data is not touched. It said: {text}").format(text=told))

    def _answers(self) -> bool:
        caller = QTcpSocket()
        caller.connectToHost(_HERE, self._port)
        reached = caller.waitForConnected(500)
        caller.abort()
        return reached
