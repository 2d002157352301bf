"""The command that makes a poster of a district."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from commons.calendar import LOCAL
from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import complaints, console, example, say, working
from commons.errors import CommonsError
from commons.i18n import default_language
from commons.settings import settings
from commons.vocabulary import Audience, Language

with lazy_imports():
    from commons.release import released
    from commons.release.hand_out import Made, hand_out
    from maps import filters as filtering
    from maps import poster as posters
    from maps.view_address import view_address


@example("commons poster --district 37 --out affiche.pdf --size a3 --lang fr --filter category=food")
def make(
    district: Annotated[str, typer.Option(help=say("poster.district"))],
    out: Annotated[Path, typer.Option(help=say("poster.out"), dir_okay=False)],
    size: Annotated[str, typer.Option(help=say("poster.size"))] = "a3",
    lang: Annotated[Language | None, typer.Option(help=say("poster.lang"))] = None,
    narrowed: Annotated[list[str] | None, typer.Option("--filter", help=say("poster.filter"))] = None,
) -> None:
    form = out.suffix.lower().removeprefix(".")
    filters = filtering.read_filters(
        [(name, value) for name, _, value in (text.partition("=") for text in narrowed or ())]
    )
    if form not in set(posters.Form) or size.lower() not in set(posters.Size) or filters is None:
        raise CommonsError(
            "poster.not_understood",
            sizes=", ".join(posters.Size),
            forms=", ".join(posters.Form),
            filters=", ".join(filtering.CONDITIONS),
        )
    ensure_database()
    language, now, reader = lang or default_language(), settings(), released(Audience.PUBLIC)
    with working(say("poster.doing")):
        terrain = posters.read_terrain(reader, district, language)
        site = now.public_url or f"http://{now.host}:{now.port}"

        def make_poster() -> Made:
            at = datetime.now(LOCAL)
            entries = posters.poster_entries(reader, terrain, language, filters, at)
            content = posters.poster(
                reader,
                terrain,
                language=language,
                filters=filters,
                address=view_address(site, language, posters.with_district(filters, district)),
                size=posters.Size(size.lower()),
                form=posters.Form(form),
                at=at,
                entries=entries,
            )
            return Made(content, entries.public_ids)

        out.write_bytes(hand_out(reader, make_poster, what="commons poster"))
    console.print(say("poster.done", file=out, name=terrain.district.name), markup=False, highlight=False)
    if now.public_url is None:
        complaints.print(say("poster.local", address=site), markup=False, highlight=False)
