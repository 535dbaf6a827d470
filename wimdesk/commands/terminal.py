"""What all commands share: a profile that is opened, arguments that are read, results as JSON."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from collections.abc import Callable
from datetime import date

from wimdesk.app import App
from wimdesk.errors import UserError
from wimdesk.i18n import _, set_content_language, set_language, year_first
from wimdesk.services import (
    custom_fields,
    editing,
)
from wimdesk.settings import passphrase

Handler = Callable[[argparse.Namespace], object]


def emit(value: object) -> None:
    """Write a result as JSON on standard output. Who stops reading early does not hear the rest."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # RFC 8259 section 8.1; Windows would take a code page for a file
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would try once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def open_app(args: argparse.Namespace) -> App:
    """Open the profile that the arguments name."""
    app = App.open(args.profile, passphrase())
    set_language(args.language or app.settings.text("language"))
    set_content_language(args.language or app.settings.text("content_language"))
    for sentence in app.told:
        sys.stderr.write(f"{sentence}\n")
    return app


def printing(work: Handler) -> Callable[[argparse.Namespace], int]:
    """Print what the command returns as JSON; exit code 0."""

    def run(args: argparse.Namespace) -> int:
        result = work(args)
        if result is not None:
            emit(result)
        return 0

    return run


def with_app(work: Callable[[App, argparse.Namespace], object]) -> Handler:
    """Open the profile for as long as the command works."""

    def run(args: argparse.Namespace) -> object:
        app = open_app(args)
        try:
            return work(app, args)
        finally:
            app.close()

    return run


def a_day(text: str) -> str:
    """Return a whole day that was typed (ISO 8601), or the empty text; argparse refuses what is none."""
    text = year_first(text)
    with contextlib.suppress(ValueError):
        if not text or date.fromisoformat(text).isoformat() == text:
            return text
    raise argparse.ArgumentTypeError("write the day as 2026-12-31")


def pairs(type_name: str, texts: list[str]) -> dict[str, object]:
    """Return FIELD=VALUE texts as values of a type. Raises UserError for what is no pair or no value of the field."""
    cls = editing.type_of(type_name)
    return {name: editing.parse(cls, name, value) for name, value in map(_pair, texts)}


def pairs_and_own(type_name: str, texts: list[str]) -> tuple[dict[str, object], dict[str, str]]:
    """Return FIELD=VALUE texts as `pairs` does, and those of own fields (own:LABEL=VALUE) as texts by label."""
    own = [text for text in texts if text.startswith(custom_fields.PREFIX)]
    told = {name.removeprefix(custom_fields.PREFIX): value for name, value in map(_pair, own)}
    return pairs(type_name, [text for text in texts if text not in own]), told


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise UserError(_("“{text}” is not FIELD=VALUE. Nothing was changed.").format(text=text))
    return name, value
