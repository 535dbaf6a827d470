"""The words of the help: one short text per page, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from ui.navigation import SECTIONS
from wimdesk.i18n import N_


@dataclass(frozen=True)
class Topic:
    """One page of help: what it is for, what to do step by step, and what is good to know."""

    key: str
    title: str
    icon: str
    about: str
    steps: tuple[str, ...]
    good_to_know: tuple[str, ...] = ()
    page: str = ""
    """On which page it is, where it is a part of one: its key is then that of a card (RecordCard.type_name)."""


KEYS = (
    (f"Ctrl+1 … {len(SECTIONS)}", N_("Go to a section")),
    ("Ctrl+,", N_("Settings")),
    ("Ctrl+K", N_("Find a person, a practice or a page")),
    ("Ctrl+E", N_("Write down an event")),
    ("F5", N_("Sync now")),
    ("F1", N_("Help for the page you see")),
    ("Ctrl+Z", N_("Take back the last change")),
    ("Ctrl+Y", N_("Bring it back again")),
    ("Ctrl+S", N_("Not needed: all is saved already")),
    ("Esc", N_("Clear a search or close a box")),
)

TOPICS = (
    Topic(
        "home",
        N_("Home"),
        "house",
        N_("Home shows what to do next and what others did lately."),
        (
            N_("Look at “Next for you”. There are never more than five things."),
            N_("Press the button of a row to go there."),
            N_("Write down what was done with Ctrl+E, and what is to be done under “Tasks”."),
            N_("“Lately” shows the newest changes, yours and those of others."),
        ),
        (N_("All you type is saved on this computer at once. There is no save button."),),
    ),
    Topic(
        "organisation",
        N_("Organisation"),
        "building-2",
        N_("Here you keep the profile of your organisation, its people, members, posts and sites."),
        (
            N_("Choose the first row to fill in the profile."),
            N_("Press “Add” to write down a person, a post or a site."),
            N_("Give a post to a person with the dates of the term."),
            N_("Find people with the filters above the list. “Without” leaves those out who have it."),
            N_("Press “Save this search” to keep it as a group. Its number changes as people come and go."),
            N_("Choose several people with Shift or Ctrl, or all with Ctrl+A. Then tag or change them at once."),
        ),
        (
            N_("When a post changes hands, start a new term. The old one stays in the history."),
            N_("What you remove goes to the trash. You can bring it back."),
            N_(
                "Say in the profile what a membership costs. Then begin it on the card of a person and record payments."
            ),
            N_("Nobody sets a member’s status: it follows from the dates and the payments, also without a network."),
            N_("“Members” shows who has paid, and makes cards, receipts and letters as PDF."),
            N_("Each computer numbers its own receipts, so that two never give the same number."),
            N_("What you do to many people at once is one change: Ctrl+Z takes all of it back."),
        ),
    ),
    Topic(
        "terms",
        N_("Terms of office"),
        "clock",
        N_("Here you see which terms of office end soon, and who held which post at any time."),
        (
            N_("Choose how far ahead to look."),
            N_("Type a day, a month or a year to see who held a post then."),
            N_("Choose a row to open the post. Begin the next term there."),
        ),
        page="organisation",
    ),
    Topic(
        "directory",
        N_("Directory of the Alliance"),
        "globe",
        N_("The directory shows the organisations of the Alliance, and what each offers and needs."),
        (
            N_("Type a word, and choose an organisation to see how to reach it."),
            N_("Press “Begin our entry” and choose field by field what others see of you."),
        ),
        page="organisation",
    ),
    Topic(
        "miner_group",
        N_("Groups"),
        "users",
        N_("Groups of artisanal miners are counted without naming anybody."),
        (
            N_("Write down the numbers, the licences with the day they end, sales and training."),
            N_("Press “Share with the Alliance” when you want to. The place is rounded, the rest stays here."),
        ),
        page="organisation",
    ),
    Topic(
        "visit",
        N_("Visits"),
        "calendar",
        N_("Each visit to a site has its day, its purpose, who was met, and photos."),
        (
            N_("Open a site and press “New visit”."),
            N_("Type who was met. People of your list are offered; any other name will do too."),
        ),
        page="organisation",
    ),
    Topic(
        "import",
        N_("Import"),
        "upload",
        N_("Contacts and tables of other programs come in here. You see first what would happen."),
        (
            N_("Drop a file on this page, or choose it."),
            N_("Say where each column goes, and by what a row is known again."),
            N_("Save the rows that can't be used, mend them, and bring that file in."),
        ),
        (N_("The same file twice makes nothing new. Ctrl+Z takes all of it back."),),
        page="organisation",
    ),
    Topic(
        "duplicates",
        N_("The same person twice?"),
        "git-merge",
        N_("People who look alike are shown in pairs, with the reasons."),
        (
            N_("Choose a pair, and in each field what is right."),
            N_("Press “Make one of them”, or “Not the same person”: then they are not proposed again."),
        ),
        page="organisation",
    ),
    Topic(
        "custom_field",
        N_("Own fields"),
        "pencil",
        N_("An own field holds what you want to know of people, sites or organisations."),
        (
            N_("Open the profile of your organisation and press “Add an own field”."),
            N_("Fill it on the card of each record. It can be a filter above the list too."),
        ),
        page="organisation",
    ),
    Topic(
        "initiatives",
        N_("Initiatives"),
        "handshake",
        N_("Initiatives are what the organisations of the Alliance do together."),
        (
            N_("Choose an initiative to read what it is for."),
            N_("Join it and say what you can give."),
            N_("Write down what was done, day by day."),
        ),
        (N_("Others see that you take part after your next sync."),),
    ),
    Topic(
        "groups",
        N_("Groups & events"),
        "calendar",
        N_("Here the working groups of the Alliance meet, and you keep your own events."),
        (
            N_("Choose a group to see when it meets next. A group may have several time slots."),
            N_("Press “New event” and say when it begins, by the clock of its own time zone."),
            N_("Choose your own time zone at the top. Each date shows in both."),
            N_("Take attendance with names and Enter, with no network, on several computers at once."),
            N_("Write down what a meeting decided and who owes what. A draft is private until you press “Circulate”."),
            N_("“What we owe”, “Progress reports” and “Thematic champions” at the top show what is asked of you."),
        ),
        (
            N_("A meeting at 11:00 stays at 11:00 in its own time zone when the clocks change there."),
            N_("Your own events stay in your organisation until you share them."),
            N_("Names of those who come never leave your organisation."),
        ),
    ),
    Topic(
        "alliance",
        N_("Alliance"),
        "globe",
        N_("Here you read what the Alliance stands for, and give your organisation's word on it."),
        (
            N_("Choose a text. Read it in your language, or in two beside each other."),
            N_("“Compare with” shows the lines that differ between two versions."),
            N_("Write who signs and in which capacity, then press the button below."),
            N_("“Certificate” makes a PDF of it. The signed paper can be attached."),
            N_("“Withdraw” ends it on this day. Both days stay in the register."),
        ),
        (
            N_("The texts come from the Secretariat. Nobody else can put one into force."),
            N_("A new version asks again: your word holds for the version that you have read."),
        ),
    ),
    Topic(
        "library",
        N_("Library"),
        "library",
        N_("The library holds practices that worked elsewhere."),
        (
            N_("Type a word. Results show up while you type."),
            N_("Choose a theme, a language or a country to see fewer."),
            N_("Share a practice of your own and submit it to the Secretariat."),
            N_("Say what you did with it: press “We used it” below the text."),
        ),
        (
            N_("The whole library is on this computer. It needs no network."),
            N_("The search also finds words in PDF, Word, LibreOffice, HTML and text files, with the page."),
            N_("The bookmark keeps a search; the plus puts a practice on a reading list that you can send."),
            N_("The menu beside “Write a practice” exports the list and chooses which files come."),
            N_("A picture in a text is written as ![words](name of the file), where the file is attached."),
        ),
    ),
    Topic(
        "metrics",
        N_("Site metrics"),
        "chart-column",
        N_("Each month you write down the figures of your site."),
        (
            N_("Choose the site and the month."),
            N_("Type the figures. Enter goes to the next one."),
            N_("Look at each sentence below a figure and correct it or leave it."),
            N_("Submit the month when all is right."),
        ),
        (
            N_("Leave a field empty when you do not know the figure. Empty is not zero."),
            N_("A column copied from a spreadsheet can be pasted at once."),
        ),
    ),
    Topic(
        "submissions",
        N_("Submissions"),
        "file-text",
        N_("Submissions are the documents that go to the Secretariat."),
        (
            N_("Choose the kind of document and the period."),
            N_("Read the list of what is still missing."),
            N_("Look at the pages, then send it or print it."),
        ),
        (N_("A document that was sent never changes. A correction is a new version."),),
    ),
    Topic(
        "sync",
        N_("Sync centre"),
        "refresh-cw",
        N_("Sync sends what you changed and fetches what others changed."),
        (
            N_("Press “Sync now”, or let it happen by itself."),
            N_("Where two people changed the same field, choose what to keep."),
            N_("Without a network, everything waits here. Nothing is lost."),
            N_("No network for long? Press “Sync by file” and save a file. Mail it or give it to somebody."),
            N_("They pass it on and bring you an answer. Drop that file on the Sync centre."),
        ),
        (
            N_("Both versions stay in the history, whatever you choose."),
            N_("A file from somebody else can be passed on in the Sync centre. You can't read it."),
            N_("The same file may be loaded twice, and files in any order. It does no harm."),
        ),
    ),
    Topic(
        "settings",
        N_("Settings"),
        "settings",
        N_("Settings hold your language, the look, your site, sync and backups."),
        (
            N_("Choose. Each change applies at once."),
            N_("Make a backup before you give the computer away."),
            N_("To leave the Alliance, save everything first, then press “Leave…” and say the day."),
        ),
        (
            N_("Whoever leaves keeps all that is on the computers, and may come back for 30 days."),
            N_("After 30 days the Secretariat removes what your organisation shared from all other computers."),
        ),
    ),
    Topic(
        "computers",
        N_("Computers"),
        "key-round",
        N_("Only computers that a coordinator has let in can read what is private."),
        (
            N_("A new computer shows six words. Read them to a coordinator, by telephone for example."),
            N_("The coordinator types them here and presses “Let in”. Both sync."),
            N_("Never send the words through somebody you do not trust."),
        ),
    ),
    Topic(
        "privacy",
        N_("Data protection"),
        "lock",
        N_("What people have a right to: to know what is held, to take back what they allowed, to be forgotten."),
        (
            N_("Open a person: below stand what is allowed, a copy of everything, and “Erase on every computer”."),
            N_("Here you see what is kept for too long, and which computers have confirmed that they erased."),
            N_("Write down each breach, and tell the authority."),
            N_("At the Secretariat: organisations that have left, and the removal of what they shared."),
        ),
        (N_("What was erased can't come back, also not from a backup."),),
    ),
    Topic(
        "trash",
        N_("Trash"),
        "trash-2",
        N_("The trash keeps what was removed."),
        (N_("Choose a row."), N_("Press “Bring back”.")),
    ),
    Topic(
        "trail",
        N_("Who did what"),
        "history",
        N_("Each change of each record: who, when, on which computer, before and after."),
        (
            N_("The newest change is on top. Enter opens the record."),
            N_("Press “Check this record” to see whether anybody altered it outside WIMDesk."),
        ),
        (N_("What somebody asked to erase is erased here too; that something was there stays."),),
    ),
)
