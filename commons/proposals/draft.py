"""What a visitor filled in, looked at before it is taken: a draft, or what to put right, field by field."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from string import punctuation, whitespace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from email_validator import EmailNotValidError, validate_email

from commons.categories.scheme import categories
from commons.database.proposal_lengths import LONGEST
from commons.districts.region import in_region
from commons.vocabulary import Language, ProposalKind, ProposedField

TEXTS = {
    ProposalKind.ERROR: ("told", "why", "contact"),
    ProposalKind.ADDITION: ("name", "address", "website", "description", "why", "contact"),
}
OF_SEVERAL_LINES = frozenset({"told", "why", "description"})
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters and lone surrogates, and what hides or turns a text."""
TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
LAYERS = 2
"""A text may have been escaped on its way: then its tags show only once it was read."""
NO_BREAK = "\u00a0"
DEGREES = re.compile(r"[0-9]{1,2}(?:[.,][0-9]{1,15})?")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A proposal that may be sent; `about` is the public id of what an error is told of."""

    kind: ProposalKind
    language: Language
    about: UUID | None = None
    field: ProposedField | None = None
    told: str | None = None
    why: str | None = None
    name: str | None = None
    category: str | None = None
    address: str | None = None
    lon: float | None = None
    lat: float | None = None
    website: str | None = None
    description: str | None = None
    contact: str | None = None


def read_draft(
    form: Mapping[str, str], language: Language, about: UUID | None
) -> tuple[Draft | None, dict[str, str]]:
    """Return the draft, or None and a code for each field to be put right, in the order of the form."""
    kind = ProposalKind.ADDITION if about is None else ProposalKind.ERROR
    texts = {name: clean(form.get(name, ""), name in OF_SEVERAL_LINES) for name in TEXTS[kind]}
    said = form.get("field" if about else "category", "")
    point = {name: form.get(name, "").strip() for name in ("lat", "lon")} if about is None else {}
    faults = dict(_faults(kind, texts, said, point))
    if faults:
        order = ("field", "name", "category", "address", "lat", "lon", *LONGEST)
        return None, {name: faults[name] for name in order if name in faults}
    given: dict[str, Any] = {name: text or None for name, text in texts.items()}
    if about is not None:
        given |= {"about": about, "field": ProposedField(said)}
    else:
        given |= {name: float(text.replace(",", ".")) for name, text in point.items() if text}
        given["category"] = said or None
    return Draft(kind=kind, language=language, **given), {}


def clean(text: str, of_several_lines: bool = False) -> str:
    r"""Return the text in NFC, without what cannot be seen, on one line unless it may have several.

    >>> clean(" Chez\r\n\u202eJan ")
    'Chez Jan'
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    plain = [" ".join(UNSEEN.sub("", line.replace("\t", " ")).split()) for line in lines]
    return "\n".join(plain).strip() if of_several_lines else " ".join(filter(None, plain))


def _faults(
    kind: ProposalKind, texts: Mapping[str, str], said: str, point: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield what to put right; the last that is said of a field holds."""
    if kind is ProposalKind.ERROR:
        if said not in set(ProposedField):
            yield "field", "missing"
        if not texts["told"] and said != ProposedField.CLOSED:
            yield "told", "missing"
        if said == ProposedField.NAME and not is_name(texts["told"]):
            yield "told", "missing"
    else:
        if not is_name(texts["name"]):
            yield "name", "missing"
        if said and said not in {category.code for category in categories()}:
            yield "category", "unknown"
        if not texts["address"] and not any(point.values()):
            yield "address", "no_place"
        if texts["website"] and not is_website(texts["website"]):
            yield "website", "no_website"
        yield from _of_point(point)
    if texts["contact"] and not _is_email(texts["contact"]):
        yield "contact", "no_email"
    yield from ((name, "long") for name, text in texts.items() if len(text) > LONGEST[name])


def is_name(text: str) -> bool:
    """Tell whether words are left of a text without its tags, entities and punctuation: it is stored without them.

    >>> is_name("<b>Potager</b>"), is_name("<p>&nbsp;</p>"), is_name("&lt;br&gt;"), is_name("***")
    (True, False, False, False)
    """
    for _ in range(LAYERS):
        text = TAG.sub(" ", unescape(text))
    return not set(text) <= {*whitespace, *punctuation, NO_BREAK}


def _of_point(point: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not any(point.values()):
        return
    illegible = [name for name in ("lat", "lon") if not DEGREES.fullmatch(point[name])]
    yield from ((name, "no_number") for name in illegible)
    if illegible:
        return
    lat, lon = (float(point[name].replace(",", ".")) for name in ("lat", "lon"))
    if not in_region(lon, lat):
        yield from ((name, "outside") for name in ("lat", "lon"))


def is_website(text: str) -> bool:
    """Tell whether this is a web address, with `https://` or without.

    >>> is_website("potager.be/nl"), is_website("javascript:alert(1)"), is_website("https://user@evil")
    (True, False, False)
    """
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return False
    host = re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?::[0-9]{1,5})?", parts.netloc)
    return parts.scheme in ("http", "https") and host is not None and " " not in text


def _is_email(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
