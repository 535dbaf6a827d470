"""A laptop went back in time: it was restored, or its profile copied. Nothing is lost, nobody chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import Laptop, Office
from wimdesk.services import editing
from wimdesk.store import history, outbox, recovery

if TYPE_CHECKING:
    from wimdesk.store.record import Values


def settle(*laptops: Laptop) -> None:
    for laptop in [*laptops, *laptops]:
        laptop.sync()


def role(laptop: Laptop, record: str) -> object:
    return laptop.see("person", record)["role"]


def _picture(row: Values, steps: list[history.Step]) -> tuple[object, ...]:
    shown = [row[name] for name in ("given_name", "family_name", "role", "summary", "deleted")]
    return (*shown, [step.values for step in steps])


def agreed(*laptops: Laptop) -> None:
    """All show the same, nothing waits, nothing is held back, and no act of a person stands twice in any history."""
    pictures = []
    for laptop in laptops:
        people = laptop.app.read(editing.rows, "person")
        steps = {row["id"]: laptop.app.read(history.history, row["id"]) for row in people}
        pictures.append({row["id"]: _picture(row, steps[row["id"]]) for row in people})
        assert laptop.app.read(outbox.count) == 0
        assert not laptop.app.read(recovery.is_any)
        assert not laptop.app.identity().returning
        again = laptop.sync()
        assert (again.sent, again.received, again.requests) == (0, 0, 1)
    assert all(picture == pictures[0] for picture in pictures)


def test_a_restored_laptop_does_not_send_its_old_values_again(office: Office, anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", given_name="Carla", role="r0")
    anna.sync()
    anna.change("person", record, role="A")
    copy = anna.app.back_up()
    anna.sync()
    anna.change("person", record, role="B")
    settle(anna, bela)
    again = office.reopened("restored", copy, anna.app.device_keys)
    anna.close()
    settle(again, bela)
    assert (role(again, record), role(bela, record)) == ("B", "B")
    assert again.questions() == bela.questions() == []
    agreed(again, bela)


def test_what_a_restored_laptop_adds_to_an_old_picture_asks(office: Office, anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", given_name="Carla", role="r0")
    anna.sync()
    copy = anna.app.back_up()
    anna.change("person", record, role="B")
    settle(anna, bela)
    again = office.reopened("restored", copy, anna.app.device_keys)
    anna.close()
    again.change("person", record, role="C")
    settle(again, bela)
    for laptop in (again, bela):
        (question,) = laptop.questions()
        assert {question.shown.value, question.other.value} == {"B", "C"}


def test_both_copies_keep_all_their_work(office: Office, anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", given_name="Carla", role="r0")
    anna.sync()
    anna.change("person", record, role="waits in both")
    copy = anna.app.back_up()
    clone = office.reopened("clone", copy, anna.app.device_keys)
    made = [laptop.add("person", given_name=name) for laptop, name in ((anna, "one"), (clone, "two"), (bela, "three"))]
    anna.change("person", record, given_name="Karla")
    clone.change("person", record, family_name="Quispe")
    settle(clone, anna, bela, clone)
    assert clone.app.identity().epoch != anna.app.identity().epoch
    for number in range(3):
        made += [laptop.add("person", given_name=f"more {number}") for laptop in (anna, clone)]
        settle(anna, clone, bela)
    for laptop in (anna, clone, bela):
        assert {row["id"] for row in laptop.app.read(editing.rows, "person")} == {record, *made}
        shown = laptop.see("person", record)
        assert (shown["role"], shown["given_name"], shown["family_name"]) == ("waits in both", "Karla", "Quispe")
        assert laptop.questions() == []
    agreed(anna, clone, bela)


def test_what_a_profile_sent_under_a_new_epoch_an_older_copy_of_it_does_not_send_again(
    office: Office, anna: Laptop, bela: Laptop
) -> None:
    person = anna.add("person", given_name="Carla", role="r0")
    anna.sync()
    first = anna.app.back_up()
    anna.change("person", person, role="Anna's")
    anna.sync()
    anna.close()
    again = office.reopened("restored", first, anna.app.device_keys)
    made = again.add("organization", name={"en": "One"})
    copy = again.app.back_up()
    again.change("person", person, role="its number was used")
    epoch = again.app.identity().epoch
    settle(again, bela)
    assert again.app.identity().epoch != epoch, "what was made went out under another epoch"
    bela.change("organization", made, name={"en": "Two"})
    bela.sync()
    again.close()
    older = office.reopened("restored again", copy, anna.app.device_keys)
    older.change("organization", made, summary={"en": "new"})
    settle(older, bela)
    for laptop in (older, bela):
        steps = laptop.app.read(history.history, made)
        assert sorted(value["en"] for step in steps for value in step.values.values()) == ["One", "Two", "new"]
        assert laptop.see("organization", made)["name"] == {"en": "Two"}
        assert [question.record for question in laptop.questions()] == [person]
    agreed(older, bela)


def test_what_waits_in_a_copy_is_known_when_it_arrives(office: Office, anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", given_name="Carla", role="r0")
    anna.sync()
    anna.change("person", record, role="waits in both")
    copy = anna.app.back_up()
    anna.app.run(lambda session: recovery.begin(session, lost=False))
    settle(anna, bela)
    anna.close()
    older = office.reopened("restored", copy, anna.app.device_keys)
    settle(older, bela)
    assert [step.values.get("role") for step in bela.app.read(history.history, record)].count("waits in both") == 1
    agreed(older, bela)


def test_two_copies_that_take_turns_ask_no_needless_questions(office: Office, anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", given_name="Carla", role="r0")
    anna.sync()
    clone = office.reopened("clone", anna.app.back_up(), anna.app.device_keys)
    for number in range(3):
        for laptop in (anna, clone):
            laptop.change("person", record, role=f"{laptop.app.folder.name} {number}")
            laptop.sync()
            laptop.sync()
            settle(anna, clone)
    epochs = anna.app.identity().epoch, clone.app.identity().epoch
    anna.change("person", record, role="last")
    settle(anna, clone, bela)
    assert (anna.app.identity().epoch, clone.app.identity().epoch) == epochs, "both have found their way"
    assert [laptop.questions() for laptop in (anna, clone, bela)] == [[]] * 3
    agreed(anna, clone, bela)


def test_a_change_while_all_is_read_anew_is_kept(office: Office, anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", given_name="Carla", role="r0")
    anna.sync()
    anna.change("person", record, role="A")
    copy = anna.app.back_up()
    settle(anna, bela)
    again = office.reopened("restored", copy, anna.app.device_keys)
    anna.close()
    again.app.run(lambda session: recovery.begin(session, lost=False))
    again.change("person", record, role="after the break")
    assert again.app.read(outbox.count) == 1
    made = again.add("person", given_name="new")
    settle(again, bela)
    assert role(bela, record) == "after the break"
    assert bela.see("person", made)["given_name"] == "new"
    assert bela.questions() == []
    agreed(again, bela)
