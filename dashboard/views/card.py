"""The card of one alternative on the map's page."""

from collections.abc import Mapping, Sequence

import streamlit as st

from commons.i18n import translate
from commons.vocabulary import Language
from dashboard.components.facts import card_of
from dashboard.components.words import Row, plain
from dashboard.session import say
from dashboard.web.propose_page import propose_address


def show_card(
    row: Row, participations: Sequence[Row], district_names: Mapping[str, str], language: Language
) -> None:
    """Show the card of a released alternative; `participations` are its own."""
    card = card_of(row, participations, district_names, language)
    st.header(plain(card.name), anchor=False)
    st.caption(plain(card.category))
    if card.description:
        st.text(card.description)
    for label, text in card.facts:
        with st.container(gap=None):
            st.caption(label)
            st.text(text)
    if card.website is not None:
        st.link_button(say("card.website"), card.website, icon=":material/open_in_new:")
    propose = propose_address(language, str(row["public_id"]))
    st.link_button(
        translate("propose.error_link", language), propose, icon=":material/flag:", type="tertiary"
    )
    told = say("card.source", attributions=card.sources, licences=card.licences)
    st.caption(f"{plain(told)}  \n{card.updated}")
