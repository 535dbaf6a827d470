"""The right side of the Sync centre beside the decisions: the banner, what waits in full, a sync of the past."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from sync.client.engine import SyncStatus
from ui import moments, theme
from ui.widgets.banner import Banner
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import Card
from ui.widgets.labels import Chip, Text, Tone
from wimdesk.i18n import _, ngettext
from wimdesk.services import dates
from wimdesk.services.sizes import size_text
from wimdesk.services.sync_review import SEEN_BY, Done, Parcel, Review

_LABELS = 120


class StateBanner(Banner):
    """Says how the connection is and what that means for the data. Its button does what `act` says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("cloud-off", "", parent=parent)
        self.act = ""
        self._stopping = False

    def show_stopping(self) -> None:
        """Show that the wish to cancel was heard: the running step is finished first."""
        self._stopping = True
        self.button.setEnabled(False)

    def show_status(self, status: SyncStatus, review: Review) -> None:
        """Show the one sentence that matters now; `act` is "connect", "cancel", "again", "words" or empty."""
        self._stopping = self._stopping and status.state == "running"
        self.button.setEnabled(not self._stopping)
        if review.sample:
            self._tell(
                "info",
                _("You are trying WIMDesk with sample data."),
                _("Samples stay here and are never sent."),
                "info",
            )
        elif not review.enrolled:
            self._tell(
                "cloud-off",
                _("This computer is not connected to the Secretariat yet."),
                _("All you type is saved here. It is sent once you are connected."),
                "info",
                ("connect", _("Connect with a code")),
            )
        elif status.state == "running":
            step = status.step or _("Connecting")
            if status.total:
                step = _("{step}: {done} of {total}").format(step=step, done=status.done, total=status.total)
            self._tell("refresh-cw", step, _("You can go on working."), "accent", ("cancel", _("Cancel")))
        elif status.state == "offline":
            self._tell(
                "cloud-off",
                _("The Secretariat can’t be reached now. Nothing is lost."),
                " ".join(
                    (_("All you type is saved on this computer and sent once there is a connection."), _next(status))
                ),
                "warn",
                ("again", _("Try now")),
            )
        elif status.state == "problem":
            self._tell(
                "triangle-alert", _("The last sync did not finish. Your data is safe here."),
                f"{status.sentence} {_next(status)}", "warn", ("again", _("Try again")),
            )  # fmt: skip
        else:
            self._show_order(status, review)

    def _show_order(self, status: SyncStatus, review: Review) -> None:
        last = moments.moment(review.last_success) if review.last_success else ""
        when = _("Last sync: {moment}.").format(moment=last) if last else _("There was no sync yet.")
        when = f"{when} {_next(status)}".strip()
        count, told = len(review.waiting), status.sentence or (review.done[0].sentence if review.done else "")
        if told:
            self._tell("info", told, when, "info")
        elif review.locked:
            self._tell(
                "key-round",
                _("This computer waits to be let in."),
                _("Read its six words to a coordinator. Until then nothing private is sent or received."),
                "warn",
                ("words", _("Show the words")),
            )
        elif review.asking:
            words = ngettext("{count} computer asks to come in.", "{count} computers ask to come in.", review.asking)
            sentence = _("Ask its owner for the six words on its screen.")
            self._tell("key-round", words.format(count=review.asking), sentence, "info", ("words", _("Let in")))
        elif count:
            words = ngettext("{count} record waits to be sent.", "{count} records wait to be sent.", count)
            self._tell("clock", words.format(count=count), when, "info")
        elif last:
            self._tell("circle-check", _("All is sent and received."), when, "ok")
        else:
            self._tell("cloud", _("This computer is connected."), when, "info")

    def _tell(self, icon: str, title: str, text: str, tone: Tone, action: tuple[str, str] = ("", "")) -> None:
        self.act = action[0]
        self.say(icon, title, text, action[1], tone)


def _next(status: SyncStatus) -> str:
    """Return when it is tried next; nothing where it only syncs when somebody asks."""
    if not status.next_try:
        return ""
    return _("Next try: {moment}.").format(moment=moments.moment(status.next_try))


class ParcelCard(Card):
    """What waits or was refused for one record; its buttons open the record's page and send again."""

    def __init__(self, parcel: Parcel, parent: QWidget | None = None) -> None:
        super().__init__(parcel.caption, parent=parent)
        self.add_to_head(Chip(parcel.type_label))
        if parcel.sentence:
            self.add(Text(parcel.sentence, "body", wrap=True))
        elif parcel.held:
            words = _("This is private. It leaves once this computer has been let in. Until then it is saved here.")
            self.add(Text(words, "muted", wrap=True))
        elif parcel.changes:
            self.add(Text(_("This leaves with the next sync. It is saved on this computer."), "muted", wrap=True))
        count = ngettext("{count} change", "{count} changes", parcel.changes).format(count=parcel.changes)
        lines = (
            (_("Fields"), ", ".join(parcel.fields) or "–"),
            (_("Seen by"), _(SEEN_BY.get(parcel.seen_by, "")) or "–"),
            (_("Size"), f"{size_text(parcel.size)} · {count}"),
            (_("Changed"), dates.moment_text(parcel.at)),
        )
        self.content.addLayout(lines_grid(lines))
        self.open_button = SecondaryButton(_("Open it"), "external-link")
        self.again_button = SecondaryButton(_("Send it again"), "refresh-cw")
        if not parcel.sentence:
            self.again_button.hide()
        row = QHBoxLayout()
        row.addWidget(self.open_button)
        row.addWidget(self.again_button)
        row.addStretch(1)
        self.content.addSpacing(8)
        self.content.addLayout(row)


class DoneCard(Card):
    """One sync of the past."""

    def __init__(self, done: Done, parent: QWidget | None = None) -> None:
        super().__init__(done.title, parent=parent)
        self.add(Text(dates.moment_text(done.at), "muted", wrap=True))
        if done.sentence:
            self.add(Text(done.sentence, "body", wrap=True))
        if done.lines:
            self.content.addLayout(lines_grid(done.lines))
        self.open()


def lines_grid(lines: Sequence[tuple[str, str]]) -> QGridLayout:
    """Return pairs of a quiet label and a value below each other."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnMinimumWidth(0, theme.px(_LABELS))
    grid.setColumnStretch(1, 1)
    for row, (label, value) in enumerate(lines):
        grid.addWidget(Text(label, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Text(value, wrap=True), row, 1)
    return grid
