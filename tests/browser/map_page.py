"""A throw-away page with the map, a filter and what the map answered, for the browser's tests."""

import sys
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[1] / "maps"))

import map_frames as frames

from commons.vocabulary import Language
from dashboard.components.map_view import show_map
from maps.classes import classify, quantile_bounds

st.set_page_config(page_title="Map", layout="wide")


@st.cache_resource
def drawn_frames():
    districts = frames.with_values(frames.neighbourhoods())
    return districts, frames.places(districts), frames.communes()


districts, places, communes = drawn_frames()
language = Language(st.query_params.get("lang", "fr"))
shown = places.iloc[:10] if st.checkbox("Only ten") else places
classes = classify(quantile_bounds(districts["value"]), title="Alternatives", language=language)
click = show_map(
    districts,
    shown,
    language=language,
    classes=classes,
    communes=communes,
    selected=st.session_state.get("selected"),
    attribution="UrbIS, IBSA",
)
if click:
    st.session_state["selected"] = click.id
    st.session_state["clicks"] = st.session_state.get("clicks", 0) + 1
    st.rerun()
st.write("clicks:", st.session_state.get("clicks", 0), "selected:", st.session_state.get("selected", "-"))
if st.query_params.get("chart"):
    bars = pd.DataFrame({"resource": ["places", "skills"], "count": [3, 5]})
    st.altair_chart(alt.Chart(bars).mark_bar().encode(x="resource", y="count"))
    st.file_uploader("File")
    st.dataframe(bars)
