"""The files of one record: add, look at, save a copy, download, leave at the Secretariat, remove.

Nothing is ever opened by way of a temporary file: pictures are shown here, anything else is saved where somebody wants.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui import pictures, theme
from ui.icons import IconLabel
from ui.widgets.banner import Banner
from ui.widgets.buttons import IconButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.column import Column
from ui.widgets.labels import Text, hairline, tool_tip
from wimdesk.events import Changed
from wimdesk.i18n import _
from wimdesk.services import attaching, library_duplicates, library_search
from wimdesk.services.attaching import Attached, Listed
from wimdesk.services.library_duplicates import Twin
from wimdesk.services.sizes import size_text

if TYPE_CHECKING:
    from ui.desk import Desk
    from ui.tasks import Progress
    from wimdesk.errors import WimdeskError

_PREVIEW = 1400


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file somebody wants to attach, and a smaller copy of it where it is a large photo."""

    name: str
    content: bytes
    smaller: pictures.Smaller | None
    digest: str


class SizeQuestion(Banner):
    """Asks, without standing in the way, whether a photo is to be made smaller."""

    def __init__(self, answered: Callable[[bool], None]) -> None:
        super().__init__("image", "", action=_("Keep the size"))
        self.shrink = SecondaryButton(_("Make it smaller"))
        self.shrink.clicked.connect(lambda: answered(True))
        self.acted.connect(lambda: answered(False))
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self.shrink)
        self.hide()

    def ask(self, chosen: Chosen) -> None:
        """Show both sizes."""
        small = size_text(len(chosen.smaller.content)) if chosen.smaller else ""
        title = _("{name} is a large photo: {size}.").format(name=chosen.name, size=size_text(len(chosen.content)))
        text = _("A smaller copy has {size}. It does not say where the photo was taken.").format(size=small)
        self.say("image", title, text, _("Keep the size"))
        self.shrink.setAccessibleDescription(title)
        self.button.setAccessibleDescription(title)
        self.show()
        self.shrink.setFocus(Qt.FocusReason.OtherFocusReason)


class TwinQuestion(Banner):
    """Says that a practice with the same file is there already, and offers to link the two instead."""

    def __init__(self, answered: Callable[[bool], None]) -> None:
        super().__init__("library", "", action=_("Attach it all the same"))
        self.link = SecondaryButton(_("Link instead"))
        self.link.clicked.connect(lambda: answered(True))
        self.acted.connect(lambda: answered(False))
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self.link)
        self.hide()

    def ask(self, name: str, twin: Twin) -> None:
        """Name the file and the practice that has it."""
        title = _("“{name}” is in the library already.").format(name=name)
        text = _("“{title}” has the same file, as {file}. Link the two practices instead of attaching it again?")
        self.say("library", title, text.format(title=twin.title, file=twin.file), _("Attach it all the same"))
        for button in (self.link, self.button):
            button.setAccessibleDescription(title)
        self.show()
        self.link.setFocus(Qt.FocusReason.OtherFocusReason)


class AttachmentsCard(Card):
    """The attachments of one record."""

    def __init__(self, desk: Desk, type_name: str, record: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Attachments"), parent=parent)
        self._desk, self._parent = desk, (type_name, record)
        self._shown = Listed((), False)
        self._asking: list[Chosen] = []
        self._twins: list[tuple[Chosen, Twin]] = []
        self._looked_at = ""
        self.add_button = QuietButton(_("Add a file…"), "paperclip")
        self.add_button.clicked.connect(self._choose)
        self.add_to_head(self.add_button)
        self.question = SizeQuestion(self._answer)
        self.add(self.question)
        self.twin_question = TwinQuestion(self._answer_twin)
        self.add(self.twin_question)
        self.list = Column()
        self.add(self.list)
        words = _("Every byte costs: files wait, both ways. You can change that in the settings.")
        self.waits = Text(words, "caption", wrap=True)
        self.waits.hide()
        self.add(self.waits)
        self.picture = QLabel()
        self.picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.picture.hide()
        self.add(self.picture)
        self.setAcceptDrops(True)
        self.hide()
        desk.bridge.changed.connect(self._hear)
        self.reload()

    def reload(self) -> None:
        """Read anew what is attached."""
        self._desk.tasks.read(
            self, attaching.listed, self._desk.app.contents, *self._parent, done=self._take, key="attached"
        )

    def take(self, paths: list[Path]) -> None:
        """Attach files; of a large photo ask first whether a smaller copy is enough."""
        for path in paths:
            failed = partial(self._fail_file, path.name)
            self._desk.tasks.work(self, partial(_chosen, path), done=self._consider, failed=failed)

    # ------------------------------------------------------------- adding

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._shown.may_add and _dropped(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.take(_dropped(event.mimeData()))
        event.acceptProposedAction()

    def _choose(self) -> None:
        found, _filter = QFileDialog.getOpenFileNames(self, _("Add a file"))
        self.take([Path(name) for name in found])

    def _consider(self, chosen: Chosen) -> None:
        if self._parent[0] != library_search.TYPE:
            self._consider_size(chosen)
            return

        def take(twins: list[Twin]) -> None:
            if not twins:
                self._consider_size(chosen)
                return
            self._twins.append((chosen, twins[0]))
            if len(self._twins) == 1:
                self._ask_twin()

        self._desk.tasks.read(self, library_duplicates.holders, chosen.digest, self._parent[1], done=take)

    def _ask_twin(self) -> None:
        self.twin_question.setVisible(bool(self._twins))
        if self._twins:
            chosen, twin = self._twins[0]
            self.twin_question.ask(chosen.name, twin)
        self._fold()

    def _answer_twin(self, link: bool) -> None:
        chosen, twin = self._twins.pop(0)
        if link:
            tell, words = self._desk.notices.offer_undo, _("Linked: each is shown beside the other.")
            self._desk.tasks.write(
                self._desk.tasks, library_duplicates.link, self._parent[1], twin.id, done=lambda act: tell(words, act)
            )
        else:
            self._consider_size(chosen)
        self._ask_twin()
        if not self._twins:
            self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _consider_size(self, chosen: Chosen) -> None:
        if chosen.smaller is None:
            self._attach(chosen.name, chosen.content)
            return
        self._asking.append(chosen)
        if len(self._asking) == 1:
            self._ask()

    def _ask(self) -> None:
        self.question.setVisible(bool(self._asking))
        if self._asking:
            self.question.ask(self._asking[0])
        self._fold()

    def _answer(self, shrink: bool) -> None:
        chosen = self._asking.pop(0)
        if shrink and chosen.smaller is not None:
            self._attach(chosen.smaller.name, chosen.smaller.content)
        else:
            self._attach(chosen.name, chosen.content)
        self._ask()
        if not self._asking:
            self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _attach(self, name: str, content: bytes) -> None:
        app, parent = self._desk.app, self._parent
        self._desk.tasks.work(
            self, lambda _progress: attaching.attach(app.store, app.contents, parent, name, content),
            done=lambda _id: self.reload(), failed=partial(self._fail_file, name),
        )  # fmt: skip

    # ------------------------------------------------------------- what is there

    def _hear(self, change: Changed) -> None:
        if change.touches(attaching.TYPE):
            self.reload()

    def _take(self, listed: Listed) -> None:
        if listed != self._shown:
            focus = self.focusWidget()
            where = focus.objectName() if self.isAncestorOf(focus) else ""
            self._shown = listed
            rows = [widget for each in listed.files for widget in (hairline(), FileRow(each, self._acts(each)))]
            self.list.fill(rows[1:])
            again = self.list.findChild(QAbstractButton, where) if where else None
            if again is not None:
                again.setFocus(Qt.FocusReason.OtherFocusReason)
            if self._looked_at not in {each.id for each in listed.files if each.here}:
                self._look_away()
        waits = any(each.mine and each.travels and not each.sent if each.here else each.wanted for each in listed.files)
        self.waits.setVisible(waits and self._desk.app.settings.flag("metered"))
        self.add_button.setVisible(listed.may_add)
        self.set_right(_("Everybody in the Alliance sees it") if listed.for_all else "")
        self.setVisible(listed.may_add or bool(listed.files))
        self._fold()

    def _fold(self) -> None:
        self.open(bool(self._shown.files or self._asking or self._twins))

    def _acts(self, shown: Attached) -> list[tuple[str, str, str, Callable[[], object]]]:
        """What may be done with a file: a name for it, its icon, its words, and how."""
        words = {"name": shown.title}
        acts: list[tuple[str, str, str, Callable[[], object]]] = []
        if shown.here and shown.is_picture:
            acts.append(("look", "eye", _("Show {name}").format(**words), partial(self._look, shown)))
        if shown.here:
            acts.append(("save", "download", _("Save a copy of {name}…").format(**words), partial(self._save, shown)))
        elif not shown.wanted:
            acts.append(("fetch", "cloud", _("Download {name}").format(**words), partial(self._fetch, shown)))
        if shown.here and shown.sent:
            text = _("Remove {name} from this computer; it stays at the Secretariat").format(**words)
            acts.append(("drop", "cloud-off", text, partial(self._drop, shown)))
        if shown.mine:
            acts.append(("bin", "trash-2", _("Move {name} to the trash").format(**words), partial(self._remove, shown)))
        return acts

    # ------------------------------------------------------------- what is done

    def _look(self, shown: Attached) -> None:
        if self._looked_at == shown.id:
            self._look_away()
            return
        contents = self._desk.app.contents
        self._desk.tasks.work(
            self, lambda _progress: pictures.load(contents.read(shown.digest), _PREVIEW),
            done=partial(self._show_picture, shown), failed=self._fail, key="picture",
        )  # fmt: skip

    def _show_picture(self, shown: Attached, image: QImage) -> None:
        if image.isNull():
            self._desk.notices.warn(_("This picture can't be shown here. Save a copy and open that."))
            return
        self._looked_at = shown.id
        most = max(theme.px(200), self.width() - theme.px(48))
        pixmap = QPixmap.fromImage(image)
        if pixmap.width() > most:
            pixmap = pixmap.scaledToWidth(most, Qt.TransformationMode.SmoothTransformation)
        self.picture.setPixmap(pixmap)
        self.picture.setAccessibleName(_("Picture: {name}").format(name=shown.title))
        self.picture.show()

    def _look_away(self) -> None:
        self._looked_at = ""
        self.picture.clear()
        self.picture.hide()

    def _save(self, shown: Attached) -> None:
        name = attaching.safe_name(shown.title)
        found, _filter = QFileDialog.getSaveFileName(self, _("Save a copy"), name)
        if found:
            self.save_to(shown, Path(found))

    def save_to(self, shown: Attached, path: Path) -> None:
        """Write a copy."""
        contents = self._desk.app.contents
        self._desk.tasks.work(
            self, lambda _progress: attaching.save(contents, shown, path), done=self._tell_saved, failed=self._fail
        )

    def _tell_saved(self, path: Path) -> None:
        self._desk.notices.say(_("Saved: {name}").format(name=path.name))

    def _fetch(self, shown: Attached) -> None:
        def done(_none: None) -> None:
            self.reload()
            if self._desk.engine is not None:
                self._desk.engine.sync_now()

        self._desk.tasks.write(self, attaching.want, shown.id, done=done)

    def _drop(self, shown: Attached) -> None:
        def done(digest: str) -> None:
            if digest:
                self._desk.app.contents.forget(digest)
            self.reload()

        self._desk.tasks.write(self, attaching.drop, shown.id, done=done, failed=self._fail)

    def _remove(self, shown: Attached) -> None:
        tell, words = self._desk.notices.offer_undo, _("Attachment moved to the trash.")
        self._desk.tasks.write(self._desk.tasks, attaching.remove, shown.id, done=lambda act: tell(words, act))

    def _fail_file(self, name: str, problem: WimdeskError) -> None:
        """Of several files that were dropped one may be wrong: say which."""
        self._desk.notices.warn(name, str(problem))

    def _fail(self, problem: WimdeskError) -> None:
        self._desk.notices.warn(str(problem))


class FileRow(QWidget):
    """One file: what it is called, how large it is and where, and what may be done with it."""

    def __init__(self, shown: Attached, acts: list[tuple[str, str, str, Callable[[], object]]]) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 4, 0, 4)
        line.setSpacing(4)
        line.addWidget(IconLabel("image" if shown.is_picture else "file-text", "text2", 18))
        line.addSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(_Name(shown.title))
        words.addWidget(Text(f"{size_text(shown.size)} · {shown.state}", "caption"))
        for told in (shown.note, shown.words):
            if told:
                words.addWidget(Text(told, "caption", wrap=True))
        line.addLayout(words, 1)
        for key, icon, name, act in acts:
            button = IconButton(icon, name)
            button.setObjectName(f"{key}:{shown.id}")
            button.clicked.connect(lambda _on=False, act=act: act())
            line.addWidget(button)


class _Name(Text):
    """A name of a file in one line; what does not fit is left out in the middle, where it says least."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._name = name
        self.setToolTip(tool_tip(name))
        self.setAccessibleName(name)
        self.setMinimumWidth(theme.px(80))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setText(self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, self.width()))


def _chosen(path: Path, _progress: Progress) -> Chosen:
    content = attaching.read_file(path)
    return Chosen(path.name, content, pictures.smaller(path.name, content), sha256(content).hexdigest())


def _dropped(data: QMimeData) -> list[Path]:
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.is_file()]
