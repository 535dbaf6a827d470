"""The commands for the texts of the Alliance: read, compare, publish, sign, withdraw; and who stands by them."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.orm import Session

from wimdesk.app import App
from wimdesk.commands.terminal import a_day, printing, with_app
from wimdesk.errors import UserError
from wimdesk.i18n import _, content_language, language
from wimdesk.records.alliance_text import KINDS
from wimdesk.records.commitment import ANSWERS
from wimdesk.records.remark import OUTCOMES
from wimdesk.services import attaching, commitments, editing, exchange, remarks, texts

_TEXT = "id of a version, or declaration or regulation for the one in force; #section behind it names a part"


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "the Alliance's Declaration, positions and regulation: read, compare, publish, sign"
    group = commands.add_parser("text", help=about, description=about).add_subparsers(required=True)
    one = group.add_parser("list", help="show the versions, the newest first")
    one.add_argument("kind", nargs="?", default="", choices=["", *KINDS])
    one.set_defaults(handler=printing(show_list))
    one = group.add_parser("show", help="show a version, or one section of it, in each language or in one")
    one.add_argument("text", help=_TEXT)
    one.add_argument("--in", dest="lang", default="", metavar="LANGUAGE")
    one.add_argument("--words", default="", help="only the sections that have these words")
    one.set_defaults(handler=printing(show))
    one = group.add_parser("diff", help="show the lines that differ between two versions")
    one.add_argument("old")
    one.add_argument("new")
    one.add_argument("--in", dest="lang", default="", metavar="LANGUAGE")
    one.set_defaults(handler=printing(diff))
    one = group.add_parser("draft", help="begin a draft from files, one for each language; it stays private")
    one.add_argument("kind", choices=list(KINDS))
    one.add_argument("files", nargs="+", metavar="LANGUAGE=FILE", help="a line # Heading {#key} begins a section")
    one.add_argument("--title", nargs="+", default=[], metavar="LANGUAGE=TITLE")
    one.add_argument("--version", default="")
    one.add_argument("--after", default="", metavar="ID", help="the version that this one follows")
    one.set_defaults(handler=printing(draft))
    one = group.add_parser("propose", help="show a draft of a position to the Alliance")
    one.add_argument("text")
    one.set_defaults(handler=printing(propose))
    one = group.add_parser("publish", help="put a draft or a proposal into force, as the Secretariat")
    one.add_argument("text")
    one.add_argument("--on", default="", type=a_day, metavar="DAY")
    one.add_argument("--decision", default="")
    one.set_defaults(handler=printing(publish))
    _add_remarks(group)
    _add_words(group)


def _add_remarks(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = group.add_parser("remarks", help="show the comments and amendments on a position")
    one.add_argument("text")
    one.set_defaults(handler=printing(show_remarks))
    one = group.add_parser("comment", help="comment on a position, or put one of its sections in other words")
    one.add_argument("text", help="id of the position; #section behind it names the part")
    one.add_argument("--says", default="", help="what we say")
    one.add_argument("--wording", default="", help="the section in other words")
    one.add_argument("--in", dest="lang", default="", metavar="LANGUAGE")
    one.set_defaults(handler=printing(comment))
    one = group.add_parser("answer", help="say what became of a remark, as the Secretariat")
    one.add_argument("id", help="id of the remark, as text remarks shows it")
    one.add_argument("outcome", choices=list(OUTCOMES))
    one.add_argument("--says", default="")
    one.set_defaults(handler=printing(answer))


def _add_words(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = group.add_parser("sign", help="endorse, ratify or acknowledge a version in force")
    one.add_argument("text", help=_TEXT)
    one.add_argument("--by", required=True, metavar="NAME")
    one.add_argument("--capacity", required=True)
    one.add_argument("--answer", default="", choices=["", *ANSWERS])
    one.add_argument("--reservation", default="")
    one.add_argument("--on", default="", type=a_day, metavar="DAY")
    one.add_argument("--independent", action="store_true", help="state that the organisation stays independent")
    one.add_argument("--for", dest="organisation", default="", metavar="ID", help="as the Secretariat, for another")
    one.add_argument("--document", default="", metavar="FILE", help="the signed paper")
    one.set_defaults(handler=printing(sign))
    one = group.add_parser("unsign", help="withdraw our word; it stays in the history")
    one.add_argument("id", help="id of the word, as text ours shows it")
    one.add_argument("--why", default="")
    one.add_argument("--on", default="", type=a_day, metavar="DAY")
    one.set_defaults(handler=printing(withdraw))
    one = group.add_parser("ours", help="show what our organisation has said on a version")
    one.add_argument("text", help=_TEXT)
    one.set_defaults(handler=printing(show_ours))
    one = group.add_parser("owed", help="show the versions that wait for our word")
    one.set_defaults(handler=printing(show_owed))
    one = group.add_parser("overview", help="show where each organisation stands on a version")
    one.add_argument("text", help=_TEXT)
    one.set_defaults(handler=printing(show_overview))
    one = group.add_parser("register", help="show who endorsed the Declaration, by region, as of a day")
    one.add_argument("--on", default="", type=a_day, metavar="DAY")
    one.add_argument("--out", default="", metavar="FILE", help="a CSV of the same table")
    one.set_defaults(handler=printing(show_register))
    one = group.add_parser("certificate", help="make the PDF that certifies a word")
    one.add_argument("id")
    one.add_argument("--out", required=True)
    one.add_argument("--in", dest="lang", default="", metavar="LANGUAGE")
    one.set_defaults(handler=printing(make_certificate))


def _address(text: str) -> tuple[str, str]:
    record, _sign, key = text.partition(texts.SECTION)
    return record, key


def _shown(session: Session, text: str, lang: str, words: str) -> dict[str, object]:
    record, key = _address(text)
    found = texts.reading(session, record)
    wanted = set(texts.find(session, record, words)) if words else {row.key for row in found.rows}
    rows = [row for row in found.rows if row.key in wanted and key in {"", row.key}]
    if key and not rows:
        raise UserError(_("This text has no section “{name}”.").format(name=key))
    if lang and lang not in found.languages:
        raise UserError(_("This text is not there in this language. It has: {known}.").format(
            known=", ".join(found.languages)
        ))  # fmt: skip
    said = [
        {"section": row.key} | {code: asdict(part) for code, part in row.said.items() if lang in {"", code}}
        for row in rows
    ]
    others = [each.id for each in found.others]
    return {**asdict(found.info), "languages": found.languages, "other_versions": others, "sections": said}


@with_app
def show_list(app: App, args: argparse.Namespace) -> object:
    """Show the versions."""
    return [asdict(each) for each in app.read(texts.listed, args.kind)]


@with_app
def show(app: App, args: argparse.Namespace) -> object:
    """Show a version by its sections."""
    return app.read(_shown, args.text, args.lang, args.words)


@with_app
def diff(app: App, args: argparse.Namespace) -> object:
    """Show what differs."""
    return [asdict(line) for line in app.read(texts.difference, args.old, args.new, args.lang)]


def _by_language(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        code, sign, text = pair.partition("=")
        found[code if sign else content_language()] = text if sign else pair
    return found


def _draft(session: Session, kind: str, after: str, values: dict[str, object]) -> str:
    record = texts.begin(session, kind, after)
    editing.change(session, texts.TYPE, record, values)
    return record


@with_app
def draft(app: App, args: argparse.Namespace) -> object:
    """Make a draft from files."""
    files = _by_language(args.files)
    values: dict[str, object] = {"body": {code: exchange.read_text(Path(name)) for code, name in files.items()}}
    if args.title:
        values["title"] = _by_language(args.title)
    if args.version:
        values["version"] = args.version
    return app.read(_shown, app.run(_draft, args.kind, args.after, values), "", "")


@with_app
def propose(app: App, args: argparse.Namespace) -> object:
    """Show a draft to the Alliance."""
    return app.read(_shown, app.run(texts.propose, args.text), "", "")


@with_app
def publish(app: App, args: argparse.Namespace) -> object:
    """Put a version into force."""
    return app.read(_shown, app.run(texts.publish, args.text, args.on, args.decision), "", "")


@with_app
def show_remarks(app: App, args: argparse.Namespace) -> object:
    """Show what was said on a position."""
    return [asdict(each) for each in app.read(remarks.listed, args.text)]


@with_app
def comment(app: App, args: argparse.Namespace) -> object:
    """Say something on a position."""
    record, key = _address(args.text)
    made = app.run(remarks.add, record, args.says, section=key, wording=args.wording, lang=args.lang)
    return app.read(editing.values, remarks.TYPE, made)


@with_app
def answer(app: App, args: argparse.Namespace) -> object:
    """Answer a remark; an amendment that is taken up stands in a draft of the next version."""
    draft = app.run(remarks.answer, args.id, args.outcome, args.says)
    return {"draft": draft, **app.read(editing.values, remarks.TYPE, args.id)}


@with_app
def sign(app: App, args: argparse.Namespace) -> object:
    """Give our word, with the signed paper where there is one."""
    paper = attaching.read_file(Path(args.document)) if args.document else b""
    made = app.run(
        commitments.sign, _address(args.text)[0], args.by, args.capacity, args.answer, day=args.on,
        reservation=args.reservation, independent=args.independent, organisation=args.organisation,
    )  # fmt: skip
    if args.document:
        attaching.attach(app.store, app.contents, (commitments.TYPE, made), Path(args.document).name, paper)
    return app.read(editing.values, commitments.TYPE, made)


@with_app
def withdraw(app: App, args: argparse.Namespace) -> object:
    """End our word."""
    app.run(commitments.withdraw, args.id, args.why, args.on)
    return app.read(editing.values, commitments.TYPE, args.id)


def _ours(session: Session, text: str) -> object:
    return asdict(commitments.ours(session, texts.fetch(session, _address(text)[0]).id))


@with_app
def show_ours(app: App, args: argparse.Namespace) -> object:
    """Show what we have said."""
    return app.read(_ours, args.text)


@with_app
def show_owed(app: App, _args: argparse.Namespace) -> object:
    """Show what waits for our word."""
    return [asdict(each) for each in app.read(commitments.owed)]


def _overview(session: Session, text: str) -> object:
    row = texts.fetch(session, _address(text)[0])
    return [
        asdict(each) | {"says": commitments.answer_words(row.kind, each.word)}
        for each in commitments.overview(session, row.id)
    ]


@with_app
def show_overview(app: App, args: argparse.Namespace) -> object:
    """Show where each organisation stands."""
    return app.read(_overview, args.text)


@with_app
def show_register(app: App, args: argparse.Namespace) -> object:
    """Show the register, and write it where a file is named."""
    if args.out:
        exchange.write_file(Path(args.out), app.read(commitments.register_csv, args.on).encode())
    found = app.read(commitments.register, args.on)
    return {**asdict(found), "count": found.count}


@with_app
def make_certificate(app: App, args: argparse.Namespace) -> object:
    """Write the certificate."""
    lang = args.lang or app.settings.text("document_language") or language()
    name, content = app.read(commitments.certificate, args.id, lang)
    exchange.write_file(Path(args.out), content)
    return {"name": name, "bytes": len(content)}
