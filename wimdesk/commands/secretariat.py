"""The commands of the Secretariat's endpoint, which a laptop does without."""

from __future__ import annotations

import argparse
import importlib
import json
import os
from pathlib import Path
from types import ModuleType

from sync.protocol import ROLES
from wimdesk.commands.terminal import emit, printing
from wimdesk.errors import EnvironmentProblem, UserError
from wimdesk.i18n import _
from wimdesk.services import exchange

_ADDRESS_HELP = "a PostgreSQL database, postgresql://ROLE@HOST/NAME; or the variable WIMDESK_DATABASE"
_MORE = ("file", "out", "device_id", "wipe", "organisation", "really")
"""What some of the operator's verbs are told besides the place."""


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands of the Secretariat's endpoint."""
    group = commands.add_parser("secretariat", help="the Secretariat's endpoint").add_subparsers(
        dest="secretariat", required=True
    )
    parser = group.add_parser("serve", help="run the endpoint")
    _add_place(parser)
    parser.add_argument(
        "--listen", default="127.0.0.1:8420", metavar="HOST:PORT", help="where it answers; 127.0.0.1:8420 if left out"
    )
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="processes on one port (PostgreSQL)")
    parser.add_argument("--metrics", default="", metavar="HOST:PORT", help="offer figures for Prometheus there")
    parser.set_defaults(handler=printing(serve))
    parser = group.add_parser("prepare", help="make tables and row security in PostgreSQL, as the database's owner")
    parser.add_argument("--database", default="", metavar="ADDRESS", help=_ADDRESS_HELP)
    parser.add_argument("--role", required=True, help="the role that the endpoint serves with; it must exist")
    parser.set_defaults(handler=printing(prepare))
    parser = group.add_parser("enrol", help="make a one-time code for an organisation's new computer")
    _add_place(parser)
    parser.add_argument("--organisation", required=True, help="its name; a new one is made where there is none")
    parser.add_argument(
        "--role", default="", choices=sorted(ROLES),
        help="if left out: coordinator for the first, whose computer can let the others in, then volunteer",
    )  # fmt: skip
    parser.add_argument("--server", default="", help="the endpoint's address, for the enrolment file")
    parser.add_argument("--file", type=Path, help="write the code and the address as an enrolment file too")
    parser.set_defaults(handler=printing(issue_code))
    for name, verb, text in (
        ("devices", "devices", "list the computers that were ever enrolled"),
        ("restored", "renew_generation", "say that the endpoint's data was restored from a backup"),
        ("proofs", "proofs", "count the signatures in the log that hold, and those that do not"),
        ("quarantine", "kept_apart", "list what revoked computers still sent"),
        ("admit", "admit", "let in what a revoked computer still sent"),
        ("drop", "drop", "throw away what a revoked computer still sent"),
        ("backup", "backup", "write everything into one file, while it serves"),
        ("restore", "restore", "put a backup into an empty folder or database"),
        ("bundle", "bundle", "take in a file of changes that somebody brought; write its answer"),
        ("remove", "remove_organisation", "shut out an organisation that has left, and remove what only it could read"),
        ("revoke", "revoke", "shut a computer out from its next sync on"),
    ):
        parser = group.add_parser(name, help=text)
        _add_place(parser)
        parser.set_defaults(handler=printing(operate), verb=verb)
        if name in {"backup", "restore"}:
            parser.add_argument("--file", type=Path, required=True, help="the file with everything")
        if name == "bundle":
            parser.add_argument("file", type=Path, help="what somebody brought")
            parser.add_argument("--out", type=Path, required=True, help="where the answer is written")
        if name == "remove":
            parser.add_argument("--organisation", required=True, help="its name, or its id as “departures” lists it")
            parser.add_argument("--yes", dest="really", action="store_true", help="really remove; it can't be undone")
        if name in {"admit", "drop", "revoke"}:
            parser.add_argument("--device", dest="device_id", required=True, help="its id, as “devices” lists it")
    parser.add_argument("--wipe", action="store_true", help="destroy the data on that computer, too")


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(misunderstood=parser.error)
    parser.add_argument("--data", type=Path, help="the folder of the endpoint's database file")
    parser.add_argument("--database", default="", metavar="ADDRESS", help=_ADDRESS_HELP)


def _address(args: argparse.Namespace, endpoint: ModuleType) -> str:
    """The PostgreSQL database that the arguments or the environment name; never with a password for all to see."""
    if endpoint.holds_password(args.database):
        raise UserError(
            _("Everybody on this computer could read this password. Nothing was done. Put it into WIMDESK_DATABASE.")
        )
    return str(args.database or os.environ.get("WIMDESK_DATABASE", ""))


def _place(args: argparse.Namespace, endpoint: ModuleType) -> tuple[Path, str]:
    """The folder and the address; one of them is enough, and the address goes first."""
    database = _address(args, endpoint)
    if not args.data and not database:
        args.misunderstood(_("Say where the data is: --data FOLDER, or --database ADDRESS. Nothing was done."))
    return args.data or Path(), database


def _endpoint() -> ModuleType:
    """The endpoint's packages are an extra: a laptop does without them."""
    try:
        return importlib.import_module("sync.server.service")
    except ModuleNotFoundError as error:
        raise UserError(
            _("The endpoint needs more packages. Nothing was changed. Install wimdesk[secretariat].")
        ) from error


def serve(args: argparse.Namespace) -> object:
    """Run the endpoint until it is stopped."""
    host, port = _address_of(args.listen)
    watch = _address_of(args.metrics) if args.metrics else None
    service = _endpoint()
    data, database = _place(args, service)
    service.log_in_lines()
    if args.workers < 1:
        raise UserError(_("There must be at least one worker. Nothing was started."))
    try:
        service.serve(
            data, host, port, lambda url: emit({"url": url}), database=database, workers=args.workers, watch=watch
        )
    except service.Unusable as error:
        raise EnvironmentProblem(str(error)) from error
    except OSError as error:
        raise EnvironmentProblem(
            _("The endpoint can't listen there. Nothing was changed. Choose another address or port.")
        ) from error
    return None


def _address_of(text: str) -> tuple[str, int]:
    host, _colon, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise UserError(_("Say where to listen as HOST:PORT, for example 127.0.0.1:8420."))
    return host.strip("[]"), int(port)


def prepare(args: argparse.Namespace) -> object:
    """Make tables and policies in a PostgreSQL database; again does no harm."""
    service = _endpoint()
    try:
        service.prepare(_address(args, service), args.role)
    except service.Unusable as error:
        raise EnvironmentProblem(str(error)) from error
    return {"prepared": True, "role": args.role}


def operate(args: argparse.Namespace) -> object:
    """Do one of the operator's verbs; print what it gives."""
    service = _endpoint()
    data, database = _place(args, service)
    if not database and args.verb != "restore" and not (data / service.FILE).is_file():
        raise UserError(_("There is no endpoint in this folder. Nothing was changed. Choose another folder."))
    more = {
        name: getattr(args, name)
        for name in ("file", "out", "device_id", "wipe", "organisation", "really")
        if name in args
    }
    try:
        found: object = getattr(service, args.verb)(data, database=database, **more)
    except service.Unusable as error:
        raise EnvironmentProblem(str(error)) from error
    except ValueError as error:
        raise UserError(str(error)) from error
    if args.verb in {"renew_generation", "restore"}:
        return {"generation": found}
    return {"done": True} if found is None else found


def issue_code(args: argparse.Namespace) -> object:
    """Make a one-time code; print it."""
    service = _endpoint()
    data, database = _place(args, service)
    try:
        made: dict[str, str] = service.issue_code(data, args.organisation, args.role, database)
    except ValueError as error:
        raise UserError(str(error)) from error
    if args.file:
        held = {"server": args.server, "organisation": made["organisation_name"]}
        held |= {name: made[name] for name in ("code", "key")}
        exchange.write_file(args.file, json.dumps(held, ensure_ascii=False).encode(), secret=True)
    return made
