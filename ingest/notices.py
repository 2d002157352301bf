"""What ingest has to say about a partner's file: codes, severities, and their texts in three languages.

A notice points at a row and a column and never quotes a value, so that a report holds nobody's personal data.
Texts: `notice.<CODE>.what` and `notice.<CODE>.fix` in `commons/i18n/notices.toml`; `docs/notices.md` has all.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import pandas as pd

from commons.i18n import translate
from commons.vocabulary import Language

FIRST_ROWS = 5
"""How many row numbers a summary names before it stops."""


class Severity(StrEnum):
    """What a notice did: an error set the row aside, a warning left a value out or asks for a look, info tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class NoticeCode(StrEnum):
    """Everything that ingest may remark; the value is the code that people and pages see."""

    severity: Severity

    def __new__(cls, value: str, severity: Severity) -> Self:
        """Return the member with its severity beside its value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.severity = severity
        return member

    # the file
    NONE_READY = "NONE_READY", Severity.ERROR
    NAME_COLUMN_MISSING = "NAME_COLUMN_MISSING", Severity.ERROR
    ROW_NO_PLACE = "ROW_NO_PLACE", Severity.ERROR
    ENCODING_GUESSED = "ENCODING_GUESSED", Severity.INFO
    TEXT_MENDED = "TEXT_MENDED", Severity.WARNING
    QUOTES_ESCAPED = "QUOTES_ESCAPED", Severity.INFO
    ROW_RAGGED = "ROW_RAGGED", Severity.ERROR
    ROW_MISQUOTED = "ROW_MISQUOTED", Severity.ERROR
    ROW_SHORT = "ROW_SHORT", Severity.INFO
    HEADER_MISSING = "HEADER_MISSING", Severity.WARNING
    LINES_ABOVE_TITLES = "LINES_ABOVE_TITLES", Severity.INFO
    HEADER_REPEATED = "HEADER_REPEATED", Severity.WARNING
    HEADER_EMPTY = "HEADER_EMPTY", Severity.INFO
    FORMULA_VALUE = "FORMULA_VALUE", Severity.INFO
    FORMULA_DROPPED = "FORMULA_DROPPED", Severity.WARNING
    OTHER_SHEETS_IGNORED = "OTHER_SHEETS_IGNORED", Severity.WARNING
    OTHER_LAYERS_IGNORED = "OTHER_LAYERS_IGNORED", Severity.WARNING
    DELETED_LEFT_OUT = "DELETED_LEFT_OUT", Severity.WARNING
    HIDDEN_READ = "HIDDEN_READ", Severity.WARNING
    CELLS_MERGED = "CELLS_MERGED", Severity.INFO
    GEOMETRY_UNREADABLE = "GEOMETRY_UNREADABLE", Severity.WARNING
    GEOMETRY_NOT_POINT = "GEOMETRY_NOT_POINT", Severity.INFO
    GEOMETRY_IS_LINE = "GEOMETRY_IS_LINE", Severity.WARNING
    # the mapping
    COLUMN_UNMAPPED = "COLUMN_UNMAPPED", Severity.INFO
    COLUMN_FILLS = "COLUMN_FILLS", Severity.INFO
    COLUMN_GUESSED = "COLUMN_GUESSED", Severity.INFO
    COLUMN_IGNORED = "COLUMN_IGNORED", Severity.INFO
    FLAG_CONSTANT = "FLAG_CONSTANT", Severity.INFO
    FIELD_CONSTANT = "FIELD_CONSTANT", Severity.INFO
    SPLIT_UNREADABLE = "SPLIT_UNREADABLE", Severity.WARNING
    COLUMN_OF_TIMES = "COLUMN_OF_TIMES", Severity.WARNING
    COLUMN_ENDS_MOST = "COLUMN_ENDS_MOST", Severity.WARNING
    COLUMN_OF_PEOPLE = "COLUMN_OF_PEOPLE", Severity.WARNING
    COLUMN_OF_REPORTERS = "COLUMN_OF_REPORTERS", Severity.WARNING
    # texts
    NAME_MISSING = "NAME_MISSING", Severity.ERROR
    NAME_IS_VALUE = "NAME_IS_VALUE", Severity.ERROR
    NAME_COMPOSED = "NAME_COMPOSED", Severity.INFO
    WORD_FOR_NOTHING = "WORD_FOR_NOTHING", Severity.INFO
    SPREADSHEET_ERROR = "SPREADSHEET_ERROR", Severity.WARNING
    MARKUP_REMOVED = "MARKUP_REMOVED", Severity.INFO
    TEXT_CLEANED = "TEXT_CLEANED", Severity.INFO
    TEXT_CUT = "TEXT_CUT", Severity.WARNING
    TEXT_GARBLED = "TEXT_GARBLED", Severity.WARNING
    PARTNER_KEY_REPEATED = "PARTNER_KEY_REPEATED", Severity.ERROR
    KEY_RUINED = "KEY_RUINED", Severity.WARNING
    ROW_LOOKS_REPEATED = "ROW_LOOKS_REPEATED", Severity.WARNING
    TEXT_TELLS_PLACE = "TEXT_TELLS_PLACE", Severity.WARNING
    TEXT_TELLS_CONTACT = "TEXT_TELLS_CONTACT", Severity.WARNING
    # position
    NO_POSITION = "NO_POSITION", Severity.WARNING
    POSITION_UNREADABLE = "POSITION_UNREADABLE", Severity.WARNING
    CRS_GUESSED = "CRS_GUESSED", Severity.INFO
    CRS_CORRECTED = "CRS_CORRECTED", Severity.WARNING
    CRS_MIXED = "CRS_MIXED", Severity.WARNING
    CRS_UNKNOWN = "CRS_UNKNOWN", Severity.ERROR
    DECIMALS_RESTORED = "DECIMALS_RESTORED", Severity.WARNING
    AXES_SWAPPED = "AXES_SWAPPED", Severity.WARNING
    OUTSIDE_REGION = "OUTSIDE_REGION", Severity.ERROR
    # fields
    CATEGORY_MISSING = "CATEGORY_MISSING", Severity.INFO
    CATEGORY_UNKNOWN = "CATEGORY_UNKNOWN", Severity.INFO
    DATE_UNREADABLE = "DATE_UNREADABLE", Severity.WARNING
    DATES_MONTH_FIRST = "DATES_MONTH_FIRST", Severity.WARNING
    FOUNDED_IN_FUTURE = "FOUNDED_IN_FUTURE", Severity.WARNING
    DATE_FROM_SERIAL = "DATE_FROM_SERIAL", Severity.INFO
    DATES_REVERSED = "DATES_REVERSED", Severity.WARNING
    EMAIL_INVALID = "EMAIL_INVALID", Severity.WARNING
    WEBSITE_INVALID = "WEBSITE_INVALID", Severity.WARNING
    WEBSITE_IS_MAP = "WEBSITE_IS_MAP", Severity.WARNING
    PHONE_INVALID = "PHONE_INVALID", Severity.WARNING
    ADDRESS_UNREADABLE = "ADDRESS_UNREADABLE", Severity.WARNING
    POSTCODE_INVALID = "POSTCODE_INVALID", Severity.WARNING
    POSTCODE_ELSEWHERE = "POSTCODE_ELSEWHERE", Severity.WARNING
    SECOND_VALUE_DROPPED = "SECOND_VALUE_DROPPED", Severity.WARNING
    HOURS_UNREADABLE = "HOURS_UNREADABLE", Severity.WARNING
    ENTERPRISE_NUMBER_INVALID = "ENTERPRISE_NUMBER_INVALID", Severity.WARNING
    SUBJECT_UNKNOWN = "SUBJECT_UNKNOWN", Severity.INFO
    RESOURCE_KIND_UNKNOWN = "RESOURCE_KIND_UNKNOWN", Severity.WARNING
    PARTICIPATION_UNEVEN = "PARTICIPATION_UNEVEN", Severity.WARNING
    # consent
    FLAG_EMPTY = "FLAG_EMPTY", Severity.INFO
    FLAG_MERGED = "FLAG_MERGED", Severity.WARNING
    REMARK_REFUSES = "REMARK_REFUSES", Severity.WARNING
    FLAG_UNREADABLE = "FLAG_UNREADABLE", Severity.WARNING
    FLAG_SAYS_YES = "FLAG_SAYS_YES", Severity.WARNING
    PRECISION_UNREADABLE = "PRECISION_UNREADABLE", Severity.WARNING
    YES_NO_UNREADABLE = "YES_NO_UNREADABLE", Severity.WARNING
    LICENCE_UNKNOWN = "LICENCE_UNKNOWN", Severity.WARNING
    CONSENT_DATE_UNREADABLE = "CONSENT_DATE_UNREADABLE", Severity.WARNING
    CONSENT_CLOSED = "CONSENT_CLOSED", Severity.ERROR
    CONSENT_DATES_REVERSED = "CONSENT_DATES_REVERSED", Severity.WARNING
    OPENED_CLOSED = "OPENED_CLOSED", Severity.WARNING
    ERASED = "ERASED", Severity.ERROR
    LIKE_ERASED = "LIKE_ERASED", Severity.ERROR
    LIKE_WITHDRAWN = "LIKE_WITHDRAWN", Severity.ERROR

    def what(self, language: Language | None = None) -> str:
        """Return what was found."""
        return translate(f"notice.{self.value}.what", language)

    def fix(self, language: Language | None = None) -> str:
        """Return what the partner can do about it."""
        return translate(f"notice.{self.value}.fix", language)


@dataclass(frozen=True)
class Notice:
    """One remark: its code and where it applies (no row means the whole file, no column the whole row)."""

    code: NoticeCode
    row_number: int | None = None
    column: str | None = None


def unread(code: NoticeCode, part: str, rows: int) -> Notice:
    """Return the notice that a sheet or layer was not read: its name, and its number of rows where that is known.

    >>> unread(NoticeCode.OTHER_SHEETS_IGNORED, "2025", 12).column
    '2025 (12)'
    """
    return Notice(code, column=f"{part} ({rows})" if rows >= 0 else part)


KEPT_BY_NUMBER = (NoticeCode.ERASED, NoticeCode.LIKE_ERASED, NoticeCode.LIKE_WITHDRAWN)
"""Of a row that such a code sets aside nothing is kept but its number."""

NOTICE_COLUMNS = ("code", "severity", "row_number", "column")


def notice_frame(notices: Iterable[Notice]) -> pd.DataFrame:
    """Return the notices as a frame of `NOTICE_COLUMNS`; `row_number` is Int64, missing for the file."""
    listed = list(notices)
    return pd.DataFrame(
        {
            "code": pd.Series([n.code.value for n in listed], dtype="str"),
            "severity": pd.Series([n.code.severity.value for n in listed], dtype="str"),
            "row_number": pd.Series([n.row_number for n in listed], dtype="Int64"),
            "column": pd.Series([n.column for n in listed], dtype="str"),
        }
    )


def coded_frame(code: NoticeCode, row_numbers: list[int | None], column: str | None) -> pd.DataFrame:
    """Return the frame of one notice about many rows."""
    index = pd.RangeIndex(len(row_numbers))
    return pd.DataFrame(
        {
            "code": pd.Series(code.value, index=index, dtype="str"),
            "severity": pd.Series(code.severity.value, index=index, dtype="str"),
            "row_number": pd.Series(row_numbers, index=index, dtype="Int64"),
            "column": pd.Series(column, index=index, dtype="str"),
        }
    )


def summarise(notices: pd.DataFrame) -> pd.DataFrame:
    """Return a line per code and column: `code`, `severity`, `column`, `rows` (how many), `first_rows`."""
    grouped = notices.groupby(["code", "severity", "column"], dropna=False, sort=False)["row_number"]
    summary = grouped.agg(
        rows="count", first_rows=lambda rows: rows.dropna().astype(int).head(FIRST_ROWS).tolist()
    ).reset_index()
    return _most_grave_first(summary)


def add_up(summaries: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the summaries of a file's chunks, in their order, as one."""
    every = pd.concat(list(summaries), ignore_index=True)
    grouped = every.groupby(["code", "severity", "column"], dropna=False, sort=False)
    summed = grouped.agg(
        rows=("rows", "sum"),
        first_rows=("first_rows", lambda lists: [row for rows in lists for row in rows][:FIRST_ROWS]),
    ).reset_index()
    return _most_grave_first(summed)


def _most_grave_first(summary: pd.DataFrame) -> pd.DataFrame:
    """Return the lines by severity; an error of the whole file comes before those of rows."""
    order = summary["severity"].map({severity.value: rank for rank, severity in enumerate(Severity)})
    return (
        summary.assign(
            _order=order,
            _in_rows=summary["rows"].gt(0) | summary["severity"].ne(Severity.ERROR.value),
            _first=[rows[0] if rows else 0 for rows in summary["first_rows"]],
        )
        .sort_values(
            ["_order", "_in_rows", "rows", "_first", "code", "column"],
            ascending=[True, True, False, True, True, True],
        )
        .drop(columns=["_order", "_in_rows", "_first"])
    )


def notices_page() -> str:
    """Return `docs/notices.md`: every code with its severity and its English texts."""
    lines = [
        "# Notices",
        "",
        "What the report of an upload may say, made by `python -m ingest.notices > docs/notices.md`. An *error* set",
        "the row aside; a *warning* left a value out, changed it, closed the record, or asks for a second look; *info*",
        "only tells.",
        "The French and Dutch texts stand beside these in `commons/i18n/notices.toml`.",
        "",
        "| code | severity | what it says | what to do |",
        "|---|---|---|---|",
    ]
    rows = (
        f"| `{code.value}` | {code.severity.value} | {code.what(Language.EN)} | {code.fix(Language.EN)} |"
        for code in NoticeCode
    )
    return "\n".join([*lines, *(row.replace("separated by |", "separated by \\|") for row in rows)]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(notices_page())
