"""What others write into practices and files: it stops nothing, breaks out of nothing and is told to nobody else."""

from __future__ import annotations

import csv
import io
import re
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from sync.protocol import ALLIANCE, shared_space
from tests.services.test_library import WHOLE
from wimdesk import clock
from wimdesk.app import App
from wimdesk.errors import NotFound, RuleBroken, UserError
from wimdesk.records import LibraryItem
from wimdesk.records.library_item import POINTS
from wimdesk.services import (
    attaching,
    editing,
    library,
    library_duplicates,
    library_export,
    library_markdown,
    reading_lists,
)
from wimdesk.store import facts

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

ANOTHER, MEAN = "5f5b1c9e-0000-4000-8000-000000000001", "5f5b1c9e-0000-4000-8000-000000000002"


def add(app: App, **told: object) -> str:
    return app.run(editing.add, "library_item", WHOLE | told)


def of_another(app: App, **told: object) -> str:
    """A practice of another organisation in the Alliance's library."""
    record = add(app, state="published", **told)

    def give(session: Session) -> None:
        found = session.get_one(LibraryItem, record)
        found.space, found.owner = ALLIANCE, ANOTHER

    app.run(give)
    return record


def entries(app: App) -> dict[str, str]:
    """Return what is listed, and why it is put away."""
    return {entry.id: entry.aside for entry in app.read(library.load).entries}


@pytest.mark.parametrize("until", [5, ["x"], {"a": 1}, True, "0"])
def test_a_last_day_that_is_no_day_hides_the_story_and_nothing_else(app: App, until: object) -> None:
    ours, theirs = (make(app, template="role_model", channels={"library": until}) for make in (add, of_another))
    other = add(app)
    assert entries(app) == {ours: "ended", other: ""}
    assert app.read(library.article, ours).ended
    with pytest.raises(NotFound):
        app.read(library.article, theirs)


def test_a_last_day_may_be_a_month_or_a_year(app: App) -> None:
    today = clock.today().isoformat()
    told = [of_another(app, template="role_model", channels={"library": day}) for day in (today, today[:7], today[:4])]
    of_another(app, template="role_model", channels={"library": str(int(today[:4]) - 1)})
    assert set(entries(app)) == set(told)


def test_an_ended_story_stands_nowhere_beside_others_and_goes_into_no_file(app: App, tmp_path: Path) -> None:
    ended = of_another(app, template="role_model", channels={"library": "2020-01-01"}, identifier="10.1000/her-story")
    ours = add(app, identifier="10.1000/her-story", related=[ended])
    assert app.read(reading_lists.related, app.searcher(), ours) == []
    assert app.read(library_duplicates.twins, app.searcher(), ours) == []
    assert app.read(library_duplicates.pairs) == []
    for ending in ("csv", "zip"):
        with pytest.raises(UserError, match="no practice"):
            app.read(library_export.export, app.contents, [ended], tmp_path / f"out.{ending}")
    assert [*tmp_path.glob("out*")] == []


@pytest.mark.parametrize(
    "text",
    [
        "---" + "\n" * 60_000 + "x",
        "# a" + " " * 3000 + "b",
        "# a" + "# " * 3000 + "b",
        "# A\n\nB\n\n## c" + " " * 3000 + "d",
        "\n## a\nb" * 20_000,
    ],
    ids=["head", "title", "marks", "heading", "many"],
)
def test_no_file_keeps_the_reading_busy(text: str) -> None:
    began = time.process_time()
    library_markdown.read(text, "en")
    assert time.process_time() - began < 1


def test_marks_that_cannot_be_seen_are_part_of_the_words(app: App) -> None:
    """French has a space before a question mark at which no line breaks, Persian parts letters, Arabic turns."""
    words = "Pourquoi\u00a0? Et\u202f! می\u200cخواهم \u200f(10)\u200f"
    made = app.run(library_markdown.bring, f"# A\n\nB\n\n## C\n\n{words}\x07".encode(), "x")
    assert app.read(editing.values, "library_item", made)["body"]["en"] == f"## C\n\n{words}"


def test_a_title_at_the_head_may_be_empty() -> None:
    assert "title" not in library_markdown.read("---\ntitle:\ncreator: Ana\n---\n\nText.", "en")
    assert library_markdown.read("# C# for mines #\n\nText.", "en")["title"] == {"en": "C# for mines"}


def test_no_address_breaks_out_of_its_field(app: App, tmp_path: Path) -> None:
    link = "https://example.org/a}, note = {\\input{secret.tex}"
    record = of_another(app, link=link, language="en}, x={")
    app.run(lambda session: setattr(session.get_one(LibraryItem, record), "issued", "},\ny"))
    app.read(library_export.export, app.contents, [record], tmp_path / "out.bib")
    text = (tmp_path / "out.bib").read_text("utf-8")
    assert "\\input" not in text
    assert re.findall(r"^  (\w+) = ", text, re.MULTILINE).count("note") == 1
    assert not re.search(r"(?<!\\)\}, x", text)
    assert re.fullmatch(r"@misc\{[a-z0-9-]+,", text.splitlines()[0])


def test_files_of_one_name_are_all_in_the_zip(app: App, tmp_path: Path) -> None:
    record = add(app, body={"en": "![Plan](plan.png)"})
    names = ["plan.png", "Plan.png", "plan.png", "a:b.txt", "a_b.txt"]
    for at, name in enumerate(names):
        attaching.attach(app.store, app.contents, ("library_item", record), name, bytes([65 + at]) * 9)
    done = app.read(library_export.export, app.contents, [record], tmp_path / "out.zip")
    assert (done.count, done.missing_files) == (1, 0)
    with zipfile.ZipFile(tmp_path / "out.zip") as pack:
        kept = [name for name in pack.namelist() if name.startswith("files/")]
        assert len({name.casefold() for name in kept}) == 5
        assert {pack.read(name) for name in kept} == {bytes([65 + at]) * 9 for at in range(5)}
        page = pack.read("practices/001-ventilation-checks.html").decode()
    assert all(name.rpartition("/")[2] in page for name in kept)


def test_a_title_without_end_names_no_file_without_end(app: App, tmp_path: Path) -> None:
    record = add(app, title={"en": "a" * 5000})
    app.read(library_export.export, app.contents, [record], tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as pack:
        assert max(len(part) for name in pack.namelist() for part in name.split("/")) < 100


def test_all_that_was_asked_for_is_written(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_export, "_AT_ONCE", 2)
    made = [add(app, title={"en": f"Number {at}"}) for at in range(5)]
    app.read(library_export.export, app.contents, made, tmp_path / "out.csv")
    rows = [*csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig")))]
    assert [row["title"] for row in rows] == [f"Number {at}" for at in range(5)]
    app.read(library_export.export, app.contents, made, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as pack:
        assert sum(name.startswith("practices/") for name in pack.namelist()) == 5
        assert pack.read("library.csv").decode("utf-8-sig").count("Number") == 5


def test_nobody_puts_a_practice_in_the_place_of_anothers(app: App) -> None:
    """What the Secretariat is handed in may say that it is, or replaces, the work of somebody else."""
    app.run(lambda session: facts.put(session, role="secretariat"))

    def handed_in(owner: str, **told: object) -> str:
        record = add(app, state="in_review", checked=[*POINTS], **told)

        def give(session: Session) -> None:
            found = session.get_one(LibraryItem, record)
            found.space, found.owner, found.work = shared_space(owner), owner, str(told.get("work") or record)

        app.run(give)
        return record

    theirs = handed_in(ANOTHER)
    app.run(library.publish, theirs)
    for claim in ({"work": theirs}, {"supersedes": theirs}):
        with pytest.raises(RuleBroken, match="practice of others"):
            app.run(library.publish, handed_in(MEAN, **claim))
    app.run(library.publish, handed_in(ANOTHER, supersedes=theirs, edition=2))
    app.run(library.publish, handed_in(MEAN, work=theirs, language="fr", made_from={"fr": "a proof"}))


def test_a_row_is_no_longer_than_anybody_sees(app: App) -> None:
    """Each row is measured and painted in the window: what others send must not make that slow."""
    record = of_another(app, title={"en": "Title " * 50_000}, summary={"en": "Summary " * 50_000})
    result = app.read(library.find, app.searcher(), app.read(library.load), "", {})
    assert result is not None
    (entry,) = result.entries
    assert (entry.id, len(entry.title), len(result.summary(entry))) == (record, 300, 1000)
    assert len(app.read(library.article, record).summary) == 400_000, "to be read it is whole"
