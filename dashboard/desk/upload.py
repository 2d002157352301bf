"""Upload: a partner's file, looked at before anything is stored, then stored, merged and released."""

import secrets

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.overview import dataset_overview
from commons.partners import Dataset, Partner, datasets_of, partner_of_token
from commons.release import released
from commons.settings import Secret
from commons.tokens import try_token
from commons.vocabulary import Audience, UploadMode
from dashboard.components.words import number, plain
from dashboard.desk.decisions import show_decisions
from dashboard.desk.matches import show_matches
from dashboard.desk.partner_tables import (
    Report,
    Sent,
    SentFolder,
    mapping_table,
    notice_lists,
    public_table,
    visibility_counts,
)
from dashboard.desk.proposals import show_proposals
from dashboard.desk.upload_map import show_places
from dashboard.desk.uploads_sent import offer_report, show_effects, show_sent
from dashboard.desk.yes import ask_what_yes_means
from dashboard.session import Key, language, say
from dashboard.web.failures import explained
from dashboard.web.shell import PAGES
from dashboard.web.visits import forget_files
from ingest.check.set_aside import set_aside_csv
from ingest.map.choose import with_choices
from ingest.map.fields import all_fields
from ingest.map.saved import latest_mapping, save_mapping
from ingest.notices import Severity
from ingest.read.recognise import EXTENSIONS
from ingest.store.ending import asks_first
from ingest.store.store import StoredUpload
from ingest.upload import PreparedUpload, commit_with_account, prepare_upload, preview_upload

MODES: list[UploadMode] = list(UploadMode)
TOKEN_LETTERS = 200
# Streamlit's uploader speaks English only; style.css shows these words in the place of its own.
UPLOADER_WORDS = "<style>:root {{ --choose: '{choose}'; --limit: '{limit}'; }}</style>"
FILE_TYPES = [ending.removeprefix(".") for ending in EXTENSIONS]


def show() -> None:
    """Arrange the page."""
    st.title(say("upload.title"))
    st.markdown(say("upload.lead"))
    partner = enter()
    if partner is None:
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(say("upload.welcome", partner=plain(partner.name)))
        st.button(say("upload.leave"), type="tertiary", on_click=leave)
    with connect(Role.INGEST) as connection:
        datasets = datasets_of(connection, partner)
    if not datasets:
        st.info(say("upload.no_dataset"))
        return
    if isinstance(report := st.session_state.get(Key.REPORT), Report):
        tell(report)
        show_matches(report.dataset)
        show_decisions(partner, report.dataset)
        show_sent(partner, report.dataset)
        return
    send(partner, datasets)
    show_proposals(partner, datasets)


def enter() -> Partner | None:
    """Return the partner whose token this visit holds; ask for it where it holds none."""
    if isinstance(token := st.session_state.get(Key.TOKEN), Secret):
        with connect(Role.INGEST) as connection:
            return partner_of_token(connection, token.reveal())
    with st.form("enter", clear_on_submit=True, border=False):
        given = st.text_input(
            say("upload.token"), type="password", autocomplete="off", max_chars=TOKEN_LETTERS
        )
        st.caption(say("upload.token_help"))
        sent = st.form_submit_button(say("upload.enter"), type="primary")
    if sent:
        with explained():
            try_token(given)
            st.session_state[Key.TOKEN] = Secret(given)
            st.rerun()
    return None


def leave() -> None:
    """Forget the token and all that was looked at with it."""
    for key in (Key.TOKEN, Key.PREPARED, Key.REPORT, Key.UNDOING, Key.SAID, Key.DECIDER):
        st.session_state.pop(key, None)
    forget_files()


def send(partner: Partner, datasets: list[Dataset]) -> None:
    """Ask for the dataset; take a file for it, and show what was sent before."""
    dataset = st.selectbox(say("upload.dataset"), datasets, format_func=lambda dataset: dataset.title)
    send_file(partner, dataset)
    show_matches(dataset)
    show_decisions(partner, dataset)
    show_sent(partner, dataset)


def send_file(partner: Partner, dataset: Dataset) -> None:
    """Ask for the file and whether it is the whole list; show what is in it; store it when told to."""
    st.html(UPLOADER_WORDS.format(choose=say("upload.choose"), limit=say("upload.limit")))
    file = st.file_uploader(say("upload.file"), type=FILE_TYPES)
    if file is None:
        st.session_state.pop(Key.PREPARED, None)
        return
    sent = prepare(file, dataset)
    prepared = sent.prepared
    preview(prepared)
    change_columns(sent, partner, dataset)
    if sent.changed is not None:
        return
    ask_what_yes_means(sent, partner, dataset)
    mode = choose_mode(sent, dataset)
    if prepared.checked.frame.empty:
        st.warning(say("upload.nothing_ready"), icon=":material/warning:")
        return
    if mode is None:
        st.info(say("upload.mode_first"), icon=":material/info:")
        return
    stored = foresee(sent, partner, dataset, mode)
    if confirmed(stored):
        commit(sent, partner, dataset, mode, stored)


def choose_mode(sent: Sent, dataset: Dataset) -> UploadMode | None:
    """Return whether the file is the whole list, None until the partner says so: what a whole list lacks is ended."""
    if sent.prepared.is_correction:
        st.info(say("upload.correction"), icon=":material/info:")
        return UploadMode.PARTIAL
    return st.radio(
        say("upload.mode"),
        MODES,
        index=None,
        format_func=lambda mode: say(f"upload.mode_{mode}"),
        captions=[say(f"upload.mode_{mode}_note") for mode in UploadMode],
        key=f"mode-{sent.file_id}-{dataset.dataset_id}-{language()}",
    )


def confirmed(stored: StoredUpload) -> bool:
    """Say whether the partner wants this stored now: where it would end many records, with their number typed."""
    spoken = language()
    counts = {"gone": number(stored.gone, spoken), "before": number(stored.before, spoken)}
    asks, typed = asks_first(stored.gone, stored.before), ""
    with st.form("commit", border=False):
        if asks:
            st.warning(say("upload.ends_many", **counts), icon=":material/warning:")
            typed = st.text_input(say("upload.ends", **counts), autocomplete="off", max_chars=20, width=420)
        wanted = st.form_submit_button(say("upload.commit"), type="primary", icon=":material/publish:")
    if not wanted:
        return False
    if asks and "".join(filter(str.isdigit, typed)) != str(stored.gone):
        st.error(say("upload.ends_wrong", **counts), icon=":material/error:")
        return False
    return True


def commit(sent: Sent, partner: Partner, dataset: Dataset, mode: UploadMode, foreseen: StoredUpload) -> None:
    """Store the file, and show what it did."""
    ends = foreseen.gone if asks_first(foreseen.gone, foreseen.before) else None
    sent.foreseen.clear()  # where it is refused now, the list has changed meanwhile
    with st.spinner(say("upload.storing")), explained():
        with connect(Role.INGEST) as outside, connect(Role.INGEST) as connection:
            done, account = commit_with_account(
                connection, outside, dataset, sent.prepared, uploaded_by=partner.slug, mode=mode, ends=ends
            )
        # Once it is committed: to run the page anew within the block would undo it.
        st.session_state[Key.REPORT] = Report(dataset, done, account, sent.prepared.checked.set_aside)
        st.session_state.pop(Key.PREPARED, None)
        forget_files()
        st.rerun()


def prepare(file: UploadedFile, dataset: Dataset) -> Sent:
    """Return the file read and checked, once; while the visit needs it, it lies on disk under a name of our own.

    It is read by the mapping saved for the dataset; where it no longer fits that one, by a new proposal.
    """
    kept = st.session_state.get(Key.PREPARED)
    with connect(Role.INGEST) as connection:
        saved = latest_mapping(connection, dataset)
    if (
        isinstance(kept, Sent)
        and (kept.file_id, kept.dataset_id) == (file.file_id, dataset.dataset_id)
        and (kept.changed is not None or kept.prepared.saved == saved)
    ):
        return kept
    with st.spinner(say("upload.reading")):
        folder = SentFolder()
        path = folder.path / secrets.token_hex(8)
        path.write_bytes(file.getbuffer())
        try:
            prepared, changed = prepare_upload(path, file.name, saved=saved), None
        except CommonsError as failure:
            if failure.key != "mapping.changed":
                raise
            prepared, changed = prepare_upload(path, file.name), failure
        sent = Sent(file.file_id, folder, prepared, dataset.dataset_id, changed)
        sent.prepared.checked.rows_in  # noqa: B018 - all of it is read while the spinner turns
    st.session_state[Key.PREPARED] = sent
    return sent


def change_columns(sent: Sent, partner: Partner, dataset: Dataset) -> None:
    """Let the partner say what each column means, and keep it for the dataset's next files."""
    mapping = sent.prepared.mapping
    if sent.changed is not None:
        st.warning(plain(sent.changed.what(language())), icon=":material/warning:")
    with (
        st.expander(say("upload.change"), expanded=sent.changed is not None),
        st.form("columns", border=False),
    ):
        st.caption(say("upload.change_note"))
        meant: dict[str, str | None] = {say("upload.no_field"): None}
        meant |= {say(f"field.{field}"): field for field in sorted(all_fields())}
        field_of = {match.column: match.field for match in mapping.matches}
        fixed = {split.column for split in mapping.splits} | set(mapping.ignore)
        choices = {
            column: meant[
                st.selectbox(
                    plain(column),
                    list(meant),
                    index=list(meant.values()).index(field_of.get(column)),
                    key=f"column-{sent.file_id}-{dataset.dataset_id}-{language()}-{number}",
                )
            ]
            for number, column in enumerate(sent.prepared.columns)
            if column not in fixed
        }
        wanted = st.form_submit_button(say("upload.save_columns"), icon=":material/save:")
    if wanted:
        with explained():
            chosen = with_choices(mapping, choices)
            prepare_upload(sent.prepared.path, sent.prepared.file_name, chosen=chosen)
            with connect(Role.INGEST) as connection:
                save_mapping(connection, dataset, chosen, saved_by=partner.slug)
            st.session_state.pop(Key.PREPARED, None)
            sent.folder.cleanup()
            st.rerun()


def foresee(sent: Sent, partner: Partner, dataset: Dataset, mode: UploadMode) -> StoredUpload:
    """Show and return what storing the file would change in the dataset, and for whom; worked out once per choice."""
    asked = (dataset.dataset_id, mode)
    if asked not in sent.foreseen:
        with st.spinner(say("upload.foreseeing")), connect(Role.INGEST) as connection:
            sent.foreseen[asked] = preview_upload(
                connection, dataset, sent.prepared, uploaded_by=partner.slug, mode=mode
            )
    foreseen = sent.foreseen[asked]
    stored = foreseen.committed.stored
    st.header(say("upload.foreseen"), anchor=False)
    if stored.is_repeat:
        st.info(say("upload.repeat"))
    tell_remarks(stored)
    counts = {name: getattr(stored, name) for name in ("new", "changed", "unchanged", "gone")}
    show_figures(counts | {"duplicates": foreseen.committed.duplicates})
    show_effects(foreseen.effects)
    st.caption(say("upload.foreseen_note"))
    show_places(foreseen.account, key="upload.map")
    return stored


def tell_remarks(stored: StoredUpload) -> None:
    """Tell of the rows that are like what was erased or withdrawn, or close what two people had opened."""
    for code, count in stored.remarks.items():
        st.warning(f"{code.what(language())} {code.fix(language())} ({number(count, language())})")


def preview(prepared: PreparedUpload) -> None:
    """Show what would be stored, what each consent flag says of it, and what to put right."""
    checked = prepared.checked
    st.header(say("upload.preview"), anchor=False)
    figures = {"rows_in": checked.rows_in, "ready": len(checked.frame), "set_aside": len(checked.set_aside)}
    show_figures(figures)
    offer_set_aside(checked.set_aside)
    st.subheader(say("upload.consent"), anchor=False)
    counts = visibility_counts(checked)
    if counts is None:
        st.markdown(say("upload.consent_default"))
    else:
        show_figures(counts)
    st.caption(say("upload.consent_note"))
    st.subheader(say("upload.columns"), anchor=False)
    st.dataframe(mapping_table(prepared.mapping, language()), hide_index=True)
    st.subheader(say("upload.notices"), anchor=False)
    if checked.notices.empty:
        st.markdown(say("upload.no_notice"))
    else:
        for severity, remarks in notice_lists(checked.notices, language()).items():
            with st.expander(say(f"severity.{severity}"), expanded=severity is not Severity.INFO):
                st.markdown(remarks)


def tell(report: Report) -> None:
    """Show what the upload changed, and what everyone sees of the dataset now."""
    stored = report.done.stored
    st.success(say("upload.repeat" if stored.is_repeat else "upload.done"), icon=":material/check:")
    tell_remarks(stored)
    names = ("rows_in", "new", "changed", "unchanged", "gone", "set_aside")
    show_figures({name: getattr(stored, name) for name in names})
    with st.container(horizontal=True):
        offer_set_aside(report.set_aside)
        offer_report(report.account)
    with connect(Role.INGEST) as connection:
        overview = dataset_overview(connection)
    mine = overview[overview["dataset"] == report.dataset.slug].to_dict("records")[0]
    st.header(say("upload.now"), anchor=False)
    show_figures({name: mine[name] for name in ("records", "shared", "partners", "public")})
    st.caption(say("upload.now_note"))
    st.dataframe(
        public_table(released(Audience.PUBLIC).alternatives(), report.dataset.slug, language()),
        hide_index=True,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(PAGES["explore"], label=say("upload.see_map"), icon=":material/map:")
        st.button(say("upload.another"), on_click=lambda: st.session_state.pop(Key.REPORT, None))


def show_figures(figures: dict[str, int]) -> None:
    """Show counts side by side, each by its name."""
    with st.container(horizontal=True):
        for name, count in figures.items():
            st.metric(say(f"figure.{name}"), number(count, language()), width=150)


def offer_set_aside(set_aside: pd.DataFrame) -> None:
    """Offer the rows set aside, each with what to put right."""
    if len(set_aside):
        st.download_button(
            say("upload.set_aside", count=number(len(set_aside), language())),
            set_aside_csv(set_aside, language()),
            file_name="set-aside.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
        )


show()
