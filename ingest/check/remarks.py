"""Remarks such as "NE PAS PUBLIER !!!" in any cell of a row: they withhold it, and never open anything."""

import html
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import pandas as pd

from commons.categories.scheme import fold
from commons.consent.flags import FLAG_WORDS
from commons.vocabulary import Visibility
from ingest.check.draft import Draft, Finding
from ingest.check.texts import NAMES
from ingest.map.fields import FLAG_FIELDS
from ingest.notices import NoticeCode
from ingest.patterns import contains, per_value
from ingest.read.table import OWN_COLUMNS

PERHAPS = (
    r"(?i)publi|diffus|divulg|affich|montr|partag|communiqu|confid|vertrouw|intern|secr|geheim|verspreid|tonen|getoond|delen|gedeeld"
    r"|openbaar|bekend|weergeven|shar|disclos|displ|carte|kaart|map|site|annuaire|directory|ligne|online"
)
"""Whatever asks for a second look."""
APOSTROPHES = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'", "_": " "})
POLITE = re.compile(r"\b(a)\.?(u)\.(b)\b\.?|\b(s)\.(v)\.(p)\b\.?", re.IGNORECASE)
SHOUTED = re.compile(r"(?<=[a-zà-öø-ÿ0-9]) (?=(?:[A-ZÀ-Ý']{2,} )+[A-ZÀ-Ý]{3,})")
"""Where capitals begin: "Refuge du Nord NE PAS PUBLIER"."""
CLAUSE_END = re.compile(r"<[^>]*>|[][.!?;:,(){}|/\\\n\r\t*#~\"«»“”<>=+…]|(?:^|\s)[\u2010-\u2015-]+(?=\s|$)")


def check_remarks(draft: Draft) -> Iterator[Finding]:
    """Withhold each row of which any text refuses publication. Runs after the flags were read."""
    refused = pd.Series(data=False, index=draft.index)
    column_of = draft.source.mapping.column_of
    names, flags = ({column_of.get(field) for field in fields} for fields in (NAMES, FLAG_FIELDS))
    for header, texts in draft.source.raw.rows.items():
        if header in flags or header in OWN_COLUMNS:
            continue
        found = _refusing(texts, is_name=header in names)
        refused |= found
        yield Finding(NoticeCode.REMARK_REFUSES, found, columns=(str(header),))
    if refused.any():
        for flag in FLAG_WORDS:
            draft.columns[flag] = draft.texts(flag).astype(object).mask(refused, None)
        draft.columns["visibility"] = draft.columns["visibility"].mask(refused, Visibility.WITHHELD.value)


def refuses_publication(text: str, *, is_name: bool = False) -> bool:
    """Say whether a text refuses that its row be published; the refusal may end a name without any mark between.

    >>> refuses_publication("Confidentiel - ne pas diffuser"), refuses_publication("Ne pas publier sur le mur")
    (True, False)
    """
    plain = POLITE.sub(lambda found: "".join(filter(None, found.groups())), html.unescape(text))
    clauses = [_plain(part) for part in CLAUSE_END.split(SHOUTED.sub("|", plain.translate(APOSTROPHES)))]
    said = [clause for clause in clauses if clause]
    clause, name_end, cell = _patterns()
    return any((name_end if is_name else clause).fullmatch(part) for part in said) or (
        len(said) == 1 and bool(cell.fullmatch(said[0]))
    )


def _refusing(texts: pd.Series, *, is_name: bool) -> pd.Series:
    perhaps = contains(texts, PERHAPS)
    if not perhaps.any():
        return perhaps
    found = per_value(texts.where(perhaps), lambda text: refuses_publication(text, is_name=is_name))
    return found.eq(other=True)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what a clause is, the same at the end of a name, and what a whole cell is."""
    table = tomllib.loads((files("ingest.check") / "remarks.toml").read_text("utf-8"))
    clause = "|".join(table["clause"])
    for name, part in table["part"].items():
        clause = clause.replace(f"@{name}@", part)
    return (
        re.compile(clause),
        re.compile(f"(?:.* )?(?:{clause})"),
        re.compile("|".join(table["cell"])),
    )


def _plain(clause: str) -> str:
    return " ".join(fold(clause).strip(" '-").split())
