"""What another program wrote comes in here: a file is dropped or chosen, looked at, tried, and taken as one act."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from ui.icons import IconLabel
from ui.pages.importing_cards import CardsPart
from ui.pages.importing_table import TablePart
from ui.pages.record_card import RecordCard
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.labels import Text
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.services import sheets

IMPORT = "import"
"""Stands where the id of a record would."""
CARDS = (".vcf", ".vcard", ".json")
KNOWN = (*CARDS, *sorted(sheets.WORKBOOKS | sheets.TEXTS))


def dropped(data: QMimeData) -> Path | None:
    """Return the file that is dropped, if it is one that can be brought in."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() in KNOWN), None)


class ImportPane(RecordCard):
    """A place to drop a file, and below it what the file holds."""

    type_name = IMPORT

    def fill(self) -> None:
        self.part: CardsPart | TablePart | None = None
        self.show_title(_("Import"))
        place = Card()
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(IconLabel("upload", "text2", 20))
        self.words = Text(
            _("Drop a file here: contacts (.vcf, .json) or a table (.csv, .xlsx, .xls, .ods)."), "muted", wrap=True
        )
        line.addWidget(self.words, 1)
        self.button = SecondaryButton(_("Choose a file"), "folder-open")
        self.button.clicked.connect(self.choose)
        line.addWidget(self.button)
        place.add_layout(line)
        self.column.addWidget(place)
        self._below = Column()
        self.column.addWidget(self._below)
        self.setAcceptDrops(True)

    def begin(self) -> None:
        self.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def changed(self, change: Changed) -> None:
        """Nothing here follows what others do: the file stays what it is."""

    def choose(self) -> None:
        """Ask for a file."""
        known = " ".join(f"*{suffix}" for suffix in KNOWN)
        words = _("Contacts and tables")
        chosen, _filter = QFileDialog.getOpenFileName(self, _("Choose a file"), "", f"{words} ({known})")
        if chosen:
            self.take(Path(chosen))

    def take(self, path: Path) -> None:
        """Look at a file; nothing is kept of it yet."""
        self.words.setText(path.name)
        self.part = CardsPart(self.desk, path) if path.suffix.lower() in CARDS else TablePart(self.desk, path)
        self._below.fill([self.part])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped(event.mimeData())
        if path is not None:
            self.take(path)
            event.acceptProposedAction()

    def _foot(self) -> QWidget:
        return QWidget()
