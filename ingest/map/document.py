"""A mapping as a document: TOML for people, the same tree as JSON in the database. Reading it is strict."""

import json
import tomllib
from collections.abc import Mapping as Table
from datetime import date
from typing import Any, NoReturn

from commons.categories.scheme import fold
from commons.errors import CommonsError
from ingest.map.fields import (
    CODED,
    CONSTANT_FIELDS,
    FILLED_BY_OTHERS,
    FLAG_FIELDS,
    IDLE_ALONE,
    NAME_FIELDS,
    all_fields,
    allowed,
    contradicts,
    is_allowed,
)
from ingest.map.mapping import Mapping, Match, Split
from ingest.map.split import PATTERNS, pattern_fields

PARTS = ("ignore", "columns", "also", "constants", "splits", "values")
MAX_BYTES = 1_000_000
"""More than any list of words that a person maps; what is longer is no mapping."""


def parse_mapping(text: bytes) -> Mapping:
    """Return the mapping that a TOML text says, or raise CommonsError with the first thing that is wrong in it."""
    if len(text) > MAX_BYTES:
        _refuse("too_large", limit=MAX_BYTES // 1000)
    try:
        tree = tomllib.loads(text.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        raise CommonsError("mapping.not_toml") from None
    return read_mapping(tree)


def read_mapping(tree: Table[str, Any]) -> Mapping:
    """Return the mapping of a document's tree; what a person says is as sure as can be."""
    for part in tree:
        if part not in PARTS:
            _refuse("unknown_part", part=part, parts=", ".join(PARTS))
    columns = _texts(tree.get("columns", {}), "columns")
    mapping = Mapping(
        matches=tuple(Match(column, field, 1.0, "person") for column, field in columns.items()),
        constants={name: _word(word, "constants") for name, word in _table(tree, "constants").items()},
        splits=tuple(_split(column, told) for column, told in _table(tree, "splits").items()),
        values={field: _words(field, told) for field, told in _table(tree, "values").items()},
        ignore=tuple(_list(tree.get("ignore", []), "ignore")),
        also={name: tuple(_list(columns, "also")) for name, columns in _table(tree, "also").items()},
    )
    _check_fields(mapping)
    _check_also(mapping)
    _check_constants(mapping)
    _check_values(mapping)
    return mapping


def as_tree(mapping: Mapping) -> dict[str, Any]:
    """Return the document's tree of a mapping; parts with nothing in them are left out."""
    tree: dict[str, Any] = {
        "ignore": list(mapping.ignore),
        "columns": {match.column: match.field for match in mapping.matches},
        "also": {name: list(columns) for name, columns in mapping.also.items() if columns},
        "constants": dict(mapping.constants),
        "splits": {split.column: _told(split) for split in mapping.splits},
        "values": {field: dict(words) for field, words in mapping.values.items()},
    }
    return {part: told for part, told in tree.items() if told}


def as_toml(mapping: Mapping, remarks: Table[str, str] | None = None) -> str:
    """Return the document as TOML, a remark after each line of `columns` that has one.

    >>> print(as_toml(Mapping((Match("Nom", "name", 1.0, "header"),), ignore=("Notes",))))
    ignore = ["Notes"]
    <BLANKLINE>
    [columns]
    "Nom" = "name"
    <BLANKLINE>
    """
    tree = as_tree(mapping)
    lines = [f"ignore = {_quoted(tree.pop('ignore'))}", ""] if "ignore" in tree else []
    nested = {"splits", "values"}
    for part, told in tree.items():
        tables = (
            {f"{part}.{_quoted(name)}": inner for name, inner in told.items()}
            if part in nested
            else {part: told}
        )
        for name, table in tables.items():
            lines.append(f"[{name}]")
            for key, value in table.items():
                remark = (remarks or {}).get(key, "") if part == "columns" else ""
                lines.append(f"{_quoted(key)} = {_quoted(value)}{f'  # {remark}' if remark else ''}")
            lines.append("")
    return "\n".join(lines)


def _quoted(value: str | list[str]) -> str:
    """Return a text or a list of texts as TOML; its basic strings are JSON's, but for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _told(split: Split) -> dict[str, Any]:
    if split.pattern is not None:
        return {"pattern": split.pattern}
    return {"separator": split.separator, "fields": list(split.fields)}


def _split(column: str, told: Any) -> Split:
    match told:
        case {"pattern": str(pattern), **rest} if not rest:
            if pattern not in PATTERNS:
                _refuse("split_pattern", column=column, known=", ".join(PATTERNS))
            return Split(column, pattern_fields(pattern), pattern=pattern)
        case {"separator": str(separator), "fields": [_, _, *_] as fields, **rest} if separator and not rest:
            return Split(column, tuple(_list(fields, "splits")), separator=separator)
    raise CommonsError("mapping.split_form", column=column)


def _check_fields(mapping: Mapping) -> None:
    """Raise CommonsError where a field is unknown or given twice, a column is used twice, or a split cannot be."""
    given = [
        *(match.field for match in mapping.matches),
        *(name for split in mapping.splits for name in split.fields),
        *mapping.constants,
    ]
    for place, name in enumerate(given):
        if name not in all_fields():
            _refuse("unknown_field", field=name)
        if name in given[:place]:
            _refuse("field_twice", field=name)
    used = [*mapping.columns, *mapping.ignore, *(column for each in mapping.also.values() for column in each)]
    for place, column in enumerate(used):
        if column in used[:place]:
            _refuse("column_twice", column=column)
    for split in mapping.splits:
        for name in split.fields:
            if name in NAME_FIELDS or name in FLAG_FIELDS:
                _refuse("split_field", field=name)


def _check_also(mapping: Mapping) -> None:
    """Raise CommonsError where further columns are given for a field that takes none, or that has no first."""
    for name in mapping.also:
        if name not in FILLED_BY_OTHERS or name not in mapping.column_of:
            _refuse("also_field", field=name, known=", ".join(sorted(FILLED_BY_OTHERS)))


def _check_constants(mapping: Mapping) -> None:
    for name, word in mapping.constants.items():
        if name not in CONSTANT_FIELDS:
            _refuse("constant_field", field=name, known=", ".join(sorted(CONSTANT_FIELDS)))
        if not is_allowed(name, word):
            _refuse("constant_value", field=name, known=allowed(name))
        if name in IDLE_ALONE and "visibility" not in mapping.fields:
            _refuse("constant_idle", field=name)


def _check_values(mapping: Mapping) -> None:
    """Raise CommonsError where a word is exchanged for none of ours, or a consent for its contrary.

    The words are a partner's: an entry is told by its number.
    """
    for name, words in mapping.values.items():
        if name not in CODED:
            _refuse("value_field", field=name, known=", ".join(CODED))
        if name not in mapping.column_of:
            _refuse("value_idle", field=name)
        seen: set[str] = set()
        for number, (said, meant) in enumerate(words.items(), start=1):
            if not fold(said) or fold(said) in seen:
                _refuse("value_twice", field=name, number=number)
            if not is_allowed(name, meant):
                _refuse("value_unknown", field=name, number=number, known=allowed(name))
            if contradicts(name, said, meant):
                _refuse("value_contradicts", field=name, number=number)
            seen.add(fold(said))


def _table(tree: Table[str, Any], part: str) -> dict[str, Any]:
    told = tree.get(part, {})
    if not isinstance(told, dict):
        _refuse("malformed", part=part)
    return told


def _texts(told: Any, part: str) -> dict[str, str]:
    if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
        _refuse("malformed", part=part)
    return told


def _list(told: Any, part: str) -> list[str]:
    if not isinstance(told, list) or not all(isinstance(item, str) for item in told):
        _refuse("malformed", part=part)
    return told


def _words(field: str, told: Any) -> dict[str, str]:
    if not isinstance(told, dict):
        _refuse("malformed", part=f"values.{field}")
    return {said: _word(meant, "values") for said, meant in told.items()}


def _word(value: Any, part: str) -> str:
    """Return what TOML may say of one value as the text that a cell would hold."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | int():
            return str(value).strip()
        case date():
            return value.isoformat()[:10]
    raise CommonsError("mapping.malformed", part=part)


def _refuse(key: str, **values: object) -> NoReturn:
    raise CommonsError(f"mapping.{key}", **values)
