"""The front page: the map of what is public, the list in step with it, and the card of the alternative chosen."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import geopandas as gpd
import streamlit as st

from commons.database.connection import connect
from commons.release import Released, released
from commons.territory import STORAGE_CRS
from commons.vocabulary import Audience
from dashboard.card import show_card
from dashboard.districts import Districts, districts_of
from dashboard.failures import explained
from dashboard.map_view import new_click, show_layer
from dashboard.narrowing import Asked, ask
from dashboard.session import Key, Param, kept, language, say, write_address
from dashboard.turns import turn
from dashboard.words import category_label, number, plain
from maps.explore import (
    ExploreLayer,
    Place,
    View,
    explored,
    ground_address,
    ground_version,
    read_view,
)
from maps.filters import pairs_of
from maps.one import One, read_one
from maps.places import Box, Found, count_form, find_places
from maps.search import MOST_FOUND

LIST_STEP = 12
MAP_HEIGHT_PX = 600
MAP_KEY = "explore.map"
TOLD_BY_MAP = ("last_active_drawing", "bounds", "center", "zoom")


def show() -> None:
    """Arrange the page."""
    st.title(say("explore.title"))
    st.markdown(say("explore.lead"))
    reader = released(Audience.PUBLIC)
    version = ground_version(reader)
    if version is None:
        st.info(say("no_districts"))
        return
    explore(reader, version)


@st.fragment
def explore(reader: Released, version: str) -> None:
    """Show filters, map, card and list; what a visitor does here draws only these anew."""
    with explained(), turn():
        _explore(reader, version)


def _explore(reader: Released, version: str) -> None:
    districts = districts_of(reader, version, language())
    told = st.session_state.get(MAP_KEY) or {}
    listen(told)
    asked = ask(reader, districts.neighbourhoods)
    # The map may tell of a move with the address as it was before a click: what the visit chose stands.
    public_id = kept(Param.ALTERNATIVE)
    choose(public_id)
    chosen = read_one(reader, public_id)
    # A search and a neighbourhood say where; else the list is of the part of the map that is shown.
    box = None if asked.text or asked.district else box_of(told.get("bounds"))
    if st.session_state.get(Key.LISTED) != (asked, box):
        st.session_state[Key.LISTED] = asked, box
        st.session_state[Key.LIST_LENGTH] = LIST_STEP
    length = MOST_FOUND if asked.text else st.session_state[Key.LIST_LENGTH]
    with connect(reader.login) as connection:
        found = find_places(
            connection, language(), filters=asked.filters, box=box, text=asked.text, most=length
        )
    left, right = st.columns([5, 3], gap="medium")
    with left:
        draw(ground_address(version, language()), asked, found, chosen, districts)
    with right:
        if public_id is not None:
            show_chosen(chosen, districts)
        show_list(found, districts, in_view=box is not None)
        show_ways(asked)


def listen(told: Mapping[str, Any]) -> None:
    """Make the address say what the map tells: where it stands, and what was clicked."""
    if not told:
        st.session_state[Key.BEGUN_AT] = kept(Param.VIEW)
        return
    match told:
        case {"center": {"lat": float(lat), "lng": float(lon)}, "zoom": int(zoom) | float(zoom)}:
            write_address(Param.VIEW, [str(View(zoom, lat, lon))])
    click = new_click(told.get("last_active_drawing"), f"{MAP_KEY}.answered")
    if click is not None:
        write_address(Param.ALTERNATIVE if click.kind == "place" else Param.DISTRICT, [click.id])


def draw(ground: str, asked: Asked, found: Found, chosen: One | None, districts: Districts) -> None:
    """Show the map: all that the filters let through or, of a search, what it found."""
    hits = points(found) if asked.text else None
    fit = districts.corners.get(asked.district or "")
    if hits is not None and len(hits):
        west, south, east, north = hits.total_bounds.tolist()
        fit = (south, west), (north, east)
    drawn = explored(
        language(),
        ground,
        filters=asked.filters,
        hits=hits,
        chosen=Place(chosen.id, chosen.row["lat"], chosen.row["lon"]) if chosen else None,
        district=asked.district,
        fit=fit,
        view=read_view(st.session_state[Key.BEGUN_AT]),
    )
    show_layer(ExploreLayer(drawn), key=MAP_KEY, height=MAP_HEIGHT_PX, returned=TOLD_BY_MAP)


def points(found: Found) -> gpd.GeoDataFrame:
    """Return what a search found as `maps.marks.marks_of` takes it."""
    columns = {"public_id": "id", "name": "name", "category": "category", "precision": "precision"}
    rows = {column: [place[told] for place in found.places] for column, told in columns.items()}
    lon, lat = ([place[axis] for place in found.places] for axis in ("lon", "lat"))
    return gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(lon, lat), crs=STORAGE_CRS)


def box_of(bounds: Mapping[str, Mapping[str, float | None]] | None) -> Box | None:
    """Return the part of the world that the map shows, None where it has not said."""
    match bounds:
        case {
            "_southWest": {"lat": float(south), "lng": float(west)},
            "_northEast": {"lat": float(north), "lng": float(east)},
        }:
            return Box(west, south, east, north)
    return None


def show_chosen(chosen: One | None, districts: Districts) -> None:
    """Show the card of the alternative that the address names."""
    with st.container(border=True, key="card"):
        st.button(say("card.close"), icon=":material/close:", type="tertiary", on_click=choose, args=(None,))
        if chosen is None:
            st.info(say("card.gone"))
            return
        show_card(
            chosen.row, chosen.participations, districts.neighbourhoods | districts.communes, language()
        )


def show_list(found: Found, districts: Districts, *, in_view: bool) -> None:
    """Show the first places by name, and more when asked; each opens its card."""
    st.header(say("explore.list"), anchor=False)
    tell_count(found, in_view=in_view)
    if not found.count:
        st.info(say("explore.nothing_here" if in_view else "explore.nothing"))
        return
    length = st.session_state[Key.LIST_LENGTH]
    with st.container(gap="xxsmall", key="list"):
        for place in found.places[:length]:
            where = districts.where(place["neighbourhood"], place["commune"])
            told = " · ".join(part for part in (category_label(place["category"], language()), where) if part)
            st.button(
                f"**{plain(place['name'])}** — {plain(told)}",
                key=f"open-{place['id']}",
                type="tertiary",
                on_click=choose,
                args=(place["id"],),
            )
    if found.count > length:
        st.button(say("explore.more", count=number(found.count - length, language())), on_click=lengthen)


def show_ways(asked: Asked) -> None:
    """Show where the same is to be had as a plain page, for print and for other sites."""
    text = [("q", asked.text)] if asked.text else []
    query = urlencode([("lang", language().value), *text, *pairs_of(asked.filters)])
    st.caption(f"[{say('explore.plain')}](/list?{query})")


def tell_count(found: Found, *, in_view: bool) -> None:
    """Say how many there are, and where."""
    form = count_form(found.count, is_more=found.is_more)
    told = say(f"explore.hits.{form}", count=number(found.count, language()))
    st.markdown(f"{told} {say('explore.in_view')}" if in_view else told)


def choose(public_id: str | None) -> None:
    """Make the address name this alternative, or none."""
    write_address(Param.ALTERNATIVE, [] if public_id is None else [public_id])


def lengthen() -> None:
    """Show more of the list."""
    st.session_state[Key.LIST_LENGTH] += 2 * LIST_STEP


show()
