"""The library between an author, the Secretariat and other organisations."""

from __future__ import annotations

import contextlib
import hashlib
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync.client.engine import SyncEngine
from sync.client.transport import Transport
from tests import canary
from tests.bench.link import Link, linked
from tests.support import endpoint_at
from wimdesk import clock
from wimdesk.errors import NoConnection, NotFound, RuleBroken
from wimdesk.records.library_item import POINTS
from wimdesk.services import attaching, consents, library, library_downloads, library_feedback, library_review, trail
from wimdesk.store import proof
from wimdesk.store.contents import Contents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support import Endpoint, Laptop, Office

PER_CUT = 8_000
"""Bytes that a pass may take beside the file: the greeting, the heads, and what was on its way at the cut."""
WORD = "Qorikancha77Zw"
TOOL: dict[str, Any] = {
    "title": {"en": f"Lamps {WORD}"},
    "summary": {"en": f"Lamps that fit, {WORD}."},
    "body": {"en": f"Ask before you buy {WORD}."},
    "template": "tool",
    "language": "en",
    "state": "draft",
    "license": "CC-BY-4.0",
}


@pytest.fixture
def secretariat(tmp_path: Path) -> Iterator[Endpoint]:
    """An endpoint of its own: what is published here would come to the laptops of other stories."""
    with endpoint_at(tmp_path / "endpoint") as endpoint:
        yield endpoint


@pytest.fixture
def three(office: Office) -> tuple[Laptop, Laptop, Laptop]:
    """An author, the Secretariat, and a reader elsewhere."""
    anna = office.laptop("Anna")
    sara = office.laptop("Sara", "Secretariat", "secretariat")
    return anna, sara, office.laptop("Rosa", "WIM Ghana")


def settle(*laptops: Laptop) -> None:
    for _round in range(2):
        for laptop in laptops:
            laptop.sync()


def published(anna: Laptop, sara: Laptop, **values: object) -> tuple[str, str]:
    """A practice that went all the way; return its author's record and the Alliance's copy."""
    record = anna.app.run(library.draft, "tool")
    anna.change("library_item", record, **(TOOL | values))
    attaching.attach(anna.app.store, anna.app.contents, ("library_item", record), "plan.txt", WORD.encode() * 9)
    copy = anna.app.run(library.submit, record)
    settle(anna, sara)
    sara.app.run(library_review.check, copy, [*POINTS])
    return record, sara.app.run(library.publish, copy)


def with_file(anna: Laptop, sara: Laptop, content: bytes, *collections: str) -> tuple[str, str]:
    """A practice in the Alliance's library with one file; return the practice and the attachment, as the Alliance's."""
    record = anna.app.run(library.draft, "tool")
    anna.change("library_item", record, **(TOOL | {"collections": [*collections]}))
    attaching.attach(anna.app.store, anna.app.contents, ("library_item", record), "film.bin", content)
    copy = anna.app.run(library.submit, record)
    settle(anna, sara)
    sara.app.run(library_review.check, copy, [*POINTS])
    final = sara.app.run(library.publish, copy)
    settle(sara)
    (file,) = sara.app.read(attaching.listed, sara.app.contents, "library_item", final).files
    return final, file.id


def here(laptop: Laptop, *files: str) -> list[bool]:
    return [laptop.app.read(attaching.one, laptop.app.contents, file).here for file in files]


def bytes_of(laptop: Laptop) -> dict[str, int]:
    return canary.count([WORD], canary.of_laptop(laptop.app))


def test_row_d05_what_is_withdrawn_is_in_no_byte_of_the_second_client(
    office: Office, three: tuple[Laptop, Laptop, Laptop]
) -> None:
    anna, sara, rosa = three
    record, final = published(anna, sara)
    settle(sara, anna, rosa)
    assert rosa.app.read(library.article, final).title == f"Lamps {WORD}"
    assert len(rosa.app.searcher().ask(WORD) or []) == 1
    rosa.app.back_up()
    before = bytes_of(rosa)
    assert any(name.startswith("wimdesk.db") for name in before), before
    assert before.get("backups"), before
    sara.app.run(library_review.withdraw, final, "The licence was not the author’s to give.")
    settle(sara, rosa, anna)
    assert bytes_of(rosa) == {}, "database, its log, backups, attachments"
    with pytest.raises(NotFound):
        rosa.app.read(library.article, final)
    assert rosa.app.searcher().ask(WORD) == []
    for laptop in (rosa, sara):
        deeds = laptop.app.read(trail.deeds, record=final)
        assert deeds, "who did what and when stays"
        assert any(deed.by == "Sara" for deed in deeds)
        assert not laptop.app.run(trail.look).findings
        assert laptop.app.read(proof.differing) == []
    mine = anna.app.read(library.article, record)
    assert (mine.state, mine.note) == ("withdrawn", "The licence was not the author’s to give.")
    assert mine.title == f"Lamps {WORD}", "her own text stays"


def test_row_d05_nothing_goes_out_without_a_licence_or_unseen(three: tuple[Laptop, Laptop, Laptop]) -> None:
    anna, sara, rosa = three
    record = anna.app.run(library.draft, "tool")
    for licence in ("", "All rights reserved"):
        anna.change("library_item", record, **(TOOL | {"license": licence}))
        with pytest.raises(RuleBroken, match="licence"):
            anna.app.run(library.submit, record)
    anna.change("library_item", record, license="CC-BY-4.0")
    copy = anna.app.run(library.submit, record)
    settle(anna, sara)
    with pytest.raises(RuleBroken, match="Not checked yet"):
        sara.app.run(library.publish, copy)
    sara.app.run(library_review.check, copy, ["licence"])
    settle(sara, anna, rosa)
    assert anna.app.read(library.article, record).state == "in_review"
    sara.app.run(library_review.send_back, copy, "Name the mine’s supplier.")
    settle(sara, anna)
    found = anna.app.read(library.article, record)
    assert (found.state, found.note) == ("returned", "Name the mine’s supplier.")
    assert {"edit", "submit"} <= found.can
    assert anna.app.run(library.submit, record) == copy
    settle(anna, sara)
    assert sara.app.read(library.article, copy).state == "submitted"
    assert not rosa.app.read(library.load).entries


def test_row_d04_the_author_sees_who_used_it(three: tuple[Laptop, Laptop, Laptop]) -> None:
    anna, sara, rosa = three
    record, final = published(anna, sara)
    settle(sara, anna, rosa)
    rosa.app.run(library_feedback.say, final, "used", 4, comment="Works.", country_code="PE", context="Open pit")
    settle(rosa, anna)
    said = anna.app.read(library_feedback.said, record)
    (word,) = said.words
    assert (word.kind, word.rating, word.country_code, word.context) == ("used", 4, "PE", "Open pit")
    assert (word.organization, said.reused, said.may_say) == ("WIM Ghana", 1, False)
    rosa.app.run(library_feedback.say, final, "adapted", 5)
    settle(rosa, anna)
    (word,) = anna.app.read(library_feedback.said, final).words
    assert (word.kind, word.rating) == ("adapted", 5), "one word of each organisation"


def noise(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


def over(laptop: Laptop, link: Link) -> SyncEngine:
    return SyncEngine(laptop.app, lambda _url: Transport(link.url))


@pytest.mark.parametrize("cuts", ["60 %", "50 times"])
def test_row_d06_after_a_cut_only_the_rest_comes(three: tuple[Laptop, Laptop, Laptop], cuts: str) -> None:
    anna, sara, rosa = three
    size = 1_000_000 if cuts == "50 times" else 400_000
    content = noise(size)
    _final, file = with_file(anna, sara, content)
    rosa.app.settings.put("metered", True)
    rosa.sync()  # the texts first; where every byte costs nothing else
    assert here(rosa, file) == [False]
    rosa.app.settings.put("metered", False)
    random_cuts = random.Random(4)
    places = [size * 6 // 10] if cuts == "60 %" else [random_cuts.randrange(1_000, 2 * size // 50) for _ in range(50)]
    total = 0
    with linked(rosa.app.identity().server_url) as link:
        for place in [*places, 0]:
            link.reset()
            link.heal()
            if place:
                link.cut_after(down=place)
            rosa.engine = over(rosa, link)
            with contextlib.suppress(NoConnection):
                rosa.sync()
            total += link.count.down
            if place == size * 6 // 10:
                assert total < size
        link.heal()
    last = link.count.down
    assert size < total < size + (len(places) + 1) * PER_CUT
    if cuts == "60 %":
        assert last < size * 4 // 10 + 2 * PER_CUT, "only the rest"
    assert here(rosa, file) == [True]
    digest = rosa.app.read(attaching.one, rosa.app.contents, file).digest
    assert hashlib.sha256(rosa.app.contents.read(digest)).hexdigest() == hashlib.sha256(content).hexdigest() == digest


def test_row_d05_nobody_reviews_what_they_hand_in(three: tuple[Laptop, Laptop, Laptop]) -> None:
    anna, sara, _rosa = three
    record = anna.app.run(library.draft, "tool")
    anna.change("library_item", record, **TOOL)
    copy = anna.app.run(library.submit, record)
    anna.change("library_item", copy, checked=[*POINTS])
    settle(anna, sara)

    def refuses() -> bool:
        assert sara.app.read(library_review.review, copy).checked == ()
        with pytest.raises(RuleBroken, match="Not checked yet"):
            sara.app.run(library.publish, copy)
        return True

    assert refuses(), "its author says that all was looked at"
    sara.app.run(library_review.check, copy, [*POINTS])
    assert set(sara.app.read(library_review.review, copy).checked) == {*POINTS}
    sara.sync()
    anna.change("library_item", copy, body={"en": "Something else."})
    settle(anna, sara)
    assert refuses(), "its author has changed what was looked at"
    for point in POINTS:
        sara.app.run(library_review.tick, copy, point, True)
    attaching.attach(anna.app.store, anna.app.contents, ("library_item", copy), "late.txt", b"Late.")
    settle(anna, sara)
    assert refuses(), "or has attached something else"
    sara.app.run(library_review.check, copy, [*POINTS])
    settle(sara, anna)
    sara.app.run(library.publish, copy)


def test_row_d06_chosen_collections_pins_and_a_budget_that_is_never_exceeded(
    three: tuple[Laptop, Laptop, Laptop],
) -> None:
    anna, sara, rosa = three
    rosa.app.settings.put("files_megabytes", 2)  # smaller than the screen offers: 50
    rosa.app.run(library_downloads.choose, ["Law"])
    law = [with_file(anna, sara, noise(600_000, seed), "Law") for seed in range(4)]
    health = [with_file(anna, sara, noise(600_000, 10 + seed), "Health") for seed in range(2)]
    settle(sara)

    def synced() -> None:
        rosa.engine.files.retry()
        rosa.sync()
        assert rosa.app.contents.used() <= 2_000_000, "never exceeded"

    for _pass in range(2):
        synced()
    assert sum(here(rosa, *(file for _item, file in law))) == 3, "as many as fit"
    assert here(rosa, *(file for _item, file in health)) == [False, False], "not chosen"
    lines = {line.collection: line for line in rosa.app.read(library_downloads.lines, rosa.app.contents)}
    assert (lines["Law"].items, lines["Law"].size, lines["Law"].here, lines["Law"].chosen) == (4, 2_400_000, 3, True)
    assert (lines["Health"].chosen, lines["Health"].here) == (False, 0)
    for item, _file in health:
        rosa.app.run(library_downloads.pin, item)
        synced()
    assert here(rosa, *(file for _item, file in health)) == [True, True], "what is pinned comes first"
    assert sum(here(rosa, *(file for _item, file in law))) == 1, "what is not pinned made way"
    rosa.app.run(library_downloads.pin, law[0][0])
    synced()
    rosa.app.run(library_downloads.pin, law[1][0])
    synced()
    note = rosa.app.read(attaching.one, rosa.app.contents, law[1][1]).note
    assert "no room" in note, "all the room is pinned: it says so"
    assert here(rosa, *(file for _item, file in health)) == [True, True], "and nothing that is pinned goes"


def test_files_for_which_there_is_no_room_are_counted_together(
    three: tuple[Laptop, Laptop, Laptop], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With thousands of files, to look at each of them for each other took minutes of every pass."""
    anna, sara, rosa = three
    files = [with_file(anna, sara, noise(20_000, seed), "Law")[1] for seed in range(6)]
    rosa.app.settings.put("files_megabytes", 0)  # smaller than the screen offers
    counted: list[int] = []
    count = Contents.used
    monkeypatch.setattr(Contents, "used", lambda contents: counted.append(1) or count(contents))
    settle(sara)
    rosa.sync()
    assert here(rosa, *files) == [False] * 6
    assert len(counted) <= 2


def test_row_d11_her_story_is_hidden_everywhere_when_her_consent_is_over(
    three: tuple[Laptop, Laptop, Laptop], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, sara, rosa = three
    person = anna.add("person", given_name="Rosa", family_name="Quispe")
    record = anna.app.run(library.draft, "role_model")
    anna.change("library_item", record, **(TOOL | {"template": "role_model", "person_id": person}))
    today = clock.today()

    def allowed(days: int) -> None:
        until = (today + timedelta(days=days)).isoformat()
        anna.app.run(lambda s: consents.note(s, person, "story", "given", channel="library", until=until))

    allowed(90)
    copy = anna.app.run(library.submit, record)
    settle(anna, sara)
    sara.app.run(library_review.check, copy, [*POINTS])
    final = sara.app.run(library.publish, copy)
    settle(sara, anna, rosa)
    seen = rosa.see("library_item", final)
    assert (seen["person_id"], rosa.app.read(library.article, final).ended) == ("", "")
    allowed(30)  # she allows it for a shorter time
    settle(anna, sara)
    assert [entry.ours for entry in sara.app.read(library.load).entries if entry.id in {copy, final}]
    assert sara.app.run(library.publish, copy) == final
    settle(sara, anna, rosa)
    assert [entry.id for entry in rosa.app.read(library.load).entries] == [final]
    monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=31))  # a month later, without any network
    assert rosa.app.read(library.load).entries == ()
    with pytest.raises(NotFound, match="no longer told"):
        rosa.app.read(library.article, final)
    for editor, own in ((anna, record), (sara, final)):
        assert [(entry.id, entry.aside) for entry in editor.app.read(library.load).entries] == [(own, "ended")]
        assert editor.app.read(library.article, own).ended
    monkeypatch.undo()
    anna.app.run(lambda s: consents.note(s, person, "story", "withdrawn"))  # for every place
    settle(anna, sara)
    assert sara.app.read(library.article, final).left_alone
    sara.app.run(library_review.withdraw, final, "She has taken it back.")
    settle(sara, rosa)
    assert bytes_of(rosa) == {}
