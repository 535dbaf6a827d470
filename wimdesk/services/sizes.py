"""Bytes in words, as people compare them with what their connection costs."""

from __future__ import annotations

from wimdesk.i18n import _, language, ngettext
from wimdesk.pdf.writing import Writing

_STEP = 1000


def size_text(count: int) -> str:
    """Return a number of bytes as "310 bytes", "46 kB" or "1.2 MB" in the reader's language (SI steps)."""
    writing = Writing(language())
    if count < _STEP:
        return ngettext("{count} byte", "{count} bytes", count).format(count=writing.number(count))
    amount, word = count / _STEP, _("{amount} kB")
    if amount >= _STEP:
        amount, word = amount / _STEP, _("{amount} MB")
    return word.format(amount=writing.number(amount, 1 if amount < 10 else 0))
