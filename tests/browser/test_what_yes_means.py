"""A partner whose column of visibility says "oui" is asked once what it means; nothing is chosen beforehand."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.i18n import translate
from commons.partners import find_partner, issue_token
from commons.vocabulary import Language
from ingest.map.saved import latest_mapping

LIST = """nom;latitude;longitude;diffusion
Chez Zoé;50.84;4.36;oui
Le Fil;50.85;4.37;non
Le Clou;50.86;4.35;Ja
"""
pytestmark = pytest.mark.usefixtures("patience")


@pytest.fixture(scope="module")
def world(own_database, run_server):
    """Serve two partners that have signed for a list and not yet sent it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", own_database.url)
        with connect(Role.INGEST) as connection:
            datasets = {slug: make_dataset(connection, slug, open_terms()) for slug in ("voisins", "buren")}
            tokens = {
                slug: issue_token(connection, find_partner(connection, f"partner-of-{slug}"))
                for slug in datasets
            }
        with run_server(env={"DATABASE_URL": own_database.url}) as address:
            yield SimpleNamespace(address=address, tokens=tokens, datasets=datasets)


@pytest.mark.parametrize(("slug", "language"), [("voisins", Language.FR), ("buren", Language.NL)])
def test_yes_is_said_once_and_the_next_file_is_read_so(world, watched, tmp_path, slug, language):
    def say(key, **values):
        return translate(f"dashboard.{key}", language, **values)

    file = tmp_path / "liste.csv"
    file.write_text(LIST, "utf-8")
    page = watched.page
    page.goto(f"{world.address}/?lang={language}")
    page.get_by_role("link", name=say("upload.nav")).click()
    page.get_by_label(say("upload.token")).fill(world.tokens[slug])
    page.get_by_role("button", name=say("upload.enter")).click()
    page.locator("input[type=file]").set_input_files(file)
    title = page.get_by_text(say("yes.title_visibility", column="diffusion"))
    expect(title).to_be_visible(timeout=60_000)
    modes = page.get_by_role("radiogroup", name=say("upload.mode"))
    modes.get_by_text(say("upload.mode_full"), exact=True).click()
    expect(page.get_by_role("button", name=say("upload.commit"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("radio", name=say("yes.public"))).not_to_be_checked()
    expect(page.get_by_role("radio", name=say("yes.partners"))).not_to_be_checked()

    page.get_by_role("button", name=say("yes.save")).click()
    expect(page.get_by_text(say("yes.choose"))).to_be_visible()
    with connect(Role.INGEST) as connection:
        assert latest_mapping(connection, world.datasets[slug]) is None

    page.get_by_text(say("yes.public"), exact=True).click()
    page.get_by_role("button", name=say("yes.save")).click()
    figures = page.get_by_test_id("stMetric")
    expect(figures.filter(has_text=say("figure.public"))).to_contain_text("2", timeout=60_000)
    expect(title).to_have_count(0)
    with connect(Role.INGEST) as connection:
        saved = latest_mapping(connection, world.datasets[slug])
    assert {saved.mapping.values["visibility"][word] for word in ("oui", "ja", "yes")} == {"public"}
    watched.assert_stayed_home(world.address)
