"""The entry: it chooses the language, names the pages, opens the one that was asked for, and says what it rests on."""

from pathlib import Path

import streamlit as st
from streamlit.components.v1 import declare_component
from streamlit.navigation.page import StreamlitPage

from commons.i18n import translate
from commons.release import released
from commons.vocabulary import Audience, Language
from dashboard.components.words import plain
from dashboard.session import Param, in_address, language, say
from dashboard.web.failures import explained
from dashboard.web.propose_page import propose_address
from dashboard.web.shell import PAGES
from dashboard.web.turns import turn

# Three places, joined. A symbol by name would be fetched from another host.
ICON = """
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M8 23 16 8l8 15z" fill="none" stroke="#0b6e99"
stroke-width="3"/><g fill="#b3400a"><circle cx="16" cy="8" r="6"/><circle cx="8" cy="23" r="6"/>
<circle cx="24" cy="23" r="6"/></g></svg>"""
FOLDER = Path(__file__).parent
STYLE = FOLDER / "style.css"
take_care_of_page = declare_component("streamlit_shim", path=FOLDER / "streamlit_shim")


def choose_language() -> None:
    """Show the switch; the address keeps its answer, so that a shared view opens in the language it was shared in."""
    codes = [code.value for code in Language]
    st.segmented_control(
        "Langue / Taal / Language",
        codes,
        format_func=str.upper,
        required=True,
        label_visibility="collapsed",
        **in_address(Param.LANGUAGE, codes, default=[language().value]),
    )


def show_sources() -> None:
    """Show what must be said of the open data that the districts and rates rest on."""
    said = dict.fromkeys(released(Audience.PUBLIC).sources()["attribution"])
    if said:
        st.caption(say("footer.sources", sources=plain(" · ".join(said))))
    st.caption(say("footer.consent"))
    st.link_button(
        translate("propose.addition_link", language()), propose_address(language()), type="tertiary",
        icon=":material/add_location_alt:",
    )  # fmt: skip


def show_head() -> StreamlitPage:
    """Show what all pages begin with; return the page that was asked for."""
    st.set_page_config(layout="wide", page_icon=ICON.strip())
    st.html(STYLE)
    pages = [
        st.Page(file, title=say(f"{name}.nav"), default=number == 0)
        for number, (name, file) in enumerate(PAGES.items())
    ]
    page = st.navigation(pages, position="hidden")
    with st.container(
        key="streamlit_shim"
    ):  # before the links, and the map that may be left while it is loading
        take_care_of_page(language=language().value, page=page.url_path, key="care", default=None)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(say("brand"))
        choose_language()
    with st.container(horizontal=True, gap="small", key="pages"):
        for other in pages:
            st.page_link(other, query_params={Param.LANGUAGE.value: language().value})
    st.set_page_config(page_title=f"{page.title} · {say('brand')}")
    return page


page = None
with explained(), turn():
    page = show_head()
if page is not None:
    with explained(), turn(of_partner=page.url_path == "upload"):
        page.run()
st.divider()
with explained(), turn():
    show_sources()
