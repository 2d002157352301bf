"""Which column of a file means which canonical field."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingest.notices import Notice
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


@dataclass(frozen=True)
class Match:
    """One column of the file, the field it is taken for, how sure that is (0 to 1), and from what."""

    column: str
    field: str
    confidence: float
    reason: str  # "header" | "typo" | "values"


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
    points: np.ndarray | None
    notices: tuple[Notice, ...]
