"""The command about many records that others removed: show the questions, or answer one."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from wimdesk.app import App
from wimdesk.commands.terminal import printing, with_app
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.services import removals


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    about = "show what others removed and still shows here; remove it, or put it back"
    parser = commands.add_parser("removals", help=about, description=about)
    answer = parser.add_mutually_exclusive_group()
    answer.add_argument("--remove", metavar="SPACE", default="", help="let what others removed go to the trash")
    answer.add_argument("--keep", metavar="SPACE", default="", help="put it back for everybody")
    parser.set_defaults(handler=printing(answer_removals))


@with_app
def answer_removals(app: App, args: argparse.Namespace) -> object:
    """Show the questions, or answer that of one space."""
    asked = app.read(removals.questions)
    space = args.remove or args.keep
    if not space:
        return [asdict(each) for each in asked]
    if space not in {each.space for each in asked}:
        raise UserError(_("Nothing is asked about this space. Nothing was changed."))
    if args.remove:
        return {"removed": app.run(removals.remove, space)}
    kept = app.run(removals.keep, space)
    return {"kept": kept.back, "removed": kept.gone}
