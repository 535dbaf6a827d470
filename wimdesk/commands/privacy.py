"""The commands of data protection: consents, erasing, and who has confirmed."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from wimdesk.app import App
from wimdesk.commands.terminal import printing, with_app
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.records.consent import METHODS, PURPOSES
from wimdesk.services import access, consents, doubts, erasing, retention


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "erase a person or another record on every computer; without --yes only say what would go"
    parser = commands.add_parser("erase", help=about, description=about)
    parser.add_argument("type", help="a type of record, such as person")
    parser.add_argument("id", help="the id of the record, as list shows it")
    parser.add_argument("--yes", action="store_true", help="really erase; it can't be undone")
    parser.add_argument("--everything", action="store_true", help="also what the law asks to keep, such as receipts")
    parser.set_defaults(handler=printing(erase))

    about = "show what was erased, and which computers have confirmed"
    parser = commands.add_parser("erasures", help=about, description=about)
    parser.set_defaults(handler=printing(show_erasures))

    about = "show orders to erase that nobody proved, or give one of them in this computer's name"
    parser = commands.add_parser("doubts", help=about, description=about)
    parser.add_argument("--uphold", metavar="ID", default="", help="erase this record of the list everywhere")
    parser.set_defaults(handler=printing(show_doubts))

    about = "write everything that is held about a person into a folder: to read, as data, and her files"
    parser = commands.add_parser("access", help=about, description=about)
    parser.add_argument("person", metavar="PERSON", help="the id of the person")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder")
    parser.set_defaults(handler=printing(write_access))

    about = "show what is kept longer than it may be, and erase it"
    parser = commands.add_parser("retention", help=about, description=about)
    parser.add_argument("--erase", nargs="+", metavar="TYPE/ID", default=[], help="erase these of the list")
    parser.set_defaults(handler=printing(retain))

    _add_consent(commands)


def _add_consent(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "what people allow: write it down, show it, or choose the words"
    group = commands.add_parser("consent", help=about, description=about).add_subparsers(dest="consent", required=True)
    for name, state, about in (
        ("give", "given", "write down that a person allows something"),
        ("withdraw", "withdrawn", "write down that she takes it back; nobody else sees her from then on"),
    ):
        parser = group.add_parser(name, help=about, description=about)
        parser.add_argument("person", metavar="PERSON", help="the id of the person")
        parser.add_argument("purpose", choices=list(PURPOSES))
        parser.add_argument("--date", default="", help="the day, such as 2026-11-30; today if left out")
        parser.add_argument("--words", dest="words_in", default="", help="language of the words she was told")
        parser.add_argument("--how", default="", choices=["", *METHODS])
        parser.add_argument("--by", default="", help="who was there")
        parser.set_defaults(handler=printing(note_consent), state=state)
    parser = group.add_parser("show", help="show all of one person", description="show all of one person")
    parser.add_argument("person", metavar="PERSON")
    parser.set_defaults(handler=printing(show_consents))
    about = "let the Alliance see a person who allows it"
    parser = group.add_parser("directory", help=about, description=about)
    parser.add_argument("person", metavar="PERSON")
    parser.set_defaults(handler=printing(show_in_directory))
    about = "show the words with which is asked, or write new ones"
    parser = group.add_parser("wording", help=about, description=about)
    parser.add_argument("purpose", choices=list(PURPOSES))
    parser.add_argument("--words", dest="words_in", default="", help="a language, such as fr")
    parser.add_argument("--text", default="", help="new words in that language, which are a new version")
    parser.set_defaults(handler=printing(show_wording))


@with_app
def write_access(app: App, args: argparse.Namespace) -> object:
    """Write all of one person."""
    key = "person", args.person
    return asdict(app.read(access.write, app.contents, app.searcher().ask, key, args.out))


@with_app
def retain(app: App, args: argparse.Namespace) -> object:
    """Show what is due, or erase it."""
    if not args.erase:
        return [asdict(each) for each in app.read(retention.due)]
    keys = [(kind, record) for kind, _slash, record in (text.partition("/") for text in args.erase)]
    count = app.run(retention.erase_due, keys)
    app.sweep()
    return {"erased": count}


@with_app
def note_consent(app: App, args: argparse.Namespace) -> object:
    """Write down that a person allows something, or takes it back."""
    told = {"date": args.date, "language": args.words_in, "method": args.how, "recorded_by": args.by}
    return {"id": app.run(consents.note, args.person, args.purpose, args.state, **told)}


@with_app
def show_consents(app: App, args: argparse.Namespace) -> object:
    """Show what a person allows, and each time that she said so."""
    found = app.read(consents.register, args.person)
    allowed = {each.purpose: each.is_given for each in found.standings}
    return {"allows": allowed, "in_directory": found.in_directory, "events": [asdict(each) for each in found.events]}


@with_app
def show_in_directory(app: App, args: argparse.Namespace) -> object:
    """Let the Alliance see a person who allows it."""
    return {"id": app.run(consents.show_in_directory, args.person)}


@with_app
def show_wording(app: App, args: argparse.Namespace) -> object:
    """Show the words, or write new ones."""
    if args.text:
        if not args.words_in:
            raise UserError(_("Say in which language these words are: --words. Nothing was changed."))
        app.run(consents.set_wording, args.purpose, {args.words_in: args.text})
    found = app.read(consents.wording, args.purpose, args.words_in)
    return asdict(found) | {"proof": found.proof}


@with_app
def erase(app: App, args: argparse.Namespace) -> object:
    """Erase a record with what goes along, or say what that would be."""
    if not args.yes:
        parts = app.read(erasing.scope, args.type, args.id, everything=args.everything)
        return {
            "would_erase": [asdict(part) for part in parts if not part.kept],
            "kept_by_law": [asdict(part) for part in parts if part.kept],
        }
    done = app.run(erasing.erase, args.type, args.id, everything=args.everything)
    app.sweep()
    return {"erased": [{"type": part.type, "id": part.id, "space": part.space} for part in done]}


@with_app
def show_erasures(app: App, _args: argparse.Namespace) -> object:
    """Show the ledger: nothing in it says who it was."""
    return [asdict(each) | {"done": each.is_done} for each in app.read(erasing.standings)]


@with_app
def show_doubts(app: App, args: argparse.Namespace) -> object:
    """Show what was put aside, or uphold one of them."""
    found = app.read(doubts.doubts)
    wanted = [each for each in found if each.record == args.uphold]
    if not args.uphold:
        return [asdict(each) for each in found]
    if not wanted:
        raise UserError(_("No order about that was put aside. Nothing was erased."))
    for each in wanted:
        app.run(doubts.uphold, each.space, each.record)
    app.sweep()
    return {"erased": [each.record for each in wanted]}
