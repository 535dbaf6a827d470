"""The pages of the window, one entry each; a page's code is loaded when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from wimdesk.i18n import N_

if TYPE_CHECKING:
    from ui.desk import Desk
    from ui.page import Page


@dataclass(frozen=True)
class Entry:
    """One page: its key, its label in English (marked for translation), its icon and where its class is."""

    key: str
    label: str
    icon: str
    where: str

    def make(self, desk: Desk) -> Page:
        """Import the page's class and build the page."""
        module, name = self.where.split(":")
        factory = cast("Callable[[Desk], Page]", getattr(import_module(module), name))
        return factory(desk)


SECTIONS = (
    Entry("home", N_("Home"), "house", "ui.pages.home:HomePage"),
    Entry("organisation", N_("Organisation"), "building-2", "ui.pages.organisation:OrganisationPage"),
    Entry("initiatives", N_("Initiatives"), "handshake", "ui.pages.initiatives:InitiativesPage"),
    Entry("groups", N_("Groups & events"), "calendar", "ui.pages.working_groups:WorkingGroupsPage"),
    Entry("alliance", N_("Alliance"), "globe", "ui.pages.alliance:AlliancePage"),
    Entry("library", N_("Library"), "library", "ui.pages.library:LibraryPage"),
    Entry("metrics", N_("Site metrics"), "chart-column", "ui.pages.metrics:MetricsPage"),
    Entry("submissions", N_("Submissions"), "file-text", "ui.pages.submissions:SubmissionsPage"),
    Entry("sync", N_("Sync centre"), "refresh-cw", "ui.pages.sync_centre:SyncCentrePage"),
)
MORE = (
    Entry("help", N_("Help & training"), "circle-help", "ui.pages.help:HelpPage"),
    Entry("settings", N_("Settings"), "settings", "ui.pages.settings:SettingsPage"),
    Entry("computers", N_("Computers"), "key-round", "ui.pages.computers:ComputersPage"),
    Entry("privacy", N_("Data protection"), "lock", "ui.pages.privacy:PrivacyPage"),
    Entry("trash", N_("Trash"), "trash-2", "ui.trash:TrashPage"),
    Entry("trail", N_("Who did what"), "history", "ui.pages.trail:TrailPage"),
)


def entry(key: str) -> Entry:
    """Return the entry of a page; the home page where there is no such key."""
    return next((each for each in (*SECTIONS, *MORE) if each.key == key), SECTIONS[0])
