"""What the values of a column look like: masks over a whole column, used to map it and to check it."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from commons.territory import territory
from ingest.quick import may_hold, may_hold_from

# Explicit classes of characters: with \s, \d or \w pandas leaves Arrow's engine for a loop (ten times slower).
EMAIL = r"[^@ \t\n<>\"',;:|()]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}"
WEBSITE = r"https?://[^ \t\n<>\"'@/]+\.[^ \t\n<>\"'@/.]+(?:[/?#][^ \t\n<>\"]*)?"
HOST = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::[0-9]+)?(?:[/?#][^ \t\n<>\"]*)?"
IMAGE = r"\.(?:jpe?g|png|gif|svg|webp)(?:\?.*)?"
PHONE = r"\+[1-9][0-9]{7,14}"
POSTCODE = r"[1-9][0-9]{3}"
MAP_LINK = (
    r"(?:https?://)?(?:www\.)?(?:google\.[a-z.]{2,6}/maps|maps\.google\.[a-z.]{2,6}|goo\.gl/maps|maps\.app\.goo\.gl|openstreetmap\.(?:org|fr|be)"
    r"|osm\.org|maps\.apple(?:\.com)?|bing\.com/maps|waze\.com|(?:share|wego)\.here\.com|osmand\.net/(?:map|go)|omaps\.app|mapy\.(?:cz|com))"
    r"(?:[/?#].*)?|geo:.*"
)
"""Whole texts, in lower case: a place on somebody's map, and nobody's site."""
WKT = (
    r"(?:SRID *= *[0-9]+ *; *)?(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION) *(?:Z|M|ZM)? *\(.*\)"
)
WKB = r"(?:0x|\\x)?0[01][0-9A-Fa-f]{18,}"
GEOJSON = r"\{.*\"(?:coordinates|geometries|geometry)\".*\}"
SHAPE = f"(?si)(?:{WKT}|{WKB}|{GEOJSON})"
"""Shapes that databases and maps write as text."""
SCIENTIFIC = r"[+]?[1-9](?:[.,][0-9]+)?[eE][+]?[0-9]{1,2}"
"""How a spreadsheet writes a number that is too long for its cell."""
NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"


def is_like(texts: pd.Series, pattern: str) -> pd.Series:
    """Return True where a whole text has the pattern."""
    if texts.isna().all():
        return pd.Series(data=False, index=texts.index, dtype=bool)
    return texts.str.fullmatch(pattern, na=False).astype(bool)


def contains(texts: pd.Series, pattern: str) -> pd.Series:
    """Return True where the pattern is found in a text."""
    if texts.isna().all():
        return pd.Series(data=False, index=texts.index, dtype=bool)
    return texts.str.contains(pattern, regex=True, na=False).astype(bool)


def replaced(texts: pd.Series, pattern: str, put: str, *, needs: str) -> pd.Series:
    """Return the texts with `put` for the pattern, which is found in no text without one of the characters `needs`."""
    return texts.str.replace(pattern, put, regex=True) if may_hold(texts, needs) else texts


def only(mask: pd.Series, convert: Callable[[pd.Series], pd.Series], texts: pd.Series) -> pd.Series:
    """Return the texts, those of the mask converted; `convert` is not asked where there are none."""
    if not mask.any():
        return texts
    converted = texts.copy()
    converted[mask] = convert(texts[mask])
    return converted


def to_nfc(texts: pd.Series) -> pd.Series:
    """Return the texts in Unicode's normal form C; all characters before the combining ones are in it."""
    if not may_hold_from(texts, "\u0300"):
        return texts
    return pd.Series(pc.utf8_normalize(pa.array(texts), "NFC"), index=texts.index, dtype="str")


def per_value(texts: pd.Series, read: Callable[[str], object]) -> pd.Series:
    """Return what each text becomes, None for a missing one; `read` is asked once for every different text."""
    if texts.isna().all():
        return pd.Series(None, index=texts.index, dtype=object)
    places, values = pd.factorize(texts)
    answers = np.empty(len(values) + 1, dtype=object)
    answers[:-1] = pd.Series([read(value) for value in values], dtype=object)
    answers[-1] = None
    return pd.Series(answers[places], index=texts.index, dtype=object)


def is_email(texts: pd.Series) -> pd.Series:
    """Return True where a text is one e-mail address."""
    return is_like(texts.str.lower(), EMAIL)


def is_website(texts: pd.Series) -> pd.Series:
    """Return True where a text is one web address, with or without its scheme; an image is none."""
    low = texts.str.lower()
    return (is_like(low, WEBSITE) | is_like(low, HOST)) & ~is_like(low, f".*{IMAGE}")


def is_map_link(texts: pd.Series) -> pd.Series:
    """Return True where a text is a link to a map, whether or not it has a pin."""
    return is_like(texts.str.lower().str.strip(), MAP_LINK)


def is_shape(texts: pd.Series) -> pd.Series:
    """Return True where a text is written as a shape."""
    return is_like(texts.str.strip(), SHAPE)


def is_phone(texts: pd.Series) -> pd.Series:
    """Return True where a text is one telephone number, written as Belgians or the world write it."""
    return to_phone(texts).notna()


def is_postcode(texts: pd.Series) -> pd.Series:
    """Return True where a text is a Belgian postcode."""
    return to_postcode(texts).notna()


def is_enterprise_number(texts: pd.Series) -> pd.Series:
    """Return True where a text is an enterprise number whose check digits are right."""
    return to_enterprise_number(texts).notna()


def first_of(texts: pd.Series, separator: str, *, needs: str) -> pd.Series:
    """Return what stands before the separator, a pattern as of `replaced`, in texts that have it."""
    several = contains(texts, separator) if may_hold(texts, needs) else None
    if several is None or not several.any():
        return texts
    first = texts[several].str.split(separator, n=1, regex=True).str[0].astype("str")
    return texts.mask(several, first.reindex(texts.index))


def without_decimals(texts: pd.Series) -> pd.Series:
    """Return the texts, with the whole numbers that a program wrote as 3225551234.0 without their zeros.

    >>> without_decimals(pd.Series(["3225551234.0", "+32 2 555 12 34.0", "25551234,00", "02.555.10.00"])).tolist()
    ['3225551234', '+32 2 555 12 34', '25551234', '02.555.10.00']
    """
    return texts.str.replace(r"^([+]?[0-9]{5,})[.,]0+$|^(.*[0-9])[.,]0$", r"\1\2", regex=True)


def to_phone(texts: pd.Series) -> pd.Series:
    """Return the numbers in international form, missing where they are none.

    >>> to_phone(pd.Series(["02/555.12.34", "0032 475 12 34 56", "never"])).tolist()
    ['+3225551234', '+32475123456', nan]
    """
    whole = without_decimals(restore_scientific(texts))
    digits = first_of(whole, "[|;]| ou | of | or ", needs="|;o").str.replace(
        "[(]0[)]|[ ./()\u00a0-]|^tel:", "", regex=True
    )
    digits = digits.str.replace("^00", "+", regex=True)
    digits = digits.mask(is_like(digits, "0[0-9]{8,9}"), territory().dialling_code + digits.str.slice(1))
    digits = digits.mask(is_like(digits, f"{territory().dialling_code[1:]}[0-9]{{8,9}}"), "+" + digits)
    return digits.where(is_like(digits, PHONE))


def to_postcode(texts: pd.Series) -> pd.Series:
    """Return the four digits, missing where there are none.

    >>> to_postcode(pd.Series(["B-1030", "1030.0", "103"])).tolist()
    ['1030', '1030', nan]
    """
    digits = texts.str.replace("^[Bb][Ee]?[ -]*|[.]0$| ", "", regex=True)
    return digits.where(is_like(digits, POSTCODE))


def restore_scientific(texts: pd.Series) -> pd.Series:
    """Return the texts, with the whole numbers that a spreadsheet wrote as 2,5551234E+07 where no digit is lost.

    >>> restore_scientific(pd.Series(["2,5551234E7", "+3,225551234E+09", "9,91214E+15", "02 555"])).tolist()
    ['25551234', '+3225551234', '9,91214E+15', '02 555']
    """
    if not may_hold(texts, "eE"):
        return texts
    return only(
        is_like(texts, SCIENTIFIC), lambda odd: per_value(odd, _without_exponent).astype("str"), texts
    )


def _without_exponent(text: str) -> str:
    mantissa, exponent = re.split("[eE]", text)
    sign, digits = ("+", mantissa[1:]) if mantissa.startswith("+") else ("", mantissa)
    whole, _, decimals = digits.replace(",", ".").partition(".")
    decimals = decimals[: int(exponent)] + decimals[int(exponent) :].rstrip("0")
    return sign + whole + decimals if len(decimals) == int(exponent) else text


def to_enterprise_number(texts: pd.Series) -> pd.Series:
    """Return the ten digits, missing where the check digits (97 minus the first eight modulo 97) are wrong.

    >>> to_enterprise_number(pd.Series(["BE 0878.065.378", "0878.065.379"])).tolist()
    ['0878065378', nan]
    """
    digits = without_decimals(texts.mask(is_like(texts, SCIENTIFIC))).str.replace("[^0-9]", "", regex=True)
    digits = digits.mask(is_like(digits, "[0-9]{9}"), "0" + digits)
    digits = digits.where(is_like(digits, "[01][0-9]{9}"))
    numbers = pd.to_numeric(digits).astype("Int64")
    right = (97 - (numbers // 100) % 97) == numbers % 100
    return digits.where(right.fillna(value=False).astype(bool))


def to_number(texts: pd.Series) -> pd.Series:
    """Return the numbers as float64, NaN where a text is none; a comma is a decimal comma.

    >>> to_number(pd.Series(["50,8466", "149 000.5", "149.000,5", "nan", "x"])).tolist()
    [50.8466, 149000.5, 149000.5, nan, nan]
    """
    digits = replaced(texts, "[ \u00a0\u202f']", "", needs=" \u00a0\u202f'")
    if may_hold(digits, ","):
        both = contains(digits, "[.].*,")
        digits = digits.mask(both, digits.str.replace(".", "", regex=False)) if both.any() else digits
        digits = digits.str.replace(",", ".", regex=False)
    return pd.to_numeric(digits.where(is_like(digits, NUMBER))).astype(float)
