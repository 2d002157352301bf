"""Commands about what was sent: list, undo."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.consent import print_effects
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, console, example, print_frame, say, working

with lazy_imports():
    import pandas as pd

    from commons.database.connection import Role, connect
    from commons.partners import find_dataset
    from ingest.report.sent import uploads_of
    from ingest.store.undo import preview_undo, undo_upload

LISTED = {
    "upload": "upload_id", "at": "uploaded_at", "file": "file_name", "mode": "mode", "rows_in": "rows_in",
    "stored": "rows_stored", "new": "new", "changed": "changed", "unchanged": "unchanged", "gone": "gone",
    "set_aside": "rows_set_aside", "by": "uploaded_by", "undone_at": "undone_at",
}  # fmt: skip
"""What is told of each upload: the text of its title, and the field."""


@example("commons uploads list liste-voisins")
def list_uploads(
    dataset: str, form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        listed = uploads_of(connection, find_dataset(connection, dataset))
    rows = [[getattr(sent, field) for field in LISTED.values()] for sent in listed]
    print_frame(pd.DataFrame(rows, columns=[say(f"uploads_list.{name}") for name in LISTED]), form)


@example("commons uploads undo liste-voisins 12 --by 'A. Voisin' --dry-run")
def undo(
    dataset: str,
    number: int,
    by: Annotated[str, typer.Option(help=say("uploads_undo.by"))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("uploads_undo.dry_run"))] = False,
) -> None:
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
