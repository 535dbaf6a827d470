"""Row A15: a place from the file of a receiver or a map program."""

from __future__ import annotations

import pytest

from wimdesk.errors import UserError
from wimdesk.services import places
from wimdesk.services.places import Place

GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="receiver" xmlns="http://www.topografix.com/GPX/1/1">
  <wpt lat="6.98" lon="-2.36"><ele>210</ele><name>Gate</name></wpt>
  <wpt lat="6.99" lon="-2.37"><name>Plant</name></wpt>
  <trk><trkseg><trkpt lat="1" lon="1"/></trkseg></trk>
</gpx>"""
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><Placemark><name>Carrière</name>
  <Point><coordinates>-2.36,6.98,0</coordinates></Point></Placemark>
  <Placemark><name>Border</name><LineString><coordinates>1,2 3,4</coordinates></LineString></Placemark>
</Folder></Document></kml>"""


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.gpx", GPX, [Place("Gate", 6.98, -2.36), Place("Plant", 6.99, -2.37)]),
        ("a.KML", KML, [Place("Carrière", 6.98, -2.36)]),
        ("a.csv", "name,lat,lon\nPit,6.98,-2.36\n", [Place("Pit", 6.98, -2.36)]),
        ("a.csv", "Nom;Latitude;Longitude\nFosse;6,98;-2,36\n", [Place("Fosse", 6.98, -2.36)]),
        ("a.csv", "lat\tlng\n95\t1\nx\t1\n-6\t190\n5\t6\n", [Place("", 5.0, 6.0)]),
    ],
)
def test_places_are_read(name: str, text: str, found: list[Place]) -> None:
    assert places.read(name, text.encode()) == found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gpx", b"<gpx>"),
        ("a.gpx", b"<gpx></gpx>"),
        ("a.csv", b"name,place\nPit,there\n"),
        ("a.kml", b'<!DOCTYPE kml [<!ENTITY a "aaaa">]><kml>&a;</kml>'),
        ("a.kml", '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE kml><kml/>'.encode("utf-16")),
        ("a.csv", b"lat,lon\n" + b"1,1\n" * 2_000_000),
    ],
)
def test_what_has_no_place_is_refused_with_a_sentence(name: str, content: bytes) -> None:
    with pytest.raises(UserError, match="Nothing was changed"):
        places.read(name, content)
