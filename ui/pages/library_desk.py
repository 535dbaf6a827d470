"""The right pane of the library: what can be done with a practice, and below it the practice to read or to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.library_item import LibraryItemForm
from ui.pages.library_downloads import DownloadsPane
from ui.pages.library_more import MoreButton
from ui.pages.library_print import print_article
from ui.pages.library_reader import Reader
from ui.pages.library_review import ReviewCard, WithdrawBar
from ui.sides import margins
from ui.widgets.banner import Banner
from ui.widgets.buttons import IconButton, PrimaryButton, SecondaryButton
from ui.widgets.empty import EmptyState
from ui.widgets.flow import Flow
from ui.widgets.labels import HeadText, hairline
from wimdesk.errors import RuleBroken, WimdeskError
from wimdesk.events import Changed
from wimdesk.i18n import LANGUAGES, _
from wimdesk.services import library, library_downloads, library_versions, library_works
from wimdesk.services.dates import day_text
from wimdesk.services.library import Article
from wimdesk.services.library_words import language_name


class ReadingDesk(QFrame):
    """Shows one practice. A draft of ours opens as a form; anything else opens to be read."""

    removed = Signal()
    shared = Signal(str)
    followed = Signal()
    """A link in a text was followed: what the list has chosen is not what is read."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.mark(self, role="pane")
        self._desk = desk
        self._id = ""
        self._question = ""
        self._apart = ""
        self._code = ""
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
        above = self._above = QVBoxLayout()
        above.setContentsMargins(margins(0, 0, 12, 0))
        above.setSpacing(0)
        column.addLayout(above)
        self.review = ReviewCard(desk)
        self.review.returned.connect(self.removed)
        above.addWidget(self.review)
        self.withdrawing = WithdrawBar(desk)
        self.withdrawing.withdrawn.connect(self._gone)
        above.addWidget(self.withdrawing)
        self.note = Banner("info", "")
        self.note.acted.connect(self._read_newer)
        self.note.hide()
        above.addWidget(self.note)
        self.reader = Reader(desk)
        self.reader.followed.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        self.reader.wanted.connect(self.read_in)
        self._nothing = EmptyState("book-open", _("Choose a practice to read it here."))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.reader)
        self.downloads = DownloadsPane(desk)
        self._stack.addWidget(self.downloads)
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

    def show_item(self, item_id: str, question: str, code: str = "") -> None:
        """Show a practice with the question's hits marked, in a language; an empty id shows nothing."""
        if item_id != self._id:
            self.flush()
            self._drop_form()
            self._writing = False
            self._article = None
            self._apart = ""
            self._code = code
        self._question = question
        self._id = item_id
        if item_id:
            self._read()
        else:
            self._stack.setCurrentWidget(self._nothing)
            self._show_actions(None)

    def read_in(self, item_id: str, code: str) -> None:
        """Show this record of the work, in a language."""
        self._code = code
        if item_id == self._id:
            self._read()
        else:
            self.show_item(item_id, self._question, code)
            self._apart = item_id
            self.followed.emit()

    def apart(self) -> str:
        """Return what is read by way of a link in another text, or an empty text."""
        return self._apart

    def expect(self, item_id: str) -> None:
        """Put the cursor into the title as soon as this new practice is shown."""
        self._expected = item_id

    def changed(self, change: Changed) -> None:
        """Follow what happened to the practice shown."""
        if self._id and self._id in change.ids.get(library.TYPE, frozenset()):
            self._read()
        if self.is_choosing() and (change.touches("attachment") or change.touches(library.TYPE)):
            self.downloads.reload()

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
        self.state = HeadText("", "muted")
        self.pin = IconButton("bookmark", _("Keep its files on this computer"))
        self.pin.clicked.connect(self._pin)
        self.more = MoreButton()
        self.print = IconButton("printer", _("Print"))
        self.print.clicked.connect(self._print)
        self.take_back = IconButton("undo-2", _("Take back"))
        self.take_back.clicked.connect(self._take_back)
        self.withdraw = IconButton("minus", _("Withdraw"))
        self.withdraw.clicked.connect(lambda: self.withdrawing.begin(self._id))
        self.remove = IconButton("trash-2", _("Move to the trash"))
        self.remove.clicked.connect(self._remove)
        acts = Flow(8)
        for widget in (self.submit, self.publish, self.edit, self.preview, self.state):
            acts.add(widget)
        row.addWidget(acts, 1)
        for button in (self.take_back, self.withdraw, self.pin, self.print, self.remove, self.more):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return bar

    def _read(self) -> None:
        self._desk.tasks.read(
            self,
            library.article,
            self._id,
            self._code,
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
        self.withdraw.setVisible("withdraw" in can)
        self.withdrawing.hide()
        self.review.setVisible("review" in can)
        if "review" in can:
            self.review.show_item(self._id)
        self.remove.setVisible("remove" in can)
        self.more.set_acts(self._acts(article) if article is not None and not writing else ())
        self._show_note(article)
        self._above.setContentsMargins(margins(0, 10 if self.note.isVisibleTo(self) or "review" in can else 0, 12, 0))
        self.print.setVisible(article is not None)
        pinned = article is not None and article.pinned
        self.pin.setVisible(article is not None and article.can.isdisjoint({"edit", "publish"}))
        self.pin.set_name(_("No longer keep its files") if pinned else _("Keep its files on this computer"))
        self.pin.show_icon("bookmark", "accent" if pinned else "text2")
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

    def _acts(self, article: Article) -> list[tuple[str, Callable[[], object]]]:
        """Name what stands behind the last button."""
        acts: list[tuple[str, Callable[[], object]]] = []
        if "translate" in article.can:
            there = {variant.code for variant in article.variants}
            for code, name in LANGUAGES.items():
                if code not in there:
                    acts.append((_("Translate: {language}").format(language=name), partial(self._translate, code)))
        if "confirm" in article.can:
            for variant in article.variants:
                if variant.older:
                    words = _("{language} says the same as the original now").format(
                        language=language_name(variant.code)
                    )
                    acts.append((words, partial(self._confirm, variant.id, variant.code)))
        if article.earlier:
            acts.append((_("Read the earlier version"), lambda: self.read_in(article.earlier, "")))
        for can, words, verb in (
            ("version", _("Begin a new version"), library_versions.begin),
            ("archive", _("Put it into the archive"), library_versions.archive),
            ("unarchive", _("Take it out of the archive"), partial(library_versions.archive, away=False)),
        ):
            if can in article.can:
                acts.append((words, partial(self._do, verb)))
        return acts

    def _do(self, verb: Callable[..., str | None]) -> None:
        """Act on what is shown; what it makes opens to be written."""
        self._desk.tasks.write(
            self, verb, self._id, done=lambda made: self._begin(made) if made else self.removed.emit(),
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip

    def _translate(self, code: str) -> None:
        self._desk.tasks.write(
            self, library_works.translate, self._id, code, done=self._begin,
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip

    def _begin(self, item_id: str) -> None:
        self.expect(item_id)
        self.shared.emit(item_id)

    def _confirm(self, item_id: str, code: str) -> None:
        self._desk.tasks.write(
            self, library_works.confirm, item_id, code, done=lambda _none: self._read(),
            failed=lambda problem: self._desk.notices.warn(str(problem)),
        )  # fmt: skip

    def _show_note(self, article: Article | None) -> None:
        """Say above the text what its reader should know: what the Secretariat said, or that it is old."""
        words = _told(article) if article is not None else None
        if words is not None:
            self.note.say("info", *words)
        self.note.setVisible(words is not None)

    def _read_newer(self) -> None:
        if self._article is not None:
            self.read_in(self._article.newer, "")

    def _gone(self) -> None:
        self.show_item("", "")
        self.removed.emit()

    def _not_published(self, problem: WimdeskError) -> None:
        points = [name for name, _said in problem.problems] if isinstance(problem, RuleBroken) else []
        self._desk.notices.warn(_("Not published yet."), str(problem))
        self.review.show_missing(points)

    def _publish(self) -> None:
        def done(copy: str) -> None:
            self._desk.notices.say(_("Published. Every member gets it with the next sync."))
            self.shared.emit(copy)

        self._desk.tasks.write(self, library.publish, self._id, done=done, failed=self._not_published)

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

    def is_choosing(self) -> bool:
        """Say whether it is shown which files come to this computer."""
        return self._stack.currentWidget() is self.downloads

    def show_downloads(self) -> None:
        """Show which files come to this computer, in the place of the text."""
        self.show_item("", "")
        self.downloads.reload()
        self._stack.setCurrentWidget(self.downloads)

    def _pin(self) -> None:
        article = self._article
        if article is None:
            return
        words = _("Its files stay at the Secretariat.") if article.pinned else _("Its files come with the next sync.")

        def done(_none: None) -> None:
            self._desk.notices.say(words)
            self._read()

        self._desk.tasks.write(self, library_downloads.pin, article.id, not article.pinned, done=done)

    def _print(self) -> None:
        if self._article is not None:
            print_article(self._article, {key: title for key, (title, _colour) in self._themes.items()}, self)


def _told(article: Article) -> tuple[str, str, str] | None:
    """Return the title, the sentence and the button of what stands above an article, or None."""
    if article.note and article.state in {"returned", "withdrawn"}:
        back = article.state == "returned"
        title = _("The Secretariat asks for a change.") if back else _("The Secretariat has withdrawn it.")
        return title, article.note, ""
    if article.ended:
        words = _("The library may no longer tell this story since {day}. Readers do not see it.")
        return _("Her consent has ended."), words.format(day=day_text(article.ended)), ""
    if article.newer:
        return _("This is an earlier version."), _("It can only be read."), _("Read the newer version")
    if article.check:
        return _("Check whether this still holds."), _("The day to look at it again is over."), ""
    return None
