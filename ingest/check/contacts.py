"""Address, telephone, e-mail, website and enterprise number, each in one form or left out."""

import re
from collections.abc import Callable, Iterator

import pandas as pd
import phonenumbers
from email_validator import EmailNotValidError, validate_email

from commons.schema.fields import FieldType, names_of
from commons.territory import territory
from ingest.check.addresses import read_address
from ingest.check.draft import Draft, Finding
from ingest.notices import NoticeCode
from ingest.patterns import (
    HOST,
    SCIENTIFIC,
    WEBSITE,
    contains,
    first_of,
    is_like,
    is_map_link,
    only,
    per_value,
    replaced,
    restore_scientific,
    to_enterprise_number,
    to_phone,
    without_decimals,
)
from ingest.patterns import POSTCODE as PLAIN_POSTCODE
from ingest.quick import may_hold

PLAIN_EMAIL = r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}"
"""What nearly every address looks like; only the others are taken to the library, which is slower."""
MAX_EMAIL_LETTERS = 254
SEVERAL = {
    FieldType.PHONE: ("(?:[|;,\n]| ou | of | or | / ).*[0-9]{3}", "|;,\no/"),
    FieldType.EMAIL: ("@.*@", "@"),
    FieldType.WEBSITE: ("[ |;,\n].*[a-z0-9][.][a-z]{2}", " |;,\n"),
}
"""How a cell shows that more than its first value stands in it, and characters one of which it then has."""
ADDRESS_PARTS = ("street", "house_number", "postcode", "municipality")


POSTCODE = (
    r"^(?:B(?:E|elgi[^ -]*)?[ -]*|CP:? *|postcode:? *)?0?(?P<first>[1-9])[ .,]?(?P<rest>[0-9]{3})(?:[.,]0+)?"
    r"(?:[ ,;/(-]+(?P<municipality>[^0-9]*[^0-9 )]))?[ )]*$"
)
"""A postcode as spreadsheets and people write it, maybe with its commune: "01000", "1.030", "B - 1000 Bruxelles"."""


def check_addresses(draft: Draft) -> Iterator[Finding]:
    """Take an address of one line apart, where the file has no column for the part; postcodes are four digits."""
    if draft.has("address"):
        yield from _take_apart(draft)
    odd = draft.texts("postcode").where(~is_like(draft.texts("postcode"), PLAIN_POSTCODE))
    if odd.notna().any():
        beside = odd.str.extract(POSTCODE, flags=re.IGNORECASE)["municipality"]
        draft.columns["municipality"] = draft.texts("municipality").fillna(beside.astype("str"))
    yield from _convert(draft, "postcode", to_any_postcode, NoticeCode.POSTCODE_INVALID)
    for name in ("house_number", "partner_key"):
        if draft.has(name):
            draft.columns[name] = replaced(draft.texts(name), "^([0-9]+)[.]0$", r"\1", needs=".")


def _take_apart(draft: Draft) -> Iterator[Finding]:
    """Fill the parts of an address; the box, and what is not understood, stay under the column's title."""
    texts = draft.texts("address")
    read = per_value(texts, read_address)

    def part_of(name: str) -> pd.Series:
        parts = [getattr(address, name, None) for address in read]
        return pd.Series(parts, index=texts.index, dtype="str")

    for name in ADDRESS_PARTS:
        draft.columns[name] = draft.texts(name).fillna(part_of(name))
    unread = texts.notna() & read.isna()
    draft.keep("address", part_of("box").fillna(texts.where(unread)))
    yield Finding(NoticeCode.ADDRESS_UNREADABLE, unread, "address")


def to_any_postcode(texts: pd.Series) -> pd.Series:
    """Return the four digits, missing where a text is no Belgian postcode, or more than one.

    >>> to_any_postcode(pd.Series(["01000", "1.030", "B - 1050 Ixelles", "1000.0", "10000", "1000 ou 1030"])).tolist()
    ['1000', '1030', '1050', '1000', nan, nan]
    """
    return only(texts.notna() & ~is_like(texts, PLAIN_POSTCODE), _to_odd_postcode, texts)


def _to_odd_postcode(texts: pd.Series) -> pd.Series:
    parts = restore_scientific(texts).str.extract(POSTCODE, flags=re.IGNORECASE)
    return (parts["first"] + parts["rest"]).astype("str")


def check_contacts(draft: Draft) -> Iterator[Finding]:
    """Bring what people and organisations are reached by into one form."""
    for name in names_of(FieldType.PHONE, FieldType.ENTERPRISE_NUMBER):
        if draft.has(name):
            draft.columns[name] = without_decimals(restore_scientific(draft.texts(name)))
    yield from _check_several(draft)
    for name in names_of(FieldType.PHONE):
        yield from _convert(draft, name, to_any_phone, NoticeCode.PHONE_INVALID)
    for name in names_of(FieldType.EMAIL):
        yield from _convert(draft, name, to_email, NoticeCode.EMAIL_INVALID)
    maps = is_map_link(draft.texts("website"))
    if maps.any():
        draft.leave("website", maps)
        draft.columns["website"] = draft.texts("website").mask(maps)
        yield Finding(NoticeCode.WEBSITE_IS_MAP, maps, "website")
    for name in names_of(FieldType.WEBSITE):
        yield from _convert(draft, name, to_website, NoticeCode.WEBSITE_INVALID)
    for name in names_of(FieldType.ENTERPRISE_NUMBER):
        yield from _convert(draft, name, to_enterprise_number, NoticeCode.ENTERPRISE_NUMBER_INVALID)


def _check_several(draft: Draft) -> Iterator[Finding]:
    """Find the cells in which more than one value stands: the first is kept."""
    for kind, (pattern, needs) in SEVERAL.items():
        for name in names_of(kind):
            if may_hold(draft.texts(name), needs):
                yield Finding(NoticeCode.SECOND_VALUE_DROPPED, contains(draft.texts(name), pattern), name)


def to_email(texts: pd.Series) -> pd.Series:
    """Return the first e-mail address of each text, missing where there is none. No name server is asked.

    >>> to_email(pd.Series(["Info@Exemple.be; autre@exemple.be", "mailto:a@b.be", "a at b.be"])).tolist()
    ['info@exemple.be', 'a@b.be', nan]
    """
    low = replaced(texts.str.lower(), "^mailto: *", "", needs=":")
    first = first_of(low, "[ ;,|\n]", needs=" ;,|\n")
    first = only(first.notna() & ~is_like(first, PLAIN_EMAIL), _to_odd_email, first)
    return first.where(first.str.len().le(MAX_EMAIL_LETTERS))


def _to_odd_email(texts: pd.Series) -> pd.Series:
    return per_value(texts, _read_email).astype("str")


def _read_email(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def to_any_phone(texts: pd.Series) -> pd.Series:
    """Return the first number of each text in international form, Belgian unless it says otherwise.

    Only what is in no usual spelling is taken to the library, which needs 65 microseconds for one.

    >>> to_any_phone(pd.Series(["02/555.12.34", "Tél. : 02 555 12 34 (ext. 5)", "+1-800-FLOWERS", "never"])).tolist()
    ['+3225551234', '+3225551234', '+18003569377', nan]
    """
    plain = to_phone(texts)
    odd = plain.isna() & contains(texts, "[0-9]{2}") & ~is_like(texts, SCIENTIFIC)
    return only(odd, lambda _: per_value(texts[odd], _read_phone).astype("str"), plain)


def _read_phone(text: str) -> str | None:
    try:
        matches = phonenumbers.PhoneNumberMatcher(text, territory().country)
        number = (
            next(iter(matches)).number
            if matches.has_next()
            else phonenumbers.parse(text, territory().country)
        )
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def to_website(texts: pd.Series) -> pd.Series:
    """Return the first address of each text with its scheme; missing for another scheme than http or https.

    >>> to_website(pd.Series(["www.exemple.be", "http://a.be/x", "javascript:alert(1)"])).tolist()
    ['https://www.exemple.be', 'http://a.be/x', nan]
    """
    first = first_of(texts, "[ |\n]", needs=" |\n").str.replace("^[Hh][Tt][Tt][Pp]://", "http://", regex=True)
    first = first.str.replace("^[Hh][Tt][Tt][Pp][Ss]://", "https://", regex=True)
    first = first.mask(is_like(first.str.lower(), HOST), "https://" + first)
    return first.where(is_like(first, WEBSITE))


def _convert(
    draft: Draft, name: str, convert: Callable[[pd.Series], pd.Series], code: NoticeCode
) -> Iterator[Finding]:
    """Set the field to what its texts become; those that become nothing are found, and kept nowhere else."""
    texts = draft.texts(name)
    if texts.notna().any():
        draft.columns[name] = convert(texts)
        yield Finding(code, texts.notna() & draft.columns[name].isna(), name)
