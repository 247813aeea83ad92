"""Which old encoding a text in Latin letters has, by the letters that its language writes. Knows nothing about files.

Statistics of bytes hardly tell "après" from "aprčs". But each language writes a few letters of its own, and read in the
wrong encoding a text has letters that no one language writes together.

>>> guess("Après minuit, côté port, un incendie s’est déclaré.".encode("cp1252"))
'cp1252'
>>> guess("Požár vypukl krátce po půlnoci, tři mola uzavřena.".encode("cp1250"))
'cp1250'
"""

from __future__ import annotations

import re
from collections import Counter

ENCODINGS = ("cp1252", "cp1250", "iso8859_2", "cp1254")
"""Of western and central Europe and of Turkish; of those that fit equally well, the first."""
_LETTERS = (
    "äöüß",  # German
    "àâæçéèêëîïôœùûüÿ",  # French
    "áéíóúñüªº",  # Spanish
    "áâãàçéêíóôõú",  # Portuguese
    "àèéìòùî",  # Italian
    "áéëèïíóöüúê",  # Dutch
    "åäöéæø",  # Danish, Finnish, Norwegian, Swedish
    "áðéíóúýþæö",  # Icelandic
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "ăâîşţ",  # Romanian
    "čćđšž",  # Croatian, Slovene
    "çğıi̇öşüâîû",  # Turkish
)
MOST_HIGH = 0.25
"""Share of the bytes that are beyond ASCII: one letter in ten to five. In other scripts it is most of them."""
_WORD = re.compile(r"[^\W\d_]{2,}")
"""A letter that stands alone may be a sign in another encoding: "£38"."""
_HIGH = re.compile(rb"[\x80-\xff]+")


def guess(data: bytes) -> str | None:
    """The encoding, or None where the bytes are not those of Latin letters with a few others among them."""
    runs = Counter(map(len, _HIGH.findall(data)))
    high = sum(length * count for length, count in runs.items())
    if not high or high > MOST_HIGH * len(data) or runs[1] < 0.5 * high:
        return None
    return max(ENCODINGS, key=lambda encoding: _covered(data, encoding))  # of equals, max takes the first


def _covered(data: bytes, encoding: str) -> int:
    """How many of the letters beyond ASCII belong to the one language that has the most of them."""
    foreign = _HIGH.sub(lambda run: run[0].decode(encoding, "replace").encode("utf-8"), data).decode("utf-8").lower()
    letters = Counter(char for word in _WORD.findall(foreign) for char in word if ord(char) > 127)
    return max(sum(letters[char] for char in language) for language in _LETTERS)
