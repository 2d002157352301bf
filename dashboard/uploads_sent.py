"""What a partner has sent before: what each upload did, its report, and the undoing of the latest in two steps."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from commons.consent.effects import Effect
from commons.database.connection import Role, connect
from commons.partners import Dataset, Partner
from commons.vocabulary import Language
from dashboard.partner_tables import effects_table
from dashboard.session import Key, language, say
from dashboard.upload_report import report_html
from dashboard.words import number, plain
from ingest.report.account import UploadAccount, account_of
from ingest.report.sent import SentUpload, uploads_of
from ingest.report.words import moment_text
from ingest.store.undo import preview_undo, undo_upload


def show_sent(partner: Partner, dataset: Dataset) -> None:
    """Show the dataset's uploads, the report of any of them, and how to undo the latest."""
    with connect(Role.INGEST) as connection:
        sent = uploads_of(connection, dataset)
    st.header(say("sent.title"), anchor=False)
    if (undone := st.session_state.pop(Key.UNDONE, None)) is not None:
        st.success(say("sent.undone", number=undone), icon=":material/undo:")
    if not sent:
        st.markdown(say("sent.none"))
        return
    spoken = language()
    st.dataframe(sent_table(sent, spoken), hide_index=True, alt=say("sent.title"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            say("sent.which"), sent, format_func=lambda upload: sent_label(upload, spoken), width=420
        )
        offer_past_report(dataset, chosen.upload_id)
    latest = next((upload for upload in sent if upload.is_latest), None)
    if latest is not None:
        offer_undo(partner, dataset, latest)


def sent_label(upload: SentUpload, language: Language) -> str:
    """Return an upload in one line."""
    return f"{upload.upload_id} · {moment_text(upload.uploaded_at, language)} · {upload.file_name}"


def sent_table(sent: Sequence[SentUpload], language: Language) -> pd.DataFrame:
    """Return each upload, the latest first: what it was, and what it did."""
    figures = ("rows_in", "new", "changed", "unchanged", "gone")
    rows = [
        {
            say("column.upload"): upload.upload_id,
            say("column.at"): moment_text(upload.uploaded_at, language),
            say("column.file"): upload.file_name,
            say("column.mode"): say(f"upload.mode_{upload.mode}"),
            **{say(f"figure.{name}"): getattr(upload, name) for name in figures},
            say("figure.set_aside"): upload.rows_set_aside,
            say("column.undone_at"): moment_text(upload.undone_at, language) if upload.undone_at else "",
        }
        for upload in sent
    ]
    return pd.DataFrame(rows)


def offer_report(account: UploadAccount) -> None:
    """Offer the report of what was just stored."""
    st.download_button(
        say("sent.report"),
        report_html(account, language()),
        file_name=report_name(account.dataset, account.sent.upload_id),
        mime="text/html",
        on_click="ignore",
        icon=":material/description:",
    )


def offer_past_report(dataset: Dataset, upload_id: int) -> None:
    """Offer the report of an upload; it is put together when it is asked for, in a thread of its own."""
    spoken = language()

    def make() -> str:
        with connect(Role.INGEST) as connection:
            return report_html(account_of(connection, dataset, upload_id), spoken)

    st.download_button(
        say("sent.report"),
        make,
        file_name=report_name(dataset, upload_id),
        mime="text/html",
        on_click="ignore",
        key="past_report",
        icon=":material/description:",
    )


def report_name(dataset: Dataset, upload_id: int) -> str:
    """Return what the report's file is called."""
    return f"{dataset.slug}-{upload_id}.html"


def offer_undo(partner: Partner, dataset: Dataset, latest: SentUpload) -> None:
    """Offer to see what undoing the latest upload would do; once it is seen, to do it."""
    if st.session_state.get(Key.UNDOING) != latest.upload_id:
        st.button(
            say("sent.undo", number=latest.upload_id),
            on_click=_remember_undoing,
            args=(latest.upload_id,),
            icon=":material/undo:",
        )
        return
    with st.container(border=True, key="undo"):
        st.subheader(say("sent.undo_title", number=latest.upload_id), anchor=False)
        with st.spinner(say("sent.foreseeing")), connect(Role.INGEST) as connection:
            told = preview_undo(connection, dataset, latest.upload_id)
        st.markdown(
            say(
                "sent.undo_lead",
                file=plain(latest.file_name),
                removed=number(told.removed, language()),
                restored=number(told.restored, language()),
            )
        )
        show_effects(told.effects)
        with st.container(horizontal=True):
            done = st.button(say("sent.undo_now"), type="primary")
            st.button(say("sent.keep"), on_click=_remember_undoing, args=(None,))
        if done:
            with st.spinner(say("sent.undoing")), connect(Role.INGEST) as connection:
                undo_upload(connection, dataset, latest.upload_id, undone_by=partner.slug)
            for key in (Key.UNDOING, Key.REPORT, Key.PREPARED):
                st.session_state.pop(key, None)
            st.session_state[Key.UNDONE] = latest.upload_id
            st.rerun()


def _remember_undoing(upload_id: int | None) -> None:
    st.session_state[Key.UNDOING] = upload_id


def show_effects(effects: Sequence[Effect]) -> None:
    """Show what a change does to each reader."""
    st.table(effects_table(effects, language()), hide_index=True, border="horizontal")
    st.caption(say("upload.effects_note"))
