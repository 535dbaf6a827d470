"""The desktop window: the only package that knows Qt."""

from ui.sources import leave_unread

leave_unread()  # before anything else of it is imported
