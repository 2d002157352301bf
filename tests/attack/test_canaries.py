"""The sweep: nothing that a reader or a visitor can obtain holds a value that it must not have (laboratory.md, check 2).

The surfaces are listed in tests/support/surfaces.py; who may have what is told by tests/support/canaries.py.
"""

import random
import re
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import httpx
import numpy as np
import pytest
from aviary import Aviary, Ear, name_of
from entitled import READERS, reader_connection
from playwright.sync_api import Page, expect
from serving import serving
from surfaces import OF_A_READER, OF_A_VISITOR, routes

from commons.consent.link import issue_link
from commons.database.connection import Role, connect
from commons.partners import find_dataset
from commons.vocabulary import Language

SHOWS = {"relations", "copies", "frames", "errors", "pages", "tiles", "suggestions", "plain_pages", "papers"}
"""The surfaces that show what may be shown: there the sweep must hear something, or it is deaf."""


def leaked(ear, allowed, surface):
    """Return what was heard and must not have been, with where; and whatever was heard."""
    found, wrong = set(), {}
    for where, content in surface:
        heard = ear.heard(content)
        found |= heard
        for canary in heard - allowed:
            wrong.setdefault(canary, where)
    return wrong, found


def test_what_each_reader_may_have_is_what_it_has(among_canaries):
    """The whole truth, told a second time: every value that a reader may have is there, and no other."""
    for reader in READERS:
        with reader_connection(reader, among_canaries.friend) as connection:
            rows = connection.execute(
                "SELECT a::text FROM alternative a UNION ALL SELECT p::text FROM participation p"
            )
            heard = among_canaries.ear.heard("\n".join(row[0] for row in rows))
        told = among_canaries.aviary.told
        allowed = among_canaries.allowed[reader]
        assert {canary: told[canary] for canary in heard ^ allowed} == {}, reader
        assert 3000 < len(heard) < len(told) / 3


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("surface", OF_A_READER, ids=lambda surface: surface.__name__)
def test_no_login_obtains_what_is_not_for_it(among_canaries, surface, reader):
    commons = among_canaries
    wrong, found = leaked(commons.ear, commons.allowed[reader], surface(commons, reader))
    assert {canary: (commons.aviary.told[canary], where) for canary, where in wrong.items()} == {}
    assert found or surface.__name__ not in SHOWS or (surface.__name__, reader) == ("frames", "partner")


@dataclass
class Visit:
    """A visitor's browser on a server of our own."""

    commons: SimpleNamespace
    address: str
    page: Page
    log: Path
    hidden_words: list[str]
    hidden_id: str
    shown_id: str

    def settle(self):
        """Wait until nothing runs any more."""
        expect(self.page.get_by_test_id("stStatusWidget")).to_have_count(0)


@pytest.fixture(scope="module")
def served(canaries, tmp_path_factory):
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serving(log, env={"DATABASE_URL": canaries.url}) as address:
        yield address, log


@pytest.fixture
def visit(among_canaries, served, page):
    commons, (address, log) = among_canaries, served
    expect.set_options(timeout=30_000)
    page.set_default_timeout(30_000)
    hidden = [canary for canary, what in commons.aviary.told.items()
              if what.endswith("name (identity)") and canary not in commons.allowed["public"]]  # fmt: skip
    ids = [an_id(commons, reader) for reader in ("partners", "public")]
    yield Visit(commons, address, page, log, hidden[:: len(hidden) // 2][:2], *ids)
    expect.set_options(timeout=5_000)


def an_id(commons, reader):
    """Return the id by which the reader, and no other, knows some alternative."""
    with reader_connection(reader, commons.friend) as connection:
        return str(
            connection.execute(
                "SELECT public_id FROM alternative WHERE phone <> '' ORDER BY name"
            ).fetchone()[0]
        )


@pytest.mark.parametrize("surface", OF_A_VISITOR, ids=lambda surface: surface.__name__)
def test_no_visitor_obtains_what_is_not_public(visit, surface):
    commons = visit.commons
    wrong, found = leaked(commons.ear, commons.allowed["public"], surface(visit))
    assert {canary: (commons.aviary.told[canary], where) for canary, where in wrong.items()} == {}
    assert found or surface.__name__ not in SHOWS


def test_a_refusal_tells_neither_code_nor_place(visit):
    refused = [content.decode("utf-8", "replace") for _, content in routes(visit) if content[:1] in b"45"]
    assert len(refused) > 20
    for told in refused:
        assert not re.search(
            r"Traceback|psycopg|SELECT|commons_|\.py\b|site-packages|(?<!\w)/(home|root|usr|tmp|var|etc)/",
            told,
        ), told[:300]


def test_a_consent_link_shows_its_own_record_and_no_other(among_canaries, served):
    """Neither those that speak of the same, nor who else shares them: not in the page, not in what a withdrawal would do."""
    commons, (address, _) = among_canaries, served
    entitled = commons.told
    joined = next(pair[0] for pairs in entitled.pairs.values() for pair in pairs)
    for record in (joined, next(g[0] for g in entitled.groups if g and g[0].place)):
        plan = next(plan for plan in commons.commons.plans if plan.slug == record.dataset.slug)
        row = entitled.row[record.key]
        with connect(Role.INGEST) as connection:
            path = issue_link(connection, find_dataset(connection, plan.slug), row.key)
        own = commons.ear.heard(f"{row} {plan.said} {plan.slug}") | {name_of(row.point)}
        own |= set(commons.commons.friend)  # one of the readers, whom the page names
        for language in Language:
            shown = httpx.get(f"{address}{path}?lang={language}", trust_env=False)
            seen = httpx.post(f"{address}{path}", data={"what": "all", "step": "see"}, trust_env=False)
            assert (shown.status_code, seen.status_code) == (200, 200)
            told = commons.ear.heard(shown.text + seen.text)
            assert {canary: commons.aviary.told[canary] for canary in told - own} == {}
            assert told


def test_the_ear_hears_a_canary_in_every_shape():
    aviary = Aviary(random.Random(1))
    token, number, day = aviary.text("a"), aviary.number("25", "b"), aviary.day("c")
    enterprise, place = aviary.enterprise("d"), aviary.point((4.35, 50.85), "e")
    x, y = place
    name = f"{x!r} {y!r}"
    ear = Ear(aviary)
    for said, meant in {
        f"…<b>{token.upper()}</b>": token, f"+32{number}": number, f"0{number}": number, f"0032{number}": None,
        f"born {day}T00:00": day, f'"{enterprise}"': enterprise, f"[{x:.6f}, {y:.6f}]": name, f"POINT({x!r} {y!r})": name,
        f'{{"lat": {y:.5f}, "lon": {x:.5f}}}': name, f"{x:.5f}, 50.12345": None, "zqnothing": None, "2025-01-01": None,
        "0101000020E6100000" + np.array(place).tobytes().hex().upper(): name,
    }.items():  # fmt: skip
        assert ear.heard(said) == ({meant} - {None}), said
        assert ear.heard(said.encode()) == ({meant} - {None}), said
    assert ear.heard(b"xyz" + np.array(place).tobytes() + b"z") == {name}
