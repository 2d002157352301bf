"""The list over HTTP: what it answers, what no browser keeps, and refusals that tell nothing."""

import httpx
import pytest
from starlette.applications import Starlette
from waiting import wait_for

from builders import MATONGE, make_dataset, make_record, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.vocabulary import Visibility
from dashboard.web.ground_route import ground_routes
from dashboard.web.places_route import PAGE, places_routes
from maps.search import LONGEST_TEXT

HOSTILE = '<img src=x onerror="alert(1)">{{ 7*7 }}'


def ask(*paths):
    """Return the answers of the routes."""

    async def run():
        transport = httpx.ASGITransport(Starlette(routes=[*places_routes(), *ground_routes()]))
        async with httpx.AsyncClient(transport=transport, base_url="http://commons") as client:
            return [await client.get(path) for path in paths]

    return wait_for(run())


def test_the_list_of_a_box_pages_and_a_withdrawal_counts_at_once(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for order in range(PAGE + 2):
            make_record(connection, dataset, name=f"Place {order:03}", key=str(order))
        hidden = make_dataset(connection, terms=open_terms(visibility=Visibility.WITHHELD))
        make_record(connection, hidden, name="Hidden")
        make_record(connection, dataset, name=HOSTILE, place=(4.30, 50.88))
    box = f"{MATONGE[0] - 0.001},{MATONGE[1] - 0.001},{MATONGE[0] + 0.001},{MATONGE[1] + 0.001}"
    first, second, search = ask(f"/places?box={box}", f"/places?box={box}&skip={PAGE}", "/places?q=img")
    assert first.headers["cache-control"] == "no-store"
    assert first.json()["count"] == PAGE + 2
    assert [place["name"] for place in second.json()["places"]] == [
        f"Place {PAGE:03}",
        f"Place {PAGE + 1:03}",
    ]
    assert search.headers["content-type"] == "application/json"
    assert [place["name"] for place in search.json()["places"]] == [HOSTILE]
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="0", withdrawn_by="someone")
    (after,) = ask(f"/places?box={box}")
    assert after.json()["count"] == PAGE + 1


@pytest.mark.parametrize(
    "query",
    [
        "lang=de",
        "box=1,2,3",
        "box=4.4,50.8,4.3,50.9",
        "skip=-1",
        "skip=x",
        "skip=999999999999",
        "colour=red",
        "grade=Z",
        f"q={'x' * (LONGEST_TEXT + 1)}",
        "q=%00",
        "q=%ff",
        "category=a'b",
        "x",
        "&".join(f"category=c{i}" for i in range(300)),
    ],
)
def test_what_is_not_understood_is_refused_without_a_word(unchanged_database, query):
    (answer,) = ask(f"/places?{query}")
    assert (answer.status_code, answer.content) == (400, b"")


def test_the_ground_is_kept_for_good_under_its_own_address_only(unchanged_database):
    there, stale, other = ask("/ground.json?lang=nl", "/ground.json?lang=nl&v=1", "/ground.json?lang=xx")
    assert other.status_code == 400
    assert there.headers["cache-control"] == stale.headers["cache-control"] == "no-cache"
    ground = there.json()
    assert set(ground) == {"districts", "communes", "labels", "small", "names", "categories", "texts"}
    assert ground["texts"]["several"] == "{count} alternatieven hier"
