"""What anyone is answered outside the dashboard: plain pages, lists, cards, tiles, suggestions, the ground of the map."""

import re
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from waiting import wait_for

from commons.vocabulary import Language
from dashboard.web.ground_route import ground_routes
from dashboard.web.paper_routes import paper_routes
from dashboard.web.places_route import places_routes
from dashboard.web.plain_pages import plain_routes
from dashboard.web.tile_routes import TileRoutes

PAPERS = [f"/export.html?lang={language}" for language in Language]
PAPERS += [
    "/poster.svg?lang=nl&district=21004",
    "/poster.svg?lang=fr&size=a2&district=21009",
    "/poster.pdf?lang=en&district=21013",
]
"""Slow ones: tests/support/surfaces.py asks a server for more of them, with patience."""
CARD = re.compile(r'href="(/alternative/[^"]+)"')
IDENTITY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LISTS = [
    *(f"{path}?lang={language}" for path in ("/list", "/embed", "/places", "/ground.json") for language in Language),
    "/list?lang=en&skip=40", "/places?skip=40", "/list?category=garden&category=food", "/places?box=4.33,50.82,4.38,50.86",
    "/places?open=now", "/places?taking_part=yes", "/places?grade=none", "/list?lang=nl&q=rue", "/places?q=garden", "/places?q=moestuin",
]  # fmt: skip
TILES = [
    "/tiles/9/261/171.mvt",
    *(f"/tiles/12/{column}/{row}.mvt" for column in range(2095, 2101) for row in range(1371, 1377)),
]


def crawled(client, hidden=()):
    """Yield what a client of the server gets: each list with the cards that it links to, and what hidden words and ids get."""
    cards = set()
    for path in [*LISTS, *TILES]:
        answer = client(path)
        yield path, answer
        cards.update(CARD.findall(answer.text) if path.startswith("/list") else ())
    for card in sorted(cards):
        path = card.replace("&amp;", "&")
        yield path, client(path)
    for word in hidden:
        for path in (
            "/alternative/{}",
            "/list?q={}",
            "/list?source={}",
            "/places?q={}",
            "/places?source={}",
            "/embed?district={}",
        ):
            yield path, client(path.format(word))


def answers():
    """Return the bytes of all that, each by its path, without a server's process."""

    @asynccontextmanager
    async def served():
        routes = TileRoutes(
            Starlette(routes=[*plain_routes(), *places_routes(), *ground_routes(), *paper_routes()])
        )
        transport = httpx.ASGITransport(routes)
        async with httpx.AsyncClient(transport=transport, base_url="http://commons") as client:
            yield client
        await routes.tiles.pool.close()

    async def run():
        async with served() as client:
            found, cards = {}, set()
            for path in [*LISTS, *TILES, *PAPERS]:
                answer = await client.get(path)
                assert answer.status_code == 200, path
                found[path] = answer.content
                cards.update(CARD.findall(answer.text) if path.startswith("/list") else ())
            for card in sorted(cards)[::3]:
                found[card] = (await client.get(card.replace("&amp;", "&"))).content
            return found

    return wait_for(run())


def without_identities(found):
    """Return the answers with no id in them, in no order of ids: what another database of the same content answers."""
    return {
        path: [IDENTITY.sub("", content.decode())]
        for path, content in found.items()
        if not path.startswith(("/tiles", "/alternative", "/poster.pdf"))
    }
