"""Which column of a file means which canonical field, and what else is to be done with its values."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field

import pandas as pd

from ingest.map.fields import FLAG_FIELDS
from ingest.notices import Notice
from ingest.read.table import RawTable


@dataclass(frozen=True)
class Match:
    """One column of the file, the field it is taken for, how sure that is (0 to 1), and from what."""

    column: str
    field: str
    confidence: float
    reason: str  # "header", "words", "typo", "values", "preset", or "person"


@dataclass(frozen=True)
class Split:
    """One column that holds several fields: parted by a separator as it stands, or by a pattern of ours."""

    column: str
    fields: tuple[str, ...]
    separator: str | None = None
    pattern: str | None = None
    reason: str = field(default="person", compare=False)


@dataclass(frozen=True)
class Mapping:
    """A proposal, or a person's confirmed choice: every field at most once, every column at most once.

    `questions` are for a person: about columns that a proposal left out although their headers name a field.
    `constants` has what a field is in every row; `values` by field what a partner's word means; the columns of `ignore`
    are left out altogether. Columns of `also` have a field too, and count where its own is empty. A column that is in
    none of these is kept in the extras.
    """

    matches: tuple[Match, ...]
    constants: Table[str, str] = field(default_factory=dict)
    splits: tuple[Split, ...] = ()
    values: Table[str, Table[str, str]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    also: Table[str, tuple[str, ...]] = field(default_factory=dict)
    questions: tuple[Notice, ...] = field(default=(), compare=False)

    @property
    def column_of(self) -> dict[str, str]:
        """Return the file's column by canonical field; several fields may be parts of one column."""
        parts = {name: split.column for split in self.splits for name in split.fields}
        return {match.field: match.column for match in self.matches} | parts

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that the file must have."""
        return (*(match.column for match in self.matches), *(split.column for split in self.splits))

    @property
    def fields(self) -> frozenset[str]:
        """Return the fields that every row of the file has something for, or an empty cell."""
        return frozenset(self.column_of) | frozenset(self.constants)

    @property
    def flags_present(self) -> frozenset[str]:
        """Return the consent flags that the file has a column for, or the mapping a constant."""
        return self.fields & frozenset(FLAG_FIELDS)

    def header_of(self, name: str) -> str | None:
        """Return where the texts of a field stand in the file, None for a constant.

        >>> Mapping((), splits=(Split("Lieu", ("postcode", "municipality"), ","),)).header_of("postcode")
        'Lieu: postcode'
        """
        if any(name in split.fields for split in self.splits):
            return f"{self.column_of[name]}: {name}"
        return self.column_of.get(name)


@dataclass(frozen=True)
class MappedTable:
    """The same rows under canonical names, still text; `extras` has the columns that no field took.

    `raw` is without the columns that the mapping ignores: nothing of them is stored, not even in a row set aside.
    """

    raw: RawTable
    mapping: Mapping
    fields: pd.DataFrame
    extras: pd.DataFrame
    notices: tuple[Notice, ...]
