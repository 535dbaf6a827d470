"""Pictures made smaller before they are attached. What a camera wrote beside them, such as where it was, stays out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageReader, QImageWriter, QPainter

from wimdesk.services import attaching

LONGEST_SIDE = 2000
"""Pixels: enough to read a notice on a wall in a photo, and to print it on half a page."""
LARGE = 1_000_000
"""Bytes from which on a picture is worth a question."""
_QUALITY = 85
_WORTH_IT = 0.8


@dataclass(frozen=True, slots=True)
class Smaller:
    """A smaller copy of a picture, under the name that fits it."""

    name: str
    content: bytes


def smaller(name: str, content: bytes) -> Smaller | None:
    """Return a smaller copy of a large picture; None for anything else, and where it would hardly be smaller.

    May run in any thread.
    """
    reader = _reader(content)
    side = max(reader.size().width(), reader.size().height())
    if side <= 0 or (side <= LONGEST_SIDE and len(content) <= LARGE):
        return None
    image = load(content, LONGEST_SIDE)
    if image.isNull():
        return None
    kind, ending = ("PNG", ".png") if image.hasAlphaChannel() else ("JPEG", ".jpg")
    made = _bytes(image, kind)
    if not made or len(made) > _WORTH_IT * len(content):
        return None
    path = PurePath(name)
    keeps = path.suffix.lower() in {ending, ".jpeg" if kind == "JPEG" else ending}
    return Smaller(name if keeps else path.stem + ending, made)


def small(path: Path, side: int) -> tuple[str, bytes]:
    """Return the name and the content of a picture in a file, made at most so large; anything else as it is.

    Raises UserError where the file can't be read.
    """
    content = attaching.read_file(path)
    image = load(content, side)
    if image.isNull():
        return path.name, content
    kind, ending = ("PNG", ".png") if image.hasAlphaChannel() else ("JPEG", ".jpg")
    return path.stem + ending, _bytes(image, kind) or content


def load(content: bytes, side: int) -> QImage:
    """Return the picture upright and at most `side` pixels long; a null image where it can't be read."""
    reader = _reader(content)
    reader.setAutoTransform(True)
    size = reader.size()
    if max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


class _Reader(QImageReader):
    """Keeps the bytes that it reads from."""

    def __init__(self, content: bytes) -> None:
        self.buffer = QBuffer()
        self.buffer.setData(QByteArray(content))
        self.buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        super().__init__(self.buffer)


def _reader(content: bytes) -> _Reader:
    return _Reader(content)


def _bytes(image: QImage, kind: str) -> bytes:
    if image.colorSpace().isValid():
        image = image.convertedToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    # Painted anew: words that a camera or a program put into the old one do not come along.
    shape = QImage.Format.Format_ARGB32 if image.hasAlphaChannel() else QImage.Format.Format_RGB32
    clean = QImage(image.size(), shape)
    clean.fill(Qt.GlobalColor.transparent)
    painter = QPainter(clean)
    painter.drawImage(0, 0, image)
    painter.end()
    out = QBuffer()
    out.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(out, QByteArray(kind.encode()))
    if kind == "JPEG":
        writer.setQuality(_QUALITY)
    return bytes(out.data().data()) if writer.write(clean) else b""
