"""A practice on paper: one A4 card, shown before it is printed."""

from __future__ import annotations

import html
from collections.abc import Mapping

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QTextDocument
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog
from PySide6.QtWidgets import QWidget

from ui import theme
from wimdesk.i18n import _
from wimdesk.records.library_item import EVIDENCE
from wimdesk.services.library import Article
from wimdesk.services.library_text import pieces
from wimdesk.services.library_words import country_name, short_date

_SIZES = (10.5, 10.0, 9.5, 9.0, 8.5)
"""Points to try, from the most readable, until the card fits on one page."""


def card(article: Article, themes: Mapping[str, str]) -> str:
    """Return the card as rich text without colours, so that it prints on any printer."""
    facts = [
        *(themes.get(key, key) for key in article.themes),
        country_name(article.country_code),
        short_date(article.issued) if article.issued else "",
        _(EVIDENCE.get(article.evidence, article.evidence)) if article.evidence else "",
        article.license,
    ]
    parts = [
        f"<p>{html.escape(' · '.join(fact for fact in facts if fact))}</p>",
        f"<h1>{html.escape(article.title)}</h1>",
        f"<p><i>{html.escape(article.summary)}</i></p>" if article.summary else "",
    ]
    for heading, text in article.parts:
        parts.append(f"<h3>{html.escape(heading)}</h3>" if heading else "")
        parts += [piece.html for piece in pieces(text)]
    return "".join(parts)


def document(article: Article, themes: Mapping[str, str], printer: QPrinter) -> QTextDocument:
    """Return the card laid out for the printer's page, in the largest of the sizes that fits on one page."""
    made = QTextDocument()
    made.setDocumentMargin(0)
    made.documentLayout().setPaintDevice(printer)
    for size in _SIZES:
        font = QFont(theme.FAMILIES)
        font.setPointSizeF(size)
        made.setDefaultFont(font)
        made.setHtml(card(article, themes))
        made.setPageSize(printer.pageRect(QPrinter.Unit.DevicePixel).size())
        if made.pageCount() == 1:
            break
    return made


def print_article(article: Article, themes: Mapping[str, str], parent: QWidget) -> None:
    """Show the card as it will be printed; printing is up to the person."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(18, 16, 18, 16),
                    QPageLayout.Unit.Millimeter)
    )  # fmt: skip
    printer.setDocName(article.title)
    preview = QPrintPreviewDialog(printer, parent)
    preview.setWindowTitle(_("Print: {title}").format(title=article.title))
    preview.paintRequested.connect(lambda wanted: document(article, themes, wanted).print_(wanted))
    preview.exec()
    preview.deleteLater()
