"""Commands about uploads: sending a file, seeing what it would do, listing and reporting what was sent, undoing it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer

from commons.cli.cluster import ensure_database
from commons.cli.consent import print_effects
from commons.cli.mapping import choose
from commons.cli.terminal import OutputFormat, console, group, print_frame, say, told, working
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.i18n import default_language, translate
from commons.partners import find_dataset
from commons.release import released
from commons.vocabulary import Audience, DistrictLevel, UploadMode

if TYPE_CHECKING:
    from ingest.notices import Severity
    from ingest.report.account import UploadAccount

uploads = group("uploads")

LISTED = {
    "upload": "upload_id", "at": "uploaded_at", "file": "file_name", "mode": "mode", "rows_in": "rows_in",
    "stored": "rows_stored", "new": "new", "changed": "changed", "unchanged": "unchanged", "gone": "gone",
    "set_aside": "rows_set_aside", "by": "uploaded_by", "undone_at": "undone_at",
}  # fmt: skip
"""What is told of each upload: the text of its title, and the field."""


def register(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    app.command(help=told("upload", "commons upload liste-voisins liste.csv --dry-run"))(upload)
    uploads.command("list", help=told("uploads_list", "commons uploads list liste-voisins"))(list_uploads)
    undo_example = "commons uploads undo liste-voisins 12 --by 'A. Voisin' --dry-run"
    uploads.command("undo", help=told("uploads_undo", undo_example))(undo)
    report_example = "commons uploads report liste-voisins 12 rapport.html"
    uploads.command("report", help=told("uploads_report", report_example))(write_past_report)
    app.add_typer(uploads, name="uploads")


def upload(
    dataset: str,
    file: Path,
    partial: Annotated[bool, typer.Option("--partial", help=say("upload.partial"))] = False,
    ends: Annotated[int | None, typer.Option("--ends", min=0, help=say("upload.ends"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("upload.dry_run"))] = False,
    set_aside: Annotated[Path | None, typer.Option(help=say("upload.set_aside"))] = None,
    report: Annotated[Path | None, typer.Option(help=say("upload.report"))] = None,
    mapping: Annotated[str | None, typer.Option(help=say("upload.mapping"))] = None,
) -> None:
    from ingest.check.set_aside import set_aside_csv  # noqa: PLC0415 - a room above
    from ingest.map.saved import latest_mapping  # noqa: PLC0415
    from ingest.report.words import remarks  # noqa: PLC0415
    from ingest.store.ending import asks_first  # noqa: PLC0415
    from ingest.upload import (  # noqa: PLC0415
        commit_upload,
        commit_with_account,
        prepare_upload,
        preview_upload,
    )

    ensure_database()
    if not file.is_file():
        raise CommonsError("upload.no_file", file=file.name)
    chosen = choose(mapping)
    with connect(Role.INGEST) as connection:
        saved = latest_mapping(connection, find_dataset(connection, dataset))
    with working(say("upload.reading", file=file.name)):
        prepared = prepare_upload(file, saved=saved, chosen=chosen)
    by, mode = "commons upload", UploadMode.PARTIAL if partial else UploadMode.FULL
    effects, account = None, None
    with working(say("upload.storing")), connect(Role.INGEST) as outside, connect(Role.INGEST) as connection:
        found = find_dataset(connection, dataset)
        if dry_run:
            preview = preview_upload(connection, found, prepared, uploaded_by=by, mode=mode)
            done, effects, account = preview.committed, preview.effects, preview.account
        elif report is not None:
            done, account = commit_with_account(
                connection,
                outside,
                found,
                prepared,
                uploaded_by=by,
                mode=mode,
                ends=ends,
                count_duplicates=True,
            )
        else:
            done = commit_upload(
                connection, found, prepared, uploaded_by=by, mode=mode, ends=ends, count_duplicates=True
            )
    stored = done.stored
    print_remarks(remarks(stored.notices, default_language()))
    if set_aside is not None:
        set_aside.write_bytes(set_aside_csv(prepared.set_aside()))
    if report is not None and account is not None:
        write_report(account, report)
    console.print(
        say("upload.repeat" if stored.is_repeat else "upload.done", rows_in=stored.rows_in, new=stored.new,
            changed=stored.changed, unchanged=stored.unchanged, gone=stored.gone, aside=stored.set_aside)
    )  # fmt: skip
    console.print(say("upload.matched", count=done.duplicates))
    if done.waiting:
        console.print(say("upload.waiting", count=done.waiting, dataset=dataset), markup=False)
    for code, count in stored.remarks.items():
        console.print(say("upload.erased", count=count, what=code.what(), fix=code.fix()), markup=False)
    if effects is not None:
        print_effects(effects)
        console.print(say("upload.not_stored"), style="bold")
        if asks_first(stored.gone, stored.before):
            console.print(say("upload.will_ask", gone=stored.gone, before=stored.before), markup=False)


def print_remarks(found: "list[tuple[Severity, list[dict[str, Any]]]]") -> None:
    """Print what was remarked, as a list that a narrow terminal holds: what is wrong, where, and what to do."""
    for severity, codes in found:
        console.print(translate(f"report.severity_{severity}"), style="bold", markup=False)
        for remark in codes:
            console.print(
                f"  {remark['code']}: {remark['what']} {remark['fix']}", markup=False, highlight=False
            )
            for place in remark["where"]:
                console.print(f"    {place}", markup=False, highlight=False)


def list_uploads(
    dataset: str, form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE
) -> None:
    from ingest.report.sent import uploads_of  # noqa: PLC0415 - a room above

    ensure_database()
    with connect(Role.INGEST) as connection:
        listed = uploads_of(connection, find_dataset(connection, dataset))
    rows = [[getattr(sent, field) for field in LISTED.values()] for sent in listed]
    print_frame(pd.DataFrame(rows, columns=[say(f"uploads_list.{name}") for name in LISTED]), form)


def write_past_report(dataset: str, number: int, file: Path) -> None:
    from ingest.report.account import account_of  # noqa: PLC0415 - a room above

    ensure_database()
    with connect(Role.INGEST) as connection:
        account = account_of(connection, find_dataset(connection, dataset), number)
    write_report(account, file)


def write_report(account: "UploadAccount", file: Path) -> None:
    """Write the account of an upload as a page, with the picture of its places."""
    from ingest.report.page import report_page  # noqa: PLC0415 - rooms above
    from maps.upload_picture import upload_picture  # noqa: PLC0415

    language = default_language()
    communes = released(Audience.PUBLIC).districts(DistrictLevel.COMMUNE)
    fates = account.fates
    picture = upload_picture(communes, fates.marks, language=language, in_cells=fates.in_cells)
    page = report_page(account, picture, language)
    file.write_text(page, "utf-8")
    console.print(say("uploads_report.done", file=file.name), markup=False)


def undo(
    dataset: str,
    number: int,
    by: Annotated[str, typer.Option(help=say("uploads_undo.by"))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("uploads_undo.dry_run"))] = False,
) -> None:
    from ingest.store.undo import preview_undo, undo_upload  # noqa: PLC0415 - a room above

    ensure_database()
    with working(say("uploads_undo.doing")), connect(Role.INGEST) as connection:
        found = find_dataset(connection, dataset)
        if dry_run:
            done = preview_undo(connection, found, number)
        else:
            done = undo_upload(connection, found, number, undone_by=by)
    if done.effects:
        print_effects(done.effects)
    outcome = "uploads_undo.would" if dry_run else "uploads_undo.done"
    console.print(say(outcome, number=number, removed=done.removed, restored=done.restored))
