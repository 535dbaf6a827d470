"""Rows A06 and A07 on the command line: join, pay, print, and numbers that stay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_command_line import Terminal
from tests.pdf import reading

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def anna(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "anna")


def with_a_type(machine: Terminal, **values: str) -> str:
    given = {"fee_minor": "500000", "currency": "XOF", "dues": "either", "period": "months", "period_months": "12"}
    words = [f"{name}={value}" for name, value in (given | {"grace_days": "30"} | values).items()]
    return str(machine.does("add", "membership_type", 'name={"en": "Member", "es": "Miembro"}', *words)["id"])


def test_row_a06_join_pay_expire_and_pay_again_without_a_network(anna: Terminal) -> None:
    kind = with_a_type(anna)
    person = anna.does("add", "person", "given_name=Awa", "family_name=Diop")["id"]
    one = anna.does("membership", "join", kind, "--person", person, "--start", "2025-01-31")
    assert (one["status"], one["number"][-5:], one["due"][-7:]) == ("pending", "-0001", "500,000")
    paid = anna.does("membership", "pay", one["id"], "500 000", "--date", "2025-01-31", "--method", "mobile_money")
    assert paid["membership"]["until"] == "2026-01-30"
    for day, status in (
        ("2025-02-01", "new"),
        ("2026-01-30", "current"),
        ("2026-03-01", "grace"),
        ("2026-03-02", "expired"),
    ):
        seen = anna.does("membership", "list", "--on", day)
        assert (seen["members"][0]["status"], seen["counts"][status]) == (status, 1)
    assert anna.does("membership", "list", "--status", "expired")["members"][0]["id"] == one["id"]
    kept = anna.does("show", "payment", paid["payment"])
    again = anna.does("membership", "pay", one["id"])
    assert again["membership"]["status"] == "current"
    assert len(again["membership"]["payments"]) == 2
    assert anna.does("show", "payment", paid["payment"]) == kept
    gift = anna.does("membership", "pay", one["id"], "--in-kind", "Rice for the assembly")
    assert anna.does("show", "payment", gift["payment"])["method"] == "in_kind"
    assert "XOF has no decimals" in anna.fails("membership", "pay", one["id"], "12.5")
    assert "no currency “zzz”" in anna.fails("membership", "pay", one["id"], "12", "--currency", "zzz")
    assert "why the membership ends" in anna.fails("membership", "cancel", one["id"])
    assert anna.does("membership", "cancel", one["id"], "--reason", "Moved")["status"] == "cancelled"
    group = anna.does("membership", "join", kind, "--group", "Coopérative de Kédougou")
    assert group["name"] == "Coopérative de Kédougou"


def test_row_a07_receipts_cards_and_letters(anna: Terminal, tmp_path: Path) -> None:
    kind = with_a_type(anna)
    rows = "given_name,family_name\n" + "".join(f"Persona {n:02},Ñahui\n" for n in range(50))
    (tmp_path / "people.csv").write_text(rows, encoding="utf-8")
    anna.does("import", "person", str(tmp_path / "people.csv"))
    people = anna.does("list", "person")
    members = "person_id,type_id,start_date\n" + "".join(f"{each['id']},{kind},2026-01-01\n" for each in people)
    (tmp_path / "members.csv").write_text(members, encoding="utf-8")
    anna.does("import", "membership", str(tmp_path / "members.csv"))
    out = tmp_path / "cards.pdf"
    said = anna.does("membership", "cards", "--document-language", "es", "--one-on-a-page", "--out", str(out))
    assert said["printed"] == 50
    pages = [page.extract_text() for page in reading.opened(out.read_bytes()).pages]
    assert len(pages) == 50
    numbers = [page.partition("n.º")[2].split()[0] for page in pages]
    assert [int(number[-4:]) for number in numbers] == list(range(1, 51))
    assert not any("\ufffd" in page for page in pages)
    one = anna.does("membership", "list")["members"][0]["id"]
    payment = anna.does("membership", "pay", one)["payment"]
    receipt = ("membership", "receipt", payment, "--document-language", "fr", "--out", str(tmp_path / "r.pdf"))
    first, again = anna.does(*receipt), anna.does(*receipt)
    assert first["number"] == again["number"]
    assert first["number"] in reading.printed((tmp_path / "r.pdf").read_bytes())
    assert "why the receipt is cancelled" in anna.fails("membership", "cancel-receipt", first["id"])
    anna.does("membership", "cancel-receipt", first["id"], "--reason", "Typing error")
    assert anna.does(*receipt)["number"] != first["number"]
    listed = anna.does("membership", "receipts")
    assert [row["state"] for row in listed["receipts"]] == ["valid", "cancelled"]
    assert listed["wrong"] == []
    letters = ("membership", "reminder", "--status", "pending", "--out", str(tmp_path / "w.pdf"))
    assert anna.does(*letters)["printed"] == 49
    words = tmp_path / "card.txt"
    words.write_text("{organisation}\n{nom}", encoding="utf-8")
    _code, out, err = anna.tells("membership", "template", "card", "--document-language", "fr", "--set", str(words))
    assert "Français: {nom} is not known." in err
    assert json.loads(out)["text"] == "{organisation}\n{nom}"
    cards = ("membership", "cards", "--document-language", "fr", "--out", str(out))
    assert "{nom} is not known" in anna.fails(*cards)
    assert "no template “poster”" in anna.fails("membership", "template", "poster")
