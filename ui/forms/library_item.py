"""A practice being written: the case template as a form that saves itself, and a list of what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.attachment import AttachmentsCard
from ui.forms.binder import Binder
from ui.forms.story import StoryCard
from ui.icons import IconLabel
from ui.sides import margins
from ui.widgets.buttons import LinkButton
from ui.widgets.card import scrolling
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.flow import Flow
from ui.widgets.labels import Text, hairline, tool_tip
from ui.widgets.languagemap import LanguageMapField
from ui.widgets.lookup import LookUpField
from ui.widgets.number import NumberField
from ui.widgets.tags import TagsField
from wimdesk.i18n import LANGUAGES, _, content_language, ngettext
from wimdesk.records import LibraryItem
from wimdesk.records.library_item import EVIDENCE, PARTS, PEOPLE, TEMPLATES
from wimdesk.services import library, library_stories, library_words
from wimdesk.store.record import fields

_PARTS = ("body", "objectives", "activities", "outcomes", "takeaways")
_DETAILS = (("creator", "contributor"), ("publisher", "source"), ("identifier", "audience"))
_NOTHING = ("", "–")


class Checklist(QWidget):
    """What is missing before a practice can be submitted; each line leads to its field."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._icon = IconLabel("info", "info", 18)
        self._title = Text("", "strong", wrap=True)
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        self._column.addLayout(head)
        self._links = Flow(4)
        self._column.addWidget(self._links)
        self._shown: list[tuple[str, str]] | None = None

    def title(self) -> str:
        """Return what the head of the list says."""
        return self._title.text()

    def show_missing(self, missing: Sequence[tuple[str, str]]) -> None:
        """Show (field, sentence) for each missing part, or that everything is there."""
        if list(missing) == self._shown:
            return
        self._shown = list(missing)
        links = []
        if missing:
            words = ngettext("{count} thing is still missing:", "{count} things are still missing:", len(missing))
            self._title.setText(words.format(count=len(missing)))
            self._icon.show_icon("info", "info")
        else:
            self._title.setText(_("Everything is there. You can submit it."))
            self._icon.show_icon("circle-check", "ok")
        described = fields(LibraryItem)
        for name, sentence in missing:
            button = LinkButton(_(described[name]["label"]), "arrow-right")
            button.setToolTip(tool_tip(sentence))
            button.setAccessibleDescription(sentence)
            button.set_slim()
            button.clicked.connect(lambda _checked=False, name=name: self.chosen.emit(name))
            links.append(button)
        self._links.fill(links)
        self._links.setVisible(bool(missing))


class LibraryItemForm(QWidget):
    """The form of one practice; it saves itself while it is typed. `known`: the codes of themes, collections and words
    to choose from, with what a person calls them."""

    def __init__(
        self, desk: Desk, item_id: str, known: Mapping[str, Sequence[tuple[str, str]]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.item_id = item_id
        self._desk = desk
        self.binder = Binder(desk, library.TYPE, item_id, self)
        self.editors: dict[str, QWidget] = {}
        content = QFrame()
        holder = QVBoxLayout(content)
        holder.setContentsMargins(margins(0, 12, 12, 24))
        inner = QWidget()
        inner.setMaximumWidth(theme.px(680))
        holder.addWidget(inner)
        holder.addStretch(1)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(14)
        self.checklist = Checklist()
        self.checklist.chosen.connect(self.go_to)
        self._column.addWidget(self.checklist)
        self._column.addWidget(hairline())
        self._fill(known)
        for part in (*_PARTS, "link", "person_id"):
            self.binder.row(part).hide()  # until it is known which of them the template has
        self.binder.loaded.connect(lambda _values: self._fit())
        self.binder.loaded.connect(lambda values: self._name_person(str(values["person_id"])))
        self.binder.edited.connect(lambda name: self._fit() if name == "template" else None)
        self._area = scrolling(content, "surface")
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)
        self.check()

    def check(self) -> None:
        """Read anew what is missing."""
        self._desk.tasks.read(
            self, library.missing, self.item_id, done=self.checklist.show_missing, key="library.missing"
        )

    def go_to(self, name: str) -> None:
        """Put the cursor into a field and bring it into view."""
        editor = self.editors["person_id" if name == "channels" else name]
        editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._area.ensureWidgetVisible(editor, 0, theme.px(40))

    def flush(self) -> None:
        """Save what waits to be saved."""
        self.binder.flush()

    def _fill(self, known: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        self._add("title", _texts())
        self._add("summary", _texts(multiline=True))
        self._pair(
            ("template", ChoiceField([(code, _(words)) for code, words in TEMPLATES.items()])),
            ("language", ChoiceField(list(LANGUAGES.items()))),
        )
        self._add("themes", TagsField(known.get("theme", ())))
        self._add("collections", TagsField(known.get("collection", ()), free=True))
        for part in _PARTS:
            self._add(part, _texts(multiline=True))
        self._add("link", QLineEdit())
        self._pair(
            ("country_code", ChoiceField([_NOTHING, *library_words.countries()])),
            ("evidence", ChoiceField([_NOTHING, *((code, _(words)) for code, words in EVIDENCE.items())])),
        )
        self._add("license", ChoiceField([_NOTHING, *library_words.licences()]))
        self._add("people", ChoiceField([_NOTHING, *((code, _(words)) for code, words in PEOPLE.items())]))
        self.person = LookUpField()
        self.person.asked.connect(self._look_up)
        self._add("person_id", self.person)
        self._column.addWidget(StoryCard(self._desk, self.item_id))
        self._add("subject", TagsField(known.get("subject", ()), free=True))
        self._pair(("minutes", NumberField()), ("review_on", DateField()))
        self._column.addWidget(AttachmentsCard(self._desk, library.TYPE, self.item_id))
        self._column.addWidget(Text(_("Who and where from"), "section"))
        for first, second in _DETAILS:
            self._pair((first, QLineEdit()), (second, QLineEdit()))

    def _look_up(self, text: str) -> None:
        self._desk.tasks.read(
            self, library_stories.named, self._desk.app.searcher(), text, key="library.person",
            done=lambda found: self.person.offer(text, found),
        )  # fmt: skip

    def _name_person(self, person: str) -> None:
        if person:
            self._desk.tasks.read(
                self, library_stories.name_of, person, key="library.name",
                done=lambda name: self.person.set_label(person, name),
            )  # fmt: skip

    def _pair(self, *pair: tuple[str, QWidget]) -> None:
        row = QHBoxLayout()
        row.setSpacing(12)
        for name, editor in pair:
            self._add(name, editor, row)
        self._column.addLayout(row)

    def _fit(self) -> None:
        """Show the parts that the template asks for, and any other that has something in it."""
        values = self.binder.values()
        asked = {part for group in PARTS.get(str(values["template"]), ()) for part in group}
        # A case is told in its parts, anything else as one text; what was written before stays in view.
        shown = asked & {"body", "link"} if "body" in asked else asked
        self.binder.row("person_id").setVisible(values["template"] == "role_model")
        for part in (*_PARTS, "link"):
            self.binder.row(part).setVisible(part in shown or bool(values[part]))

    def _add(self, name: str, editor: QWidget, into: QHBoxLayout | None = None) -> None:
        self.editors[name] = editor
        row = self.binder.bind(name, editor)
        if into is None:
            self._column.addWidget(row)
        else:
            into.addWidget(row, 1)


def _texts(*, multiline: bool = False) -> LanguageMapField:
    """Return a field for texts whose first line is in the writer's own language."""
    ordered = sorted(LANGUAGES.items(), key=lambda pair: pair[0] != content_language())
    return LanguageMapField(languages=ordered, multiline=multiline)
