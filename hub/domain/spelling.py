"""How typed words are compared: case, accents and extra spaces do not matter; digits of other scripts do."""

import unicodedata


def plain(word: str) -> str:
    """``"  Béademing "`` → ``"beademing"``. Full-width letters stay what they are: not understood."""
    decomposed = unicodedata.normalize("NFD", word.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())
