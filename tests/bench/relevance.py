"""How good the order of answers is: 60 judged questions to a real collection, beside bare FTS5 and tantivy in one run.

Run it with `python -m tests.bench.relevance`. The collection are the explanations of the rules of Ruff (MIT) as the
version in requirements.lock ships them (`ruff rule --all`): close to a thousand articles, most of a megabyte of English
written by many. Who asks does not know the words of the answer: the questions in relevance_judged.txt were written, and
judged by hand, before any engine was asked; then the weights of wimdesk.services.library_ranking were chosen with
them. Every third article is in an attached file. tantivy is a search engine of the Lucene kind (MIT):
`pip install tantivy`; without it the bench says so and compares with FTS5 alone.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from tests.bench.figures import say
from wimdesk.app import App
from wimdesk.extract.limits import pieces
from wimdesk.identifiers import derived_id
from wimdesk.records import Attachment, LibraryItem
from wimdesk.services import library_search
from wimdesk.store import file_texts
from wimdesk.words import folded, stemmed

JUDGED = Path(__file__).with_name("relevance_judged.txt")
_CODE = re.compile(r"```.*?```", re.DOTALL)
Engine = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Article:
    """A rule as an article: its code, what it says in one line, and its explanation without the examples."""

    code: str
    title: str
    text: str


def collection() -> list[Article]:
    """Return the articles, by their code."""
    command = [sys.executable, "-m", "ruff", "rule", "--all", "--output-format", "json"]
    rules = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    found = []
    for rule in (rule for rule in rules if rule["code"]):
        name = str(rule["name"]).replace("-", " ")
        text = _CODE.sub("", str(rule["explanation"])).replace("#", "").replace("`", "")
        found.append(Article(str(rule["code"]), f"{name}: {rule['summary']}".replace("`", ""), text))
    return sorted(found, key=lambda article: article.code)


def judged() -> dict[str, dict[str, int]]:
    """Return the questions with the points of each article that answers one."""
    found = {}
    for line in JUDGED.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            question, _bar, codes = line.partition(" | ")
            best, _sign, good = codes.partition("~")
            found[question] = dict.fromkeys(good.split(), 1) | dict.fromkeys(best.split(), 2)
    return found


def ndcg(found: list[str], points: Mapping[str, int], most: int = 10) -> float:
    """Return the normalised discounted cumulative gain (Järvelin and Kekäläinen 2002) of the first answers."""
    gained = sum((2.0 ** points.get(code, 0) - 1) / math.log2(at + 2) for at, code in enumerate(found[:most]))
    best = sorted(points.values(), reverse=True)[:most]
    return gained / sum((2.0**point - 1) / math.log2(at + 2) for at, point in enumerate(best))


def recall(found: list[str], points: Mapping[str, int], most: int = 50) -> float:
    """Return the share of what answers a question that is among the first."""
    return len(points.keys() & set(found[:most])) / len(points)


def bare(articles: list[Article], tokens: str, joined: str) -> Engine:
    """FTS5 as it comes: its bm25 with no weights, the words joined by AND or OR."""
    connection = dbapi2.connect(":memory:")
    connection.execute(f"CREATE VIRTUAL TABLE f USING fts5(code UNINDEXED, title, text, tokenize='{tokens}')")
    rows = [(article.code, article.title, article.text) for article in articles]
    connection.executemany("INSERT INTO f VALUES (?, ?, ?)", rows)

    def ask(question: str) -> list[str]:
        match = f" {joined} ".join(f'"{word}"' for word in re.findall(r"\w+", question))
        query = "SELECT code FROM f WHERE f MATCH ? ORDER BY bm25(f) LIMIT 50"
        return [str(code) for (code,) in connection.execute(query, (match,))]

    return ask


def tantivy(articles: list[Article]) -> Engine | None:
    """Tantivy with its English stems, title and text asked together, as its own parser joins words."""
    try:
        import tantivy as engine
    except ImportError:
        return None
    schema = engine.SchemaBuilder()
    schema.add_text_field("code", stored=True, tokenizer_name="raw")
    schema.add_text_field("title", tokenizer_name="en_stem")
    schema.add_text_field("text", tokenizer_name="en_stem")
    index = engine.Index(schema.build())
    writer = index.writer()
    for article in articles:
        writer.add_document(engine.Document(code=article.code, title=article.title, text=article.text))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def ask(question: str) -> list[str]:
        query = index.parse_query(question, ["title", "text"])
        return [searcher.doc(place)["code"][0] for _score, place in searcher.search(query, 50).hits]

    return ask


def ours(app: App, articles: list[Article]) -> Engine:
    """The library as the page asks it."""
    ids = {derived_id("bench", article.code): article.code for article in articles}
    app.run(_fill, articles)
    searcher, files = app.searcher(), app.read(library_search.files)

    def ask(question: str) -> list[str]:
        found = library_search.ask(searcher, question, files)
        return [ids[item] for item in found.ids] if found else []

    return ask


def _fill(session: Session, articles: list[Article]) -> None:
    for at, article in enumerate(articles):
        item = derived_id("bench", article.code)
        in_file = at % 3 == 0
        first, _blank, rest = article.text.partition("\n\n")
        texts = {} if in_file else {"summary": {"en": first}, "activities": {"en": rest}}
        session.add(LibraryItem(id=item, title={"en": article.title}, language="en", state="published", **texts))
        if in_file:
            name = f"{article.code}.txt"
            session.add(Attachment(part_of_type="library_item", part_of=item, title=name, identifier=article.code))
            begun = file_texts.begin(session, article.code)
            read = [
                file_texts.Piece(0, page.text, folded(page.text), stemmed(page.text, "en"))
                for page in pieces(0, article.text)
            ]
            file_texts.add(session, begun.file, 0, read)
            file_texts.finish(session, begun.file, "whole")


def main() -> int:
    """Measure and print; the exit code is 1 where ours is not the best in both."""
    articles, questions = collection(), judged()
    known = {article.code for article in articles}
    unknown = {code for points in questions.values() for code in points} - known
    if unknown:
        say(f"not in this version of the collection: {' '.join(sorted(unknown))}")
    questions = {text: {c: p for c, p in points.items() if c in known} for text, points in questions.items()}
    letters = sum(len(article.text) for article in articles)
    say(f"{len(articles)} articles, {letters:,} letters, {len(questions)} questions")
    with tempfile.TemporaryDirectory() as folder:
        app = App.open(Path(folder) / "profile", "a passphrase for the bench")
        engines: dict[str, Engine | None] = {
            "FTS5 bm25, all words": bare(articles, "unicode61 remove_diacritics 2", "AND"),
            "FTS5 bm25, any word": bare(articles, "unicode61 remove_diacritics 2", "OR"),
            "FTS5 bm25, any word, porter": bare(articles, "porter unicode61 remove_diacritics 2", "OR"),
            "tantivy, en_stem": tantivy(articles),
            "WIMDesk": ours(app, articles),
        }
        figures = {}
        for name, ask in engines.items():
            if ask is None:
                say(f"{name}: not installed")
                continue
            answers = {question: ask(question) for question in questions}
            gain = sum(ndcg(answers[question], points) for question, points in questions.items()) / len(questions)
            share = sum(recall(answers[question], points) for question, points in questions.items()) / len(questions)
            figures[name] = (round(gain, 4), round(share, 4))
            say(f"{name:<30} nDCG@10 {gain:.3f}   recall@50 {share:.3f}")
            if name == "WIMDesk" and "--each" in sys.argv:
                for question, points in questions.items():
                    say(f"  {ndcg(answers[question], points):.2f} {question}: {' '.join(answers[question][:8])}")
        app.close()
    best = all(figures["WIMDesk"][at] >= max(figure[at] for figure in figures.values()) for at in (0, 1))
    say(json.dumps({"figures": figures, "best": best}))
    return 0 if best else 1


if __name__ == "__main__":
    sys.exit(main())
