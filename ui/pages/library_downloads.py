"""Which files of the library come to this computer: one line for each collection, with what it takes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.sides import margins
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import scrolling
from ui.widgets.labels import Text, hairline
from wimdesk.i18n import _, ngettext
from wimdesk.services import library_downloads
from wimdesk.services.library_downloads import NO_COLLECTION, Line, Overview
from wimdesk.services.sizes import size_text

_MEGABYTE = 1_000_000


class DownloadsPane(QFrame):
    """What is chosen is kept at once and comes with the next sync; room and costs are set for all files together."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.boxes: dict[str, QCheckBox] = {}
        self._sizes: dict[str, Text] = {}
        self._clicks = 0
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
        app = self._desk.app
        most = app.settings.number("file_megabytes") * _MEGABYTE
        clicks = self._clicks

        def take(found: Overview) -> None:
            if clicks == self._clicks:  # else the boxes would show what was chosen before the last click
                self._take(found)

        self._desk.tasks.read(self, library_downloads.overview, app.contents, most, done=take, key="library.downloads")

    def _take(self, found: Overview) -> None:
        self._fill(found.lines)
        settings = self._desk.app.settings
        room = settings.number("files_megabytes") * _MEGABYTE
        told = [_("{used} of {room} are used.").format(used=size_text(found.used), room=size_text(room))]
        if settings.flag("metered"):
            told.append(_("Every byte costs: files wait. You can change that in the settings."))
        elif found.used + found.coming > room:
            words = _("What you chose takes {size} more: the smallest come first, as far as there is room.")
            told.append(words.format(size=size_text(found.coming)))
        self.room.setText(" ".join(told))

    def _fill(self, lines: Sequence[Line]) -> None:
        """Show the lines. A box that is there stays, so that whoever goes by the keyboard stays with it."""
        if [line.collection for line in lines] == [*self.boxes]:
            for line in lines:
                self._say(line)
        else:
            for row in self._shown:
                self._lines.removeWidget(row)
                row.hide()
                row.deleteLater()
            self.boxes, self._sizes = {}, {}
            self._shown = [self._line(line) for line in lines]
            for row in self._shown:
                self._lines.addWidget(row)
        self.everything.setEnabled(not all(line.chosen for line in lines))

    def _line(self, line: Line) -> QWidget:
        name = line.collection if line.collection != NO_COLLECTION else _("In no collection")
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        box = self.boxes[line.collection] = QCheckBox(name.replace("&", "&&"))
        box.setAccessibleName(name)
        box.clicked.connect(self._follow)
        size = self._sizes[line.collection] = Text("", "caption")
        layout.addWidget(box, 1)
        layout.addWidget(size)
        self._say(line)
        return row

    def _say(self, line: Line) -> None:
        count = ngettext("{count} practice", "{count} practices", line.items).format(count=line.items)
        told = f"{count} · {size_text(line.size)}"
        self._sizes[line.collection].setText(told)
        self.boxes[line.collection].setAccessibleDescription(told)
        self.boxes[line.collection].setChecked(line.chosen)

    def _follow(self) -> None:
        chosen = [name for name, box in self.boxes.items() if box.isChecked()]
        # Who wants all of them wants those that others begin later, too.
        self._choose(None if len(chosen) == len(self.boxes) else chosen)

    def _choose(self, collections: list[str] | None) -> None:
        self._clicks += 1
        self._desk.tasks.write(self, library_downloads.choose, collections, done=lambda _none: self.reload())
