"""What the values of a column look like: masks over a whole column, used to map it and to check it."""

import pandas as pd

EMAIL = r"[^@\s<>\"',;:|()]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}"
WEBSITE = r"https?://[^\s<>\"'@/]+\.[^\s<>\"'@/.]+(?:[/?#][^\s<>\"]*)?"
HOST = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::\d+)?(?:[/?#][^\s<>\"]*)?"
IMAGE = r"\.(?:jpe?g|png|gif|svg|webp)(?:$|\?)"
PHONE = r"\+[1-9]\d{7,14}"
POSTCODE = r"[1-9]\d{3}"
NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)"


def is_email(texts: pd.Series) -> pd.Series:
    """Return True where a text is one e-mail address."""
    return texts.str.lower().str.fullmatch(EMAIL).fillna(value=False).astype(bool)


def is_website(texts: pd.Series) -> pd.Series:
    """Return True where a text is one web address, with or without its scheme; an image is none."""
    low = texts.str.lower()
    address = low.str.fullmatch(WEBSITE) | low.str.fullmatch(HOST)
    return (address & ~low.str.contains(IMAGE)).fillna(value=False).astype(bool)


def is_phone(texts: pd.Series) -> pd.Series:
    """Return True where a text is one telephone number, written as Belgians or the world write it."""
    return to_phone(texts).notna()


def is_postcode(texts: pd.Series) -> pd.Series:
    """Return True where a text is a Belgian postcode."""
    return to_postcode(texts).notna()


def is_enterprise_number(texts: pd.Series) -> pd.Series:
    """Return True where a text is an enterprise number whose check digits are right."""
    return to_enterprise_number(texts).notna()


def to_phone(texts: pd.Series) -> pd.Series:
    """Return the numbers in international form, missing where they are none.

    >>> to_phone(pd.Series(["02/555.12.34", "0032 475 12 34 56", "never"])).tolist()
    ['+3225551234', '+32475123456', nan]
    """
    first = texts.str.split(r"[|;]| ou | of | or ", regex=True).str[0]
    digits = first.str.replace(r"\(0\)|[\s./()\u00a0-]|^tel:", "", regex=True)
    international = digits.str.replace(r"^00", "+", regex=True).str.replace(
        r"^0(?=\d{8,9}$)", "+32", regex=True
    )
    international = international.str.replace(r"^32(?=\d{8,9}$)", "+32", regex=True)
    return international.where(international.str.fullmatch(PHONE).fillna(value=False).astype(bool))


def to_postcode(texts: pd.Series) -> pd.Series:
    """Return the four digits, missing where there are none.

    >>> to_postcode(pd.Series(["B-1030", "1030.0", "103"])).tolist()
    ['1030', '1030', nan]
    """
    digits = texts.str.replace(r"(?i)^be?\s*-?\s*|\.0$|\s", "", regex=True)
    return digits.where(digits.str.fullmatch(POSTCODE).fillna(value=False).astype(bool))


def to_enterprise_number(texts: pd.Series) -> pd.Series:
    """Return the ten digits, missing where the check digits (97 minus the first eight modulo 97) are wrong.

    >>> to_enterprise_number(pd.Series(["BE 0878.065.378", "0878.065.379"])).tolist()
    ['0878065378', nan]
    """
    digits = texts.str.replace(r"\D", "", regex=True)
    digits = digits.where(digits.str.len() != 9, "0" + digits)
    digits = digits.where(digits.str.fullmatch(r"[01]\d{9}").fillna(value=False).astype(bool))
    numbers = pd.to_numeric(digits).astype("Int64")
    right = (97 - (numbers // 100) % 97) == numbers % 100
    return digits.where(right.fillna(value=False).astype(bool))


def to_number(texts: pd.Series) -> pd.Series:
    """Return the numbers as float64, NaN where a text is none; a comma is a decimal comma.

    >>> to_number(pd.Series(["50,8466", "149 000.5", "149.000,5", "nan", "x"])).tolist()
    [50.8466, 149000.5, 149000.5, nan, nan]
    """
    digits = texts.str.replace(r"[\s\u00a0\u202f']", "", regex=True)
    both = (digits.str.contains(",", regex=False) & digits.str.contains(".", regex=False)).fillna(value=False)
    digits = digits.mask(both.astype(bool), digits.str.replace(".", "", regex=False))
    digits = digits.str.replace(",", ".", regex=False)
    return pd.to_numeric(digits.where(digits.str.fullmatch(NUMBER).fillna(value=False).astype(bool))).astype(
        float
    )
