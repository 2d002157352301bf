"""The command that makes a poster of a district."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from commons.calendar import LOCAL
from commons.cli.cluster import ensure_database
from commons.cli.terminal import complaints, console, say, told, working
from commons.errors import CommonsError
from commons.i18n import default_language
from commons.release import released
from commons.release.hand_out import Made, hand_out
from commons.settings import settings
from commons.vocabulary import Audience, Language


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""
    example = "commons poster --district 37 --out affiche.pdf --size a3 --lang fr --filter category=food"
    app.command("poster", help=told("poster", example))(make)


def make(
    district: Annotated[str, typer.Option(help=say("poster.district"))],
    out: Annotated[Path, typer.Option(help=say("poster.out"), dir_okay=False)],
    size: Annotated[str, typer.Option(help=say("poster.size"))] = "a3",
    lang: Annotated[Language | None, typer.Option(help=say("poster.lang"))] = None,
    narrowed: Annotated[list[str] | None, typer.Option("--filter", help=say("poster.filter"))] = None,
) -> None:
    from dashboard.view_address import view_address  # noqa: PLC0415 - see commons.cli
    from maps.filters import CONDITIONS, read_filters  # noqa: PLC0415
    from maps.poster import Form, Size, poster, poster_entries, read_terrain, with_district  # noqa: PLC0415

    form = out.suffix.lower().removeprefix(".")
    filters = read_filters(
        [(name, value) for name, _, value in (text.partition("=") for text in narrowed or ())]
    )
    if form not in set(Form) or size.lower() not in set(Size) or filters is None:
        raise CommonsError(
            "poster.not_understood",
            sizes=", ".join(Size),
            forms=", ".join(Form),
            filters=", ".join(CONDITIONS),
        )
    ensure_database()
    language, now, reader = lang or default_language(), settings(), released(Audience.PUBLIC)
    with working(say("poster.doing")):
        terrain = read_terrain(reader, district, language)
        site = now.public_url or f"http://{now.host}:{now.port}"

        def make_poster() -> Made:
            at = datetime.now(LOCAL)
            entries = poster_entries(reader, terrain, language, filters, at)
            content = poster(
                reader,
                terrain,
                language=language,
                filters=filters,
                address=view_address(site, language, with_district(filters, district)),
                size=Size(size.lower()),
                form=Form(form),
                at=at,
                entries=entries,
            )
            return Made(content, entries.public_ids)

        out.write_bytes(hand_out(reader, make_poster, what="commons poster"))
    console.print(say("poster.done", file=out, name=terrain.district.name), markup=False, highlight=False)
    if now.public_url is None:
        complaints.print(say("poster.local", address=site), markup=False, highlight=False)
