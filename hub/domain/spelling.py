"""How typed words are compared: case, accents and extra spaces do not matter; digits of other scripts do."""

import unicodedata


def plain(word: str) -> str:
    """``"  Béademing "`` → ``"beademing"``, ``"PĲN"`` → ``"pijn"``. Full-width letters stay: not understood."""
    decomposed = unicodedata.normalize("NFD", word.casefold().replace("ĳ", "ij"))
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())
