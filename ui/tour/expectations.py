"""What a step expects: said in a sentence, raised where it does not hold."""

from __future__ import annotations

import sys

Details = dict[str, object]


class StepFailed(Exception):
    """Something came out differently from what the step expects; the text says what."""


def expect(holds: object, sentence: str) -> None:
    """Raise StepFailed with the sentence where something does not hold."""
    if not holds:
        raise StepFailed(sentence)


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
