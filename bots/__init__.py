"""The bots: a gatekeeper without keys that keeps rooms right, and a dossier bot that reads and writes."""
