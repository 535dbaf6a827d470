"""What every step of the tour works with: the laptops, the folder for what is left behind, and the expectations."""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QEvent, QMessageLogContext, QObject, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from ui.main_window import MainWindow
from ui.tour.endpoint import Endpoint
from ui.tour.expectations import Details, StepFailed, expect, say
from ui.tour.laptop import Laptop
from ui.tour.room import Room
from wimdesk.errors import WimdeskError


class Watch(QObject):
    """Hears of each widget that shows as a window without being one: it would flash up and take the focus."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            meant = isinstance(watched, MainWindow | QDialog) or watched.windowType() in _POPUPS
            if not meant:
                self._heard.append(f"{type(watched).__name__} “{watched.accessibleName()}” flashed up as a window")
        return False


_POPUPS = (Qt.WindowType.Popup, Qt.WindowType.ToolTip, Qt.WindowType.Tool)
_HARMLESS = ("This plugin does not support",)


@dataclass
class Stage:
    """The tour while it runs. `endpoint` is None where steps 7 and 8 have to wait for one."""

    out: Path
    endpoint: Endpoint | None
    room: Room
    """The first laptop's window."""
    second: Laptop
    office: Room
    """The Secretariat's window."""
    pictures: list[str] = field(default_factory=list)
    pdfs: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """What Qt warned of and what was raised in a slot: a step in which there is any has failed."""
    _watch: Watch | None = None
    known: dict[str, str] = field(default_factory=dict)
    """Ids that a later step needs, by a word of ours."""

    @property
    def first(self) -> Laptop:
        """The laptop whose window is open."""
        return self.room.laptop

    @property
    def secretariat(self) -> Laptop:
        """The Secretariat's laptop."""
        return self.office.laptop

    def running(self) -> Endpoint:
        """Return the endpoint; raises StepFailed where there is none."""
        if self.endpoint is None:
            raise StepFailed("there is no endpoint")
        return self.endpoint

    def look(self, name: str) -> None:
        """Leave a picture of the first laptop's window in the folder."""
        self.room.idle()
        self.picture(self.room.window, name)

    def picture(self, widget: QWidget, name: str) -> None:
        """Leave a picture of a widget in the folder."""
        file = f"{name}.png"
        expect(widget.grab().save(str(self.out / file)), f"the picture {file} could not be written")
        self.pictures.append(file)

    def keep_pdf(self, name: str, data: bytes) -> Path:
        """Leave a PDF in the folder."""
        path = self.out / f"{name}.pdf"
        path.write_bytes(data)
        self.pdfs.append(path.name)
        return path

    def listen(self) -> None:
        """Hear Qt's warnings and what is raised in a slot, instead of letting them pass."""
        qInstallMessageHandler(self._on_message)
        sys.excepthook = self._on_raised
        self._watch = Watch(self.heard)
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self._watch)

    def stop_listening(self) -> None:
        """Leave warnings and exceptions to others again."""
        qInstallMessageHandler(None)
        sys.excepthook = sys.__excepthook__
        self._watch = None

    def _on_message(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and kind != QtMsgType.QtInfoMsg and not text.startswith(_HARMLESS):
            self.heard.append(text)

    def _on_raised(self, kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        self.heard.append("".join(traceback.format_exception(kind, problem, trace)))


@dataclass
class Step:
    """One numbered step: runs its work, prints the outcome, remembers it for the summary."""

    number: int
    name: str
    work: Callable[[Stage], Details]
    needs_endpoint: bool = False
    ok: bool = False
    waiting: str = ""
    seconds: float = 0.0
    details: Details = field(default_factory=dict)

    def run(self, stage: Stage) -> None:
        """Do the work. An expectation that fails ends this step only; a bug ends the tour."""
        if self.needs_endpoint and stage.endpoint is None:
            self.waiting = "no endpoint"
            say(f"Step {self.number}  {self.name}: waiting: no endpoint")
            return
        start = time.monotonic()
        stage.heard.clear()
        try:
            self.details = self.work(stage)
            expect(not stage.heard, "\n".join(stage.heard))
            self.ok = True
        except (StepFailed, WimdeskError) as problem:
            trace = traceback.extract_tb(problem.__traceback__)
            self.details |= {"problem": str(problem), "at": [f"{Path(f.filename).name}:{f.lineno}" for f in trace]}
            if stage.heard:
                self.details["heard"] = list(stage.heard)
        finally:
            self.seconds = round(time.monotonic() - start, 2)
            told = json.dumps(self.details, ensure_ascii=False, default=str)
            place = f"Step {self.number}  " if self.number else ""
            say(f"{place}{self.name}: {'done' if self.ok else 'NOT DONE'} in {self.seconds} s  {told}")

    def summary(self) -> Details:
        """Return what the JSON summary says of this step."""
        found: Details = {
            "step": self.number, "name": self.name, "ok": self.ok, "seconds": self.seconds, "details": self.details
        }  # fmt: skip
        return found | ({"waiting": self.waiting} if self.waiting else {})
