"""vCards as they come: odd folds and letters, what is known again, what stays away; nothing in them can do harm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from wimdesk.errors import UserError
from wimdesk.services import contact_cards, editing, undoing, vcard
from wimdesk.services.contact_cards import Brought

if TYPE_CHECKING:
    from pathlib import Path

    from wimdesk.app import App


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cards.vcf"


def bring(app: App, file: Path, raw: bytes | str) -> Brought:
    file.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return app.run(contact_cards.bring_in, contact_cards.read(file))


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def only(app: App) -> dict[str, object]:
    (found,) = app.read(editing.rows, "person")
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_are_read_whatever_wrote_them(encoding: str, app: App, file: Path) -> None:
    text = card("N:Núñez;Zoë;;;", "FN:Zoë Núñez", "NOTE:cœur")
    assert bring(app, file, text.encode(encoding)).new == 1
    assert (only(app)["family_name"], only(app)["summary"]) == ("Núñez", "cœur")


def test_a_fold_may_stand_within_a_letter(app: App, file: Path) -> None:
    raw = card("FN:Zoë", "NOTE:ab€cd").encode()
    at = raw.index("€".encode()) + 1
    bring(app, file, raw[:at] + b"\r\n " + raw[at:])
    assert only(app)["summary"] == "ab€cd"


def test_a_newer_card_brings_up_to_date_and_leaves_the_rest(app: App, file: Path) -> None:
    bring(app, file, card("UID:abc", "N:Diop;Awa;;;", "FN:Awa Diop", "TITLE:Clerk", "TEL;TYPE=work:1 23"))
    person = str(only(app)["id"])
    app.run(editing.change, "person", person, {"summary": "ours"})
    done = bring(app, file, card("UID:abc", "N:Diop;Awa;;;", "FN:Awa Diop", "TITLE:Director", "TEL:123", "TEL:456"))
    assert (done.new, done.changed, done.same) == (0, 1, 0)
    assert (only(app)["role"], only(app)["summary"]) == ("Director", "ours")
    ways = app.read(editing.rows, "contact_detail")
    assert sorted((way["value"], way["label"]) for way in ways) == [("1 23", "work"), ("456", "")]
    app.run(undoing.take_back, done.act)
    assert only(app)["role"] == "Clerk"
    assert len(app.read(editing.rows, "contact_detail")) == 1


def test_who_is_in_the_trash_stays_there(app: App, file: Path) -> None:
    text = card("UID:abc", "N:Diop;Awa;;;", "FN:Awa Diop")
    bring(app, file, text)
    app.run(editing.remove, "person", str(only(app)["id"]))
    done = bring(app, file, text)
    assert (done.new, done.changed, done.same) == (0, 0, 1)
    assert "trash" in done.losses[0].reason
    assert app.read(editing.rows, "person") == []


def test_what_is_no_whole_card_is_named(app: App, file: Path) -> None:
    text = (
        card("KIND:group", "FN:Board", "MEMBER:urn:uuid:1", version="4.0")
        + card("VERSION:3.0")
        + card("UID:x", "FN:Awa Diop")
        + card("UID:x", "FN:Awa Diop Again")
        + card("FN:Agent's", "AGENT:", "BEGIN:VCARD", "FN:Inner", "END:VCARD", version="2.1")
        + "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cut Short\r\n"
    )
    done = bring(app, file, text)
    assert done.new == 3
    assert {row["given_name"] for row in app.read(editing.rows, "person")} == {"Awa", "", "Cut"}
    told = {(loss.field, loss.line) for loss in done.losses}
    assert {("KIND", 1), ("FN", 7), ("UID", 16), ("AGENT", 24), ("END", 29)} <= told


def test_one_jcard_and_a_name_with_signs(app: App, file: Path) -> None:
    found = ["vcard", [
        ["version", {}, "text", "4.0"],
        ["fn", {}, "text", "A, B; C \\ D"],
        ["n", {}, "text", ["B; C", ["A,", "x"], "", "", ""]],
        ["tel", {"type": ["home", "cell"], "pref": "1", "group": "g"}, "uri", "tel:+1-555-0100"],
        ["x-ablabel", {"group": "g"}, "text", "cabin"],
        ["note", {}, "text", "two\nlines"],
    ]]  # fmt: skip
    bring(app, file, json.dumps(found))
    assert (only(app)["family_name"], only(app)["given_name"], only(app)["summary"]) == ("B; C", "A, x", "two\nlines")
    (way,) = app.read(editing.rows, "contact_detail")
    assert (way["value"], way["label"], way["preferred"]) == ("+1-555-0100", "cabin", True)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"hello", b"[" * 5000, b'["vcard", 5]', b"{}", b"\x00\xff" * 50, b"BEGIN:VCARDX",
        b'[["vcard", [["fn", {}, "text"], 7, ["fn", 1, 2, 3]]], 5, null]',
        b"BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:=\n=ZZ=\n=\nTEL;=:1\n;;:\n.x:1\nEND:VCARD",
    ],
)  # fmt: skip
def test_nonsense_is_a_sentence_or_nobody(raw: bytes, app: App, file: Path) -> None:
    try:
        done = bring(app, file, raw)
    except UserError:
        return
    assert done.new <= 1


def test_what_is_written_is_folded_between_letters_and_says_four() -> None:
    text = vcard.write([[vcard.Property("NOTE", vcard.escaped("€" * 100 + ";,\\\n"))]])
    lines = text.encode().split(b"\r\n")
    assert lines[1] == b"VERSION:4.0"
    assert all(len(line) <= 75 and line.decode() for line in lines if line)
    assert vcard.read(text.encode())[0].all("NOTE")[0].text() == "€" * 100 + ";,\\\n"
