from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from tests.ui.waiting import Late
from ui.forms.binder import Binder
from ui.undo import Undoing
from ui.widgets.date import DateField
from ui.widgets.languagemap import LanguageMapField
from ui.widgets.number import NumberField
from wimdesk.services import editing

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk


class Form:
    """A window with a few bound fields of one record."""

    def __init__(self, desk: Desk, qtbot: QtBot, type_name: str, values: dict[str, object], *names: str) -> None:
        self.desk, self.type = desk, type_name
        self.id = desk.app.run(editing.add, type_name, values)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.form = QWidget()
        QVBoxLayout(self.window).addWidget(self.form)
        column = QVBoxLayout(self.form)
        self.binder = Binder(desk, type_name, self.id)
        for name in names:
            column.addWidget(self.binder.bind(name))
        with qtbot.waitSignal(self.binder.loaded), qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    def line(self, name: str) -> QLineEdit:
        editor = self.binder.editor(name)
        assert isinstance(editor, QLineEdit)
        return editor

    def type_in(self, name: str, text: str) -> None:
        self.line(name).setFocus()
        self.line(name).selectAll()
        QTest.keyClicks(self.line(name), text)

    def stored(self, name: str) -> object:
        return self.desk.app.read(editing.values, self.type, self.id)[name]

    def changed_elsewhere(self, **values: object) -> None:
        self.desk.app.store.run_as("sync", editing.change, self.type, self.id, values)


@pytest.fixture
def form(desk: Desk, qtbot: QtBot) -> Form:
    values: dict[str, object] = {"name": "Cerro Azul", "operator": "Minera"}
    return Form(desk, qtbot, "site", values, "name", "operator", "target_share")


def test_shows_the_record_with_names_and_a_star(form: Form) -> None:
    assert form.line("name").text() == "Cerro Azul"
    assert form.line("name").accessibleName() == "Name"
    assert form.binder.row("name").label.text() == "Name *"
    assert form.binder.row("operator").label.text() == "Run by"


def test_saves_by_itself_while_the_cursor_stays(form: Form, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.binder.saved):
        form.type_in("name", "Cerro Verde")
    assert form.stored("name") == "Cerro Verde"
    assert form.line("name").hasFocus()


def test_saves_at_once_when_the_field_is_left(form: Form, settled: Callable[[], None]) -> None:
    form.type_in("name", "Left")
    assert form.binder.is_dirty()
    form.line("operator").setFocus()
    settled()
    assert form.stored("name") == "Left"
    assert not form.binder.is_dirty()


def test_saves_what_was_typed_when_the_form_goes_away(form: Form, settled: Callable[[], None]) -> None:
    form.type_in("name", "Closed in a hurry")
    form.form.deleteLater()
    QCoreApplication.sendPostedEvents(form.form, QEvent.Type.DeferredDelete)
    settled()
    assert form.stored("name") == "Closed in a hurry"


def test_only_what_was_typed_is_written(form: Form, qtbot: QtBot) -> None:
    form.changed_elsewhere(operator="Another")
    with qtbot.waitSignal(form.binder.saved):
        form.type_in("name", "Mine")
    assert form.stored("operator") == "Another"


def test_takes_over_a_change_from_elsewhere(form: Form, qtbot: QtBot) -> None:
    form.changed_elsewhere(name="From Lima")
    qtbot.waitUntil(lambda: form.line("name").text() == "From Lima")
    assert form.binder.row("name").message() == ""


def test_never_overwrites_what_is_being_typed(form: Form, qtbot: QtBot) -> None:
    form.type_in("name", "Typing")
    form.changed_elsewhere(name="From Lima")
    qtbot.waitUntil(lambda: "From Lima" in form.binder.row("name").message())
    assert form.line("name").text() == "Typing"


def test_its_own_save_does_not_come_back_as_a_foreign_one(
    form: Form, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    with qtbot.waitSignal(form.binder.saved):
        form.type_in("name", "Ab")
    QTest.keyClicks(form.line("name"), "c")
    settled()
    assert form.line("name").text() == "Abc"
    assert form.binder.row("name").message() == ""


def test_a_broken_rule_is_told_after_leaving_and_the_text_is_kept(form: Form, settled: Callable[[], None]) -> None:
    form.line("name").setFocus()
    form.line("name").selectAll()
    QTest.keyClick(form.line("name"), Qt.Key.Key_Delete)
    assert form.binder.row("name").message() == ""
    form.line("operator").setFocus()
    settled()
    assert form.binder.row("name").message() == "Name is still empty."
    form.type_in("name", "X")
    assert form.binder.row("name").message() == ""


def test_a_number_that_cannot_be_read_is_not_saved_and_stays(form: Form, settled: Callable[[], None]) -> None:
    form.type_in("target_share", "12")
    form.line("name").setFocus()
    settled()
    form.type_in("target_share", "12x")
    form.line("name").setFocus()
    settled()
    assert form.stored("target_share") == 12
    assert form.line("target_share").text() == "12x"
    assert "not a number" in form.binder.row("target_share").message()


def test_judge_shows_everything_that_is_missing(desk: Desk, qtbot: QtBot) -> None:
    form = Form(desk, qtbot, "site", {}, "name", "operator")
    assert form.binder.row("name").message() == ""
    assert form.binder.judge() == [("name", "Name is still empty.")]
    assert form.binder.row("name").message() == "Name is still empty."


def test_a_date_that_cannot_be_read_is_kept_as_typed(desk: Desk, qtbot: QtBot, settled: Callable[[], None]) -> None:
    form = Form(desk, qtbot, "post_holding", {"start_date": "2026-01"}, "start_date", "end_date")
    assert isinstance(form.binder.editor("start_date"), DateField)
    form.type_in("end_date", "soon")
    form.line("start_date").setFocus()
    settled()
    assert form.stored("end_date") == "soon"
    assert form.binder.row("end_date").message()


def test_texts_in_several_languages(desk: Desk, qtbot: QtBot, settled: Callable[[], None]) -> None:
    form = Form(desk, qtbot, "organization", {"name": {"en": "Women"}, "member_count": 7}, "name", "member_count")
    field = form.binder.editor("name")
    assert isinstance(field, LanguageMapField)
    field.add_language("fr")
    QTest.keyClicks(field.editor("fr"), "Femmes")
    form.binder.flush()
    settled()
    assert form.stored("name") == {"en": "Women", "fr": "Femmes"}
    number = form.binder.editor("member_count")
    assert isinstance(number, NumberField)
    number.setText("7.5")
    form.binder.flush()
    settled()
    assert form.stored("member_count") == 7


def test_a_save_that_fails_is_told_and_tried_again(form: Form, qtbot: QtBot, settled: Callable[[], None]) -> None:
    right = form.binder.record_id
    form.binder.record_id = "00000000-0000-0000-0000-000000000000"
    form.type_in("name", "Kept")
    form.binder.flush()
    settled()
    assert form.binder.is_dirty()
    assert form.line("name").text() == "Kept"
    assert not form.desk.notices.isHidden()
    form.binder.record_id = right
    form.binder.flush()
    settled()
    assert form.stored("name") == "Kept"


def test_of_two_saves_that_fail_the_later_text_is_tried_again(form: Form, settled: Callable[[], None]) -> None:
    right = form.binder.record_id
    form.binder.record_id = "00000000-0000-0000-0000-000000000000"
    form.type_in("name", "K")
    form.binder.flush()
    QTest.keyClicks(form.line("name"), "ept")
    form.binder.flush()
    settled()
    form.binder.record_id = right
    form.binder.flush()
    settled()
    assert form.stored("name") == form.line("name").text() == "Kept"


def test_what_was_read_before_our_own_save_does_not_come_back(
    form: Form, monkeypatch: pytest.MonkeyPatch, settled: Callable[[], None], qtbot: QtBot
) -> None:
    late = Late(editing.values)
    settled()
    monkeypatch.setattr(editing, "values", late)
    form.binder.load()
    assert late.was_read.wait(60)
    with qtbot.waitSignal(form.binder.saved):
        form.type_in("name", "Cerro Verde")
        form.binder.flush()
    late.go()
    settled()
    assert form.line("name").text() == "Cerro Verde"
    assert form.binder.values()["name"] == "Cerro Verde"


def test_what_came_from_elsewhere_before_our_own_save_does_not_stay_on_the_screen(
    form: Form, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    go = threading.Event()
    settled()
    store, line = form.desk.app.store, form.line("name")
    form.type_in("name", "Ours")
    with qtbot.waitSignal(form.binder.loaded):
        store.write_as("sync", editing.change, form.type, form.id, {"name": "Theirs"})
        waiting = store.write(lambda _session: go.wait(60))
        line.clearFocus()  # saved behind both
    go.set()
    assert waiting.result()
    settled()
    assert form.stored("name") == "Ours"
    assert line.text() == "Ours"


def test_one_visit_of_a_field_is_one_thing_to_take_back(
    form: Form, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    undoing = Undoing(desk)
    settled()
    form.type_in("operator", "One")
    for more in (" company", " of many"):
        with qtbot.waitSignal(form.binder.saved):
            QTest.keyClicks(form.line("operator"), more)
    form.line("name").setFocus()
    with qtbot.waitSignal(form.binder.saved):
        form.type_in("name", "Cerro Verde")
    settled()
    undoing.undo()
    qtbot.waitUntil(lambda: form.stored("name") == "Cerro Azul")
    settled()
    undoing.undo()
    qtbot.waitUntil(lambda: form.stored("operator") == "Minera")
    settled()
    undoing.redo()
    qtbot.waitUntil(lambda: form.stored("operator") == "One company of many")
    settled()


def test_what_is_taken_back_shows_in_the_field_where_the_cursor_stands(
    form: Form, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    undoing = Undoing(desk)
    settled()
    with qtbot.waitSignal(form.binder.saved):
        form.type_in("name", "Cerro Verde")
    undoing.undo()
    qtbot.waitUntil(lambda: form.line("name").text() == "Cerro Azul")
    assert form.binder.row("name").message() == ""
    settled()


def test_a_line_without_anything_to_undo_leaves_the_keys_to_the_window(form: Form) -> None:
    heard: list[str] = []
    shortcut = QShortcut(QKeySequence.StandardKey.Undo, form.window)
    shortcut.activated.connect(lambda: heard.append("window"))
    form.line("name").setFocus()
    QTest.keyClick(form.line("name"), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert heard == ["window"]
    form.type_in("name", "X")
    QTest.keyClick(form.line("name"), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert form.line("name").text() == "Cerro Azul"
    assert heard == ["window"]
