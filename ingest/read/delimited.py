"""CSV and its relatives: text in any usual encoding, with any usual separator."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from commons.errors import CommonsError
from ingest.map.headers import fold_header, header_words
from ingest.notices import Notice, NoticeCode
from ingest.read.table import Format, RawTable, in_chunks, tabulate

if TYPE_CHECKING:
    import _csv

SEPARATORS = ";\t,|"
SNIFFED_CHARACTERS = 65_536
SNIFFED_ROWS = 50
VALUE = re.compile(r"-?\d+(?:[.,]\d+)+|https?://\S+|[^@\s]+@[^@\s]+\.\w+|POINT ?\(.*\)", re.IGNORECASE)
"""What stands in a row and not over a column: a decimal number, an address of the web or of mail, a point."""
BLOCK_CHARACTERS = 1_048_576
MAX_LINE_CHARACTERS = 1_048_576
"""A line of a partner's list has some hundred characters; without an end in sight it would fill the memory."""


def read_delimited(path: Path) -> Iterator[RawTable]:
    """Yield the rows of a CSV file. A row with more cells than the header is an error: its values slipped.

    Raises CommonsError where the bytes are not text, a quote is never closed, or a line has no end.
    """
    encoding, notices = detect_encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        separator = sniff_separator(file.read(SNIFFED_CHARACTERS))
        file.seek(0)
        reader = csv.reader(lines_of(file), delimiter=separator, strict=True)
        header = next(filter(is_filled, _explained(reader)), None)
        if header is None:
            raise CommonsError("read_empty")
        lines: Iterator[list[str]] = _explained(reader)
        if is_headerless(header):
            lines, header = chain([header], lines), [f"column_{n}" for n in range(1, len(header) + 1)]
            notices = [*notices, Notice(NoticeCode.HEADER_MISSING)]
        numbered = ((number, line) for number, line in enumerate(lines, start=1) if any(line))
        for chunk in in_chunks(numbered):
            records, ragged = _shape(chunk, len(header), separator)
            rows, named = tabulate(header, records)
            yield RawTable(rows, None, None, Format.CSV, encoding, (*notices, *named, *ragged))


def detect_encoding(path: Path) -> tuple[str, list[Notice]]:
    """Return the encoding in which the whole file is text, and a notice where that is a guess.

    Raises CommonsError where it is none of UTF-8, UTF-16 with its mark, or Windows-1252.
    """
    with path.open("rb") as file:
        head = file.read(len(codecs.BOM_UTF8))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif head == codecs.BOM_UTF8:
        candidates = ["utf-8-sig"]
    else:
        candidates = ["utf-8", "cp1252"]
    for encoding in candidates:
        try:
            with path.open(encoding=encoding, newline="") as file:
                if any("\x00" in block for block in iter(lambda: file.read(BLOCK_CHARACTERS), "")):
                    break
        except UnicodeError:
            continue
        return encoding, [Notice(NoticeCode.ENCODING_GUESSED)] if encoding == "cp1252" else []
    raise CommonsError("read_not_text")


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
    return not any(fold_header(cell) in header_words() for cell in first) and any(
        VALUE.fullmatch(cell.strip()) for cell in first
    )


def is_filled(line: list[str]) -> bool:
    """Say whether a line has a cell that is not blank."""
    return any(cell.strip() for cell in line)


def _explained(reader: "_csv.Reader") -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise CommonsError("read_quotes", line=reader.line_num) from error


def sniff_separator(text: str) -> str:
    r"""Return the separator that cuts the first rows into the most cells, equally many in each.

    >>> sniff_separator("nom;lat\nA;50,8\nB;50,9\n")
    ';'
    """

    def fitness(separator: str) -> float:
        sample = io.StringIO(text[:SNIFFED_CHARACTERS], newline="")
        widths = [len(line) for line in islice(csv.reader(sample, delimiter=separator), SNIFFED_ROWS) if line]
        if not widths or widths[0] < 2:
            return 0.0
        return widths[0] * widths.count(widths[0]) / len(widths)

    try:
        return max(SEPARATORS, key=fitness)
    except csv.Error as error:
        raise CommonsError("read_quotes", line=1) from error


def _shape(
    lines: list[tuple[int, list[str]]], width: int, separator: str
) -> tuple[dict[int, list[str]], list[Notice]]:
    """Return the records by row number, all as wide as the header, and the notices for those that were not."""
    records: dict[int, list[str]] = {}
    notices: list[Notice] = []
    for number, line in lines:
        if len(line) > width:
            if any(line[width:]):
                notices.append(Notice(NoticeCode.ROW_RAGGED, number))
                line[width - 1] = separator.join(line[width - 1 :])
            del line[width:]
        elif len(line) < width:
            notices.append(Notice(NoticeCode.ROW_SHORT, number))
            line.extend([""] * (width - len(line)))
        records[number] = line
    return records, notices
