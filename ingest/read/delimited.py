"""CSV and its relatives: text in any usual encoding, with any usual separator."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import pandas as pd

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode
from ingest.read.encoding import opened_text
from ingest.read.plain import cells_of
from ingest.read.table import Format, RawTable, in_chunks, tabulate, tabulate_columns
from ingest.read.titles import LOOKED_AT, Titles, find_titles, is_known

SEPARATORS = ";\t,|^~"
"""The usual ones first."""
SNIFFED_CHARACTERS = 65_536
SNIFFED_ROWS = 50
VALUE = re.compile(r"-?\d+(?:[.,]\d+)+|https?://\S+|[^@\s]+@[^@\s]+\.\w+|POINT ?\(.*\)", re.IGNORECASE)
"""What stands in a row and not over a column: a decimal number, an address of the web or of mail, a point."""
DECLARED = re.compile(r'"?sep=(?P<separator>[^"\r\n])?"?[;,\t|]*[\r\n]*', re.IGNORECASE)
"""The line by which Excel is told the separator."""
ESCAPED = re.compile(r'\\([\\"])|(?<![^;,\t|])\\N(?=[;,\t|\r\n])')
"""A quote after a backslash, as databases write it, and their word for nothing."""
MAX_LINE_CHARACTERS = 1_048_576
"""A line of a partner's list has some hundred characters; without an end in sight it would fill the memory."""
MAX_RECORD_LINES = 500
"""A text of more lines than this in one cell is none: its quote was never closed."""
MAX_MISQUOTED = 1000
"""Records with a misplaced quote, each with up to `MAX_RECORD_LINES` read again. Beyond, the export is wrong."""

Record = tuple[list[str], bool]
"""The cells of a record, and whether its quotes are as they should be; else its first line is its only cell."""
Part = tuple[pd.DataFrame, list[Notice]]
"""Rows of the file, and what was remarked of them."""


def read_delimited(path: Path) -> Iterator[RawTable]:
    """Yield the rows of a CSV file. A row with more cells than the header is an error: its values slipped.

    So is one with a misplaced quote: its first line stands as it is in the first column, and the next line is read as
    if it began a row. Raises CommonsError where the bytes are not text, a line has no end, or the quotes of the header
    or of very many rows are misplaced.
    """
    with opened_text(path) as (file, encoding, guessed):
        layout = sniff(file.read(SNIFFED_CHARACTERS))
        file.seek(0)
        text, header = lines_of(file), layout.titles.header
        notices = [*guessed, *layout.titles.notices]
        if layout.is_declared:
            next(text)
        if layout.has_backslashes:
            text = map(unescaped, text)
            notices.append(Notice(NoticeCode.QUOTES_ESCAPED))
        records = records_of(text, layout.separator)
        if is_headerless(header):
            header = [f"column_{n}" for n in range(1, len(header) + 1)]
            notices.append(Notice(NoticeCode.HEADER_MISSING))
            parted = _quoted(records, header, layout.separator, first=1)
        else:
            _skip(records, layout.titles.lines)
            parted = _plain(text, header, layout.separator)
        for rows, remarks in parted:
            yield RawTable(rows, None, None, Format.CSV, encoding, (*notices, *remarks))


@dataclass(frozen=True)
class Layout:
    """How a CSV file is written. `is_declared` where its first line only says what the separator is."""

    separator: str
    titles: Titles
    is_declared: bool
    has_backslashes: bool


def sniff(text: str) -> Layout:
    r"""Return how a CSV file is written that begins with this text. Raises CommonsError where nothing is in it.

    >>> layout = sniff("sep=,\nnom,rue\n")
    >>> layout.separator, layout.titles.header, layout.is_declared
    (',', ['nom', 'rue'], True)
    """
    lines = list(io.StringIO(text, newline=""))
    declared = DECLARED.fullmatch(lines[0]) if lines else None
    if declared:
        del lines[0]
    if len(text) >= SNIFFED_CHARACTERS and len(lines) > 1:
        del lines[-1]  # it goes on
    wanted = declared["separator"] if declared else None
    separator = wanted if wanted and wanted in "".join(lines[:LOOKED_AT]) else sniff_separator("".join(lines))
    plain = [unescaped(line) for line in lines] if '\\"' in text else lines
    has_backslashes = plain is not lines and _misquoted(plain, separator) < _misquoted(lines, separator)
    head = records_of(iter(plain if has_backslashes else lines), separator)
    first = list(islice((record for record in head if is_filled(record[0])), LOOKED_AT))
    if not first:
        raise CommonsError("read_empty")
    titles = find_titles([cells for cells, _ in first])
    if not all(is_quoted_well for _, is_quoted_well in first[: titles.lines]):
        raise CommonsError("read_quotes", line=1)
    return Layout(separator, titles, declared is not None, has_backslashes)


def _misquoted(lines: list[str], separator: str) -> int:
    """Return how many records of the lines have a misplaced quote."""
    try:
        return sum(not is_quoted_well for _, is_quoted_well in records_of(iter(lines), separator))
    except CommonsError:
        return MAX_MISQUOTED + 1


def unescaped(line: str) -> str:
    r"""Return a line with its quotes doubled, as in CSV, where a database put a backslash before them.

    >>> unescaped(r'"Un \"oui\" dit";\N;x')
    '"Un ""oui"" dit";;x'
    """
    return ESCAPED.sub(lambda found: '""' if found[1] == '"' else found[1] or "", line)


def _skip(records: Iterator[Record], filled: int) -> None:
    """Take that many records that are not blank."""
    for _ in range(filled):
        next(cells for cells, _ in records if is_filled(cells))


def _plain(text: Iterator[str], header: list[str], separator: str) -> Iterator[Part]:
    """Yield the rows of the lines after the header; from the first that are not plain on as `_quoted` does."""
    first = 1
    for block in in_chunks(text):
        found = cells_of(block, len(header), separator)
        if found is None:
            yield from _quoted(records_of(chain(block, text), separator), header, separator, first=first)
            return
        cells, places = found
        yield tabulate_columns(header, cells, [first + place for place in places])
        first += len(block)


def _quoted(records: Iterator[Record], header: list[str], separator: str, *, first: int) -> Iterator[Part]:
    """Yield the rows of records, the first of which has this number."""
    for chunk in in_chunks(_numbered(records, len(header), first)):
        told, ragged = _shape(chunk, len(header), separator)
        rows, named = tabulate(header, told)
        yield rows, [*named, *ragged]


def lines_of(file: TextIO) -> Iterator[str]:
    """Yield the lines of a text, none of them longer than `MAX_LINE_CHARACTERS`."""
    while line := file.readline(MAX_LINE_CHARACTERS):
        if len(line) == MAX_LINE_CHARACTERS:
            raise CommonsError("read_line_too_long")
        yield line


def is_headerless(first: list[str]) -> bool:
    """Say whether a first line is data: it names no column, and has a cell that nobody would call a column by.

    >>> is_headerless(["Maison", "50.85", "4.35"]), is_headerless(["nom", "2018", "2019"])
    (True, False)
    """
    return not any(map(is_known, first)) and any(VALUE.fullmatch(cell.strip()) for cell in first)


def is_filled(line: list[str]) -> bool:
    """Say whether a line has a cell that is not blank."""
    return any(cell.strip() for cell in line)


def records_of(lines: Iterator[str], separator: str) -> Iterator[Record]:
    r"""Yield the records of a text. One that cannot be ends with its first line: the others are read again.

    Raises CommonsError where more than `MAX_MISQUOTED` cannot be.

    >>> list(records_of(iter(['"a" "b"\n', 'c,d\n']), ","))
    [(['"a" "b"'], False), (['c', 'd'], True)]
    """
    held: list[str] = []  # the lines of the record that is being read
    waiting: deque[str] = deque()  # those to be read again
    for _ in range(MAX_MISQUOTED + 1):
        reader = csv.reader(_noted(lines, waiting, held), delimiter=separator, strict=True)
        try:
            for cells in reader:
                yield cells, True
                held.clear()
        except csv.Error:
            first, *again = held
            held.clear()
            waiting.extendleft(reversed(again))
            yield [first.rstrip("\r\n")], False
        else:
            return
    raise CommonsError("read_quotes_often", limit=MAX_MISQUOTED)


def _numbered(records: Iterator[Record], width: int, first: int) -> Iterator[tuple[int, Record]]:
    """Yield the records that are not blank with their number.

    What is too short right after a misquoted one may be the rest of its text, and is set apart with it: as a record it
    would be shared by the dataset's default, whatever the row's own flags said.
    """
    is_apart = False
    for number, (cells, is_quoted_well) in enumerate(records, start=first):
        if is_filled(cells):
            is_apart = not is_quoted_well or (is_apart and len(cells) < width)
            yield number, (cells, not is_apart)


def _noted(lines: Iterator[str], waiting: deque[str], held: list[str]) -> Iterator[str]:
    """Yield the waiting lines, then the others, and hold each.

    Raises csv.Error where more are held than a record has, which is what the reader does with a field too long.
    """
    characters = 0
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        characters = characters + len(line) if held else len(line)
        held.append(line)
        if len(held) > MAX_RECORD_LINES or characters > MAX_LINE_CHARACTERS:
            raise csv.Error
        yield line


def sniff_separator(text: str) -> str:
    r"""Return the separator that cuts the first rows into the most cells, equally many in each.

    >>> sniff_separator("nom;lat\nA;50,8\nB;50,9\n")
    ';'
    """

    def fitness(separator: str) -> tuple[bool, float]:
        sample = io.StringIO(text[:SNIFFED_CHARACTERS], newline="")
        reader = csv.reader(sample, delimiter=separator)
        rows = list(islice((row for row in reader if is_filled(row)), SNIFFED_ROWS))
        titles = find_titles(rows[:LOOKED_AT]) if rows else None
        widths = [len(row) for row in rows[titles.lines - 1 :]] if titles else []
        if titles is None or widths[0] < 2:
            return False, 0.0
        return titles.lines > 1, widths[0] * widths.count(widths[0]) / len(widths)

    return max(SEPARATORS, key=fitness)


def _shape(
    lines: list[tuple[int, Record]], width: int, separator: str
) -> tuple[dict[int, list[str]], list[Notice]]:
    """Return the records by row number, all as wide as the header, and the notices for those that were not."""
    records: dict[int, list[str]] = {}
    notices: list[Notice] = []
    for number, (line, is_quoted_well) in lines:
        if not is_quoted_well:
            notices.append(Notice(NoticeCode.ROW_MISQUOTED, number))
            line.extend([""] * (width - len(line)))
        elif len(line) > width:
            if is_filled(line[width:]):
                notices.append(Notice(NoticeCode.ROW_RAGGED, number))
                line[width - 1] = separator.join(line[width - 1 :])
            del line[width:]
        elif len(line) < width:
            notices.append(Notice(NoticeCode.ROW_SHORT, number))
            line.extend([""] * (width - len(line)))
        records[number] = line
    return records, notices
