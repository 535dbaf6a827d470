"""Rows B01 to B05 on the command line: a Secretariat, an organisation, and the endpoint between them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from tests.e2e.console import Console
from tests.pdf import reading
from tests.ui.sync_seat import office as office
from tests.ui.sync_seat import secretariat as secretariat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Office

FIRST = {
    "en": "# Purpose {#purpose}\nWe work together.\n\n# Vision {#vision}\nMines for everybody.\n",
    "fr": "# But {#purpose}\nNous travaillons ensemble.\n\n# Vision {#vision}\nDes mines pour toutes et tous.\n",
}
SECOND = FIRST["en"].replace("Mines for everybody.", "Safe mines for everybody.") + "\n# Values {#values}\nRespect.\n"


class Story:
    """A Secretariat and an organisation, each at a command line; the endpoint of these tests knows others too."""

    def __init__(self, office: Office, folder: Path, out: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        patch = pytest.MonkeyPatch()
        self.laptops = [office.laptop("Ines", "The office", "secretariat"), office.laptop("Awa")]
        self.office, self.awa = (Console(laptop, out, patch) for laptop in self.laptops)
        self.name = office.organisation

    def sync(self) -> None:
        first, second = self.laptops
        for each in (first, second, first):
            each.sync()

    def version(self, number: str) -> str:
        """A version that no other test of this endpoint has published."""
        return f"{number}-{self.name[-6:]}"

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return str(self.folder / name)


@pytest.fixture
def story(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Story:
    return Story(office, tmp_path, capsys)


def publish(story: Story, kind: str, version: str, on: str, after: str = "", **bodies: str) -> str:
    files = [f"{code}={story.write(f'{kind}{version}.{code}.txt', text)}" for code, text in bodies.items()]
    more = ["--after", after] if after else []
    made = story.office.does(
        "text",
        "draft",
        kind,
        *files,
        "--title",
        f"en=A {kind} of the tests",
        "--version",
        story.version(version),
        *more,
    )
    return str(story.office.does("text", "publish", made["id"], "--on", on, "--decision", "Meeting 1")["id"])


def test_row_b01_and_b02_read_compare_endorse_and_withdraw(story: Story) -> None:
    office, awa = story.office, story.awa
    first = publish(story, "declaration", "1", "2021-03-02", **FIRST)
    story.sync()
    # Offline from here on: the whole text is on the laptop.
    found = awa.does("text", "show", f"{first}#purpose")
    assert found["languages"] == ["en", "fr"]
    (part,) = found["sections"]
    assert (part["section"], part["en"]["text"], part["fr"]["heading"]) == ("purpose", "We work together.", "But")
    (part,) = awa.does("text", "show", first, "--words", "toutes", "--in", "fr")["sections"]
    assert part["section"] == "vision"
    assert first in [hit["id"] for hit in awa.does("search", "toutes")]
    assert "Only the Secretariat publishes" in awa.fails("text", "publish", first)
    assert "Write in which capacity" in awa.fails("text", "sign", first, "--by", "Awa Diop", "--capacity", " ")
    paper = story.write("paper.txt", "signed")
    signed = awa.does(
        "text", "sign", first, "--by", "Awa Diop", "--capacity", "President", "--on", "2021-03-05",
        "--document", paper,
    )  # fmt: skip
    assert "signed already" in awa.fails("text", "sign", first, "--by", "Awa", "--capacity", "President")
    (row,) = awa.does("attachment", "list", signed["id"])
    assert row["title"] == "paper.txt"
    pdf = story.folder / "certificate.pdf"
    awa.does("text", "certificate", signed["id"], "--out", str(pdf))
    told = reading.printed(pdf.read_bytes())
    for words in (story.name, "A declaration of the tests", "Awa Diop", "President", "5 March 2021"):
        assert words in told
    story.sync()
    (line,) = [each for each in office.does("text", "register")["words"] if each["organisation"] == story.name]
    assert (line["signed_on"], line["withdrawn_on"], line["signed_by"]) == ("2021-03-05", "", "Awa Diop")
    awa.does("text", "unsign", signed["id"], "--why", "A new board decides.", "--on", "2022-01-10")
    story.sync()
    (line,) = [each for each in office.does("text", "register")["words"] if each["organisation"] == story.name]
    assert (line["signed_on"], line["withdrawn_on"], line["running"]) == ("2021-03-05", "2022-01-10", False)
    second = publish(story, "declaration", "2", "2022-02-01", first, en=SECOND)
    story.sync()
    lines = [(line["mark"], line["section"], line["text"]) for line in awa.does("text", "diff", first, second)]
    assert lines == [
        ("removed", "Vision", "Mines for everybody."), ("added", "Vision", "Safe mines for everybody."),
        ("added", "Values", "Values"), ("added", "Values", "Respect."),
    ]  # fmt: skip
    kept = {each["id"]: each["version"] for each in awa.does("text", "list", "declaration")}
    assert (kept[first], kept[second]) == (story.version("1"), story.version("2"))


def test_row_c01_and_c02_adopt_join_and_leave(story: Story) -> None:
    office, awa = story.office, story.awa
    source = office.does("initiative", "begin", "Boots that fit")["id"]
    office.does("initiative", "milestone", source, "A list of sizes", "--due", "2026-12")
    assert "Write where it was decided" in office.fails("initiative", "advance", source, "adopted")
    found = office.does("initiative", "advance", source, "adopted", "--decision", "Meeting 4", "--on", "2026-11-01")
    story.sync()
    seen = awa.does("initiative", "show", found["id"])
    course = seen["course"]
    assert (seen["title"], course["state"], course["decision"]) == ("Boots that fit", "adopted", "Meeting 4")
    assert [mile["title"] for mile in course["miles"]] == ["A list of sizes"]
    assert course["budget"] == ["0", "0", "0"]
    assert "This belongs to others" in awa.fails("initiative", "advance", found["id"], "running")
    seen = awa.does("initiative", "join", found["id"], "--role", "champion", "--people", "2", "--hours", "6")
    assert (seen["part"]["people"], seen["part"]["hours"], seen["counts"]) == (2, 6.0, {"champion": 1})
    assert "takes part already" in awa.fails("initiative", "join", found["id"])
    seen = awa.does("initiative", "leave", found["id"])
    assert (seen["part"], seen["counts"], len(seen["before"])) == (None, {}, 1)


def test_row_b03_to_b05_register_ratify_and_acknowledge(story: Story) -> None:
    office, awa = story.office, story.awa
    declared = publish(story, "declaration", "3", "2021-03-02", **FIRST)
    office.does("text", "sign", declared, "--by", "Ines", "--capacity", "Chair", "--on", "2020-01-01")
    counts = [office.does("text", "register", "--on", day)["count"] for day in ("2019-12-31", "2020-01-01")]
    assert counts == [0, 1]
    out = story.folder / "register.csv"
    table = office.does("text", "register", "--on", "2020-01-01", "--out", str(out))
    (line,) = list(csv.reader(io.StringIO(out.read_text("utf-8"), newline="")))[1:]
    assert line[:6] == ["The office", "", "", table["words"][0]["version"], "2020-01-01", ""]
    # A position: proposed, amended, published, ratified with a reservation.
    text = story.write("position.txt", "# What we ask for {#ask}\nBoots.\n")
    draft = awa.does("text", "draft", "position", f"en={text}", "--title", "en=Boots", "--version", story.version("1"))
    proposal = awa.does("text", "propose", draft["id"])["id"]
    story.sync()
    remark = office.does("text", "comment", f"{proposal}#ask", "--wording", "Boots that fit.")["id"]
    assert "Only the Secretariat answers" in awa.fails("text", "answer", remark, "taken")
    first = office.does("text", "publish", proposal, "--on", "2026-05-01")["id"]
    taken = office.does("text", "answer", remark, "taken", "--says", "Yes.")
    assert office.does("text", "show", taken["draft"])["sections"][0]["en"]["text"] == "Boots that fit."
    story.sync()
    (said,) = awa.does("text", "remarks", first)
    assert (said["outcome"], said["answer"], said["heading"]) == ("taken", "Yes.", "What we ask for")
    words = ("--by", "Awa Diop", "--capacity", "President", "--answer", "reserved")
    assert "Write what the reservation is." in awa.fails("text", "sign", first, *words)
    awa.does("text", "sign", first, *words, "--reservation", "Not for visitors.")
    rules = publish(story, "regulation", "1", "2095-01-01", en="# Who {#who}\nAnybody.\n")
    story.sync()
    assert rules in [each["id"] for each in awa.does("text", "owed")]
    assert "stays independent" in awa.fails("text", "sign", rules, "--by", "Awa Diop", "--capacity", "President")
    awa.does("text", "sign", rules, "--by", "Awa Diop", "--capacity", "President", "--independent")
    assert rules not in [each["id"] for each in awa.does("text", "owed")]
    story.sync()
    for record, says in ((first, "Ratified with a reservation"), (rules, "Acknowledged")):
        found = {each["organisation"]: each["says"] for each in office.does("text", "overview", record)}
        assert found[story.name] == says


def test_row_c06_a_theme_shows_what_belongs_to_it(story: Story) -> None:
    office, awa = story.office, story.awa
    assert len(awa.does("theme", "list", "--year", "2021")) == 4
    made = office.does("theme", "begin", "Clean water", "--year", "2027")
    own = awa.does("initiative", "begin", "Wells", "--theme", made["id"])["id"]
    awa.does("initiative", "begin", "Something else")
    story.sync()
    found = awa.does("theme", "show", made["id"])
    assert {name: [each["id"] for each in records] for name, records in found["records"].items()} == {
        "initiative": [own]
    }
    assert {"indicator"} == awa.does("theme", "show", "global_data_deficit")["records"].keys() - {"initiative"}


def test_row_c05_what_is_shared_is_in_the_preview_and_what_is_ours_is_not(story: Story) -> None:
    awa = story.awa
    own = awa.does("initiative", "begin", "Boots of our own")["id"]
    assert own not in str(awa.does("outgoing"))
    assert "Boots of our own" not in str(awa.does("outgoing"))
    assert "Say in two lines" in awa.fails("initiative", "share", own)
    awa.does("set", "initiative", own, "summary=Small sizes", "activities=We measured.")
    practice = awa.does("initiative", "share", own)
    assert [each["seen_by"] for each in awa.does("outgoing") if each["caption"] == "Boots of our own"] == [
        "secretariat"
    ]
    assert practice["activities"] == {"en": "We measured."}
    assert own not in str(awa.does("outgoing"))
