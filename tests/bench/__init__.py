"""Measurements, each a command of its own."""

import ui  # noqa: F401 - before anything of PySide, as in the program: else more is read and kept than there (ui.sources)
