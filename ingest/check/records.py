"""The only type that the next step, store, accepts: records that passed every check."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from commons.schema.fields import STORED_FIELDS
from ingest.map.fields import FLAG_FIELDS
from ingest.notices import Notice, NoticeCode, notice_frame


@dataclass(frozen=True)
class CheckedRecords:
    """Checked rows and an account of the others: `rows_in == len(frame) + len(set_aside)` always holds.

    `frame` has `CANONICAL_COLUMNS`. A missing value is None in every column but `lon` and `lat` (WGS84,
    float64, NaN). Dates are `datetime.date`; `name_composed`, `statistics` and `reuse` True, False or None; `offers`,
    `needs` and `participations` lists; `extras` a dict.
    `set_aside` has the file's own columns, and `_row` (1-based) and `_codes` (`|`-separated) before them.
    `notices` is the frame of `ingest.notices.notice_frame`.
    `flags_present` names the consent flags that the file has a column for.
    """

    frame: pd.DataFrame
    notices: pd.DataFrame
    rows_in: int
    set_aside: pd.DataFrame
    flags_present: frozenset[str]

    def __post_init__(self) -> None:
        if self.rows_in != len(self.frame) + len(self.set_aside):
            raise AssertionError("rows in do not equal rows checked and set aside")


def concat_checked(chunks: Iterable[CheckedRecords]) -> CheckedRecords:
    """Return the checked chunks of one file as one; what several remark of the whole file is remarked once."""
    parts = list(chunks)
    if len(parts) == 1:
        return parts[0]
    return CheckedRecords(
        frame=pd.concat([part.frame for part in parts], ignore_index=True),
        notices=pd.concat([part.notices for part in parts], ignore_index=True).drop_duplicates(),
        rows_in=sum(part.rows_in for part in parts),
        set_aside=pd.concat([part.set_aside for part in parts], ignore_index=True),
        flags_present=parts[0].flags_present,
    )


def with_none_ready(chunk: CheckedRecords) -> CheckedRecords:
    """Return the chunk, the last of a file of which no row was ready, with a notice that says so."""
    said = notice_frame([Notice(NoticeCode.NONE_READY)])
    return replace(chunk, notices=pd.concat([said, chunk.notices], ignore_index=True))


CANONICAL_COLUMNS = (
    "row_number",
    "partner_key",
    *STORED_FIELDS,
    "lon",
    "lat",
    "participations",
    *FLAG_FIELDS,
)
