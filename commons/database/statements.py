"""Running the SQL files that stand beside the code which uses them, and copying frames into temporary tables."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from pyarrow import csv

from commons.database.connection import Connection
from commons.territory import filled

NULL, TAB, NOTHING, LINE_END = "\\N", *(pa.scalar(sign, pa.large_string()) for sign in ("\t", "", "\n"))
ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


def statement(package: str, name: str) -> str:
    """Return the text of `package`/`name`.sql, with the territory's values."""
    return filled((files(package) / f"{name}.sql").read_text("utf-8"))


def run_file(
    connection: Connection, package: str, name: str, values: Mapping[str, object] | None = None
) -> psycopg.Cursor[Any]:
    """Return the cursor of the last statement of `package`/`name`.sql, run with these named values.

    The values are quoted on this side of the connection, so that a file may hold several statements; a percent
    sign in it is written twice.
    """
    cursor = psycopg.ClientCursor(connection)
    cursor.execute(statement(package, name), values or {})
    while cursor.nextset():
        pass
    return cursor


def copy_rows(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    """Append rows to a table (`schema.name`, or the name of a temporary one) by COPY."""
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row(row)


@dataclass(frozen=True)
class CopyText:
    """A frame as COPY takes it: the columns, and a line of tab-parted text for each row, without its end."""

    columns: tuple[str, ...]
    lines: pa.LargeStringArray

    def beside(self, name: str, values: pa.Array) -> "CopyText":
        """Return the same with one column more, of numbers, before the others."""
        told = values.cast(pa.large_string())
        return CopyText((name, *self.columns), pc.binary_join_element_wise(told, self.lines, TAB))


def copy_text(frame: pd.DataFrame) -> CopyText:
    """Return a frame as COPY takes it, made column by column and not row by row; None and NaN are null.

    The columns are called as the table's; those without any value are left out, and the table's default holds for them.
    Arrays and JSON are given as PostgreSQL writes them.
    """
    columns = {str(name): _whole(pa.array(values, from_pandas=True)) for name, values in frame.items()}
    told = {name: values for name, values in columns.items() if values.null_count < len(values)} or columns
    texts = [_escaped(values.cast(pa.large_string())) for values in told.values()]
    lines = pc.binary_join_element_wise(*texts, TAB, null_handling="replace", null_replacement=NULL)
    return CopyText(tuple(told), lines)


def _whole(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _escaped(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Return the texts with what parts columns and rows written as COPY reads it; hardly any text has such a thing."""
    held = _bytes_of(texts)
    for sign, written in ESCAPES:
        if sign.encode() in held:
            texts = pc.replace_substring(texts, sign, written)
    return texts


def send_copy(connection: Connection, table: str, rows: CopyText) -> None:
    """Append what `copy_text` made to a table (`schema.name`, or the name of a temporary one)."""
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    )
    text = _bytes_of(pc.binary_join_element_wise(rows.lines, NOTHING, LINE_END))
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write(text)


def _bytes_of(texts: pa.LargeStringArray) -> bytes:
    """Return the texts one after the other."""
    _, offsets, held = texts.buffers()
    if not len(texts) or held is None:
        return b""
    ends = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    text: bytes = held.slice(ends[0], ends[-1] - ends[0]).to_pybytes()
    return text


def copy_frame(connection: Connection, table: str, frame: pd.DataFrame) -> None:
    """Append a frame to a table by COPY, as `copy_text` says."""
    send_copy(connection, table, copy_text(frame))


def read_copy(connection: Connection, command: str, types: Mapping[str, str]) -> pd.DataFrame:
    """Return what a `COPY (…) TO STDOUT (FORMAT csv, HEADER)` gives, column by column; an empty value is missing.

    `types` are Arrow's names of them, column by column; one that is not named is read as text.
    """
    text = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(command.encode()) as copy:
        for block in copy:
            text.write(block)
    header = text.getvalue().partition(b"\n")[0].decode().split(",")
    told = {name: pa.type_for_alias(types.get(name, "string")) for name in header}
    convert = csv.ConvertOptions(column_types=told, strings_can_be_null=True, null_values=[""])
    parse = csv.ParseOptions(newlines_in_values=True)
    text.seek(0)
    found: pd.DataFrame = csv.read_csv(text, parse_options=parse, convert_options=convert).to_pandas()
    return found
