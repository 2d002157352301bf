"""What "yes" means in a column that should say to whom: asked once on the upload page, kept with the mapping."""

import streamlit as st

from commons.database.connection import Role, connect
from commons.partners import Dataset, Partner
from commons.vocabulary import Precision
from dashboard.components.words import plain
from dashboard.desk.partner_tables import Sent
from dashboard.session import Key, say
from dashboard.web.failures import explained
from ingest.map.saved import save_mapping
from ingest.map.yes import MEANINGS, unclear_flags, with_yes
from ingest.upload import prepare_upload

PRECISIONS = tuple(precision for precision in Precision if precision is not Precision.WITHHELD)


def ask_what_yes_means(sent: Sent, partner: Partner, dataset: Dataset) -> None:
    """Ask about each column of consent in which a yes stands; nothing is chosen beforehand, and it stays a no."""
    mapping = sent.prepared.mapping
    for flag in unclear_flags(mapping, sent.prepared.checked.notices):
        with st.container(border=True), st.form(f"yes-{flag}-{sent.file_id}", border=False):
            st.subheader(say(f"yes.title_{flag}", column=plain(mapping.column_of[flag])), anchor=False)
            st.markdown(say("yes.lead"))
            means = st.radio(
                say("yes.to_whom"), MEANINGS, index=None, format_func=lambda code: say(f"yes.{code}")
            )
            asks_precision = flag == "visibility" and "precision" not in mapping.fields
            precision = (
                st.selectbox(
                    say("yes.how_precisely"),
                    PRECISIONS,
                    index=None,
                    format_func=lambda code: say(f"card.precision.{code}"),
                    placeholder=say("yes.as_agreed"),
                )
                if asks_precision
                else None
            )
            is_said = st.form_submit_button(say("yes.save"), icon=":material/save:")
        if is_said and means is None:
            st.warning(say("yes.choose"), icon=":material/warning:")
        elif is_said and means is not None:
            with explained():
                chosen = with_yes(mapping, flag, means, precision)
                prepare_upload(sent.prepared.path, sent.prepared.file_name, chosen=chosen)
                with connect(Role.INGEST) as connection:
                    save_mapping(connection, dataset, chosen, saved_by=partner.slug)
                st.session_state.pop(Key.PREPARED, None)
                sent.folder.cleanup()
                st.rerun()
