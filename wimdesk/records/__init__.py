"""Every record type, one line each: freezing, typing and the import contracts see it."""

from wimdesk.records.activity import Activity as Activity
from wimdesk.records.attachment import Attachment as Attachment
from wimdesk.records.computer import Computer as Computer
from wimdesk.records.contact_detail import ContactDetail as ContactDetail
from wimdesk.records.indicator import Indicator as Indicator
from wimdesk.records.initiative import Initiative as Initiative
from wimdesk.records.letter_template import LetterTemplate as LetterTemplate
from wimdesk.records.library_item import LibraryItem as LibraryItem
from wimdesk.records.membership import Membership as Membership
from wimdesk.records.membership_type import MembershipType as MembershipType
from wimdesk.records.observation import Observation as Observation
from wimdesk.records.organization import Organization as Organization
from wimdesk.records.participation import Participation as Participation
from wimdesk.records.payment import Payment as Payment
from wimdesk.records.person import Person as Person
from wimdesk.records.post import Post as Post
from wimdesk.records.post_holding import PostHolding as PostHolding
from wimdesk.records.receipt import Receipt as Receipt
from wimdesk.records.saved_search import SavedSearch as SavedSearch
from wimdesk.records.site import Site as Site
from wimdesk.records.submission import Submission as Submission
from wimdesk.records.task import Task as Task
from wimdesk.records.theme import Theme as Theme
from wimdesk.records.visit import Visit as Visit
from wimdesk.records.visit_contact import VisitContact as VisitContact
