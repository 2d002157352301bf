"""The map as a Streamlit element: filters redraw it where it stands, and it tells what was clicked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import streamlit as st
from streamlit_folium import st_folium

from commons.vocabulary import Language
from maps.classes import Classes
from maps.layer import CommonsLayer, CommonsMap, commons_layer

HEIGHT_PX = 560


@dataclass(frozen=True, slots=True)
class Click:
    """What a person clicked: a place, by its public id, or a district, by its code."""

    kind: Literal["place", "district"]
    id: str


def show_map(
    districts: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    language: Language,
    classes: Classes | None = None,
    selected: str | None = None,
    communes: gpd.GeoDataFrame | None = None,
    attribution: str = "",
    key: str = "map",
    height: int = HEIGHT_PX,
) -> Click | None:
    """Show the map across the column and return a new click, once; None on every other run of the page.

    The frames are those of `maps.layer.commons_layer`.
    """
    layer = commons_layer(
        districts,
        places,
        language=language,
        classes=classes,
        selected=selected,
        communes=communes,
        attribution=attribution,
    )
    answer = show_layer(layer, key=key, height=height, returned=("last_active_drawing",))
    return new_click(answer.get("last_active_drawing"), f"{key}.answered")


def show_layer(
    layer: CommonsLayer, *, key: str, height: int = HEIGHT_PX, returned: Sequence[str] = ()
) -> dict[str, Any]:
    """Show a layer on the map of Brussels across the column; return what of `returned` the map tells."""
    answer = st_folium(
        CommonsMap(),
        key=key,
        height=height,
        use_container_width=True,
        feature_group_to_add=layer,
        returned_objects=list(returned),
    )
    return answer or {}


def new_click(said: dict[str, Any] | None, answered: str) -> Click | None:
    """Return the click unless it was answered before: the map repeats its last one on every run."""
    match said:
        case {"kind": "place" | "district" as kind, "id": str(identity), "at": moment}:
            if st.session_state.get(answered) == moment:
                return None
            st.session_state[answered] = moment
            return Click(kind, identity)
    return None
