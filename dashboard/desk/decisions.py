"""The pairs of which a partner is asked whether both are one alternative, what it says, and what people have said."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from commons.database.connection import Role, connect
from commons.i18n import translate
from commons.partners import Dataset, Partner
from commons.vocabulary import Language, Verdict
from dashboard.components.words import category_label, number, plain
from dashboard.session import Key, language, say
from dashboard.web.failures import explained
from ingest.link.reasons import reason_of
from ingest.merge.partner_word import PartnerPair, partner_pairs, say_for, take_back_for
from ingest.report.words import moment_text

SHOWN = (
    "name", "name_fr", "name_nl", "name_en", "category", "street", "house_number", "postcode", "municipality", "phone",
    "email", "website", "enterprise_number",
)  # fmt: skip
NAME_LETTERS, NOTE_LETTERS = 100, 300
ANSWERS = (Verdict.SAME, Verdict.DIFFERENT)


def show_decisions(partner: Partner, dataset: Dataset) -> None:
    """Show the pairs of the dataset that wait for a person, and ask; then those of which one has spoken."""
    with connect(Role.INGEST) as connection:
        pairs = partner_pairs(connection, partner, dataset)
    with st.container(key="decisions"):
        show_pairs(partner, pairs)


def show_pairs(partner: Partner, pairs: Sequence[PartnerPair]) -> None:
    """Show what waits, and ask; then what people have said."""
    st.header(say("decisions.title"), anchor=False)
    if (said := st.session_state.pop(Key.SAID, None)) is not None:
        st.success(say(f"decisions.done_{said}"), icon=":material/check:")
    waiting = [pair for pair in pairs if pair.said_at is None]
    if waiting:
        count = number(len(waiting), language())
        st.markdown(say(f"decisions.waiting.{'one' if len(waiting) == 1 else 'many'}", count=count))
        pair = choose("decisions.which", waiting)
        show_pair(pair)
        ask(partner, pair, ANSWERS)
    else:
        st.markdown(say("decisions.none"))
    spoken = [pair for pair in pairs if pair.said_at is not None]
    if spoken:
        show_spoken(partner, spoken)


def choose(label: str, pairs: Sequence[PartnerPair]) -> PartnerPair:
    """Return the pair that is chosen; they are numbered, for two may have the same names."""
    names = {
        f"{at}. {pair.own['name']} · {pair.other['name']} ({pair.attribution})": pair
        for at, pair in enumerate(pairs, start=1)
    }
    return names[st.selectbox(say(label), list(names))]


def show_pair(pair: PartnerPair) -> None:
    """Show two records side by side, and what the comparison found."""
    st.table(pair_table(pair, language()), border="horizontal")
    if pair.evidence:
        st.markdown(say("decisions.why", reason=plain(reason_of(pair.evidence, language()))))
    st.caption(say("decisions.hidden"))


def pair_table(pair: PartnerPair, language: Language) -> pd.DataFrame:
    """Return what is told of each record, a line per field; partners' texts are text and nothing else."""

    def told(fields: dict[str, str], name: str) -> str:
        value = str(fields.get(name, ""))
        return plain(category_label(value, language) if name == "category" else value)

    sides = (dict(pair.own), dict(pair.other))
    rows = {say(f"field.{name}"): [told(side, name) for side in sides] for name in SHOWN}
    kept = {name: values for name, values in rows.items() if any(values)}
    columns = [say("decisions.own"), f"{say('decisions.other')} ({plain(pair.attribution)})"]
    return pd.DataFrame.from_dict(kept, orient="index", columns=columns)


def ask(partner: Partner, pair: PartnerPair, answers: Sequence[Verdict]) -> None:
    """Ask for a name, a note and an answer, and keep it."""
    at = f"{pair.own_id}-{pair.other_id}"
    with st.form(f"say-{at}", enter_to_submit=False):
        name = st.text_input(
            say("decisions.name"),
            max_chars=NAME_LETTERS,
            key=f"name-{at}",
            value=st.session_state.get(Key.DECIDER, ""),
        )
        st.caption(say("decisions.name_help"))
        note = st.text_input(say("decisions.note"), max_chars=NOTE_LETTERS, key=f"note-{at}")
        with st.container(horizontal=True):
            pressed = [answer for answer in answers if st.form_submit_button(say(f"decisions.{answer}"))]
    if pressed:
        with explained():
            with st.spinner(say("decisions.saving")), connect(Role.INGEST) as connection:
                say_for(
                    connection, partner, (pair.own_id, pair.other_id), pressed[0], said_by=name, note=note
                )
            st.session_state[Key.DECIDER] = name
            st.session_state[Key.SAID] = pressed[0].value
            st.rerun()


def show_spoken(partner: Partner, spoken: Sequence[PartnerPair]) -> None:
    """Show what people have said, and let the partner take back its own word, or say no to another partner's yes."""
    st.subheader(say("decisions.said"), anchor=False)
    st.dataframe(spoken_table(spoken, language()), hide_index=True, alt=say("decisions.said"))
    open_ones = [pair for pair in spoken if pair.is_own_word or pair.may_refuse]
    if not open_ones:
        return
    pair = choose("decisions.change", open_ones)
    if pair.may_refuse:
        show_pair(pair)
        ask(partner, pair, (Verdict.DIFFERENT,))
    elif st.button(say("decisions.take_back"), icon=":material/undo:"):
        with explained():
            with st.spinner(say("decisions.saving")), connect(Role.INGEST) as connection:
                take_back_for(connection, partner, (pair.own_id, pair.other_id))
            st.session_state[Key.SAID] = "back"
            st.rerun()


def spoken_table(spoken: Sequence[PartnerPair], language: Language) -> pd.DataFrame:
    """Return a line per pair of which somebody has spoken: the names, what was said, by whom and for whom, and why."""
    rows = [
        (
            pair.own["name"],
            pair.other["name"],
            pair.attribution,
            translate(f"verdict.{pair.verdict}", language),
            f"{pair.said_by} ({pair.said_for or say('decisions.commons')})",
            pair.note,
            moment_text(pair.said_at, language) if pair.said_at else "",
        )
        for pair in spoken
    ]
    names = ("name", "other_name", "other_list", "verdict", "said_by", "note", "at")
    return pd.DataFrame(rows, columns=[say(f"column.{name}") for name in names])
