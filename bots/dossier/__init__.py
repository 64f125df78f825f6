"""The dossier bot: the commands people type, and what they read back."""
