"""The list of a poster: each alternative with its number, in columns, in the largest letters in which all fit."""

from collections.abc import Sequence
from dataclasses import dataclass

from commons.i18n import translate
from commons.vocabulary import Language, Precision
from maps.entries import Entry
from maps.poster.drawing import Shape, Words
from maps.poster.letters import BOLD, MM_PER_PT, PLAIN, SOFT, Style, wrap
from maps.poster.paper import Paper

LEADING = 1.2
SMALLER = 0.88
"""Of the name's size: what stands below it."""
NUMBER_EM = 2.1
MOST_NAME_LINES, MOST_FACT_LINES = 3, 4
AFTER = 0.45
"""Of the name's size: the space after an entry."""
STEP_MM = 0.5
NAMELESS = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stay together."""

    number: str
    lines: tuple[tuple[str, Style], ...]

    @property
    def height(self) -> float:
        """Return how high it is, with the space after it, in millimetres."""
        return sum(style.size_mm for _, style in self.lines) * LEADING + self.lines[0][1].size_mm * AFTER


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a paper with letters of one size."""

    paper: Paper
    size_pt: float
    language: Language

    @property
    def width(self) -> float:
        """Return the width of a column."""
        return (self.paper.inner - (self.paper.columns - 1) * self.paper.gap) / self.paper.columns

    @property
    def indent(self) -> float:
        """Return how far the texts stand to the right of their numbers' left end."""
        return NUMBER_EM * self.size_pt * MM_PER_PT

    def entry(self, number: int, entry: Entry, category: str) -> Block:
        """Return what the list tells of an entry: name, category, address as far as it is published."""
        name, fact = Style(self.size_pt, BOLD), Style(self.size_pt * SMALLER, PLAIN, SOFT)
        facts = " · ".join(part for part in (category, place_words(entry, self.language)) if part)
        room = self.width - self.indent
        names = wrap(entry["name"], name, room, MOST_NAME_LINES) or [NAMELESS]
        lines = [(line, name) for line in names]
        return Block(
            str(number), (*lines, *((line, fact) for line in wrap(facts, fact, room, MOST_FACT_LINES)))
        )

    def note(self, text: str) -> Block:
        """Return a note that stands in the list."""
        style = Style(self.size_pt, BOLD)
        return Block("", tuple((line, style) for line in wrap(text, style, self.width - self.indent)))

    def shapes(self, blocks: Sequence[Block], top: float, height: float) -> list[Shape]:
        """Return the blocks in columns of at most this height."""
        shapes: list[Shape] = []
        bold = Style(self.size_pt, BOLD)
        column, filled = 0, 0.0
        for block in blocks:
            if filled and filled + block.height > height + STEP_MM / 10:
                column, filled = column + 1, 0.0
            left, y = self.paper.margin + column * (self.width + self.paper.gap), top + filled
            for at, (text, style) in enumerate(block.lines):
                y += style.size_mm * LEADING
                if at == 0 and block.number:
                    shapes.append(
                        Words(left + self.indent - bold.size_mm * AFTER, y, block.number, bold, "end")
                    )
                shapes.append(Words(left + self.indent, y, text, style))
            filled += block.height
        return shapes


def place_words(entry: Entry, language: Language) -> str:
    """Return the address as far as it is published or, of an approximate place, how near it is told."""
    if entry["precision"] != Precision.EXACT:
        return translate(f"poster.near.{Precision(entry['precision'])}", language)
    street = " ".join(entry[part] for part in ("street", "house_number") if entry[part])
    return ", ".join(part for part in (street, entry["postcode"]) if part)


def least_height(blocks: Sequence[Block], columns: int) -> float:
    """Return the height of columns that hold all blocks, about equally high."""
    height = max(
        sum(block.height for block in blocks) / columns, max((b.height for b in blocks), default=0.0)
    )
    while _columns_at(blocks, height) > columns:
        height += STEP_MM
    return height


def _columns_at(blocks: Sequence[Block], height: float) -> int:
    columns, filled = 1, 0.0
    for block in blocks:
        if filled and filled + block.height > height:
            columns, filled = columns + 1, 0.0
        filled += block.height
    return columns
