"""The place of a site from a file of a receiver or a map program; of several places somebody chooses one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from ui.desk import Desk
from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.combo import ChoiceField
from wimdesk.i18n import _
from wimdesk.services import attaching, places, sites
from wimdesk.services.places import Place


class PlacesLine(QWidget):
    """A button that reads a file; where it has several places, a field to choose one."""

    def __init__(self, desk: Desk, site: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._site = desk, site
        self._found: list[Place] = []
        self._source = ""
        self.button = QuietButton(_("Place from a file…"), "map-pin")
        self.button.setToolTip(_("GPX, KML or CSV"))
        self.button.clicked.connect(self._choose)
        self.which = ChoiceField([], _("Which place"))
        self.use = SecondaryButton(_("Use this place"), "check")
        self.use.clicked.connect(self._use)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.button)
        line.addWidget(self.which, 1)
        line.addWidget(self.use)
        line.addStretch(0)
        self._offer([])

    def take(self, path: Path) -> None:
        """Read the places in a file; a single one is used at once."""
        self._source = path.name
        self._desk.tasks.work(
            self, lambda _progress: places.read(path.name, attaching.read_file(path)), done=self._take,
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip

    def _choose(self) -> None:
        words = _("Places")
        found, _filter = QFileDialog.getOpenFileName(self, _("Place from a file"), "", f"{words} (*.gpx *.kml *.csv)")
        if found:
            self.take(Path(found))

    def _take(self, found: list[Place]) -> None:
        if len(found) == 1:
            self._put(found[0])
        else:
            self._offer(found)
            self.which.setFocus()

    def _offer(self, found: list[Place]) -> None:
        self._found = found
        self.which.set_options(
            [(str(at), f"{place.name} ({place.latitude:.4f}, {place.longitude:.4f})") for at, place in enumerate(found)]
        )
        for part in (self.which, self.use):
            part.setVisible(bool(found))

    def _use(self) -> None:
        self._put(self._found[int(self.which.value() or 0)])
        self._offer([])

    def _put(self, place: Place) -> None:
        self._desk.tasks.write(self, sites.put, self._site, place, self._source)
