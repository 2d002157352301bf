"""Posters and files over HTTP: what no browser keeps, refusals without a word, one at a time, and the address they lead back to."""

import asyncio
import html
import re
import threading
import time

import httpx
import pytest
from paper import pdf_picture, pdf_text, read_code
from starlette.applications import Starlette
from waiting import wait_for

from builders import MATONGE, make_dataset, make_record, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.vocabulary import Language, Visibility
from dashboard import paper_routes as routes
from dashboard.hosts import site_address
from dashboard.line import BusyError, Line
from dashboard.paper_routes import MOST_WAITING, paper_routes
from dashboard.places_route import read_question
from dashboard.plain_pages import plain_routes
from maps.filters import read_filters
from maps.view_address import LIST_PATH, view_address

HERE = "SELECT code FROM reference.district WHERE is_current AND level = '{}' AND ST_Intersects(geom, ST_SetSRID(ST_MakePoint({}, {}), 4326))"


def ask(*paths, host="evil.example", server="http://192.0.2.7:8501"):
    """Return the answers of the routes, asked for under another name than the server's own."""

    async def run():
        transport = httpx.ASGITransport(Starlette(routes=[*paper_routes(), *plain_routes()]))
        async with httpx.AsyncClient(transport=transport, base_url=server, headers={"host": host}) as client:
            return [await client.get(path, timeout=60) for path in paths]

    return wait_for(run())


def shown(answer):
    """Return the words of an answer."""
    return pdf_text(answer.content) if answer.headers["content-type"] == "application/pdf" else answer.text


@pytest.fixture
def place(database):
    """Return the codes of a neighbourhood and a commune with one alternative, whose key is `one`, and its dataset."""
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, name="Le Jardin", key="one")
        hidden = make_dataset(connection, terms=open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, hidden, name="Hidden")
    codes = (database.rows(HERE.format(level, *MATONGE))[0][0] for level in ("neighbourhood", "commune"))
    return *codes, dataset


def test_each_is_made_anew_and_a_withdrawal_counts_at_once(database, place):
    neighbourhood, commune, dataset = place
    paths = [
        f"/poster.svg?district={neighbourhood}",
        f"/poster.pdf?district={commune}&size=a4&lang=nl",
        "/export.html?lang=en",
    ]
    before = ask(*paths)
    types = ["image/svg+xml", "application/pdf", "text/html; charset=utf-8"]
    for answer, media_type in zip(before, types, strict=True):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert not [answer for answer in before if "Hidden" in shown(answer)]
    assert "attachment" in before[2].headers["content-disposition"]
    assert all("Le Jardin" in shown(answer) for answer in before)
    with database.connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="one", withdrawn_by="someone")
    assert not [answer for answer in ask(*paths) if "Le Jardin" in shown(answer)]


def test_the_code_leads_to_the_pages_own_address(place, monkeypatch):
    neighbourhood, *_ = place
    path = f"/poster.pdf?district={neighbourhood}&lang=nl&category=food&taking_part=yes"
    said = f"/list?lang=nl&category=food&district={neighbourhood}&taking_part=yes"
    assert read_code(pdf_picture(ask(path)[0].content)) == f"http://192.0.2.7:8501{said}"
    monkeypatch.setenv("COMMONS_PUBLIC_URL", "https://alternatives.example.brussels/")
    assert (
        read_code(pdf_picture(ask(path, host="<evil>")[0].content))
        == f"https://alternatives.example.brussels{said}"
    )


FOREIGN = ["evil.example", "<script>", "a@b", "", "x" * 300, "127.0.0.1:1"]


def test_no_host_that_was_asked_for_is_repeated(place):
    for host in FOREIGN:
        for answer in ask("/list", "/embed", "/export.html", host=host):
            assert answer.status_code == 200
            assert not host or host not in answer.text
    page, export, poster = ask(
        "/list", "/export.html", f"/poster.pdf?district={place[1]}", host="evil.example"
    )
    assert "http://192.0.2.7:8501/embed?" in page.text
    assert "http://192.0.2.7:8501/list?" in export.text
    assert read_code(pdf_picture(poster.content)).startswith("http://192.0.2.7:8501/list?")


@pytest.mark.parametrize(
    ("server", "address"),
    [
        (("127.0.0.1", 8501), "http://127.0.0.1:8501"),
        (("::1", 80), "http://[::1]"),
        (("192.0.2.7", None), "http://192.0.2.7"),
        (None, "http://127.0.0.1"),
    ],
)
def test_the_server_s_own_address_is_told_where_none_is_set(server, address):
    assert site_address({"scheme": "http", "server": server}) == address


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/poster.pdf", 400),
        ("/poster.pdf?district=", 400),
        ("/poster.pdf?district=nowhere", 404),
        ("/poster.pdf?district=a'b", 400),
        ("/poster.pdf?district=62&district=37", 400),
        ("/poster.pdf?district=62&size=a0", 400),
        ("/poster.svg?district=62&lang=de", 400),
        ("/poster.svg?district=62&colour=red", 400),
        ("/poster.svg?district=62&category=%00", 400),
        (
            "/poster.svg?district=62&"
            + "&".join(f"category=c{i}" for i in range(35))
            + "&source="
            + "x" * 200,
            400,
        ),
        ("/export.html?district=nowhere", 404),
        ("/export.html?q=x", 400),
        ("/export.html?source=%ff", 400),
        ("/export.html?x", 400),
        ("/export.html?" + "&".join(f"category=c{i}" for i in range(300)), 400),
    ],
)
def test_what_is_not_understood_is_refused_without_a_word(database, path, status):
    (answer,) = ask(path)
    assert (answer.status_code, answer.content) == (status, b"")
    assert answer.headers["cache-control"] == "no-store"


def test_a_failure_tells_nothing_and_the_log_no_value(place, monkeypatch, caplog):
    def fail(*_):
        raise ValueError("Le Jardin")

    monkeypatch.setattr(routes, "make_poster", fail)
    (answer,) = ask(f"/poster.pdf?district={place[0]}")
    assert (answer.status_code, answer.content, answer.headers["retry-after"]) == (503, b"", "5")
    assert "ValueError" in caplog.text
    assert "Le Jardin" not in caplog.text


def test_one_is_made_at_a_time_and_only_so_many_wait():
    running, most, held = 0, 0, threading.Event()

    def work():
        nonlocal running, most
        running += 1
        most = max(most, running)
        held.wait(20)
        running -= 1
        return b"made"

    async def crowd():
        line = Line("paper", at_once=1, most=MOST_WAITING, longest_s=20)
        waiting = [asyncio.create_task(line.make(work)) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0.1)
        with pytest.raises(BusyError):
            await line.make(work)
        held.set()
        made = await asyncio.gather(*waiting)
        return [*made, await line.make(work)]

    assert wait_for(crowd()) == [b"made"] * (MOST_WAITING + 1)
    assert most == 1


def test_what_takes_too_long_is_given_up_and_keeps_its_place_until_it_ends():
    held = threading.Event()

    async def late():
        line = Line("paper", at_once=1, most=MOST_WAITING, longest_s=0.1)
        for _ in range(MOST_WAITING):
            with pytest.raises(TimeoutError):
                await line.make(lambda: held.wait(20) and b"")
        # The first still runs; those that waited behind it have gone.
        for _ in range(MOST_WAITING - 1):
            with pytest.raises(TimeoutError):
                await line.make(lambda: b"")
        held.set()
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                return await line.make(lambda: b"again")
            except TimeoutError:
                continue
        return None

    assert wait_for(late()) == b"again"


def test_an_address_says_the_view_as_its_page_reads_it(unchanged_demo):
    filters = read_filters(
        [
            ("category", "food"),
            ("category", "art"),
            ("source", "© A & B"),
            ("open", "now"),
            ("district", "21009"),
        ]
    )
    address = httpx.URL(view_address("https://a.be", Language.FR, filters))
    assert address.path == LIST_PATH
    asked = read_question(address.query)
    assert (asked.language, asked.filters) == (Language.FR, filters)


@pytest.mark.parametrize("language", Language)
def test_the_plain_page_leads_to_both_and_both_back_to_it(unchanged_demo, language):
    (page,) = ask(f"/list?lang={language}&category=food&district=21009")
    offered = [html.unescape(link) for link in re.findall(r'href="(/(?:poster|export)[^"]+)"', page.text)]
    assert [link.partition("?")[0] for link in offered] == ["/poster.pdf", "/export.html"]
    poster, export = ask(*offered)
    back = f"http://192.0.2.7:8501/list?lang={language}&category=food&district=21009"
    assert read_code(pdf_picture(poster.content)) == back
    assert html.escape(back) in export.text
    assert "/poster" not in ask(f"/list?lang={language}")[0].text
    assert "/export" not in ask(f"/list?lang={language}&q=rue")[0].text
