"""Lays out a few lines of text with marked words for painted rows; the last line ends in an ellipsis if it must."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextCharFormat, QTextLayout, QTextOption

from ui import theme
from ui.sides import parted

Marks = Sequence[tuple[int, int]]


def draw_lines(
    painter: QPainter,
    rect: QRect,
    text: str,
    *,
    text_font: QFont,
    colour: QColor,
    marks: Marks = (),
    lines: int = 1,
    leading: float = 0.0,
    direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight,
) -> None:
    """Draw ``text`` into ``rect`` on at most ``lines`` lines of ``leading`` pixels; ``marks`` are (start, end)."""
    text = text if marks else parted(text)
    starts = _line_starts(text, text_font, rect.width(), lines)
    metrics = QFontMetricsF(text_font)
    step = leading or metrics.height()
    for index, start in enumerate(starts):
        last = index + 1 == len(starts)
        end = len(text) if last else starts[index + 1]
        piece = text[start:end].rstrip()
        shown = metrics.elidedText(piece, Qt.TextElideMode.ElideRight, rect.width()) if last else piece
        layout = _one_line(shown, text_font, direction)
        layout.setFormats(_formats(shown, piece, start, marks, colour))
        ascent = _fill_line(layout, rect.width())
        # Letters of another font stand higher: all stand on one line with what is beside them.
        offset = (step - metrics.height()) / 2 + metrics.ascent() - ascent
        layout.draw(painter, QPointF(rect.left(), rect.top() + index * step + offset))


def _options(direction: Qt.LayoutDirection) -> QTextOption:
    rtl = direction == Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
    option = QTextOption(side | Qt.AlignmentFlag.AlignAbsolute)
    # The side follows the window, the order of the words follows the text itself.
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option


def _one_line(text: str, text_font: QFont, direction: Qt.LayoutDirection) -> QTextLayout:
    layout = QTextLayout(text, text_font)
    option = _options(direction)
    option.setWrapMode(QTextOption.WrapMode.NoWrap)  # it is cut to fit: half a pixel must not take the last word
    layout.setTextOption(option)
    return layout


def _fill_line(layout: QTextLayout, width: int) -> float:
    """Lay out the only line and return how high its letters stand above the line on which they stand."""
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(width)
    layout.endLayout()
    return line.ascent()


def _line_starts(text: str, text_font: QFont, width: int, lines: int) -> list[int]:
    if lines == 1 or not text:
        return [0]
    layout = QTextLayout(text, text_font)
    layout.setTextOption(_options(Qt.LayoutDirection.LeftToRight))
    starts: list[int] = []
    layout.beginLayout()
    while len(starts) < lines:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    return starts or [0]


def _formats(shown: str, piece: str, start: int, marks: Marks, colour: QColor) -> list[QTextLayout.FormatRange]:
    # An elided text has the ellipsis as its last character; a mark must not spill onto it.
    visible = len(shown) if shown == piece else max(0, len(shown) - 1)
    plain = QTextCharFormat()
    plain.setForeground(colour)
    formats = [_range(0, len(shown), plain)]
    for mark_start, mark_end in marks:
        low, high = max(0, mark_start - start), min(visible, mark_end - start)
        if low < high:
            marked = QTextCharFormat()
            marked.setForeground(theme.token("on_mark"))
            marked.setBackground(theme.token("mark"))
            formats.append(_range(low, high - low, marked))
    return formats


def _range(start: int, length: int, how: QTextCharFormat) -> QTextLayout.FormatRange:
    result = QTextLayout.FormatRange()
    result.start, result.length, result.format = start, length, how
    return result
