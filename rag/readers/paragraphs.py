"""Printed lines to paragraphs: line ends inside a sentence and hyphens at line ends are undone, across pages too.

Knows nothing about PDFs.

>>> join([["The mayor opened the", "bridge, which is im-"], ["portant, on Sunday."]])
('The mayor opened the bridge, which is important, on Sunday.', [0, 41])
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SHORT = 0.85
"""A line of less than this share of the usual width ends its paragraph, if it ends in a stop …"""
HEADING = 0.6
"""… and without one if it is shorter than this, for then it is a heading."""

_STOP = re.compile(r"[.!?…:。！？।؟][\"'”’»)\]]*$")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")


def join(pages: Sequence[Sequence[str]]) -> tuple[str, list[int]]:
    """The text, and the offset at which each page begins in it. Empty lines separate paragraphs."""
    lines = [line for page in pages for line in page if line]
    width = sorted(map(len, lines))[int(0.8 * len(lines))] if lines else 0
    hyphenated = {word.casefold() for line in lines for word in _WORDS.findall(line)}
    text: list[str] = []
    length = 0
    starts: list[int] = []
    last = ""
    for page in pages:
        starts.append(length)
        gap = False
        for line in page:
            if not line:
                gap = True
                continue
            between = "\n\n" if gap or _ends(last, line, width) else " "
            if not last:
                between = ""
            elif between == " " and _HYPHEN.search(last) and line[0].islower():
                between = ""
                if not _keeps(last, line, hyphenated):
                    text[-1] = text[-1][:-1]
                    length -= 1
            text += [between, line]
            length += len(between) + len(line)
            last, gap = line, False
    return "".join(text), [min(start, length) for start in starts]


def _ends(line: str, after: str, width: int) -> bool:
    """Does the paragraph end between the two lines?"""
    if after[0].islower():
        return False
    if _STOP.search(line):
        return len(line) < SHORT * width
    return len(line) < HEADING * width and not after[0].islower()


def _keeps(line: str, after: str, hyphenated: set[str]) -> bool:
    """Is the hyphen part of the word? So if the word stands with it elsewhere in the text."""
    before, rest = re.search(r"\w[\w-]*\W$", line), re.match(r"\w+", after)
    if line[-1] != "-" or before is None or rest is None:
        return False
    return f"{before[0]}{rest[0]}".casefold() in hyphenated
