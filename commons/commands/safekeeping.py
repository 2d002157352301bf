"""Commands that keep things safe: backup, restore, audit verify."""

from pathlib import Path
from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import complaints, console, example, say, working
from commons.errors import CommonsError

with lazy_imports():
    from commons.audit import Fault, Head, verify_audit
    from commons.database.connection import Role, connect
    from commons.operations.backup import backup
    from commons.operations.restore import restore
    from commons.safekeeping.note import catch_up_or_refuse, noted_heads


@example("commons backup 2026-11-23.dump")
def back_up(file: Path) -> None:
    ensure_database()
    with working(say("backup.doing")):
        written = backup(file)
    console.print(say("backup.done", file=file, megabytes=f"{written / 1e6:.1f}"), markup=False)


@example("commons restore 2026-11-23.dump")
def restore_backup(
    file: Path,
    into: Annotated[str | None, typer.Option(help=say("restore.into"))] = None,
    drill: Annotated[bool, typer.Option("--drill", help=say("restore.drill"))] = False,
    drop_old: Annotated[bool, typer.Option("--drop-old", help=say("restore.drop_old"))] = False,
    close_datasets: Annotated[
        bool, typer.Option("--close-datasets", help=say("restore.close_datasets"))
    ] = False,
) -> None:
    ensure_database()
    if not file.is_file():
        raise CommonsError("upload.no_file", file=file.name)
    with working(say("restore.fill")) as progress:
        done = restore(
            file,
            into=into,
            drill=drill,
            drop_old=drop_old,
            close_datasets=close_datasets,
            tell=lambda step: progress.update(progress.task_ids[0], description=say(f"restore.{step}")),
        )
    found = done.replayed
    console.print(say("restore.replayed", applied=found.applied, barred=found.barred))
    if found.unknown:
        complaints.print(say("restore.unknown", datasets=", ".join(found.unknown)), markup=False)
    if found.torn:
        complaints.print(say("restore.torn", count=found.torn))
    if drill:
        console.print(say("restore.drilled"))
    elif into is not None:
        console.print(say("restore.beside", database=done.database), markup=False)
    else:
        console.print(say("restore.done", database=done.database), markup=False)
    if done.replaced is not None:
        console.print(say("restore.kept", old=done.replaced), markup=False)


@example("commons audit verify")
def verify(
    expect: Annotated[list[str] | None, typer.Option(help=say("audit_verify.expect"))] = None,
    new_ledger: Annotated[bool, typer.Option("--new-ledger", help=say("audit_verify.new_ledger"))] = False,
) -> None:
    ensure_database()
    anchors = {Head.parse(text) for text in expect or ()}
    with working(say("audit_verify.doing")), connect(Role.INGEST) as connection:
        caught_up = catch_up_or_refuse(connection)
        anchors |= noted_heads(connection, new_ledger=new_ledger)
        walk = verify_audit(connection, anchors)
    if caught_up:
        console.print(say("audit_verify.caught_up", count=caught_up))
    if walk.fault is not None:
        raise _broken(walk.fault)
    console.print(say("audit_verify.holds", events=walk.events, anchors=len(anchors)))
    console.print(say("audit_verify.head"))
    print(walk.head or "-")


def _broken(fault: Fault) -> CommonsError:
    return CommonsError(f"audit.{fault.kind}", number=fault.number, event=fault.event_id)
