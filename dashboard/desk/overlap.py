"""Who knows what: how many public alternatives each two sources have in common, as a picture and a table."""

import pandas as pd
import streamlit as st

from commons.release import released
from commons.research import overlap_of_sources
from commons.vocabulary import Audience
from dashboard.components.charts import heat_of_overlap
from dashboard.components.words import number
from dashboard.session import language, say

LEAST_SOURCES = 2
KEPT_SECONDS = 600


def show_overlap() -> None:
    """Show how many public alternatives each two sources both tell of; nothing while fewer than two tell of any."""
    told = kept_overlap(released(Audience.PUBLIC).version())
    if told["source"].nunique() < LEAST_SOURCES:
        return
    st.header(say("overlap.title"), anchor=False)
    st.markdown(say("overlap.lead"))
    picture, table = st.columns(2)
    picture.altair_chart(heat_of_overlap(told, language()), alt=say("overlap.alt"))
    table.dataframe(overlap_table(told), alt=say("overlap.title"))


@st.cache_data(max_entries=1, ttl=KEPT_SECONDS, show_spinner=False)
def kept_overlap(version: str) -> pd.DataFrame:  # noqa: ARG001
    """Return what the public's sources have in common; kept as long as the version of what it sees is the same."""
    return overlap_of_sources(Audience.PUBLIC)


def overlap_table(told: pd.DataFrame) -> pd.DataFrame:
    """Return a line and a column per source, by their names."""
    counts = told.pivot_table(
        index="source", columns="other", values="both_tell", fill_value=0, aggfunc="sum"
    )
    written = counts.map(lambda count: number(count, language()))
    return written.rename_axis(index=say("column.source"), columns=None)
