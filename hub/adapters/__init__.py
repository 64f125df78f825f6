"""How the outside is spoken to: SQL, encryption, tokens, the clock, the log."""
