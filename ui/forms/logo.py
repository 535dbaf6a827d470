"""The logo of an organisation: a picture that is attached to its profile, shown small."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QWidget

from ui import pictures, theme
from ui.desk import Desk
from ui.widgets.buttons import IconButton, QuietButton
from ui.widgets.labels import Text
from wimdesk.i18n import _
from wimdesk.services import logos

_SIDE = 56
_KEPT = 512
"""Pixels of the longer side: enough for a screen and for the head of a letter."""


class LogoLine(QWidget):
    """Shows the logo, or that there is none, and lets somebody choose another."""

    def __init__(self, desk: Desk, organisation: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._organisation = desk, organisation
        self.attachment = ""
        self.picture = QLabel()
        self.picture.setFixedSize(QSize(theme.px(_SIDE), theme.px(_SIDE)))
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(_("Logo"))
        self.words = Text(_("No logo yet"), "muted")
        self.choose = QuietButton(_("Choose a logo…"), "image")
        self.choose.clicked.connect(self._choose)
        self.bin = IconButton("trash-2", _("Remove the logo"))
        self.bin.clicked.connect(self.remove)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        for part in (self.picture, self.words):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(self.bin)
        line.addWidget(self.choose)
        self.show_logo("")

    def show_logo(self, attachment: str) -> None:
        """Show another attachment as the logo; none where the id is empty."""
        self.attachment = attachment
        self.bin.setVisible(bool(attachment))
        self.picture.setVisible(bool(attachment))
        self.words.setText(_("Logo") if attachment else _("No logo yet"))
        if attachment:
            app, side = self._desk.app, theme.px(_SIDE)
            self._desk.tasks.work(
                self, lambda _progress: pictures.load(logos.content(app.store, app.contents, attachment), side),
                done=self._show, failed=lambda _problem: self._tell_elsewhere(), key="logo",
            )  # fmt: skip

    def take(self, path: Path) -> None:
        """Make a picture the logo, in a size in which it is seen."""
        app, organisation = self._desk.app, self._organisation
        self._desk.tasks.work(
            self, lambda _progress: logos.choose(app.store, app.contents, organisation, *pictures.small(path, _KEPT)),
            done=self.show_logo, failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip

    def remove(self) -> None:
        """Have no logo; the picture goes to the trash."""
        tell, words = self._desk.notices.offer_undo, _("Logo removed.")
        self._desk.tasks.write(self._desk.tasks, logos.remove, self._organisation, done=lambda act: tell(words, act))

    def _choose(self) -> None:
        words = _("Pictures")
        found, _filter = QFileDialog.getOpenFileName(
            self, _("Choose a logo"), "", f"{words} (*.png *.jpg *.jpeg *.webp)"
        )
        if found:
            self.take(Path(found))

    def _show(self, image: QImage) -> None:
        if image.isNull():
            self._tell_elsewhere()
        else:
            self.picture.setPixmap(QPixmap.fromImage(image))

    def _tell_elsewhere(self) -> None:
        self.picture.hide()
        self.words.setText(_("The logo is not on this computer yet."))
