"""Texts and names: clean characters, sensible lengths, and a name for every record."""

from collections.abc import Iterator

import pandas as pd

from ingest.check.draft import Draft, Finding
from ingest.check.words import partners_category
from ingest.map.fields import FLAG_FIELDS
from ingest.map.naming import likely_names
from ingest.map.nothing import is_error, is_nothing
from ingest.notices import NoticeCode
from ingest.patterns import SCIENTIFIC, contains, is_like, to_nfc
from ingest.quick import is_plain, may_be_longer

LONG_FIELDS = ("description", "description_fr", "description_nl", "description_en")
OF_SEVERAL_LINES = (*LONG_FIELDS, "category", "offers", "needs")
"""Texts whose lines say something: paragraphs, or one choice of several each."""
MAX_LONG_LETTERS = 10_000
MAX_SHORT_LETTERS = 500
MAX_NAME_LETTERS = 300
NAMES = ("name", "name_fr", "name_nl", "name_en")

CONTROL = (
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""Control characters, and those that hide or turn text; the joiners that some scripts need stay."""
SPACES = " \t\r\u00a0\u2000-\u200a\u2028\u2029\u202f\u3000"
NO_NAME = (
    r"(?i)true|false|vrai|faux|waar|onwaar"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]+Z?)?|[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{4}"
)
"""What a spreadsheet makes of a cell that was no text: true, or a day."""
GARBLED = (
    "\u00c3[\u0080-\u00bf\u0192]|\u00e2\u20ac|\u00c2[\u00a0-\u00bf]|[\u0080-\u009f\ufffd]"
    "|[A-Za-z][\u0370-\u03ff]|[\u0370-\u03ff][a-z]"
)
"""UTF-8 read as Windows-1252 ("Ã©"), unknown characters, and Greek within a Latin word ("Inθs")."""


def check_nothing(draft: Draft) -> Iterator[Finding]:
    """Empty the cells that say "none" in a word, or show a spreadsheet's error; consents have tables of their own."""
    for name in map(str, draft.source.fields):
        if name in FLAG_FIELDS:
            continue
        texts = draft.columns[name]
        nothing = is_nothing(texts, of_people=name not in (*NAMES, "partner_key"))
        if nothing.any():
            lost = is_error(texts)
            draft.columns[name] = texts.mask(nothing)
            yield Finding(NoticeCode.WORD_FOR_NOTHING, nothing & ~lost, name)
            yield Finding(NoticeCode.SPREADSHEET_ERROR, nothing & lost, name)


def check_texts(draft: Draft) -> Iterator[Finding]:
    """Normalise every text (NFC, no control characters, no blank line within short ones) and cap its length."""
    for name in map(str, draft.source.fields):
        texts = draft.columns[name]
        is_odd = ~is_plain(texts)
        odd = texts[is_odd]
        better = _clean(odd, is_long=name in OF_SEVERAL_LINES)
        draft.columns[name] = clean = _put(texts, is_odd, better)
        letters = (
            MAX_NAME_LETTERS
            if name in NAMES
            else MAX_LONG_LETTERS
            if name in LONG_FIELDS
            else MAX_SHORT_LETTERS
        )
        for code, cells, pattern in (
            (NoticeCode.TEXT_CLEANED, odd, CONTROL),
            (NoticeCode.TEXT_GARBLED, better, GARBLED),
        ):
            found = contains(cells, pattern)
            if found.any():
                yield Finding(code, found.reindex(draft.index, fill_value=False), name)
        if may_be_longer(clean, letters):
            too_long = clean.str.len().gt(letters).astype(bool)
            draft.columns[name] = clean.mask(too_long, clean.str.slice(0, letters))
            yield Finding(NoticeCode.TEXT_CUT, too_long, name)


def clean_text(texts: pd.Series, *, is_long: bool) -> pd.Series:
    """Return the texts in NFC without control characters; only long ones keep their line breaks."""
    is_odd = ~is_plain(texts)
    return _put(texts, is_odd, _clean(texts[is_odd], is_long=is_long))


def _clean(odd: pd.Series, *, is_long: bool) -> pd.Series:
    blanks = SPACES if is_long else f"{SPACES}\n"
    controlled = to_nfc(odd).str.replace(CONTROL, "", regex=True)
    return controlled.str.replace(f"[{blanks}]+", " ", regex=True).str.strip()


def _put(texts: pd.Series, is_odd: pd.Series, better: pd.Series) -> pd.Series:
    """Return the texts with better ones for the odd; an empty one is missing."""
    if len(better):
        texts = texts.copy()
        texts[is_odd] = better
    empty = texts.eq("").fillna(value=False).astype(bool)
    return texts.mask(empty) if empty.any() else texts


def check_names(draft: Draft) -> Iterator[Finding]:
    """Give every record a name: its own, else one of a language, else (no name column at all) what and where.

    The last one is the rule for lists of things without names: the category's word, the street and the number. Where no
    row has any, that is one fault of the file.
    """
    name = draft.texts("name")
    for language in NAMES[1:]:
        name = name.fillna(draft.texts(language))
    composed = pd.Series(data=False, index=draft.index)
    if not any(draft.has(field) for field in NAMES):
        name = compose_name(partners_category(draft), draft.texts("street"), draft.texts("house_number"))
        composed = name.notna()
    draft.columns["name"], draft.columns["name_composed"] = name, composed
    yield Finding(NoticeCode.NAME_IS_VALUE, is_like(name, NO_NAME), "name")
    yield Finding(NoticeCode.NAME_COMPOSED, composed, "name")
    if not draft.memory.has_names and name.isna().all() and _is_list(draft):
        yield Finding(NoticeCode.NAME_COLUMN_MISSING, columns=likely_names(draft.source.raw))
        return
    draft.memory.has_names |= bool(name.notna().any())
    yield Finding(NoticeCode.NAME_MISSING, ~contains(name, "[^ -/:-@\\[-`{-~]"), "name")


def _is_list(draft: Draft) -> bool:
    """Say whether the rows are so many, or so nameless, that the fault is in a column and in none of them."""
    return len(draft.index) > 1 or not any(draft.has(field) for field in NAMES)


def compose_name(category: pd.Series, street: pd.Series, house_number: pd.Series) -> pd.Series:
    """Return "category, street number"; missing where there is no street, for a category alone names nothing."""
    address = (street + " " + house_number.fillna("")).str.strip()
    return (category + ", " + address).fillna(address)


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Set aside the rows whose partner key an earlier row of the file has. Runs last: a refused row has no claim.

    A key that a spreadsheet wrote as 9,91E+15 has lost what told it from others: it is none, and such rows are known by
    what is in them.
    """
    ruined = is_like(draft.texts("partner_key"), SCIENTIFIC)
    if ruined.any():
        draft.leave("partner_key", ruined)
        draft.columns["partner_key"] = draft.texts("partner_key").mask(ruined)
        yield Finding(NoticeCode.KEY_RUINED, ruined, "partner_key")
    keys, before = draft.texts("partner_key"), draft.memory.keys
    claimed = keys.where(~draft.refused & keys.notna())
    repeated, told = claimed.duplicated(), set(claimed.dropna().to_numpy(dtype=object))
    if not before.isdisjoint(told):
        repeated |= claimed.isin(before)
    before |= told
    yield Finding(NoticeCode.PARTNER_KEY_REPEATED, repeated & claimed.notna(), "partner_key")
