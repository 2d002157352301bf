"""The letters of a poster: one typeface, measured, so that lines break where they should on any machine."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from commons.errors import CommonsError

PLAIN, BOLD = "DejaVuSans", "DejaVuSans-Bold"
FOLDERS = (
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/dejavu-sans-fonts"),
    Path("/usr/share/fonts/TTF"),
)
"""Where Debian, Fedora and Arch keep DejaVu, which has the letters of every European language."""
MM_PER_PT = 25.4 / 72
INK, SOFT, FAINT, PAPER, ACCENT = "#111111", "#4a525a", "#8d959c", "#ffffff", "#b3400a"
"""Told apart in grey too: the accent prints as dark as the soft ink, and is never the only difference."""
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Kinds of characters that print nothing, or turn the direction of what follows."""
ELLIPSIS = "…"
BREAKS = re.compile(r"(?<=[^:/][/?&.])(?=[^/])")
"""Where an address may be broken."""
HYPHENS = re.compile("(?<=[-\N{EN DASH}])")
LONGEST_TEXT = 600
"""Characters; what is longer fits into no place that has a limit of lines."""


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look."""

    size_pt: float
    font: str = PLAIN
    colour: str = INK

    @property
    def size_mm(self) -> float:
        """Return the size in millimetres."""
        return self.size_pt * MM_PER_PT


@cache
def load_letters() -> None:
    """Make both weights known to the PDF's writer. Raises CommonsError where the typeface is not installed."""
    folder = next((folder for folder in FOLDERS if (folder / f"{BOLD}.ttf").is_file()), None)
    if folder is None:
        raise CommonsError("poster.no_letters")
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))


def clean(text: object) -> str:
    r"""Return a text as it can be printed on one line: nothing unseen in it.

    >>> clean("Le\n\u202ejardin ")
    'Le jardin'
    """
    seen = (
        "" if unicodedata.category(sign) in UNSEEN and not sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", str(text))
    )
    return " ".join("".join(seen).split())


def width_mm(text: str, style: Style) -> float:
    """Return how wide a text is."""
    return float(pdfmetrics.stringWidth(text, style.font, style.size_pt)) * MM_PER_PT


def wrap(text: str, style: Style, room_mm: float, most: int = 1000) -> list[str]:
    """Return the text in lines of at most `room_mm`; where there would be more than `most`, the last ends in “…”."""
    return _filled(clean(text[: LONGEST_TEXT * most]).split(), " ", style, room_mm, most)


def wrap_address(address: str, style: Style, room_mm: float, most: int) -> list[str]:
    """Return an address in lines, broken after its signs where that helps."""
    return _filled(BREAKS.split(address), "", style, room_mm, most)


def _filled(words: list[str], between: str, style: Style, room_mm: float, most: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in _pieces(words, style, room_mm):
        longer = f"{line}{between}{word}" if line else word
        if line and width_mm(longer, style) > room_mm:
            lines.append(line)
            line = word
        else:
            line = longer
    lines += [line] if line else []
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width_mm(last + ELLIPSIS, style) > room_mm:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip() + ELLIPSIS]


def _pieces(words: list[str], style: Style, room_mm: float) -> list[str]:
    """Return the words, those that are wider than the room in several pieces: after a hyphen, else anywhere."""
    pieces = []
    for word in words:
        piece = ""
        for part in _parts(word, style, room_mm):
            if piece and width_mm(piece + part, style) > room_mm:
                pieces.append(piece)
                piece = ""
            piece += part
        pieces.append(piece)
    return pieces


def _parts(word: str, style: Style, room_mm: float) -> Iterator[str]:
    if width_mm(word, style) <= room_mm:
        yield word
        return
    for part in HYPHENS.split(word):
        if width_mm(part, style) <= room_mm:
            yield part
        else:
            yield from part
