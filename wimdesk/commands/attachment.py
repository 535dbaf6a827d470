"""The commands for attachments: add, list, fetch, save."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from sync.client.engine import SyncEngine
from wimdesk.app import App
from wimdesk.commands.terminal import printing, with_app
from wimdesk.services import attaching
from wimdesk.services.attaching import Attached

_HELP = {
    "record": "the id of a record",
    "file": "what is to be attached",
    "id": "the id of the attachment, as attachment list shows it",
}


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "files that belong to a record"
    group = commands.add_parser("attachment", help=about, description=about)
    kinds = group.add_subparsers(dest="attachment", required=True)
    for name, work, text, words in (
        ("add", add_attachment, "attach a file as it is", ("record", "file")),
        ("list", list_attachments, "show the attachments of a record, or all", ()),
        ("fetch", fetch_attachment, "have a file come now, whatever the limits say", ("id",)),
        ("save", save_attachment, "write a copy of a file", ("id",)),
    ):
        parser = kinds.add_parser(name, help=text, description=text)
        for word in words:
            parser.add_argument(word, help=_HELP[word])
        if name == "list":
            parser.add_argument("record", nargs="?", default="", help=_HELP["record"])
        if name == "save":
            parser.add_argument("--out", type=Path, required=True, help="a file, or a folder for a safe name in it")
        parser.set_defaults(handler=printing(work))


@with_app
def add_attachment(app: App, args: argparse.Namespace) -> object:
    """Attach a file to a record; it goes with the next sync."""
    path = Path(args.file)
    parent = app.read(attaching.parent_of, args.record)
    made = attaching.attach(app.store, app.contents, parent, path.name, attaching.read_file(path))
    return _told(app.read(attaching.one, app.contents, made))


@with_app
def list_attachments(app: App, args: argparse.Namespace) -> object:
    """Show attachments and where their contents are."""
    if not args.record:
        return [_told(each) for each in app.read(attaching.every, app.contents)]
    parent = app.read(attaching.parent_of, args.record)
    return [_told(each) for each in app.read(attaching.listed, app.contents, *parent).files]


@with_app
def fetch_attachment(app: App, args: argparse.Namespace) -> object:
    """Ask for a file and sync."""
    app.run(attaching.want, args.id)
    SyncEngine(app).run_once()
    return _told(app.read(attaching.one, app.contents, args.id))


@with_app
def save_attachment(app: App, args: argparse.Namespace) -> object:
    """Write a copy."""
    shown = app.read(attaching.one, app.contents, args.id)
    return {**_told(shown), "file": str(attaching.save(app.contents, shown, args.out))}


def _told(shown: Attached) -> dict[str, object]:
    return {**asdict(shown), "state": shown.state}
