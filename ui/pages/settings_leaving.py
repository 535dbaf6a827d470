"""Two lines of the settings: everything out in open formats, and such a file into an empty profile."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from ui.desk import Desk
from ui.pages.settings_row import SettingRow
from ui.widgets.buttons import SecondaryButton
from wimdesk import clock
from wimdesk.errors import WimdeskError
from wimdesk.i18n import _, ngettext
from wimdesk.services import full_export, full_import
from wimdesk.services.full_export import Exported
from wimdesk.services.full_import import Imported
from wimdesk.services.sizes import size_text


class Leaving:
    """Makes the two lines; the second shows only where nothing was recorded yet."""

    def __init__(self, desk: Desk, owner: QWidget) -> None:
        self._desk = desk
        self._owner = owner
        self.save_button = SecondaryButton(_("Save all…"), "download")
        self.save_button.clicked.connect(self._ask_where)
        self.load_button = SecondaryButton(_("Choose a file…"), "upload")
        self.load_button.clicked.connect(self._ask_which)
        self.saving = SettingRow(
            _("Take everything with you"),
            self.save_button,
            _("All tables, files and changes in one file that opens without WIMDesk. It is not locked: keep it safe."),
        )
        sentence = _("Everything from another WIMDesk, into this empty one.")
        self.loading = SettingRow(_("Bring in an export"), self.load_button, sentence)
        self.rows = (self.saving, self.loading)

    def refresh(self) -> None:
        """See whether this profile is still empty."""
        show = self.loading.setVisible
        self._desk.tasks.read(self.loading, full_import.is_empty, done=show, key="empty")

    def save_to(self, path: Path) -> None:
        """Write everything into one file."""
        app = self._desk.app
        self.save_button.setEnabled(False)
        self._desk.tasks.work(
            self._owner,
            lambda _progress: full_export.export(app.store, app.contents, path),
            done=lambda found: self._saved(path, found),
            failed=self._failed,
        )

    def load_from(self, path: Path) -> None:
        """Fill this empty profile."""
        app = self._desk.app
        self.load_button.setEnabled(False)
        self._desk.tasks.work(
            self._owner,
            lambda _progress: full_import.bring_in(app.store, app.contents, path),
            done=self._loaded,
            failed=self._failed,
        )

    def _ask_where(self) -> None:
        name = f"wimdesk-{clock.today().isoformat()}.zip"
        chosen, _kind = QFileDialog.getSaveFileName(self._owner, _("Take everything with you"), name, "ZIP (*.zip)")
        if chosen:
            self.save_to(Path(chosen))

    def _ask_which(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(self._owner, _("Bring in an export"), "", "ZIP (*.zip)")
        if chosen:
            self.load_from(Path(chosen))

    def _saved(self, path: Path, found: Exported) -> None:
        self.save_button.setEnabled(True)
        count = sum(found.tables.values())
        words = ngettext("{count} record", "{count} records", count).format(count=count)
        told = _("Saved: {name} · {records} · {size}")
        self.saving.say(told.format(name=path.name, records=words, size=size_text(found.size)))
        self._desk.notices.say(_("Saved: {name}").format(name=path.name))
        missing = len(found.elsewhere)
        if missing:
            self._desk.notices.warn(
                ngettext(
                    "{count} file is not on this computer and not in the export. Download it first.",
                    "{count} files are not on this computer and not in the export. Download them first.",
                    missing,
                ).format(count=missing)
            )

    def _loaded(self, found: Imported) -> None:
        self.load_button.setEnabled(True)
        count = sum(found.tables.values())
        words = ngettext("{count} record was brought in.", "{count} records were brought in.", count)
        self._desk.notices.say(words.format(count=count))
        self.refresh()

    def _failed(self, problem: WimdeskError) -> None:
        self.save_button.setEnabled(True)
        self.load_button.setEnabled(True)
        self._desk.notices.warn(str(problem))
