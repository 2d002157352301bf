"""The commands that send a list, and write the report of one that was sent: upload, uploads report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commons.commands.cluster import ensure_database
from commons.commands.consent import print_effects
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import console, example, say, working
from commons.errors import CommonsError
from commons.i18n import default_language, translate
from commons.vocabulary import UploadMode
from ingest.commands.mapping import choose

if TYPE_CHECKING:
    from ingest.notices import Severity

with lazy_imports():
    from commons.database.connection import Role, connect
    from commons.partners import find_dataset
    from dashboard.desk.upload_report import report_html
    from ingest.check.set_aside import set_aside_csv
    from ingest.map.saved import latest_mapping
    from ingest.report.account import UploadAccount, account_of
    from ingest.report.words import remarks
    from ingest.store.ending import asks_first
    from ingest.upload import commit_upload, commit_with_account, prepare_upload, preview_upload


@example("commons upload liste-voisins liste.csv --dry-run")
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


@example("commons uploads report liste-voisins 12 rapport.html")
def write_past_report(dataset: str, number: int, file: Path) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        account = account_of(connection, find_dataset(connection, dataset), number)
    write_report(account, file)


def write_report(account: UploadAccount, file: Path) -> None:
    """Write the account of an upload as a page, with the picture of its places."""
    file.write_text(report_html(account, default_language()), "utf-8")
    console.print(say("uploads_report.done", file=file.name), markup=False)
