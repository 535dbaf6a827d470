"""What the holder of a post hands over to the next: a list to tick, for each term that is near its end."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QWidget

from ui.desk import Desk
from ui.widgets.card import Card
from ui.widgets.labels import Text
from wimdesk.i18n import _
from wimdesk.services import terms
from wimdesk.services.dates import day_text
from wimdesk.services.terms import HandOver


class HandOverCard(Card):
    """Folded away while no term of the post is near its end. Each tick saves itself."""

    def __init__(self, desk: Desk, post: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Hand-over"), parent=parent)
        self._desk, self._post = desk, post
        self._shown: list[HandOver] | None = None
        self.boxes: dict[tuple[str, str], QCheckBox] = {}
        """By term and step."""
        self.hide()

    def reload(self) -> None:
        """Read anew what is near."""
        within = self._desk.app.settings.number("terms_within")
        self._desk.tasks.read(self, terms.hand_overs, self._post, within, done=self._take, key="hand over")

    def _take(self, found: list[HandOver]) -> None:
        self.setVisible(bool(found))
        if found == self._shown:
            return
        same = self._shown is not None and [_asked(each) for each in self._shown] == [_asked(each) for each in found]
        self._shown = found
        if not same:
            self._build(found)
        for each in found:
            for step in each.steps:
                box = self.boxes[each.term.id, step.code]
                blocked = box.blockSignals(True)
                box.setChecked(step.done)
                box.blockSignals(blocked)
        done, all_steps = sum(each.done for each in found), sum(len(each.steps) for each in found)
        self.set_right(_("{done} of {count} done").format(done=done, count=all_steps))

    def _build(self, found: list[HandOver]) -> None:
        self.boxes = {}
        parts: list[QWidget] = []
        for each in found:
            words = _("{person}, until {day}").format(person=each.term.person, day=day_text(each.term.end))
            parts.append(Text(words, "strong", wrap=True))
            for step in each.steps:
                box = QCheckBox(step.words)
                box.toggled.connect(lambda on, term=each.term.id, code=step.code: self._tick(term, code, on))
                self.boxes[each.term.id, step.code] = box
                parts.append(box)
        self.fill(parts)

    def _tick(self, term: str, code: str, on: bool) -> None:
        self._desk.tasks.write(self, terms.tick, term, code, on)


def _asked(found: HandOver) -> tuple[str, str, str, tuple[str, ...]]:
    return found.term.id, found.term.person, found.term.end, tuple(step.code for step in found.steps)
