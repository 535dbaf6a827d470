"""Use cases that span record types. A verb takes a session first, never commits, returns plain values."""
