"""The button that brings in a pane of filters where the page has no room for it beside the list and the text."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui import theme
from ui.widgets.buttons import IconButton
from wimdesk.i18n import _, ngettext


class FilterButton(IconButton):
    """Stands there only where the page is narrower than ``least`` pixels of the design; then the pane waits for it."""

    def __init__(self, pane: QWidget, least: int, parent: QWidget | None = None) -> None:
        super().__init__("filter", _("Filters"), parent=parent)
        self.setCheckable(True)
        self._pane, self._least = pane, least
        self._narrow = False
        self.hide()
        self.toggled.connect(self._show_pane)

    def fit(self, width: int) -> None:
        """Follow the width of the page."""
        self._narrow = width < theme.px(self._least)
        self.setVisible(self._narrow)
        self._show_pane()

    def show_chosen(self, count: int) -> None:
        """Say how many filters are chosen, so that a folded pane never hides why the list is short."""
        words = ngettext("Filters, {count} chosen", "Filters, {count} chosen", count).format(count=count)
        self.set_name(words if count else _("Filters"))
        self.show_icon("filter", "accent" if count else "text2")

    def _show_pane(self) -> None:
        self._pane.setVisible(not self._narrow or self.isChecked())
