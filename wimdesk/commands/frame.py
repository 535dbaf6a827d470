"""The commands around all records: everything out and in again, and who did what."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from wimdesk.app import App
from wimdesk.commands.records import export_file
from wimdesk.commands.terminal import emit, open_app, printing, with_app
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.services import full_export, full_import, trail
from wimdesk.store.audit import Verdict


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "write the records of a type as CSV, or with --all everything in open formats"
    parser = commands.add_parser("export", help=about, description=about)
    parser.add_argument("type", nargs="?", default="", help="a type of record, such as person or site")
    parser.add_argument("--all", action="store_true", help="every table, attachment and change, in one ZIP file")
    parser.add_argument("--out", default="", help="the file to write")
    parser.set_defaults(handler=printing(export))
    about = "fill this empty profile from a file that export --all has written"
    parser = commands.add_parser("import-all", help=about, description=about)
    parser.add_argument("file", type=Path, help="the file")
    parser.set_defaults(handler=printing(import_all))
    about = "who did what, before and after, on which computer; and whether anybody altered the record of it"
    kinds = commands.add_parser("audit", help=about, description=about).add_subparsers(dest="audit", required=True)
    parser = kinds.add_parser("list", help="show what was done, the latest first")
    parser.add_argument("--record", default="", help="only what was done to this record (an id)")
    parser.add_argument("--most", type=int, default=trail.PAGE, help="so many lines")
    parser.set_defaults(handler=printing(list_deeds))
    parser = kinds.add_parser("verify", help="read the whole chain; exit code 1 where something was altered")
    parser.set_defaults(handler=verify_trail)


def export(args: argparse.Namespace) -> object:
    """Write one type as CSV, or everything."""
    if args.all == bool(args.type):
        raise UserError(_("Say what: a type, such as person, or --all. Nothing was written."))
    return export_all(args) if args.all else export_file(args)


@with_app
def list_deeds(app: App, args: argparse.Namespace) -> object:
    """Show what was done, the latest first."""
    return [asdict(each) for each in app.read(trail.deeds, record=args.record, most=args.most)]


def verify_trail(args: argparse.Namespace) -> int:
    """Prove the chain; the sentences go to standard error where something is wrong."""
    verdict = _look(args)
    emit(asdict(verdict))
    if verdict.findings:
        sys.stderr.write("\n".join(trail.sentences(verdict)) + "\n")
    return 1 if verdict.findings else 0


def _look(args: argparse.Namespace) -> Verdict:
    app = open_app(args)
    try:
        return app.run(trail.look)
    finally:
        app.close()


@with_app
def import_all(app: App, args: argparse.Namespace) -> object:
    """Bring a full export into this empty profile."""
    return asdict(full_import.bring_in(app.store, app.contents, args.file))


@with_app
def export_all(app: App, args: argparse.Namespace) -> object:
    """Write everything into one file of open formats."""
    if not args.out:
        raise UserError(_("Say where to: --out FILE.zip. Nothing was written."))
    found = full_export.export(app.store, app.contents, Path(args.out))
    return {"file": args.out} | asdict(found) | {"not_carried": full_export.NOT_CARRIED}
