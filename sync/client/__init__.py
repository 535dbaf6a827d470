"""The laptop's half of sync: transport, enrolment, and the engine that runs a pass."""
