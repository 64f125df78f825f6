"""How typed words are compared: case, accents and extra spaces do not matter; digits of other scripts do."""

import unicodedata

_KEPT = 0x3000


class _Folding(dict[int, str]):
    """Character → how it is compared. Remembers those of European and Semitic scripts, and no more."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFD", chr(code).casefold().replace("ĳ", "ij"))
        found = "".join(char for char in decomposed if not unicodedata.combining(char))
        if code < _KEPT:
            self[code] = found
        return found


_FOLDING = _Folding()


def plain(word: str) -> str:
    """``"  Béademing "`` → ``"beademing"``, ``"PĲN"`` → ``"pijn"``. Full-width letters stay: not understood."""
    folded = word.lower() if word.isascii() else word.translate(_FOLDING)
    return " ".join(folded.split())
