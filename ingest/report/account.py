"""The account of one upload: its file, its columns, its rows, its remarks, its places, and what readers see of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from commons.consent.effects import Effect
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.overview import dataset_overview
from commons.partners import Dataset
from ingest.map.mapping import Mapping
from ingest.notices import NoticeCode
from ingest.report.fates import Fates, read_fates
from ingest.report.sent import SentUpload, find_upload

FIRST_ROWS = 20
"""Row numbers told of each remark: enough to begin with; the file of rows set aside has all that matter."""

CONSTANT = "constant"
FILLS = "fills"
"""The reason of a column that counts where another of the same field is empty."""
CONSTANT_CODES = (NoticeCode.FLAG_CONSTANT.value, NoticeCode.FIELD_CONSTANT.value)


@dataclass(frozen=True)
class ColumnUse:
    """A column of the file, the field it was taken for, and from what: of an old upload only whether it was a guess.

    Of a field that is the same in every row, `column` is that word, empty where it is not known any more.
    """

    column: str
    field: str
    reason: str  # as of `ingest.map.mapping.Match`, else "constant", "fills", "told" or "guessed"


@dataclass(frozen=True)
class UploadAccount:
    """All that can be told of an upload. It names columns, row numbers and constants, and quotes no value of a row.

    `notices`: code, column, rows (how many), first_rows. `effects` is what it did to each reader, None where that is
    not known; then `standing` tells what there is of the dataset today: records, shared, partners, public.
    """

    dataset: Dataset
    sent: SentUpload
    columns: tuple[ColumnUse, ...]
    notices: pd.DataFrame
    fates: Fates
    effects: tuple[Effect, ...] | None
    standing: dict[str, int] | None
    is_trial: bool = False


def account_of(
    connection: Connection,
    dataset: Dataset,
    upload_id: int,
    *,
    mapping: Mapping | None = None,
    effects: Sequence[Effect] | None = None,
) -> UploadAccount:
    """Return the account of one of the dataset's uploads, or raise CommonsError.

    What only the upload itself knows is given where it is at hand: why each column was taken for its field, and what
    changed for readers.
    """
    sent = find_upload(connection, dataset, upload_id)
    values = {"upload_id": upload_id, "first_rows": FIRST_ROWS}
    rows = run_file(connection, "ingest.report", "notices", values).fetchall()
    notices = pd.DataFrame(rows, columns=["code", "column", "rows", "first_rows"], dtype=object)
    told = None if effects is None else tuple(effects)
    return UploadAccount(
        dataset=dataset,
        sent=sent,
        columns=_columns(mapping) if mapping else _stored_columns(connection, upload_id, notices),
        notices=notices,
        fates=read_fates(connection, dataset, upload_id),
        effects=told,
        standing=_standing(connection, dataset) if told is None else None,
    )


def _columns(mapping: Mapping) -> tuple[ColumnUse, ...]:
    parts = (
        ColumnUse(split.column, field, split.reason) for split in mapping.splits for field in split.fields
    )
    constants = (ColumnUse(word, field, CONSTANT) for field, word in mapping.constants.items())
    return (
        *(ColumnUse(match.column, match.field, match.reason) for match in mapping.matches),
        *parts,
        *(ColumnUse(column, field, FILLS) for field, columns in mapping.also.items() for column in columns),
        *constants,
    )


def _stored_columns(connection: Connection, upload_id: int, notices: pd.DataFrame) -> tuple[ColumnUse, ...]:
    guessed = set(notices.loc[notices["code"] == NoticeCode.COLUMN_GUESSED.value, "column"])
    rows = connection.execute(
        "SELECT m.key, m.value FROM commons.upload u, jsonb_each_text(u.mapping) m"
        " WHERE u.upload_id = %s ORDER BY m.key",
        (upload_id,),
    ).fetchall()
    saved = connection.execute(
        "SELECT c.key, c.value FROM commons.upload u JOIN commons.saved_mapping s USING (saved_mapping_id),"
        " jsonb_each_text(s.document -> 'constants') c WHERE u.upload_id = %s",
        (upload_id,),
    ).fetchall()
    words: dict[str, str] = dict(saved)
    constants = sorted(set(notices.loc[notices["code"].isin(CONSTANT_CODES), "column"]))
    return (
        *(ColumnUse(column, field, "guessed" if column in guessed else "told") for field, column in rows),
        *(ColumnUse(words.get(field, ""), field, CONSTANT) for field in constants),
    )


def _standing(connection: Connection, dataset: Dataset) -> dict[str, int]:
    overview = dataset_overview(connection)
    mine = overview.loc[overview["dataset"] == dataset.slug, ["records", "shared", "partners", "public"]]
    return {str(name): int(value) for name, value in mine.iloc[0].items()}
