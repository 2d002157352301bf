"""What a sheet of a workbook says of its rows and columns, and openpyxl does not while it streams."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from openpyxl.utils.cell import range_boundaries

from ingest.read.sheet import Hidden, Merged

BLOCK_BYTES = 1_048_576
TAG = re.compile(rb"<(?:\w+:)?(row|col|mergeCell)\b([^>]*)>")
ATTRIBUTE = re.compile(r"(\w+)\s*=\s*[\"']([^\"']*)[\"']")
MOST_MERGED = 100_000
TRUE = ("1", "true")


@dataclass
class SheetScan:
    """The rows and columns that are hidden, and the cells that go over several rows."""

    hidden: Hidden = field(default_factory=Hidden)
    merged: list[Merged] = field(default_factory=list)


def scan_sheet(file: BinaryIO, member: str) -> SheetScan:
    """Return what the sheet in that member of a workbook says. The archive was measured before."""
    scan, number = SheetScan(), -1
    for name, attributes in _tags(file, member):
        match name:
            case "row":
                number = int(attributes["r"]) - 1 if "r" in attributes else number + 1
                if attributes.get("hidden") in TRUE:
                    scan.hidden.rows.add(number)
            case "col" if attributes.get("hidden") in TRUE:
                scan.hidden.columns |= {*range(int(attributes["min"]) - 1, int(attributes["max"]))}
            case "mergeCell" if len(scan.merged) < MOST_MERGED:
                left, top, _, bottom = range_boundaries(attributes["ref"])
                if left and top and bottom and bottom > top:
                    scan.merged.append(Merged(top - 1, bottom - 1, left - 1))
    return scan


def _tags(file: BinaryIO, member: str) -> Iterator[tuple[str, dict[str, str]]]:
    rest = b""
    with zipfile.ZipFile(file) as archive, archive.open(member) as source:
        while block := source.read(BLOCK_BYTES):
            text = rest + block
            end = text.rfind(b"<")
            rest = text[end:] if end >= 0 else b""
            for found in TAG.finditer(text, 0, max(end, 0)):
                yield found[1].decode(), dict(ATTRIBUTE.findall(found[2].decode("utf-8", "replace")))
        for found in TAG.finditer(rest):
            yield found[1].decode(), dict(ATTRIBUTE.findall(found[2].decode("utf-8", "replace")))
