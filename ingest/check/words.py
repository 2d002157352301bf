"""Words that have a code: categories, resource kinds, whom a record speaks of, and what it takes part in."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import pandas as pd

from commons.categories.scheme import category_by_term, fold
from commons.schema.fields import FieldType, names_of
from commons.vocabulary import SubjectKind
from ingest.check.draft import Draft, Finding
from ingest.map.dates import read_date
from ingest.notices import NoticeCode
from ingest.patterns import per_value

OTHER = "other"
SEPARATOR = re.compile(r"\s*[|;,\n]\s*")
Participation = dict[str, str | None]


@cache
def _words() -> dict[str, dict[str, str]]:
    tree = tomllib.loads((files("ingest.check") / "words.toml").read_text("utf-8"))
    return {
        kind: {fold(word): code for code, words in codes.items() for word in (code, *words)}
        for kind, codes in tree.items()
    }


def resource_kind_by_word() -> Mapping[str, str]:
    """Return the code of a resource kind by folded word."""
    return _words()["resource_kind"]


def check_categories(draft: Draft) -> Iterator[Finding]:
    """Set the common category beside the partner's own word; what no category knows is `other`."""
    category = per_value(draft.texts("category"), _category)
    draft.columns["category_raw"] = partners_category(draft)
    draft.columns["category"] = category.fillna(OTHER)
    if draft.has("category"):
        yield Finding(NoticeCode.CATEGORY_UNKNOWN, category.isna(), "category")
    else:
        yield Finding(NoticeCode.CATEGORY_MISSING)


def partners_category(draft: Draft) -> pd.Series:
    """Return the category in the partner's own words, also where the mapping exchanged them for ours."""
    return draft.texts("category_raw").fillna(draft.texts("category"))


def _category(text: str) -> str | None:
    terms = category_by_term()
    words = (fold(text), *(fold(word) for word in re.split(r"\s*[|;,/>\n]\s*", text)))
    forms = (*words, *(form for word in words for form in singulars(word)))
    return next((terms[form] for form in forms if form in terms), None)


def singulars(word: str) -> tuple[str, str]:
    """Return what a folded word may be the plural of, in French or English, and in Dutch.

    >>> singulars("jardins partages"), singulars("tuinen")
    (('jardin partage', 'jardins partages'), ('tuinen', 'tuin'))
    """
    return " ".join(re.sub(r"(?<=\w{3})[sx]$", "", part) for part in word.split()), re.sub(
        r"(?<=\w{3})en$", "", word
    )


def check_subjects(draft: Draft) -> Iterator[Finding]:
    """Set of whom the record speaks; unknown is treated as a person."""
    texts = draft.texts("subject")
    codes = per_value(texts, lambda text: _words()["subject"].get(fold(text)))
    draft.columns["subject"] = codes.where(codes.notna(), SubjectKind.UNKNOWN.value)
    unread = texts.notna() & codes.isna()
    draft.leave("subject", unread)
    yield Finding(NoticeCode.SUBJECT_UNKNOWN, unread, "subject")


def check_resources(draft: Draft) -> Iterator[Finding]:
    """Set offers and needs to lists of resource kinds; other words stay in the extras."""
    for name in names_of(FieldType.RESOURCES):
        texts = draft.texts(name)
        if not texts.notna().any():
            draft.columns[name] = pd.Series([[]] * len(texts), index=texts.index, dtype=object)
            continue
        read = per_value(texts, _kinds)
        unknown = pd.Series([bool(answer) and not answer[1] for answer in read], index=texts.index)
        draft.leave(name, unknown)
        kinds = [list(answer[0]) if answer else [] for answer in read]
        draft.columns[name] = pd.Series(kinds, index=texts.index, dtype=object)
        yield Finding(NoticeCode.RESOURCE_KIND_UNKNOWN, unknown, name)


def _kinds(text: str) -> tuple[list[str], bool]:
    """Return the codes that the words of a cell have, each once, and whether every word had one."""
    known = resource_kind_by_word()
    words = (
        [fold(text)]
        if fold(text) in known
        else [fold(word) for word in SEPARATOR.split(text) if word.strip()]
    )
    codes = dict.fromkeys(known[word] for word in words if word in known)
    return list(codes), all(word in known for word in words)


def check_participations(draft: Draft) -> Iterator[Finding]:
    """Set what a record takes part in, from three parallel columns: titles, resource kinds, since when."""
    told = [draft.texts(f"participation_{part}") for part in ("title", "kind", "since")]
    if all(texts.isna().all() for texts in told):
        draft.columns["participations"] = pd.Series([[]] * len(draft.index), index=draft.index, dtype=object)
        return
    columns = (texts.fillna("").tolist() for texts in told)
    cells = list(zip(*columns, strict=True))
    known = {triple: _participations(*triple) for triple in set(cells)}
    read = [known[triple] for triple in cells]
    draft.columns["participations"] = pd.Series(
        [items for items, *_ in read], index=draft.index, dtype=object
    )
    unknown, uneven = (pd.Series([entry[place] for entry in read], index=draft.index) for place in (1, 2))
    for part in ("participation_kind", "participation_since"):
        draft.leave(part, unknown | uneven)
    yield Finding(NoticeCode.RESOURCE_KIND_UNKNOWN, unknown, "participation_kind")
    yield Finding(NoticeCode.PARTICIPATION_UNEVEN, uneven, "participation_since")


def _participations(titles: str, kinds: str, dates: str) -> tuple[list[Participation], bool, bool]:
    """Return the participations, whether a kind was not understood, and whether the three do not run parallel.

    A date that cannot be read counts as not parallel: it is left out and kept in the extras.
    """
    title_list, kind_list, date_list = (
        [part.strip() for part in cell.split("|")] if cell else [] for cell in (titles, kinds, dates)
    )
    uneven = any(len(cells) not in (0, len(title_list)) for cells in (kind_list, date_list))
    if uneven:  # which belongs to which is anybody's guess
        kind_list, date_list = [], []
    known = resource_kind_by_word()
    items: list[Participation] = []
    for place, title in enumerate(title_list):
        kind = known.get(fold(kind_list[place])) if kind_list else None
        since = read_date(date_list[place]) if date_list and date_list[place] else None
        uneven |= bool(date_list and date_list[place]) and since is None
        if title:
            items.append(
                {"title": title, "resource_kind": kind, "since": since.isoformat() if since else None}
            )
    unknown = any(word and fold(word) not in known for word in kind_list)
    return items, unknown, uneven
