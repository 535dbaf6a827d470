"""Lines of the settings: everything out in open formats, such a file into an empty profile, leaving the Alliance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from ui.desk import Desk
from ui.forms.leave import LeaveForm
from ui.pages.settings_row import SettingRow
from ui.widgets.buttons import SecondaryButton
from wimdesk import clock
from wimdesk.errors import WimdeskError
from wimdesk.i18n import _, ngettext
from wimdesk.services import full_export, full_import, leaving
from wimdesk.services.dates import day_text
from wimdesk.services.full_export import Exported
from wimdesk.services.full_import import Imported
from wimdesk.services.leaving import Standing
from wimdesk.services.sizes import size_text


class Leaving:
    """Makes the lines. The second shows only where nothing was recorded yet, the others where there is an Alliance."""

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
        self.leave_button = SecondaryButton(_("Leave…"), "arrow-right")
        self.leave_button.clicked.connect(self._press)
        self.leave_row = SettingRow(_("Leave the Alliance"), self.leave_button)
        self.alone_button = SecondaryButton(_("Work on alone"))
        self.alone_button.clicked.connect(lambda: self._decide(leaving.work_alone))
        sentence = _("For a computer that can't sync any more. What it has not sent stays on it.")
        self.alone_row = SettingRow(_("Do not wait for a last sync"), self.alone_button, sentence)
        self.form = LeaveForm()
        self.form.saving.connect(self._ask_where)
        self.form.wanted.connect(lambda day: self._decide(leaving.announce, day))
        self.form.hide()
        self.rows = (self.saving, self.loading, self.leave_row, self.alone_row)
        self._standing = Standing("apart")
        self._show_standing(self._standing)

    def refresh(self) -> None:
        """See whether this profile is still empty, and how it stands to the Alliance."""
        show = self.loading.set_applies
        self._desk.tasks.read(self.loading, full_import.is_empty, done=show, key="empty")
        self._desk.tasks.read(self.leave_row, leaving.standing, done=self._show_standing, key="standing")

    def _show_standing(self, found: Standing) -> None:
        self._standing = found
        self.leave_row.set_applies(found.state != "apart")
        self.alone_row.set_applies(found.state == "leaving" and found.has_come)
        day, until = day_text(found.day), day_text(found.until)
        sentences = {
            "in": _("Your organisation stops sharing, and keeps all that it has."),
            "leaving": _("Your organisation leaves on {day}. Until then all goes on as before."),
            "left": _(
                "Your organisation left on {day}. This computer works on alone. Until {until} you can come back."
            ),
        }
        if found.state == "in" and not found.may:
            sentences["in"] = _("A coordinator can do this.")
        if found.state == "left" and not found.may:
            sentences["left"] = _("Your organisation left on {day}. This computer works on alone, with all its data.")
        self.leave_row.say(sentences.get(found.state, "").format(day=day, until=until))
        back = {"leaving": _("Stay after all"), "left": _("Come back")}
        words = back.get(found.state, _("Leave…"))
        self.leave_button.setText(words)
        self.leave_button.show_icon("undo-2" if found.state in back else "arrow-right")
        self.leave_button.setAccessibleName(f"{words}: {self.leave_row.label.text()}")
        self.leave_button.setVisible(found.may)
        if found.state != "in":
            self.form.hide()

    def _press(self) -> None:
        if self._standing.state == "in":
            self.form.begin()
        else:
            self._decide(leaving.take_back)

    def _decide(self, verb: Callable[..., None], *args: str) -> None:
        """Do what was decided, show how things stand then, and let the others hear of it."""

        def done(_none: None) -> None:
            if self._desk.engine is not None:
                self._desk.engine.sync_now()
            self.refresh()

        def failed(problem: WimdeskError) -> None:
            if self.form.isVisible():
                self.form.complain(str(problem))
            else:
                self._desk.notices.warn(str(problem))

        self._desk.tasks.write(self._owner, verb, *args, done=done, failed=failed)

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
