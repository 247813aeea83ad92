"""Is this line of a web page part of the article, or furniture around it: a menu, advert, share bar, credit, form?

Knows nothing about where in the page a line stands; `rag.clean` weighs that. The expressions are in furniture.toml, in
two strengths: a label is a whole short line ("Advertisement", "By Jane Doe"); a phrase speaks to the reader of the
page ("sign up for our newsletter"), so that it counts inside a longer text too, unless it is quoted speech. Those of
other languages than English are in furniture_languages.toml.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources

from rag.blocks import Block

LABEL_WORDS = 16
"""A longer line is never judged by its label."""

PHRASE_WORDS = 60
"""In a longer block only the sentences with the phrase go, never the block."""

_SHOUTED = re.compile(r"^(?:RELATED|READ MORE|READ ALSO|ALSO READ|SEE ALSO|MORE|WATCH|LISTEN)\b[ :|]+\S")
_CAMEL = re.compile(r"(?<=[a-z)])(?=[A-Z])")
_SEPARATOR = re.compile(r"\s*[|•·»›/>]\s*")


def label(block: Block) -> str | None:
    """The kind of furniture that a whole short line is, else None.

    >>> label(Block("Share on Facebook")), label(Block("The ship was renamed Facebook in May."))
    ('share', None)
    """
    text = block.text
    if block.words > LABEL_WORDS or len(text) > 300:
        return "teaser" if _SHOUTED.match(text) and not block.ends else None
    if block.words == 0:
        return "menu" if len(text) < 4 else None
    for kind, pattern in _labels().items():
        # What reads like a sentence is one, but for a headline after "Read also:", an offer or an address.
        if block.prose and kind != "contact" and (block.ends or kind not in ("teaser", "advert")):
            continue
        if pattern.fullmatch(text) or pattern.fullmatch(text.rstrip(" :>»")):
            return kind
    if _SHOUTED.match(text) and not block.ends:
        return "teaser"
    return "menu" if not block.prose and _is_menu(text) else None


def phrase(text: str) -> str | None:
    """The kind of furniture that a sentence is, by a phrase that speaks to the page's reader, else None.

    >>> phrase("Sign up for our weekly newsletter."), phrase("The EU fined the shop over its newsletter.")
    ('subscribe', None)
    """
    return next((kind for kind, start in _found("phrases", text) if not _quoted(text, start)), None)


def is_caption(text: str) -> bool:
    """Does the text carry the credit of a picture?

    >>> is_caption("The bridge in May. (AP Photo/Jo Lee, File)"), is_caption("She sued Getty Images over a photo.")
    (True, False)
    """
    return any(True for _ in _found("captions", text))


def _found(section: str, text: str) -> Iterator[tuple[str, int]]:
    """The kind and the beginning of each match; an expression is tried only where the word before it stands."""
    lower = text.lower()
    for kind, word, expression in _expressions(section):
        if word in lower and (match := expression.search(text)):
            yield kind, match.start()


@cache
def _expressions(section: str) -> list[tuple[str, str, re.Pattern[str]]]:
    """(kind, word, expression) for each line of a section of furniture.toml; the word is empty for labels."""
    found: list[tuple[str, str, re.Pattern[str]]] = []
    for kind, lines in _table()[section].items():
        for line in lines.splitlines():
            word, _, expression = line.rpartition(" :: ")
            for name, part in _table()["parts"].items():
                expression = expression.replace(f"<{name}>", part)
            if expression:
                found.append((kind, word.strip(), re.compile(expression, re.IGNORECASE)))
    return found


@cache
def _labels() -> dict[str, re.Pattern[str]]:
    """One expression for each kind of label."""
    kinds: dict[str, list[str]] = {}
    for kind, _, expression in _expressions("labels"):
        kinds.setdefault(kind, []).append(f"(?:{expression.pattern})")
    return {kind: re.compile("|".join(lines), re.IGNORECASE) for kind, lines in kinds.items()}


@cache
def _social() -> frozenset[str]:
    return frozenset(_table()["words"]["social"].split())


@cache
def _table() -> dict[str, dict[str, str]]:
    """The sections of both files, kind by kind."""
    joined: dict[str, dict[str, str]] = {}
    for name in ("furniture.toml", "furniture_languages.toml"):
        for section, kinds in tomllib.loads(resources.files("rag").joinpath(name).read_text("utf-8")).items():
            for kind, lines in kinds.items():
                known = joined.setdefault(section, {})
                known[kind] = known.get(kind, "") + lines
    return joined


def _is_menu(text: str) -> bool:
    """Share bars, breadcrumbs, menus, language lists and hashtags: rows of links rather than words in a sentence."""
    tokens = _CAMEL.sub(" ", text).casefold().split()
    if sum(token.strip(".,:|") in _social() for token in tokens) >= max(2, 0.5 * len(tokens)):
        return True
    if all(token.startswith(("#", "@")) for token in tokens):
        return True
    parts = [part for part in _SEPARATOR.split(text) if part]
    if len(parts) >= 2 and parts[0].casefold() in ("home", "news", "accueil", "start"):
        return True
    if any(char.isdigit() for char in text):
        return False
    scripts = {unicodedata.name(char, "NAMELESS").split()[0] for char in text if char.isalpha()}
    return (len(parts) >= 4 and len(tokens) <= 3 * len(parts)) or len(scripts) >= 4


def _quoted(text: str, at: int) -> bool:
    before = text[:at]
    marks = (before.count("“") - before.count("”"), before.count('"') % 2, before.count("``") - before.count("''"))
    return max(marks) > 0
