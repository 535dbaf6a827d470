"""Which feature rows hold: a table of row, test and result.

Run it with `python -m tests.rows`, or with the ids of a few rows behind it. A test stands for a row if its name says
so: `test_row_a06_join_and_pay` for A06. A row without a test is listed as missing. The exit code is 1 where any row
is missing or failed.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

ROWS: Mapping[str, str] = {
    "A01": "Profile of the organisation",
    "A02": "Branches without double counting",
    "A03": "Posts and terms",
    "A04": "Contacts, vCard both ways",
    "A05": "Consent and subject rights",
    "A06": "Members, dues, computed status",
    "A07": "Receipts, cards, letters",
    "A08": "Duplicates and merge",
    "A09": "Import with dry run and re-import",
    "A10": "Own fields",
    "A11": "Activity log, tasks, reminders",
    "A12": "Tags, saved searches, acts on many",
    "A13": "Directory of the Alliance",
    "A14": "Groups of artisanal miners",
    "A15": "Mine sites and visits",
    "B01": "Declaration, versions and languages side by side",
    "B02": "Endorsing and withdrawing, certificate",
    "B03": "Register of endorsers as of a day",
    "B04": "Positions: comments, amendments, ratification",
    "B05": "Internal regulation and independence",
    "C01": "Initiatives: lifecycle, milestones, budget",
    "C02": "Roles with terms and capacity, counts as of a day",
    "C03": "Working groups: two time slots, members, minutes",
    "C04": "Thematic champions: term and report",
    "C05": "Own initiatives, private, shared as a practice",
    "C06": "Themes of a year, and all that belongs to one",
    "C07": "Progress reports, who is missing",
    "C08": "Actions and decisions: what we owe",
    "D01": "Library: typed templates, collections, tags",
    "D02": "Full-text search, also in files",
    "D03": "Library: translations as one work",
    "D04": "Library: used it, adapted it",
    "D05": "Library: review, licence, withdrawing",
    "D06": "Library: chosen downloads within a budget",
    "D07": "Duplicates across names and languages",
    "D08": "Saved searches, related, reading lists",
    "D09": "Library: export that opens anywhere",
    "D10": "Library: versions and review dates",
    "D11": "Library: role models, consent and its end",
    "G01": "Events: two zones, registration, attendance offline",
    "G02": "iCalendar, out and in",
    "O01": "Everything works without a network",
    "O02": "Outbox: fields, bytes, last sync, next try",
    "O12": "Audit trail with a hash chain",
    "O13": "Undo, trash, restore",
    "P01": "Languages",
    "P02": "Accessibility",
    "P03": "First run by role, sample, help",
    "P04": "One box that searches everything",
    "P05": "Full export and import",
    "P06": "Modest laptops",
}
"""Each row that needs a test, in a few words."""
_NAME = re.compile(r"\btest_row_([a-z]\d\d)_\w+")


class Results:
    """Hears from pytest what became of each test that stands for a row."""

    def __init__(self) -> None:
        self.by_test: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the worst of what a test's phases came to."""
        counts = report.when == "call" or report.outcome != "passed"
        if counts and self.by_test.get(report.nodeid) not in {"failed", "skipped"}:
            self.by_test[report.nodeid] = report.outcome


def row_of(test: str) -> str:
    """Return the id of the row for which a test stands, empty where it is for none."""
    found = _NAME.search(test)
    return found[1].upper() if found else ""


def table(results: Mapping[str, str], wanted: Iterable[str]) -> list[str]:
    """Return the lines of the Markdown table; a row without a test says so."""
    lines = ["| row | what | test | result |", "| --- | --- | --- | --- |"]
    for row in wanted:
        tests = [test for test in results if row_of(test) == row]
        lines += [f"| {row} | {ROWS[row]} | {test} | {results[test]} |" for test in tests]
        if not tests:
            lines.append(f"| {row} | {ROWS[row]} | | missing |")
    return lines


def all_hold(results: Mapping[str, str], wanted: Iterable[str]) -> bool:
    """Say whether each row has a test, and none of its tests did anything but pass."""
    return all(outcomes and outcomes == {"passed"} for outcomes in (_outcomes(results, row) for row in wanted))


def _outcomes(results: Mapping[str, str], row: str) -> set[str]:
    return {outcome for test, outcome in results.items() if row_of(test) == row}


def main(words: list[str]) -> int:
    """Run the tests of the rows, print the table, return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.rows", description="Print which feature rows hold.")
    parser.add_argument("rows", nargs="*", type=str.upper, choices=[*ROWS, []], metavar="ROW", help="only these rows")
    wanted = parser.parse_args(words).rows or list(ROWS)
    results, root = Results(), Path(__file__).parents[1]
    which = " or ".join(f"test_row_{row.lower()}_" for row in wanted)
    with contextlib.redirect_stdout(sys.stderr):
        pytest.main(["-q", "-k", which, f"--rootdir={root}", str(root / "tests")], plugins=[results])
    sys.stdout.write("\n".join(table(results.by_test, wanted)) + "\n")
    return 0 if all_hold(results.by_test, wanted) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
