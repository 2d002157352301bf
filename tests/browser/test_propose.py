"""A visitor proposes an addition and an error: in three languages, by keyboard, on a phone, with and without a script.

What they saw is kept in `test-results/`.
"""

from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import psycopg
import pytest
from axe import violations
from playwright.sync_api import expect
from visiting import choose, go_to, settle

from builders import make_dataset, make_record, open_terms
from commons.database.connection import Role, connect
from commons.i18n import translate
from commons.partners import find_partner, issue_token
from commons.proposals.draft import Draft
from commons.proposals.send import send
from commons.vocabulary import Language, ProposalKind, ProposedField

SHOTS = Path(__file__).parents[2] / "test-results"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SIZES = {"desk": DESK, "phone": PHONE, "narrow": {"width": 360, "height": 740}}
NAME = "Chez <b>Zoé</b> & \"Jan\" <script>document.title='taken'</script>"
pytestmark = pytest.mark.usefixtures("patience")


@pytest.fixture(scope="module")
def world(own_database, run_server):
    """Serve three alternatives that everyone sees; one of them has a hostile name."""
    url = own_database.url
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        with connect(Role.ADMIN) as connection:
            dataset = make_dataset(connection, "voisins", open_terms())
            told = {
                "street": "Rue de la Paix",
                "house_number": "7",
                "postcode": "1050",
                "municipality": "Ixelles",
            }
            make_record(connection, dataset, name=NAME, flags={}, website="javascript:alert(1)",
                        opening_hours="Mo-Fr 09:00-17:00", **told)  # fmt: skip
            for name in ("Potager du Parc", "Potager de la Senne"):
                make_record(connection, dataset, name=name, category="garden", flags={}, place=(4.35, 50.86))
        with psycopg.connect(url) as connection:
            (hostile,) = connection.execute(
                "SELECT public_id::text FROM released_public.alternative WHERE name LIKE 'Chez%'"
            ).fetchone()
        with run_server(env={"DATABASE_URL": url}) as address:
            yield SimpleNamespace(address=address, url=url, hostile=hostile)


def kept(world):
    with psycopg.connect(world.url) as connection:
        return connection.execute("SELECT * FROM commons.proposal ORDER BY received_at").fetchall()


def keep(page, name):
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def assert_conforms(page, language):
    """No violation that axe finds, light or dark; nothing cut off; no key instead of a text."""
    assert page.locator("html").get_attribute("lang") == language
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert "propose." not in page.locator("body").inner_text()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []


@pytest.mark.parametrize(("language", "size"), list(zip(Language, SIZES, strict=True)))
def test_every_state_of_the_page_conforms_in_every_language_and_width(world, watched, language, size):
    page = watched.page
    page.set_viewport_size(SIZES[size])
    page.goto(f"{world.address}/propose?lang={language}")
    assert_conforms(page, language.value)
    page.locator("#point summary").click()
    expect(page.locator("#map .commune").first).to_be_attached()
    expect(page.locator("#map path").first).to_be_attached()
    page.get_by_label(translate("propose.label.name", language)).press_sequentially("potager")
    expect(page.locator("#likely li")).to_have_count(2)
    assert_conforms(page, language.value)
    keep(page, f"propose-{language}-{size}")
    page.get_by_role("button", name=translate("propose.send", language)).click()
    expect(page.locator("#faults")).to_be_focused()
    assert_conforms(page, language.value)
    keep(page, f"propose-faults-{language}-{size}")
    page.goto(f"{world.address}/propose?lang={language}&id={world.hostile}")
    expect(page.get_by_role("heading", level=1)).to_have_text(translate("propose.error", language, name=NAME))
    assert_conforms(page, language.value)
    keep(page, f"propose-error-{language}-{size}")
    page.goto(f"{world.address}/propose?lang={language}&sent=4F0A1-9C3D2")
    expect(page.get_by_text("4F0A1-9C3D2")).to_be_visible()
    assert_conforms(page, language.value)
    keep(page, f"propose-sent-{language}-{size}")
    assert "taken" not in page.title()
    watched.assert_stayed_home(world.address)


SMALL = """() => [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea, summary, nav a, .ways a, #likely a')]
  .filter((node) => !node.closest('.trap') && node.getClientRects().length)
  .filter((node) => node.getBoundingClientRect().height < 44).map((node) => node.outerHTML.slice(0, 80))"""
FOCUSED = """() => {
  const style = getComputedStyle(document.activeElement);
  return { id: document.activeElement.id, tag: document.activeElement.tagName, seen: style.outlineStyle !== 'none' };
}"""


def tab_to(page, matches):
    """Press Tab until what has the focus matches; each stop on the way shows that it has it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["seen"], focused
        assert focused["id"] != "topic"
        if matches(focused):
            return
    raise AssertionError("never reached")


@pytest.mark.parametrize("language", Language)
def test_an_addition_is_proposed_by_keyboard_alone_with_a_point_on_the_map(world, watched, language):
    page, before = watched.page, len(kept(world))
    page.set_viewport_size(PHONE)
    page.goto(f"{world.address}/propose?lang={language}")
    tab_to(page, lambda focused: focused["id"] == "name")
    page.keyboard.type("Un jardin clavier")
    tab_to(page, lambda focused: focused["id"] == "category")
    page.keyboard.press("ArrowDown")
    tab_to(page, lambda focused: focused["tag"] == "SUMMARY")
    page.keyboard.press("Enter")
    expect(page.locator("#map .leaflet-control-zoom-in")).to_be_visible()
    tab_to(page, lambda focused: focused["id"] == "map")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    tab_to(page, lambda focused: focused["tag"] == "BUTTON")
    page.keyboard.press("Enter")
    expect(page.locator("#lat")).not_to_have_value("")
    assert page.evaluate(SMALL) == []
    page.wait_for_timeout(3000)  # what a person takes at least
    tab_to(page, lambda focused: focused["tag"] == "BUTTON")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(translate("propose.sent", language))
    assert page.evaluate(SMALL) == []
    rows = kept(world)
    assert len(rows) == before + 1
    assert rows[-1][0] in page.locator(".reference").inner_text()
    with psycopg.connect(world.url) as connection:
        last = "SELECT name, category, language, lon, lat FROM commons.proposal ORDER BY received_at DESC LIMIT 1"
        name, category, said, lon, lat = connection.execute(last).fetchone()
    assert (name, said) == ("Un jardin clavier", language.value)
    assert category
    assert 4.3 < lon < 4.5
    assert 50.7 < lat < 50.95
    page.get_by_role("link", name="NL").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(translate("propose.sent", Language.NL))
    assert rows[-1][0] in page.locator(".reference").inner_text()
    page.reload()  # asks for the same page, and sends nothing a second time
    assert len(kept(world)) == before + 1
    watched.assert_stayed_home(world.address)


def test_a_click_sets_the_point_and_what_is_written_moves_it(world, watched):
    page = watched.page
    page.set_viewport_size(DESK)
    page.goto(f"{world.address}/propose?lang=fr")
    page.locator("#point summary").click()
    page.locator("#map").click(position={"x": 100, "y": 120})
    expect(page.locator("#point [role=status]")).to_contain_text("Point posé : 50,")
    where = page.locator("#map .leaflet-point-pane path")
    first = where.get_attribute("d")
    page.locator("#lat").fill("50,80")
    page.locator("#lat").press("Tab")
    assert where.get_attribute("d") != first
    page.locator("#lon").fill("nothing")
    page.locator("#lon").press("Tab")
    page.get_by_role("button", name="Envoyer la proposition").click()
    expect(page.locator("#faults a").last).to_have_attribute("href", "#lon")
    expect(page.locator("#point")).to_have_attribute("open", "")
    watched.assert_stayed_home(world.address)


def test_what_is_there_already_is_offered_while_a_name_is_typed_as_text(world, watched):
    page = watched.page
    page.goto(f"{world.address}/propose?lang=nl")
    name = page.get_by_label(translate("propose.label.name", Language.NL))
    name.press_sequentially("chez zoe")
    found = page.locator("#likely li")
    expect(found).to_have_count(1)
    card, report = found.get_by_role("link").all()
    assert card.inner_text() == NAME
    assert card.get_attribute("href") == f"/alternative/{world.hostile}?lang=nl"
    assert report.get_attribute("href") == f"/propose?lang=nl&id={world.hostile}"
    assert {link.get_attribute("target") for link in (card, report)} == {"_blank"}
    name.fill("qqqqqqqqq")
    expect(page.locator("#likely")).to_be_empty()
    assert "taken" not in page.title()
    watched.assert_stayed_home(world.address)


def test_without_a_script_an_error_is_reported_in_dutch_on_a_phone(world, browser):
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page, before = context.new_page(), len(kept(world))
    page.goto(f"{world.address}/propose?lang=nl&id={world.hostile}")
    page.get_by_role("button", name="Voorstel versturen").click()
    page.locator("#faults").get_by_role("link", name="Kies wat er fout is.").click()
    assert page.url.endswith("#field")
    page.get_by_label("Wat is er fout?").select_option("website")
    page.get_by_label("Wat is er juist?").fill(NAME)
    page.get_by_label("Uw e-mailadres").fill("jan@voorbeeld.be")
    page.wait_for_timeout(3000)
    page.get_by_role("button", name="Voorstel versturen").click()
    expect(page.get_by_role("heading", name="Bedankt, uw voorstel is aangekomen")).to_be_visible()
    rows = kept(world)
    assert len(rows) == before + 1
    assert NAME in rows[-1]
    context.close()


def test_another_site_s_page_cannot_send_the_form(world, page):
    before = len(kept(world))
    page.set_content(
        f'<form method="post" action="{world.address}/propose?lang=en"><input name="name" value="x">'
        '<input name="address" value="y"><button>Win</button></form>'
    )
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(translate("propose.foreign_page", Language.EN))
    assert len(kept(world)) == before


@pytest.mark.parametrize(("language", "size"), [(Language.FR, "desk"), (Language.NL, "phone")])
def test_a_partner_reads_it_as_text_and_refuses_it_by_keyboard(world, watched, monkeypatch, language, size):
    page, before = watched.page, len(kept(world))
    monkeypatch.setenv("DATABASE_URL", world.url)
    about = {
        "about": UUID(world.hostile),
        "field": ProposedField.WEBSITE,
        "told": NAME,
        "why": "javascript:alert(1)",
    }
    reference = send(Draft(kind=ProposalKind.ERROR, language=language, **about))
    with connect(Role.INGEST) as connection:
        token = issue_token(connection, find_partner(connection, "partner-of-voisins"))
    page.set_viewport_size(SIZES[size])
    page.goto(f"{world.address}/?lang={language}")
    page.locator(".st-key-pages a").nth(3).click()
    page.get_by_label(translate("dashboard.upload.token", language)).fill(token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=translate("dashboard.proposals.title", language))).to_be_visible()
    box = page.get_by_role("combobox", name=translate("dashboard.proposals.which", language))
    choose(page, box, reference)
    expect(page.locator(".st-key-proposal")).to_contain_text(NAME)
    expect(page.locator(".st-key-proposal")).to_contain_text("javascript:alert(1)")
    settle(page)
    keep(page, f"partner-proposals-{language}-{size}")
    page.get_by_label(translate("dashboard.proposals.by", language)).fill("A. Voisin")
    go_to(page, page.get_by_role("button", name=translate("dashboard.proposals.refuse", language)))
    page.keyboard.press("Enter")
    expect(page.get_by_text(translate("dashboard.proposals.refused", language), exact=True)).to_be_visible()
    with psycopg.connect(world.url) as connection:
        decided = "SELECT decision, decided_by FROM commons.proposal WHERE reference = %s"
        assert connection.execute(decided, (reference,)).fetchone() == ("refused", "A. Voisin")
    assert len(kept(world)) == before + 1
    watched.assert_stayed_home(world.address)
