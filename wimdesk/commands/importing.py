"""The command that brings tables of other programs in: a CSV file or a workbook, tried first if one likes."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path

from wimdesk.app import App
from wimdesk.commands.terminal import printing, with_app
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.services import custom_fields, exchange, import_fields, importing, sheets, undoing
from wimdesk.services.import_fields import Plan
from wimdesk.services.importing import Outcome
from wimdesk.services.sheets import Layout, Table


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "bring a table in: CSV, XLSX, XLS or ODS; how it is written is guessed, and can be said"
    parser = commands.add_parser("import", help=about, description=about)
    parser.add_argument("type", help="a type of record, such as person or site")
    parser.add_argument("file")
    parser.add_argument("--map", nargs="+", action="extend", default=[], metavar="COLUMN=FIELD", help="where it goes")
    parser.add_argument("--known-by", nargs="+", default=None, metavar="FIELD", help="what tells the rows apart")
    parser.add_argument("--encoding", default="", help="such as utf-8, utf-16, cp1252")
    parser.add_argument("--separator", default="", help="the sign between the cells; tab for a tabulator")
    parser.add_argument("--sheet", default="", help="the sheet of a workbook")
    parser.add_argument("--header", type=int, default=0, metavar="ROW", help="the row with the names of the columns")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    parser.add_argument("--leave-bad", action="store_true", help="bring in the other rows where some can't be used")
    parser.add_argument("--from-trash", action="store_true", help="take records of these rows out of the trash")
    parser.add_argument("--report", default="", metavar="FILE", help="write the bad rows with their reasons as CSV")
    parser.set_defaults(handler=printing(import_table))
    about = "take an act back, such as an import: the one of this number, or the last one"
    parser = commands.add_parser("undo", help=about, description=about)
    parser.add_argument("act", type=int, nargs="?", default=0)
    parser.set_defaults(handler=printing(undo_act))


@with_app
def import_table(app: App, args: argparse.Namespace) -> object:
    """Bring a table in."""
    separator = "\t" if args.separator.lower() == "tab" else args.separator
    table = sheets.read(Path(args.file), Layout(args.encoding, separator[:1], args.sheet, args.header))
    if _is_ours(table, args):
        return asdict(app.run(exchange.import_csv, args.type, exchange.read_text(Path(args.file))))
    plan = _plan(app, table, args)
    empty = args.dry_run and not plan.used()  # what the columns are called is an answer too
    tried = Outcome() if empty else app.read(importing.bring_in_good, table, plan, args.from_trash)
    if args.report:
        exchange.write_file(Path(args.report), importing.report(table, tried.bad).encode("utf-8-sig"))
    if args.dry_run:
        found = tried
    else:
        how = {"leave_bad": args.leave_bad, "from_trash": args.from_trash}
        found = importing.bring_in_parts(app.store, table, plan, **how)
    told = asdict(found) | {"bad": [{"line": bad.line, "reason": bad.reason} for bad in found.bad]}
    return told | {
        "columns": dict(plan.columns),
        "left_out": [name for name, target in plan.columns.items() if not target],
        "known_by": list(plan.known_by), "remembered": plan.remembered,
        "encoding": table.layout.encoding, "separator": table.layout.separator, "sheet": table.layout.sheet,
        "header": table.layout.header, "dry_run": args.dry_run,
    }  # fmt: skip


def _is_ours(table: Table, args: argparse.Namespace) -> bool:
    """Say whether this is a file that WIMDesk wrote, to be read as it was written."""
    said = any((args.map, args.known_by, args.sheet, args.header, args.dry_run, args.leave_bad, args.report))
    plain = table.path.suffix.lower() in sheets.TEXTS and table.layout.header == 1
    known = {name for name in import_fields.targets(args.type) if not name.startswith(import_fields.WAY)}
    named = {name for name in table.columns if not name.startswith(custom_fields.PREFIX)}
    others = named - known - {"organization_id", "merged_into"}
    return plain and not said and not others and import_fields.ID in table.columns


def _plan(app: App, table: Table, args: argparse.Namespace) -> Plan:
    plan = app.read(import_fields.propose, table, args.type)
    columns = dict(plan.columns)
    known = plan.targets()
    for pair in args.map:
        column, sign, target = pair.rpartition("=")
        target = custom_fields.facet_of(plan.own, target) or target
        if not sign or column not in columns or (target and target not in known):
            raise UserError(
                _("“{pair}” is not COLUMN=FIELD. Nothing was imported. Columns: {columns}. Fields: {fields}.").format(
                    pair=pair, columns=", ".join(columns), fields=", ".join(known)
                )
            )
        columns[column] = target
    known_by = plan.known_by if args.known_by is None else tuple(args.known_by)
    return replace(plan, columns=columns, known_by=known_by)


@with_app
def undo_act(app: App, args: argparse.Namespace) -> object:
    """Take an act back, as one act."""
    changed, act = app.run(undoing.take_back, args.act)
    return {"changed": changed, "act": act}
