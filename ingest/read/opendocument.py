"""OpenDocument spreadsheets (ODS), their values as text; of a formula what it last showed is taken, and told."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from commons.errors import CommonsError
from ingest.notices import NoticeCode, unread
from ingest.read.archive import unpacked
from ingest.read.ods_stream import OdsStream
from ingest.read.sheet import below_heading, count_rows, read_lines
from ingest.read.table import Format, RawTable, in_chunks, one_behind

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"


def read_opendocument(path: Path) -> Iterator[RawTable]:
    """Yield the rows of the first visible sheet that has any. Raises CommonsError where none has, or it broke."""
    if b"encryption-data" in b"".join(unpacked(path, MANIFEST)):
        raise CommonsError("read_workbook_locked")
    with closing(unpacked(path, CONTENT)) as content:
        stream = OdsStream(content, path.stat().st_size)
        heading, lines, above = below_heading(stream.lines())
        if heading is None:
            return
        for chunk in one_behind(in_chunks(lines)):
            others = [
                unread(NoticeCode.OTHER_SHEETS_IGNORED, name, count_rows(rows))
                for name, rows in stream.others.items()
            ]
            yield read_lines(heading, chunk, Format.ODS, [*others, *above], stream.hidden)
