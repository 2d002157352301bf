"""The fields that a mapping may name, and what each of them may be given."""

from collections.abc import Callable, Mapping
from datetime import date

from commons.categories.scheme import categories, category_by_term, fold
from commons.consent.flags import FLAG_WORDS, LICENCE_WORDS, read_flag
from commons.vocabulary import Precision, ResourceKind, SubjectKind, Visibility
from ingest.headers import header_words

FLAG_FIELDS = (
    "visibility",
    "precision",
    "contact",
    "statistics",
    "reuse",
    "licence",
    "consent_by",
    "consent_on",
    "consent_until",
    "consent_evidence",
)
"""The columns that carry consent; each fails closed."""

IDLE_ALONE = frozenset({"licence", "consent_by", "consent_on", "consent_until", "consent_evidence"})
"""The flags that say nothing in a file without visibility: the agreement decides there."""

NAME_FIELDS = frozenset({"partner_key", "name", "name_fr", "name_nl", "name_en"})
"""By these an erased record is known, in the cell of one column: no other column may be split into them."""

FILLED_BY_OTHERS = frozenset(
    {
        *(
            "name",
            "name_fr",
            "name_nl",
            "name_en",
            "description",
            "description_fr",
            "description_nl",
            "description_en",
        ),
        *(
            "category",
            "website",
            "opening_hours",
            "address",
            "street",
            "postcode",
            "municipality",
            "legal_form",
        ),
        *("phone", "email", "contact_person", "contact_email", "contact_phone", "enterprise_number"),
    }
)
"""What a second column of the same meaning may fill where the first is empty. Of keys, positions, dates and consents a
mixture would mean something that neither column does."""

CONSTANT_FIELDS = frozenset(
    {"category", "subject", "legal_form", "postcode", "municipality", "offers", "needs", *FLAG_FIELDS}
)
"""What can be true of a whole list. A name or a telephone number that is everybody's would be a mistake."""

_YES_NO = {"yes": True, "no": False}


def _one_of(*codes: str) -> Callable[[str], str | None]:
    return lambda word: word if word in codes else None


def _category(word: str) -> str | None:
    return category_by_term().get(fold(word))


def _day(word: str) -> str | None:
    try:
        return date.fromisoformat(word).isoformat()
    except ValueError:
        return None


def _flag(flag: str) -> Callable[[str], str | None]:
    return lambda word: None if read_flag(flag, word) is None else word


CODED: Mapping[str, tuple[Callable[[str], str | None], tuple[str, ...]]] = {
    "category": (_category, tuple(category.code for category in categories())),
    "subject": (_one_of(*SubjectKind), tuple(SubjectKind)),
    **{
        field: (_one_of(*ResourceKind), tuple(ResourceKind))
        for field in ("offers", "needs", "participation_kind")
    },
    **{field: (_flag(field), tuple(Visibility)) for field in ("visibility", "contact")},
    "precision": (_flag("precision"), tuple(Precision)),
    **{field: (_flag(field), tuple(_YES_NO)) for field in ("statistics", "reuse")},
    "licence": (_flag("licence"), tuple(LICENCE_WORDS)),
}
"""The fields with a closed list: how a word of it is recognised, and its codes. Only their values are exchanged."""


def all_fields() -> frozenset[str]:
    """Return every field that a column may be taken for."""
    return frozenset(field for meanings in header_words().values() for field, _ in meanings)


def allowed(field: str) -> str:
    """Return the codes that the field may be given, for a person to read."""
    return ", ".join(CODED[field][1]) if field in CODED else "2026-12-31"


def is_allowed(field: str, word: str) -> bool:
    """Say whether the field may be given this word as it stands."""
    if not word.strip():
        return False
    if field in {"consent_on", "consent_until"}:
        return _day(word) is not None
    return field not in CODED or CODED[field][0](word) is not None


def contradicts(field: str, said: str, meant: str) -> bool:
    """Say whether a flag's word is understood already, and as something else: a "no" may not become a "yes"."""
    if field not in FLAG_WORDS:
        return False
    known = read_flag(field, said)
    return known is not None and known != read_flag(field, meant)
