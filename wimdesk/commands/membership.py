"""The commands for members, what they pay, and what is printed for them."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from wimdesk.app import App
from wimdesk.commands.terminal import Handler, a_day, printing, with_app
from wimdesk.errors import UserError
from wimdesk.i18n import LANGUAGES, _, language
from wimdesk.records.payment import METHODS
from wimdesk.services import dues, editing, exchange, letters, money
from wimdesk.services.dues import MemberRow
from wimdesk.services.standing import STATUSES


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "members, dues, receipts, cards and letters"
    group = commands.add_parser("membership", help=about, description=about).add_subparsers(required=True)
    _add_members(group)
    _add_money(group)
    _add_papers(group)


def _add_members(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _command(group, "list", list_members, "show members with their status, and the totals")
    _choose(one)
    one.add_argument("--on", default="", type=a_day, metavar="DAY", help="as of this day; else today")
    one = _command(group, "join", join, "begin a membership")
    one.add_argument("type", help="id of the membership type")
    who = one.add_mutually_exclusive_group(required=True)
    who.add_argument("--person", default="", metavar="ID")
    who.add_argument("--organisation", default="", metavar="ID", help="an organisation of the directory")
    who.add_argument("--group", default="", metavar="NAME", help="a cooperative or another group")
    one.add_argument("--start", default="", metavar="DAY")
    one = _command(group, "cancel", cancel, "end a membership")
    one.add_argument("id")
    one.add_argument("--reason", default="")
    one.add_argument("--on", default="", type=a_day, metavar="DAY")


def _add_money(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = _command(group, "pay", pay, "record a payment; what is left out is what is missing of the fee, paid today")
    one.add_argument("id", help="id of the membership")
    one.add_argument("amount", nargs="?", default="", help="for example 12.50")
    for word, about in (
        ("currency", "three letters of ISO 4217, for example XOF"), ("date", "the day"),
        ("reference", "a number or a note"), ("in-kind", "what was given in kind"),
        ("from", "first day of the time that it pays"), ("until", "its last day"),
    ):  # fmt: skip
        one.add_argument(f"--{word}", default="", help=about)
    one.add_argument("--method", default="", choices=["", *METHODS])
    one = _command(group, "receipt", receipt, "give a payment its receipt, or print it again")
    one.add_argument("payment")
    _print_options(one)
    _command(group, "receipts", list_receipts, "show every receipt, and numbers that are missing or stand twice")
    one = _command(group, "cancel-receipt", cancel_receipt, "cancel a receipt; it keeps its number")
    one.add_argument("id")
    one.add_argument("--reason", default="")


def _add_papers(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, about in (
        ("cards", "print membership cards, ten to an A4 page"), ("welcome", "print letters of welcome"),
        ("reminder", "print letters of reminder"),
    ):  # fmt: skip
        one = _command(group, name, print_papers, about)
        one.set_defaults(paper="card" if name == "cards" else name)
        _choose(one)
        _print_options(one)
        one.add_argument("--one-on-a-page", action="store_true", help="each card on a page of its own size")
    one = _command(group, "template", show_template, "show the words of a paper, with a word in braces for each value")
    one.add_argument("kind", help="receipt, card, welcome or reminder")
    one.add_argument("--document-language", default="")
    one.add_argument("--set", default="", metavar="FILE", help="take the words from this text file from now on")


def _command(
    group: argparse._SubParsersAction[argparse.ArgumentParser], name: str, handler: Handler, about: str
) -> argparse.ArgumentParser:
    parser = group.add_parser(name, help=about, description=about)
    parser.set_defaults(handler=printing(handler))
    return parser


def _choose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--status", default="", choices=["", *STATUSES])
    parser.add_argument("--type", default="", metavar="ID", help="only members of this type")


def _print_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", default="", metavar="FILE.pdf")
    parser.add_argument("--document-language", default="", choices=["", *LANGUAGES])


# ----------------------------------------------------------------- members


@with_app
def list_members(app: App, args: argparse.Namespace) -> object:
    """Show members as of a day."""
    found = app.read(dues.members, args.on)
    return {
        "day": found.day,
        "counts": dict(found.counts),
        "received_this_year": [{"amount_minor": minor, "currency": currency} for minor, currency in found.received],
        "in_kind_this_year": found.in_kind,
        "due": [row.id for row in found.due],
        "members": [asdict(row) for row in _chosen(found.rows, args)],
    }


def _chosen(rows: tuple[MemberRow, ...], args: argparse.Namespace) -> list[MemberRow]:
    return [row for row in rows if args.status in {"", row.status} and args.type in {"", row.type_id}]


@with_app
def join(app: App, args: argparse.Namespace) -> object:
    """Begin a membership."""
    given = {"person_id": args.person, "organization_id": args.organisation, "group_name": args.group}
    made = app.run(dues.join, args.type, args.start, {name: value for name, value in given.items() if value})
    return _member(app, made)


@with_app
def cancel(app: App, args: argparse.Namespace) -> object:
    """End a membership."""
    app.run(dues.cancel, args.id, args.reason, args.on)
    return _member(app, args.id)


def _member(app: App, membership: str) -> object:
    found = app.read(dues.of_group, membership)
    return {"name": found.name, **asdict(found.held[0])}


# ----------------------------------------------------------------- money


@with_app
def pay(app: App, args: argparse.Namespace) -> object:
    """Record a payment and show where the membership stands now."""
    known = app.read(dues.usual_payment, args.id)
    currency = money.match(args.currency) if args.currency else str(known.get("currency") or "")
    if args.currency and not currency:
        raise UserError(_("There is no currency “{code}”. Nothing was changed.").format(code=args.currency))
    amount, wrong = money.read(args.amount, currency, language())
    if wrong:
        raise UserError(wrong)
    given = {
        "currency": currency, "method": args.method, "date": args.date, "reference": args.reference,
        "in_kind": args.in_kind, "period_start": getattr(args, "from"), "period_end": args.until,
    }  # fmt: skip
    values: dict[str, object] = {name: value for name, value in given.items() if value}
    if amount is not None:
        values["amount_minor"] = amount
    made = app.run(dues.pay, args.id, values)
    for _field, sentence in app.run(editing.change, "payment", made, {}):
        sys.stderr.write(sentence + "\n")
    return {"payment": made, "membership": _member(app, args.id)}


@with_app
def receipt(app: App, args: argparse.Namespace) -> object:
    """Give a receipt and write it as PDF."""
    path = _target(args)
    made = app.run(letters.issue, args.payment, args.document_language or language())
    pdf = letters.render(app.read(letters.gather_receipts, [made]))
    exchange.write_file(path, pdf)
    values = app.read(editing.values, "receipt", made)
    return {
        "id": made,
        "number": values["number"],
        "language": values["language"],
        "file": str(path),
        "bytes": len(pdf),
    }


@with_app
def list_receipts(app: App, _args: argparse.Namespace) -> object:
    """Show every receipt."""
    return {"receipts": [asdict(row) for row in app.read(letters.receipts)], "wrong": app.read(letters.gaps)}


@with_app
def cancel_receipt(app: App, args: argparse.Namespace) -> object:
    """Cancel a receipt."""
    app.run(letters.cancel_receipt, args.id, args.reason)
    return app.read(editing.values, "receipt", args.id)


# ----------------------------------------------------------------- papers


@with_app
def print_papers(app: App, args: argparse.Namespace) -> object:
    """Write cards or letters of all members chosen into one PDF."""
    path = _target(args)
    chosen = [row.id for row in _chosen(app.read(dues.members).rows, args)]
    app.run(dues.number_all, chosen)
    batch = app.read(letters.gather, args.paper, chosen, args.document_language or language())
    pdf = letters.render(batch, one_on_a_page=args.one_on_a_page)
    exchange.write_file(path, pdf)
    return {"printed": len(chosen), "file": str(path), "bytes": len(pdf)}


@with_app
def show_template(app: App, args: argparse.Namespace) -> object:
    """Show, or change, the words of a paper."""
    lang = args.document_language or language()
    if args.set:
        text = exchange.read_text(Path(args.set))
        made = app.run(letters.begin_template, args.kind)
        texts = app.read(editing.values, "letter_template", made)["text"] | {lang: text.strip()}
        for _field, sentence in app.run(editing.change, "letter_template", made, {"text": texts}):
            sys.stderr.write(sentence + "\n")
    return {"kind": args.kind, "language": lang, "text": app.read(letters.words, args.kind, lang)}


def _target(args: argparse.Namespace) -> Path:
    if not args.out:
        raise UserError(_("Say where to: --out FILE.pdf. Nothing was written."))
    return Path(args.out)
