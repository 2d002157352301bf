"""A visitor proposes an addition and an error: in three languages, by keyboard, on a phone, with and without a script.

What they saw is kept in `test-results/`.
"""

from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from axe import violations
from playwright.sync_api import expect

from builders import make_dataset, make_record, open_terms
from commons.database.connection import Role, connect
from commons.i18n import translate
from commons.vocabulary import Language

SHOTS = Path(__file__).parents[2] / "test-results"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SIZES = {"desk": DESK, "phone": PHONE, "narrow": {"width": 360, "height": 740}}
NAME = "Chez <b>Zoé</b> & \"Jan\" <script>document.title='taken'</script>"


@pytest.fixture(autouse=True, scope="module")
def patience():
    """Wait for a server that is still reading its modules."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def own_database(cluster, template, clone):
    """Yield a database for these tests; pytest may make it twice, where it runs the tests without a page apart."""
    with clone(cluster, template) as database:
        yield database


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


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("size", SIZES)
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
