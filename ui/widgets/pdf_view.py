"""Shows the pages of a PDF below one another, rendered by PDFium off the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from ui import theme

_POINTS_ACROSS = 595.0  # an A4 page, 210 mm
_MOST_PAGES = 40
_AT_REST = 150
"""Milliseconds after the last change of the width."""


@dataclass(frozen=True)
class Picture:
    """One page as an image, and its text for screen readers."""

    image: QImage
    text: str


def pictures(pdf: bytes, width: int, ratio: float) -> list[Picture]:
    """Return the pages, `width` logical pixels wide, for a screen with this device pixel ratio."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_picture(document[number], width, ratio) for number in range(min(len(document), _MOST_PAGES))]
    finally:
        document.close()


def _picture(page: pypdfium2.PdfPage, width: int, ratio: float) -> Picture:
    bitmap = page.render(scale=width * ratio / _POINTS_ACROSS, rev_byteorder=True)
    image = QImage(bitmap.buffer, bitmap.width, bitmap.height, bitmap.stride, _format(bitmap.n_channels)).copy()
    image.setDevicePixelRatio(ratio)
    text = page.get_textpage()
    try:
        return Picture(image, text.get_text_bounded())
    finally:
        text.close()
        page.close()


def _format(channels: int) -> QImage.Format:
    return {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}.get(
        channels, QImage.Format.Format_RGBX8888
    )


class PdfView(QScrollArea):
    """The pages on a quiet ground; Page Up and Page Down go from page to page.

    ``misfit`` asks for the pages anew: the room that they were painted for has changed.
    """

    misfit = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._inside = QFrame()
        theme.mark(self._inside, role="page")
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        self.setWidget(self._inside)
        self._pages: list[QLabel] = []
        self._painted_for = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AT_REST)
        self._soon.timeout.connect(self._look_at_room)

    @property
    def page_width(self) -> int:
        """How wide a page is shown, in logical pixels."""
        return max(240, min(760, self.maximumViewportSize().width() - self.verticalScrollBar().sizeHint().width() - 32))

    def show_pages(self, found: list[Picture]) -> None:
        """Replace the pages and go to the first, or stay where one reads while the same pages come in another size."""
        bar = self.verticalScrollBar()
        texts = [picture.text.strip() or str(number + 1) for number, picture in enumerate(found)]
        same = texts == [page.accessibleName() for page in self._pages]
        read = bar.value() / max(1, bar.maximum()) if same else 0.0
        self._painted_for = round(found[0].image.deviceIndependentSize().width()) if found else 0
        for page in self._pages:
            self._column.removeWidget(page)
            page.deleteLater()
        self._pages = []
        for number, picture in enumerate(found):
            page = QLabel()
            page.setPixmap(QPixmap.fromImage(picture.image))
            page.setAccessibleName(texts[number])
            page.setFixedSize(picture.image.deviceIndependentSize().toSize())
            self._column.insertWidget(number, page, 0, Qt.AlignmentFlag.AlignHCenter)
            self._pages.append(page)
        self._inside.adjustSize()  # the bar knows only then how far it reaches
        bar.setValue(round(read * bar.maximum()))
        if not same:
            self._soon.start()  # the room may have changed while they were painted

    def page_count(self) -> int:
        """Return how many pages are shown."""
        return len(self._pages)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._soon.start()

    def _look_at_room(self) -> None:
        if self._pages and abs(self.page_width - self._painted_for) > 1:
            self.misfit.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()))
        if step is None or not self._pages:
            super().keyPressEvent(event)
            return
        bar = self.verticalScrollBar()
        tops = [page.y() - 16 for page in self._pages]
        ahead = [top for top in tops if (top - bar.value()) * step > 0]
        if ahead:
            bar.setValue(min(ahead) if step > 0 else max(ahead))
