"""Commands about scale-up by district: the figures of `commons.research`, printed."""

from datetime import date, datetime
from typing import Annotated

import typer

from commons.calendar import today
from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, complaints, console, example, print_frame, say, working
from commons.errors import CommonsError
from commons.vocabulary import Audience, DistrictLevel, Measure, ResourceKind

with lazy_imports():
    import pandas as pd

    from commons.database.connection import Role, connect
    from commons.research import (
        cells,
        change_between,
        count_alternatives,
        coverage,
        digest,
        freeze_statistics,
        measure_districts,
        snapshots,
        statistics,
    )

Level = Annotated[DistrictLevel, typer.Option(help=say("research.level"))]
Reader = Annotated[Audience, typer.Option(help=say("research.audience"))]
Form = Annotated[OutputFormat, typer.Option("--format", help=say("research.format"))]
Code = Annotated[str | None, typer.Option(help=say("research.code"))]
Category = Annotated[list[str] | None, typer.Option(help=say("research.category"))]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=say("research.on"))]


@example("commons research count --level commune --on 2025-01-01 --category food")
def count(
    level: Level = DistrictLevel.NEIGHBOURHOOD,
    on: Day = None,
    category: Category = None,
    code: Code = None,
    audience: Reader = Audience.PUBLIC,
    form: Form = OutputFormat.TABLE,
) -> None:
    ensure_database()
    _print(count_alternatives(_reader(audience), level, [_day(on)], category=category), code, form)


@example("commons research change --from 2015 --to 2025 --code 36 --format csv > change.csv")
def change(
    start: Annotated[int, typer.Option("--from", help=say("research.from"))],
    end: Annotated[int, typer.Option("--to", help=say("research.to"))],
    level: Level = DistrictLevel.NEIGHBOURHOOD,
    category: Category = None,
    code: Code = None,
    audience: Reader = Audience.PUBLIC,
    form: Form = OutputFormat.TABLE,
) -> None:
    ensure_database()
    days = date(start, 1, 1), date(end, 1, 1)
    _print(change_between(_reader(audience), level, *days, category=category), code, form)


@example("commons research coverage --level commune --on 2025-01-01")
def show_coverage(
    level: Level = DistrictLevel.NEIGHBOURHOOD,
    on: Day = None,
    code: Code = None,
    audience: Reader = Audience.PUBLIC,
    form: Form = OutputFormat.TABLE,
) -> None:
    ensure_database()
    _print(coverage(_reader(audience), level, _day(on)), code, form)


@example("commons research measure walk --level commune --category food")
def show_measure(
    measure: Annotated[Measure, typer.Argument(help=say("research_measure.measure"))],
    level: Level = DistrictLevel.NEIGHBOURHOOD,
    on: Day = None,
    category: Category = None,
    kind: Annotated[ResourceKind | None, typer.Option(help=say("research_measure.kind"))] = None,
    code: Code = None,
    audience: Reader = Audience.PUBLIC,
    form: Form = OutputFormat.TABLE,
) -> None:
    ensure_database()
    days = [_day(on)]
    _print(
        measure_districts(_reader(audience), measure, level, days, category=category, kind=kind), code, form
    )


@example("commons research freeze --by 'A. Beheer' --dry-run")
def freeze(
    by: Annotated[str, typer.Option(help=say("research_freeze.by"))],
    after_restore: Annotated[
        bool, typer.Option("--after-restore", help=say("research_freeze.after_restore"))
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("upload.dry_run"))] = False,
) -> None:
    ensure_database()
    with working(say("research_freeze.doing")), connect(Role.INGEST) as connection:
        frozen = freeze_statistics(connection, frozen_by=by, after_restore=after_restore, dry_run=dry_run)
    done = {"snapshot": frozen.snapshot_id, "day": frozen.frozen_on, "sha256": frozen.sha256}
    console.print(say("research_freeze.dry") if dry_run else say("research_freeze.done", **done))
    hidden = {f"hidden: {level}": frozen.hidden.get(level, 0) for level in DistrictLevel}
    print_frame(pd.DataFrame([{"shown": frozen.shown, **hidden, "waiting": frozen.waiting}]))


@example("commons research snapshots")
def list_snapshots(form: Form = OutputFormat.TABLE) -> None:
    ensure_database()
    print_frame(snapshots(), form)


@example("commons research statistics --level neighbourhood --category food --format csv")
def show_statistics(
    level: Level = DistrictLevel.NEIGHBOURHOOD,
    category: Annotated[str | None, typer.Option(help=say("research.category"))] = None,
    code: Code = None,
    snapshot: Annotated[int | None, typer.Option(help=say("research_statistics.snapshot"))] = None,
    whole: Annotated[bool, typer.Option("--cells", help=say("research_statistics.cells"))] = False,
    form: Form = OutputFormat.TABLE,
) -> None:
    ensure_database()
    _print(cells(snapshot) if whole else statistics(snapshot, level, category), code, form)
    known = snapshots().set_index("snapshot")
    number = int(known.index.max()) if snapshot is None else snapshot
    of = known.loc[number]
    complaints.print(
        say("research_statistics.cite", snapshot=number, day=of["frozen_on"], k=of["k"], sha256=digest(cells(number))),
        highlight=False,
    )  # fmt: skip


def _print(frame: "pd.DataFrame", code: str | None, form: OutputFormat) -> None:
    if code is not None:
        frame = frame[frame["code"] == code]
        if frame.empty:
            raise CommonsError("research.no_district", code=code)
    print_frame(frame, form)


def _day(on: datetime | None) -> date:
    return on.date() if on else today()


def _reader(audience: Audience) -> Audience:
    if audience is Audience.PARTNER:
        raise CommonsError("research.no_audience")
    return audience
