"""A mapping proposed from the headers, and from the values where headers are unknown, misspelt or lying."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pandas as pd

from commons.categories.scheme import fold
from commons.errors import CommonsError
from commons.schema.fields import OF_A_PERSON
from commons.territory import territory
from ingest.headers import fold_header
from ingest.map.by_header import HARDLY, by_header, could_be_flag
from ingest.map.by_words import by_words, fields_said, hear, looks_like
from ingest.map.combined import combined
from ingest.map.fields import FILLED_BY_OTHERS, FLAG_FIELDS
from ingest.map.mapping import Mapping, Match
from ingest.map.naming import NAMES, in_languages, with_a_name
from ingest.map.nothing import filled_texts
from ingest.map.questions import asked, tells_reporter
from ingest.map.telling import SAMPLE, TELLING, is_numbered, of_whom, sample
from ingest.map.unclear import is_refusing
from ingest.map.variants import bilingual_field, shorter_titles, title_of, usual_field
from ingest.notices import Notice, NoticeCode
from ingest.patterns import (
    is_email,
    is_enterprise_number,
    is_like,
    is_map_link,
    is_phone,
    is_postcode,
    is_shape,
    is_website,
    to_number,
)
from ingest.read.table import RawTable

CLEARLY = 0.8
"""Share of a column's values that must look like a field, for the values to decide."""
WEST, SOUTH, EAST, NORTH = territory().bounds.records

VALUE_TESTS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "email": is_email,
    "website": is_website,
    "enterprise_number": is_enterprise_number,
    "postcode": lambda texts: is_postcode(texts) & texts.str.contains(territory().postcode, na=False),
    "phone": is_phone,
    "lat": lambda texts: to_number(texts).between(SOUTH, NORTH),
    "lon": lambda texts: to_number(texts).between(WEST, EAST),
}
"""The fields that values betray, the most telling first."""

BY_WORDS = 1_000
"""Rank of a field that words of a header make: after all that name it."""
COMPASS = (("n", "e"), ("north", "east"), ("nord", "est"), ("noord", "oost"), ("nb", "ol"))
"""How columns of latitude and longitude, or of northing and easting, are called in one letter or word."""
BEARING = r"[NSEWnsew +-]*[0-9]+(?:[.,' \u00a0\u202f]?[0-9]+)*[ °'\"NSEWnsewm]*"
FIRST_NAME, NAME = {"first"}, {"name"}
NOT_BY_SOME_WORDS = frozenset({*FLAG_FIELDS, "house_number", "partner_key", "lon", "lat"})
"""Consents, and numbers that could be of anything: what is not understood in a header may say to what, and of what."""
SURE = ("header", "words")
"""Reasons of a match by which a second column is one of the same meaning."""
SAME_SHAPE = {of_person: own for own, of_person in OF_A_PERSON.items()}


def propose_mapping(raw: RawTable) -> Mapping:
    """Return the proposed mapping, each match with its confidence and reason.

    Raises CommonsError where two columns could be the same consent flag: a person has to say which counts.
    """
    filled = {str(name): filled_texts(texts) for name, texts in raw.rows.items()}
    shorter = shorter_titles(filled)
    candidates = in_languages(
        [
            (rank, _unless_lying(match, filled[column]))
            for column in filled
            for rank, match in _said(column, filled[column], shorter[column])
        ]
    )
    candidates = _of_persons(_by_the_compass(candidates, filled), list(filled))
    chosen = _one_each(candidates, {column: len(texts) for column, texts in filled.items()})
    known = {match.column for _, match in candidates}
    unknown = {
        column: texts
        for column, texts in filled.items()
        if column not in known and len(texts) and not hear(column).is_another
    }
    splits = combined({**unknown}, {match.field for match in chosen})
    unknown = {column: texts for column, texts in unknown.items() if column not in {s.column for s in splits}}
    taken = {name for split in splits for name in split.fields}
    shares = _shares(unknown, VALUE_TESTS)
    for column in unknown:
        free = [field for field in VALUE_TESTS if field not in {match.field for match in chosen} | taken]
        field = of_whom(column, next((name for name in free if shares[column][name] >= CLEARLY), None))
        if field and field not in {match.field for match in chosen}:
            chosen.append(Match(column, field, 0.7, "values"))
    chosen, questions = asked(_with_telling(chosen, unknown, taken), filled, len(raw.rows))
    of_places = {column: texts for column, texts in unknown.items() if not tells_reporter(column)}
    named = with_a_name(chosen, of_places, filled, len(raw.rows))
    added, about_names = asked((match for match in named if match not in chosen), filled, len(raw.rows))
    matches = (*(match for match in chosen if match in named), *added)
    questions += [*about_names, *_about_reporters(list(matches), unknown, filled, len(raw.rows))]
    left_out = {question.column for question in questions}
    also = {
        name: tuple(column for column in columns if column not in left_out)
        for name, columns in _also(candidates, list(matches)).items()
    }
    return Mapping(
        matches,
        splits=splits,
        also={name: columns for name, columns in also.items() if columns},
        questions=tuple(questions),
    )


def _about_reporters(
    matches: list[Match], unknown: dict[str, pd.Series], filled: dict[str, pd.Series], rows: int
) -> list[Notice]:
    """Return the question whether a column of authors has the names, where no other column could: none is guessed."""
    if any(match.field in NAMES for match in matches):
        return []
    reporters = {column: texts for column, texts in unknown.items() if tells_reporter(column)}
    likely = with_a_name(matches, reporters, filled, rows)
    return [
        Notice(NoticeCode.COLUMN_OF_PEOPLE, column=match.column)
        for match in likely
        if match.column in reporters
    ]


def _said(column: str, texts: pd.Series, shorter: Iterable[str]) -> list[tuple[int, Match]]:
    """Return what a header says: as it is known, else by its words, in two languages, shortened, or as misspelt."""
    title = title_of(column)
    found = [(rank, replace(match, column=column)) for rank, match in by_header(title, texts)]
    values = texts.head(SAMPLE)
    is_place = bool(len(values)) and (is_map_link(values) | is_shape(values)).mean() >= CLEARLY
    if is_place and not any(match.field == "coordinates" for _, match in found):
        return [(BY_WORDS, Match(column, "coordinates", 0.7, "values"))]
    if any(match.reason == "header" or match.field in FLAG_FIELDS for _, match in found):
        return found
    told = by_words(title, texts)
    if told is not None and told[1] and not (told[0] in FLAG_FIELDS and is_refusing(title)):
        return [(BY_WORDS, Match(column, told[0], 0.85, "words"))]
    fields, is_all = fields_said(title)
    if hear(title).is_another:
        return []
    field = bilingual_field(title) or next(filter(None, map(usual_field, shorter)), None)
    if field and looks_like(field, texts):
        return [(BY_WORDS, Match(column, field, 0.8, "words"))]
    return [] if fields and is_all else found


def _by_the_compass(
    candidates: list[tuple[int, Match]], filled: dict[str, pd.Series]
) -> list[tuple[int, Match]]:
    """Return the candidates; where two columns of numbers are called "N" and "E", they are latitude and longitude."""
    if not {"lat", "lon", "coordinates"}.isdisjoint(match.field for _, match in candidates):
        return candidates
    columns = {fold(column).strip(" ."): column for column in filled}
    for north, east in COMPASS:
        found = [columns.get(north), columns.get(east)]
        if all(
            column and len(filled[column]) and is_like(filled[column], BEARING).mean() >= CLEARLY
            for column in found
        ):
            matches = [
                Match(str(column), field, 0.85, "words")
                for column, field in zip(found, ("lat", "lon"), strict=True)
            ]
            rest = [(rank, match) for rank, match in candidates if match.column not in found]
            return [*rest, *((BY_WORDS, match) for match in matches)]
    return candidates


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
    shares = _shares({column: sample(texts) for column, texts in unknown.items()}, TELLING)
    for column, texts in unknown.items():
        taken = {match.field for match in matches} | splits
        if column in {match.column for match in matches}:
            continue
        told = (field for field in TELLING if field not in taken and shares[column][field] >= CLEARLY)
        field = next(told, None)
        said = by_words(column, texts)
        if field is None and said is not None and said[0] not in taken | NOT_BY_SOME_WORDS:
            field = said[0]
        if field:
            matches.append(Match(column, field, 0.6, "values"))
    return matches


def _shares(
    columns: dict[str, pd.Series], tests: dict[str, Callable[[pd.Series], pd.Series]]
) -> dict[str, dict[str, float]]:
    """Return which share of each column's texts looks like each field. All are asked at once: there may be hundreds."""
    if not columns:
        return {}
    texts = pd.concat(list(columns.values()), ignore_index=True)
    column_of = pd.Series([name for name, each in columns.items() for _ in range(len(each))])
    shares = {field: test(texts).groupby(column_of).mean() for field, test in tests.items()}
    return {column: {field: float(share[column]) for field, share in shares.items()} for column in columns}


def _unless_lying(match: Match, texts: pd.Series) -> Match:
    """Return the match, or another where the values clearly are something else than the header says."""
    if not len(texts):
        return match
    if fold_header(title_of(match.column)) == "contact":  # a flag of ours, but in most lists a person
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


def _one_each(candidates: list[tuple[int, Match]], filled: dict[str, int]) -> list[Match]:
    """Return one match per field and column: the surest, then the word listed first, then the first column.

    A column that is hardly filled comes after those that are, whatever their headers. `filled` says how many cells of
    each column are, in the order of the file.
    """
    places = {column: place for place, column in enumerate(filled)}
    most = {
        field: max(filled[match.column] for _, match in candidates if match.field == field)
        for field in {match.field for _, match in candidates}
    }
    order = sorted(
        candidates,
        key=lambda c: (
            filled[c[1].column] < HARDLY * most[c[1].field],
            -c[1].confidence,
            c[0],
            places[c[1].column],
        ),
    )
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


def _also(candidates: list[tuple[int, Match]], chosen: list[Match]) -> dict[str, tuple[str, ...]]:
    """Return the columns whose headers say a field that another column was taken for, by field."""
    fields, columns = {match.field for match in chosen}, {match.column for match in chosen}
    also: dict[str, tuple[str, ...]] = {}
    for _, match in candidates:
        if match.column in columns or match.field not in fields & FILLED_BY_OTHERS:
            continue
        if match.reason in SURE:
            also[match.field] = (*also.get(match.field, ()), match.column)
            columns.add(match.column)
    return also
