"""The article at the right of the library: chips, title, summary and the parts of the case, with the hits marked."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ui import pictures, theme
from ui.desk import Desk
from ui.forms.attachment import AttachmentsCard
from ui.forms.feedback import FeedbackCard
from ui.forms.story import StoryCard
from ui.pages.library_related import RelatedCard
from ui.sides import margins
from ui.widgets.buttons import QuietButton
from ui.widgets.card import scrolling
from ui.widgets.flow import Flow
from ui.widgets.labels import Chip, Text, Tone
from wimdesk.i18n import _, language
from wimdesk.records.library_item import EVIDENCE, STATES, TEMPLATES
from wimdesk.search import marks
from wimdesk.services import attaching
from wimdesk.services.attaching import Listed
from wimdesk.services.library import TYPE, Article
from wimdesk.services.library_text import Piece, is_safe_link, joined, pieces
from wimdesk.services.library_words import country_name, language_name, short_date

COLUMN = 680
"""The widest reading column, about 70 letters of 15 pixels."""
_EVIDENCE: dict[str, Tone] = {"strong": "ok", "moderate": "info", "early": "warn"}
_STATE: dict[str, Tone] = {
    "draft": "warn",
    "submitted": "info",
    "in_review": "info",
    "returned": "warn",
    "withdrawn": "warn",
}


def marked(text: str, question: str) -> str:
    """Return the text as rich text with the hits on the mark colour; the text itself can never become markup."""
    parts, at = [], 0
    style = f"background-color:{theme.css('mark')}; color:{theme.css('on_mark')}"
    for start, end in marks(text, question):
        parts += [html.escape(text[at:start]), f'<span style="{style}">{html.escape(text[start:end])}</span>']
        at = end
    return "".join([*parts, html.escape(text[at:])])


class Passage(QLabel):
    """A piece of text for reading: larger leading than a label has, hits marked, and it can be selected.

    `markup` was made by `library_text`, or of words that were escaped: nothing in it loads or runs anything.
    """

    def __init__(self, role: str, markup: str, spoken: str, leading: int = 150, token: str = "text") -> None:
        super().__init__()
        self._heights: dict[int, int] = {}
        theme.mark(self, role=role)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        keys = Qt.TextInteractionFlag.LinksAccessibleByKeyboard if "<a " in markup else Qt.TextInteractionFlag(0)
        links = Qt.TextInteractionFlag.LinksAccessibleByMouse if "<a " in markup else Qt.TextInteractionFlag(0)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | keys | links)
        self.setOpenExternalLinks(False)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(spoken)
        self.setText(f'<div style="line-height:{leading}%; color:{theme.css(token)}">{_dressed(markup)}</div>')

    # Whoever lays out the page asks each passage two dozen times, and Qt lays out all its words for each answer.

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = super().heightForWidth(width)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        return QSize(theme.px(COLUMN), self.heightForWidth(theme.px(COLUMN)))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._heights.clear()
        super().changeEvent(event)


def _dressed(markup: str) -> str:
    """Give the tags of a text the distances and colours of the look; Qt's rich text knows no style sheet of ours."""
    line, quiet, link, below = theme.css("border"), theme.css("text2"), theme.css("link"), "; margin-bottom:8px"
    for bare, dressed in (
        ("<p>", '<p style="margin:0 0 8px 0">'),
        ("<ol", '<ol style="margin:0 0 8px -14px"'),
        ("<ul>", '<ul style="margin:0 0 8px -14px">'),
        ("<li>", '<li style="line-height:150%; margin-bottom:6px">'),
        ("<h3>", '<h3 style="margin:6px 0 8px 0">'),
        ("<h4>", '<h4 style="margin:6px 0 8px 0">'),
        ("<table>", f'<table border="1" cellspacing="0" cellpadding="6" style="border-color:{line}{below}">'),
        ("<blockquote>", f'<blockquote style="margin:0 0 8px 16px; color:{quiet}">'),
        ("<hr>", f'<hr style="background-color:{line}">'),
        ("<a ", f'<a style="color:{link}" '),
    ):
        markup = markup.replace(bare, dressed)
    return markup


class Picture(QLabel):
    """One of the practice's own pictures, as wide as the text; it is read in the background from what is kept here.

    `portrait`: whatever picture comes first, of a woman whose story names none.
    """

    def __init__(self, desk: Desk, item_id: str, name: str, words: str, portrait: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)  # else the name of a picture could load another one
        self.setText(words)
        self._desk, self._id, self._name = desk, item_id, name
        self.setAccessibleName(_("Picture: {name}").format(name=words))
        self.setWordWrap(True)
        theme.mark(self, role="caption")
        if portrait:
            self.hide()
        if name or portrait:
            desk.tasks.read(
                self, attaching.listed, desk.app.contents, TYPE, item_id, done=self._find, key=f"picture:{name}"
            )

    def _find(self, listed: Listed) -> None:
        wanted = self._name.casefold()
        pictures_here = [each for each in listed.files if each.is_picture]
        found = next((each for each in pictures_here if wanted in ("", each.title.casefold())), None)
        if found is None:
            return
        if not found.here:
            self.setText(_("The picture {name} is not on this computer yet.").format(name=found.title))
            return
        contents, side = self._desk.app.contents, theme.px(COLUMN)
        self._desk.tasks.work(
            self, lambda _progress: pictures.load(contents.read(found.digest), side), done=self._show,
            failed=lambda _problem: None, key=f"picture:{self._name}",
        )  # fmt: skip

    def _show(self, image: QImage) -> None:
        if image.isNull():
            return
        most = max(theme.px(200), min(theme.px(COLUMN), self.width()))
        pixmap = QPixmap.fromImage(image)
        if pixmap.width() > most:
            pixmap = pixmap.scaledToWidth(most, Qt.TransformationMode.SmoothTransformation)
        self.setWordWrap(False)  # else the layout asks how high a text would be
        self.setPixmap(pixmap)
        self.show()
        self.setFixedHeight(pixmap.height())


class Reader(QWidget):
    """Shows one article at a time; the hits of the question stay marked."""

    wanted = Signal(str, str)
    """Somebody wants to read another record (id) in a language."""
    followed = Signal(str)
    """Somebody follows a link to the web or to a letter."""

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
        if len(article.variants) > 1:
            column.addWidget(self._languages(article))
        column.addWidget(Passage("article", marked(article.title, question), article.title, 120))
        if article.summary:
            column.addWidget(Passage("reading", marked(article.summary, question), article.summary, token="text2"))
        self._fill_text(column, article, question)
        if article.details:
            column.addSpacing(10)
            lines = [_("{label}: {text}").format(label=label, text=value) for label, value in article.details]
            markup = "<br>".join(marked(line, question) for line in lines)
            column.addWidget(Passage("caption", markup, "\n".join(lines), 130, "text2"))
        foot = " · ".join(
            part for part in (short_date(article.issued) if article.issued else "", article.license) if part
        )
        if foot:
            column.addSpacing(10)
            column.addWidget(Text(foot, "caption", wrap=True))
        column.addSpacing(10)
        if article.story:
            column.addWidget(StoryCard(self._desk, article.story))
        column.addWidget(FeedbackCard(self._desk, article.id))
        column.addWidget(AttachmentsCard(self._desk, TYPE, article.id))
        column.addWidget(RelatedCard(self._desk, article.id))

    def _fill_text(self, column: QVBoxLayout, article: Article, question: str) -> None:
        if article.template == "role_model" and not any("![" in text for _heading, text in article.parts):
            column.addWidget(Picture(self._desk, article.id, "", "", portrait=True))
        for heading, text in article.parts:
            if heading:
                column.addSpacing(10)
                column.addWidget(Text(heading, "section", wrap=True))
            for piece in joined(pieces(text, partial(marked, question=question))):
                column.addWidget(self._piece(article, piece))
        if is_safe_link(article.link):
            column.addSpacing(10)
            address = html.escape(article.link)
            column.addWidget(self._linked(Passage("reading", f'<a href="{address}">{address}</a>', article.link)))

    def _piece(self, article: Article, piece: Piece) -> QWidget:
        if piece.kind == "picture":
            return Picture(self._desk, article.id, piece.picture, piece.words)
        return self._linked(Passage("reading", piece.html, piece.words))

    def _linked(self, passage: Passage) -> Passage:
        """Nothing is fetched by itself: a link opens in the person's own browser, when she asks for it."""
        passage.linkActivated.connect(lambda address: self.followed.emit(address) if is_safe_link(address) else None)
        return passage

    def _languages(self, article: Article) -> QWidget:
        """In which languages the work is there: each a button, but for the one that is shown."""
        flow = Flow()
        widgets: list[QWidget] = []
        for variant in article.variants:
            words = language_name(variant.code)
            if variant.older:
                words = _("{language} (older than the original)").format(language=words)
            if variant.code == article.shown:
                widgets.append(Chip(words, "warn" if variant.older else "accent"))
                continue
            button = QuietButton(words, "clock" if variant.older else None)
            button.set_slim()
            button.setObjectName(f"language:{variant.code}")
            button.setAccessibleName(_("Read it in {language}").format(language=words))
            button.clicked.connect(lambda _on=False, found=variant: self.wanted.emit(found.id, found.code))
            widgets.append(button)
        flow.fill(widgets)
        return flow

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
        if article.shown and article.shown != language() and len(article.variants) < 2:
            chips.append((language_name(article.shown), "neutral"))
        flow.fill(Chip(words, tone) for words, tone in chips)
        return flow

    def _redraw(self) -> None:
        if self._shown is not None:
            self.show_article(*self._shown)
