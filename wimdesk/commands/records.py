"""Commands over records of any type, the sync, backups, and what else belongs to no page of its own."""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from sync.client import enrolment
from sync.client.engine import SyncEngine
from wimdesk.app import DATABASE, App
from wimdesk.commands.terminal import Handler, open_app, pairs, pairs_and_own, printing, with_app
from wimdesk.errors import EnvironmentProblem, UserError
from wimdesk.i18n import LANGUAGES, _, set_language
from wimdesk.services import (
    computers,
    custom_fields,
    editing,
    exchange,
    finding,
    leaving,
    recovery,
    sync_review,
    undoing,
    wording,
)
from wimdesk.settings import Settings, passphrase
from wimdesk.store import backup, history, identity, keys, outbox
from wimdesk.store.record import searched, types


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands that work on a profile, and the Secretariat's."""
    _parser(commands, "enrol", enrol, "connect this profile to a Secretariat", code=1, server=0)
    _parser(commands, "list", list_records, "list the records of a type", type=1)
    _parser(commands, "add", add_record, "make a record", type=1, values="*")
    _parser(commands, "set", set_fields, "change fields of a record", type=1, id=1, values="+")
    _parser(commands, "delete", delete_record, "move a record to the trash", type=1, id=1)
    _parser(commands, "restore", restore_record, "take a record out of the trash", type=1, id=1)
    _parser(commands, "show", show_record, "show one record", type=1, id=1)
    _parser(commands, "history", show_history, "show what was done to a record", type=1, id=1)
    _parser(commands, "search", search_text, "search in everything", text=1)
    _parser(commands, "conflicts", show_clashes, "show what was changed in two places; set decides it")
    _parser(commands, "sync", sync_now, "send and fetch")
    _parser(
        commands, "submission", make_submission, "make a PDF submission", kind=1, out=0, period=0, document_language=0
    )
    _parser(commands, "outbox", show_outbox, "show what waits to be sent")
    _parser(commands, "outgoing", show_outgoing, "show what others will read of what waits to be sent")
    _parser(commands, "name", set_name, "say who writes on this computer", text=1)
    about = "show the languages, how whole each is and which are chosen; or choose"
    _parser(commands, "languages", show_languages, about, screen=0, content=0, documents=0)
    _parser(commands, "check", check, "prove that the profile is whole")
    group = commands.add_parser("backup", help="copies of the profile").add_subparsers(dest="backup", required=True)
    _parser(group, "make", make_backup, "make a verified copy now")
    _parser(group, "list", list_backups, "show the copies, newest first, and whether each is whole")
    _parser(group, "restore", restore_backup, "put a copy in the place of the data", name=1)
    _parser(group, "drill", drill, "restore the newest copy elsewhere and compare")


_HELP = {
    "code": "the one-time code, or the enrolment file of the Secretariat",
    "server": "its address, such as https://wim.example.org; an enrolment file holds it",
    "type": "a type of record, such as person or site",
    "id": "the id of the record, as list shows it",
    "out": "the file to write",
    "screen": "the language of screens and sentences, such as pt-BR",
    "content": "the language in which what exists in several is read; - is that of the screens",
    "documents": "the language of documents; - is that of the screens",
    "name": "the copy, as backup list names it; or newest",
}


def _parser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    handler: Handler,
    about: str,
    /,
    **words: int | str,
) -> None:
    parser = commands.add_parser(name, help=about, description=about)
    for word, count in words.items():
        if count == 0:
            parser.add_argument(f"--{word.replace('_', '-')}", dest=word, default="", help=_HELP.get(word))
        elif count == 1:
            parser.add_argument(word, help=_HELP.get(word))
        else:
            parser.add_argument(word, nargs=str(count), metavar="FIELD=VALUE")
    parser.set_defaults(handler=printing(handler))


def enrol(args: argparse.Namespace) -> object:
    """Trade a code (or the file that holds it) for a place at the endpoint, then fetch."""
    code, server, key = args.code, args.server, ""
    if Path(code).is_file():
        code, server, key = enrolment.read_file(Path(code))
    if not server:
        raise UserError(_("The Secretariat's address is missing. Nothing was changed. Add --server ADDRESS."))
    app = open_app(args)
    try:
        answer = enrolment.enrol(app, code, server, key=key)
        report = SyncEngine(app).run_once()
        return {
            "device": answer.device, "organisation": answer.organisation, "organisation_name": answer.organisation_name,
            "role": answer.role, "received": report.received, "let_in": not app.read(computers.waits),
        }  # fmt: skip
    finally:
        app.close()


@with_app
def list_records(app: App, args: argparse.Namespace) -> object:
    """List the records of a type."""
    return app.read(editing.rows, args.type)


@with_app
def add_record(app: App, args: argparse.Namespace) -> object:
    """Make a record; print it with its id."""
    made = app.run(editing.add, args.type, pairs(args.type, args.values))
    return app.read(editing.values, args.type, made)


@with_app
def set_fields(app: App, args: argparse.Namespace) -> object:
    """Change fields; what a rule finds odd is said, the change stays."""
    odd = app.run(custom_fields.change, args.type, args.id, *pairs_and_own(args.type, args.values))
    for _field, sentence in odd:
        sys.stderr.write(sentence + "\n")
    return app.read(editing.values, args.type, args.id)


@with_app
def delete_record(app: App, args: argparse.Namespace) -> object:
    """Move a record to the trash."""
    app.run(editing.remove, args.type, args.id)
    return {"id": args.id, "deleted": True}


@with_app
def restore_record(app: App, args: argparse.Namespace) -> object:
    """Take a record out of the trash."""
    app.run(undoing.restore, args.type, args.id)
    return app.read(editing.values, args.type, args.id)


@with_app
def show_record(app: App, args: argparse.Namespace) -> object:
    """Show one record."""
    return app.read(editing.values, args.type, args.id)


@with_app
def show_history(app: App, args: argparse.Namespace) -> object:
    """Show what was done to a record, oldest first."""
    app.read(history.fetch, args.type, args.id)
    return [asdict(step) for step in app.read(history.history, args.id)]


@with_app
def export_file(app: App, args: argparse.Namespace) -> object:
    """Write the records of a type as CSV."""
    text = app.read(exchange.export_csv, args.type)
    if not args.out:
        raise UserError(_("Say where to: --out FILE.csv. Nothing was written."))
    exchange.write_file(Path(args.out), text.encode("utf-8"))
    return {"file": args.out, "rows": len(app.read(editing.rows, args.type))}


@with_app
def search_text(app: App, args: argparse.Namespace) -> object:
    """Search in everything that this person may see: the best of each kind."""
    kinds = [*(name for name, cls in types().items() if searched(cls)), finding.FIGURES]
    hits = finding.ask(app.searcher(), args.text, kinds, of_each=100) or {}
    found = app.read(finding.told, hits, kinds, most=100)
    return [{"type": each.type, "id": each.id, "caption": each.caption} for each in found]


@with_app
def show_clashes(app: App, _args: argparse.Namespace) -> object:
    """Show what was changed in two places: base, mine and theirs, with who and when."""
    found = []
    for clash in app.read(history.open_clashes):
        mine, theirs = (clash.other, clash.shown) if clash.other.mine else (clash.shown, clash.other)
        found.append(
            {
                "type": clash.type, "id": clash.record, "field": clash.field,
                "base": clash.base and asdict(clash.base), "mine": asdict(mine), "theirs": asdict(theirs),
                "shown": "mine" if mine is clash.shown else "theirs",
            }
        )  # fmt: skip
    return found


@with_app
def sync_now(app: App, _args: argparse.Namespace) -> object:
    """Send and fetch; print what went over the wire."""
    report = SyncEngine(app).run_once()
    return {
        "bytes_up": report.bytes_up, "bytes_down": report.bytes_down, "requests": report.requests,
        "ops_sent": report.sent, "ops_received": report.received, "ops_refused": report.refused,
        "waiting": report.waiting, "conflicts": report.decisions, "let_in": not app.read(computers.waits),
        "has_left": app.read(leaving.has_left),
    }  # fmt: skip


@with_app
def show_outbox(app: App, _args: argparse.Namespace) -> object:
    """Show what waits to be sent or was refused, by field and bytes."""
    return [asdict(item) for item in [*app.read(outbox.refused), *app.read(outbox.waiting)]]


@with_app
def show_outgoing(app: App, _args: argparse.Namespace) -> object:
    """Show what leaves the organisation with the next sync; what is private is not in it."""
    return [asdict(each) for each in app.read(sync_review.outgoing)]


@with_app
def make_submission(app: App, args: argparse.Namespace) -> object:
    """Make a submission from what is recorded, keep it, and write its PDF."""
    from wimdesk.services import reporting  # loads reportlab, which no other command needs

    if not args.out:
        raise UserError(_("Say where to: --out FILE.pdf. Nothing was written."))
    made = app.run(reporting.make_submission, args.kind, args.period, args.document_language)
    kept = app.read(reporting.values_of, made)
    pdf = reporting.render(kept["kind"], kept.pop("data"), kept["language"])
    exchange.write_file(Path(args.out), pdf)
    return kept | {"file": args.out, "bytes": len(pdf)}


@with_app
def set_name(app: App, args: argparse.Namespace) -> object:
    """Say who writes on this computer."""
    app.set_person(args.text)
    return asdict(app.read(identity.read))


@with_app
def check(app: App, _args: argparse.Namespace) -> object:
    """Prove that the profile is whole."""
    app.check()
    return {"ok": True, **app.read(history.counts)}


@with_app
def make_backup(app: App, _args: argparse.Namespace) -> object:
    """Make a verified copy now."""
    made = app.back_up()
    return _described(next(copy for copy in backup.every(made.parent) if copy.path == made), app.store.key)


def list_backups(args: argparse.Namespace) -> object:
    """Show the copies, newest first; an open profile is not disturbed."""
    _speak(args)
    key = keys.unlock(args.profile, passphrase()).database
    return [_described(copy, key) for copy in backup.every(args.profile / backup.FOLDER)]


def _described(copy: backup.Copy, key: bytes) -> dict[str, object]:
    known = backup.facts(copy, key)
    return {
        "name": copy.name, "made": copy.at, "reason": copy.reason, "bytes": copy.path.stat().st_size,
        "whole": backup.is_whole(copy, key), "rows": sum(known.counts.values()) if known else None,
    }  # fmt: skip


def restore_backup(args: argparse.Namespace) -> object:
    """Put a copy in the place of the data; `newest` takes the newest whole one."""
    _speak(args)
    done = App.restore(args.profile, passphrase(), "" if args.name == "newest" else args.name)
    sys.stderr.write(f"{done.sentence()}\n")
    return {
        "restored": done.copy.name, "brought_back": done.brought_back, "complete": done.complete,
        "quarantine": str(done.quarantine),
    }  # fmt: skip


def drill(args: argparse.Namespace) -> object:
    """Restore the newest copy into a folder of its own, with the keys that it carries, and compare it."""
    _speak(args)
    began = time.monotonic()
    copy = recovery.pick(args.profile, key := keys.unlock(args.profile, passphrase()).database)
    known = backup.facts(copy, key)
    with tempfile.TemporaryDirectory(prefix="wimdesk-drill-") as place:
        backup.unpack(copy, Path(place), DATABASE)
        app = App.open(Path(place), passphrase())
        try:
            app.check()
            with contextlib.closing(app.store.raw()) as connection:
                rows = backup.counts(connection)
        finally:
            app.close()
    # A later program may have planted more rows on the way; none may be missing.
    if known is None or any(rows.get(table, 0) < count for table, count in known.counts.items()):
        raise EnvironmentProblem(_("The backup does not hold what it should. Please make a new one now."))
    return {
        "ok": True, "backup": copy.name, "made": copy.at, "rows": sum(rows.values()), "counts": rows,
        "seconds": round(time.monotonic() - began, 3),
    }  # fmt: skip


def show_languages(args: argparse.Namespace) -> object:
    """Show the languages, after choosing those that are given."""
    _speak(args)
    settings = Settings(args.profile / "settings.json")
    given = {"language": args.screen, "content_language": args.content, "document_language": args.documents}
    for code in given.values():
        if code and code not in LANGUAGES and (code != "-" or code == args.screen):
            raise UserError(
                _("There is no language “{code}”. Nothing was changed. Known: {known}.").format(
                    code=code, known=", ".join(LANGUAGES)
                )
            )
    for name, code in given.items():
        if code:
            settings.put(name, "" if code == "-" else code)
    chosen = {name: settings.text(name) for name in given}
    return {"chosen": chosen, "languages": [asdict(each) for each in wording.wordings()]}


def _speak(args: argparse.Namespace) -> None:
    set_language(args.language or Settings(args.profile / "settings.json").text("language"))
