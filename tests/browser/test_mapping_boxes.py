"""A partner says on the upload page what a column means, and the preview follows before anything is stored."""

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect
from visiting import look_up

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.i18n import translate
from commons.partners import find_partner, issue_token
from commons.vocabulary import Language
from ingest.map.saved import latest_mapping

LIST = """nom;latitude;longitude;diff interne
Chez Zoé;50.84;4.36;public
Le Fil;50.85;4.37;retenu
Le Clou;50.86;4.35;retenu
"""
COLUMN = "diff interne"
pytestmark = pytest.mark.usefixtures("patience")


@pytest.fixture(scope="module")
def world(own_database, run_server):
    """Serve a partner that has signed for a list and not yet sent it, and point the tests at its database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", own_database.url)
        with connect(Role.INGEST) as connection:
            dataset = make_dataset(connection, "voisins", open_terms())
            token = issue_token(connection, find_partner(connection, "partner-of-voisins"))
        with run_server(env={"DATABASE_URL": own_database.url}) as address:
            yield SimpleNamespace(address=address, token=token, dataset=dataset)


def say(key):
    return translate(f"dashboard.{key}", Language.FR)


def test_a_column_changed_in_its_box_changes_the_preview_and_is_kept(world, watched, tmp_path):
    file = tmp_path / "voisins.csv"
    file.write_text(LIST, "utf-8")
    page = watched.page
    page.goto(f"{world.address}/?lang=fr")
    page.get_by_role("link", name="Partenaires").click()
    page.get_by_label(say("upload.token")).fill(world.token)
    page.get_by_role("button", name=say("upload.enter")).click()
    page.locator("input[type=file]").set_input_files(file)
    figures = page.get_by_test_id("stMetric")
    unknown = page.get_by_text(say("upload.consent_default"))
    expect(unknown).to_be_visible()
    expect(figures.filter(has_text=say("figure.withheld"))).to_have_count(0)

    page.get_by_role("radiogroup").get_by_text(say("upload.mode_full"), exact=True).click()
    # The page is whole before a list is opened: what is still drawn would close it.
    expect(page.get_by_role("button", name=say("upload.commit"))).to_be_visible(timeout=60_000)
    page.get_by_text(say("upload.change"), exact=True).click()
    box = page.get_by_role("combobox", name=re.compile(COLUMN))
    look_up(page, box, say("field.visibility")).filter(
        has_text=re.compile(f"^{say('field.visibility')}$")
    ).click()
    page.get_by_role("button", name=say("upload.save_columns")).click()

    expect(figures.filter(has_text=say("figure.withheld"))).to_contain_text("2")
    expect(unknown).to_have_count(0)
    with connect(Role.INGEST) as connection:
        saved = latest_mapping(connection, world.dataset)
        stored = connection.execute("SELECT count(*) FROM commons.upload").fetchone()
    assert saved.mapping.column_of["visibility"] == COLUMN
    assert stored == (0,)
    watched.assert_stayed_home(world.address)
