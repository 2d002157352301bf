"""Running the SQL files that stand beside the code which uses them, and copying frames into temporary tables."""

import io
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import pandas as pd
import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import csv

from commons.database.connection import Connection


def statement(package: str, name: str) -> str:
    """Return the text of `package`/`name`.sql."""
    return (files(package) / f"{name}.sql").read_text("utf-8")


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


def copy_frame(connection: Connection, table: str, frame: pd.DataFrame) -> None:
    """Append a frame to a table by COPY, column by column and not row by row; None and NaN are null.

    The columns are called as the table's. Arrays and JSON are given as PostgreSQL writes them.
    """
    columns = {str(name): pa.array(values, from_pandas=True) for name, values in frame.items()}
    text = io.BytesIO()
    csv.write_csv(pa.table(columns), text, csv.WriteOptions(include_header=False))
    command = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        copy.write(text.getbuffer())
