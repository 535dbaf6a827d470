"""Which files of the library come to this computer: one line for each collection, with what it takes."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.sides import margins
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import scrolling
from ui.widgets.labels import Text, hairline
from wimdesk.i18n import _, ngettext
from wimdesk.services import library_downloads
from wimdesk.services.library_downloads import NO_COLLECTION, Line
from wimdesk.services.sizes import size_text


class DownloadsPane(QFrame):
    """What is chosen is kept at once and comes with the next sync; room and costs are set for all files together."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.boxes: dict[str, QCheckBox] = {}
        content = QFrame()
        column = QVBoxLayout(content)
        column.setContentsMargins(margins(0, 12, 12, 24))
        column.setSpacing(theme.px(8))
        column.addWidget(Text(_("Files on this computer"), "section", wrap=True))
        words = _("The texts are all here. Choose of which collections photos, slides and films come too.")
        column.addWidget(Text(words, wrap=True))
        self.room = Text("", "muted", wrap=True)
        column.addWidget(self.room)
        column.addWidget(hairline())
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.px(6))
        self._shown: list[QWidget] = []
        column.addLayout(self._lines)
        self.everything = SecondaryButton(_("All of the library"))
        self.everything.clicked.connect(lambda: self._choose(None))
        column.addWidget(self.everything)
        column.addWidget(Text(_("What you keep with the bookmark comes before all others."), "muted", wrap=True))
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(content, "surface"))

    def reload(self) -> None:
        """Read anew what there is and what it takes."""
        contents = self._desk.app.contents
        self._desk.tasks.read(self, library_downloads.lines, contents, done=self._take, key="library.downloads")

    def _take(self, lines: list[Line]) -> None:
        for row in self._shown:
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.boxes = {}
        self._shown = [self._line(line) for line in lines]
        for row in self._shown:
            self._lines.addWidget(row)
        app = self._desk.app
        told = _("{used} of {room} are used.").format(
            used=size_text(app.contents.used()), room=size_text(app.settings.number("files_megabytes") * 1_000_000)
        )
        metered = _("Every byte costs: files wait. You can change that in the settings.")
        self.room.setText(f"{told} {metered}" if app.settings.flag("metered") else told)
        self.everything.setEnabled(not all(line.chosen for line in lines))

    def _line(self, line: Line) -> QWidget:
        name = line.collection if line.collection != NO_COLLECTION else _("In no collection")
        count = ngettext("{count} practice", "{count} practices", line.items).format(count=line.items)
        told = f"{count} · {size_text(line.size)}"
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        box = self.boxes[line.collection] = QCheckBox(name)
        box.setAccessibleDescription(told)
        box.setChecked(line.chosen)
        box.clicked.connect(lambda: self._choose([name for name, each in self.boxes.items() if each.isChecked()]))
        layout.addWidget(box, 1)
        layout.addWidget(Text(told, "caption"))
        return row

    def _choose(self, collections: list[str] | None) -> None:
        self._desk.tasks.write(self, library_downloads.choose, collections, done=lambda _none: self.reload())
