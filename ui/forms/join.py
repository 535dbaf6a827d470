"""Joining the Alliance's endpoint: a code and an address, typed or out of a file of the Secretariat."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.field import FieldRow
from wimdesk.errors import UserError, WimdeskError
from wimdesk.i18n import _

if TYPE_CHECKING:
    from ui.desk import Desk
    from ui.tasks import Progress


class JoinForm(QWidget):
    """Emits ``joined`` when the endpoint has taken this computer in."""

    joined = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._from_file = ("", "", "")
        """Code and address as a file said them, and the key that belongs to both."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.code = QLineEdit()
        self.code.setPlaceholderText("XXXX-XXXX-XXXX-XXXX")
        self.code_row = FieldRow(_("Code"), self.code, _("16 letters and digits. It works once."))
        self.server = QLineEdit()
        self.server.setPlaceholderText("https://")
        self.server_row = FieldRow(_("Address of the Secretariat"), self.server)
        column.addWidget(self.code_row)
        column.addWidget(self.server_row)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.file_button = SecondaryButton(_("Take it from a file…"), "folder-open")
        self.file_button.clicked.connect(self._choose_file)
        self.button = PrimaryButton(_("Join"))
        self.button.clicked.connect(self.join)
        buttons.addWidget(self.file_button)
        buttons.addStretch(1)
        buttons.addWidget(self.button)
        column.addLayout(buttons)
        for field in (self.code, self.server):
            field.returnPressed.connect(self.join)

    def take_file(self, path: Path) -> None:
        """Fill both fields from an enrolment file."""
        from sync.client import enrolment

        try:
            code, server, key = enrolment.read_file(path)
        except UserError as problem:
            self.code_row.set_message(str(problem), "err")
            return
        self.code.setText(code)
        self.server.setText(server)
        self._from_file = (code, server, key)
        self.code_row.clear_message()

    def join(self) -> None:
        """Trade the code for a place at the endpoint."""
        code, server = self.code.text().strip(), self.server.text().strip()
        self.code_row.clear_message()
        self.server_row.clear_message()
        if not code:
            self.code_row.set_message(_("Type the code first."), "err")
            return
        if not server:
            self.server_row.set_message(_("Type the address that came with the code."), "err")
            return
        self._rest(True)
        *said, known = self._from_file
        key = known if [code, server] == said else ""

        def enrol(_progress: Progress) -> None:
            from sync.client import enrolment

            enrolment.enrol(self._desk.app, code, server, key=key)

        self._desk.tasks.work(self, enrol, done=lambda _none: self._joined(), failed=self._failed)

    def _joined(self) -> None:
        self._rest(False)
        if self._desk.engine is not None:
            self._desk.engine.sync_now()
        self.joined.emit()

    def _failed(self, problem: WimdeskError) -> None:
        from sync.client import enrolment

        self._rest(False)
        row = self.code_row if enrolment.is_about_the_code(problem) else self.server_row
        row.set_message(str(problem), "err")
        row.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rest(self, resting: bool) -> None:
        self.button.setEnabled(not resting)
        self.button.setText(_("Joining…") if resting else _("Join"))

    def _choose_file(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(self, _("Choose the file of the Secretariat"))
        if path:
            self.take_file(Path(path))
