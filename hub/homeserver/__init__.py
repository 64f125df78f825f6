"""The Matrix homeserver: configured, started and provisioned here, or reached elsewhere."""
