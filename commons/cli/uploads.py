"""Commands about uploads: sending a file, seeing what it would do, listing what was sent, undoing the latest."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from commons.cli.cluster import ensure_database
from commons.cli.consent import print_effects
from commons.cli.mapping import choose
from commons.cli.terminal import OutputFormat, console, group, print_frame, say, told, working
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.partners import find_dataset
from commons.vocabulary import UploadMode

uploads = group("uploads")

LISTED = """
SELECT u.upload_id, u.uploaded_at::timestamp(0), u.file_name, u.mode::text, u.rows_in, u.rows_stored, u.rows_set_aside,
       u.uploaded_by, u.undone_at::timestamp(0)
  FROM commons.upload u WHERE u.dataset_id = %s ORDER BY u.upload_id DESC
"""


def register(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    app.command(help=told("upload", "commons upload liste-voisins liste.csv --dry-run"))(upload)
    uploads.command("list", help=told("uploads_list", "commons uploads list liste-voisins"))(list_uploads)
    undo_example = "commons uploads undo liste-voisins 12 --by 'A. Voisin' --dry-run"
    uploads.command("undo", help=told("uploads_undo", undo_example))(undo)
    app.add_typer(uploads, name="uploads")


def upload(
    dataset: str,
    file: Path,
    partial: Annotated[bool, typer.Option("--partial", help=say("upload.partial"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("upload.dry_run"))] = False,
    set_aside: Annotated[Path | None, typer.Option(help=say("upload.set_aside"))] = None,
    mapping: Annotated[str | None, typer.Option(help=say("upload.mapping"))] = None,
) -> None:
    from ingest.check.set_aside import set_aside_csv  # noqa: PLC0415 - a room above
    from ingest.map.saved import latest_mapping  # noqa: PLC0415
    from ingest.notices import NoticeCode  # noqa: PLC0415
    from ingest.upload import commit_upload, prepare_upload, preview_upload  # noqa: PLC0415

    ensure_database()
    if not file.is_file():
        raise CommonsError("upload.no_file", file=file.name)
    chosen = choose(mapping)
    with connect(Role.INGEST) as connection:
        saved = latest_mapping(connection, find_dataset(connection, dataset))
    with working(say("upload.reading", file=file.name)):
        prepared = prepare_upload(file, saved=saved, chosen=chosen)
    by, mode = "commons upload", UploadMode.PARTIAL if partial else UploadMode.FULL
    effects = None
    with working(say("upload.storing")), connect(Role.INGEST) as connection:
        found = find_dataset(connection, dataset)
        if dry_run:
            preview = preview_upload(connection, found, prepared, uploaded_by=by, mode=mode)
            done, effects = preview.committed, preview.effects
        else:
            done = commit_upload(connection, found, prepared, uploaded_by=by, mode=mode)
    stored, notices = done.stored, done.stored.notices
    print_frame(notices.assign(fix=[NoticeCode[code].fix() for code in notices["code"]]))
    if set_aside is not None:
        set_aside.write_bytes(set_aside_csv(prepared.set_aside()))
    console.print(
        say("upload.repeat" if stored.is_repeat else "upload.done", rows_in=stored.rows_in, new=stored.new,
            changed=stored.changed, unchanged=stored.unchanged, gone=stored.gone, aside=stored.set_aside)
    )  # fmt: skip
    console.print(say("upload.matched", count=done.merged.decisions_added))
    if stored.erased:
        erased = NoticeCode.ERASED
        console.print(
            say("upload.erased", count=stored.erased, what=erased.what(), fix=erased.fix()), markup=False
        )
    if effects is not None:
        print_effects(effects)
        console.print(say("upload.not_stored"), style="bold")


def list_uploads(
    dataset: str, form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        rows = connection.execute(LISTED, (find_dataset(connection, dataset).dataset_id,)).fetchall()
    names = ("upload", "at", "file", "mode", "rows_in", "stored", "set_aside", "by", "undone_at")
    print_frame(pd.DataFrame(rows, columns=[say(f"uploads_list.{name}") for name in names]), form)


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
