"""Every record type, one line each: freezing, typing and the import contracts see it."""

from wimdesk.records.activity import Activity
from wimdesk.records.contact_detail import ContactDetail
from wimdesk.records.indicator import Indicator
from wimdesk.records.initiative import Initiative
from wimdesk.records.library_item import LibraryItem
from wimdesk.records.observation import Observation
from wimdesk.records.organization import Organization
from wimdesk.records.participation import Participation
from wimdesk.records.person import Person
from wimdesk.records.post import Post
from wimdesk.records.post_holding import PostHolding
from wimdesk.records.site import Site
from wimdesk.records.submission import Submission
from wimdesk.records.theme import Theme

__all__ = [
    "Activity", "ContactDetail", "Indicator", "Initiative", "LibraryItem", "Observation", "Organization",
    "Participation", "Person", "Post", "PostHolding", "Site", "Submission", "Theme",
]  # fmt: skip
