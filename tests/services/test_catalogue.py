"""What ships with the program learns new languages with a new version, but never takes back what somebody wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from resources import content
from wimdesk.app import App
from wimdesk.i18n import LANGUAGES
from wimdesk.records import Theme
from wimdesk.services import catalogue, editing

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

FIRST, SECOND = (theme["id"] for theme in content.themes()[:2])


def title(session: Session, theme: str) -> dict[str, str]:
    found = session.get(Theme, theme)
    assert found is not None
    return dict(found.title)


def forget_languages(session: Session) -> None:
    """Leave the themes as an earlier version of the program planted them."""
    session.execute(text("UPDATE theme SET title = json_remove(title, '$.ar', '$.\"pt-BR\"')"))


def test_row_p01_an_older_profile_learns_the_new_languages_of_the_themes(app: App) -> None:
    app.run(forget_languages)
    assert set(app.read(title, FIRST)) == {"en", "fr", "es"}
    changed = {"en": "Our own words"}
    app.run(editing.change, "theme", SECOND, {"title": changed})
    app.run(catalogue.plant)
    assert set(app.read(title, FIRST)) == set(LANGUAGES)
    assert app.read(title, SECOND) == changed
