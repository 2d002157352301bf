"""The plain pages: they hold the map's list, its filters and cards without a script, and nothing that is not public."""

from html.parser import HTMLParser
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette
from waiting import wait_for

from builders import make_dataset, make_record, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role
from commons.i18n import translate
from commons.release import released
from commons.vocabulary import Audience, Language, Precision, Visibility
from dashboard.web.places_route import PAGE
from dashboard.web.plain_pages import plain_routes

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}'
FOREIGN = "https://evil.example"


class Seen(HTMLParser):
    """What a browser would make of a page: its elements, and its texts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def links(self):
        return [told["href"] for tag, told in self.elements if tag == "a"]


def visit(*paths, host="commons.example"):
    async def run():
        transport = httpx.ASGITransport(Starlette(routes=plain_routes()))
        async with httpx.AsyncClient(transport=transport, base_url=f"https://{host}") as client:
            return [await client.get(path) for path in paths]

    return wait_for(run())


def listed(answer):
    page = Seen(answer.text)
    return [link for link in page.links() if link.startswith("/alternative/")]


@pytest.fixture(scope="module")
def filled(module_database):
    with module_database.in_use():
        return fill(module_database)


@pytest.fixture
def some(filled, shared_database):
    """What `fill` returns, for tests that change nothing."""
    return filled


def fill(database):
    """Return a database with an open record of a hostile partner, one to the commune, a hidden one, and the ids of those shown."""
    with database.admin() as connection:
        dataset = make_dataset(connection, "open", open_terms())
        make_record(
            connection, dataset, key="hostile", name=HOSTILE, description=HOSTILE, website="javascript:alert(1)",
            street=HOSTILE, phone=HOSTILE, category="repair",
        )  # fmt: skip
        coarse = make_dataset(connection, "coarse", open_terms(precision=Precision.COMMUNE))
        make_record(connection, coarse, name="Coarse", street="Rue Secrète", house_number="7")
        hidden = make_dataset(connection, "hidden", open_terms(visibility=Visibility.PARTNERS))
        make_record(connection, hidden, name="Hidden")
    shown = released(Audience.PUBLIC).alternatives()
    partners = released(Audience.PARTNERS).alternatives()
    return {
        "database": database,
        "dataset": dataset,
        "ids": dict(zip(shown["name"], shown["public_id"].astype(str), strict=True)),
        "hidden": str(partners.set_index("name").loc["Hidden", "public_id"]),
    }


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("path", ["/list", "/embed"])
def test_a_page_lists_what_is_public_in_each_language(some, path, language):
    (answer,) = visit(f"{path}?lang={language}")
    assert answer.status_code == 200
    page = Seen(answer.text)
    assert page.elements[0] == (
        "html",
        {"lang": language, **({"class": "embedded"} if path == "/embed" else {})},
    )
    assert translate("plain.title", language) in page.texts
    assert len(listed(answer)) == 2
    assert "Hidden" not in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert "plain." not in answer.text
    assert "dashboard." not in answer.text


def test_what_a_partner_wrote_is_text(some):
    card = f"/alternative/{some['ids'][HOSTILE]}"
    for answer in visit(
        "/list", "/embed", f"/list?q={HOSTILE}", f"/list?colour={HOSTILE}&show={HOSTILE}", card
    ):
        assert answer.status_code == 200
        page = Seen(answer.text)
        assert HOSTILE in page.texts
        assert {tag for tag, _ in page.elements}.isdisjoint({"img", "iframe", "object", "embed"})
        assert all(
            told.get("src", "").startswith("/assets/") for tag, told in page.elements if tag == "script"
        )
        assert not [name for _, told in page.elements for name in told if name.startswith("on")]
        assert not [link for link in page.links() if link.startswith("javascript")]
        assert "49" not in page.texts


def test_a_text_in_another_language_than_the_page_says_in_which(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(
            connection, dataset, name="Potager", description_fr="Un potager", description_nl="Een moestuin"
        )
    one = released(Audience.PUBLIC).alternatives()["public_id"].iat[0]
    answers = visit(*(f"/alternative/{one}?lang={language}" for language in Language))
    told = [next(at for tag, at in Seen(a.text).elements if at.get("class") == "told") for a in answers]
    assert [at.get("lang") for at in told] == [None, None, "fr"]


def test_who_misses_an_alternative_can_propose_it(some):
    whole, searched, embedded = visit("/list?lang=nl", "/list?lang=nl&q=zinneke", "/embed?lang=nl")
    for answer, offered in ((whole, True), (searched, True), (embedded, False)):
        assert ("/propose?lang=nl" in Seen(answer.text).links()) is offered


def test_filters_narrow_and_survive_in_every_address_of_the_page(some):
    (answer,) = visit("/list?category=repair&lang=nl")
    assert len(listed(answer)) == 1
    assert "category=repair" in listed(answer)[0]
    page = Seen(answer.text)
    assert ("option", {"value": "repair", "selected": None}) in page.elements
    assert "/list?lang=fr&category=repair" in page.links()
    assert "/embed?lang=nl&amp;category=repair" in answer.text


@pytest.mark.parametrize(
    "query", ["category=a'b", "grade=Z", "skip=x", "q=%00", "box=1", "%ff", "nothing=1", "q=" + "x" * 9000]
)
def test_what_nobody_understands_is_left_out(some, query):
    (answer,) = visit(f"/list?lang=en&{query}")
    assert answer.status_code == 200
    assert len(listed(answer)) == 2


def test_pages_of_the_list_hold_each_once(database):
    with database.connect() as connection:
        dataset = make_dataset(connection, terms=open_terms())
        for order in range(PAGE + 3):
            make_record(connection, dataset, name=f"Place {order:03}")
    first, second, beyond = visit("/list", f"/list?skip={PAGE}", f"/list?skip={5 * PAGE}")
    assert (
        len(set(listed(first)) | set(listed(second))) == len(listed(first)) + len(listed(second)) == PAGE + 3
    )
    assert any("skip=40" in link for link in Seen(first.text).links())
    assert beyond.status_code == 303


def test_a_card_tells_the_place_no_finer_than_it_is_published(some):
    (answer,) = visit(f"/alternative/{some['ids']['Coarse']}?lang=en")
    assert "to the commune, by choice" in answer.text
    assert "Rue Secrète" not in answer.text


def test_what_is_not_public_is_answered_like_what_is_not_there(some):
    asked = [str(uuid4()), some["hidden"], "x'--"]
    answers = visit(*(f"/alternative/{one}?lang=en" for one in asked))
    assert [answer.status_code for answer in answers] == [404] * 3
    nowhere, hidden, _ = (answer.text.replace(one, "") for one, answer in zip(asked, answers, strict=True))
    assert nowhere == hidden
    assert "Hidden" not in hidden
    assert translate("dashboard.card.gone", Language.EN) in hidden


def test_a_withdrawal_counts_at_the_next_visit(database):
    some = fill(database)
    card = f"/alternative/{some['ids'][HOSTILE]}"
    with some["database"].connect(Role.INGEST) as connection:
        withdraw(connection, some["dataset"], record_key="hostile", withdrawn_by="someone")
    for answer in visit("/list", "/embed", card):
        assert "onerror" not in answer.text


def test_only_these_pages_may_stand_in_another_sites_frame(some):
    for answer in visit("/list", "/embed", f"/alternative/{uuid4()}"):
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors *" in policy
        assert "unsafe-eval" not in policy
        assert "script-src 'self'" in policy


def test_a_colour_that_nobody_could_read_is_not_taken(some):
    dark, pale = visit("/embed?colour=2b6e3f", "/embed?colour=ffee00")
    assert "--accent: #2b6e3f" in dark.text
    assert "ffee00" not in pale.text


def test_an_embed_of_one_source_stays_of_it_whatever_is_cleared(some):
    (answer,) = visit("/embed?source=Nobody&category=food&lang=en")
    assert listed(answer) == []
    clear = [link for link in Seen(answer.text).links() if link == "/embed?lang=en&source=Nobody"]
    assert len(clear) == 1
