"""The protocol, the laptop's engine and the Secretariat's endpoint."""
