"""Who plays: fictional people, their roles and where they work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One role of the play. ``key`` is how the journey calls them."""

    key: str
    role: str
    given: str
    family: str
    organisation: str | None = None
    phone: str | None = None
    evidence: str | None = None

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    def arguments(self) -> list[str]:
        """For ``kring person add``."""
        optional = (("--organisation", self.organisation), ("--phone", self.phone), ("--evidence", self.evidence))
        given = [part for name, value in optional if value for part in (name, value)]
        return ["--role", self.role, "--given-name", self.given, "--family-name", self.family, *given]


CAST = (
    Part("coach", "coach", "Carla", "Vermeer", "Transmuraal team", "026 555 0101", "BIG gezien"),
    Part("gp", "gp", "Gerda", "Huisman", "Praktijk De Brug", "026 555 0102", "BIG gezien"),
    Part("nurse", "home_care", "Samira", "Bakker", "Thuiszorg De Linie", "026 555 0103", "BIG gezien"),
    Part("oncologist", "specialist", "Olga", "Timmers", "Ziekenhuis Oost", "026 555 0104", "BIG gezien"),
    Part("hospice", "facility", "Joost", "Linden", "Hospice De Linde", "026 555 0105", "BIG gezien"),
    Part("son", "relative", "Pieter", "de Wit", phone="06 5550 0106"),
    Part("neighbour", "relative", "Wim", "Kuiper"),
    Part("locum", "locum", "Vera", "Smit", "Huisartsenpost", "026 555 0107", "BIG gezien"),
    Part("newcomer", "home_care", "Noor", "de Groot", "Thuiszorg De Linie", "026 555 0108", "BIG gezien"),
)
PATIENT_GIVEN, PATIENT_FAMILY, PATIENT_BORN = "Anna", "de Wit", "1952-03-14"
CANARIES = (
    "Anna", "1952-03-14", "14-3-1952", "reanimeren", "botmetastasen", "chemokuur", "botpijn", "Pieter", "Kuiper",
)  # fmt: skip
"""Words about the patient and those close to her that must stand nowhere on the homeserver."""
