"""Building blocks of every screen that know nothing of the domain; import each by its module."""
