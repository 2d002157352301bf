"""In which encoding a text is: decided by its bytes, whatever is declared."""

import codecs
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode

BLOCK_BYTES = 1_048_576
SAMPLE_BYTES = 262_144
"""Of lines that are not ASCII: enough letters to tell encodings apart."""
MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}", re.DOTALL
)
"""A character of more than one byte in UTF-8."""
HIGH = re.compile(rb"[\x80-\xff]")
MOSTLY = 10
"""Stray bytes for each character of UTF-8 up to which a text is UTF-8 with some lines of another origin."""
STRAY = "commons_stray"
"""The error handler that reads a byte which is no UTF-8 as Windows-1252."""

WINDOWS, LATIN_9 = "cp1252", "iso8859-15"
OTHERS = ("cp850", "mac_roman")
"""DOS and old Macintosh, where Windows-1252 makes no sense."""
LETTERS = dict.fromkeys("éèàêëçïîôöûùâüœæáíóúñäß", 2.0) | {"é": 5.0, "è": 3.0, "à": 3.0}
"""The letters of French and Dutch that are not ASCII, the common ones weighing more."""
SYMBOLS = "«»\u2018\u2019\u201c\u201d…\u2013\u2014€°·•²³®©™§½¼¾±\u00d7\u00a0\u202f"
BETWEEN_LETTERS = "\u2019·•\u2013\u00a0"
ALONE = "àéèç"
UNLIKELY = -2.0


class Encoding(NamedTuple):
    """An encoding as `open` takes it, and whether it is a guess."""

    name: str
    errors: str = "strict"
    is_guessed: bool = False


@contextmanager
def opened_text(path: Path) -> Iterator[tuple[TextIO, str, list[Notice]]]:
    """Open a text in its encoding; with the encoding's name, and a notice where it is a guess.

    Raises CommonsError where the bytes are no text.
    """
    encoding = detect_encoding(path)
    notices = [Notice(NoticeCode.ENCODING_GUESSED)] if encoding.is_guessed else []
    with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as file:
        yield file, encoding.name, notices


def detect_encoding(path: Path) -> Encoding:
    """Return the encoding in which the whole file is text, or raise CommonsError.

    It is UTF-8, UTF-16 with its mark, UTF-8 with stray bytes of Windows-1252, or what its letters make likely.
    """
    with path.open("rb") as file:
        head = file.read(len(codecs.BOM_UTF8))
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: Iterable[Encoding] = [Encoding("utf-16")]
    else:
        mark = "utf-8-sig" if head == codecs.BOM_UTF8 else "utf-8"
        candidates = _of_eight_bits(path, mark)
    for encoding in candidates:
        try:
            with path.open(encoding=encoding.name, errors=encoding.errors, newline="") as file_as_text:
                if any("\x00" in block for block in iter(lambda: file_as_text.read(BLOCK_BYTES), "")):
                    break
        except UnicodeError:
            continue
        return encoding
    raise CommonsError("read_not_text")


def _of_eight_bits(path: Path, mark: str) -> Iterator[Encoding]:
    yield Encoding(mark)
    sample = _sample(path)
    if is_mostly_utf8(sample):
        yield Encoding(mark, STRAY, is_guessed=True)
    if name := likely_encoding(sample):
        yield Encoding(name, is_guessed=True)


def _sample(path: Path) -> bytes:
    """Return the first lines of a file that are not ASCII."""
    kept: list[bytes] = []
    with path.open("rb") as file:
        for block in iter(lambda: file.read(BLOCK_BYTES), b""):
            kept += [line for line in block.splitlines() if not line.isascii()]
            if sum(map(len, kept)) > SAMPLE_BYTES:
                break
    return b"\n".join(kept)


def is_mostly_utf8(data: bytes) -> bool:
    """Say whether most of what is not ASCII is UTF-8, though some of it may not be.

    >>> is_mostly_utf8("é".encode() + bytes([0xE9])), is_mostly_utf8("là-bas, été".encode("cp1252"))
    (True, False)
    """
    characters = len(MULTIBYTE.findall(data))
    stray = len(HIGH.findall(MULTIBYTE.sub(b"", data)))
    return characters > 0 and stray <= MOSTLY * characters


def likely_encoding(sample: bytes, declared: str | None = None) -> str | None:
    """Return the encoding in which a text that is no UTF-8 reads most like French or Dutch, None where none does.

    Windows-1252 needs no likeness, only that nothing else is likelier; a declared one neither.

    >>> [likely_encoding("Café de la Réparation".encode(name)) for name in ("cp1252", "cp850", "mac_roman")]
    ['cp1252', 'cp850', 'mac_roman']
    """
    scores = {name: likeness(sample, name) for name in (declared or WINDOWS, WINDOWS, LATIN_9, *OTHERS)}
    readable = {name: score for name, score in scores.items() if score is not None}
    usual = readable.get(WINDOWS, UNLIKELY)
    if declared in readable and readable[declared] >= max(usual, UNLIKELY):
        return declared
    if usual > 0:
        return LATIN_9 if readable[LATIN_9] > usual else WINDOWS
    best = max(OTHERS, key=lambda name: readable.get(name, UNLIKELY))
    if readable.get(best, UNLIKELY) > 0:
        return best
    return next((name for name in (WINDOWS, declared) if name in readable), None)


def likeness(sample: bytes, encoding: str) -> float | None:
    """Return how much the bytes read like French or Dutch in an encoding; None where they are no text in it."""
    try:
        text = f" {sample.decode(encoding)} "
    except (UnicodeError, LookupError):
        return None
    return sum(
        _weight(*text[found.start() - 1 : found.start() + 2]) for found in re.finditer(r"[^\x00-\x7f]", text)
    )


def _weight(before: str, character: str, after: str) -> float:
    if not character.isalpha():
        is_inside = before.isalpha() and after.isalpha() and character not in BETWEEN_LETTERS
        return UNLIKELY if is_inside or character not in SYMBOLS else 0.5
    is_odd = character.isupper() and before.islower()
    is_lone = not (before.isalpha() or after.isalpha()) and character.lower() not in ALONE
    return UNLIKELY if is_odd or is_lone else LETTERS.get(character.lower(), UNLIKELY)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode(WINDOWS, "replace"), error.end


codecs.register_error(STRAY, _as_windows)
