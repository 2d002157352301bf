"""Applying a mapping: the rows of a file under canonical names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from commons.categories.scheme import fold
from commons.errors import CommonsError
from ingest.map.fields import FLAG_FIELDS
from ingest.map.mapping import MappedTable
from ingest.map.mapping import Mapping as FileMapping
from ingest.map.split import split_texts
from ingest.notices import Notice, NoticeCode
from ingest.patterns import per_value
from ingest.read.table import ADDED, OWN_COLUMNS, RawTable

BETWEEN_WORDS = re.compile(r"(\s*[|;,\n]\s*)")
"""What stands between the words of a cell that has several."""

GUESSED = ("words", "typo", "values")
"""Reasons of a match that a person had better look at."""


def apply_mapping(raw: RawTable, mapping: FileMapping) -> MappedTable:
    """Return the file's rows under canonical names; blank cells are missing.

    Raises CommonsError where the file lacks a column of the mapping: a flag that vanished must not open a record.
    """
    refuse_missing(raw, mapping.columns)
    ignored = [column for column in mapping.ignore if column in raw.rows.columns]
    raw = replace(raw, rows=raw.rows.drop(columns=ignored)) if ignored else raw
    table = raw.rows.drop(columns=list(OWN_COLUMNS), errors="ignore")
    is_ours = "_codes" in raw.rows.columns
    filled = table.apply(_blank_as_missing, is_ours=is_ours) if len(table.columns) else table
    taken = {match.column: match.field for match in mapping.matches}
    fields = filled[list(taken)].rename(columns=taken)
    unmapped = filled.drop(columns=list(mapping.columns))
    parted: list[Notice] = []
    left_whole = {}
    for split in mapping.splits:
        parts, unlike = split_texts(filled[split.column], split)
        fields = fields.assign(**{name: parts[name] for name in split.fields})
        if unlike.any():
            left_whole[split.column] = filled[split.column].where(unlike)
            rows = fields.index[unlike].tolist()
            parted += [Notice(NoticeCode.SPLIT_UNREADABLE, int(row), split.column) for row in rows]
    for field, columns in mapping.also.items():
        for column in columns:
            if column in unmapped:
                fields[field], unmapped[column] = filled_up(fields[field], unmapped[column])
    fields = _with_constants(_with_values(fields, mapping.values), mapping.constants)
    notices = (*raw.notices, *_remarks(mapping, list(unmapped.columns), ignored), *parted)
    return MappedTable(raw, mapping, fields, unmapped.assign(**left_whole), notices)


def filled_up(texts: pd.Series, others: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the texts, those of the others where they are empty, and the others that say something else.

    >>> here, there = (pd.Series(cells, dtype="str") for cells in (["a", None, "c"], ["a", "b", "d"]))
    >>> [cells.tolist() for cells in filled_up(here, there)]
    [['a', 'b', 'c'], [nan, nan, 'd']]
    """
    whole = texts.fillna(others)
    return whole, others.where(others.ne(whole))


def refuse_missing(raw: RawTable, columns: tuple[str, ...]) -> None:
    """Raise CommonsError where the file lacks one of the columns."""
    for column in columns:
        if column not in raw.rows.columns:
            raise CommonsError("map_column_missing", column=column)


def _remarks(mapping: FileMapping, unmapped: list[str], ignored: list[str]) -> Iterator[Notice]:
    """Yield what the mapping does to the file as a whole."""
    for match in mapping.matches:
        if match.reason in GUESSED:
            yield Notice(NoticeCode.COLUMN_GUESSED, column=match.column)
    for split in mapping.splits:
        if split.reason in GUESSED:
            yield Notice(NoticeCode.COLUMN_GUESSED, column=split.column)
    yield from mapping.questions
    asked = {question.column for question in mapping.questions}
    also = {column for columns in mapping.also.values() for column in columns}
    for column in unmapped:
        if column not in asked:
            code = NoticeCode.COLUMN_FILLS if column in also else NoticeCode.COLUMN_UNMAPPED
            yield Notice(code, column=column)
    yield from (Notice(NoticeCode.COLUMN_IGNORED, column=column) for column in ignored)
    for field in mapping.constants:
        code = NoticeCode.FLAG_CONSTANT if field in FLAG_FIELDS else NoticeCode.FIELD_CONSTANT
        yield Notice(code, column=field)


def _with_values(fields: pd.DataFrame, values: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Return the fields with the partner's words exchanged for ours; the partner's own category stays beside."""
    if "category" in values:
        fields = fields.assign(category_raw=fields["category"])
    exchanged = {field: exchange(fields[field], words, field) for field, words in values.items()}
    return fields.assign(**exchanged)


def exchange(texts: pd.Series, words: Mapping[str, str], field: str) -> pd.Series:
    """Return the texts with each known word exchanged, compared without case or accents; others stay as they are.

    A cell of several words is looked up as a whole, then word by word; a flag is one word.

    >>> exchange(pd.Series(["Atelier; Divers", "DIVERS"]), {"divers": "other"}, "category").tolist()
    ['Atelier; other', 'other']
    """
    known = {fold(word): code for word, code in words.items()}

    def read(text: str) -> str:
        if fold(text) in known or field in FLAG_FIELDS:
            return known.get(fold(text), text)
        return "".join(known.get(fold(word), word) for word in BETWEEN_WORDS.split(text))

    return per_value(texts, read).astype("str")


def _with_constants(fields: pd.DataFrame, constants: Mapping[str, str]) -> pd.DataFrame:
    same = {name: pd.Series(word, index=fields.index, dtype="str") for name, word in constants.items()}
    return fields.assign(**same)


def _blank_as_missing(texts: pd.Series, *, is_ours: bool) -> pd.Series:
    """Return the texts without blanks around them; our own export's apostrophe before a formula goes too."""
    stripped = texts.str.strip()
    if is_ours:
        stripped = stripped.str.replace(ADDED, "", regex=True)
    return stripped.mask(stripped.eq("").fillna(value=False).astype(bool))
