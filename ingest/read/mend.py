"""Texts that were encoded twice ("CafÃ©"), put right: UTF-8 that somebody took for another encoding and saved again."""

import re
from dataclasses import replace
from functools import cache, partial

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.notices import Notice, NoticeCode
from ingest.patterns import per_value
from ingest.read.table import RawTable

MISTAKEN = ("cp1252", "mac_roman", "cp850")
"""What UTF-8 is taken for: on Windows, on a Macintosh, in a console."""
TIMES = 3
"""How often a text is looked at again: what was saved wrongly may have been before."""
SEQUENCES = (
    ("c3", range(0x80, 0xC0)),  # À to ÿ
    ("c2", range(0x80, 0xC0)),  # a hard blank, « and », °; and what was encoded three times
    ("c5", (0x92, 0x93, 0xB8, 0xA0, 0xA1, 0xBD, 0xBE)),  # Œ, œ, Ÿ, Š, š, Ž, ž
    ("c6", (0x92,)),  # ƒ, which is what becomes of Ã
    ("cb", (0x86, 0x9C)),
    ("e280", range(0x80, 0xC0)),  # dashes, quotes, …
    ("e282", (0xAC,)),  # €
    ("e284", (0xA2,)),  # TM, which is what becomes of an apostrophe
    ("efbb", (0xBF,)),  # the mark of UTF-8
)
"""The first bytes and the last one of each character of UTF-8 that is mended: those of French and Dutch."""


def mended(raw: RawTable) -> RawTable:
    """Return the rows with texts and titles that were encoded twice put right, and a notice for each cell."""
    titles = {str(name): mend(str(name)) for name in raw.rows.columns}
    if len(set(titles.values())) < len(titles):
        titles = {name: name for name in titles}
    changed: dict[str, pd.Series] = {}
    notices: list[Notice] = []
    for name in titles:
        texts = raw.rows[name]
        if not _is_spoilt(texts):
            continue
        changed[name] = better = per_value(texts, mend).astype("str")
        rows = texts.index[better.ne(texts).fillna(value=False).to_numpy(dtype=bool)]
        notices += [Notice(NoticeCode.TEXT_MENDED, int(row), titles[name]) for row in rows]
    if not changed and all(name == title for name, title in titles.items()):
        return raw
    rows_mended = raw.rows.assign(**changed).rename(columns=titles)
    about = tuple(replace(n, column=titles.get(n.column or "", n.column)) for n in raw.notices)
    return replace(raw, rows=rows_mended, notices=(*about, *notices))


def _is_spoilt(texts: pd.Series) -> bool:
    cells = pa.array(texts).drop_null()
    odd = cells.filter(pc.invert(pc.string_is_ascii(cells)))
    return bool(pc.any(pc.match_substring_regex(odd, _pattern())).as_py())


def mend(text: str) -> str:
    """Return the text with every character that was encoded twice put right; all else stays.

    >>> mend("CafÃ© Â« Ã‰tÃ© Â»"), mend("Caf√©"), mend("Ã la carte"), mend("Café «É»")
    ('Café « Été »', 'Café', 'Ã la carte', 'Café «É»')
    """
    for _ in range(TIMES):
        better = text
        for encoding in MISTAKEN:
            better = re.sub(_pattern(encoding), partial(_decoded, encoding=encoding), better)
        if better == text:
            break
        text = better
    return text


def _decoded(found: re.Match[str], encoding: str) -> str:
    return b"".join(_byte(character, encoding) for character in found[0]).decode().removeprefix("\ufeff")


def _byte(character: str, encoding: str) -> bytes:
    """Return the byte for which a character was taken; control characters stand for themselves."""
    return character.encode("latin-1" if character < "\xa0" else encoding)


@cache
def _pattern(encoding: str | None = None) -> str:
    """Return the pattern of a character that was taken for several of the encoding, or of any."""
    if encoding is None:
        return "|".join(_pattern(name) for name in MISTAKEN)
    return "|".join(
        f"{_characters(bytes.fromhex(lead), encoding)}[{''.join(_either(byte, encoding) for byte in last)}]"
        for lead, last in SEQUENCES
    )


def _characters(lead: bytes, encoding: str) -> str:
    return "".join(f"[{_either(byte, encoding)}]" for byte in lead)


def _either(byte: int, encoding: str) -> str:
    """Return what a byte is taken for, escaped; where an encoding has nothing there, some write a control character."""
    taken = bytes([byte]).decode(encoding, "ignore")
    control = chr(byte) if encoding == "cp1252" and byte < 0xA0 else ""
    return re.escape(taken + control)
