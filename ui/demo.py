"""The demo: an endpoint on this computer with sample content, and the window of a laptop that is enrolled to it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from datetime import timedelta
from pathlib import Path

from ui.tour.endpoint import Endpoint
from ui.tour.expectations import say
from ui.tour.laptop import Laptop
from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import _, language
from wimdesk.services import (
    champions,
    commitments,
    dues,
    editing,
    handover,
    letters,
    library,
    library_feedback,
    miner_groups,
    owed,
    progress,
    reporting,
    samples,
)

ORGANISATION = "WIM Arequipa"
FIRST, SECOND, SECRETARIAT = "laptop", "second-laptop", "secretariat"


def run(out: Path | None) -> int:
    """Show the demo until its window is closed. The data is thrown away, except where a folder is given."""
    from ui.application import run as open_window

    with contextlib.ExitStack() as stack:
        kept = "" if out is None else os.environ.get("WIMDESK_PASSPHRASE", "")
        word = kept or os.urandom(16).hex()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wimdesk-demo-"))) if out is None else out
        _refuse_used(folder)
        endpoint = stack.enter_context(Endpoint(folder / "endpoint"))
        say(_("The endpoint runs at {address}. Preparing the sample content.").format(address=endpoint.url))
        profile = prepare(folder, endpoint, word)
        if out is not None:
            say(_("The data is kept in {folder}. Its passphrase: {word}").format(folder=out, word=word))
        return open_window(profile, word)


def prepare(folder: Path, endpoint: Endpoint, passphrase: str) -> Path:
    """Fill the endpoint and return the profile of the first laptop, which has something to decide.

    The Secretariat publishes the sample content; WIM Arequipa enters its data on one laptop; a second
    laptop of the same organisation changes what the first one changes too.
    """
    with contextlib.ExitStack() as stack:
        secretariat, first, second = (_open(stack, folder / name, passphrase) for name in (SECRETARIAT, FIRST, SECOND))
        secretariat.enrol(endpoint, _("Secretariat"), "secretariat")
        secretariat.app.run(samples.write_common)
        _sort_library(secretariat)
        secretariat.sync()
        first.enrol(endpoint, ORGANISATION, "coordinator")
        first.app.set_person("Rosa Mamani")
        first.sync()
        _use_library(first)
        organisation = first.app.identity().organisation
        first.app.run(samples.write_own, organisation)
        first.app.run(commitments.sign, "declaration", "Rosa Mamani", _("Coordinator"))
        _tell_more(first)
        first.sync()
        secretariat.sync()
        _ask_for(secretariat, organisation)
        secretariat.sync()
        second.enrol(endpoint, ORGANISATION, "coordinator")
        second.app.set_person("Elena Flores")
        first.let_in(second)
        _clash(first, second, organisation)
        first.app.settings.put("first_run_done", True)
        first.app.settings.put("sync_automatically", True)
    return folder / FIRST


def _sort_library(secretariat: Laptop) -> None:
    """Put a few practices into collections, and have somebody look at one again."""
    names = {"policy": _("Rules for a workplace"), "presentation": _("Ready to show"), "role_model": _("Ready to show")}
    rows = secretariat.app.read(editing.rows, library.TYPE)
    for row in rows:
        if name := names.get(row["template"]):
            secretariat.app.run(editing.change, library.TYPE, row["id"], {"collections": [name]})
    oldest = min(rows, key=lambda row: str(row["issued"]))
    secretariat.app.run(editing.change, library.TYPE, oldest["id"], {"review_on": str(oldest["issued"])[:4]})


def _use_library(laptop: Laptop) -> None:
    """Say what was done with the two newest practices."""
    newest = laptop.app.read(library.load).entries[:2]
    for entry, kind, stars in zip(newest, ("used", "adapted"), (5, 4), strict=False):
        laptop.app.run(library_feedback.say, entry.id, kind, stars, country_code="PE", context="Cerro Azul")


def _tell_more(laptop: Laptop) -> None:
    """Write down a group of artisanal miners and who is a member, send last year's report, and draft the profile."""
    run = laptop.app.run
    group = run(miner_groups.begin)
    values = {"name": "Pallaqueras de Río Claro", "women": 24, "men": 6, "commodity": ["gold"]}
    run(editing.change, miner_groups.TYPE, group, values)
    kind = run(dues.begin_type)
    fee: dict[str, object] = {"name": {"en": "Member", "fr": "Membre", "es": "Socia"}, "fee_minor": 6000}
    run(editing.change, "membership_type", kind, fee)
    for place, person in enumerate(laptop.app.read(editing.rows, "person")[:6]):
        started = clock.today() - timedelta(days=150 + 45 * place)
        member = run(dues.join, kind, started.isoformat(), {"person_id": str(person["id"])})
        if place % 3:
            paid = run(dues.pay, member, {"date": started.isoformat()})
            run(letters.issue, paid, language())
    run(handover.send, run(reporting.make_submission, "participation_report", str(clock.today().year - 1)))
    run(reporting.make_submission, "organisation_profile")


def _ask_for(secretariat: Laptop, organisation: str) -> None:
    """Circulate the minutes of a meeting with something to do, call for reports, and nominate a champion."""
    run, read = secretariat.app.run, secretariat.app.read
    soon = (clock.today() + timedelta(days=9)).isoformat()
    group = read(editing.rows, "working_group")[0]["id"]
    minutes = run(owed.begin_minutes, group, day=(clock.today() - timedelta(days=5)).isoformat())
    run(editing.change, owed.MINUTES, minutes, {"text": _("We agreed on how women and men are counted.")})
    words = _("Send the headcount of each site")
    run(lambda s: owed.begin_action(s, minutes, text=words, organization_id=organisation, due=soon))
    agreed = _("We count on the last day of the month")
    run(lambda s: owed.begin_action(s, minutes, "decision", text=agreed))
    run(owed.circulate, minutes)
    joined = sorted(row["initiative_id"] for row in read(editing.rows, "participation"))
    run(progress.call, joined[0], soon)
    run(champions.nominate, read(editing.rows, "theme")[0]["id"], organisation)


def _clash(first: Laptop, second: Laptop, organisation: str) -> None:
    """Change the same fields on both laptops, so that the Sync centre has something to decide."""
    second.app.run(editing.change, "organization", organisation, {"acronym": "MMA", "member_count": 71})
    second.sync()
    first.app.run(editing.change, "organization", organisation, {"acronym": "WIM-A", "member_count": 66})
    first.sync()


def _open(stack: contextlib.ExitStack, folder: Path, passphrase: str) -> Laptop:
    laptop = Laptop.make(folder.name, folder, passphrase)
    stack.callback(laptop.close)
    return laptop


def _refuse_used(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(_("This folder is not empty. Nothing was changed. Choose a new folder for the demo."))
