"""In which encoding the table of a shapefile is: what is declared is wrong too often."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from ingest.read.encoding import SAMPLE_BYTES, WINDOWS, Encoding, is_mostly_utf8, likely_encoding

UTF_8 = "utf-8"
RECORDS_AT_ONCE = 4096


def dbf_encoding(shapefile: Path) -> Encoding:
    """Return the encoding of the shapefile's texts; it is a guess where nothing is declared, or something wrong."""
    declared = _declared(shapefile.with_suffix(".cpg"))
    sample = _sample(shapefile.with_suffix(".dbf"))
    if not sample:
        return Encoding(declared or UTF_8)
    if is_mostly_utf8(sample):
        return Encoding(UTF_8, is_guessed=declared != UTF_8)
    name = likely_encoding(sample, None if declared == UTF_8 else declared) or WINDOWS
    return Encoding(name, is_guessed=name != declared)


def _declared(file: Path) -> str | None:
    """Return the encoding that a `.cpg` names, as Python calls it; None where it names none."""
    if not file.is_file():
        return None
    name = file.read_bytes()[:64].decode("ascii", "ignore").strip().lower()
    name = re.sub(r"^(?:ansi|oem|windows|cp)?[ -]*(\d{3,4})$", r"cp\1", name)
    name = re.sub(r"^(?:iso)?[ -]*8859[ -]*(\d{1,2})$", r"iso8859-\1", name)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _sample(file: Path) -> bytes:
    """Return records of a table that are not ASCII."""
    kept: list[bytes] = []
    for record in _records(file):
        if not record.isascii():
            kept.append(record)
            if len(kept) * len(record) > SAMPLE_BYTES:
                break
    return b"\n".join(kept)


def _records(file: Path) -> Iterator[bytes]:
    with file.open("rb") as table:
        head = table.read(32)
        first, width = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
        table.seek(first)
        while width and (block := table.read(width * RECORDS_AT_ONCE)):
            yield from (block[at : at + width] for at in range(0, len(block), width))
