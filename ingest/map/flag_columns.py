"""Columns that look like consent flags: none may be passed over, for its rows would be read as if it said nothing."""

import pandas as pd

from commons.errors import CommonsError
from ingest.headers import fold_header, header_words
from ingest.map.by_header import by_header, could_be_flag
from ingest.map.by_words import fields_said
from ingest.map.fields import FLAG_FIELDS
from ingest.map.mapping import Mapping
from ingest.map.nothing import filled_texts
from ingest.map.unclear import is_refusing
from ingest.read.table import OWN_COLUMNS, RawTable


def flag_of(column: str, texts: pd.Series) -> str | None:
    """Return the consent flag that a column looks like, by its header; of one called "contact" by its texts too."""
    filled = filled_texts(texts)
    if fold_header(column) == "contact" and not could_be_flag("contact", filled):
        return None
    fields = (match.field for _, match in by_header(column, filled))
    said, is_all = fields_said(column)
    is_heard = is_all and not is_refusing(column)
    return next((field for field in (*fields, *(said if is_heard else ())) if field in FLAG_FIELDS), None)


def unheeded_flags(raw: RawTable, mapping: Mapping) -> dict[str, str]:
    """Return the columns that look like a flag and are not mapped to it, each with that flag.

    To ignore such a column, to take it for something else or to put a constant in its place would drop what it says.
    """
    looks = {column: flag_of(column, texts) for column, texts in _columns(raw).items()}
    column_of = mapping.column_of
    return {column: flag for column, flag in looks.items() if flag and column_of.get(flag) != column}


def refuse_unheeded_flag(raw: RawTable, mapping: Mapping) -> None:
    """Raise CommonsError where a mapping leaves a consent flag of the file unheeded."""
    for column, flag in unheeded_flags(raw, mapping).items():
        raise CommonsError("mapping.flag_unheeded", column=column, flag=flag)


def refuse_late_flag(raw: RawTable, mapping: Mapping) -> None:
    """Raise CommonsError where a later chunk has a column named as a flag that the mapping does not know.

    A constant is no column: it lets no flag pass.
    """
    for column, texts in _columns(raw).items():
        named = {field for field, _ in header_words().get(fold_header(column), ())} & set(FLAG_FIELDS)
        if column not in mapping.columns and (named or flag_of(column, texts)):
            raise CommonsError("map_flag_late", column=column)


def _columns(raw: RawTable) -> dict[str, pd.Series]:
    return {str(name): texts for name, texts in raw.rows.items() if name not in OWN_COLUMNS}
