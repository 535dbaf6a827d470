"""What every record type has in common, and the small vocabulary in which its columns are described."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NotRequired, TypedDict

from sqlalchemy import JSON, Boolean, Float, Integer, Text, inspect, text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column

Kind = Literal[
    "text",
    "long_text",
    "texts",
    "long_texts",
    "choice",
    "codes",
    "day",
    "month",
    "integer",
    "decimal",
    "flag",
    "link",
    "map",
]
Weight = Literal["title", "summary", "body", "tags"]
Scope = Literal["private", "shared", "alliance"]

DEFAULTS: dict[Kind, object] = {
    "texts": {},
    "long_texts": {},
    "map": {},
    "codes": [],
    "integer": None,
    "decimal": None,
    "flag": False,
}


class Info(TypedDict):
    """What a column says of itself; screens, exports, search and data protection read it."""

    kind: Kind
    label: str
    help: NotRequired[str]
    search: NotRequired[Weight]
    listed: NotRequired[bool]
    personal: NotRequired[bool]
    use: NotRequired[str]
    """What a personal column is for, where it is something else than `Record.use` (records.uses)."""
    secret: NotRequired[bool]
    """A key: in no file that a person writes or reads, whatever else of the record is there."""
    choices: NotRequired[dict[str, str]]
    link: NotRequired[str]
    sought: NotRequired[bool]
    """Records are found by it, as by a link: the database keeps an index."""
    required: NotRequired[bool]
    minimum: NotRequired[float]
    maximum: NotRequired[float]


Values = dict[str, Any]
"""A record's values by field: each a text, number, flag, list or map, as the field's kind says."""

Column = MappedColumn[Any]
"""A declared column; the annotation beside it gives the type of its values."""

_ALLOWED = frozenset(Info.__annotations__)


class Base(DeclarativeBase):
    """The metadata of all tables."""


def field(kind: Kind, label: str, **more: object) -> Column:
    """Return a synced column. `more` takes the keys of Info; an unknown key fails at import."""
    unknown = set(more) - _ALLOWED
    if unknown:
        raise TypeError(f"unknown column info {sorted(unknown)} of {label!r}")
    info = {"kind": kind, "label": label, **more}
    match kind:
        case "texts" | "long_texts" | "map":
            return mapped_column(JSON, info=info, server_default=text("'{}'"))
        case "codes":
            return mapped_column(JSON, info=info, server_default=text("'[]'"))
        case "integer":
            return mapped_column(Integer, info=info)
        case "decimal":
            return mapped_column(Float, info=info)
        case "flag":
            return mapped_column(Boolean, info=info, server_default=text("0"))
        case _:
            return mapped_column(Text, info=info, server_default=text("''"), index=kind == "link" or "sought" in more)


class Record(Base):
    """One synced record: where it lives, whose it is, and what each field's last known place is.

    `versions` maps a field to the seq of the operation that last set it, or to minus the n of this
    device's own operation that still waits: exactly the base of the next edit (sync.merge).
    Times and names are for people to read and are never compared.
    """

    __abstract__ = True

    type_label: ClassVar[str] = ""
    """One record, in English, marked for translation."""
    type_label_many: ClassVar[str] = ""
    home: ClassVar[Scope] = "private"
    """The space in which a new record of this type lives."""
    use: ClassVar[str] = ""
    """What its personal columns are for: purpose, basis, class and retention by this name (records.uses)."""

    @declared_attr.directive
    def __tablename__(cls) -> str:
        name = cls.__name__
        return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    space: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(Text)
    deleted: Mapped[bool] = mapped_column(Boolean, server_default=text("0"))
    versions: Mapped[dict[str, int]] = mapped_column(JSON, server_default=text("'{}'"))
    created_at: Mapped[str] = mapped_column(Text, server_default=text("''"))
    created_by: Mapped[str] = mapped_column(Text, server_default=text("''"))
    updated_at: Mapped[str] = mapped_column(Text, server_default=text("''"))
    updated_by: Mapped[str] = mapped_column(Text, server_default=text("''"))

    def caption(self) -> str:
        """Return what a person calls this record, in the current language."""
        return self.id

    def follow(self, before: Values) -> None:
        """Set what follows within the record when a person changes it; `before` are the values that were replaced."""

    def shown_to(self, organisation: str, role: str) -> bool:
        """Say whether a reader of the space sees this record in lists and in what is found; others keep it unseen."""
        return True

    @classmethod
    def outward(cls, values: Values) -> Values:
        """Return what leaves the organisation when such a record is shared: all of it, unless a type says less."""
        return values

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """Return (field, sentence) for each rule that these values break; pure."""
        return []


LOCAL_COLUMNS = frozenset({"id", "space", "owner", "versions", "created_at", "created_by", "updated_at", "updated_by"})
"""Columns that are not fields of an operation; `deleted` is one."""


def types() -> Mapping[str, type[Record]]:
    """Return every record type by its name, as imported by wimdesk.records."""
    return _known_types(len(Record.__subclasses__()))


@functools.lru_cache(maxsize=1)
def _known_types(_count: int) -> Mapping[str, type[Record]]:
    known = {
        _name(mapper.class_): mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Record)
    }
    # The registry has them in another order each time that the program runs.
    return MappingProxyType(dict(sorted(known.items())))


@functools.cache
def _name(cls: type[Record]) -> str:
    return cls.__tablename__


@functools.cache
def fields(cls: type[Record]) -> Mapping[str, Info]:
    """Return the synced fields of a type with what they say of themselves, in declared order."""
    found: dict[str, Info] = {}
    for column in inspect(cls).columns:
        if column.key not in LOCAL_COLUMNS and column.key != "deleted":
            found[column.key] = column.info  # type: ignore[assignment]  # made by `field` above
    return MappingProxyType(found)


@functools.cache
def searched(cls: type[Record]) -> Mapping[Weight, list[str]]:
    """Return the fields whose words are in the search index, by their weight."""
    found: dict[Weight, list[str]] = {}
    for name, info in fields(cls).items():
        if "search" in info:
            found.setdefault(info["search"], []).append(name)
    return MappingProxyType(found)


def words_of(type_name: str) -> frozenset[str]:
    """Return the fields on which a record's words in the search index depend; none for an unknown type."""
    cls = types().get(type_name)
    return _words(cls) if cls else frozenset()


@functools.cache
def _words(cls: type[Record]) -> frozenset[str]:
    names = {name for group in searched(cls).values() for name in group}
    return frozenset(names | {"deleted"}) if names else frozenset()


def default(info: Info) -> object:
    """Return the value of a field that nobody has set: "" or {} or [] or None or False."""
    found = DEFAULTS.get(info["kind"], "")
    return dict(found) if isinstance(found, dict) else list(found) if isinstance(found, list) else found


def fits(info: Info, value: object) -> bool:
    """Say whether a value is of the kind that the field takes, and can be written to disk at all."""
    return _FITS.get(info["kind"], _is_text)(value)


def _is_text(value: object) -> bool:
    """Half of a surrogate pair is no text: UTF-8 can't write it."""
    return isinstance(value, str) and (value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value))


def _is_number(value: object) -> bool:
    """The database has no place for more than 64 bits, and what is not a number can't be compared."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1 << 63


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(_is_text(name) and _is_plain(part) for name, part in value.items())
    if isinstance(value, list):
        return all(_is_plain(part) for part in value)
    return value is None or isinstance(value, bool) or _is_number(value) or _is_text(value)


def _are_texts(value: object) -> bool:
    return isinstance(value, dict) and all(_is_text(name) and _is_text(text) for name, text in value.items())


_FITS: dict[Kind, Callable[[object], bool]] = {
    "texts": _are_texts,
    "long_texts": _are_texts,
    "codes": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "map": lambda value: isinstance(value, dict) and _is_plain(value),
    "flag": lambda value: isinstance(value, bool),
    "integer": lambda value: value is None or (isinstance(value, int) and _is_number(value)),
    "decimal": lambda value: value is None or _is_number(value),
}
"""How a value of each kind is known; any other kind is text."""


def blank_row(cls: type[Record]) -> dict[str, object]:
    """Return a row of this type with nothing set."""
    row: dict[str, object] = {name: default(info) for name, info in fields(cls).items()}
    return row | {"deleted": False}
