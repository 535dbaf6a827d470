"""The encrypted database of a profile: records, the journal of what was done to them, backups."""
