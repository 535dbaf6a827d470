"""The records and edits that every measurement of the wire sends, and the floor they are compared with.

Twelve fields, short notes typed by people, a few hundred organisations that come again and again: as large and as hard
to compress as the records with which other programs were measured (434 bytes of JSON each; zstd-19: 91 bytes each in a
thousand, 79 in ten thousand). The words are made from syllables by a seed, so that no lists are needed and the figures
never drift. Records and edits of another generator can be read from files instead.
"""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass
from pathlib import Path

import zstandard

SEED = 71_993
FIELDS = ("id", "org", "country", "person", "role", "year", "hours", "email", "start", "status", "notes", "updated")
EDITED = ("notes", "role", "hours", "status", "person")
_CONSONANTS = (*"bcdfghklmnprstvw", "br", "st", "tr", "ch")
_SYLLABLES = [first + last for first in _CONSONANTS for last in (*"aeiou", "an", "er", "ou")]
_SOME = (
    "of the", "to our", "with", "near", "for two", "after", "at the", "until", "by", "and no", "without", "in", "on a",
)  # fmt: skip
_ROLES, _STATES = 10, 5

Row = dict[str, str | int | float]
Edit = tuple[int, str, str | int | float]
"""Which record (its index), which field, and the new value."""


@dataclass(frozen=True)
class Workload:
    """What the steps send: the records, the one edit of step d and the hundred of step e."""

    records: list[Row]
    one: list[Edit]
    hundred: list[Edit]

    def floor_of_records(self) -> int:
        """Return the bytes of all records as JSON lines in one zstd frame of level 19."""
        return _frame([json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in self.records])

    def floor_of_edits(self, edits: list[Edit]) -> int:
        """Return the bytes of edits in one zstd frame of level 19: id, field, value and milliseconds, as JSON lines."""
        start = 1_790_000_000_000
        lines = [
            {"id": self.records[index]["id"], "f": name, "v": value, "t": start + 977 * place}
            for place, (index, name, value) in enumerate(edits)
        ]
        return _frame([json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in lines])


def _frame(lines: list[str]) -> int:
    return len(zstandard.ZstdCompressor(level=19).compress("\n".join(lines).encode()))


class _Tongue:
    """A made-up language: some words are said often, most seldom."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.words = self._distinct(700, (1, 2, 2, 2, 3))
        self.given, self.family = self._names(40), self._names(34)
        self.places = self._names(60)
        self.countries = [a + b.lower() for a, b in zip(self._names(18), self._names(18), strict=True)]
        self.roles = [" ".join(self.words[i : i + 1 + i % 2]).capitalize() for i in range(_ROLES)]
        self.states = [word + "ed" for word in self.words[50 : 50 + _STATES]]
        self.kinds = [" ".join(self.words[i : i + 2]).title() for i in range(100, 130, 2)]
        self.phrases = [self._phrase(3) for _ in range(40)]

    def _distinct(self, count: int, lengths: tuple[int, ...]) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            found["".join(self.chance.choices(_SYLLABLES, k=self.chance.choice(lengths)))] = None
        return list(found)

    def _names(self, count: int) -> list[str]:
        return [name.capitalize() for name in self._distinct(count, (2, 2, 3))]

    def word(self) -> str:
        """Return a word, now and then with two letters the wrong way round."""
        word = self.words[int(len(self.words) * self.chance.random() ** 1.75)]
        if len(word) > 4 and self.chance.random() < 0.05:
            at = self.chance.randrange(1, len(word) - 2)
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word

    def _phrase(self, count: int) -> str:
        return " ".join(f"{self.word()} {self.chance.choice(_SOME)}" for _ in range(count - 1)) + f" {self.word()}"

    def person(self) -> str:
        """Return a given and a family name."""
        return f"{self.chance.choice(self.given)} {self.chance.choice(self.family)}"

    def notes(self) -> str:
        """Return 99 to 200 characters of sentences."""
        goal = self.chance.choice((100, 100, 105, 110, 115, 120, 130, 145, 170))
        text = ""
        while len(text) < goal:
            text += self._sentence() + ". "
        return text[:200].strip()

    def _sentence(self) -> str:
        kind = self.chance.random()
        if kind < 0.15:
            return f"{self.person()} {self.chance.choice(self.phrases)}"
        if kind < 0.3:
            return f"{self.chance.choice(self.phrases).capitalize()} {self.chance.randrange(2, 99)} {self.word()}"
        return self._phrase(self.chance.randrange(3, 5)).capitalize()


def records(count: int) -> list[Row]:
    """Return that many records; the first of them are the same for every count."""
    chance = random.Random(SEED)
    tongue = _Tongue(chance)
    organisations = [_organisation(tongue) for _ in range(400)]
    return [_record(chance, tongue, organisations) for _ in range(count)]


def _organisation(tongue: _Tongue) -> tuple[str, str, str]:
    first, second = tongue.chance.sample(tongue.places, 2)
    name = f"{first} {second} {tongue.chance.choice(tongue.kinds)}"
    mail = f"{tongue.person().lower().replace(' ', '.')}@{second.lower()}.example"
    return name, tongue.chance.choice(tongue.countries), mail


def _record(chance: random.Random, tongue: _Tongue, organisations: list[tuple[str, str, str]]) -> Row:
    org, country, mail = organisations[min(int(chance.expovariate(1 / 90)), len(organisations) - 1)]
    year = chance.randint(2016, 2024)
    day = f"{year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    moment = f"{chance.randint(6, 19):02}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}"
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "org": org,
        "country": country,
        "person": tongue.person(),
        "role": chance.choice(tongue.roles),
        "year": year,
        "hours": chance.choice((1, 2, 3, 4, 6, 8, 12, 16, 24, 40)) + chance.choice((0, 0, 0.5)),
        "email": mail,
        "start": day,
        "status": chance.choice(tongue.states),
        "notes": tongue.notes(),
        "updated": f"{day}T{moment}Z",
    }


def edits(records_there: list[Row], count: int, seed: int) -> list[Edit]:
    """Return edits of so many different records, one field each, every value new."""
    chance = random.Random(SEED + seed)
    tongue = _Tongue(random.Random(SEED))
    tongue.chance = chance
    found: list[Edit] = []
    for place, index in enumerate(chance.sample(range(len(records_there)), min(count, len(records_there)))):
        name = EDITED[place % len(EDITED)]
        found.append((index, name, _new_value(name, chance, tongue)))
    return found


def _new_value(name: str, chance: random.Random, tongue: _Tongue) -> str | int:
    match name:
        case "notes":
            return tongue.notes()
        case "role":
            return f"{chance.choice(tongue.roles)} (new)"
        case "hours":
            return chance.randint(41, 99)
        case "status":
            return f"kept-{chance.randint(1, 9)}"
    return f"{tongue.person()} Jr"


def made(count: int) -> Workload:
    """Return the workload of our own generator."""
    found = records(count)
    return Workload(found, edits(found, 1, 1), edits(found, 100, 2))


def read(records_file: Path, edits_file: Path | None, count: int) -> Workload:
    """Return a workload from files: one JSON record a line, and an object {"d": [[index, field, value]], "e": [...]}.

    Without a file of edits, ours are used. Raises ValueError where the records are too few or lack a field.
    """
    lines = records_file.read_text("utf-8").splitlines()[:count]
    found: list[Row] = [json.loads(line) for line in lines]
    if len(found) < count or any(set(row) != set(FIELDS) for row in found):
        raise ValueError(f"{records_file} needs {count} records with the fields {', '.join(FIELDS)}")
    if edits_file is None:
        return Workload(found, edits(found, 1, 1), edits(found, 100, 2))
    given = json.loads(edits_file.read_text("utf-8"))
    one, hundred = ([(int(i), str(f), v) for i, f, v in given[step]] for step in "de")
    return Workload(found, one, hundred)
