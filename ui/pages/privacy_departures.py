"""Organisations that have left, as the Secretariat sees them: when their term is over, and the removal of what they
shared."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.labels import Text
from wimdesk.i18n import _, isolated, ngettext
from wimdesk.services import departures, leaving
from wimdesk.services.dates import day_text
from wimdesk.services.departures import Departure


class DeparturesCard(Card):
    """One line for each; the second press removes. Hidden where this is not the Secretariat."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(_("Organisations that have left"), parent=parent)
        self._desk = desk
        self._shown: tuple[Departure, ...] | None = None
        self.buttons: dict[str, SecondaryButton] = {}
        """What begins the removal, by the id of the organisation."""
        self.sure: dict[str, PrimaryButton] = {}
        """What does it."""
        self.hide()

    def show_departures(self, found: tuple[Departure, ...] | None) -> None:
        """Show who has left; what is being asked stays while nothing has changed."""
        self.setVisible(found is not None)
        if found is None or found == self._shown:
            return
        self._shown = found
        self.buttons, self.sure = {}, {}
        self.fill([self._line(each) for each in found] or [Text(_("No organisation has left."), "muted", wrap=True)])

    def _line(self, each: Departure) -> QWidget:
        line = QWidget()
        column = QVBoxLayout(line)
        column.setContentsMargins(0, 0, 0, theme.px(6))
        column.setSpacing(theme.px(4))
        head = QHBoxLayout()
        head.addWidget(Text(each.name, "strong", wrap=True), 1)
        button = self.buttons[each.organisation] = SecondaryButton(_("Remove what they shared…"), "trash-2")
        button.setAccessibleName(_("Remove what {name} shared").format(name=each.name))
        button.setEnabled(each.is_over)
        head.addWidget(button)
        column.addLayout(head)
        count = ngettext("{count} record of theirs is here", "{count} records of theirs are here", each.records)
        when = _("It may be removed from {day}").format(day=day_text(each.until))
        told = " · ".join((leaving.in_words(each.left_on), count.format(count=each.records), when))
        column.addWidget(Text(told, "muted", wrap=True))
        asking = self._question(each)
        column.addWidget(asking)
        button.clicked.connect(asking.show)
        return line

    def _question(self, each: Departure) -> QWidget:
        """First the endpoint, so that no computer of theirs hears of the orders; then what is here and everywhere."""
        asking = QWidget()
        column = QVBoxLayout(asking)
        column.setContentsMargins(0, theme.px(6), 0, theme.px(6))
        column.setSpacing(theme.px(8))
        shut = _("1. Whoever runs the server shuts out their computers and removes what only they could read:")
        column.addWidget(Text(shut, wrap=True))
        command = Text(isolated(departures.COMMAND.format(id=each.organisation)), "caption", wrap=True)
        command.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        command.setAccessibleName(_("Command for the server"))
        column.addWidget(command)
        column.addWidget(
            Text(_("2. Then erase what they shared on every other computer. It can't be undone."), wrap=True)
        )
        buttons = QHBoxLayout()
        sure = self.sure[each.organisation] = PrimaryButton(_("Erase it everywhere"), "trash-2")
        sure.clicked.connect(partial(self._remove, each))
        stop = QuietButton(_("Cancel"))
        stop.clicked.connect(asking.hide)
        buttons.addWidget(sure)
        buttons.addWidget(stop)
        buttons.addStretch(1)
        column.addLayout(buttons)
        asking.hide()
        return asking

    def _remove(self, each: Departure) -> None:
        app, notices = self._desk.app, self._desk.notices
        self.sure[each.organisation].setEnabled(False)

        def work(_progress: object) -> int:
            count = departures.remove_all(app.store, each.organisation)
            app.sweep()
            return count

        def done(count: int) -> None:
            words = ngettext("{count} record was erased.", "{count} records were erased.", count)
            notices.say(words.format(count=count))
            if self._desk.engine is not None:
                self._desk.engine.sync_now()

        def failed(problem: Exception) -> None:
            self.sure[each.organisation].setEnabled(True)
            notices.warn(str(problem))

        self._desk.tasks.work(self, work, done=done, failed=failed)
