"""The one place that shows what went wrong: a sentence where it was expected, else a report to copy.

A report holds versions and places in the code, never what anybody typed: no values, no messages of
foreign libraries, no paths of this computer.
"""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

import wimdesk
from ui.icons import IconLabel
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.labels import Text
from wimdesk.errors import Cancelled, WimdeskError
from wimdesk.i18n import _

if TYPE_CHECKING:
    from ui.notices import Notices

log = logging.getLogger(__name__)


class Presenter(QObject):
    """Shows problems. `present` may be called from any thread."""

    _came = Signal(object)

    def __init__(self, window: QWidget, notices: Notices) -> None:
        super().__init__(window)
        self._window = window
        self._notices = notices
        self.dialog: ReportDialog | None = None
        self._came.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def present(self, problem: BaseException) -> None:
        """Show a problem: a banner for what can happen, a report for what should not."""
        if threading.current_thread() is threading.main_thread():
            self._show(problem)
        else:
            self._came.emit(problem)

    def install(self) -> None:
        """Show also what nobody caught, in any thread."""
        sys.excepthook = self._on_uncaught
        threading.excepthook = self._on_thread

    @staticmethod
    def uninstall() -> None:
        """Leave what nobody caught to Python again."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _on_uncaught(self, kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, problem, trace)
            return
        self.present(problem)

    def _on_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self.present(args.exc_value)

    def _show(self, problem: BaseException) -> None:
        if isinstance(problem, Cancelled):
            return
        if isinstance(problem, WimdeskError):
            self._notices.warn(str(problem))
            return
        text = report(problem)
        log.error("unexpected:\n%s", text)
        if self.dialog is None:
            self.dialog = ReportDialog(text, self._window)
            self.dialog.finished.connect(self._closed)
            self.dialog.open()

    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


def report(problem: BaseException) -> str:
    """Return versions, the kind of the problem and the places in the code, without any data."""
    versions = f"WIMDesk {wimdesk.__version__}, Python {platform.python_version()}, Qt {qVersion()}"
    lines = [
        f"{versions}, {platform.system()} {platform.machine()}",
        f"{type(problem).__module__}.{type(problem).__qualname__}",
    ]
    for frame, line in traceback.walk_tb(problem.__traceback__):
        lines.append(f"  {frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}")
    return "\n".join(lines)


class ReportDialog(QDialog):
    """Says that something unexpected happened, and gives the details for whoever can help."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Something unexpected happened"))
        self.setMinimumSize(560, 340)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(IconLabel("circle-alert", "warn", 20))
        head.addWidget(Text(_("Something unexpected happened"), "section"), 1)
        column.addLayout(head)
        sentence = _("What was saved before is safe. You can go on; if something looks odd, start WIMDesk again.")
        column.addWidget(Text(sentence, wrap=True))
        column.addWidget(Text(_("The details below hold nothing that you typed."), "caption", wrap=True))
        self.details = QPlainTextEdit(text)
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setAccessibleName(_("Details"))
        column.addWidget(self.details, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        self.copy_button = SecondaryButton(_("Copy details"), "copy")
        self.copy_button.clicked.connect(self._copy)
        self.close_button = PrimaryButton(_("Go on"))
        self.close_button.clicked.connect(self.accept)
        row.addWidget(self.copy_button)
        row.addWidget(self.close_button)
        column.addLayout(row)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details.toPlainText())
        self.copy_button.setText(_("Copied"))
