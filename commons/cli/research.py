"""Commands about scale-up by district: the figures of `commons.research`, printed."""

from datetime import date, datetime
from typing import Annotated

import pandas as pd
import typer

from commons.cli.cluster import ensure_database
from commons.cli.terminal import OutputFormat, group, print_frame, say, told
from commons.errors import CommonsError
from commons.research import change_between, count_alternatives, coverage
from commons.vocabulary import Audience, DistrictLevel

app = group("research")

Level = Annotated[DistrictLevel, typer.Option(help=say("research.level"))]
Reader = Annotated[Audience, typer.Option(help=say("research.audience"))]
Form = Annotated[OutputFormat, typer.Option("--format", help=say("research.format"))]
Code = Annotated[str | None, typer.Option(help=say("research.code"))]
Category = Annotated[list[str] | None, typer.Option(help=say("research.category"))]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=say("research.on"))]


@app.command(
    help=told("research_count", "commons research count --level commune --on 2025-01-01 --category food")
)
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


@app.command(
    help=told(
        "research_change", "commons research change --from 2015 --to 2025 --code 36 --format csv > change.csv"
    )
)
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


@app.command(
    "coverage", help=told("research_coverage", "commons research coverage --level commune --on 2025-01-01")
)
def show_coverage(
    level: Level = DistrictLevel.NEIGHBOURHOOD,
    on: Day = None,
    code: Code = None,
    audience: Reader = Audience.PUBLIC,
    form: Form = OutputFormat.TABLE,
) -> None:
    ensure_database()
    _print(coverage(_reader(audience), level, _day(on)), code, form)


def _print(frame: pd.DataFrame, code: str | None, form: OutputFormat) -> None:
    if code is not None:
        frame = frame[frame["code"] == code]
        if frame.empty:
            raise CommonsError("research.no_district", code=code)
    print_frame(frame, form)


def _day(on: datetime | None) -> date:
    return on.date() if on else date.today()  # noqa: DTZ011 - today, where it is asked


def _reader(audience: Audience) -> Audience:
    if audience is Audience.PARTNER:
        raise CommonsError("research.no_audience")
    return audience
