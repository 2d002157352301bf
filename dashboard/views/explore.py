"""The front page: the map of what is public, the list beside it, and the card of the alternative chosen."""

from collections.abc import Mapping
from datetime import date

import geopandas as gpd
import streamlit as st

from commons.categories.scheme import categories
from commons.release import released
from commons.vocabulary import Audience, DistrictLevel
from dashboard.card import show_card
from dashboard.map_view import show_map
from dashboard.session import Key, Param, in_address, language, say, write_address
from dashboard.tables import active_on, matching, name_by_code, named, with_rates
from dashboard.words import category_label, number, plain
from maps.classes import classify

LIST_STEP = 12
MAP_HEIGHT_PX = 600


def show() -> None:
    """Arrange the page."""
    reader, today = released(Audience.PUBLIC), date.today()  # noqa: DTZ011 - the reader's own day
    districts, communes = (
        reader.districts(DistrictLevel.NEIGHBOURHOOD),
        reader.districts(DistrictLevel.COMMUNE),
    )
    st.title(say("explore.title"))
    st.markdown(say("explore.lead"))
    if districts.empty:
        st.info(say("no_districts"))
        return
    names = name_by_code(districts, language())
    everything = active_on(reader.alternatives(), today)
    text, chosen_categories, district = ask(names)
    hits = named(matching(everything, text, chosen_categories, district), language())
    st.markdown(
        say(f"explore.hits.{'one' if len(hits) == 1 else 'many'}", count=number(len(hits), language()))
    )
    left, right = st.columns([5, 3], gap="medium")
    with left:
        draw(
            with_rates(districts, DistrictLevel.NEIGHBOURHOOD, chosen_categories, today),
            hits,
            communes,
            district,
        )
    with right:
        show_chosen(everything, names | name_by_code(communes, language()))
        show_list(hits, names | name_by_code(communes, language()))


def ask(names: Mapping[str, str]) -> tuple[str, list[str], str | None]:
    """Return the filters: a text, categories, and a neighbourhood, which a click on the map also chooses."""
    if (clicked := st.session_state.pop(Key.DISTRICT_CLICKED, None)) is not None:
        write_address(Param.DISTRICT, [clicked])
    codes = [category.code for category in categories()]
    search, category, district = st.columns([2, 3, 2])
    with search:
        text = st.text_input(
            say("explore.search"),
            type="search",
            placeholder=say("explore.search_hint"),
            **in_address(Param.SEARCH),
        )
    with category:
        chosen = st.multiselect(
            say("explore.categories"),
            codes,
            format_func=lambda code: category_label(code, language()),
            placeholder=say("explore.all_categories"),
            filter_mode="contains",
            select_all=False,
            **in_address(Param.CATEGORIES, codes, many=True),
        )
    with district:
        place = st.selectbox(
            say("explore.neighbourhood"),
            list(names),
            index=None,
            format_func=lambda code: names.get(code, code),
            placeholder=say("explore.all_neighbourhoods"),
            filter_mode="contains",
            **in_address(Param.DISTRICT, names),
        )
    return text or "", chosen, place


def draw(
    districts: gpd.GeoDataFrame, hits: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, district: str | None
) -> None:
    """Show the map; a place clicked becomes the one chosen, a neighbourhood clicked the one listed."""
    years = districts["population_year"].dropna()
    title = say("explore.rate", year=int(years.max())) if len(years) else say("explore.rate_unknown")
    click = show_map(
        districts,
        hits,
        language=language(),
        classes=classify(districts["value"], title=title, language=language()),
        communes=communes,
        selected=st.query_params.get(Param.ALTERNATIVE) or district,
        key="explore.map",
        height=MAP_HEIGHT_PX,
    )
    st.caption(say("explore.rate_note"))
    if click is None:
        return
    if click.kind == "place":
        st.query_params[Param.ALTERNATIVE] = click.id
    else:
        st.session_state[Key.DISTRICT_CLICKED] = click.id
    st.rerun()


def show_chosen(everything: gpd.GeoDataFrame, names: Mapping[str, str]) -> None:
    """Show the card of the alternative that the address names, if there is such a one."""
    public_id = st.query_params.get(Param.ALTERNATIVE)
    if public_id is None:
        return
    found = everything[everything["public_id"].astype(str) == public_id]
    with st.container(border=True, key="card"):
        st.button(say("card.close"), icon=":material/close:", type="tertiary", on_click=choose, args=(None,))
        if found.empty:
            st.info(say("card.gone"))
        else:
            participations = released(Audience.PUBLIC).participations()
            mine = participations[participations["public_id"].astype(str) == public_id]
            show_card(found.to_dict("records")[0], mine.to_dict("records"), names, language())


def show_list(hits: gpd.GeoDataFrame, names: Mapping[str, str]) -> None:
    """Show the first hits by name, and more when asked; each opens its card."""
    st.header(say("explore.list"), anchor=False)
    if hits.empty:
        st.info(say("explore.nothing"))
        return
    length = st.session_state.setdefault(Key.LIST_LENGTH, LIST_STEP)
    with st.container(gap="xxsmall", key="list"):
        for row in hits.head(length).to_dict("records"):
            place = names.get(row["neighbourhood"]) or names.get(row["commune"]) or ""
            told = " · ".join(part for part in (category_label(row["category"], language()), place) if part)
            st.button(
                f"**{plain(row['name'])}** — {plain(told)}",
                key=f"open-{row['public_id']}",
                type="tertiary",
                on_click=choose,
                args=(str(row["public_id"]),),
            )
    if len(hits) > length:
        st.button(say("explore.more", count=number(len(hits) - length, language())), on_click=lengthen)


def choose(public_id: str | None) -> None:
    """Make the address name this alternative, or none."""
    if public_id is not None:
        st.query_params[Param.ALTERNATIVE] = public_id
    elif Param.ALTERNATIVE in st.query_params:
        del st.query_params[Param.ALTERNATIVE]


def lengthen() -> None:
    """Show more of the list."""
    st.session_state[Key.LIST_LENGTH] += 2 * LIST_STEP


show()
