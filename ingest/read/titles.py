"""Which of a list's first lines has the titles of its columns: headings and merged groups may stand above them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.headers import fold_header, header_words
from ingest.notices import Notice, NoticeCode

MOST_ABOVE = 5
"""Lines above the titles: a heading, a date, who made the list."""
LOOKED_AT = MOST_ABOVE + 2
ABOVE_CELLS, TITLE_CELLS, KNOWN_TITLES = 2, 3, 2
"""A line above has at most so many filled cells, titles at least so many, and so many different ones are known."""
MOSTLY_KNOWN = 0.6
"""Share of known titles in a line that stands under another one with groups of them."""

Cells = Sequence[str]


@dataclass(frozen=True)
class Titles:
    """How many lines there are up to the titles and with them, and the titles."""

    lines: int
    header: list[str]
    notices: tuple[Notice, ...] = ()


def find_titles(lines: Sequence[Cells]) -> Titles:
    """Return the titles of a list, given its first lines that are not blank; at least one.

    Titles that nobody knows are looked for in the first line: what is passed over is no row. Of two lines of titles, as
    merged cells leave them, the lower one counts, and the upper one where the lower says nothing.

    >>> find_titles([["Nos lieux"], ["nom", "rue", "cp"], ["A", "b", "1000"]]).lines
    2
    >>> find_titles([["Lieu", "", "Contact"], ["Nom", "Rue", "Nom"], ["A", "b", "c"]]).header
    ['Nom', 'Rue', 'Contact Nom']
    """
    place = _first_titles(lines)
    if place + 1 < len(lines) and _is_under_groups(lines[place], lines[place + 1]):
        place += 1
    if place == 0:
        return Titles(1, list(lines[0]))
    header = _with_groups(lines[place - 1], lines[place])
    return Titles(place + 1, header, (Notice(NoticeCode.LINES_ABOVE_TITLES),))


def is_known(cell: str) -> bool:
    """Say whether a cell is the title of a column that is known."""
    return fold_header(cell) in header_words()


def are_titles(cells: Cells) -> bool:
    """Say whether cells have enough known titles that differ: a row of crosses has one, X, many times.

    >>> are_titles(["Nom", "Rue", "Nom"]), are_titles(["x", "x", "X"])
    (True, False)
    """
    return len({fold_header(cell) for cell in cells if is_known(cell)}) >= KNOWN_TITLES


def filled(cells: Cells) -> list[str]:
    """Return the cells that are not blank."""
    return [cell for cell in cells if cell.strip()]


def _first_titles(lines: Sequence[Cells]) -> int:
    """Return the place of the first line that may have titles: below lines of few words, or of none that is known."""
    are_short = True
    for place, cells in enumerate(lines[: MOST_ABOVE + 1]):
        texts = filled(cells)
        if len(texts) <= ABOVE_CELLS:
            continue
        known = sum(map(is_known, texts))
        if are_titles(texts) and (are_short or known >= max(TITLE_CELLS, MOSTLY_KNOWN * len(texts))):
            return place
        if known:
            return 0
        are_short = False
    return 0


def _is_under_groups(upper: Cells, lower: Cells) -> bool:
    """Say whether the lower line has the titles, and the upper one groups of them: fewer words, or the same again."""
    above, below = filled(upper), filled(lower)
    known = sum(map(is_known, below))
    if len(below) < TITLE_CELLS or not are_titles(below) or known < MOSTLY_KNOWN * len(below):
        return False
    has_gap = any(
        title.strip() and not "".join(upper[place : place + 1]).strip() for place, title in enumerate(lower)
    )
    is_repeated = len(set(above)) < len(above)
    return (has_gap and len(set(above)) < len(below)) or (known == len(below) and (has_gap or is_repeated))


def _with_groups(upper: Cells, lower: Cells) -> list[str]:
    """Return the lower titles, the upper one where there is none, and both where the lower occurs twice."""
    width = max(len(upper), len(lower))
    above, below = ([*cells, *[""] * (width - len(cells))] for cells in (upper, lower))
    group = ""
    header: list[str] = []
    for over, title in zip(above, below, strict=True):
        group = over.strip() or group
        is_repeated = below.count(title) > 1 and header.count(title) > 0
        header.append(f"{group} {title}".strip() if is_repeated else title if title.strip() else over)
    return header
