"""Read by each Python that a test starts with this folder in its path: it gets the same guard as the test."""

import guard  # type: ignore[import-not-found]  # beside this file

guard.install()
