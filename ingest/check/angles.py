"""Degrees from angles as maps and receivers write them: 50°50'48"N, N50 50.8, 50d50m48s, with any prime."""

import re

import numpy as np
import pandas as pd

from ingest.patterns import per_value

_SAME = str.maketrans("\u00ba\u02da\u2032\u2019\u2018\u2033\u201d\u201c\u00a0,", "°°'''\"\"\" .")
_PART = r"([0-9]{1,3}(?:\.[0-9]+)?)"
_ANGLE = re.compile(
    rf"([NSEW])?\s*([-+])?{_PART}(?:\s*[°D]\s*|\s+|$|(?=[NSEW]))"
    rf"(?:{_PART}(?:\s*['M]\s*|\s+|$|(?=[NSEW])))?(?:{_PART}\s*(?:[\"S](?![NSEW]?[0-9]))?)?\s*([NSEW])?"
)
_MAX_DEGREES = 180
_MAX_LENGTH = 40
"""No angle is longer; the rest is not worth a search."""

# Either half may have spaces: only the letters of the hemispheres say where the latitude ends.
PAIR = (
    r"^[ (\[]*(?P<lat>[^NSEWnsew]*[0-9][^NSEWnsew]*[NSns]|[NSns][^NSEWnsew]*[0-9][^NSEWnsew]*?)[ ,;|/]*"
    r"(?P<lon>[^NSEWnsew]*[0-9][^NSEWnsew]*[EWew]|[EWew][^NSEWnsew]*[0-9][^NSEWnsew]*?)[ )\]]*$"
)


def to_degrees(texts: pd.Series) -> pd.Series:
    """Return signed degrees, NaN where a text is no angle; asked once for every different text."""
    return per_value(texts, read_angle).astype(float)


def read_angle(text: str) -> float:
    r"""Return one angle in degrees, NaN if it is none: a sign and a hemisphere may not both be given.

    >>> [round(read_angle(text), 4) for text in ("50°50'48\"N", "N50 50.8", "50d50m48s", "4° 21 9 W", "50°75'")]
    [50.8467, 50.8467, 50.8467, -4.3525, nan]
    """
    if len(text) > _MAX_LENGTH:
        return np.nan
    found = _ANGLE.fullmatch(text.strip().translate(_SAME).replace("''", '"').upper())
    if not found:
        return np.nan
    before, sign, *parts, after = found.groups()
    degrees, minutes, seconds = (float(part or 0) for part in parts)
    if degrees > _MAX_DEGREES or minutes >= 60 or seconds >= 60 or (before and after):
        return np.nan
    side = before or after
    if sign and side:
        return np.nan
    return (degrees + minutes / 60 + seconds / 3600) * (-1 if sign == "-" or side in ("S", "W") else 1)
