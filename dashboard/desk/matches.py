"""Which of a partner's records others know too, and why they are taken for the same: in words, and as a picture."""

import pandas as pd
import streamlit as st

from commons.database.connection import Role, connect
from commons.partners import Dataset
from commons.vocabulary import Language
from dashboard.components.charts import weights_of_evidence
from dashboard.session import language, say
from ingest.link.reasons import reason_of
from ingest.merge.matches import Match, matches_of


def show_matches(dataset: Dataset) -> None:
    """Show the dataset's matches with other lists, and what speaks for the one that is chosen."""
    with connect(Role.INGEST) as connection:
        found = matches_of(connection, dataset)
    st.header(say("matches.title"), anchor=False)
    if not found:
        st.markdown(say("matches.none"))
        return
    st.markdown(say("matches.lead"))
    spoken = language()
    st.dataframe(match_table(found, spoken), hide_index=True, alt=say("matches.title"))
    chosen = st.selectbox(say("matches.which"), found, format_func=match_label)
    if chosen.is_human:
        st.markdown(say("matches.person"))
    elif chosen.evidence:
        st.altair_chart(weights_of_evidence(chosen.evidence, spoken), alt=say("matches.chart_alt"))
        st.caption(say("matches.bits"))


def match_label(match: Match) -> str:
    """Return a match in one line."""
    return f"{match.name} = {match.other_name} ({match.attribution})"


def match_table(found: list[Match], language: Language) -> pd.DataFrame:
    """Return a line per match: the two names, whose the other is, and why."""
    rows = [
        (
            match.name,
            match.other_name,
            match.attribution,
            say("matches.person") if match.is_human else reason_of(match.evidence, language),
        )
        for match in found
    ]
    names = ("name", "other_name", "other_list", "why")
    return pd.DataFrame(rows, columns=[say(f"column.{name}") for name in names])
