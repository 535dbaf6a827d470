"""The process that reads files: what it finds in each kind, and that nothing it gets makes it hang, fetch or run."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.extract import papers
from wimdesk.extract.parent import Process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = [(1, "Círculos de mentoría"), (2, "Sécurité à la mine")]
ENTITIES = '<!DOCTYPE d [<!ENTITY a "word"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><d>&b;</d>'
OUTSIDE = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d>&a;</d>'


@pytest.fixture(scope="module")
def process() -> Iterator[Process]:
    found = Process()
    yield found
    found.close()


def read(process: Process, content: bytes) -> tuple[list[tuple[int, str]], str]:
    found = [(page.number, page.text) for page in process.pages(content)]
    return found, process.verdict


@pytest.mark.parametrize("make", [papers.pdf, papers.docx, papers.odt])
def test_words_are_found_page_by_page(process: Process, make: object) -> None:
    assert callable(make)
    assert read(process, make(*(text for _page, text in PAGES))) == (PAGES, "whole")


def test_a_document_without_marks_of_pages_has_none(process: Process) -> None:
    for content in (papers.docx("One page"), papers.odt("One page"), b"One  page\r\n", b"<html><p>One page"):
        assert read(process, content) == ([(0, "One page")], "whole")


def test_text_in_other_letters_is_read(process: Process) -> None:
    for content in ("Sécurité".encode("cp1252"), "Sécurité".encode("utf-16"), "\ufeffSécurité".encode()):
        assert read(process, content) == ([(0, "Sécurité")], "whole")
    page = '<html><meta charset="windows-1251"><p>Шахта'.encode("cp1251")
    assert read(process, page) == ([(0, "Шахта")], "whole")


def test_what_was_struck_out_of_an_odt_is_not_read(process: Process) -> None:
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    note = f"kept <office:annotation {names}>secret</office:annotation>words"
    assert read(process, papers.odt(note)) == ([(0, "kept words")], "whole")


def test_a_long_text_is_cut_into_pieces_between_words(process: Process) -> None:
    found, verdict = read(process, b"mentor " * 10_000)
    assert verdict == "whole"
    assert len(found) > 5
    assert {word for _page, text in found for word in text.split()} == {"mentor"}


def test_scripts_and_what_is_fetched_are_no_words(process: Process) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        place = f"http://127.0.0.1:{server.getsockname()[1]}"
        content = (
            f"<html><head><title>Circle</title><script>evil()</script><link rel=stylesheet href={place}/a.css></head>"
            f"<body onload=evil()><p>Mentors<img src={place}/a.png><iframe src={place}/b>hidden</iframe>"
            f"<style>p{{background:url({place}/c)}}</style><script src={place}/d.js>evil()</script><p>meet"
        )
        assert read(process, content.encode()) == ([(0, "Circle\nMentors\nmeet")], "whole")
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_pdf_with_a_script_is_read_and_the_script_is_not_run(process: Process) -> None:
    content = papers.pdf("Mentors meet", script="app.launchURL('http://127.0.0.1/')")
    assert read(process, content) == ([(1, "Mentors meet")], "whole")


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (papers.zipped({"word/document.xml": b"<d>" + b" " * 30_000_000}), "bomb"),
        (papers.zipped({"word/document.xml": ENTITIES}), "bomb"),
        (papers.zipped({"word/document.xml": OUTSIDE}), "bomb"),
        (papers.zipped({"word/document.xml": "<d>" * 5000}), "bomb"),
        (papers.zipped({"word/document.xml": "<d><e></d>"}), "broken"),
        (papers.zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "broken"),
        (papers.zipped({"a.txt": "words"}), "other"),
        (papers.docx("Mentors")[:-30], "broken"),
        (papers.docx(""), "none"),
        (papers.pdf("Mentors")[:200], "broken"),
        (papers.recursive_pdf(), "broken"),
        (b"%PDF-1.7\n" + b"\x00" * 5000, "broken"),
        (b"\x00\x01\x02\x03" * 100, "other"),
        (b"<html>" + b"<p>" * 40_000, "none"),
        (b"<" * 100_000, "whole"),
    ],
)
def test_hostile_files_end_soon_with_a_verdict(process: Process, content: bytes, verdict: str) -> None:
    since = time.monotonic()
    found, told = read(process, content)
    assert "passwd" not in str(found)
    assert "root:" not in str(found)
    assert (told, time.monotonic() - since < 10) == (verdict, True)
    assert read(process, b"still here") == ([(0, "still here")], "whole")


def test_a_damaged_document_gives_what_could_be_read(process: Process) -> None:
    content = papers.zipped({"word/document.xml": papers.docx("Mentors meet")[:0] + _half()})
    assert read(process, content) == ([(0, "Mentors meet")], "broken")


def _half() -> bytes:
    names = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return b"<w:document " + names + b"><w:p><w:r><w:t>Mentors meet</w:t></w:r></w:p><w:p>"


def test_five_hundred_pages_are_read(process: Process) -> None:
    found, verdict = read(process, papers.pdf(*(f"Page {number} on mentors" for number in range(1, 501))))
    assert (verdict, len(found), found[-1]) == ("whole", 500, (500, "Page 500 on mentors"))


def test_who_stands_still_is_ended_and_the_next_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asleep = tmp_path / "asleep"
    asleep.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    asleep.chmod(0o755)
    process = Process(patience=0.2)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(asleep))
        assert read(process, b"words") == ([], "slow")
    process = Process()
    assert read(process, b"words") == ([(0, "words")], "whole")
    process.close()
    assert read(process, b"words") == ([], "broken")


def test_closing_from_elsewhere_ends_the_reading() -> None:
    process = Process()
    pages = process.pages(papers.pdf(*["words"] * 2000))
    next(pages)
    threading.Timer(0.0, process.close).start()
    assert len(list(pages)) < 2000 or process.verdict == "whole"


def test_the_reader_may_neither_connect_nor_start_nor_write(tmp_path: Path) -> None:
    code = (
        "from wimdesk.extract import child\nchild._lock_down()\nimport socket, subprocess, os\n"
        "def refused(act):\n"
        "    try: act()\n"
        "    except PermissionError: print('refused')\n"
        "refused(lambda: socket.create_connection(('127.0.0.1', 9)))\n"
        "refused(lambda: subprocess.run(['true']))\n"
        f"refused(lambda: open({str(tmp_path / 'x')!r}, 'w'))\n"
        "refused(lambda: os.system('true'))\n"
        f"refused(lambda: os.open({str(tmp_path / 'x')!r}, os.O_WRONLY | os.O_CREAT))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["refused"] * 5


def test_whatever_somebody_wrote_as_the_language_of_a_practice_the_next_file_is_read(process: Process) -> None:
    for likely in ("en\n7 en\nnothing", "en 5", "中文", "en"):
        assert [page.text for page in process.pages(b"Lamps for all", likely)] == ["Lamps for all"], likely
        assert process.verdict == "whole"
