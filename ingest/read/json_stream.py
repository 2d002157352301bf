"""A JSON document whose one long array is read item by item, so that memory does not grow with the file."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn, TextIO

from commons.errors import CommonsError
from ingest.read.delimited import MAX_LINE_CHARACTERS, lines_of

BLOCK_CHARACTERS = 1_048_576
MAX_ITEM_CHARACTERS = 32 * 1_048_576
"""A feature or another member of the document longer than this is no alternative."""
BLANK = re.compile(r"[ \t\r\n]*")
WHOLE = 2
"""Characters that must follow a value in the buffer: a number could go on where it ends."""


class JsonStream:
    """A JSON document, of which the array `long` is yielded item by item; or the array that it is, where it may be one.

    All else is kept in `members`; `has_long` says, once an item was yielded, whether it was one of `long`. Raises
    CommonsError where it is not JSON, has a key twice, NaN or Infinity, is nested too deep, or has no end.
    """

    def __init__(self, file: TextIO, long: str, *, may_be_array: bool = False) -> None:
        self.members: dict[str, Any] = {}
        self.has_long = False
        self._file, self._long, self._may_be_array = file, long, may_be_array
        self._text, self._at, self._line = "", 0, 1
        self._ended = False
        self._decoder = strict_decoder()

    def items(self) -> Iterator[Any]:
        """Yield the items of the long array, then go on to the end of the document."""
        if self._peek() == "[":
            if not self._may_be_array:
                raise CommonsError("read_not_a_collection")
            yield from self._array()
        else:
            yield from self._object()
        if self._peek():
            self._refuse()

    def _object(self) -> Iterator[Any]:
        self._expect("{")
        if self._peek() == "}":
            self._expect("}")
            return
        while True:
            yield from self._member()
            if self._expect(",", "}") == "}":
                return

    def _member(self) -> Iterator[Any]:
        name = self._value()
        if not isinstance(name, str):
            self._refuse()
        self._expect(":")
        if name in self.members:
            raise CommonsError("read_json_key_twice")
        if name == self._long and self._peek() == "[":
            self.members[name] = []
            self.has_long = True
            yield from self._array()
        else:
            self.members[name] = self._value()

    def _array(self) -> Iterator[Any]:
        self._expect("[")
        if self._peek() == "]":
            self._expect("]")
            return
        while True:
            yield self._value()
            if self._expect(",", "]") == "]":
                return

    def _value(self) -> Any:
        """Return the next whole value. What is left of the buffer after it shows that it was whole."""
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._more():
                    raise CommonsError("read_json", line=self._line_of(error.pos)) from error
            except RecursionError as error:
                raise CommonsError("read_json_too_deep") from error
            except ValueError as error:  # an integer of thousands of digits
                raise CommonsError("read_json_number") from error
            else:
                if end + WHOLE <= len(self._text) or not self._more():
                    self._at = end
                    return value

    def _peek(self) -> str:
        """Return the next character that is not blank, nothing at the end."""
        while True:
            found = BLANK.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _expect(self, *signs: str) -> str:
        sign = self._peek()
        if sign not in signs or not sign:
            self._refuse()
        self._at += 1
        return sign

    def _more(self) -> bool:
        """Read on, and forget what lies behind; False at the end of the file."""
        if self._ended:
            return False
        left = len(self._text) - self._at
        if left > MAX_ITEM_CHARACTERS:
            raise CommonsError("read_feature_too_large")
        # As much again as is left: a long item is not begun anew too often.
        block = self._file.read(max(BLOCK_CHARACTERS, left))
        if block:
            self._line += self._text.count("\n", 0, self._at)
            self._text, self._at = self._text[self._at :] + block, 0
        self._ended = not block
        return bool(block)

    def _refuse(self) -> NoReturn:
        raise CommonsError("read_json", line=self._line_of(self._at))

    def _line_of(self, position: int) -> int:
        return self._line + self._text.count("\n", 0, position)


class JsonLines:
    """Objects written one on each line, also as a text sequence (RFC 8142); read like the items of an array."""

    def __init__(self, file: TextIO) -> None:
        self.members: dict[str, Any] = {}
        self.has_long = False
        self._file = file

    def items(self) -> Iterator[Any]:
        """Yield the objects. Raises CommonsError as `JsonStream` does."""
        decoder = strict_decoder()
        for number, line in enumerate(lines_of(self._file), start=1):
            text = line.strip("\x1e \t\r\n")
            if not text:
                continue
            try:
                yield decoder.decode(text)
            except json.JSONDecodeError as error:
                raise CommonsError("read_json", line=number) from error
            except RecursionError as error:
                raise CommonsError("read_json_too_deep") from error
            except ValueError as error:
                raise CommonsError("read_json_number") from error


def is_lines(file: TextIO) -> bool:
    """Say whether the first line of a file is a whole item of it; the file is then at its beginning again.

    A document may stand on one line: an object that is no feature is one of several where another line follows.
    """
    lines = [file.readline(MAX_LINE_CHARACTERS).strip("\x1e\ufeff \t\r\n") for _ in range(2)]
    file.seek(0)
    try:
        first = json.loads(lines[0])
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and (first.get("type") == "Feature" or lines[1].startswith("{"))


def strict_decoder() -> json.JSONDecoder:
    """Return a decoder that refuses what a file must not hold: a key said twice, NaN, Infinity."""
    return json.JSONDecoder(
        object_pairs_hook=unique_members, parse_constant=_refuse_constant, parse_float=_finite
    )


def unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of a JSON object, none of them said twice: of two consents the last would win."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise CommonsError("read_json_key_twice")
    return members


def _refuse_constant(_: str) -> NoReturn:
    raise CommonsError("read_json_number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):  # 1e999
        raise CommonsError("read_json_number")
    return number
