"""What a theme of the Alliance is about: to read, and for the Secretariat to write."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.binder import Binder
from ui.forms.columns import TwoColumns, texts
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.labels import Text
from ui.widgets.number import NumberField
from ui.widgets.tags import TagsField
from wimdesk.i18n import _
from wimdesk.services import themes
from wimdesk.services.taking_part import ThemeInfo


class Dot(QWidget):
    """A small round mark in the colour of a theme; the words beside it say the same."""

    def __init__(self, token: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._token = token
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(10), theme.px(10))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.token(self._token))
        painter.setPen(theme.token(self._token))
        painter.drawEllipse(self.rect().adjusted(1, 1, -1, -1))
        painter.end()


class ThemeCard(Card):
    """The theme of an initiative: its title with its colour, what is at stake, what the Alliance does."""

    def __init__(self, info: ThemeInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.info = info
        head = QWidget()
        line = QHBoxLayout(head)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(Dot(info.colour))
        line.addWidget(Text(info.title, "strong", wrap=True), 1)
        self.add(head)
        for label, text in ((_("What is at stake"), info.stake), (_("What the Alliance does"), info.mandate)):
            if text:
                self.add(Text(label, "head"))
                self.add(Text(text, "muted", wrap=True))


class ThemeForm(QWidget):
    """Title, year, stake, mandate, mission goals and colour; it saves itself."""

    def __init__(self, desk: Desk, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binder = Binder(desk, themes.TYPE, record, self)
        self.first = texts()
        bind = self.binder.bind
        fields = TwoColumns()
        fields.add_wide(bind("title", self.first))
        fields.add(bind("year", NumberField()))
        fields.add(bind("colour", ChoiceField([(code, _(words)) for code, words in themes.COLOURS.items()])))
        fields.add_wide(bind("stake", texts(multiline=True)))
        fields.add_wide(bind("mandate", texts(multiline=True)))
        goals = [(code, _(words)) for code, words in themes.MISSIONS.items()]
        fields.add_wide(bind("mission_goal", TagsField(goals)))
        card = Card(_("Write this theme"))
        card.add(fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
