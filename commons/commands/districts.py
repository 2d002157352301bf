"""Commands about districts: load, pack."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import console, example, print_frame, say, working
from commons.errors import CommonsError
from commons.settings import settings
from commons.vocabulary import DistrictLevel

with lazy_imports():
    import pandas as pd

    from commons.database.connection import Role, connect
    from commons.districts.frames import read_districts
    from commons.districts.grid import grid_districts
    from commons.districts.load import LoadReport, load_districts
    from commons.districts.packaged import PACKAGED, pack_districts, packaged_districts
    from commons.districts.replace import replace_records
    from commons.districts.structure import Districts


class Origin(StrEnum):
    """Where the districts that a load stores come from."""

    PACKAGED = "packaged"
    DOWNLOADED = "downloaded"
    GRID = "grid"


def load_from(origin: Origin) -> LoadReport:
    """Return what was stored of the districts: those of the program, of the publishers' originals, or the grid.

    Every record is given its districts anew, and released anew, in the same transaction. Raises GridNotNeededError
    where the grid would take the place of official districts.
    """
    found = _read_from(origin)
    with connect(Role.ADMIN) as connection:
        connection.execute("SET LOCAL ROLE commons_owner")
        report = load_districts(connection, found)
        replace_records(connection)
    return report


def _read_from(origin: Origin) -> Districts:
    # Inside, for what they import takes some of every command's start.

    match origin:
        case Origin.PACKAGED:
            return packaged_districts()
        case Origin.DOWNLOADED:
            now = settings()
            return read_districts(now.mirror, now.home / "districts")
        case Origin.GRID:
            return grid_districts()


def print_loaded(report: LoadReport, origin: Origin) -> None:
    """Print in one line which districts are shown, and of which date; then the sources that could not be had."""
    counts = {f"{level}s": report.current[level] for level in DistrictLevel}
    year = report.counted_in
    inhabitants = say("districts_load.counted", year=year) if year else say("districts_load.uncounted")
    line = say(f"districts_load.{origin}", borders=report.borders, inhabitants=inhabitants, **counts)
    console.print(line, markup=False, highlight=False, soft_wrap=True)
    if report.missing:
        console.print(say("districts_load.missing", sources=", ".join(report.missing)), markup=False)


@example("commons districts load")
def load(
    *,
    download: Annotated[bool, typer.Option("--download", help=say("districts_load.download"))] = False,
    grid: Annotated[bool, typer.Option("--grid", help=say("districts_load.use_grid"))] = False,
) -> None:
    if download and grid:
        raise CommonsError("district_origins")
    origin = Origin.DOWNLOADED if download else Origin.GRID if grid else Origin.PACKAGED
    ensure_database()
    with working(say("districts_load.doing")):
        report = load_from(origin)
    print_loaded(report, origin)


@example("commons districts pack originals/")
def pack(
    originals: Annotated[
        Path, typer.Argument(file_okay=False, exists=True, help=say("districts_pack.originals"))
    ],
    to: Annotated[
        Path | None, typer.Option(file_okay=False, exists=True, help=say("districts_pack.to"))
    ] = None,
) -> None:
    with working(say("districts_pack.doing")):
        sizes = pack_districts(originals, to or PACKAGED)
    print_frame(pd.DataFrame(sizes.items(), columns=["file", "bytes"]))
