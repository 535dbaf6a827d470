"""The settings: six groups on one page; each change applies at once."""

from __future__ import annotations

import platform
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, qVersion
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

import resources
import wimdesk
from ui import moments, theme
from ui.forms.join import JoinForm
from ui.page import Page
from ui.pages.settings_leaving import Leaving
from ui.pages.settings_row import SettingRow
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import Card, scrolling
from ui.widgets.combo import ChoiceField
from ui.widgets.labels import Text, hairline
from ui.widgets.search import SearchField
from wimdesk.events import Changed
from wimdesk.i18n import LANGUAGES, _, isolated, language, missing, ngettext
from wimdesk.services import leaving, metrics, samples
from wimdesk.settings import DECLARED, Value
from wimdesk.store import backup

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.tasks import Progress
    from wimdesk.services.metrics import SiteChoice
    from wimdesk.store.identity import Identity

_WIDTH = 760
_CONTROL = 260
_MEGABYTE = 1_000_000


class SettingsPage(Page):
    """Language, look, organisation, sync, storage, about."""

    key = "settings"
    follows_syncs = True

    def build(self) -> None:
        """Make the groups."""
        self.header.set_title(_("Settings"))
        self.search = SearchField(_("Find a setting"))
        self.search.setFixedWidth(theme.px(260))
        self.search.textChanged.connect(self._filter)
        self.header.add_action(self.search)
        self._rows: list[tuple[Card, SettingRow]] = []
        self._left = ""
        content = QWidget()
        outer = QHBoxLayout(content)
        outer.setContentsMargins(24, 16, 24, 24)
        column_widget = QWidget()
        column_widget.setMaximumWidth(theme.px(_WIDTH))
        self._column = QVBoxLayout(column_widget)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)
        outer.addWidget(column_widget, 1)
        outer.addStretch(0)
        self._nothing = Text(_("No setting fits these words."), "muted", wrap=True)
        self._column.addWidget(self._nothing)
        self._nothing.hide()
        self._build_region()
        self._build_look()
        self._build_organisation()
        self._build_sync()
        self._build_storage()
        self._build_about()
        self._column.addStretch(1)
        area = scrolling(content)
        area.setAccessibleName(_("Settings"))
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(area, 1)

    def refresh(self) -> None:
        """Read who we are, our sites and how much room the data takes."""
        self.desk.tasks.read(self, _facts, done=self._show, key="settings")
        self.desk.tasks.read(self, leaving.why_left, done=self._show_apart, key="left")
        self.leaving.refresh()
        self._show_size()

    def changed(self, change: Changed) -> None:
        """Follow new sites and a new organisation."""
        if change.touches("site", "organization"):
            self.refresh()

    def flush(self) -> None:
        """Keep the name that is being typed."""
        self._save_person()

    # ------------------------------------------------------------- the groups

    def _card(self, title: str) -> Card:
        card = Card(title)
        self._column.addWidget(card)
        return card

    def _add(self, card: Card, row: SettingRow) -> SettingRow:
        if any(known is card for known, _row in self._rows):
            row.line = hairline(card)
            row.line.setVisible(row.applies)
            card.add(row.line)
        card.add(row)
        self._rows.append((card, row))
        return row

    def _choice(self, card: Card, name: str, sentence: str = "") -> ChoiceField:
        setting = next(each for each in DECLARED if each.name == name)
        by_text: dict[str, Value] = {str(value): value for value, _words in setting.choices}
        field = ChoiceField(
            [(str(value), shown(str(value), words)) for value, words in setting.choices], _(setting.label)
        )
        field.setFixedWidth(theme.px(_CONTROL))
        field.set_value(str(self.desk.app.settings.get(name)))
        field.changed.connect(lambda: self.desk.app.settings.put(name, by_text[field.value() or ""]))
        self._add(card, SettingRow(_(setting.label), field, sentence))
        return field

    def _build_region(self) -> None:
        card = self._card(_("Language & region"))
        self.language = self._choice(card, "language", _language_facts())
        sentence = _("Names, themes and texts that exist in several languages show in this one first.")
        self.content_language = self._choice(card, "content_language", sentence)
        sentence = _("Every document can still be made in another one.")
        self.document_language = self._choice(card, "document_language", sentence)

    def _build_look(self) -> None:
        card = self._card(_("Appearance"))
        self.scheme = self._choice(card, "scheme")
        self._choice(card, "density", _("Compact shows more rows at once."))
        self.text_size = self._choice(card, "text_percent")

    def _build_organisation(self) -> None:
        card = self._card(_("Organisation & site"))
        self.person = QLineEdit(self.desk.app.identity().person_name)
        self.person.setFixedWidth(theme.px(_CONTROL))
        self.person.editingFinished.connect(self._save_person)
        self._add(card, SettingRow(_("Your name"), self.person, _("It stands beside what you change.")))
        self.site = ChoiceField(name=_("Your site"))
        self.site.setFixedWidth(theme.px(_CONTROL))
        self.site.changed.connect(lambda: self.desk.app.settings.put("site_id", self.site.value() or ""))
        self._add(card, SettingRow(_("Your site"), self.site, _("Home and the figures start with it.")))
        self._choice(card, "start_as", _("Home begins with the steps that fit."))
        profile = self._button(_("Open"), "building-2", lambda: self.desk.navigate("organisation"))
        self._organisation_row = self._add(card, SettingRow(_("Profile of your organisation"), profile))
        trash = self._button(_("Open"), "trash-2", lambda: self.desk.navigate("trash"))
        self._add(card, SettingRow(_("Trash"), trash, _("Bring back what was removed.")))
        privacy = self._button(_("Open"), "lock", lambda: self.desk.navigate("privacy"))
        self._add(
            card, SettingRow(_("Data protection"), privacy, _("Consents, erasing, and how long things are kept."))
        )
        who = self._button(_("Open"), "history", lambda: self.desk.navigate("trail"))
        self._add(card, SettingRow(_("Who did what"), who, _("Every change, and the proof that nobody altered it.")))
        self.sample_button = self._button(_("Try"), "eye", self._switch_sample)
        self._sample_row = self._add(card, SettingRow(_("Sample data"), self.sample_button))

    def _build_sync(self) -> None:
        card = self._card(_("Sync"))
        self.automatic = QCheckBox()
        self.automatic.setChecked(self.desk.app.settings.flag("sync_automatically"))
        self.automatic.toggled.connect(lambda on: self.desk.app.settings.put("sync_automatically", bool(on)))
        label = next(_(each.label) for each in DECLARED if each.name == "sync_automatically")
        self._add(card, SettingRow(label, self.automatic, _("Otherwise it syncs only when you ask.")))
        self.metered = QCheckBox()
        self.metered.setChecked(self.desk.app.settings.flag("metered"))
        self.metered.toggled.connect(lambda on: self.desk.app.settings.put("metered", bool(on)))
        label = next(_(each.label) for each in DECLARED if each.name == "metered")
        self._add(card, SettingRow(label, self.metered, _("What you type still syncs. Files wait, both ways.")))
        self._choice(card, "metered_megabytes", _("Then it waits until tomorrow, or until you ask."))
        self._choice(card, "file_megabytes", _("The others stay at the Secretariat until you ask for them."))
        self._choice(card, "files_megabytes", _("What you ask for by hand comes in any case."))
        centre = self._button(_("Open"), "refresh-cw", lambda: self.desk.navigate("sync"))
        self._server_row = self._add(card, SettingRow(_("Secretariat"), centre))
        computers = self._button(_("Open"), "key-round", lambda: self.desk.navigate("computers"))
        sentence = _("Who of you can read what is private; let a new one in.")
        self._add(card, SettingRow(_("Computers of your organisation"), computers, sentence))
        self.join = JoinForm(self.desk)
        self.join.joined.connect(self._joined)
        self.join.hide()
        card.add(self.join)

    def _build_storage(self) -> None:
        card = self._card(_("Storage & backup"))
        self.backup_button = self._button(_("Back up now"), "hard-drive", self._back_up)
        self._backup_row = self._add(card, SettingRow(_("Backup"), self.backup_button, _restoring()))
        self.check_button = self._button(_("Check"), "circle-check", self._check)
        sentence = _("Reads every page and proves that it is whole.")
        self._check_row = self._add(card, SettingRow(_("Check the data"), self.check_button, sentence))
        self.leaving = Leaving(self.desk, self)
        for row in self.leaving.rows:
            self._add(card, row)
        card.add(self.leaving.form)

    def _build_about(self) -> None:
        card = self._card(_("About & licences"))
        self.licences = QPlainTextEdit()
        self.licences.setReadOnly(True)
        self.licences.setTabChangesFocus(True)
        self.licences.setFixedHeight(theme.px(220))
        self.licences.setAccessibleName(_("Licences"))
        self.licences.hide()
        button = self._button(_("Show licences"), "file-text", self._show_licences)
        sentence = _("Version {version} · Python {python} · Qt {qt}").format(
            version=wimdesk.__version__, python=platform.python_version(), qt=qVersion()
        )
        self._add(card, SettingRow("WIMDesk", button, sentence))
        card.add(self.licences)

    def _button(self, text: str, icon: str, act: Callable[[], object]) -> SecondaryButton:
        button = SecondaryButton(text, icon)
        button.clicked.connect(lambda _on=False: act())
        return button

    # ------------------------------------------------------------- what is shown

    def _show_apart(self, left: str) -> None:
        self._left = left
        if left:
            self._server_row.say(left)
            self.join.hide()

    def _show(self, found: tuple[Identity, list[SiteChoice]]) -> None:
        who, sites = found
        blocked = self.site.blockSignals(True)
        self.site.set_options([("", "–"), *((each.id, each.name) for each in sites)])
        chosen = self.desk.app.settings.text("site_id")
        self.site.set_value(chosen if any(each.id == chosen for each in sites) else "")
        self.site.blockSignals(blocked)
        self._organisation_row.say(who.organisation_name)
        if not self.person.hasFocus():
            self.person.setText(who.person_name)
        self.sample_button.setText(_("Remove") if who.sample else _("Try"))
        self.sample_button.setAccessibleName(_("Remove sample data") if who.sample else _("Try sample data"))
        self.sample_button.setEnabled(who.sample or not who.enrolled)
        self._sample_row.say(
            _("You are looking at it now. It is never sent.")
            if who.sample
            else _("A made-up organisation to try everything with. It is never sent.")
        )
        apart = self._left or _("Not set up. Your data stays on this computer.")
        self._server_row.say(who.server_url if who.enrolled else apart)
        self.join.setVisible(not (who.enrolled or self._left))

    def _show_size(self) -> None:
        folder = self.desk.app.folder

        def measure(_progress: Progress) -> tuple[int, int, str]:
            copies = backup.every(folder / backup.FOLDER)
            size = sum(_size(each) for each in sorted(folder.glob("wimdesk.db*")))
            return size, sum(_size(each.path) for each in copies), copies[0].at if copies else ""

        self.desk.tasks.work(self, measure, done=self._tell_size, key="size")

    def _tell_size(self, found: tuple[int, int, str]) -> None:
        size, copies, last = found
        sentence = _("Your data takes {size} MB, its copies {copies} MB, on this computer.").format(
            size=_megabytes(size), copies=_megabytes(copies)
        )
        more = _("Last copy: {day}.").format(day=moments.moment(last)) if last else _("There is no copy yet.")
        self._backup_row.say(f"{sentence} {more} {_restoring()}")

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        shown: dict[int, bool] = {}
        for card, row in self._rows:
            fits = row.applies and all(word in row.words.casefold() for word in wanted)
            row.setVisible(fits)
            shown[id(card)] = shown.get(id(card), False) or fits
        for card, _row in self._rows:
            card.setVisible(shown[id(card)])
        self._nothing.setVisible(not any(shown.values()))

    # ------------------------------------------------------------- what is done

    def _save_person(self) -> None:
        name = self.person.text().strip()
        if name != self.desk.app.identity().person_name:
            self.desk.tasks.work(self, lambda _progress: self.desk.app.set_person(name))

    def _switch_sample(self) -> None:
        app = self.desk.app
        removing = self.sample_button.text() == _("Remove")

        def switch(_progress: Progress) -> None:
            app.run(samples.forget if removing else samples.plant)

        words = _("The sample data is gone.") if removing else _("The sample data is there. Look at Home.")

        def done(_none: None) -> None:
            self.desk.notices.say(words)
            self.refresh()

        self.desk.tasks.work(self, switch, done=done)

    def _joined(self) -> None:
        self.desk.notices.say(_("This computer has joined. The first sync begins."))
        self.refresh()

    def _back_up(self) -> None:
        self.backup_button.setEnabled(False)

        def done(_path: Path) -> None:
            self.backup_button.setEnabled(True)
            self.desk.notices.say(_("A copy was made on this computer, and checked."))
            self._show_size()

        self.desk.tasks.work(self, lambda _progress: self.desk.app.back_up(), done=done, failed=self._not_backed_up)

    def _not_backed_up(self, problem: Exception) -> None:
        self.backup_button.setEnabled(True)
        self.desk.notices.warn(str(problem))

    def _check(self) -> None:
        self.check_button.setEnabled(False)

        def done(_none: None) -> None:
            self.check_button.setEnabled(True)
            self._check_row.say(_("Everything is whole."))

        def failed(problem: Exception) -> None:
            self.check_button.setEnabled(True)
            self.desk.notices.warn(str(problem))

        self.desk.tasks.work(self, lambda _progress: self.desk.app.check(), done=done, failed=failed)

    def _show_licences(self) -> None:
        self.licences.setVisible(self.licences.isHidden())
        if not self.licences.toPlainText():
            self.desk.tasks.work(self, lambda _progress: _licences(), done=self.licences.setPlainText)


def _language_facts() -> str:
    """Return what follows the language, and how many texts were met that it has no words for."""
    count = len(missing(language()))
    lacking = ngettext(
        "{count} text has no translation yet and shows in English.",
        "{count} texts have no translation yet and show in English.",
        count,
    )
    follows = _("Dates and numbers follow the language.")
    return f"{follows} {lacking.format(count=count)}" if count else follows


def shown(value: str, words: str) -> str:
    """Return the words of a choice; a size, and what a language calls itself, read the same everywhere."""
    return isolated(words) if value in LANGUAGES or value.isdecimal() else _(words)


def _facts(session: object) -> tuple[Identity, list[SiteChoice]]:
    from wimdesk.store import identity

    return identity.read(session), metrics.sites(session)  # type: ignore[arg-type]  # always a session


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # the database folds its log away whenever it likes


def _restoring() -> str:
    return _("If your data is damaged one day, the start offers to restore the newest copy.")


def _megabytes(size: int) -> str:
    return QLocale().toString(size / _MEGABYTE, "f", 1)


def _licences() -> str:
    """Return the packages in use with their licences, and the texts of fonts and icons."""
    names: dict[str, str] = {}
    for each in distributions():
        found = each.metadata.json
        words = str(found.get("license_expression") or found.get("license") or "")
        kinds = [c.rsplit("::", 1)[1].strip() for c in list(found.get("classifier") or []) if "License ::" in c]
        first = words.strip().splitlines()[0] if words.strip() else ", ".join(kinds)
        names[str(each.metadata["Name"])] = first[:80]
    packages = "\n".join(f"{name}: {words or '?'}" for name, words in sorted(names.items(), key=lambda p: p[0].lower()))
    icons = resources.path("icons", "LICENSE.txt").read_text("utf-8")
    fonts = (path.read_text("utf-8") for path in sorted(resources.path("fonts").glob("OFL*.txt")))
    return "\n\n".join((packages, icons, *fonts))
