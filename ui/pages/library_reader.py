"""The article at the right of the library: chips, title, summary and the parts of the case, with the hits marked."""

from __future__ import annotations

import html
from collections.abc import Mapping

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.attachment import AttachmentsCard
from ui.sides import margins
from ui.widgets.card import scrolling
from ui.widgets.flow import Flow
from ui.widgets.labels import Chip, Text, Tone
from wimdesk.i18n import _, language
from wimdesk.records.library_item import EVIDENCE, STATES, TEMPLATES
from wimdesk.search import marks
from wimdesk.services.library import TYPE, Article, blocks
from wimdesk.services.library_words import country_name, language_name, short_date

COLUMN = 680
"""The widest reading column, about 70 letters of 15 pixels."""
_EVIDENCE: dict[str, Tone] = {"strong": "ok", "moderate": "info", "early": "warn"}
_STATE: dict[str, Tone] = {"draft": "warn", "submitted": "info", "in_review": "info"}


def marked(text: str, question: str) -> str:
    """Return the text as rich text with the hits on the mark colour; the text itself can never become markup."""
    parts, at = [], 0
    style = f"background-color:{theme.css('mark')}; color:{theme.css('on_mark')}"
    for start, end in marks(text, question):
        parts += [html.escape(text[at:start]), f'<span style="{style}">{html.escape(text[start:end])}</span>']
        at = end
    return "".join([*parts, html.escape(text[at:])])


class Passage(QLabel):
    """A piece of text for reading: larger leading than a label has, hits marked, and it can be selected."""

    def __init__(self, role: str, tag: str, texts: list[str], question: str = "", token: str = "text") -> None:
        super().__init__()
        theme.mark(self, role=role)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if tag == "ol":
            self.setAccessibleName("\n".join(f"{place}. {text}" for place, text in enumerate(texts, 1)))
            line = '<li style="line-height:150%; margin-bottom:6px">{}</li>'
            items = "".join(line.format(marked(text, question)) for text in texts)
            self.setText(f'<ol style="margin:0 0 0 -14px">{items}</ol>')
        else:
            leading = 150 if tag == "p" else 120
            self.setAccessibleName(texts[0])
            style = f"line-height:{leading}%; color:{theme.css(token)}"
            self.setText(f'<div style="{style}">{marked(texts[0], question)}</div>')


class Reader(QWidget):
    """Shows one article at a time; the hits of the question stay marked."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area: QScrollArea | None = None
        self._outer = outer
        self._themes: dict[str, tuple[str, str]] = {}
        self._shown: tuple[Article, str] | None = None
        theme.notifier().changed.connect(self._redraw)

    def set_themes(self, themes: Mapping[str, tuple[str, str]]) -> None:
        """Take the words and colours of the themes: key -> (title, colour token)."""
        self._themes = dict(themes)

    def article(self) -> Article | None:
        """Return what is shown."""
        return self._shown[0] if self._shown else None

    def show_article(self, article: Article, question: str = "") -> None:
        """Show an article from its top; the same one again keeps its place."""
        place = 0
        if self._area is not None:
            if self._shown and self._shown[0].id == article.id:
                place = self._area.verticalScrollBar().value()
            self._outer.removeWidget(self._area)
            self._area.hide()
            self._area.deleteLater()
        self._shown = (article, question)
        content = QFrame()
        content.setAccessibleName(article.title)
        row = QVBoxLayout(content)
        row.setContentsMargins(margins(0, 12, 12, 24))
        inner = QWidget()
        inner.setMaximumWidth(theme.px(COLUMN))
        row.addWidget(inner)
        row.addStretch(1)
        self._fill(QVBoxLayout(inner), article, question)
        self._area = scrolling(content, "surface")
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName(_("Practice: {title}").format(title=article.title))
        self._area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._outer.addWidget(self._area)
        if place:
            area = self._area
            QTimer.singleShot(0, area, lambda: area.verticalScrollBar().setValue(place))

    def _fill(self, column: QVBoxLayout, article: Article, question: str) -> None:
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._chips(article))
        column.addWidget(Passage("article", "h", [article.title], question))
        if article.summary:
            column.addWidget(Passage("reading", "p", [article.summary], question, "text2"))
        for heading, text in article.parts:
            column.addSpacing(10)
            column.addWidget(Text(heading, "section", wrap=True))
            for tag, texts in blocks(text):
                column.addWidget(Passage("reading", tag, texts, question))
        for label, value in article.details:
            column.addWidget(Passage("caption", "p", [f"{label}: {value}"], question, "text2"))
        foot = " · ".join(
            part for part in (short_date(article.issued) if article.issued else "", article.license) if part
        )
        if foot:
            column.addSpacing(10)
            column.addWidget(Text(foot, "caption", wrap=True))
        column.addSpacing(10)
        column.addWidget(AttachmentsCard(self._desk, TYPE, article.id))

    def _chips(self, article: Article) -> QWidget:
        flow = Flow()
        chips: list[tuple[str, Tone]] = []
        if article.state not in {"", "published"}:
            chips.append((_(STATES.get(article.state, article.state)), _STATE.get(article.state, "neutral")))
        chips += [(self._themes[key][0] if key in self._themes else key, "accent") for key in article.themes]
        if article.template:
            chips.append((_(TEMPLATES.get(article.template, article.template)), "neutral"))
        if article.country_code:
            chips.append((country_name(article.country_code), "neutral"))
        if article.evidence:
            words = _(EVIDENCE.get(article.evidence, article.evidence))
            chips.append((words, _EVIDENCE.get(article.evidence, "neutral")))
        if article.minutes:
            chips.append((_("{minutes} min read").format(minutes=article.minutes), "neutral"))
        if article.language and article.language != language():
            chips.append((language_name(article.language), "neutral"))
        flow.fill(Chip(words, tone) for words, tone in chips)
        return flow

    def _redraw(self) -> None:
        if self._shown is not None:
            self.show_article(*self._shown)
