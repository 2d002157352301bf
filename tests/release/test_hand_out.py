"""What leaves is in the ledger before it leaves, each record once a day for each way out, and the receipt of a withdrawal names it."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from waiting import wait_for

from builders import MATONGE, make_dataset, make_record, open_terms
from commons.consent.link import LINK_PATH, follow_link, issue_link
from commons.consent.receipt import read_receipt
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.release import released
from commons.release.hand_out import Made, hand_out
from commons.vocabulary import Audience
from dashboard.web.paper_routes import paper_routes
from dashboard.web.plain_pages import FEW, plain_routes

HERE = (
    "SELECT code FROM reference.district WHERE is_current AND level = 'commune'"
    " AND ST_Intersects(geom, ST_SetSRID(ST_MakePoint({}, {}), 4326))"
)


@pytest.fixture
def world(database):
    """Return a list of seven public records at one place, of which `0` has another category, beside one that is not public."""
    with database.connect() as connection:
        dataset = make_dataset(connection, "list", open_terms())
        for number in range(7):
            category = "food" if number else "garden"
            make_record(
                connection, dataset, key=str(number), name=f"Jardin {number}", category=category, flags={}
            )
        make_record(connection, dataset, key="hidden", name="Hidden", flags={"visibility": "partners"})
    return dataset


def ask(*paths):
    async def run():
        transport = httpx.ASGITransport(Starlette(routes=[*paper_routes(), *plain_routes()]))
        async with httpx.AsyncClient(transport=transport, base_url="http://commons") as client:
            return [(await client.get(path, timeout=60)).status_code for path in paths]

    return wait_for(run())


def ledger(database):
    """Return of what was handed out the keys of the records whose values it held."""
    rows = database.rows(
        "SELECT e.what, array(SELECT partner_key FROM commons.source_record WHERE record_id = ANY (e.record_ids) ORDER BY 1)"
        " FROM commons.egress e ORDER BY egress_id"
    )
    return [(what, "".join(keys)) for what, keys in rows]


def test_papers_exports_and_frames_are_written_down_once_a_day(database, world):
    commune = database.rows(HERE.format(*MATONGE))[0][0]
    paths = [
        "/export.html",
        "/export.html?category=garden",
        f"/poster.svg?district={commune}",
        f"/poster.pdf?district={commune}",
        "/embed",
    ]
    assert set(ask(*paths, *paths)) == {200}
    assert ledger(database) == [
        ("/export.html", "0123456"),
        ("/poster.svg", "0123456"),
        ("/poster.pdf", "0123456"),
        ("/embed", "0123456"),
    ]
    with database.admin() as connection:
        connection.execute("ALTER TABLE commons.egress DISABLE TRIGGER ALL")
        connection.execute("UPDATE commons.egress SET at = at - interval '1 day'")
    ask("/embed")
    assert ledger(database)[-1] == ("/embed", "0123456")
    assert len(ledger(database)) == 5


def test_however_often_and_narrowly_one_asks_the_ledger_names_each_record_once(database, world):
    """Without a token anybody can invent filters; neither they nor what they choose may make the ledger grow without end."""
    ask("/export.html?category=garden", "/export.html?category=food", "/export.html")
    assert ledger(database) == [("/export.html", "0"), ("/export.html", "123456")]
    size = database.rows("SELECT sum(pg_column_size(e)) FROM commons.egress e")
    narrow = [
        f"/export.html?lang={lang}&category=food&category={other}"
        for lang in ("fr", "nl", "en")
        for other in ("garden", "energy")
    ]
    assert set(ask(*narrow, "/export.html?lang=nl", "/export.html?lang=en&category=garden")) == {200}
    with connect(Role.INGEST) as connection:
        withdraw(connection, world, record_key="6", withdrawn_by="x")
    assert ask("/export.html") == [200]
    assert database.rows("SELECT sum(pg_column_size(e)) FROM commons.egress e") == size


def test_a_record_that_is_new_today_is_written_down_by_itself(database, world):
    ask("/export.html")
    with database.connect() as connection:
        make_record(connection, world, key="new", name="Jardin neuf", flags={})
    ask("/export.html", "/export.html?category=garden")
    assert ledger(database) == [("/export.html", "0123456"), ("/export.html", "new")]


def test_a_frame_in_another_colour_or_with_few_is_no_more_and_a_page_of_ours_is_none(database, world):
    assert set(
        ask("/embed", "/embed?colour=0b6e99", "/embed?show=list", "/list", "/embed?category=garden")
    ) == {200}
    assert ledger(database) == [("/embed", "0123456")]
    assert FEW == 5


def test_nothing_found_is_nothing_handed_out(database, world):
    assert set(ask("/export.html?category=energy", "/embed?category=energy")) == {200}
    assert ledger(database) == []


def test_the_receipt_of_a_withdrawal_names_them(database, world):
    ask("/export.html", "/embed")
    with connect(Role.INGEST) as connection:
        receipt = withdraw(connection, world, record_key="0", withdrawn_by="x")
        assert receipt.handed_out == withdraw(connection, world, withdrawn_by="x", dry_run=True).handed_out
        assert [each.what for each in receipt.handed_out] == ["/embed", "/export.html"]
        token = issue_link(connection, world, "0").removeprefix(LINK_PATH)
    with connect(Role.INGEST) as connection:
        named = read_receipt(connection, follow_link(connection, token)).handed_out
    assert sorted(each.what for each in named) == ["/embed", "/export.html"]
    ask("/export.html")
    assert ledger(database) == [("/export.html", "0123456"), ("/embed", "0123456")]


def test_the_receipt_of_a_list_names_a_way_once_a_day(database, world):
    ask("/export.html?category=garden", "/export.html?category=food")
    assert len(ledger(database)) == 2
    with connect(Role.INGEST) as connection:
        assert [each.what for each in withdraw(connection, world, withdrawn_by="x").handed_out] == [
            "/export.html"
        ]


def test_what_changes_while_it_is_made_is_made_anew(database, world):
    """A withdrawal commits between reading and writing down: neither the old nor a mixed content leaves."""
    reader, made = released(Audience.PUBLIC), []

    def make():
        frame = reader.alternatives()
        if not made:
            with connect(Role.INGEST) as connection:
                withdraw(connection, world, record_key="0", withdrawn_by="x")
        made.append(sorted(frame["name"]))
        return Made(str(made[-1]).encode(), frame["public_id"].tolist())

    content = hand_out(reader, make, what="a file").decode()
    assert len(made) == 2
    assert "Jardin 0" not in content
    assert ledger(database) == [("a file", "123456")]


def test_a_source_that_is_withdrawn_meanwhile_is_not_in_it_though_others_tell_of_the_same(database, world):
    """The alternative stays released under its id: only the release's version tells that a value has gone."""
    with database.connect() as connection:
        first = database.rows(
            "SELECT alternative_id FROM commons.membership JOIN commons.source_record USING (record_id)"
            " WHERE partner_key = '0'"
        )[0][0]
        other = make_dataset(connection, "other", open_terms())
        make_record(
            connection, other, key="too", name="Tuin", phone="02 555 01 01", alternative_id=first, flags={}
        )
    reader, made = released(Audience.PUBLIC), []

    def make():
        frame = reader.alternatives()
        if not made:
            with connect(Role.INGEST) as connection:
                withdraw(connection, other, record_key="too", withdrawn_by="x")
        made.append(str(frame["phone"].tolist()))
        return Made(made[-1].encode(), frame["public_id"].tolist())

    assert b"02 555" not in hand_out(reader, make, what="a file")
    assert len(made) == 2
    assert "02 555" in made[0]


def test_what_changes_every_time_does_not_leave(database, world):
    reader = released(Audience.PUBLIC)
    keys = iter("01234")

    def make():
        frame = reader.alternatives()
        with connect(Role.INGEST) as connection:
            withdraw(connection, world, record_key=next(keys), withdrawn_by="x")
        return Made(b"", frame["public_id"].tolist())

    with pytest.raises(CommonsError) as told:
        hand_out(reader, make, what="a file")
    assert told.value.key == "egress.changed"


def test_two_who_take_the_same_at_once_are_written_down_once(database, world):
    async def run():
        transport = httpx.ASGITransport(Starlette(routes=plain_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://commons") as client:
            answers = await asyncio.gather(*(client.get("/embed", timeout=60) for _ in range(6)))
            return {answer.status_code for answer in answers}

    assert wait_for(run()) == {200}
    assert ledger(database) == [("/embed", "0123456")]


def test_it_waits_for_no_upload(database, world):
    """An upload on its way holds the release until it commits; who reads meanwhile is answered."""
    with connect(Role.INGEST) as busy:
        busy.execute("SELECT pg_advisory_xact_lock(hashtext('commons release'))")
        assert ask("/embed") == [200]
