"""The command line over the same verbs as the screens: JSON on standard output, sentences on standard error.

Exit codes: 0 done, 1 not done (a sentence says why), 2 the command was not understood.
"""

from __future__ import annotations

import argparse


def add_parsers(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare all commands."""
    from wimdesk.commands import (
        alliance,
        attachment,
        bundle,
        field,
        frame,
        groupwork,
        importing,
        initiative,
        key,
        leaving,
        library,
        library_search,
        membership,
        organisation,
        people,
        privacy,
        records,
        removal,
        secretariat,
        task,
    )

    records.add_parsers(kinds)
    alliance.add_parsers(kinds)
    importing.add_parsers(kinds)
    initiative.add_parsers(kinds)
    bundle.add_parsers(kinds)
    attachment.add_parsers(kinds)
    frame.add_parsers(kinds)
    groupwork.add_parsers(kinds)
    field.add_parsers(kinds)
    key.add_parsers(kinds)
    leaving.add_parsers(kinds)
    library_search.add_kinds(library.add_parsers(kinds))
    membership.add_parsers(kinds)
    organisation.add_parsers(kinds)
    people.add_parsers(kinds)
    privacy.add_parsers(kinds)
    removal.add_parsers(kinds)
    secretariat.add_parsers(kinds)
    task.add_parsers(kinds)
