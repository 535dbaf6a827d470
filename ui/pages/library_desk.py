"""The right pane of the library: what can be done with a practice, and below it the practice to read or to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.library_item import LibraryItemForm
from ui.pages.library_print import print_article
from ui.pages.library_reader import Reader
from ui.sides import margins
from ui.widgets.buttons import IconButton, PrimaryButton, SecondaryButton
from ui.widgets.empty import EmptyState
from ui.widgets.labels import Text, hairline
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.services import library
from wimdesk.services.library import Article


class ReadingDesk(QFrame):
    """Shows one practice. A draft of ours opens as a form; anything else opens to be read."""

    removed = Signal()
    shared = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="pane")
        self._desk = desk
        self._id = ""
        self._question = ""
        self._article: Article | None = None
        self._writing = False
        self._expected = ""
        self._themes: dict[str, tuple[str, str]] = {}
        self._known: dict[str, Sequence[tuple[str, str]]] = {}
        self.form: LibraryItemForm | None = None
        self.setMinimumWidth(theme.px(340))
        column = QVBoxLayout(self)
        column.setContentsMargins(margins(24, 12, 12, 0))
        column.setSpacing(0)
        column.addWidget(self._bar())
        column.addSpacing(12)
        self._line = hairline()
        column.addWidget(self._line)
        self.reader = Reader(desk)
        self._nothing = EmptyState("book-open", _("Choose a practice to read it here."))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.reader)
        column.addWidget(self._stack, 1)
        self._show_actions(None)

    def set_themes(self, themes: Mapping[str, tuple[str, str]]) -> None:
        """Take the words and colours of the themes: key -> (title, colour token)."""
        self._themes = dict(themes)
        self.reader.set_themes(themes)

    def set_known(self, known: Mapping[str, Sequence[tuple[str, str]]]) -> None:
        """Take what a form offers to choose from, by group."""
        self._known = dict(known)

    def item_id(self) -> str:
        """Return the id of what is shown, or an empty text."""
        return self._id

    def show_item(self, item_id: str, question: str) -> None:
        """Show a practice with the question's hits marked; an empty id shows nothing."""
        if item_id != self._id:
            self.flush()
            self._drop_form()
            self._writing = False
            self._article = None
        self._question = question
        self._id = item_id
        if item_id:
            self._read()
        else:
            self._stack.setCurrentWidget(self._nothing)
            self._show_actions(None)

    def expect(self, item_id: str) -> None:
        """Put the cursor into the title as soon as this new practice is shown."""
        self._expected = item_id

    def changed(self, change: Changed) -> None:
        """Follow what happened to the practice shown."""
        if self._id and self._id in change.ids.get(library.TYPE, frozenset()):
            self._read()

    def flush(self) -> None:
        """Save what is being written."""
        if self.form is not None:
            self.form.flush()

    def _bar(self) -> QWidget:
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.submit = PrimaryButton(_("Submit to the Secretariat"), "send")
        self.submit.clicked.connect(self._submit)
        self.publish = PrimaryButton(_("Publish to the Alliance"), "globe")
        self.publish.clicked.connect(self._publish)
        self.edit = SecondaryButton(_("Edit"), "pencil")
        self.edit.clicked.connect(lambda: self._write(True))
        self.preview = SecondaryButton(_("Preview"), "eye")
        self.preview.clicked.connect(lambda: self._write(False))
        self.state = Text("", "muted")
        self.print = IconButton("printer", _("Print"))
        self.print.clicked.connect(self._print)
        self.take_back = IconButton("undo-2", _("Take back"))
        self.take_back.clicked.connect(self._take_back)
        self.remove = IconButton("trash-2", _("Move to the trash"))
        self.remove.clicked.connect(self._remove)
        for widget in (self.submit, self.publish, self.edit, self.preview, self.state):
            row.addWidget(widget)
        row.addStretch(1)
        for button in (self.take_back, self.print, self.remove):
            row.addWidget(button)
        return bar

    def _read(self) -> None:
        self._desk.tasks.read(
            self,
            library.article,
            self._id,
            done=self._take,
            failed=lambda _gone: self.show_item("", ""),
            key="library.article",
        )

    def _take(self, article: Article) -> None:
        if article.id != self._id:
            return
        first = self._article is None or self._article.id != article.id
        self._article = article
        if first:
            self._writing = "edit" in article.can and article.state in {"", "draft"}
        self._show()

    def _write(self, writing: bool) -> None:
        self.flush()
        self._writing = writing
        self._show()
        self._read()

    def _show(self) -> None:
        article = self._article
        if article is None:
            return
        writing = self._writing and "edit" in article.can
        if writing and self.form is None:
            options = [(key, title) for key, (title, _colour) in self._themes.items()]
            self.form = LibraryItemForm(self._desk, self._id, {"theme": options, **self._known})
            self._stack.addWidget(self.form)
        if writing and self.form is not None:
            self.form.check()
            self._stack.setCurrentWidget(self.form)
            if self._expected == article.id:
                self._expected = ""
                self.form.go_to("title")
        else:
            self.reader.show_article(article, self._question)
            self._stack.setCurrentWidget(self.reader)
        self._show_actions(article)

    def _drop_form(self) -> None:
        if self.form is not None:
            self._stack.removeWidget(self.form)
            self.form.deleteLater()
            self.form = None

    def _show_actions(self, article: Article | None) -> None:
        can = article.can if article is not None else frozenset()
        writing = self._writing and "edit" in can
        submitted = article is not None and article.state == "submitted"
        self.submit.setVisible("submit" in can and "publish" not in can)
        self.submit.setText(_("Submit again") if submitted else _("Submit to the Secretariat"))
        self.publish.setVisible("publish" in can)
        self.edit.setVisible("edit" in can and not writing)
        self.preview.setVisible(writing)
        self.take_back.setVisible("take_back" in can and not writing)
        self.remove.setVisible("remove" in can)
        self.print.setVisible(article is not None)
        by = _("From the Alliance’s library") if article is not None and not can & {"edit", "publish"} else ""
        if article is not None and article.left_alone:
            by = _("Its author took it back.")
        self.state.setText(by)
        self._line.setVisible(article is not None)

    def _submit(self) -> None:
        self.flush()
        self._desk.tasks.read(self, library.missing, self._id, done=self._submit_if_whole, key="library.submit")

    def _submit_if_whole(self, missing: list[tuple[str, str]]) -> None:
        if missing:
            self._write(True)
            self._desk.notices.say(_("Not submitted yet. Something is still missing."))
            if self.form is not None:
                self.form.checklist.show_missing(missing)
                self.form.go_to(missing[0][0])
            return

        def done(_copy: str) -> None:
            self._desk.notices.say(_("Submitted. It goes to the Secretariat with the next sync."))
            self._writing = False
            self.shared.emit(self._id)

        self._desk.tasks.write(self, library.submit, self._id, done=done)

    def _publish(self) -> None:
        def done(copy: str) -> None:
            self._desk.notices.say(_("Published. Every member gets it with the next sync."))
            self.shared.emit(copy)

        self._desk.tasks.write(self, library.publish, self._id, done=done)

    def _take_back(self) -> None:
        def done(act: int) -> None:
            self._desk.notices.offer_undo(_("Taken back. It leaves other computers with their next sync."), act)
            self.removed.emit()

        self._desk.tasks.write(self, library.take_back, self._id, done=done)

    def _remove(self) -> None:
        gone = self._id
        self._drop_form()

        def done(act: int) -> None:
            self._desk.notices.offer_undo(_("Practice moved to the trash."), act)
            self.removed.emit()

        self._desk.tasks.write(self, library.remove, gone, done=done)

    def _print(self) -> None:
        if self._article is not None:
            print_article(self._article, {key: title for key, (title, _colour) in self._themes.items()}, self)
