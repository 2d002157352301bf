"""Who knows what: how many public alternatives each two partners have in common, as a picture and a table."""

import pandas as pd
import streamlit as st

from commons.database.connection import Role, connect
from commons.overlap import TOLD_BY, overlap_for_everyone
from commons.vocabulary import Language
from dashboard.charts import heat_of_overlap
from dashboard.session import language, say
from dashboard.words import has, number

LEAST_PARTNERS = 2


def show_overlap() -> None:
    """Show how many public alternatives each two partners both know; nothing while fewer than two know any."""
    with connect(Role.INGEST) as connection:
        told = overlap_for_everyone(connection)
    if told["partner"].nunique() < LEAST_PARTNERS:
        return
    spoken = language()
    st.header(say("overlap.title"), anchor=False)
    st.markdown(say("overlap.lead", step=TOLD_BY))
    picture, table = st.columns(2)
    picture.altair_chart(heat_of_overlap(told, spoken), alt=say("overlap.alt"))
    table.dataframe(overlap_table(told, spoken), alt=say("overlap.title"))


def overlap_table(told: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a line and a column per partner; what is not told says so."""
    words = [
        say("overlap.at_least", count=number(count, language))
        if has(count)
        else say("overlap.few", step=TOLD_BY)
        for count in told["at_least"]
    ]
    table = told.assign(words=words).pivot_table(
        index="partner", columns="other", values="words", aggfunc="first"
    )
    return table.rename_axis(index=say("column.partner"), columns=None)
