"""Lines of a CSV that are each a whole record, with every quote in its place: Arrow takes them apart at once."""

import csv
import io
import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

QUOTE = '"'
MAX_CELL_CHARACTERS = 131_072
"""What `csv.reader` takes for one cell: a line that is longer is left to it."""
BLANK = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
MAX_CELLS = 100
"""Of more cells the pattern of a line would be too large."""


def cells_of(lines: Sequence[str], width: int, separator: str) -> tuple[list[pa.Array], list[int]] | None:
    r"""Return the columns of the lines that are not blank, and those lines' places; None where they are not all plain.

    Plain are lines with as many cells as the header, each quoted from end to end or not at all: `csv.reader` reads
    them alike.

    >>> columns, places = cells_of(["a;1\n", "\n", '"b;c";2\n'], 2, ";")
    >>> [column.to_pylist() for column in columns], places
    ([['a', 'b;c'], ['1', '2']], [0, 2])
    """
    blank = BLANK + separator
    places = [
        place
        for place, line in enumerate(lines)
        if line[:1].isalnum() or ((rest := line.strip(blank)) and _says(line, rest, separator))
    ]
    kept = lines if len(places) == len(lines) else [lines[place] for place in places]
    text = "".join(kept)
    if (
        not kept
        or max(map(len, kept)) > MAX_CELL_CHARACTERS
        or not (
            _are_quoted_well(kept, width, separator)
            if QUOTE in text
            else _are_as_wide(kept, width, separator)
        )
    ):
        return None
    names = [str(place) for place in range(width)]
    data = text.encode()
    table = pa.csv.read_csv(
        io.BytesIO(data),
        pa.csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
        pa.csv.ParseOptions(delimiter=separator, quote_char=QUOTE, ignore_empty_lines=False),
        pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
        ),
    )
    return [column.combine_chunks() for column in table.columns], places


def _says(line: str, rest: str, separator: str) -> bool:
    """Say whether a line has a cell that is not blank, given the line without blanks around it.

    One whose quotes are misplaced may have.
    """
    if rest.strip(BLANK + separator + QUOTE):
        return True
    try:
        return any(cell.strip() for cell in next(csv.reader([line], delimiter=separator, strict=True)))
    except csv.Error:
        return True


def _are_as_wide(lines: Sequence[str], width: int, separator: str) -> bool:
    return {line.count(separator) for line in lines} == {width - 1}


def _are_quoted_well(lines: Sequence[str], width: int, separator: str) -> bool:
    if width > MAX_CELLS:
        return False
    cell = f'(?:"(?:[^"\r\n]|"")*"|[^"{re.escape(separator)}\r\n]*)'
    line = f"^{cell}(?:{re.escape(separator)}{cell}){{{width - 1}}}[\r\n]*$"
    return bool(pc.all(pc.match_substring_regex(pa.array(lines, pa.large_string()), line)).as_py())
