"""A partner decides of its pairs on its page, in a real browser: by mouse, by keyboard, on a phone; and takes it back.

What was seen is kept in `test-results/`.
"""

from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from playwright.sync_api import expect

from builders import make_dataset, make_deny, make_record, open_terms
from commons.database.connection import Role, connect
from commons.i18n import translate
from commons.partners import Partner, find_partner, issue_token
from commons.vocabulary import Language
from ingest.merge.merge import merge

SHOTS = Path(__file__).parents[2] / "test-results"
DESK, PHONE = {"width": 1280, "height": 1400}, {"width": 390, "height": 844}
HERE = (4.3667, 50.8333)
HOSTILE = "[Potager](https://evil.example) <img src=x onerror=\"document.title='taken'\">"
NAMES = (HOSTILE, "Repair Café Matonge", "Buurthuis De Pianofabriek")
pytestmark = pytest.mark.usefixtures("patience")


@pytest.fixture
def world(database, run_server):
    """Serve two lists with three records in common, of which a person is asked; partners do not see one of the other's."""
    with database.connect() as connection:
        partners = {}
        for number, slug in enumerate(("voisins", "buren")):
            dataset = make_dataset(connection, slug, open_terms())
            for at, name in enumerate((*NAMES, "CANARY-HIDDEN")):
                place = (HERE[0] + at / 50, HERE[1] + number * 150 / 111_200)
                made = make_record(
                    connection,
                    dataset,
                    key=str(at),
                    name=name,
                    place=place,
                    street="Rue Haute",
                    house_number=str(at + 1),
                )
            row = connection.execute(
                "SELECT slug FROM commons.partner WHERE partner_id = %s", (dataset.partner_id,)
            )
            partners[slug] = find_partner(connection, row.fetchone()[0])
        connection.execute("UPDATE commons.record_version SET street = NULL WHERE house_number = '2'")
        make_deny(connection, dataset, made.record_id, "partners")
    with connect(Role.INGEST) as connection:
        merge(connection)
        connection.execute("UPDATE commons.match_decision SET retired_at = now()")
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO commons.match_decision (left_record_id, right_record_id, verdict, score, reason, decided_by, is_human)"
            " SELECT one.record_id, other.record_id, 'unsure', 0.5, d.reason, d.decided_by, false"
            "   FROM commons.source_record one"
            "   JOIN commons.source_record other ON other.partner_key = one.partner_key AND other.record_id > one.record_id"
            "   JOIN commons.match_decision d ON d.left_record_id = one.record_id AND d.right_record_id = other.record_id"
        )
        token = {slug: issue_token(connection, partner) for slug, partner in partners.items()}
    with run_server(env={"DATABASE_URL": database.url}) as address:
        yield SimpleNamespace(address=address, token=token, url=database.url, partners=partners)


def enter(world, page, slug, language):
    page.goto(f"{world.address}/?lang={language}")
    page.get_by_role("link", name=translate("dashboard.upload.nav", language)).click()
    page.get_by_label(translate("dashboard.upload.token", language)).fill(world.token[slug])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=said("title", language))).to_be_visible()


def said(key, language):
    return translate(f"dashboard.decisions.{key}", language)


def live(world):
    with psycopg.connect(world.url) as connection:
        return connection.execute(
            "SELECT verdict::text, decided_by, partner_id, reason ->> 'note' FROM commons.match_decision"
            " WHERE is_human AND retired_at IS NULL ORDER BY decision_id"
        ).fetchall()


def seen_by_all(world):
    with psycopg.connect(world.url) as connection:
        return connection.execute("SELECT count(*) FROM released_public.alternative").fetchone()[0]


def keep(page, name):
    SHOTS.mkdir(exist_ok=True)
    page.locator(".st-key-decisions").evaluate("node => node.scrollIntoView()")
    page.screenshot(path=SHOTS / f"{name}.png")


def partner_of(world, slug) -> Partner:
    return world.partners[slug]


def test_a_partner_says_yes_by_keyboard_and_takes_it_back(world, watched):
    page = watched.page
    page.set_viewport_size(DESK)
    enter(world, page, "voisins", Language.FR)
    expect(page.get_by_text("3 paires attendent", exact=False)).to_be_visible()
    before = seen_by_all(world)
    yes = page.get_by_role("button", name=said("same", Language.FR))
    yes.click()
    expect(page.get_by_text(translate("error.link.no_name.what", Language.FR))).to_be_visible()
    assert live(world) == []
    page.get_by_label(said("name", Language.FR)).focus()
    page.keyboard.type("A. Voisin")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("même potager")
    keep(page, "decisions-fr-1280")
    assert live(world) == [], "a name that is confirmed is no answer"
    page.keyboard.press("Tab")
    expect(yes).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(said("done_same", Language.FR))).to_be_visible(timeout=60_000)
    assert live(world) == [("same", "A. Voisin", partner_of(world, "voisins").partner_id, "même potager")]
    assert seen_by_all(world) == before - 1
    expect(page.get_by_label(said("name", Language.FR))).to_have_value("A. Voisin")
    expect(page.get_by_label(said("note", Language.FR))).to_have_value("")
    keep(page, "decisions-said-fr-1280")
    assert "taken" not in page.title()
    assert page.locator("a[href*='evil.example'], img[src='x']").count() == 0
    assert "CANARY" not in page.content()
    page.get_by_role("button", name=said("take_back", Language.FR)).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(said("done_back", Language.FR))).to_be_visible(timeout=60_000)
    assert live(world) == []
    assert seen_by_all(world) == before
    watched.assert_stayed_home(world.address)


def test_the_other_partner_says_no_in_dutch_on_a_phone(world, watched):
    page = watched.page
    page.set_viewport_size(PHONE)
    enter(world, page, "buren", Language.NL)
    expect(
        page.get_by_text("4 paren wachten", exact=False)
    ).to_be_visible()  # of its own, it knows the hidden one
    page.get_by_label(said("name", Language.NL)).fill("B. Buren")
    page.get_by_label(said("note", Language.NL)).fill("twee tuinen")
    keep(page, "decisions-nl-390")
    page.get_by_role("button", name=said("different", Language.NL)).click()
    expect(page.get_by_text(said("done_different", Language.NL))).to_be_visible(timeout=60_000)
    assert live(world) == [("different", "B. Buren", partner_of(world, "buren").partner_id, "twee tuinen")]
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    keep(page, "decisions-said-nl-390")
    watched.assert_stayed_home(world.address)
