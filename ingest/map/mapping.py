"""Which column of a file means which canonical field."""

from dataclasses import dataclass

import pandas as pd

from commons.errors import CommonsError
from ingest.notices import Notice, NoticeCode
from ingest.read.table import RawTable

FLAG_FIELDS = (
    "visibility",
    "precision",
    "contact",
    "statistics",
    "reuse",
    "licence",
    "consent_by",
    "consent_on",
    "consent_until",
    "consent_evidence",
)
"""The columns that carry consent; each fails closed."""

OWN_COLUMNS = ("_row", "_codes", "_fix")
"""What the export of rows set aside adds; when it comes back corrected, they are no data."""


@dataclass(frozen=True)
class Match:
    """One column of the file, the field it is taken for, how sure that is (0 to 1), and from what."""

    column: str
    field: str
    confidence: float
    reason: str  # "header", "typo", "values", or "person"


@dataclass(frozen=True)
class Mapping:
    """A proposal, or a person's confirmed choice: every field at most once, every column at most once."""

    matches: tuple[Match, ...]

    @property
    def column_of(self) -> dict[str, str]:
        """Return the file's column by canonical field."""
        return {match.field: match.column for match in self.matches}

    @property
    def flags_present(self) -> frozenset[str]:
        """Return the consent flags that the file has a column for."""
        return frozenset(self.column_of) & frozenset(FLAG_FIELDS)


@dataclass(frozen=True)
class MappedTable:
    """The same rows under canonical names, still text; `extras` has the columns that no field took."""

    raw: RawTable
    mapping: Mapping
    fields: pd.DataFrame
    extras: pd.DataFrame
    notices: tuple[Notice, ...]


def apply_mapping(raw: RawTable, mapping: Mapping) -> MappedTable:
    """Return the file's rows under canonical names; blank cells are missing.

    Raises CommonsError where the file lacks a column of the mapping: a flag that vanished must not open a record.
    """
    for match in mapping.matches:
        if match.column not in raw.rows.columns:
            raise CommonsError("map_column_missing", column=match.column)
    table = raw.rows.drop(columns=list(OWN_COLUMNS), errors="ignore")
    is_ours = "_codes" in raw.rows.columns
    filled = table.apply(_blank_as_missing, is_ours=is_ours) if len(table.columns) else table
    taken = {match.column: match.field for match in mapping.matches}
    fields = filled[list(taken)].rename(columns=taken)
    extras = filled.drop(columns=list(taken))
    notices = [
        *(
            Notice(NoticeCode.COLUMN_GUESSED, column=m.column)
            for m in mapping.matches
            if m.reason in ("typo", "values")
        ),
        *(Notice(NoticeCode.COLUMN_UNMAPPED, column=column) for column in extras.columns),
    ]
    return MappedTable(raw, mapping, fields, extras, (*raw.notices, *notices))


def _blank_as_missing(texts: pd.Series, *, is_ours: bool) -> pd.Series:
    """Return the texts without blanks around them; our own export's apostrophe before a formula goes too."""
    stripped = texts.str.strip()
    if is_ours:
        stripped = stripped.str.replace(r"^'(?=\s*[^\w\s])", "", regex=True)
    return stripped.mask(stripped.eq("").fillna(value=False).astype(bool))
