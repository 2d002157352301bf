"""What visitors propose of a partner's records, or in addition: shown as text, accepted or refused with a name."""

from functools import partial

import pandas as pd
import streamlit as st

from commons.database.connection import Role, connect
from commons.database.proposal_lengths import LONGEST
from commons.i18n import translate
from commons.partners import Dataset, Partner
from commons.proposals.queue import Decider, Proposal, accept_error, corrections, proposals, refuse
from commons.vocabulary import Language, ProposalKind
from dashboard.failures import explained
from dashboard.session import Key, language, say
from dashboard.words import category_label, day, plain
from ingest.check.set_aside import CELL_SEPARATOR
from ingest.proposed import KEY, accept_addition
from ingest.read.correction import made_text

OF_RECORD = ("dataset", "partner_key", "present")
MOST_SHOWN = 200
"""The oldest: a flood of proposals leaves the page usable, and those behind come up as these are decided."""


def show_proposals(partner: Partner, datasets: list[Dataset]) -> None:
    """Show what waits for this partner's decision, the forms to decide it, and the corrections that it accepted."""
    with connect(Role.INGEST) as connection:
        waiting = proposals(connection, partner)[:MOST_SHOWN]
        accepted = corrections(connection, partner=partner)
    st.header(say("proposals.title"), anchor=False)
    if (outcome := st.session_state.pop(Key.DECIDED_PROPOSAL, None)) is not None:
        st.success(say(f"proposals.{outcome}"), icon=":material/check:")
    if waiting:
        st.markdown(say("proposals.lead"))
        label = partial(label_of, spoken=language())
        chosen = st.selectbox(say("proposals.which"), waiting, format_func=label)
        tell(chosen, partner)
        decide(chosen, partner, datasets)
    else:
        st.markdown(say("proposals.none"))
    if not accepted.empty:
        st.download_button(
            say("proposals.corrections"), corrections_csv(accepted), file_name="corrections.csv", mime="text/csv",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def label_of(proposal: Proposal, spoken: Language) -> str:
    """Return a proposal in one line."""
    kind = translate(f"proposal_kind.{proposal.kind}", spoken)
    parts = kind, proposal.title, day(proposal.received_at, spoken), proposal.reference
    return " · ".join(part for part in parts if part)


def tell(proposal: Proposal, partner: Partner) -> None:
    """Show what a visitor said, each field as text, and what the partner's own records say of it."""
    told = {
        name: (translate(f"propose.label.{name}", language()), text) for name, text in proposal.words.items()
    }
    if proposal.field:
        wrong = translate(f"proposed_field.{proposal.field}", language())
        told = {"field": (translate("propose.label.field", language()), wrong)} | told
    if proposal.category:
        label = category_label(proposal.category, language())
        told["category"] = translate("propose.label.category", language()), label
    with st.container(border=True, key="proposal"):
        for title, text in told.values():
            with st.container(gap=None):
                st.caption(title)
                st.text(text)
    if proposal.kind is ProposalKind.ADDITION:
        return
    with connect(Role.INGEST) as connection:
        own = corrections(connection, reference=proposal.reference, partner=partner, accepted=False)
    titles = [translate(f"cli.proposals.{name}", language()) for name in OF_RECORD]
    st.caption(say("proposals.your_records"))
    st.dataframe(
        own[list(OF_RECORD)].set_axis(titles, axis=1), hide_index=True, alt=say("proposals.your_records")
    )


def decide(proposal: Proposal, partner: Partner, datasets: list[Dataset]) -> None:
    """Ask who decides and what, and do it."""
    is_addition = proposal.kind is ProposalKind.ADDITION
    with st.form(f"decide-{proposal.reference}", border=False):
        by = st.text_input(say("proposals.by"), max_chars=LONGEST["decided_by"], autocomplete="name")
        note = st.text_input(say("proposals.note"), max_chars=LONGEST["note"], autocomplete="off")
        into = datasets[0]
        if is_addition:
            into = st.selectbox(say("proposals.into"), datasets, format_func=lambda dataset: dataset.title)
            st.caption(plain(say("proposals.into_note", named=KEY.format(proposal.reference))))
        with st.container(horizontal=True):
            accepts = st.form_submit_button(say("proposals.accept"), type="primary", icon=":material/check:")
            refuses = st.form_submit_button(say("proposals.refuse"), icon=":material/close:")
    if not (accepts or refuses):
        return
    decider = Decider(by, note, partner)
    with explained():
        with connect(Role.INGEST) as connection:
            if refuses:
                refuse(connection, proposal.reference, decider)
            elif is_addition:
                accept_addition(connection, proposal.reference, into, decider)
            else:
                accept_error(connection, proposal.reference, decider)
        outcome = "refused" if refuses else f"accepted_{proposal.kind}"
        st.session_state[Key.DECIDED_PROPOSAL] = outcome
        st.rerun()


def corrections_csv(accepted: pd.DataFrame) -> bytes:
    """Return the corrections as CSV for a spreadsheet, which runs nothing of it."""
    fields = [translate(f"proposed_field.{field}", language()) for field in accepted["field"]]
    titles = [translate(f"cli.proposals.{name}", language()) for name in accepted.columns]
    cells = accepted.assign(field=fields).apply(made_text).set_axis(titles, axis=1)
    return bytes(cells.to_csv(index=False, sep=CELL_SEPARATOR[language()]).encode("utf-8-sig"))
