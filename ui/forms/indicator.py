"""What one indicator counts: its meaning, unit and sources, so that two sites count the same thing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from ui.widgets.labels import Text
from wimdesk.i18n import _
from wimdesk.records.indicator import SECTIONS, UNITS
from wimdesk.services.metric_rules import Measure


class IndicatorDialog(QDialog):
    """Explains an indicator; nothing can be changed here, because the catalogue is the same for everybody."""

    def __init__(self, measure: Measure, whole: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(measure.label)
        self.setMinimumWidth(420)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(8)
        column.addWidget(Text(measure.label, "section", wrap=True))
        meaning = Text(measure.definition or _("Nobody has described this yet."), "reading", wrap=True)
        meaning.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(meaning)
        column.addSpacing(4)
        for line in self._lines(measure, whole):
            column.addWidget(Text(line, "muted", wrap=True))
        column.addSpacing(8)
        buttons = QDialogButtonBox()
        close = buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setDefault(True)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    @staticmethod
    def _lines(measure: Measure, whole: str) -> list[str]:
        lines = [
            _("Section: {section}").format(section=_(SECTIONS.get(measure.section, measure.section))),
            _("Counted in: {unit}").format(unit=_(UNITS.get(measure.unit, measure.unit))),
        ]
        if whole:
            lines.append(_("Part of: {whole}").format(whole=whole))
        if measure.sources:
            lines.append(_("Used by: {sources}").format(sources=", ".join(measure.sources)))
        return lines
