"""The Cedar engine: loads, validates, decides and explains the rules in ``policies/``."""
