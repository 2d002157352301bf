"""An address of one line, taken apart as French, Dutch and English write it in Belgium."""

import re
from typing import NamedTuple

from ingest.map.telling import is_commune

MAX_LETTERS = 200
_BREAK = r"\s*(?:[,;]|\s[-\u2013\u2014](?=\s))\s*"
"""What sets two parts of an address apart: a hyphen does so only between blanks."""
_GAP = r"[\s,;-]+"
_STREET = r"(?P<street>[^\d\s,;][^,;]*?[^\s,;-])"
_STREET_OF_WORDS = (
    r"(?P<street>[^\d\s,;](?:[^\d,;]|\b(?:du|de|des|les|van)\s\d{1,2}(?:e|er|[eè]me|de|ste)?\s)+?[^\d\s,;-])"
)
"""A number after an article is part of the name: Rue du 11 Novembre."""
_TO = r"\s?(?:[-/+&]|à|tot)\s?"
_NUMBER = (
    r"(?:\bn(?:[°ºor]|um[ée]ro|ummer)?[.°º]?\s*)?"
    r"(?P<house_number>\d{3,4}[-/]\d{4}\b"
    rf"|\d{{1,4}}(?:\s?(?:bis|ter|quater|[a-z]{{1,3}})\b(?!-\d{{4}}))?(?:{_TO}\d{{1,3}}[a-z]?\b)?)(?!\w)"
)
_NUMBER_FIRST = rf"(?P<house_number>\d{{1,3}}(?:\s?(?:bis|ter|[a-d])\b)?(?:{_TO}\d{{1,3}}[a-z]?\b)?)"
_BOX_WORD = r"(?:bte|bo[iî]te|bt|bus|box|[ée]tage|verdieping|verd|app(?:t|artement)?)"
_BOX = (
    rf"(?:[\s,;/(-]*\b(?P<box>{_BOX_WORD}[\s.:°]*(?:\d{{1,4}}[a-z]?|[a-z])|b[\s.]*\d{{1,3}}"
    r"|\d{1,2}\s?(?:er?|[eè]re|[eè]me|de|ste)?\s(?:[ée]tage|verdieping|floor))\b\)?)?"
)
_POSTCODE = r"\(?(?:BE?(?:lgi\w+)?[\s-]{0,3})?(?P<postcode>[1-9]\d{3})"
_PLACE = rf"(?P<municipality>(?!{_BOX_WORD}\b)[^\W\d][^\d,;]{{2,}})"
_IN_TOWN = rf"(?:{_GAP}{_POSTCODE}(?:{_GAP}{_PLACE})?)?"
IN_TOWN = re.compile(rf"{_STREET_OF_WORDS}{_GAP}{_POSTCODE}{_GAP}{_PLACE}", re.IGNORECASE)
"""Without a house number: four digits before a commune are its postcode."""
FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_STREET}[\s,;]*(?<!\d){_NUMBER}{_BOX}{_IN_TOWN}",
        rf"{_STREET}[\s,;]*(?<!\d){_NUMBER}{_BOX}{_BREAK}{_PLACE}",
        rf"{_NUMBER_FIRST}{_BOX}[\s,;]+{_STREET_OF_WORDS}{_IN_TOWN}",
        rf"{_STREET_OF_WORDS}{_IN_TOWN}",
        rf"{_POSTCODE}(?:{_GAP}{_PLACE})?",
    )
)
"""From the surest to the loosest."""
BETWEEN = re.compile(rf"{_BREAK}|\s+")
TOWN = re.compile(rf"(?:{_POSTCODE}{_GAP})?\(?{_PLACE}", re.IGNORECASE)
COUNTRY = re.compile(r"[\s,;(-]+(?:Belg(?:ique|i[ëe]|ium|ien)(?:\s?/\s?Belg\w+)?|BE)\)?$", re.IGNORECASE)


class Address(NamedTuple):
    """The parts of an address; `box` is what stands behind the house number."""

    street: str | None = None
    house_number: str | None = None
    postcode: str | None = None
    municipality: str | None = None
    box: str | None = None


def read_address(text: str) -> Address | None:
    """Return the parts of an address; None where it is not understood as a whole.

    >>> read_address("Rue Haute 12 bte 3, 1000 Bruxelles")
    Address(street='Rue Haute', house_number='12', postcode='1000', municipality='Bruxelles', box='bte 3')
    >>> read_address("1060 Saint-Gilles, Chaussée de Charleroi 12")[:4]
    ('Chaussée de Charleroi', '12', '1060', 'Saint-Gilles')
    >>> read_address("12-14, Bld Anspach - 1000")[:4]
    ('Bld Anspach', '12-14', '1000', None)
    >>> read_address("au fond de la cour, 2 fois à gauche, puis 3 fois à droite")
    """
    text = COUNTRY.sub("", " ".join(text.split()))
    if len(text) > MAX_LETTERS:
        return None
    if is_commune(text):
        return Address(municipality=text)
    return _parts(text, IN_TOWN) or _beside_commune(text) or _in_one_form(text)


def _beside_commune(text: str) -> Address | None:
    """Return the address that a commune heads, or that ends with one although no postcode tells where it begins."""
    for gap in BETWEEN.finditer(text):
        before, after = text[: gap.start()], text[gap.end() :]
        for town, rest, is_first in ((before, after, True), (after, before, False)):
            named = TOWN.fullmatch(town)
            is_set_apart = not gap[0].isspace()
            if named is None or not (
                is_commune(named["municipality"].strip(" )")) or (named["postcode"] and is_set_apart)
            ):
                continue
            address = _in_one_form(rest)
            if address is None or address.street is None or address.postcode or address.municipality:
                continue
            if is_set_apart or (named["postcode"] if is_first else address.house_number):
                return address._replace(**_stripped(named))
    return None


def _in_one_form(text: str) -> Address | None:
    return next((address for form in FORMS if (address := _parts(text, form))), None)


def _parts(text: str, form: re.Pattern[str]) -> Address | None:
    found = form.fullmatch(text)
    return Address(**_stripped(found)) if found else None


def _stripped(found: re.Match[str]) -> dict[str, str]:
    return {
        name: part.strip(" " if "(" in part else " )") for name, part in found.groupdict().items() if part
    }
