"""The browser's entry point: one-time sign-in, the dossier as a role may see it, and who looked at it."""
