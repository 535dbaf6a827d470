"""What others withdrew is in no index of this computer: neither what the practice said nor what stood in its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.extract import papers
from wimdesk.services import attaching, library, library_search
from wimdesk.store import file_texts

if TYPE_CHECKING:
    from sqlcipher3 import dbapi2

    from tests.support import Laptop, Office
    from wimdesk.app import App

WORD = "Qoxylophonikum"
TAIL = b"xylophonik"
"""What the index can't have shortened: it writes of a word only what differs from the one before."""
INDEXES = ("search_text", "search_title", "search_page")


def raw(app: App) -> bytes:
    connection: dbapi2.Connection = app.store.raw()
    try:
        blocks = [connection.execute(f"SELECT block FROM {name}_data").fetchall() for name in INDEXES]
        docs = [doc for (doc,) in connection.execute("SELECT doc FROM page_text").fetchall()]
        texts = "".join(file_texts.texts(connection, docs).values())
        return b"".join(block for found in blocks for (block,) in found) + texts.encode().lower()
    finally:
        connection.close()


def test_row_d02_withdrawn_words_leave_the_index_of_others(office: Office, anna: Laptop) -> None:
    anna.sync()
    bela = office.laptop("Bela")
    item = anna.add("library_item", title={"en": WORD}, outcomes={"en": f"{WORD}ia grew"}, language="en")
    made = attaching.attach(
        anna.app.store, anna.app.contents, ("library_item", item), "a.pdf", papers.pdf(f"{WORD}orum on a page")
    )
    for laptop in (anna, bela, anna, bela):
        laptop.sync()
    bela.app.run(attaching.want, made)
    bela.sync()
    assert bela.app.read_files() == 1
    assert TAIL in raw(bela.app)
    assert [hit.page for hit in bela.app.searcher().ask_pages(WORD) or ()] == [1]
    anna.app.run(library.remove, item)
    anna.app.run(attaching.remove, made)
    for laptop in (anna, bela):
        laptop.sync()
    bela.app.back_up()  # waits for what is done behind everything else
    assert TAIL not in raw(bela.app)
    assert library_search.ask(bela.app.searcher(), WORD, bela.app.read(library_search.files)) == library_search.Found(
        (), 0
    )
