"""The commands for the library: write, translate, review, share, say, choose, export."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from wimdesk.app import App
from wimdesk.commands.terminal import printing, with_app
from wimdesk.i18n import LANGUAGES
from wimdesk.records.consent import CHANNELS, METHODS, STATES
from wimdesk.records.feedback import KINDS, MOST
from wimdesk.records.library_item import POINTS, TEMPLATES
from wimdesk.services import (
    attaching,
    consents,
    editing,
    library,
    library_downloads,
    library_export,
    library_feedback,
    library_markdown,
    library_review,
    library_stories,
    library_versions,
    library_works,
)


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    """Declare the commands; return what takes others about the library."""
    about = "practices, tools and stories: write, find, share"
    kinds = commands.add_parser("library", help=about, description=about).add_subparsers(dest="library", required=True)
    for add in (_add_writing, _add_reading, _add_sharing, _add_feedback, _add_files):
        add(kinds)
    return kinds


def _command(
    kinds: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    work: Callable[[argparse.Namespace], object],
    text: str,
) -> argparse.ArgumentParser:
    """Declare a command about one practice."""
    one = kinds.add_parser(name, help=text, description=text)
    one.add_argument("id")
    one.set_defaults(handler=printing(work))
    return one


def _add_writing(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = kinds.add_parser("new", help="begin a practice of our own with a template")
    one.add_argument("template", choices=TEMPLATES)
    one.add_argument("values", nargs="*", metavar="FIELD=VALUE")
    one.set_defaults(handler=printing(new_item))
    one = kinds.add_parser("bring", help="make a draft from a Markdown file")
    one.add_argument("file", type=Path)
    one.set_defaults(handler=printing(bring_item))
    one = _command(kinds, "translate", translate_item, "begin a translation of our own")
    one.add_argument("code", choices=LANGUAGES)
    one = _command(kinds, "same", confirm_item, "say that a translation says what its original says now")
    one.add_argument("code", choices=LANGUAGES)
    _command(kinds, "version", begin_version, "begin a new version of our own practice")
    one = _command(kinds, "story", note_story, "write down where a woman allows her story to be told, or no longer")
    one.add_argument("channel", choices=CHANNELS)
    one.add_argument("state", choices=STATES)
    one.add_argument("--until", default="", metavar="DAY", help="the last day, for example 2026-12-31")
    one.add_argument("--method", default="", choices=["", *METHODS])


def _add_reading(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = kinds.add_parser("list", help="show the library, or what a question and filters leave of it")
    one.add_argument("question", nargs="?", default="")
    for group in library.GROUPS:
        one.add_argument(f"--{group}", action="append", default=[], metavar="CODE")
    one.add_argument("--order", choices=["match", "newest", "title", "reused"], default="match")
    one.set_defaults(handler=printing(list_items))
    one = _command(kinds, "read", read_item, "show a practice to be read")
    one.add_argument("--in", dest="code", default="", choices=["", *LANGUAGES], help="language to read it in")


def _add_sharing(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _command(kinds, "missing", list_missing, "say what its template still asks for")
    _command(kinds, "submit", submit_item, "hand it to the Secretariat")
    one = _command(kinds, "check", check_item, "say which points of the review are done, as the Secretariat")
    one.add_argument("points", nargs="*", metavar="POINT", help=", ".join(POINTS))
    _command(kinds, "publish", publish_item, "give it to the whole Alliance, as the Secretariat")
    one = _command(kinds, "send-back", send_back_item, "give it back to its author and say why, as the Secretariat")
    one.add_argument("reason")
    one = _command(kinds, "withdraw", withdraw_item, "take it out of every library for good, as the Secretariat")
    one.add_argument("reason")
    _command(kinds, "archive", archive_item, "put it into the archive")
    _command(kinds, "unarchive", unarchive_item, "take it out of the archive")


def _add_feedback(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _command(kinds, "say", say, "say what our organisation did with it, for everybody")
    one.add_argument("kind", choices=KINDS)
    one.add_argument("--stars", type=int, choices=range(1, MOST + 1), default=None)
    for name in ("comment", "country", "context"):
        one.add_argument(f"--{name}", default="")
    _command(kinds, "said", said, "show what others did with it")


def _add_files(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = kinds.add_parser("downloads", help="show of which collections files come here; or choose them")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--only", nargs="*", default=None, metavar="COLLECTION")
    which.add_argument("--all", action="store_true")
    one.set_defaults(handler=printing(choose_downloads))
    one = _command(kinds, "pin", pin_item, "keep its files on this computer before others")
    one.add_argument("--off", action="store_true", help="no longer")
    one = kinds.add_parser("export", help="write practices to a file: .zip, .md, .bib, .ris or .csv")
    one.add_argument("ids", nargs="*", metavar="ID", help="else all that are listed")
    one.add_argument("--out", type=Path, required=True)
    one.set_defaults(handler=printing(export_items))


@with_app
def new_item(app: App, args: argparse.Namespace) -> object:
    """Begin a practice."""
    cls = editing.type_of(library.TYPE)
    pairs = [pair.partition("=")[::2] for pair in args.values]
    values = {name: editing.parse(cls, name, text) for name, text in pairs}
    made = app.run(library.draft, args.template)
    if values:
        app.run(editing.change, library.TYPE, made, values)
    return app.read(editing.values, library.TYPE, made)


@with_app
def list_items(app: App, args: argparse.Namespace) -> object:
    """Show what there is."""
    chosen = {group: frozenset(getattr(args, group)) for group in library.GROUPS}
    found = app.read(library.find, app.searcher(), app.read(library.load), args.question, chosen, args.order)
    return [asdict(entry) for entry in found.entries] if found else []


@with_app
def read_item(app: App, args: argparse.Namespace) -> object:
    """Show one practice."""
    article = app.read(library.article, args.id, args.code)
    return {**asdict(article), "can": sorted(article.can)}


@with_app
def list_missing(app: App, args: argparse.Namespace) -> object:
    """Say what is missing."""
    return [{"field": name, "sentence": sentence} for name, sentence in app.read(library.missing, args.id)]


@with_app
def submit_item(app: App, args: argparse.Namespace) -> object:
    """Hand a practice in."""
    return app.read(editing.values, library.TYPE, app.run(library.submit, args.id))


@with_app
def publish_item(app: App, args: argparse.Namespace) -> object:
    """Give a practice to everybody."""
    return app.read(editing.values, library.TYPE, app.run(library.publish, args.id))


@with_app
def check_item(app: App, args: argparse.Namespace) -> object:
    """Note what was looked at."""
    app.run(library_review.check, args.id, args.points)
    return asdict(app.read(library_review.review, args.id))


@with_app
def send_back_item(app: App, args: argparse.Namespace) -> object:
    """Ask for a change."""
    app.run(library_review.send_back, args.id, args.reason)
    return asdict(app.read(library_review.review, args.id))


@with_app
def withdraw_item(app: App, args: argparse.Namespace) -> object:
    """Take a practice out of every library."""
    gone = app.run(library_review.withdraw, args.id, args.reason)
    app.sweep()
    return {"erased": gone}


@with_app
def translate_item(app: App, args: argparse.Namespace) -> object:
    """Begin a translation."""
    return app.read(editing.values, library.TYPE, app.run(library_works.translate, args.id, args.code))


@with_app
def confirm_item(app: App, args: argparse.Namespace) -> object:
    """A translation is up to date again."""
    app.run(library_works.confirm, args.id, args.code)
    return [asdict(each) for each in app.read(library.article, args.id).variants]


@with_app
def say(app: App, args: argparse.Namespace) -> object:
    """Tell the Alliance what we did."""
    told = {"comment": args.comment, "country_code": args.country.upper(), "context": args.context}
    app.run(library_feedback.say, args.id, args.kind, args.stars, **told)
    return asdict(app.read(library_feedback.said, args.id))


@with_app
def said(app: App, args: argparse.Namespace) -> object:
    """Show what others did."""
    return asdict(app.read(library_feedback.said, args.id))


@with_app
def export_items(app: App, args: argparse.Namespace) -> object:
    """Write practices to a file."""
    ids = args.ids or [entry.id for entry in app.read(library.load).entries]
    return asdict(app.read(library_export.export, app.contents, ids, args.out))


@with_app
def bring_item(app: App, args: argparse.Namespace) -> object:
    """Make a draft from a file."""
    made = app.run(library_markdown.bring, attaching.read_file(args.file), args.file.stem)
    return app.read(editing.values, library.TYPE, made)


@with_app
def begin_version(app: App, args: argparse.Namespace) -> object:
    """Begin a new version."""
    return app.read(editing.values, library.TYPE, app.run(library_versions.begin, args.id))


@with_app
def archive_item(app: App, args: argparse.Namespace) -> object:
    """Put a practice away."""
    app.run(library_versions.archive, args.id)
    return app.read(editing.values, library.TYPE, args.id)


@with_app
def unarchive_item(app: App, args: argparse.Namespace) -> object:
    """Take a practice out of the archive."""
    app.run(library_versions.archive, args.id, away=False)
    return app.read(editing.values, library.TYPE, args.id)


@with_app
def note_story(app: App, args: argparse.Namespace) -> object:
    """Write down what she allows."""
    person = app.read(library_stories.standing, args.id).person
    told = {"channel": args.channel, "until": args.until, "method": args.method}
    app.run(consents.note, person, library_stories.PURPOSE, args.state, **told)
    return asdict(app.read(library_stories.standing, args.id))


@with_app
def choose_downloads(app: App, args: argparse.Namespace) -> object:
    """Choose of which collections files come."""
    if args.all or args.only is not None:
        app.run(library_downloads.choose, None if args.all else args.only)
    return [asdict(line) for line in app.read(library_downloads.lines, app.contents)]


@with_app
def pin_item(app: App, args: argparse.Namespace) -> object:
    """Keep a work's files here, or no longer."""
    app.run(library_downloads.pin, args.id, not args.off)
    return {"pinned": app.read(library_downloads.is_pinned, args.id)}
