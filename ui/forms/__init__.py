"""Forms over single records."""
