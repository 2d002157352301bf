"""E-mail addresses and telephone numbers that stand in free texts: the partner is told that readers will not see them.

What readers see is decided in the database (`commons/database/routines/free_text.sql`), by the same rule.
"""

import re
from collections.abc import Iterator

from commons.schema.fields import FIELDS
from commons.vocabulary import FieldGroup, Visibility
from ingest.check.draft import Draft, Finding
from ingest.notices import NoticeCode
from ingest.patterns import contains, per_value

TEXTS = tuple(field.name for field in FIELDS if field.is_free_text)
OF_A_PERSON = tuple(field.name for field in FIELDS if field.group is FieldGroup.CONTACT_PERSON)

PERHAPS = r"@|[Aa]robase|[Aa]penstaartje|[(<{[] ?[Aa][Tt]? ?[])>}]| [Aa][Tt] |[0-9][^A-Za-z]{6}"
"""Whatever asks for a second look: nearly no text does."""
_BEFORE = r"[^\]\[\s@<>(){},;:\"'|/\\]+"
_DOT = r"\s?(?:[.]|[(<\[{]\s?(?:[.]|dot|point|punt)\s?[\])>}]|\s(?:dot|point|punt)\s)\s?"
EMAIL = re.compile(
    rf"{_BEFORE}\s?@\s?[\w-]+(?:\s?[.]\s?[\w-]{{2,}})+"
    rf"|{_BEFORE}(?:(?:\s?[(<\[{{]\s?(?:at?|@|arobase|apenstaartje)\s?[\])>}}]|\s(?:arobase|apenstaartje)\s)\s?"
    rf"[\w-]+(?:{_DOT}[\w-]{{2,}})+|\sat\s[\w-]+(?:\s(?:dot|point|punt)\s[\w-]{{2,}})+)",
    re.IGNORECASE,
)
_BETWEEN = "[\\s./()\u2010-\u2015-]*"
PHONE = re.compile(
    rf"(?:[+]|(?<![0-9])(?<![0-9][.])00)\s?[1-9](?:{_BETWEEN}[0-9]){{7,13}}"
    rf"|(?<![0-9])32(?:{_BETWEEN}[0-9]){{8,9}}(?![0-9])"
    r"|(?<![0-9])(?![0-9]{2}[\s./-][01][0-9][\s./-](?:19|20)[0-9]{2}(?![0-9]))"
    "(?![0-9]{2}[.][0-9]{2}\\s?[\u2010-\u2015-]\\s?[0-9]{1,2}[.][0-9]{2})"
    r"(?!0[0-35-9][0-9]{2}[.][0-9]{3}[.][0-9]{3}(?![0-9]))"
    rf"0[1-9](?:{_BETWEEN}[0-9]){{7,8}}(?![0-9])"
    r"|(?:t[eé]l(?:[eé]phone|efoon)?|gsm|phone|mobile|mobiel|whatsapp|signal|sms)[\s.:]*"
    rf"(?:[0-9]{_BETWEEN}){{6,14}}[0-9]",
    re.IGNORECASE,
)
WORD_LETTERS = 1_000
"""No address is in so long a word, through which the search for one would go again and again."""


def check_contacts_in_texts(draft: Draft) -> Iterator[Finding]:
    """Find the texts in which some reader will see a mark instead of a contact. Runs after the flags were read."""
    is_open = draft.texts("contact").eq(Visibility.PUBLIC)
    for name in OF_A_PERSON:
        is_open &= draft.texts(name).isna()
    for name in TEXTS:
        texts = draft.texts(name).where(~is_open)
        perhaps = contains(texts, PERHAPS)
        if perhaps.any():
            found = per_value(texts.where(perhaps), holds_contact).eq(other=True)
            yield Finding(NoticeCode.TEXT_TELLS_CONTACT, found, name)


def holds_contact(text: str) -> bool:
    """Say whether an e-mail address or a telephone number stands in the text.

    >>> holds_contact("Écrivez à info (at) exemple.be"), holds_contact("Ouvert depuis le 01/02/2020")
    (True, False)
    """
    short = re.sub(rf"[^\s@]{{{WORD_LETTERS},}}", " ", text)
    return bool(EMAIL.search(short) or PHONE.search(short))
