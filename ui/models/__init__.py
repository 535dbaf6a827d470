"""Models that feed lists and tables from the store."""
