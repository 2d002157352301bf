"""The rows of an ODS while its XML goes by, so that memory grows neither with the file nor with what it repeats."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NoReturn
from xml.parsers import expat

from commons.errors import CommonsError
from ingest.read.archive import refuse_bomb
from ingest.read.sheet import ERROR, FORMULA, MERGED, Hidden, Line, PlainCell
from ingest.read.table import MAX_COLUMNS, plain_number

MAX_ROWS = 1_048_576
"""What a spreadsheet can hold; a file that repeats a row more often was not made by one."""
MAX_PIECE = 1_048_576
"""Characters of a cell, or bytes of a tag that does not end."""
ROW_LETTERS = 32
"""What a row weighs beside its letters where the weight of what is repeated is counted."""
KNOWN_NAMES = 1024
BLANK = PlainCell(None)
DURATION = re.compile(r"PT(\d{1,4})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")
PREFIX = {
    f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0": short
    for name, short in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("drawing", "draw"),
    )
} | {"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext"}  # fmt: skip
CELLS = ("table:table-cell", "table:covered-table-cell")
NOT_CONTENT = (
    "office:annotation",
    "office:forms",
    "table:tracked-changes",
    "table:dde-links",
    "table:shapes",
)
"""Remarks, earlier versions, pictures: all may hold texts and tables of their own. So may whatever is drawn."""
UNSEEN = ("collapse", "filter")
BREAKS = {"text:s": " ", "text:tab": "\t", "text:line-break": "\n"}


class OdsStream:
    """The first visible sheet with a filled row, read from the chunks of a document's XML.

    `packed` is the size of the archive they came out of; what is repeated counts as unpacked. `others` has, once all
    lines have been taken, how many filled lines each other sheet has.
    """

    def __init__(self, chunks: Iterable[bytes], packed: int) -> None:
        self.others: dict[str, int] = {}
        self.hidden = Hidden()
        self._chunks, self._packed = chunks, packed
        self._ready: deque[tuple[int, int, list[PlainCell]]] = deque()
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._skipped = 0
        self._in_sheet = self._has_lines = False
        self._other: str | None = None
        self._number = self._letters = 0
        self._row: list[PlainCell] = []
        self._row_times = self._gap = 0
        self._row_is_hidden = False
        self._columns = 0
        self._merged: dict[int, tuple[int, PlainCell]] = {}
        self._cell: dict[str, str] | None = None
        self._texts: list[str] = []
        self._cell_letters = self._paragraphs = 0

    def lines(self) -> Iterator[Line]:
        """Yield the filled rows. Raises CommonsError where the document is broken, or repeats itself endlessly."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._add
        read = 0
        try:
            for chunk in self._chunks:
                parser.Parse(chunk, False)
                read += len(chunk)
                if read - parser.CurrentByteIndex > MAX_PIECE:
                    _refuse()
                refuse_bomb(self._letters, self._packed)
                yield from self._take()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise CommonsError("read_workbook_broken") from error

    def _take(self) -> Iterator[Line]:
        while self._ready:
            number, times, cells = self._ready.popleft()
            yield from ((number + nth, cells) for nth in range(times))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = _short(name)
        if self._skipped or name in NOT_CONTENT or name.startswith("draw:"):
            self._skipped += 1
        elif name in CELLS:
            self._cell, self._texts, self._cell_letters = _named(attributes), [], 0
        elif name == "text:p":
            self._paragraphs += 1
            self._add("\n" if self._texts else "")
        elif name in BREAKS:
            self._add(BREAKS[name])
        elif name == "table:table-row":
            told = _named(attributes)
            self._row, self._gap = [], 0
            self._row_times = _times(told, "table:number-rows-repeated")
            self._row_is_hidden = told.get("table:visibility") in UNSEEN
        elif name == "table:table-column" and self._in_sheet:
            self._add_columns(_named(attributes))
        elif name == "table:table":
            self._start_sheet(_named(attributes))
        elif name == "style:style":
            self._style = _named(attributes).get("style:name", "")
        elif name == "style:table-properties" and _named(attributes).get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def _start_sheet(self, attributes: dict[str, str]) -> None:
        """Begin a sheet, or skip one that is within a cell; a hidden or a further one is only counted."""
        if self._in_sheet:
            self._skipped = 1
            return
        is_hidden = attributes.get("table:style-name", "") in self._hidden_styles
        self._other = attributes.get("table:name", "") if self._has_lines or is_hidden else None
        self._in_sheet, self._number, self._columns, self._merged = True, 0, 0, {}

    def _add_columns(self, attributes: dict[str, str]) -> None:
        """Take notice of columns that are not shown."""
        first = self._columns
        self._columns = min(first + _times(attributes, "table:number-columns-repeated"), MAX_COLUMNS)
        if self._other is None and not self._has_lines and attributes.get("table:visibility") in UNSEEN:
            self.hidden.columns |= {*range(first, self._columns)}

    def _end(self, name: str) -> None:
        name = _short(name)
        if self._skipped:
            self._skipped -= 1
        elif name == "table:table":
            self._in_sheet = False
        elif name == "table:table-row":
            self._end_row()
        elif name in CELLS and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif name == "text:p":
            self._paragraphs -= 1

    def _add(self, text: str) -> None:
        if self._cell is None or not self._paragraphs or self._skipped:
            return
        self._texts.append(text)
        self._cell_letters += len(text)
        if self._cell_letters > MAX_PIECE:
            _refuse()

    def _end_cell(self, attributes: dict[str, str]) -> None:
        """Put the cell into its row as often as it is repeated, where that is not wider than any row may be."""
        cell = _cell_of(attributes, "".join(self._texts))
        place = len(self._row) + self._gap
        if (
            (rows := _times(attributes, "table:number-rows-spanned")) > 1
            and cell != BLANK
            and place < MAX_COLUMNS
        ):
            self._merged[place] = (self._number + rows, PlainCell(cell.value, MERGED))
        times = _times(attributes, "table:number-columns-repeated")
        if cell == BLANK:
            self._gap = min(self._gap + times, MAX_COLUMNS + 1)
            return
        room = MAX_COLUMNS + 1 - len(self._row)
        self._row += ([BLANK] * self._gap + [cell] * min(times, room))[:room]
        self._gap = 0

    def _end_row(self) -> None:
        first = self._number
        self._number += self._row_times
        if not (self._in_sheet and self._row):
            return
        if self._other is not None:
            self.others[self._other] = self.others.get(self._other, 0) + self._row_times
            return
        self._fill_merged(first)
        letters = ROW_LETTERS + sum(len(cell.value or "") + 1 for cell in self._row)
        self._letters += letters * self._row_times
        if self._number > MAX_ROWS:
            _refuse()
        if self._row_is_hidden:
            self.hidden.rows |= {*range(first, self._number)}
        self._ready.append((first, self._row_times, self._row))
        self._has_lines = True

    def _fill_merged(self, number: int) -> None:
        """Put into the row the value of cells above that go over it too."""
        for place, (end, cell) in self._merged.items():
            if number < end:
                self._row += [BLANK] * (place + 1 - len(self._row))
                if self._row[place] == BLANK:
                    self._row[place] = cell


def _cell_of(attributes: dict[str, str], text: str) -> PlainCell:
    """Return a cell: its value as text, as its type says. A formula that shows nothing is a blank cell."""
    if attributes.get("calcext:value-type", "") == "error":
        return PlainCell(None, ERROR)
    value: str | None
    match attributes.get("office:value-type", ""):
        case "float" | "percentage" | "currency":
            value = _number(attributes.get("office:value", ""))
        case "date":
            value = attributes.get("office:date-value", "").removesuffix("T00:00:00")
        case "time":
            value = attributes.get("office:time-value", "")
            if written := DURATION.fullmatch(value):
                value = ":".join(part.zfill(2) for part in written.groups())
        case "boolean":
            value = attributes.get("office:boolean-value", "")
        case _:
            value = attributes.get("office:string-value", "") or text
    is_unknown = not value and "office:value-type" not in attributes
    is_formula = "table:formula" in attributes and (is_unknown or value)
    return PlainCell(value, FORMULA) if is_formula else PlainCell(value or None)


def _number(digits: str) -> str:
    try:
        return plain_number(float(digits))
    except ValueError:
        return digits


def _times(attributes: dict[str, str], name: str) -> int:
    digits = attributes.get(name)
    if digits is None:
        return 1
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(MAX_ROWS))):
        _refuse()
    return int(digits)


@lru_cache(KNOWN_NAMES)
def _short(name: str) -> str:
    """Return a name as everybody knows it, whatever prefix the file gives its namespace."""
    space, _, local = name.rpartition(" ")
    return f"{PREFIX.get(space, space)}:{local}"


def _named(attributes: dict[str, str]) -> dict[str, str]:
    return {_short(name): value for name, value in attributes.items()}


def _refuse() -> NoReturn:
    raise CommonsError("read_archive_unsafe")
