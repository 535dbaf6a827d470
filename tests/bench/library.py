"""How the library stands 100,000 practices and 2,000 files: from the key to the painted answer, and the index's cost.

Run it with `python -m tests.bench.library --n 100000 --attachments 2000`. A process of its own fills a profile with
practices in eight languages (words of the lists of BIP39, which the package `mnemonic` ships) and with files of four
kinds; every tenth file is a real text, a topic of the language reference that Python ships (pydoc_data, PSF licence).
Then the real window opens on it, offscreen. Beside that stands bare FTS5, asked the same of the same file in the same
run. Its last line is JSON, its exit code 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from pydoc_data import topics

from mnemonic import Mnemonic
from PySide6.QtWidgets import QApplication
from sqlcipher3 import dbapi2

from tests.bench import figures
from tests.bench.figures import Figure, say
from tests.bench.people import WORD, Pulse, stay, wait_until
from tests.extract import papers
from ui.application import Program
from ui.bench.measure import memory
from ui.pages.library import LibraryPage
from ui.tour import hands
from wimdesk.app import App
from wimdesk.identifiers import derived_id
from wimdesk.records import Attachment, LibraryItem
from wimdesk.services import library_article, library_search, reading_lists
from wimdesk.store import inbox
from wimdesk.store.engine import Store

GOAL_PAINTED, GOAL_RATIO, GOAL_MEMORY, GOAL_GAP, GOAL_READ = 80.0, 1.5, 300.0, 50.0, 50.0
LANGUAGES = {
    "en": "english", "fr": "french", "es": "spanish", "pt": "portuguese", "it": "italian", "tr": "turkish",
    "cs": "czech", "ru": "russian",
}  # fmt: skip
_CHUNK = 5000
_PAGES, _ON_PAGE = 5, 220
_TYPED = ("abandon", "maison vie", "carbon engine", "salud", "papel nube", "object", "statement expression", "vida")
_BARE = (
    "SELECT r.type, r.record FROM search_text f JOIN search_ref r ON r.doc = f.rowid WHERE search_text MATCH ? "
    "ORDER BY rank LIMIT 1000",
    "SELECT rowid FROM search_page WHERE search_page MATCH ? ORDER BY rank LIMIT 300",
)


def fill(folder: Path, count: int, attached: int) -> None:
    """Write the practices and files, read the files, and leave what that took in filled.json."""
    app = App.open(folder, WORD)
    app.settings.put("sync_automatically", False)
    app.settings.put("first_run_done", True)
    words = {code: Mnemonic(name).wordlist for code, name in LANGUAGES.items()}
    start = time.perf_counter()
    for first in range(0, count, _CHUNK):
        app.run(inbox.plant, LibraryItem, [_item(n, words) for n in range(first, min(count, first + _CHUNK))])
    took = {"items": time.perf_counter() - start}
    for first in range(0, attached, 200):
        app.run(inbox.plant, Attachment, [_file(app, n, words) for n in range(first, min(attached, first + 200))])
    before = _size(app)
    start = time.perf_counter()
    took["read"] = app.read_files()
    took["reading"] = time.perf_counter() - start
    ((took["pieces"],),) = _ask(app.store, "SELECT sum(pieces) FROM file_text")
    took["grown"] = _size(app) - before
    took["text"] = sum(len(each.encode()) for each in _texts(app.store)) / 1e6
    app.close()
    (folder.parent / "filled.json").write_text(json.dumps(took), encoding="utf-8")


def _size(app: App) -> int:
    ((pages,),), ((size,),) = (_ask(app.store, f"PRAGMA {name}") for name in ("page_count", "page_size"))
    return int(pages) * int(size)  # SQLCipher says the size as a text


def _ask(store: Store, query: str) -> list[tuple[int, ...]]:
    connection = store.raw()
    found = connection.execute(query).fetchall()
    connection.close()
    return [tuple(row) for row in found]


def _drawn(dice: random.Random, words: list[str], count: int) -> str:
    """The first words of a list are drawn much more often, as in a language."""
    return " ".join(words[int(len(words) * dice.random() ** 3)] for _word in range(count))


def _item(number: int, words: dict[str, list[str]]) -> dict[str, object]:
    dice = random.Random(number)
    code = list(words)[number % len(words)]
    return {
        "id": derived_id("bench", str(number)), "space": "alliance", "owner": derived_id("bench", "owner"),
        "created_at": "2026-01-01T00:00:00Z", "title": {code: f"{_drawn(dice, words[code], 6)} {number}"},
        "summary": {code: _drawn(dice, words[code], 24)}, "outcomes": {code: _drawn(dice, words[code], 60)},
        "template": "case", "state": "published", "language": code,
        "issued": f"20{10 + number % 17:02d}-{1 + number % 12:02d}-{1 + number % 28:02d}",
    }  # fmt: skip


def _file(app: App, number: int, words: dict[str, list[str]]) -> dict[str, object]:
    dice = random.Random(number)
    code = list(words)[number % len(words)]
    real = list(topics.topics.values())
    kind = ("pdf", "docx", "html", "txt")[number % 4]
    pages = [_drawn(dice, words[code], _ON_PAGE) for _page in range(_PAGES)]
    if number % 10 == 0:
        pages = [f"{number} {real[number // 10 % len(real)]}"]
        kind = "txt"
    made = {"pdf": papers.pdf, "docx": papers.docx}
    content = made[kind](*pages) if kind in made else "\f".join(pages).encode()
    if kind == "html":
        content = f"<html><body><p>{'</p><p>'.join(pages)}</p></body></html>".encode()
    return {
        "id": derived_id("bench file", str(number)), "space": "alliance", "owner": derived_id("bench", "owner"),
        "created_at": "2026-01-01T00:00:00Z", "part_of_type": "library_item",
        "part_of": derived_id("bench", str(number)), "title": f"file-{number}.{kind}", "extent": len(content),
        "identifier": app.contents.keep(content), "created": "2026-01-01",
    }  # fmt: skip


def run(count: int, attached: int) -> list[Figure]:
    """Measure with so many practices and files."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    found: list[Figure] = []

    def tell(name: str, value: float, unit: str, goal: float | None = None) -> None:
        found.append(Figure(name, value, unit, goal))
        say(found[-1].line())

    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name) / "profile"
        size = ("--n", str(count), "--attachments", str(attached))
        subprocess.run([sys.executable, "-m", "tests.bench.library", *size, "--fill", folder], check=True)
        took = json.loads((folder.parent / "filled.json").read_text("utf-8"))
        say(f"load {os.getloadavg()[0]:.1f}")
        tell("practices written and indexed, each second", count / took["items"], "")
        tell("files read and indexed, each second", took["read"] / took["reading"], "")
        tell("pieces of files indexed", took["pieces"], "")
        instance = QApplication.instance()
        application = instance if isinstance(instance, QApplication) else QApplication(sys.argv[:1])
        program = Program(application, folder, WORD)
        try:
            program.start()
            wait_until(lambda: program.desk is not None)
            app = program.app
            if app is None:
                raise RuntimeError("no profile")
            text = took["text"]
            tell("text in the files", text, "MB")
            tell("text read and indexed, each second", text / took["reading"], "MB")
            tell("the file grows, for each MB of text", took["grown"] / 1e6 / text, "MB")
            _window(program, count, tell)
            _reading(app, count, tell)
            tell("memory at the end", memory(), "MB", GOAL_MEMORY)
            _ratio(app, tell)
        finally:
            program.window.close()
            program.close()
    return found


def _texts(store: Store) -> list[str]:
    from wimdesk.store import file_texts

    connection = store.raw()
    docs = [doc for (doc,) in connection.execute("SELECT doc FROM page_text")]
    found = list(file_texts.texts(connection, docs).values())
    connection.close()
    return found


def _window(program: Program, count: int, tell: Callable[..., None]) -> None:
    stay(2.0)
    start = time.perf_counter()
    program.window.show_page("library")
    page = program.window.page()
    if not isinstance(page, LibraryPage):
        raise TypeError(type(page).__name__)
    wait_until(lambda: page.count.text().startswith(f"{count:,}") or page.count.text().startswith(str(count)))
    tell("the page is opened for the first time", time.perf_counter() - start, "s")
    tell("memory when it is open", memory(), "MB")
    stay(2.0)
    heart = Pulse()
    heart.start(QApplication.instance())  # type: ignore[arg-type]  # it is there
    stay(1.0)
    heart.longest()
    taken: list[float] = []
    for words in _TYPED:
        taken += [_timed(page, partial(hands.write_letter, page.search, letter)) for letter in words]
        page.search.clear()
        wait_until(lambda: page.result_question() == "")
        stay(0.3)
    tell("key to painted answer: median", statistics.median(taken), "ms")
    tell("key to painted answer: p95", statistics.quantiles(taken, n=20)[-1], "ms", GOAL_PAINTED)
    gap, busy = heart.longest()
    tell("while typing: longest gap of the window", gap, "ms")
    tell("while typing: longest computing of its thread", busy, "ms", GOAL_GAP)


def _timed(page: LibraryPage, act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    wait_until(lambda: page.result_question() == page.search.text(), pause=0.0)
    page.view.viewport().repaint()
    return (time.perf_counter() - start) * 1000


def _reading(app: App, count: int, tell: Callable[..., None]) -> None:
    """What a click on a row asks for, and what stands beside it."""
    searcher, taken, beside = app.searcher("bench"), [], []
    for number in range(0, count, max(1, count // 40)):
        record = derived_id("bench", str(number))
        taken.append(_took(partial(app.read, library_article.article, record)))
        beside.append(_took(partial(app.read, reading_lists.related, searcher, record)))
    tell("a practice to be read: median", statistics.median(taken), "ms", GOAL_READ)
    tell("what is related to it: median", statistics.median(beside), "ms")


def _ratio(app: App, tell: Callable[..., None]) -> None:
    """Ask each beginning of each question of ours and of bare FTS5 by turns; compare the sums of the medians."""
    searcher, files = app.searcher("bench"), app.read(library_search.files)
    bare = app.store.raw()
    ours, floor = 0.0, 0.0
    computed: list[float] = []
    for words in _TYPED:
        for end in range(1, len(words) + 1):
            question = words[:end].strip()
            match = " ".join(f'"{word}"*' for word in question.split())
            mine, raw = [], []
            for _round in range(3):
                before = time.thread_time()
                mine.append(_took(partial(library_search.ask, searcher, question, files)))
                computed.append((time.thread_time() - before) * 1000)
                raw.append(_took(partial(_ask_bare, bare, match)))
            ours += statistics.median(mine)
            floor += statistics.median(raw)
    bare.close()
    tell("processor for an answer of the search: median", statistics.median(computed), "ms")
    tell("processor for an answer of the search: p95", statistics.quantiles(computed, n=20)[-1], "ms")
    tell("answer of the search / bare FTS5, sums of medians", ours / floor, "", GOAL_RATIO)


def _ask_bare(bare: dbapi2.Connection, match: str) -> None:
    for query in _BARE:
        bare.execute(query, (match,)).fetchall()


def _took(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def main() -> int:
    """Measure and say so; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000, help="how many practices")
    parser.add_argument("--attachments", type=int, default=2000, help="how many files")
    parser.add_argument("--fill", type=Path, default=None, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.fill is not None:
        fill(args.fill, args.n, args.attachments)
        return 0
    return figures.finish(run(args.n, args.attachments), n=args.n, attachments=args.attachments)


if __name__ == "__main__":
    sys.exit(main())
