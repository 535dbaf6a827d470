"""Receipts, cards and letters as PDF files: asks where to, makes them off the GUI thread, says when they are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from ui.desk import Desk
from wimdesk.i18n import _, language
from wimdesk.records.letter_template import KINDS
from wimdesk.services import commitments, dues, exchange, letters


def title(kind: str) -> str:
    """Return what a kind of paper is called."""
    words = KINDS.get(kind, "")
    return _(words)


class Papers:
    """Makes papers for one widget; nothing is said where that went away meanwhile."""

    def __init__(self, desk: Desk, owner: QWidget) -> None:
        self._desk = desk
        self._owner = owner

    def language(self) -> str:
        """Return the language in which documents are made."""
        return self._desk.app.settings.text("document_language") or language()

    def ask(self, name: str) -> Path | None:
        """Return the file that the person chooses, or None."""
        chosen, _filter = QFileDialog.getSaveFileName(self._owner, _("Save PDF"), f"{name}.pdf", "PDF (*.pdf)")
        return Path(chosen) if chosen else None

    def card(self, membership: str) -> None:
        """Ask where to, and save the card of one member."""
        path = self.ask(title("card"))
        if path is not None:
            self.batch_to("card", [membership], path, self.language(), one_on_a_page=True)

    def certificate(self, commitment: str) -> None:
        """Ask where to, and save the certificate of a word on a text of the Alliance."""
        path = self.ask(_("Certificate"))
        if path is not None:
            self.certificate_to(commitment, path)

    def certificate_to(self, commitment: str, path: Path) -> None:
        """Save the certificate of a word."""
        lang = self.language()
        self._save(path, lambda: self._desk.app.read(commitments.certificate, commitment, lang)[1])

    def receipt(self, payment: str) -> None:
        """Ask where to, and save the receipt of a payment; it gets its number now, unless it has one."""
        path = self.ask(title("receipt"))
        if path is not None:
            self.receipt_to(payment, path)

    def receipt_to(self, payment: str, path: Path) -> None:
        """Give a payment its receipt and save it."""
        self._desk.tasks.write(
            self._owner, letters.issue, payment, self.language(), done=lambda made: self.receipts_to([made], path),
            failed=self._warn,
        )  # fmt: skip

    def missing_receipts_to(self, members: Sequence[str], path: Path, lang: str) -> None:
        """Give each payment of these members that has no receipt its receipt, and save them all."""

        def issue(payments: list[str]) -> None:
            self._desk.tasks.write(
                self._owner, letters.issue_all, payments, lang, done=lambda made: self.receipts_to(made, path),
                failed=self._warn,
            )  # fmt: skip

        self._desk.tasks.read(self._owner, letters.unreceipted, list(members), done=issue)

    def receipts_to(self, receipts: Sequence[str], path: Path) -> None:
        """Save receipts as they were given out."""
        self._save(path, lambda: letters.render(self._desk.app.read(letters.gather_receipts, list(receipts))))

    def batch_to(
        self, kind: str, members: Sequence[str], path: Path, lang: str, *, one_on_a_page: bool = False
    ) -> None:
        """Save cards or letters of these members, in this order; who has no number gets one."""

        def make() -> bytes:
            batch = self._desk.app.read(letters.gather, kind, list(members), lang)
            return letters.render(batch, one_on_a_page=one_on_a_page)

        done = partial(self._save, path, make)
        self._desk.tasks.write(self._owner, dues.number_all, list(members), done=lambda _count: done())

    def _save(self, path: Path, make: Callable[[], bytes]) -> None:
        self._desk.tasks.work(
            self._owner,
            lambda _progress: exchange.write_file(path, make()),
            done=lambda _nothing: self._desk.notices.say(_("Saved: {name}").format(name=path.name)),
            failed=self._warn,
        )

    def _warn(self, problem: Exception) -> None:
        self._desk.notices.warn(str(problem))
