"""Where an upload's records lie and what becomes of each: the map, and beside it the same in words and tables."""

import pandas as pd
import streamlit as st

from commons.i18n import translate
from commons.release import released
from commons.vocabulary import Audience, DistrictLevel, Language
from dashboard.components.map_view import show_layer
from dashboard.components.words import plain
from dashboard.session import language, say
from ingest.report.account import UploadAccount
from ingest.report.words import communes_table, place_texts
from maps.areas import district_names
from maps.upload_map import upload_layer

HEIGHT_PX = 520


def show_places(account: UploadAccount, key: str) -> None:
    """Show the records of an upload: only to the partner who sends it, and before anything of it is stored."""
    fates = account.fates
    st.subheader(say("places.title"), anchor=False)
    for text in place_texts(account, language()):
        st.markdown(plain(text))
    if fates.marks.empty:
        if not fates.counts.empty:
            st.info(say("places.none"))
        return
    communes = released(Audience.PUBLIC).districts(DistrictLevel.COMMUNE)
    drawn, told = st.columns([4, 3], gap="medium")
    with drawn:
        layer = upload_layer(communes, fates.marks, language=language(), in_cells=fates.in_cells)
        show_layer(layer, key=key, height=HEIGHT_PX)
        st.caption(say("places.note"))
    with told:
        st.dataframe(
            communes_table(fates, language()),
            hide_index=True,
            height=HEIGHT_PX,
            alt=translate("report.by_commune", language()),
        )
    if not fates.in_cells:
        names = dict(zip(communes["code"], district_names(communes, language()), strict=True))
        with st.expander(say("places.each")):
            st.dataframe(
                records_table(fates.marks, names, language()), hide_index=True, alt=say("places.each")
            )


def records_table(marks: pd.DataFrame, communes: dict[str, str], language: Language) -> pd.DataFrame:
    """Return each record that the map shows: what becomes of it, its name, its row in the file, its commune."""
    return pd.DataFrame(
        {
            say("column.fate"): [translate(f"fate.{fate}", language) for fate in marks["fate"]],
            say("column.name"): marks["name"],
            say("column.row"): marks["row_number"],
            translate("report.commune", language): marks["commune"].map(communes),
        }
    )
