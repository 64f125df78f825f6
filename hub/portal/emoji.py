"""The sixty-four emoji of an emoji verification, in the order and with the names of the specification ("SAS emoji")."""

from hub.texts import N_

EMOJI = (
    ("🐶", N_("Hond")), ("🐱", N_("Kat")), ("🦁", N_("Leeuw")), ("🐎", N_("Paard")),
    ("🦄", N_("Eenhoorn")), ("🐷", N_("Varken")), ("🐘", N_("Olifant")), ("🐰", N_("Konijn")),
    ("🐼", N_("Panda")), ("🐓", N_("Haan")), ("🐧", N_("Pinguïn")), ("🐢", N_("Schildpad")),
    ("🐟", N_("Vis")), ("🐙", N_("Octopus")), ("🦋", N_("Vlinder")), ("🌷", N_("Bloem")),
    ("🌳", N_("Boom")), ("🌵", N_("Cactus")), ("🍄", N_("Paddenstoel")), ("🌏", N_("Wereldbol")),
    ("🌙", N_("Maan")), ("☁️", N_("Wolk")), ("🔥", N_("Vuur")), ("🍌", N_("Banaan")),
    ("🍎", N_("Appel")), ("🍓", N_("Aardbei")), ("🌽", N_("Maïs")), ("🍕", N_("Pizza")),
    ("🎂", N_("Taart")), ("❤️", N_("Hart")), ("😀", N_("Smiley")), ("🤖", N_("Robot")),
    ("🎩", N_("Hoed")), ("👓", N_("Bril")), ("🔧", N_("Moersleutel")), ("🎅", N_("Kerstman")),
    ("👍", N_("Duim omhoog")), ("☂️", N_("Paraplu")), ("⌛", N_("Zandloper")), ("⏰", N_("Klok")),
    ("🎁", N_("Geschenk")), ("💡", N_("Gloeilamp")), ("📕", N_("Boek")), ("✏️", N_("Potlood")),
    ("📎", N_("Paperclip")), ("✂️", N_("Schaar")), ("🔒", N_("Slot")), ("🔑", N_("Sleutel")),
    ("🔨", N_("Hamer")), ("☎️", N_("Telefoon")), ("🏁", N_("Vlag")), ("🚂", N_("Trein")),
    ("🚲", N_("Fiets")), ("✈️", N_("Vliegtuig")), ("🚀", N_("Raket")), ("🏆", N_("Trofee")),
    ("⚽", N_("Bal")), ("🎸", N_("Gitaar")), ("🎺", N_("Trompet")), ("🔔", N_("Bel")),
    ("⚓", N_("Anker")), ("🎧", N_("Koptelefoon")), ("📁", N_("Map")), ("📌", N_("Speld")),
)  # fmt: skip
"""(symbol, Dutch name), by the number that the comparison gives."""
