"""Columns of street names and house numbers in one form (`commons.ground.streets`)."""

import pandas as pd

from commons.ground.streets import name_street, split_number
from ingest.patterns import per_value


def street_keys(streets: pd.Series) -> pd.DataFrame:
    """Return `text`, one of the different streets, and `key`, a name that it may go by: several rows a text."""
    texts = pd.Series(streets.dropna().unique(), dtype="str")
    keys = pd.DataFrame({"text": texts, "key": [sorted(name_street(text)) for text in texts]})
    return keys.explode("key").dropna().astype("str").reset_index(drop=True)


def house_numbers(streets: pd.Series, numbers: pd.Series) -> pd.Series:
    """Return the house numbers, NaN without: the column's, else what stands with the street; the first of several."""
    own = pd.to_numeric(numbers.astype("str").str.extract(r"^[^0-9]{0,6}([0-9]{1,4})(?![0-9])")[0])
    beside = per_value(streets.where(own.isna()), lambda text: split_number(text)[1])
    return own.astype(float).fillna(beside.astype(float))
