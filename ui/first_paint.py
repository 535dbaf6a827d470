"""What a fresh process does until its first painting: a bare window, or the whole program.

Run as `python -m ui.first_paint bare|app [FOLDER PASSPHRASE]`: prints "painted" when the first painting
has reached the screen's memory, then ends. It stands outside ui.bench, whose imports would be measured too.
"""

from __future__ import annotations

import sys


def main(words: list[str]) -> int:
    """Paint once and end."""
    return _paint_bare() if words[:1] == ["bare"] else _paint_app(*words[1:3])


def _paint_bare() -> int:
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication([])

    class Window(QMainWindow):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            QTimer.singleShot(0, self, tell)

    window = Window()
    window.resize(1366, 740)
    window.show()
    return application.exec()


def _paint_app(folder: str, passphrase: str) -> int:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from ui.application import Program

    application = QApplication([])
    program = Program(application, Path(folder), passphrase)
    program.window.painted.connect(tell)
    program.window.show()
    return application.exec()


def tell() -> None:
    """Say that it is painted, and end this process at once."""
    sys.stdout.write("painted\n")
    sys.stdout.flush()
    sys.stdout.close()
    from PySide6.QtCore import QCoreApplication

    QCoreApplication.exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
