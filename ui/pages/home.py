"""The first page: what to do next, and what was done lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui import moments, theme
from ui.forms.activity import LogCard
from ui.forms.task import TasksCard
from ui.icons import IconLabel
from ui.page import Page
from ui.pages.home_steps import EVENT, first_steps
from ui.places import PLACES
from ui.widgets.banner import Banner
from ui.widgets.buttons import IconButton, PrimaryButton, SecondaryButton
from ui.widgets.card import Card, scrolling
from ui.widgets.labels import Text, hairline
from wimdesk import clock
from wimdesk.events import Changed
from wimdesk.i18n import _, ngettext
from wimdesk.services import home, metrics, samples
from wimdesk.services.home import Begun, Home, News, Task
from wimdesk.store.record import types

_ICONS = {
    "contact_detail": "phone",
    "post_holding": "users",
    "licence": "file-text",
    "group_entry": "users",
    "visit_contact": "contact",
    "membership_type": "users",
    "payment": "users",
}
"""Of what is no place of its own (ui.places)."""
_MINUTES_PER_FIGURE = 0.5
_NARROW = 800
"""Pixels, at letters of the usual size."""
_LAID_OUT = 50
"""Milliseconds."""


class HomePage(Page):
    """Greeting, next tasks, the team's latest acts; an organisation that is new gets its first steps."""

    key = "home"
    follows_syncs = True

    def build(self) -> None:
        """Make the three cards."""
        self.header.set_title(_greeting(""))
        self._day = Text("", "muted")
        self.header.add_action(self._day)
        self.sample = Banner("info", "", tone="accent")
        self.sample.acted.connect(self._forget_sample)
        self.sample.hide()
        self.steps = Card(_("Three first steps"))
        self.next = Card(_("Next for you"))
        self.lately = Card(_("Lately"))
        self.tasks = TasksCard(self.desk)
        self.log = LogCard(self.desk, "")  # its lines stand under "Lately"
        self.log.set_right(_("Stays in your organisation"))
        content = QWidget()
        outer = QVBoxLayout(content)
        outer.setContentsMargins(24, 16, 24, 24)
        outer.setSpacing(12)
        outer.addWidget(self.sample)
        columns = self._columns = QHBoxLayout()
        columns.setSpacing(24)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.steps)
        left.addWidget(self.next)
        left.addWidget(self.tasks)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self.log)
        right.addWidget(self.lately)
        right.addStretch(1)
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        outer.addLayout(columns, 1)
        area = scrolling(content)
        area.setAccessibleName(_("Home"))
        self._area = area
        self.body.addWidget(area, 1)
        self.steps.hide()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where two columns have no room at this size of letters, the right one stands below the left one."""
        narrow = self.width() < theme.px(_NARROW)
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(12 if narrow else 24)

    def refresh(self) -> None:
        """Read everything anew."""
        settings = self.desk.app.settings
        site, within = settings.text("site_id"), settings.number("terms_within")
        self.desk.tasks.read(self, home.home, site, within, done=self._show, key="home")
        self.tasks.refresh()

    def show_record(self, record_id: str) -> None:
        """Put the cursor where an event is written down, or open a task that was found."""
        if record_id == EVENT:
            self.log.text.setFocus(Qt.FocusReason.OtherFocusReason)
        elif record_id:
            self.tasks.open_task(record_id)
            QTimer.singleShot(_LAID_OUT, self, self._reveal_task)

    def _reveal_task(self) -> None:
        if self.tasks.form is not None:
            self._area.ensureWidgetVisible(self.tasks.form, 0, theme.px(24))

    def flush(self) -> None:
        """Save what is being typed in a task."""
        self.tasks.flush()

    def changed(self, change: Changed) -> None:
        """Follow any change: each may be a task done or a piece of news."""
        self.refresh()

    def _show(self, found: Home) -> None:
        self.header.set_title(_greeting(found.frame.person))
        place = " · ".join(part for part in (found.frame.organisation, found.frame.site) if part)
        today = moments.long_day(clock.today())
        self._day.setText(f"{today} · {place}" if place else today)
        self.sample.setVisible(found.frame.sample)
        self.sample.say(
            "info",
            _("You are looking at sample data."),
            _("Try everything. None of it is ever sent."),
            _("Remove the sample"),
            "accent",
        )
        self._show_steps(found.begun)
        self._buttons: list[SecondaryButton] = []
        _fill(self.next, [self._task(task) for task in found.tasks], _("All done for now. Nothing needs you."))
        _level(self._buttons)
        _fill(self.lately, [self._news(news) for news in found.news], _("What you and others do shows up here."))

    def _show_steps(self, begun: Begun) -> None:
        steps = first_steps(self.desk.app.settings.text("start_as"), begun)
        self.steps.setVisible(not all(step.done for step in steps))
        rows = []
        first = True
        for step in steps:
            icon, tone = ("circle-check", "ok") if step.done else ("chevron-right", "accent_text")
            row = _Line(icon, step.title, step.sentence, tone)
            if not step.done:
                button = PrimaryButton(_("Begin")) if first else SecondaryButton(_("Begin"))
                button.setAccessibleName(_("Begin: {what}").format(what=step.title))
                button.clicked.connect(lambda _on=False, step=step: self.desk.navigate(step.page, step.record))
                row.add(button)
                first = False
            rows.append(row)
        _fill(self.steps, rows, "")
        self.steps.set_right(_("{count} of 3 done").format(count=sum(step.done for step in steps)))

    def _task(self, task: Task) -> QWidget:
        icon, title, sentence, action, page = _words(task)
        row = _Line(icon, title, sentence, "accent_text")
        if not action:
            return row
        button = SecondaryButton(action)
        button.setAccessibleName(f"{action}: {title}")
        button.clicked.connect(lambda: self.desk.navigate(page, task.record))
        self._buttons.append(button)
        row.add(button)
        return row

    def _news(self, news: News) -> QWidget:
        label = _(types()[news.type].type_label)
        words = _("Removed: {label}") if news.removed else _("Added: {label}") if news.made else _("Changed: {label}")
        if news.type == "activity":
            parts = [label, moments.moment(news.at), news.by]
        else:
            parts = [words.format(label=label), moments.moment(news.at), news.by]
        words = " · ".join(part for part in parts if part)
        row = _Line(_icon(news.type), news.caption or label, words, plain=True)
        shown = ((PLACES[kind], record) for kind, record in news.opens if kind in PLACES)
        place, record = next(((place.page, record) for place, record in shown if place.by_id), ("", ""))
        if place:
            button = IconButton("chevron-right", _("Open: {what}").format(what=news.caption or label))
            button.clicked.connect(lambda: self.desk.navigate(place, record))
            row.add(button)
        return row

    def _forget_sample(self) -> None:
        def forget(_progress: object) -> None:
            self.desk.app.run(samples.forget)

        self.desk.tasks.work(self, forget, done=lambda _none: self._forgotten())

    def _forgotten(self) -> None:
        self.desk.notices.say(_("The sample data is gone."))
        self.refresh()


class _Line(QWidget):
    """A picture, a title, a quiet line below it, and room for a button at the right."""

    def __init__(self, icon: str, title: str, sentence: str, token: str = "text2", plain: bool = False) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 4, 0, 4)
        self._row.setSpacing(14)
        self._row.addWidget(IconLabel(icon, token, 20))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Text(title, "body" if plain else "strong", wrap=True))
        quiet = Text(sentence, "caption", wrap=True)
        words.addWidget(quiet)
        if not sentence:
            quiet.hide()  # shown it would flash up as a window: it has no parent yet
        self._row.addLayout(words, 1)
        self.setMinimumHeight(theme.px(44))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def add(self, widget: QWidget) -> None:
        """Put a button at the right."""
        self._row.addWidget(widget)


def _icon(type_name: str) -> str:
    place = PLACES.get(type_name)
    return _ICONS.get(type_name) or (place.icon if place is not None else "pencil")


def _fill(card: Card, rows: Sequence[QWidget], empty: str) -> None:
    lined = [part for row in rows for part in (hairline(), row)][1:]
    card.fill(lined or ([Text(empty, "muted", wrap=True)] if empty else []))


def _level(buttons: Sequence[QWidget]) -> None:
    """Give the buttons that stand below each other one width, so that they begin and end in one line."""
    for button in buttons:
        button.ensurePolished()
    width = max((button.sizeHint().width() for button in buttons), default=0)
    for button in buttons:
        button.setFixedWidth(width)


def _greeting(person: str) -> str:
    hour = datetime.now().astimezone().hour
    first = person.split(" ")[0] if person else ""
    if hour < 12:
        return _("Good morning, {name}").format(name=first) if first else _("Good morning")
    if hour < 18:
        return _("Good afternoon, {name}").format(name=first) if first else _("Good afternoon")
    return _("Good evening, {name}").format(name=first) if first else _("Good evening")


def _words(task: Task) -> tuple[str, str, str, str, str]:
    """Return icon, title, sentence, the button's word and the page of a task."""
    match task.kind:
        case "date":
            title = _("This computer shows the date {day}. Is that right?")
            by_both = {
                "secretariat": _("The Secretariat’s clock said {day}. Nothing is lost, changes keep their order."),
                "saved": _("Something was saved here on {day}. Nothing is lost, changes keep their order."),
            }
            there = by_both[task.detail].format(day=moments.long_day(date.fromisoformat(task.when)))
            sentence = " ".join((there, _("If the date is wrong, set it in the settings of your computer.")))
            return "clock", title.format(day=moments.long_day(clock.today())), sentence, "", ""
        case "locked":
            sentence = _("Read its six words to a coordinator. Until then nothing private is sent or received.")
            return "key-round", _("This computer waits to be let in"), sentence, _("Show the words"), "computers"
        case "asking":
            title = ngettext("{count} computer asks to come in", "{count} computers ask to come in", task.count)
            sentence = _("Ask its owner for the six words on its screen.")
            return "key-round", title.format(count=task.count), sentence, _("Let in"), "computers"
        case "decide":
            title = ngettext(
                "{count} record was changed in two places", "{count} records were changed in two places", task.count
            )
            sentence = _("Choose what to keep. About a minute each.")
            return "git-merge", title.format(count=task.count), sentence, _("Decide"), "sync"
        case "removed":
            title = ngettext(
                "{count} record was removed elsewhere", "{count} records were removed elsewhere", task.count
            )
            sentence = _("They still show here. Choose whether they go or stay.")
            return "trash-2", title.format(count=task.count), sentence, _("Decide"), "sync"
        case "metrics" | "term" | "licence" | "text" | "owed" | "report" | "champion":
            return _SAID[task.kind](task)
        case "waiting":
            title = ngettext("{count} change waits to be sent", "{count} changes wait to be sent", task.count)
            sentence = _("Since {day}. Nothing is lost. Sync when there is a connection.")
            day = moments.moment(task.when[:10])
            return "send", title.format(count=task.count), sentence.format(day=day), _("Look"), "sync"
        case "silent":
            title = _("No sync has succeeded since {day}").format(day=moments.moment(task.when[:10]))
            sentence = _("What others did since then is not here. Sync when there is a connection.")
            return "cloud-off", title, sentence, _("Look"), "sync"
    sentence = _("{count} of {total} filled · next: {field}")
    words = sentence.format(count=task.count, total=task.total, field=task.detail)
    return "building-2", _("Complete the profile of your organisation"), words, _("Continue"), "organisation"


def _metrics_words(task: Task) -> tuple[str, str, str, str, str]:
    title = _("{month}: figures of {site}").format(month=metrics.month_name(task.when), site=task.subject)
    if task.count >= task.total:
        return "chart-column", title, _("All is filled in. Check it and hand it in."), _("Hand in"), "metrics"
    left = max(1, round((task.total - task.count) * _MINUTES_PER_FIGURE))
    time = ngettext("about {count} minute", "about {count} minutes", left).format(count=left)
    sentence = _("{count} of {total} filled · {time}").format(count=task.count, total=task.total, time=time)
    return "chart-column", title, sentence, _("Fill in"), "metrics"


def _owed_words(task: Task) -> tuple[str, str, str, str, str]:
    day = moments.near(date.fromisoformat(task.when))
    sentence = _("Due {day}").format(day=day) if task.count >= 0 else _("Was due {day}").format(day=day)
    words = " · ".join(part for part in (sentence, task.detail) if part)
    return "circle-check" if task.count >= 0 else "triangle-alert", task.subject, words, _("Open"), "groups"


def _report_words(task: Task) -> tuple[str, str, str, str, str]:
    day = moments.near(date.fromisoformat(task.when))
    sentence = _("Due {day}").format(day=day) if task.count >= 0 else _("Was due {day}").format(day=day)
    return "file-text", _("Report on {subject}").format(subject=task.subject), sentence, _("Write"), "groups"


def _champion_words(task: Task) -> tuple[str, str, str, str, str]:
    title = _("Thematic champion: {theme}").format(theme=task.subject)
    if task.detail == "nominated":
        return "target", title, _("Your organisation is nominated. Accept or decline."), _("Answer"), "groups"
    day = moments.near(date.fromisoformat(task.when))
    sentence = _("Due {day}").format(day=day) if task.count >= 0 else _("Was due {day}").format(day=day)
    return "file-text", title, " · ".join((_("Report at the end of the term"), sentence)), _("Write"), "groups"


def _licence_words(task: Task) -> tuple[str, str, str, str, str]:
    day = moments.near(date.fromisoformat(task.when)) if len(task.when) == 10 else task.when
    if task.count < 0:
        title = _("{group}: {licence} has ended").format(group=task.subject, licence=task.detail)
        return "triangle-alert", title, _("Since {day}. Have it renewed.").format(day=day), _("Open"), "organisation"
    title = _("{group}: {licence} ends {day}").format(group=task.subject, licence=task.detail, day=day)
    soon = ngettext("In {count} day. Have it renewed.", "In {count} days. Have it renewed.", task.count)
    return "clock", title, soon.format(count=task.count), _("Open"), "organisation"


def _term_words(task: Task) -> tuple[str, str, str, str, str]:
    days = max(0, moments.days_until(task.when))
    day = moments.near(date.fromisoformat(task.when)) if len(task.when) == 10 else task.when
    title = _("{person}: term as {post} ends {day}").format(person=task.subject, post=task.detail, day=day)
    soon = ngettext("In {count} day. Plan the handover.", "In {count} days. Plan the handover.", days)
    return "users", title, soon.format(count=days), _("Open"), "organisation"


def _text_words(task: Task) -> tuple[str, str, str, str, str]:
    title = _("{title}, version {version}: to acknowledge").format(title=task.subject, version=task.detail)
    return "file-text", title, _("Read it, then say so for your organisation."), _("Read"), "alliance"


_SAID = {
    "metrics": _metrics_words, "term": _term_words, "licence": _licence_words, "text": _text_words, "owed": _owed_words,
    "report": _report_words, "champion": _champion_words,
}  # fmt: skip
"""What is said of the kinds of tasks that take more words."""
