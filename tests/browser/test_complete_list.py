"""A file of five rows over a list of sixty: nothing is chosen for the partner, and the number has to be written."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from builders import make_dataset, open_terms
from commons.database.connection import Role, connect
from commons.i18n import translate
from commons.partners import find_partner, issue_token
from commons.vocabulary import Language
from ingest.store.ending import live_records
from ingest.upload import commit_upload, prepare_upload

pytestmark = pytest.mark.usefixtures("patience")


def write(file, count):
    rows = [f"{n},Lieu {n},{50.82 + n / 10_000},4.36" for n in range(count)]
    file.write_text("\n".join(["id,nom,latitude,longitude", *rows]), "utf-8")
    return file


@pytest.fixture
def world(own_database, run_server, tmp_path, monkeypatch):
    """Serve a partner whose list has sixty records."""
    monkeypatch.setenv("DATABASE_URL", own_database.url)
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, None, open_terms())
        whole = prepare_upload(write(tmp_path / "whole.csv", 60))
        commit_upload(connection, dataset, whole, uploaded_by="t")
        token = issue_token(connection, find_partner(connection, f"partner-of-{dataset.slug}"))
    with run_server(env={"DATABASE_URL": own_database.url}) as address:
        yield SimpleNamespace(address=address, token=token, dataset=dataset)


def left(world):
    with connect(Role.INGEST) as connection:
        return live_records(connection, world.dataset)


@pytest.mark.parametrize(
    ("language", "link", "width"), [(Language.FR, "Partenaires", 1280), (Language.NL, "Partners", 390)]
)
def test_a_short_file_ends_a_list_only_with_the_number_written(
    world, watched, tmp_path, language, link, width
):
    def say(key, **values):
        return translate(f"dashboard.upload.{key}", language, **values)

    page = watched.page
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{world.address}/?lang={language}")
    page.get_by_role("link", name=link).first.click()
    page.get_by_label(say("token")).fill(world.token)
    page.get_by_role("button", name=say("enter")).click()
    page.locator("input[type=file]").set_input_files(write(tmp_path / "five.csv", 5))

    expect(page.get_by_text(say("mode_first"))).to_be_visible()
    modes = page.get_by_role("radiogroup", name=say("mode"))
    expect(modes.get_by_role("radio")).to_have_count(2)
    expect(modes.get_by_role("radio", checked=True)).to_have_count(0)
    store = page.get_by_role("button", name=say("commit"))
    expect(store).to_have_count(0)

    modes.get_by_text(say("mode_full"), exact=True).click()
    expect(page.get_by_text(say("ends_many", gone=55, before=60))).to_be_visible(timeout=60_000)
    refused = page.get_by_text(say("ends_wrong", gone=55))
    number = page.get_by_label(say("ends"))
    for typed in ("", "5"):
        number.fill(typed)
        store.click()
        expect(refused).to_be_visible()
        assert left(world) == 60
    number.fill("55")
    store.click()
    expect(page.get_by_text(say("done"))).to_be_visible(timeout=60_000)
    assert left(world) == 5
