"""The first start: three questions, each on a calm page and each may be skipped; or a sample; or a code."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QCompleter, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from resources import content
from ui import theme
from ui.forms.join import JoinForm
from ui.icons import IconLabel
from ui.sidebar import Mark
from ui.widgets.banner import Banner
from ui.widgets.buttons import LinkButton, PrimaryButton, QuietButton
from ui.widgets.card import Card
from ui.widgets.choice import RadioCard
from ui.widgets.combo import ChoiceField
from ui.widgets.field import FieldRow
from ui.widgets.labels import Text
from wimdesk.i18n import LANGUAGES, _, language, pick
from wimdesk.services import people, samples, setting_up
from wimdesk.settings import DECLARED

if TYPE_CHECKING:
    from ui.desk import Desk
    from ui.tasks import Progress

_WIDTH = 560
LANGUAGE, PLACE, NAME, CODE = 0, 1, 2, 3


class FirstRun(QFrame):
    """Emits ``finished`` when the desk can be shown; whatever was skipped can be filled in later."""

    finished = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._answers = {"organisation": "", "site": "", "country": "", "person": ""}
        self.step = LANGUAGE
        theme.mark(self, role="page")
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(24, 24, 24, 24)
        self._inside: QWidget | None = None
        self.show_step(LANGUAGE)

    def show_step(self, step: int) -> None:
        """Show one of the questions, or the page for a code."""
        self.step = step
        if self._inside is not None:
            # It stays a part of this window until it goes: as a window of its own it took the focus along.
            self._outer.removeWidget(self._inside)
            self._inside.hide()
            self._inside.deleteLater()
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.addStretch(2)
        column.addWidget(self._brand(), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        card = Card()
        card.setFixedWidth(theme.px(_WIDTH))
        card.content.setSpacing(14)
        card.content.setContentsMargins(12, 10, 12, 8)
        # Stretches, not an alignment: only so the card gets the height that its wrapped lines need.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addSpacing(12)
        column.addLayout(self._other_ways())
        column.addStretch(3)
        self._first = (self._language, self._place, self._name, self._code)[step](card)
        self._outer.addWidget(self._inside)
        self._inside.show()
        self._first.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._first.setFocus()  # what gets the focus before it shows does not keep it

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.step != CODE:
            self.next_button.click()
        else:
            super().keyPressEvent(event)

    # ------------------------------------------------------------- the pages

    def _language(self, card: Card) -> QWidget:
        self._head(card, "globe", _("Which language do you want to use?"), _("You can change it at any time."))
        group = QButtonGroup(card)
        self._languages: dict[str, RadioCard] = {}
        for code, name in LANGUAGES.items():
            choice = RadioCard(name)
            group.addButton(choice)
            choice.setChecked(code == language())
            choice.clicked.connect(partial(self._speak, code))
            card.add(choice)
            self._languages[code] = choice
        self._buttons(card, PLACE)
        return self._languages[language()]

    def _place(self, card: Card) -> QWidget:
        self._head(
            card,
            "building-2",
            _("Where do you work?"),
            _("Both can stay empty. Your organisation's full profile comes later."),
        )
        self.organisation = QLineEdit(self._answers["organisation"])
        self.organisation.setCompleter(self._known_organisations())
        self.organisation.textChanged.connect(partial(self._answer, "organisation"))
        card.add(FieldRow(_("Organisation"), self.organisation, _("Choose one from the list or write a new name.")))
        pair = QHBoxLayout()
        pair.setSpacing(12)
        self.site = QLineEdit(self._answers["site"])
        self.site.textChanged.connect(partial(self._answer, "site"))
        self.country = ChoiceField([("", "–"), *people.countries()])
        self.country.set_value(self._answers["country"])
        self.country.changed.connect(lambda: self._answer("country", self.country.value() or ""))
        pair.addWidget(FieldRow(_("Site"), self.site), 1)
        pair.addWidget(FieldRow(_("Country"), self.country), 1)
        card.add_layout(pair)
        self._buttons(card, NAME)
        return self.organisation

    def _name(self, card: Card) -> QWidget:
        self._head(
            card,
            "user",
            _("What is your name?"),
            _("It stands beside what you change, so that others know whom to ask."),
        )
        who = self._desk.app.identity()
        if who.enrolled:
            joined = _("This computer belongs to {organisation} now.").format(organisation=who.organisation_name)
            card.add(Banner("circle-check", joined, tone="ok"))
        self.person = QLineEdit(self._answers["person"])
        self.person.textChanged.connect(partial(self._answer, "person"))
        card.add(FieldRow(_("Your name"), self.person))
        setting = next(each for each in DECLARED if each.name == "start_as")
        self.role = ChoiceField([(str(value), _(words)) for value, words in setting.choices], _(setting.label))
        self.role.set_value(self._desk.app.settings.text("start_as"))
        self.role.changed.connect(lambda: self._desk.app.settings.put("start_as", self.role.value() or ""))
        card.add(
            FieldRow(_(setting.label), self.role, _("The first steps follow it. You can change it in the settings."))
        )
        self._buttons(card, None)
        return self.person

    def _code(self, card: Card) -> QWidget:
        self._head(
            card,
            "key-round",
            _("Join with a code"),
            _("The Secretariat gave you a code and an address, or a small file."),
        )
        self.join_form = JoinForm(self._desk)
        self.join_form.joined.connect(self._joined)
        card.add(self.join_form)
        back = QuietButton(_("Back"), "arrow-left")
        back.clicked.connect(lambda: self.show_step(LANGUAGE))
        card.content.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        return self.join_form.code

    # ------------------------------------------------------------- what follows

    def finish(self) -> None:
        """Write down what was answered and go on to the desk."""
        answers = {name: text.strip() for name, text in self._answers.items()}

        def write(_progress: Progress) -> str:
            app = self._desk.app
            site = ""
            if answers["organisation"] or answers["site"] or answers["country"]:
                site = app.run(setting_up.start, answers["organisation"], answers["site"], answers["country"])
            if answers["person"]:
                app.set_person(answers["person"])
            return site

        self._desk.tasks.work(self, write, done=self._written)

    def try_sample(self) -> None:
        """Plant the sample data and go on to the desk."""

        def plant(_progress: Progress) -> str:
            self._desk.app.run(samples.plant)
            return ""

        self._desk.tasks.work(self, plant, done=self._written)

    def _written(self, site: str) -> None:
        if site:
            self._desk.app.settings.put("site_id", site)
        self._desk.app.settings.put("first_run_done", True)
        self.finished.emit()

    def _joined(self) -> None:
        # The organisation that was joined has a name, and sites that are still on their way here.
        self._answers |= dict.fromkeys(("organisation", "site", "country"), "")
        if self._desk.app.identity().person_name:
            self._written("")
        else:
            self.show_step(NAME)

    def _speak(self, code: str) -> None:
        self._desk.app.settings.put("language", code)
        # Not at once: after an arrow key Qt still gives the focus to the card that was pressed, which would be gone.
        QTimer.singleShot(0, self, partial(self.show_step, LANGUAGE))

    def _answer(self, name: str, text: str) -> None:
        self._answers[name] = text

    # ------------------------------------------------------------- parts

    def _brand(self) -> QWidget:
        brand = QWidget()
        row = QHBoxLayout(brand)
        row.setSpacing(12)
        mark = Mark()
        mark.show_initials("W")
        row.addWidget(mark)
        row.addWidget(Text("WIMDesk", "article"))
        return brand

    @staticmethod
    def _head(card: Card, icon: str, title: str, sentence: str) -> None:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(IconLabel(icon, "accent_text", 24))
        row.addWidget(Text(title, "title", wrap=True), 1)
        card.add_layout(row)
        card.add(Text(sentence, "muted", wrap=True))

    def _buttons(self, card: Card, following: int | None) -> None:
        card.content.addSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        joined = self._desk.app.identity().enrolled
        if not joined:
            row.addWidget(Text(_("Question {number} of 3").format(number=self.step + 1), "caption"))
        row.addStretch(1)
        if self.step > LANGUAGE:
            if not joined:
                back = QuietButton(_("Back"))
                back.clicked.connect(lambda: self.show_step(self.step - 1))
                row.addWidget(back)
            skip = QuietButton(_("Skip"))
            skip.clicked.connect(partial(self._skip, following))
            row.addWidget(skip)
        self.next_button = PrimaryButton(_("Start") if following is None else _("Next"))
        self.next_button.clicked.connect(partial(self._go, following))
        row.addWidget(self.next_button)
        card.add_layout(row)

    def _go(self, following: int | None) -> None:
        if following is None:
            self.finish()
        else:
            self.show_step(following)

    def _skip(self, following: int | None) -> None:
        skipped = ("organisation", "site", "country") if self.step == PLACE else ("person",)
        self._answers |= dict.fromkeys(skipped, "")
        self._go(following)

    def _other_ways(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addStretch(1)
        if self.step != CODE and not self._desk.app.identity().enrolled:
            self.sample_button = LinkButton(_("Try with sample data"), "eye")
            self.sample_button.clicked.connect(self.try_sample)
            self.code_button = LinkButton(_("I have a code from the Secretariat"), "key-round")
            self.code_button.clicked.connect(lambda: self.show_step(CODE))
            row.addWidget(self.sample_button)
            row.addWidget(self.code_button)
        row.addStretch(1)
        return row

    def _known_organisations(self) -> QCompleter:
        names = sorted({pick(each.get("name")) for each in content.organisations()} - {""})
        completer = QCompleter(names, self.organisation)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        popup = completer.popup()
        if popup is not None:
            theme.mark(popup, role="popup")
            popup.setAccessibleName(_("Known organisations"))
        return completer
