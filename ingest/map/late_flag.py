"""A consent flag that a file shows only further down: what came before was read as if there were none."""

from commons.errors import CommonsError
from ingest.map.headers import fold_header, header_words
from ingest.map.mapping import FLAG_FIELDS, Mapping
from ingest.read.table import RawTable


def refuse_late_flag(raw: RawTable, mapping: Mapping) -> None:
    """Raise CommonsError where a later chunk has a column named as a flag that the mapping does not know."""
    known = set(mapping.column_of.values())
    for column in map(str, raw.rows.columns):
        fields = {field for field, _ in header_words().get(fold_header(column), ())}
        if column not in known and fields & set(FLAG_FIELDS) - set(mapping.column_of):
            raise CommonsError("map_flag_late", column=column)
