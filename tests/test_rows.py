from __future__ import annotations

import re
from pathlib import Path

from tests import rows

A06 = "tests/ui/test_members.py::test_row_a06_a_type_is_made"
A06_TOO = "tests/e2e/test_membership_commands.py::test_row_a06_join[x]"


def test_a_test_stands_for_the_row_that_its_name_says() -> None:
    assert rows.row_of(A06) == "A06"
    assert rows.row_of("tests/ui/test_members.py::test_a06_by_hand") == ""


def test_a_row_without_a_test_is_missing_and_one_that_failed_does_not_hold() -> None:
    results = {A06: "passed", A06_TOO: "failed"}
    assert rows.table(results, ["A06", "A07"])[2:] == [
        f"| A06 | Members, dues, computed status | {A06} | passed |",
        f"| A06 | Members, dues, computed status | {A06_TOO} | failed |",
        "| A07 | Receipts, cards, letters | | missing |",
    ]
    assert not rows.all_hold(results, ["A06"])
    assert not rows.all_hold({A06: "passed"}, ["A06", "A07"])
    assert not rows.all_hold({A06: "skipped"}, ["A06"])
    assert rows.all_hold({A06: "passed"}, ["A06"])


def test_each_row_that_a_test_names_stands_in_the_table() -> None:
    files = Path(rows.__file__).parent.rglob("test_*.py")
    named = {
        match[1].upper()
        for file in files
        for match in re.finditer(r"def test_row_([a-z]\d\d)_", file.read_text("utf-8"))
    }
    assert named == set(rows.ROWS)
