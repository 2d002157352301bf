"""Lines of a list that are no places: titles once more, units, instructions, totals, footnotes, ruled lines."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from commons.categories.scheme import fold
from commons.territory import territory
from ingest.check.draft import Draft, Finding
from ingest.headers import fold_header, header_words
from ingest.map.by_words import fields_said
from ingest.notices import NoticeCode
from ingest.patterns import contains, is_like, to_number
from ingest.quick import begins_with

FIRST_LINES = 3
"""Under the titles stand the lines that explain them."""
MOSTLY = 0.5
KNOWN_TITLES, MOSTLY_KNOWN = 3, 0.8
WIDE, NARROW = 3, 2
"""Cells that the rows of a list usually have filled, for a line of one cell to stand out; for one that begins as notes
do, fewer."""
SENTENCE_LETTERS = 60

NUMBER = re.compile(r"[-+]?\d[\d.,'\u00a0\u202f ]*(?:%|€|eur)?")
AMOUNT = rf"{NUMBER.pattern}(?:\s*[^\W\d][^\d:=]*)?"
"""A number, maybe with what it counts: "7 membres"."""
RULED = "[-_=*.~ ]+"
WORD, LETTER = r"[^\W\d_]{3}", r"[^\W\d_]"
TECHNICAL = re.compile(r"[a-z]+(?:[_.][a-z0-9]+)+")
"""How a program calls a column."""
MARKED = r"[*†‡§¹²³©]|\(\s*[*\d]\s*\)|\[\s*\d\s*\]"
"""How a footnote begins, and the mark that it is of."""


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    tree = tomllib.loads((files("ingest.check") / "no_places.toml").read_text("utf-8"))
    any_of = {part: "|".join(map(re.escape, words)) for part, words in tree.items()}
    return {
        "total": re.compile(rf"(?:{any_of['total']})[ :=]*[\d., ]*"),
        "counted": re.compile(rf"(?:{any_of['counted']})\b.*"),
        "summed": re.compile(
            rf"(?:{any_of['total']})\s*[:=]?\s*{AMOUNT}|(?:{any_of['total']}|{any_of['counted']})\b[^:=]*[:=]\s*{AMOUNT}"
        ),
        "note": re.compile(
            rf"(?:{MARKED}|(?:{any_of['note']})\s*(?:[:=\d]|$)|(?:{any_of['note_phrase']})\b)"
        ),
        "unit": re.compile(rf"[(\[]?\s*(?:{any_of['unit']}|select_(?:one|multiple).*)\s*[)\]]?"),
        "instruction": re.compile(
            rf"[(\[]?\s*(?:(?:{any_of['instruction']})\b|{any_of['example']}|\d+ (?:caract|tekens|char)).*"
        ),
    }


def check_no_places(draft: Draft) -> Iterator[Finding]:
    """Set aside the lines that are no places. One with an address or a position is looked at where it is odd."""
    rows = draft.source.raw.rows
    titles = [str(title) for title in rows.columns]
    placed = _placed(draft)
    looked_at = ~placed | _is_odd(rows, titles)
    looked_at |= pd.Series(draft.index <= FIRST_LINES, index=draft.index)
    filled = rows.notna().sum(axis=1)
    usual = int(filled[placed if placed.any() else slice(None)].median())
    lines = rows[looked_at].astype(object).where(rows[looked_at].notna(), None).to_numpy().tolist()
    verdicts = [
        is_no_place(cells, titles, 0 if is_placed else usual, is_first=number <= FIRST_LINES)
        for number, cells, is_placed in zip(draft.index[looked_at], lines, placed[looked_at], strict=True)
    ]
    found = pd.Series(verdicts, index=draft.index[looked_at], dtype=bool).reindex(
        draft.index, fill_value=False
    )
    yield Finding(NoticeCode.ROW_NO_PLACE, found | _explains_positions(draft))


def _placed(draft: Draft) -> pd.Series:
    """Return True where a row says where it is, or has a key; a sum in one of these columns says neither."""
    placed = draft.texts("lon").notna() & draft.texts("lat").notna()
    placed |= draft.texts("coordinates").notna() | contains(draft.texts("partner_key"), "[0-9]")
    for field in ("address", "street"):
        placed |= contains(draft.texts(field), LETTER)
    if draft.source.raw.points is not None:
        is_located = np.isfinite(draft.source.raw.points).all(axis=1)
        placed |= pd.Series(is_located, index=draft.index, dtype=bool)
    return placed


def _explains_positions(draft: Draft) -> pd.Series:
    """Return True for the first lines that have words where the others have the numbers of a position."""
    is_first = draft.index <= FIRST_LINES
    lon, lat = (draft.texts(axis)[is_first] for axis in ("lon", "lat"))
    words = contains(lon, WORD) & contains(lat, WORD)
    if words.any() and to_number(draft.texts("lon")).isna().all():
        words[:] = False
    return words.reindex(draft.index, fill_value=False)


def _is_odd(rows: pd.DataFrame, titles: list[str]) -> pd.Series:
    """Return True where the first column, or the second, has a title or a ruled line."""
    odd = pd.Series(data=False, index=rows.index)
    for title in titles[:2]:
        odd |= rows[title].str.strip().eq(title).fillna(value=False).astype(bool)
        odd |= rows[title].str.lower().isin(header_words()).astype(bool)
        odd |= is_like(rows[title].where(begins_with(rows[title], "-_=*.~ ")), RULED)
    return odd


def is_no_place(
    cells: Sequence[str | None], titles: Sequence[str], usual: int, *, is_first: bool = False
) -> bool:
    """Say whether a line is no place; `usual` is how many filled cells the others have, 0 where it says where it is.

    >>> is_no_place(["Total", None, "33"], ["nom", "rue", "membres"], 3)
    True
    >>> is_no_place(["Total", "Rue Haute 3", "33"], ["nom", "rue", "membres"], 3)
    False
    """
    said = [(title, cell.strip()) for title, cell in zip(titles, cells, strict=True) if cell and cell.strip()]
    texts = [fold(text) for _, text in said]
    if not said:
        return False
    if not any(character.isalnum() for text in texts for character in text):
        return True
    return (
        _are_titles(said, len(titles))
        or (usual > 0 and _is_total(texts))
        or (len(said) == 1 and _is_note(said[0][1], texts[0], usual))
        or (is_first and len(texts) > 1 and _explain(texts))
    )


def _are_titles(said: list[tuple[str, str]], width: int) -> bool:
    same = sum(fold_header(title) == fold_header(text) for title, text in said)
    if same == len(said) and (same > 1 or width == 1):
        return True
    if same > 1 and same > MOSTLY * len(said):
        return True
    # Different ones: a row of crosses has one title, X, many times.
    usual = len(header_words().keys() & {fold_header(text) for _, text in said})
    known = sum(_is_title(text) for _, text in said) if usual >= KNOWN_TITLES - 1 else 0
    return known >= KNOWN_TITLES and known >= MOSTLY_KNOWN * len(said)


def _is_title(text: str) -> bool:
    if fold_header(text) in header_words():
        return True
    fields, is_all = fields_said(text)
    return bool(fields) and is_all


def _is_total(texts: list[str]) -> bool:
    first, *others = texts
    if not all(NUMBER.fullmatch(text) for text in others):
        return False
    return any(_patterns()[kind].fullmatch(first) for kind in ("total", "summed")) or (
        len(others) > 0 and _patterns()["counted"].fullmatch(first) is not None
    )


def _explain(texts: list[str]) -> bool:
    """Say whether texts under the titles are units, instructions, or what a program calls the columns."""
    return (
        _share("unit", texts) == 1
        or _share("instruction", texts) > MOSTLY
        or (len(texts) >= KNOWN_TITLES and all(map(TECHNICAL.fullmatch, texts)))
    )


def _is_note(text: str, folded: str, usual: int) -> bool:
    """Say whether a line's only text is a note, a sentence, or the commune that heads the lines below it."""
    if usual >= NARROW and _patterns()["note"].match(folded):
        return True
    if usual < WIDE:
        return False
    is_sentence = len(text) > SENTENCE_LETTERS and text.endswith((".", ")", "!"))
    return is_sentence or folded.replace(" ", "-") in territory().communes


def _share(kind: str, texts: list[str]) -> float:
    return sum(_patterns()[kind].fullmatch(text) is not None for text in texts) / len(texts)
