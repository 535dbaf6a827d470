"""The commands that look for people, tag them, and keep what is asked as a live group."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.orm import Session

from wimdesk.app import App
from wimdesk.commands.terminal import pairs_and_own, printing, with_app
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.services import (
    bulk,
    contact_cards,
    custom_fields,
    duplicates,
    editing,
    exchange,
    groups,
    likeness,
    merging,
    people_files,
    people_roster,
    question,
    roster,
)
from wimdesk.services.groups import Group
from wimdesk.services.question import Question

_CONDITION = "FACET=CODE or FACET!=CODE, several codes with commas; facets: " + ", ".join(people_roster.FACETS)


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "list the people whom a question finds, in order"
    parser = commands.add_parser("people", help=about, description=about)
    _add_question(parser)
    parser.add_argument("--count", action="store_true", help="say only how many there are, and how many by facet")
    parser.add_argument("--pdf", metavar="FILE", default="", help="write them as a list on paper into this FILE.pdf")
    parser.add_argument("--csv", metavar="FILE", default="", help="write them into this CSV file")
    parser.set_defaults(handler=printing(show_people))
    _add_card_parsers(parser)

    about = "put a tag on many people at once, take it away, or show the tags"
    group = commands.add_parser("tag", help=about, description=about).add_subparsers(dest="tag", required=True)
    for name, about in (("add", "put a tag on people"), ("remove", "take a tag from people")):
        parser = group.add_parser(name, help=about, description=about)
        parser.add_argument("word")
        parser.add_argument("ids", nargs="*", metavar="ID")
        _add_question(parser)
        parser.set_defaults(handler=printing(change_tag))
    parser = group.add_parser("list", help="show the tags of a type", description="show the tags of a type")
    parser.add_argument("--type", default=people_roster.TYPE, help="person, site or organization")
    parser.set_defaults(handler=printing(show_tags))

    about = "keep a question as a live group"
    group = commands.add_parser("saved-search", help=about, description=about).add_subparsers(
        dest="saved_search", required=True
    )
    parser = group.add_parser("add", help="keep a question", description="keep a question")
    parser.add_argument("name")
    _add_question(parser)
    parser.set_defaults(handler=printing(keep_question))
    parser = group.add_parser("list", help="show the groups with their counts", description="show the groups")
    parser.set_defaults(handler=printing(show_groups))
    for name, about, handler in (
        ("members", "show who is in a group now", show_members),
        ("remove", "move a group to the trash; who is in it stays", remove_group),
    ):
        parser = group.add_parser(name, help=about, description=about)
        parser.add_argument("id")
        parser.set_defaults(handler=printing(handler))


def _add_card_parsers(people_parser: argparse.ArgumentParser) -> None:
    acts = people_parser.add_subparsers(dest="people", metavar="ACT")
    about = "write people as vCard 4.0, or as jCard where the file ends with .json"
    parser = acts.add_parser("export", help=about, description=about)
    parser.add_argument("--out", metavar="FILE", required=True, help="FILE.vcf or FILE.json")
    _add_question(parser)
    parser.set_defaults(handler=printing(export_cards))
    about = "bring in the contacts of a vCard or jCard file; what does not come along is listed by field"
    parser = acts.add_parser("import", help=about, description=about)
    parser.add_argument("file")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    parser.set_defaults(handler=printing(import_cards))
    about = "list pairs of people who may be one, the most alike first, with the reasons"
    parser = acts.add_parser("duplicates", help=about, description=about)
    parser.add_argument("--least", type=int, default=likeness.SURE, help="from 0 to 100; 60 where nothing is said")
    parser.set_defaults(handler=printing(show_duplicates))
    about = "make one of two people, with all that hangs on either; the elder record stays"
    parser = acts.add_parser("merge", help=about, description=about)
    parser.add_argument("ids", nargs=2, metavar="ID")
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="FIELD=VALUE", help="what they differ in"
    )
    parser.set_defaults(handler=printing(merge_people))
    about = "say that two people who look alike are not the same; they are not proposed again"
    parser = acts.add_parser("apart", help=about, description=about)
    parser.add_argument("ids", nargs=2, metavar="ID")
    parser.set_defaults(handler=printing(tell_apart))


def _add_question(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--where", nargs="+", action="extend", metavar="CONDITION", default=[], help=_CONDITION)
    parser.add_argument("--text", default="", help="words that a row must have")
    parser.add_argument("--group", metavar="ID", default="", help="only who is in this saved search")


def _asked(app: App, args: argparse.Namespace) -> Question:
    facets = app.read(people_roster.facets)
    keys = {label: key for key, label in facets.items() if key.startswith(custom_fields.PREFIX)}
    where = list(args.where)
    for at, text in enumerate(where):
        name, sign, codes = text.partition("=")
        label = name.removesuffix("!").removeprefix(custom_fields.PREFIX).strip()
        if label in keys:
            where[at] = f"{keys[label]}{'!' if name.endswith('!') else ''}{sign}{codes}"
    return question.parse(where, facets, args.text)


def _found(session: Session, asked: Question, group: str) -> roster.Found:
    everybody = people_roster.load(session)
    found = roster.find(everybody, asked)
    if not group:
        return found
    inside = set(groups.members(session, group))
    return roster.Found([record for record in found.ids if record in inside])


def _listed(session: Session, ids: Sequence[str]) -> list[dict[str, object]]:
    """Return people as plain values: what a row shows, and what can be asked."""
    found: list[dict[str, object]] = []
    for part in bulk.pieces(ids):
        rows = people_roster.rows(session, part)
        kept = editing.several(session, people_roster.TYPE, part)
        for record in part:
            asked = {name: kept[record][name] for name in people_roster.FACETS if name in kept[record]}
            found.append(asdict(rows[record]) | asked)
    return found


@with_app
def show_people(app: App, args: argparse.Namespace) -> object:
    """List whom a question finds."""
    found = app.read(_found, _asked(app, args), args.group)
    if args.pdf:
        return {"file": args.pdf, "rows": app.read(people_files.write, Path(args.pdf), found.ids)}
    if args.csv:
        text = app.read(exchange.export_csv, people_roster.TYPE, found.ids)
        exchange.write_file(Path(args.csv), text.encode("utf-8"))
        return {"file": args.csv, "rows": len(found.ids)}
    if args.count:
        return {"count": len(found.ids), "facets": found.counts}
    return app.read(_listed, found.ids)


@with_app
def export_cards(app: App, args: argparse.Namespace) -> object:
    """Write people as cards; all, or whom a question finds."""
    asked = _asked(app, args)
    ids = None if asked.is_empty and not args.group else app.read(_found, asked, args.group).ids
    made = app.read(contact_cards.write, Path(args.out), ids)
    return {"file": args.out, "contacts": made.count, "losses": [asdict(loss) for loss in made.losses]}


@with_app
def import_cards(app: App, args: argparse.Namespace) -> object:
    """Bring contacts in, as one act."""
    found = contact_cards.read(Path(args.file))
    done = app.read(contact_cards.bring_in, found) if args.dry_run else app.run(contact_cards.bring_in, found)
    return asdict(done) | {"dry_run": args.dry_run}


@with_app
def show_duplicates(app: App, args: argparse.Namespace) -> object:
    """List pairs of people who may be one."""
    return [
        {
            "first": each.first, "second": each.second, "names": [each.first_name, each.second_name],
            "score": each.likeness.score, "why": each.likeness.words(), "points": dict(each.likeness.reasons),
        }
        for each in app.read(duplicates.find, args.least)
    ]  # fmt: skip


@with_app
def merge_people(app: App, args: argparse.Namespace) -> object:
    """Make one of two people."""
    chosen, own = pairs_and_own(people_roster.TYPE, args.set)
    chosen |= {custom_fields.PREFIX + name: text for name, text in own.items()}
    one, other = args.ids
    compared = app.read(merging.compare, one, other)
    act = app.run(merging.merge, one, other, chosen)
    return {"id": compared.first, "gone": compared.second, "moved": dict(compared.links), "act": act}


@with_app
def tell_apart(app: App, args: argparse.Namespace) -> object:
    """Say that two people are not the same."""
    return {"act": app.run(duplicates.tell_apart, *args.ids)}


@with_app
def change_tag(app: App, args: argparse.Namespace) -> object:
    """Put a tag on people, or take it away: those named, or those whom a question finds."""
    asked = _asked(app, args)
    if asked.is_empty and not (args.ids or args.group):
        raise UserError(_("Say whom: ids, --where, --text or --group. Nothing was changed."))
    ids = args.ids or app.read(_found, asked, args.group).ids
    verb = bulk.add_tag if args.tag == "add" else bulk.remove_tag
    return asdict(app.run(verb, people_roster.TYPE, ids, args.word))


@with_app
def show_tags(app: App, args: argparse.Namespace) -> object:
    """Show the tags of a type, the most common first."""
    return app.read(bulk.tags, args.type)


@with_app
def keep_question(app: App, args: argparse.Namespace) -> object:
    """Keep a question under a name."""
    if args.group:
        raise UserError(_("A group can't be made of another one. Nothing was changed. Say what is asked."))
    kept = app.run(groups.save, people_roster.TYPE, _asked(app, args), args.name)
    return {"id": kept, "count": len(app.read(groups.members, kept))}


@with_app
def show_groups(app: App, _args: argparse.Namespace) -> object:
    """Show the groups, by name."""
    return [_told(group) for group in app.read(_counted)]


def _counted(session: Session) -> list[Group]:
    return groups.counted(session, people_roster.TYPE, people_roster.load(session))


def _told(group: Group) -> dict[str, object]:
    return {
        "id": group.id, "name": group.name, "type": group.asks_for, "count": group.count,
        "query": group.question.plain(),
    }  # fmt: skip


@with_app
def show_members(app: App, args: argparse.Namespace) -> object:
    """Show who is in a group now."""
    return app.read(_listed, app.read(groups.members, args.id))


@with_app
def remove_group(app: App, args: argparse.Namespace) -> object:
    """Move a group to the trash."""
    app.run(groups.remove, args.id)
    return {"id": args.id, "deleted": True}
