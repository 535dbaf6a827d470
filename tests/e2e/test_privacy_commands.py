"""Data protection at the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import canary
from tests.e2e.test_command_line import WORD as TYPED
from tests.e2e.test_command_line import Machine
from wimdesk.store import keys

WORD = "Qañarïa77Zw"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "profile")


def test_erasing_says_first_what_goes(machine: Machine) -> None:
    record = str(machine.does("add", "person", f"given_name={WORD}")["id"])
    phone = str(machine.does("add", "contact_detail", f"person_id={record}", f"value={WORD}")["id"])
    member = str(machine.does("add", "membership", f"person_id={record}")["id"])
    paid = str(machine.does("add", "payment", f"membership_id={member}", "date=2026-01-02")["id"])
    machine.does("backup", "make")
    asked = machine.does("erase", "person", record)
    assert {part["id"] for part in asked["would_erase"]} == {record, phone, member}
    assert {part["id"] for part in asked["kept_by_law"]} == {paid}
    assert machine.does("show", "person", record)["given_name"] == WORD
    done = machine.does("erase", "person", record, "--yes")
    assert {part["id"] for part in done["erased"]} == {record, phone, member}
    assert [row["id"] for row in machine.does("list", "payment")] == [paid]
    assert all(each["done"] for each in machine.does("erasures"))
    folder = machine.profile
    key = keys.unlock(folder, TYPED).database
    assert canary.count([WORD], canary.of_folder(folder, key)) == {}
