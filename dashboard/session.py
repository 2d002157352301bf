"""What a visit remembers: the language, and what the address of the page says, so that a view can be shared."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

import streamlit as st

from commons.i18n import translate
from commons.vocabulary import Language

YES = "yes"


class Key(StrEnum):
    """The names under which the session keeps what is no widget's value."""

    DISTRICT_CLICKED = "district_clicked"
    LISTED = "listed"
    BEGUN_AT = "begun_at"
    LIST_LENGTH = "list_length"
    TOKEN = "token"  # noqa: S105 - a name
    PREPARED = "prepared"
    REPORT = "report"
    UNDOING = "undoing"
    UNDONE = "undone"
    DECIDED_PROPOSAL = "decided_proposal"
    SAID = "said"
    DECIDER = "decider"


class Param(StrEnum):
    """What an address may say after its `?`; also the key of the widget that says it."""

    LANGUAGE = "lang"
    SEARCH = "q"
    CATEGORIES = "cat"
    DISTRICT = "district"
    ALTERNATIVE = "id"
    LEVEL = "level"
    MEASURE = "measure"
    KIND = "kind"
    CATEGORY = "category"
    START = "from"
    END = "to"
    SHARES = "shares"
    OFFERS = "offers"
    NEEDS = "needs"
    GRADES = "grade"
    SOURCES = "source"
    TAKING_PART = "taking_part"
    OPEN = "open"
    VIEW = "view"
    YEAR = "year"


def language() -> Language:
    """Return the language of the address, else of the visit so far, else of the browser, else French."""
    browser = (st.context.locale or "")[:2]
    said = (
        st.query_params.get(Param.LANGUAGE),
        *st.session_state.get(_kept(Param.LANGUAGE), []),
        browser,
    )
    return next((Language(code) for code in said if code in set(Language)), Language.FR)


def say(key: str, **values: object) -> str:
    """Return the page's text `dashboard.<key>` in the visit's language."""
    return translate(f"dashboard.{key}", language(), **values)


def in_address(
    param: Param,
    options: Collection[str] | None = None,
    *,
    many: bool = False,
    default: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the arguments by which a widget starts from the address and writes itself into it.

    The address holds codes, never labels: it means the same in every language. A code that is none of the
    `options` is left out. What the visit last chose comes back where the address is silent.

    A value that the widget has is not given to it again: that would undo what a person chose while the page ran.
    """
    values = _asked(param, options, default)[: None if many else 1]
    value = values if many else next(iter(values), None if options is not None else "")
    return _begin(param, values, value, labels=[language(), *(options or ())], required=bool(default))


def switch_in_address(param: Param) -> dict[str, Any]:
    """Return the arguments by which a checkbox starts from the address and writes itself into it."""
    values = _asked(param, [YES])
    return _begin(param, values, bool(values))


def write_address(param: Param, values: Sequence[str]) -> None:
    """Make the address say these values, or nothing of the parameter; the visit remembers them."""
    st.session_state[_kept(param)] = list(values)
    if st.query_params.get_all(param) == list(values):
        return
    if values:
        st.query_params[param] = list(values)
    else:
        del st.query_params[param]


def kept(param: Param) -> str | None:
    """Return what the address says of a parameter or, where it is silent, what the visit last said."""
    return st.query_params.get(param) or next(iter(st.session_state.get(_kept(param), [])), None)


def _asked(param: Param, options: Collection[str] | None, default: Sequence[str] = ()) -> list[str]:
    said = st.query_params.get_all(param) or st.session_state.get(_kept(param), default)
    valid, usual = (
        [code for code in codes if options is None or code in options] for codes in (said, default)
    )
    return valid or usual


def _begin(
    param: Param, values: list[str], value: object, labels: object = None, *, required: bool = False
) -> dict[str, Any]:
    """Give the widget its value where it has another, or says its options otherwise than before."""
    labelled = f"labelled.{param}"
    if st.session_state.get(param) != value or st.session_state.get(labelled) != labels:
        st.session_state[param], st.session_state[labelled] = value, labels
    write_address(param, values)
    return {"key": param, "on_change": _follow, "args": (param, required)}


def _follow(param: Param, required: bool) -> None:
    """Write what a person chose, and again what was chosen just before: the browser's address may not say it yet.

    That nothing is chosen of what is `required` no person said: Streamlit does, where a page is left as it arrives.
    """
    for other in set(Param) & set(st.query_params):
        write_address(other, st.session_state.get(_kept(other), st.query_params.get_all(other)))
    value = st.session_state[param]
    if value is True:
        value = YES
    values = value if isinstance(value, list) else [value] if value else []
    if values or not required:
        write_address(param, values)


def _kept(param: Param) -> str:
    return f"kept.{param}"
