"""The filters of the map and of its list: each starts from the address of the page and writes itself into it."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from commons.categories.scheme import category_names
from commons.i18n import translate
from commons.release import Released
from commons.vocabulary import CharterGrade, ResourceKind
from dashboard.session import Param, in_address, language, say, switch_in_address
from maps.filters import NOT_ASSESSED, Filters, read_filters
from maps.places import sources_of

KINDS = (Param.SHARES, Param.OFFERS, Param.NEEDS)
SWITCHES = {Param.TAKING_PART: "yes", Param.OPEN: "now"}
MORE = (*KINDS, *SWITCHES, Param.GRADES, Param.SOURCES)
"""In an address these have the names of the filters that they are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor asks: words, a district's code, and all filters, that of the district too."""

    text: str
    district: str | None
    filters: Filters


def ask(reader: Released, district_names: Mapping[str, str]) -> Asked:
    """Show the filters and return what they say."""
    with st.container(key="filters"):
        search, category, district, more = st.columns([3, 3, 3, 2], vertical_alignment="bottom")
    with search:
        text = st.text_input(
            say("explore.search"),
            type="search",
            placeholder=say("explore.search_hint"),
            **in_address(Param.SEARCH),
        )
    with category:
        chosen = _several(Param.CATEGORIES, category_names(language()))
    with district:
        place = st.selectbox(
            say("explore.neighbourhood"),
            list(district_names),
            index=None,
            format_func=lambda code: district_names.get(code, code),
            placeholder=say("explore.all_neighbourhoods"),
            filter_mode="contains",
            **in_address(Param.DISTRICT, district_names),
        )
    said = [("category", code) for code in chosen] + ([("district", place)] if place else [])
    with more:
        said += ask_more(reader)
    return Asked(text or "", place, read_filters(said) or ())


def ask_more(reader: Released) -> list[tuple[str, str]]:
    """Show the filters that fewer people look for, and return the names and values of what they say."""
    said: list[tuple[str, str]] = []
    in_use = sum(len(st.query_params.get_all(param)) for param in MORE)
    label = say("explore.more_filters") + (f" ({in_use})" if in_use else "")
    with st.popover(label, icon=":material/tune:", width="stretch", key="more_filters"):
        for param, value in SWITCHES.items():
            if st.checkbox(say(f"explore.{param}"), **switch_in_address(param)):
                said.append((param.value, value))
        kinds = {kind.value: translate(f"resource_kind.{kind}", language()) for kind in ResourceKind}
        for param in KINDS:
            said += [(param.value, kind) for kind in _several(param, kinds)]
        grades = {grade.value: translate(f"charter_grade.{grade}", language()) for grade in CharterGrade}
        labels = {**grades, NOT_ASSESSED: say("explore.not_assessed")}
        said += [(Param.GRADES.value, grade) for grade in _several(Param.GRADES, labels)]
        told = {text: text for text in sources_of(reader)}
        said += [(Param.SOURCES.value, source) for source in _several(Param.SOURCES, told)]
    return said


def _several(param: Param, labels: Mapping[str, str]) -> list[str]:
    return st.multiselect(
        say(f"explore.{param}"),
        list(labels),
        format_func=lambda code: labels.get(code, code),
        placeholder=say("explore.all"),
        filter_mode="contains",
        select_all=False,
        **in_address(param, labels, many=True),
    )
