"""What every record type owes, whoever adds one: a type that forgets something is red at once, by its name."""

from __future__ import annotations

import csv
import importlib
import inspect
import io
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QWidget
from sqlalchemy import delete, update

import wimdesk.records
from sync.protocol import MAX_PAYLOAD
from tests.support import sample_row
from wimdesk.errors import NotFound, RuleBroken
from wimdesk.identifiers import new_id
from wimdesk.records import rules
from wimdesk.services import editing, exchange, listing
from wimdesk.store import history, inbox, journal, outbox
from wimdesk.store.record import LOCAL_COLUMNS, Record, blank_row, default, fields, fits, types

if TYPE_CHECKING:
    from types import ModuleType

    from sqlalchemy.orm import Session

    from tests.support import Laptop, Office
    from wimdesk.app import App

TYPES = sorted(types())
FILLED_BY_THE_PROGRAM = {
    "computer": "computers",
    "distinction": "duplicates",
    "import_mapping": "importing_table",
    "submission": "submissions",
}
"""Types that nobody fills in by hand: they have a page, named here, and no form."""

every_type = pytest.mark.parametrize("name", TYPES)


def legal_row(name: str, mark: str) -> dict[str, object]:
    """A row that breaks no rule."""
    row = sample_row(types()[name], mark)
    ends = {"end": "2026-04-05", "end_date": "2026-04-05", "country_code": "PE", "type": "phone"}
    ends |= {"starts": "2026-04-05T09:00", "zone": "America/Lima"}
    return row | {field: value for field, value in ends.items() if field in row}


def fields_of(app: App, name: str, record: str) -> dict[str, object]:
    found = app.read(editing.values, name, record)
    return {field: found[field] for field in fields(types()[name])}


def _classes(module: ModuleType) -> list[type]:
    """The classes that a module defines itself."""
    return [c for _name, c in inspect.getmembers(module, inspect.isclass) if c.__module__ == module.__name__]


@every_type
def test_it_is_one_type_in_a_file_of_its_name_and_in_the_list(name: str) -> None:
    cls = types()[name]
    assert cls.__module__ == f"wimdesk.records.{name}"
    module = importlib.import_module(cls.__module__)
    defined = [c for c in _classes(module) if issubclass(c, Record)]
    assert defined == [cls]
    assert vars(wimdesk.records)[cls.__name__] is cls


@every_type
def test_it_has_words_and_sound_columns(name: str) -> None:
    cls = types()[name]
    assert cls.type_label
    assert cls.type_label_many
    assert fields(cls)
    for field, info in fields(cls).items():
        assert info["label"], f"{name}.{field} has no label"
        assert field not in LOCAL_COLUMNS
        assert fits(info, default(info)), f"the default of {name}.{field} is not of its kind"
        if info["kind"] == "link":
            assert info.get("link") in types(), f"{name}.{field} points to no type"
        if info["kind"] == "choice":
            assert info.get("choices"), f"{name}.{field} has no choices"
    assert any(info.get("listed") for info in fields(cls).values()), f"{name} would be listed without columns"


@every_type
def test_it_comes_to_the_other_laptop_as_it_was(name: str, laptops: tuple[Laptop, Laptop]) -> None:
    first, second = laptops
    row = legal_row(name, f"arrives {name}")
    record = first.add(name, **row)
    first.sync()
    second.sync()
    assert fields_of(second.app, name, record) == row == fields_of(first.app, name, record)
    assert second.see(name, record)["space"] == first.see(name, record)["space"]
    # Each field back to nothing, from the other side.
    nothing = {field: default(info) for field, info in fields(types()[name]).items()}
    second.change(name, record, **nothing)
    second.sync()
    first.sync()
    assert fields_of(first.app, name, record) == nothing == fields_of(second.app, name, record)
    assert first.questions() == second.questions() == []


@every_type
def test_an_empty_one_arrives_too(name: str, laptops: tuple[Laptop, Laptop]) -> None:
    first, second = laptops
    record = first.add(name)
    assert len(first.app.read(outbox.waiting)[0].fields) == 1
    first.sync()
    second.sync()
    assert fields_of(second.app, name, record) == fields_of(first.app, name, record)
    assert second.app.read(editing.caption, name, record)


@every_type
def test_csv_out_is_csv_in(name: str, app: App, office: Office) -> None:
    rows = [legal_row(name, f"row {number}") for number in range(3)]
    made = {app.run(editing.add, name, row) for row in rows}
    text = app.read(exchange.export_csv, name)
    other = office.app()
    assert text.startswith("id,")
    lines = _only(text, made)
    assert other.run(exchange.import_csv, name, lines) == exchange.Imported(new=3, changed=0, same=0)
    keys = {field: default(info) for field, info in fields(types()[name]).items() if info.get("secret")}
    for record in made:
        assert fields_of(other, name, record) == fields_of(app, name, record) | keys
    assert other.run(exchange.import_csv, name, lines) == exchange.Imported(new=0, changed=0, same=3)


def _only(text: str, ids: set[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""))):
        if number == 0 or row[0] in ids:
            writer.writerow(row)
    return out.getvalue()


@every_type
def test_search_finds_it_by_each_field_that_says_so(name: str, app: App) -> None:
    for field, info in fields(types()[name]).items():
        if "search" not in info:
            continue
        word = f"zq{new_id().replace('-', '')}"
        value: object = (
            {"fr": word} if info["kind"] in {"texts", "long_texts"} else [word] if info["kind"] == "codes" else word
        )
        record = app.run(editing.add, name, {field: value})
        assert [(hit.type, hit.id) for hit in app.searcher().ask(word) or []] == [(name, record)], field
        app.run(editing.remove, name, record)
        assert app.searcher().ask(word) == [], "what is in the trash is not found"


@pytest.mark.parametrize("count", [0, 1, 1000])
@every_type
def test_its_list_opens(name: str, count: int, office: Office) -> None:
    app = office.app()
    already = len(app.read(editing.rows, name))
    space = app.store.author.spaces[types()[name].home]
    rows: list[dict[str, object]] = [{"id": new_id(), "space": space, "owner": new_id()} for _ in range(count)]
    app.run(inbox.plant, types()[name], rows)
    listed = tuple(field for field, info in fields(types()[name]).items() if info.get("listed"))
    found = app.read(listing.ids, name, order=listed)
    assert len(found) == count + already
    page = app.read(listing.page, name, found[:128])
    assert all(isinstance(row["caption"], str) and row["caption"] for row in page.values())


@every_type
def test_history_undo_delete_and_restore(name: str, app: App) -> None:
    row = legal_row(name, "before")
    record = app.run(editing.add, name, row)
    field, info = next(
        (f, i) for f, i in fields(types()[name]).items() if i["kind"] in {"text", "texts", "long_text", "day"}
    )
    changed: object = {"en": "after"} if info["kind"] == "texts" else "2026-12-01" if info["kind"] == "day" else "after"
    app.run(editing.change, name, record, {field: changed})
    # What follows from it is said beside it (Record.follow).
    assert [step.values[field] for step in app.read(history.history, record)][1:] == [changed]
    app.run(history.undo, app.read(history.last_act))
    assert fields_of(app, name, record) == row
    app.run(editing.remove, name, record)
    assert record not in {found["id"] for found in app.read(editing.rows, name)}
    assert record in {found.id for found in app.read(history.trash)}
    app.run(editing.restore, name, record)
    assert fields_of(app, name, record) == row
    assert record in {found["id"] for found in app.read(editing.rows, name)}


@every_type
def test_bulk_statements_are_refused(name: str, app: App) -> None:
    cls = types()[name]
    for statement in (update(cls).values(deleted=True), delete(cls)):
        with pytest.raises(RuntimeError, match="journal"):
            app.run(_execute, statement)


def _execute(session: Session, statement: object) -> None:
    session.execute(statement)  # type: ignore[call-overload]  # the two kinds above


@every_type
def test_its_rules_are_pure_and_take_whatever_is_there(name: str) -> None:
    cls = types()[name]
    for values in (
        {},
        blank_row(cls),
        legal_row(name, "x"),
        dict.fromkeys(fields(cls)),
        dict.fromkeys(fields(cls), "½"),
    ):
        before = deepcopy(values)
        first, second = cls.problems(values), cls.problems(values)
        assert first == second
        assert values == before
        assert all(field in fields(cls) and sentence for field, sentence in first)
    assert cls.problems(legal_row(name, "x")) == []
    assert rules.check_values(cls, legal_row(name, "x")) == []


@every_type
def test_a_value_of_a_wrong_kind_is_refused_and_changes_nothing(name: str, app: App) -> None:
    record = app.run(editing.add, name, legal_row(name, "kept"))
    before = app.read(editing.values, name, record)
    odd = [1.5, "x", True, [1], {"en": 2}, None, 2**64, float("nan"), "\ud800", b"x"]
    for field, info in fields(types()[name]).items():
        for value in odd:
            if not fits(info, value):
                with pytest.raises(RuleBroken, match="does not fit"):
                    app.run(editing.change, name, record, {field: value})
    with pytest.raises(RuleBroken):
        app.run(editing.change, name, record, {"deleted": "yes"})
    with pytest.raises(NotFound, match="Known"):
        app.run(editing.change, name, record, {"no_such_field": "x"})
    assert app.read(editing.values, name, record) == before


@every_type
def test_its_values_fit_into_one_operation(name: str, app: App) -> None:
    row = legal_row(name, "size")
    assert len(journal.pack_payload(list(row.values()), "", "")) < MAX_PAYLOAD


@pytest.mark.parametrize("name", sorted(set(TYPES) - set(FILLED_BY_THE_PROGRAM)))
def test_it_has_a_form(name: str) -> None:
    module = importlib.import_module(f"ui.forms.{name}")
    made = [c for c in _classes(module) if issubclass(c, QWidget)]
    assert made, f"ui/forms/{name}.py has no widget"
    assert module.__doc__


def test_what_the_program_fills_has_a_page_instead() -> None:
    for name, page in FILLED_BY_THE_PROGRAM.items():
        assert name in types()
        assert importlib.import_module(f"ui.pages.{page}").__doc__
