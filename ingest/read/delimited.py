"""CSV and its relatives: text in any usual encoding, with any usual separator."""

import codecs
import csv
import io
from itertools import islice
from pathlib import Path

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode
from ingest.read.table import Format, RawTable, tabulate

SEPARATORS = ";\t,|"
SNIFFED_CHARACTERS = 65_536
SNIFFED_ROWS = 50


def read_delimited(path: Path) -> RawTable:
    """Return the rows of a CSV file. A row with more cells than the header is an error: its values slipped.

    Raises CommonsError where the bytes are not text, a quote is never closed, or there is no row.
    """
    text, encoding, notices = decode(path.read_bytes())
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sniff_separator(text), strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        raise CommonsError("read_quotes", line=reader.line_num) from error
    header, records, ragged = _shape(lines, reader.dialect.delimiter)
    rows, named = tabulate(header, records)
    return RawTable(rows, None, None, Format.CSV, encoding, (*notices, *named, *ragged))


def decode(data: bytes) -> tuple[str, str, list[Notice]]:
    """Return the text, the encoding it was in, and a notice where that was a guess.

    Raises CommonsError where it is no text in UTF-8, UTF-16 with its mark, or Windows-1252.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif data.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    else:
        candidates = ["utf-8", "cp1252"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        guessed = [Notice(NoticeCode.ENCODING_GUESSED)] if encoding == "cp1252" else []
        return text, encoding, guessed
    raise CommonsError("read_not_text")


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


def _shape(lines: list[list[str]], separator: str) -> tuple[list[str], dict[int, list[str]], list[Notice]]:
    """Return the header, the records by row number, and the notices for those of another length."""
    start = next((i for i, line in enumerate(lines) if any(cell.strip() for cell in line)), None)
    if start is None:
        raise CommonsError("read_empty")
    header = lines[start]
    width = len(header)
    records: dict[int, list[str]] = {}
    notices: list[Notice] = []
    for number, line in enumerate(lines[start + 1 :], start=1):
        if not any(line):
            continue
        if len(line) > width:
            if any(line[width:]):
                notices.append(Notice(NoticeCode.ROW_RAGGED, number))
                line[width - 1] = separator.join(line[width - 1 :])
            del line[width:]
        elif len(line) < width:
            notices.append(Notice(NoticeCode.ROW_SHORT, number))
            line.extend([""] * (width - len(line)))
        records[number] = line
    return header, records, notices
