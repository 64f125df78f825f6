"""Zinnen die de bot zegt: the mark by which the catalogue of texts (``hub.texts``) finds them."""


def N_(message: str) -> str:  # noqa: N802 -- gettext's own name, which tools for translators know
    """Marks a text that is translated where it is said, or that a team reads in Dutch."""
    return message
