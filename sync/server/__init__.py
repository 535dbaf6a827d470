"""The Secretariat's endpoint: it keeps the log of every space and knows no record type."""
