"""Places in a file that a receiver or a map program wrote: GPX, KML or CSV. Pure: bytes in, places out.

Sources: GPX 1.1 (topografix.com/GPX/1/1: `wpt`, else `rtept` and `trkpt`), KML 2.3 (OGC 12-007r2: `Placemark` with
`Point`, of which the longitude comes first), ISO 6709 for what a degree is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from wimdesk.errors import UserError
from wimdesk.i18n import _

MOST = 5 * 1024 * 1024
_MOST_PLACES = 5000
_LATITUDE = frozenset({"lat", "latitude", "y", "latitud"})
_LONGITUDE = frozenset({"lon", "lng", "long", "longitude", "x", "longitud"})
_NAME = frozenset({"name", "nom", "nombre", "site", "title"})


@dataclass(frozen=True, slots=True)
class Place:
    """A point in decimal degrees, with the name that the file gives it."""

    name: str
    latitude: float
    longitude: float


def read(name: str, content: bytes) -> list[Place]:
    """Return the places in a file, at most some thousands. Raises UserError with a sentence where there is none."""
    if len(content) > MOST:
        raise UserError(_("This file is too large for a list of places. Nothing was changed. Choose a smaller one."))
    ending = name.rpartition(".")[2].lower()
    try:
        found = list(_csv(_text(content)) if ending in {"csv", "txt", "tsv"} else _xml(content))
    except (ElementTree.ParseError, csv.Error, ValueError) as error:
        raise UserError(_("This file can't be read. Nothing was changed. Choose a GPX, KML or CSV file.")) from error
    if not found:
        raise UserError(
            _("There is no place in this file. Nothing was changed. It needs a latitude and a longitude in degrees.")
        )
    return found[:_MOST_PLACES]


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _csv(text: str) -> Iterator[Place]:
    first = text.partition("\n")[0]
    sign = max(";,\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=sign)
    heads = {(head or "").strip().lower(): head for head in reader.fieldnames or ()}
    lat, lon, name = (next((heads[h] for h in heads if h in known), None) for known in (_LATITUDE, _LONGITUDE, _NAME))
    if lat is None or lon is None:
        return
    for row in reader:
        yield from _place(str(row.get(name) or "") if name else "", row.get(lat), row.get(lon))


def _xml(content: bytes) -> Iterator[Place]:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
        raise ValueError("a list of places has no need of entities, with which a small file could become a huge one")
    root = ElementTree.fromstring(content)
    tags: dict[str, list[ElementTree.Element]] = {}
    for element in root.iter():
        tags.setdefault(element.tag.rpartition("}")[2], []).append(element)
    for tag in ("wpt", "rtept", "trkpt"):
        for element in tags.get(tag, []):
            yield from _place(_child(element, "name"), element.get("lat"), element.get("lon"))
        if tags.get(tag):
            return
    for mark in tags.get("Placemark", []):
        for point in (each for each in mark.iter() if each.tag.rpartition("}")[2] == "Point"):
            parts = _child(point, "coordinates").split(",")
            if len(parts) >= 2:
                yield from _place(_child(mark, "name"), parts[1], parts[0])


def _child(element: ElementTree.Element, tag: str) -> str:
    return next(((each.text or "").strip() for each in element if each.tag.rpartition("}")[2] == tag), "")


def _place(name: str, latitude: str | None, longitude: str | None) -> Iterator[Place]:
    try:
        lat, lon = (float((text or "").strip().replace(",", ".")) for text in (latitude, longitude))
    except ValueError:
        return
    if -90 <= lat <= 90 and -180 <= lon <= 180:
        yield Place(name.strip()[:200], lat, lon)
