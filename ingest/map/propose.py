"""A mapping proposed from the headers, and from the values where headers are unknown, misspelt or lying."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from commons.errors import CommonsError
from ingest.map.by_header import HARDLY, by_header, could_be_flag
from ingest.map.by_words import by_words, fields_said, hear
from ingest.map.combined import combined
from ingest.map.fields import FLAG_FIELDS
from ingest.map.headers import fold_header
from ingest.map.mapping import Mapping, Match
from ingest.map.patterns import (
    is_email,
    is_enterprise_number,
    is_phone,
    is_postcode,
    is_website,
    to_number,
)
from ingest.map.telling import TELLING, is_numbered, of_whom, sample
from ingest.read.table import RawTable

CLEARLY = 0.8
"""Share of a column's values that must look like a field, for the values to decide."""
NAME_MAX_LETTERS = 120
NAME_DISTINCT = 0.7

BRUSSELS_POSTCODE = r"1[012]\d\d"

VALUE_TESTS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "email": is_email,
    "website": is_website,
    "enterprise_number": is_enterprise_number,
    "postcode": lambda texts: is_postcode(texts) & texts.str.contains(BRUSSELS_POSTCODE, na=False),
    "phone": is_phone,
    "lat": lambda texts: to_number(texts).between(50.7, 51.0),
    "lon": lambda texts: to_number(texts).between(4.2, 4.55),
}
"""The fields that values betray, the most telling first."""

BY_WORDS = 1_000
"""Rank of a field that words of a header make: after all that name it."""
FIRST_NAME, NAME = {"first"}, {"name"}
NOT_BY_SOME_WORDS = frozenset({*FLAG_FIELDS, "house_number", "partner_key", "lon", "lat"})
"""Consents, and numbers that could be of anything: what is not understood in a header may say to what, and of what."""
SAME_SHAPE = {"contact_email": "email", "contact_phone": "phone"}


def propose_mapping(raw: RawTable) -> Mapping:
    """Return the proposed mapping, each match with its confidence and reason.

    Raises CommonsError where two columns could be the same consent flag: a person has to say which counts.
    """
    filled = {str(name): texts[texts.str.strip().ne("") & texts.notna()] for name, texts in raw.rows.items()}
    candidates = [
        (rank, _unless_lying(match, filled[column]))
        for column in filled
        for rank, match in _said(column, filled[column])
    ]
    chosen = _one_each(_of_persons(candidates, list(filled)), list(filled))
    known = {match.column for _, match in candidates}
    unknown = {
        column: texts
        for column, texts in filled.items()
        if column not in known and len(texts) and not hear(column).is_another
    }
    splits = combined({**unknown}, {match.field for match in chosen})
    unknown = {column: texts for column, texts in unknown.items() if column not in {s.column for s in splits}}
    taken = {name for split in splits for name in split.fields}
    for column, texts in unknown.items():
        free = [field for field in VALUE_TESTS if field not in {match.field for match in chosen} | taken]
        field = of_whom(column, _by_values(texts, free))
        if field and field not in {match.field for match in chosen}:
            chosen.append(Match(column, field, 0.7, "values"))
    chosen = _with_telling(chosen, unknown, taken)
    return Mapping(tuple(_with_a_name(chosen, unknown, filled, len(raw.rows))), splits=splits)


def _said(column: str, texts: pd.Series) -> list[tuple[int, Match]]:
    """Return what a header says: as it is known, else by its words, else as a misspelt one."""
    found = by_header(column, texts)
    if any(match.reason == "header" or match.field in FLAG_FIELDS for _, match in found):
        return found
    told = by_words(column, texts)
    if told is None or not told[1]:
        fields, is_all = fields_said(column)
        return [] if hear(column).is_another or (fields and is_all) else found
    return [(BY_WORDS, Match(column, told[0], 0.85, "words"))]


def _of_persons(candidates: list[tuple[int, Match]], columns: list[str]) -> list[tuple[int, Match]]:
    """Return the candidates; where a column has first names, a bare "nom" beside it is a person's and no place's."""
    if not any(hear(column).concepts == FIRST_NAME for column in columns):
        return candidates
    return [
        (rank, replace(match, field="contact_person", confidence=0.8))
        if hear(match.column).concepts == NAME
        else (rank, match)
        for rank, match in candidates
    ]


def _with_telling(chosen: list[Match], unknown: dict[str, pd.Series], splits: set[str]) -> list[Match]:
    """Return the matches with one for each column left that known names, forms or some words of its header tell."""
    matches = list(chosen)
    for column, texts in unknown.items():
        taken = {match.field for match in matches} | splits
        if column in {match.column for match in matches}:
            continue
        values = sample(texts)
        told = (field for field in TELLING if field not in taken and TELLING[field](values).mean() >= CLEARLY)
        field = next(told, None)
        said = by_words(column, texts)
        if field is None and said is not None and said[0] not in taken | NOT_BY_SOME_WORDS:
            field = said[0]
        if field:
            matches.append(Match(column, field, 0.6, "values"))
    return matches


def _unless_lying(match: Match, texts: pd.Series) -> Match:
    """Return the match, or another where the values clearly are something else than the header says."""
    if not len(texts):
        return match
    if fold_header(match.column) == "contact":  # a flag of ours, but in most lists a person
        if could_be_flag("contact", texts):
            return match
        field = _by_values(texts, ["email", "phone", "website"]) or "contact_person"
        return Match(match.column, field, 0.6, "values")
    if match.field == "street" and is_numbered(sample(texts)).mean() >= CLEARLY:
        return replace(match, field="address")
    shape = SAME_SHAPE.get(match.field, match.field)
    if shape not in VALUE_TESTS or VALUE_TESTS[shape](texts).mean() >= HARDLY:
        return match
    found = _by_values(texts, [field for field in VALUE_TESTS if field not in (shape, "lon", "lat")])
    return Match(match.column, found, 0.6, "values") if found else match


def _by_values(texts: pd.Series, fields: list[str]) -> str | None:
    return next((field for field in fields if VALUE_TESTS[field](texts).mean() >= CLEARLY), None)


def _one_each(candidates: list[tuple[int, Match]], columns: list[str]) -> list[Match]:
    """Return one match per field and column: the surest, then the word listed first, then the first column."""
    order = sorted(candidates, key=lambda c: (-c[1].confidence, c[0], columns.index(c[1].column)))
    by_field: dict[str, Match] = {}
    by_column: dict[str, Match] = {}
    for _, match in order:
        if match.column in by_column:
            continue
        if match.field in by_field:
            if match.field in FLAG_FIELDS:
                first = by_field[match.field].column
                raise CommonsError("map_flag_twice", first=first, second=match.column)
            continue
        by_field[match.field] = by_column[match.column] = match
    return list(by_field.values())


def _with_a_name(
    chosen: list[Match], unknown: dict[str, pd.Series], filled: dict[str, pd.Series], rows: int
) -> list[Match]:
    """Return the matches with one for the name, where no header says it and one column can only be it."""
    fields = {match.field: match for match in chosen}
    if any(field in fields for field in ("name", "name_fr", "name_nl", "name_en")):
        return chosen
    taken = {match.column for match in chosen}
    free = [column for column in unknown if column not in taken and not fields_said(column)[0]]
    if column := next((column for column in free if _could_be_names(filled[column], rows)), None):
        return [*chosen, Match(column, "name", 0.6, "values")]
    described = fields.get("description")
    if described and _could_be_names(filled[described.column], rows):
        others = [match for match in chosen if match is not described]
        return [*others, Match(described.column, "name", 0.5, "values")]
    return chosen


def _could_be_names(texts: pd.Series, rows: int) -> bool:
    """Say whether the texts are nearly everywhere, short, of words, and seldom twice."""
    if len(texts) < CLEARLY * rows:
        return False
    of_words = texts.str.contains(r"[^\W\d_]{3}", na=False) & texts.str.contains(
        r"^[^\d{\[]*[^\W\d_][^_|:/]*$", na=False
    )
    short = texts.str.len() <= NAME_MAX_LETTERS
    return bool((of_words & short).mean() >= CLEARLY and texts.nunique() >= NAME_DISTINCT * len(texts))
