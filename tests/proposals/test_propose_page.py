"""The page as an attacker meets it: hostile words in every field, forged senders, floods, ids of what is hidden, large bodies."""

import re
from html import unescape

import httpx
import psycopg
import pytest
from proposing import stored
from starlette.applications import Starlette
from waiting import wait_for

from commons.database.connection import Role, connect
from commons.database.owner import routine
from commons.database.tables.proposal import LONGEST
from commons.i18n import translate
from commons.vocabulary import Language
from dashboard.web import propose_gate
from dashboard.web.propose_gate import DAY, HOUR, LEAST_SECONDS, MOST_SECONDS, Gate
from dashboard.web.propose_page import LARGEST_FORM_BYTES, propose_routes

HOME = "http://commons.example"
OWN = {"Origin": HOME, "Sec-Fetch-Site": "same-origin"}
HOSTILE = [
    "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "javascript:alert(1)", "{{ 7*7 }}{% raw %}",
    "'; DROP TABLE commons.proposal; --", "</textarea><svg onload=alert(1)>", "</title></style><script>alert(1)</script>",
    "\u202egnp.exe", "a\x00b\x1b[31m", '=HYPERLINK("http://evil")', "%s %(name)s $1", "[red]x[/blue]",
]  # fmt: skip
FIELDS = [
    "name",
    "category",
    "address",
    "lat",
    "lon",
    "website",
    "description",
    "why",
    "contact",
    "field",
    "told",
    "opened",
]


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


class Visitor:
    """Opens the page, waits, and sends a form, each from one address."""

    def __init__(self):
        self.clock = Clock()
        self.gate = Gate(self.clock)
        self.app = Starlette(routes=propose_routes(self.gate))

    def ask(self, method="GET", query="lang=en", host="192.0.2.1", headers=None, **options):
        async def run():
            transport = httpx.ASGITransport(self.app, client=(host, 1))
            async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
                return await client.request(method, f"/propose?{query}", headers=headers, **options)

        return wait_for(run())

    def send(self, form, query="lang=en", headers=OWN, **options):
        opened = self.gate.opened()
        self.clock.now += LEAST_SECONDS
        return self.ask("POST", query, data={"opened": opened, **form}, headers=headers, **options)


ADDITION = {"name": "Un potager", "address": "Rue Haute 1, 1000 Bruxelles"}


@pytest.fixture
def visitor(database):
    return Visitor()


@pytest.fixture
def reader(unchanged_database):
    """A visitor of whom nothing is stored."""
    return Visitor()


def test_a_sent_form_leads_to_its_reference_and_what_comes_next(visitor, database):
    answer = visitor.send({**ADDITION, "contact": "a@example.org"}, "lang=nl")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/propose?lang=nl&sent=")
    assert answer.headers["cache-control"] == "no-store"
    ((reference,),) = database.rows("SELECT reference FROM commons.proposal")
    page = visitor.ask(query=answer.headers["location"].partition("?")[2]).text
    assert reference in page
    assert translate("propose.next_3", Language.NL) in unescape(page)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_come_back_as_text_in_every_field(reader, text):
    answer = reader.send(dict.fromkeys(FIELDS, text))
    assert answer.status_code == 200
    tags = re.findall(r"<(script|img|svg|style|title)\b[^>]*>", answer.text)
    assert tags == ["title", "style", "script", "script"]
    assert "onerror=alert(1)>" not in answer.text
    assert "49" not in re.sub(r"[0-9a-f]{12,}|<style>.*?</style>", "", answer.text, flags=re.DOTALL)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_stored_as_they_are_or_not_at_all(visitor, database, text):
    answer = visitor.send({**ADDITION, "name": f"Jan {text}", "description": text, "why": text})
    assert answer.status_code == 303
    ((name,),) = database.rows("SELECT name FROM commons.proposal")
    assert name == re.sub("[\x00-\x1f\u202e]", "", f"Jan {text}")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "name", ["<b></b>", "<p>&nbsp;</p>", "&lt;br&gt;", "<script>alert(1)</script>", "<img src=x alt='Un potager'>", "* * *"]
)  # fmt: skip
def test_a_name_of_markup_alone_is_refused_at_once_in_the_visitors_language(
    visitor, database, name, language
):
    answer = visitor.send({**ADDITION, "name": name}, f"lang={language}")
    assert answer.status_code == 200
    assert 'href="#name"' in answer.text
    assert translate("propose.fault.name", language) in unescape(answer.text)
    assert stored(database) == 0


@pytest.mark.parametrize("name", ["<b>Potager</b>", "Jan & Mie", "🌱", "&eacute;t&eacute;"])
def test_a_name_with_markup_or_signs_in_it_is_taken(visitor, database, name):
    assert visitor.send({**ADDITION, "name": name}).status_code == 303
    assert stored(database) == 1


@pytest.mark.parametrize("website", ["javascript:alert(1)", "data:text/html,x", "https://u:p@evil.example", "http://", "x y.z", "//evil.example"])  # fmt: skip
def test_what_is_no_web_address_is_not_taken(reader, unchanged_database, website):
    answer = reader.send({**ADDITION, "website": website})
    assert answer.status_code == 200
    assert 'href="#website"' in answer.text
    assert stored(unchanged_database) == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [({name: "x" * (most + 1)}, name) for name, most in LONGEST.items() if name in ("name", "address", "description", "why", "website", "contact")]
    + [({"name": " \u200b "}, "name"), ({"address": ""}, "address"), ({"category": "x"}, "category"), ({"contact": "x"}, "contact"),
       ({"lat": "50.8"}, "lon"), ({"lat": "x", "lon": "4.3"}, "lat"), ({"lat": "48,85", "lon": "2,35"}, "lat"), ({"lat": "nan", "lon": "4.3"}, "lat")],
)  # fmt: skip
def test_what_is_out_of_bounds_is_told_by_a_link_to_its_field_and_kept_in_the_form(
    reader, unchanged_database, change, field
):
    answer = reader.send({**ADDITION, **change})
    assert answer.status_code == 200
    assert f'href="#{field}"' in answer.text
    assert re.search(f'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert "<title>Error: " in answer.text
    assert stored(unchanged_database) == 0


def test_a_point_stands_for_an_address_with_a_comma_too(visitor, database):
    assert visitor.send({"name": "x", "lat": "50,8466", "lon": "4.3528"}).status_code == 303
    assert database.rows("SELECT lat, lon, address FROM commons.proposal") == [(50.8466, 4.3528, None)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://commons.example.evil.example"},
        {"Origin": "null"},
        {"Origin": HOME, "Sec-Fetch-Site": "cross-site"},
        {"Origin": HOME, "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
    ids=str,
)
def test_a_form_that_is_not_our_own_page_s_is_refused(reader, unchanged_database, headers):
    answer = reader.send(ADDITION, headers=headers)
    assert answer.status_code == 403
    assert stored(unchanged_database) == 0


def test_an_older_browser_that_names_its_origin_only_may_send(visitor):
    assert visitor.send(ADDITION, headers={"Origin": HOME}).status_code == 303


def test_who_is_too_quick_or_forges_the_moment_is_asked_again_with_all_that_was_written(
    reader, unchanged_database
):
    opened = reader.gate.opened()
    moment = opened.partition(".")[0]
    for mark in (
        opened,
        "",
        "x",
        f"{int(moment) - 60}.{opened.partition('.')[2]}",
        f"{int(moment) - 60}.",
        "9" * 400,
        "\u0661.x",
        f"-{opened}",
    ):
        answer = reader.ask("POST", data={**ADDITION, "opened": mark}, headers=OWN)
        assert answer.status_code == 200
        assert translate("propose.fault.soon", Language.EN) in answer.text
        assert 'value="Un potager"' in answer.text
    reader.clock.now += MOST_SECONDS + 1
    assert reader.ask("POST", data={**ADDITION, "opened": opened}, headers=OWN).status_code == 200
    assert (
        reader.ask("POST", data={**ADDITION, "opened": Visitor().gate.opened()}, headers=OWN).status_code
        == 200
    )
    assert stored(unchanged_database) == 0


def test_who_fills_in_what_nobody_sees_is_told_and_not_taken(reader, unchanged_database):
    answer = reader.send({**ADDITION, "topic": "x"})
    assert translate("propose.fault.trap", Language.EN) in answer.text
    assert stored(unchanged_database) == 0


def test_one_client_sends_no_more_than_so_many_and_another_still_may(visitor):
    of_site = propose_gate.MOST_OF_SITE
    assert [visitor.send(ADDITION).status_code for _ in range(of_site[HOUR] + 1)] == [303] * of_site[HOUR] + [
        429
    ]
    assert visitor.send(ADDITION, host="198.51.100.1").status_code == 303
    visitor.clock.now += HOUR
    sent = of_site[HOUR]
    while visitor.send(ADDITION).status_code == 303:
        sent += 1
    visitor.clock.now += HOUR
    assert visitor.send(ADDITION).status_code == 429
    assert sent == of_site[DAY]
    visitor.clock.now += DAY
    assert visitor.send(ADDITION).status_code == 303


@pytest.mark.parametrize(
    "addresses",
    [
        [f"2001:db8:1:2::{number:x}" for number in range(60)],
        [f"2001:db8:1:{number:x}::1" for number in range(60)],
        [f"192.0.2.{number}" for number in range(60)],
        [f"::ffff:192.0.2.{number}" for number in range(60)],
    ],
    ids=["one site", "one network", "neighbours", "neighbours as IPv6"],
)
def test_whoever_has_many_addresses_is_one_sender(addresses):
    gate = Gate(Clock())
    taken = sum(gate.admits(address, f"m{number}") for number, address in enumerate(addresses))
    assert taken in (propose_gate.MOST_OF_SITE[HOUR], propose_gate.MOST_OF_NETWORK[HOUR])
    assert gate.admits("203.0.113.9", "another")


def test_no_visitor_alone_fills_what_the_database_takes_of_all():
    in_database = {
        name: int(most)
        for name, most in re.findall(
            r"most_(waiting|an_hour) CONSTANT integer := (\d+)", routine("proposals")
        )
    }
    kept_days = 366
    assert propose_gate.MOST_OF_NETWORK[DAY] * kept_days < in_database["waiting"]
    assert propose_gate.MOST_OF_NETWORK[HOUR] * 10 < in_database["an_hour"]


def test_a_form_is_sent_once(visitor, database):
    opened = visitor.gate.opened()
    visitor.clock.now += LEAST_SECONDS
    answers = [
        visitor.ask("POST", data={**ADDITION, "opened": opened}, headers=OWN, host=f"198.51.{n}.1")
        for n in range(3)
    ]
    assert [answer.status_code for answer in answers] == [303, 200, 200]
    assert translate("propose.fault.again", Language.EN) in unescape(answers[1].text)
    assert stored(database) == 1
    again = re.search(r'name="opened" value="([^"]+)"', answers[1].text)[1]
    visitor.clock.now += LEAST_SECONDS
    assert visitor.ask("POST", data={**ADDITION, "opened": again}, headers=OWN).status_code == 303


def test_two_forms_opened_in_one_moment_are_two():
    gate = Gate(Clock())
    assert gate.opened() != gate.opened()


def test_what_is_kept_of_clients_is_bounded_and_tells_none():
    gate = Gate()
    for number in range(5000):
        assert gate.admits(f"{number // 250 + 1}.{number % 250}.0.1", f"m{number}")
    assert len(gate._sent) == propose_gate.MOST_KEPT
    assert not [kept for kept in gate._sent if b".0.1" in kept]


def test_marks_are_forgotten_when_they_are_no_longer_timely():
    clock = Clock()
    gate = Gate(clock)
    for number in range(50):
        gate.admits(f"{number + 1}.0.0.1", f"m{number}")
    clock.now += MOST_SECONDS + 1
    gate.admits("192.0.2.1", "last")
    assert list(gate._used) == ["last"]


def test_when_too_many_wait_it_is_told_and_nothing_that_was_written_is_lost(visitor, database):
    with database.admin() as connection:
        connection.execute(
            "INSERT INTO commons.proposal (reference, kind, language, record_ids, name, address)"
            " SELECT 'r' || n, 'addition', 'fr', '{}'::bigint[], 'x', 'x' FROM generate_series(1, 1000) n"
        )
    answer = visitor.send(ADDITION)
    assert answer.status_code == 503
    assert translate("propose.fault.full", Language.EN) in answer.text
    assert 'value="Un potager"' in answer.text


def test_the_same_answer_for_what_is_hidden_and_what_never_was(visitor, database, seen):
    def neutral(answer, public_id):
        return (
            answer.status_code,
            answer.text.replace(str(public_id), "ID"),
            {**answer.headers, "content-length": ""},
        )

    form = {"field": "name", "told": "x"}
    for method in ("GET", "POST"):
        answers = []
        for public_id in (seen["withheld"], seen["partners"], "00000000-0000-4000-8000-000000000000"):
            query = f"lang=en&id={public_id}"
            answer = visitor.send(form, query) if method == "POST" else visitor.ask(query=query)
            answers.append(neutral(answer, public_id))
        assert answers[0][0] == 404
        assert answers[0] == answers[1] == answers[2]
    assert visitor.send(form, f"lang=en&id={seen['shown']}").status_code == 303
    assert stored(database) == 1


@pytest.mark.parametrize(
    "query",
    ["id=", "id=x", "id=%00", "id=1%27%20OR%201=1", "lang=xx", "sent=<b>", "sent=4F0A1-9C3D2x", "id=a&id=b"],
)
def test_rubbish_in_the_address_is_no_failure(reader, query):
    assert reader.ask(query=query).status_code in (200, 404)
    assert "<b>" not in reader.ask(query=query).text


def test_a_large_or_strange_body_is_refused_before_it_is_read(reader, unchanged_database):
    large = reader.ask("POST", content=b"name=" + b"x" * LARGEST_FORM_BYTES, headers=OWN)
    assert (large.status_code, large.content) == (413, b"")
    many = reader.ask("POST", content=b"&".join(b"a%d=1" % n for n in range(100)), headers=OWN)
    assert many.status_code == 400
    for body in (b"\xff\xfe\x00", b"%ff%fe=%00", b"{}", b"name=%ED%A0%80&address=x"):
        assert reader.ask("POST", content=body, headers=OWN).status_code == 200
    assert stored(unchanged_database) == 0


def test_a_failure_is_told_by_a_number_and_the_log_has_nothing_of_what_was_written(
    visitor, database, caplog, monkeypatch
):
    with database.admin() as connection:
        connection.execute("ALTER TABLE commons.proposal RENAME TO away")
    answer = visitor.send(
        {**ADDITION, "name": "zqname", "contact": "zqcontact@example.org"}, host="192.0.2.77"
    )
    assert answer.status_code == 500
    number = re.search(r"give us the number ([0-9a-f]{8})", answer.text)[1]
    assert number in caplog.text
    assert not re.search(r"zq|192\.0\.2", caplog.text)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    down = visitor.ask(query="lang=en&id=00000000-0000-4000-8000-000000000000")
    assert (down.status_code, down.headers["retry-after"]) == (503, "5")


def test_nothing_of_the_visitor_is_stored_or_logged(visitor, database, caplog):
    agent = {
        **OWN,
        "User-Agent": "zqagent",
        "X-Forwarded-For": "203.0.113.9",
        "Cookie": "zqcookie=1",
        "Referer": f"{HOME}/zq",
    }
    assert visitor.send(ADDITION, headers=agent, host="192.0.2.77").status_code == 303
    held = str(database.rows("SELECT p::text FROM commons.proposal p"))
    assert not re.search(r"zq|192\.0\.2|203\.0\.113", held + caplog.text)


def test_a_reader_s_login_that_floods_past_the_page_meets_the_database_s_own_bounds(database, visitor):
    with connect(Role.PUBLIC) as connection:
        connection.read_only = False
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(
                "SELECT released_public.propose('addition', 'fr', NULL, NULL, NULL, NULL, repeat('x', 100000), NULL, 'x',"
                " NULL, NULL, NULL, NULL, NULL)"
            )
