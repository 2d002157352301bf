"""A mapping changed by hand, column by column."""

from collections.abc import Mapping as Table
from dataclasses import replace

from ingest.map.document import as_tree, read_mapping
from ingest.map.mapping import Mapping, Match


def with_choices(mapping: Mapping, choices: Table[str, str | None]) -> Mapping:
    """Return the mapping in which each of these columns is the field chosen for it, None for no field.

    Constants, splits, columns left out and columns that fill another stay; words and further columns of a field
    that no column gives any more go. Raises CommonsError where the choices cannot be, as where two are one field.
    """
    rest = [match for match in mapping.matches if match.column not in choices]
    chosen = [Match(column, field, 1.0, "person") for column, field in choices.items() if field]
    changed = replace(mapping, matches=(*rest, *chosen))
    values = {field: words for field, words in mapping.values.items() if field in changed.column_of}
    also = {
        field: tuple(column for column in columns if not choices.get(column))
        for field, columns in mapping.also.items()
        if field in changed.column_of
    }
    return read_mapping(as_tree(replace(changed, values=values, also=also)))
