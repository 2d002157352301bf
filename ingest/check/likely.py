"""What is likely a slip although every value by itself is right: nothing is changed, the partner is told."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from commons.opening_hours import write_hours
from commons.territory import territory
from commons.vocabulary import Precision, Visibility
from ingest.check.draft import Draft, Finding
from ingest.check.texts import LONG_FIELDS, NAMES
from ingest.map.telling import is_commune
from ingest.notices import NoticeCode
from ingest.patterns import is_like, per_value

PLACE_DECIMALS = 4
"""Of degrees: about 10 m, less than from one house to the next but one."""
COARSE = tuple(precision for precision in Precision if precision is not Precision.EXACT)


def check_hours(draft: Draft) -> Iterator[Finding]:
    """Spell opening hours as OpenStreetMap does; what is not in its syntax stays as it is."""
    texts = draft.texts("opening_hours")
    if texts.notna().any():
        written = per_value(texts, write_hours).astype("str")
        draft.columns["opening_hours"] = written.fillna(texts)
        yield Finding(NoticeCode.HOURS_UNREADABLE, texts.notna() & written.isna(), "opening_hours")


def check_postcodes(draft: Draft) -> Iterator[Finding]:
    """Find the postcodes from elsewhere: a slip beside a commune of the territory, else where an unlocated row is."""
    postcode, municipality = draft.texts("postcode"), draft.texts("municipality")
    elsewhere = postcode.notna() & ~is_like(postcode, territory().postcode)
    is_here = per_value(municipality.where(elsewhere), is_commune).eq(other=True)
    yield Finding(NoticeCode.POSTCODE_ELSEWHERE, is_here, "postcode")
    field = "postcode" if draft.has("postcode") else "address"
    yield Finding(NoticeCode.OUTSIDE_REGION, elsewhere & ~is_here & draft.texts("lon").isna(), field)


def check_told_places(draft: Draft) -> Iterator[Finding]:
    """Find a name or description that repeats the street and number which the record's precision hides.

    Runs after the flags were read. A precision that only the agreement sets is not known here.
    """
    if not draft.has("precision"):
        return
    hidden = draft.columns["precision"].isin(COARSE) & draft.columns["visibility"].ne(Visibility.WITHHELD)
    place = pd.DataFrame({"street": draft.texts("street"), "number": draft.texts("house_number")})[
        hidden
    ].dropna()
    street = place["street"].str.lower()
    for name in (*NAMES, *LONG_FIELDS):
        texts = draft.texts(name)[place.index].dropna()
        texts = texts[
            _holds(texts.str.lower(), street[texts.index])
        ]  # few: only they are looked at word by word
        first, second = (_words(place.loc[texts.index, part]) for part in ("street", "number"))
        found = _holds(_words(texts), first + second.str.slice(1)) | _holds(
            _words(texts), second + first.str.slice(1)
        )
        yield Finding(NoticeCode.TEXT_TELLS_PLACE, found.reindex(draft.index, fill_value=False), name)


def check_repeated(draft: Draft) -> Iterator[Finding]:
    """Find the rows that have the name and the place (point, else address) of an earlier row of the file."""
    name = draft.columns["name"]
    point = draft.columns["lon"].round(PLACE_DECIMALS), draft.columns["lat"].round(PLACE_DECIMALS)
    address = draft.texts("street"), draft.texts("house_number"), draft.texts("postcode")
    has_point = point[0].notna()
    known = name.notna() & ~draft.refused & (has_point | address[0].notna())
    parts = [
        name.str.lower(),
        *(axis.fillna(0.0) for axis in point),
        *(part.fillna("").mask(has_point, "").str.lower() for part in address),
    ]
    hashes = pd.util.hash_pandas_object(pd.concat(parts, axis=1)[known], index=False)
    repeated, told, before = hashes.duplicated(), set(hashes.tolist()), draft.memory.places
    if not before.isdisjoint(told):
        repeated |= hashes.isin(before)
    before |= told
    yield Finding(NoticeCode.ROW_LOOKS_REPEATED, repeated.reindex(draft.index, fill_value=False), "name")


def _words(texts: pd.Series) -> pd.Series:
    """Return the lower-case letters and digits of texts with one blank around each word."""
    spaced = texts.str.lower().str.replace("[^0-9a-zß-öø-ÿœ]+", " ", regex=True)
    return " " + spaced.str.strip() + " "


def _holds(texts: pd.Series, needles: pd.Series) -> pd.Series:
    """Return True where a text holds the needle of its own row; none is missing."""
    return pd.Series(np.strings.find(_strings(texts), _strings(needles)) >= 0, index=texts.index, dtype=bool)


def _strings(texts: pd.Series) -> npt.NDArray[np.str_]:
    """Return the texts as NumPy's strings of any length, which are compared without a loop."""
    return np.array(texts.tolist(), dtype=np.dtypes.StringDType())
