"""What the checks work on: the mapped columns becoming records, and what was found on the way."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from ingest.map.mapping import MappedTable
from ingest.notices import NoticeCode, Severity, coded_frame


@dataclass(frozen=True)
class Finding:
    """One code for all the rows where `rows` is True (None: the file as a whole); `field` is canonical.

    `columns` are headers instead of a field: those that a person should look at.
    """

    code: NoticeCode
    rows: pd.Series | None = None
    field: str | None = None
    columns: tuple[str, ...] = ()


@dataclass
class Memory:
    """What the chunks of a file before this one have settled.

    Its system of coordinates and the order of their axes; the keys and the places in use. A place is the hash of a name
    and of where it is. `has_names` once any row had a name; `date_orders`: how a field's dates are written.
    """

    crs: int | None = None
    is_swapped: bool | None = None
    keys: set[str] = field(default_factory=set)
    places: set[int] = field(default_factory=set)
    has_names: bool = False
    date_orders: dict[str, set[str]] = field(default_factory=dict)


@dataclass
class Draft:
    """Records in the making, a column each, all indexed by row number.

    A check reads texts, sets columns and yields findings; it never drops a row. `leftovers` are the texts that could
    not be understood: they go to the record's extras under the partner's own header.
    """

    source: MappedTable
    memory: Memory = field(default_factory=Memory)
    columns: dict[str, pd.Series] = field(default_factory=dict)
    leftovers: dict[str, pd.Series] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.index = self.source.raw.rows.index
        self.columns = {str(name): texts for name, texts in self.source.fields.items()}
        self.refused = pd.Series(data=False, index=self.index)
        self._none = pd.Series(pd.NA, index=self.index, dtype="str")

    def has(self, name: str) -> bool:
        """Say whether the file has a column for the field, or its mapping a constant."""
        return name in self.source.mapping.fields

    def texts(self, name: str) -> pd.Series:
        """Return the field's texts, all missing where the file has no column for it."""
        return self.columns.get(name, self._none)

    def leave(self, name: str, rows: pd.Series) -> None:
        """Keep the field's present texts of these rows as leftovers."""
        self.keep(name, self.texts(name).where(rows))

    def keep(self, name: str, texts: pd.Series) -> None:
        """Keep texts as leftovers of the field."""
        header = self.source.mapping.header_of(name)
        if texts.notna().any() and header is not None:
            self.leftovers[header] = texts

    def consume(self, findings: Iterable[Finding]) -> Iterator[pd.DataFrame]:
        """Yield the notices of the findings that are about any row; an error refuses its rows, or all of them."""
        for finding in findings:
            if finding.rows is not None and not finding.rows.any():
                continue
            if finding.code.severity is Severity.ERROR:
                self.refused |= True if finding.rows is None else finding.rows
            rows: list[int | None] = [None] if finding.rows is None else self.index[finding.rows].tolist()
            column = ", ".join(finding.columns) or self.source.mapping.column_of.get(finding.field or "")
            yield coded_frame(finding.code, rows, column)
