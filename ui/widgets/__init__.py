"""Building blocks of every screen that know nothing of organisations, contacts or figures; import each by its module."""
